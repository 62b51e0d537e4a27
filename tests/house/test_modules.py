"""The import order of ARCHITECTURE.md, and the size of files and functions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50


@pytest.fixture(scope="module")
def ranks(root: Path) -> dict[str, int]:
    """Rank by room, read from the page that states the order."""
    text = (root / "ARCHITECTURE.md").read_text()
    stated = re.search(r"\*\*Import order\*\*[^:]*: (.+?)\.\n", text + "\n")
    assert stated, "ARCHITECTURE.md states no import order"
    levels = [re.findall(r"\w+", level) for level in stated.group(1).split("<")]
    assert len(levels) > 8
    return {room: rank for rank, level in enumerate(levels) for room in level}


def find_modules(root: Path) -> list[Path]:
    return sorted(f for f in (root / "pkstats").rglob("*.py"))


def name_room(module: Path, root: Path) -> str:
    return module.relative_to(root / "pkstats").with_suffix("").parts[0]


def list_imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names imported at run time; imports for type checkers only are left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from list_imports(node)


def test_no_module_imports_a_later_one(root: Path, ranks: dict[str, int]) -> None:
    wrong = []
    met = 0
    for module in find_modules(root):
        room = name_room(module, root)
        if room == "__init__":
            continue
        if room not in ranks:
            wrong.append(f"{module.name}: room {room!r} has no place in ARCHITECTURE.md's order")
            continue
        for name in list_imports(ast.parse(module.read_text())):
            if name.startswith("pkstats."):
                imported = name.split(".")[1]
                met += 1
                if ranks.get(imported, -1) > ranks[room]:
                    wrong.append(f"{module.relative_to(root)} imports {name}")
    assert met > 10
    assert not wrong, "\n".join(wrong)


def test_every_room_of_the_page_exists(root: Path, ranks: dict[str, int]) -> None:
    rooms = {name_room(module, root) for module in find_modules(root)}
    assert not set(ranks) - rooms, "stated in ARCHITECTURE.md, absent in pkstats"


def test_files_and_functions_are_short(root: Path) -> None:
    long = []
    for module in [*find_modules(root), *(root / "analyses").rglob("*.py")]:
        text = module.read_text()
        lines = len(text.splitlines())
        if lines > MOST_LINES_OF_A_FILE:
            long.append(f"{module.relative_to(root)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[ast.get_docstring(node) is not None :]
                length = node.end_lineno - body[0].lineno + 1 if body else 0
                if length > MOST_LINES_OF_A_FUNCTION:
                    long.append(f"{module.relative_to(root)}:{node.name}: {length} lines")
    assert not long, "\n".join(long)


def test_no_module_has_a_name_that_says_nothing(root: Path) -> None:
    banned = {"utils", "helpers", "common", "misc", "tools"}
    assert not [m for m in find_modules(root) if banned & set(m.with_suffix("").parts[-2:])]
