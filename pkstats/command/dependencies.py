"""Dependencies: the files of the project that a script imports, directly or through others."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

ROOMS = ("pkstats", "analyses")
FACE = Path("pkstats") / "__init__.py"


def follow_imports(
    first: Iterable[Path], root: Path, *, apart: Collection[str] = ()
) -> tuple[Path, ...]:
    """List the files that some files of the project import, themselves included.

    Imports inside functions count, imports for type checkers alone do not. A module that loads
    others by a name it composes (``import_module(f"pkstats.x.{name}")``) depends on all of that
    package. Files of a package that are not code (its tables in TOML) count with it. The face of
    the package (``pkstats/__init__.py``) is left out: it names every room and computes nothing.

    Parameters
    ----------
    first : iterable of Path
        Files to start from, below `root`.
    root : Path
        Folder of the checkout.
    apart : collection of str
        Packages of which only the modules count that are imported by their own names.

    Returns
    -------
    tuple of Path
        Sorted, relative to `root`.
    """
    met: set[Path] = set()
    waiting = list(first)
    while waiting:
        file = waiting.pop()
        if file in met or file == root / FACE:
            continue
        met.add(file)
        names = (n for n in list_names(file) if n.removesuffix(".*") not in apart or n[-1] != "*")
        waiting.extend(found for name in names for found in find_files(name, root))
    beside = {
        table
        for folder in {file.parent for file in met if file.is_relative_to(root / "pkstats")}
        for table in folder.rglob("*.toml")
        if table.parent == folder or not (table.parent / "__init__.py").is_file()
    }
    return tuple(sorted(file.relative_to(root) for file in met | beside))


def find_files(name: str, root: Path) -> Iterator[Path]:
    """Files of a dotted name: its module, the packages above it, or all of ``package.*``."""
    parts = name.split(".")
    if parts[0] not in ROOMS:
        return
    if parts[-1] == "*":
        yield from (root.joinpath(*parts[:-1])).rglob("*.py")
        return
    for length in range(len(parts), 1, -1):
        place = root.joinpath(*parts[:length])
        if place.with_suffix(".py").is_file():
            yield place.with_suffix(".py")
        elif (place / "__init__.py").is_file():
            yield place / "__init__.py"


def list_names(file: Path) -> Iterator[str]:
    """Dotted names that a file imports when it runs."""
    return _list_names(ast.parse(file.read_text(encoding="utf-8")))


def _list_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from _name_dynamic(node.args[0])
        yield from _list_names(node)


def _name_dynamic(argument: ast.expr) -> Iterator[str]:
    """Name of a module loaded by name: whole where it is a constant, else its package."""
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        yield str(argument.values[0].value).rpartition(".")[0] + ".*"
