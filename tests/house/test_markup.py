"""No module writes a tag of HTML but the two that see to it that names are escaped."""

import ast
import re
from pathlib import Path

HOMES = {"display/markup.py", "report/page.py"}
TAG = re.compile(
    r"</?(?:[abipu]|br|div|em|h\d|img|li|ol|pre|script|span|strong|table|t[dhr]|ul)\b[^>]*>"
)


def list_texts(tree: ast.AST) -> list[ast.Constant]:
    """Constant texts that are no docstring."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare
    ]


def test_tags_are_written_in_their_homes_alone(root: Path) -> None:
    package = root / "pkstats"
    met, wrong = set(), []
    for module in sorted(package.rglob("*.py")):
        place = module.relative_to(package).as_posix()
        for node in list_texts(ast.parse(module.read_text("utf-8"))):
            if TAG.search(node.value):
                met.add(place)
                wrong += [] if place in HOMES else [f"{place}:{node.lineno} {node.value!r}"]
    assert met >= HOMES
    assert not wrong, "\n".join(wrong)


def test_frames_become_html_in_one_place(root: Path) -> None:
    package = root / "pkstats"
    calls = [f for f in package.rglob("*.py") if ".to_html(" in f.read_text("utf-8")]
    assert [f.relative_to(package).as_posix() for f in calls] == ["display/markup.py"]


def test_a_page_shows_markdown_and_html_from_one_module(root: Path) -> None:
    package = root / "pkstats"
    shown = [f for f in package.rglob("*.py") if "IPython" in f.read_text("utf-8")]
    assert [f.relative_to(package).as_posix() for f in shown] == ["report/page.py"]
