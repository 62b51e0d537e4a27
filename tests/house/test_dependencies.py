"""What a step declares as its code holds every module that it imports."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkstats.command.steps import Step


@pytest.fixture(scope="module")
def steps(root: Path) -> dict[str, Step]:
    spec = importlib.util.spec_from_file_location("declared", root / "analyses" / "steps.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {step.name: step for step in module.declare_steps(root, {"a.csv": "0" * 64})}


def find_module(name: str, root: Path) -> Path | None:
    """File of a dotted name, or of the module that the name stands in."""
    parts = name.split(".")
    for length in (len(parts), len(parts) - 1):
        place = root.joinpath(*parts[:length])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if length and file.is_file():
                return file
    return None


def list_names(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield str(node.module)


def follow_imports(first: list[Path], root: Path) -> set[Path]:
    """Every file of the project that a file imports, directly or not; the face is left out."""
    met: set[Path] = set()
    waiting = list(first)
    while waiting:
        file = waiting.pop()
        if file in met or file == root / "pkstats" / "__init__.py":
            continue
        met.add(file)
        for name in list_names(file):
            if name.split(".")[0] in {"pkstats", "analyses"} and (found := find_module(name, root)):
                waiting.append(found)
    return met


@pytest.mark.parametrize(
    ("step", "first", "least"),
    [
        ("panels", "pkstats/panels/*.py", 15),
        ("h1", "analyses/h1.py", 12),
        ("h2", "analyses/h2.py", 12),
    ],
)
def test_a_step_declares_the_code_it_imports(
    root: Path, steps: dict[str, Step], step: str, first: str, least: int
) -> None:
    imported = follow_imports(sorted(root.glob(first)), root)
    assert len(imported) >= least
    declared = {f for pattern in steps[step].patterns for f in root.glob(pattern)}
    assert not {str(f.relative_to(root)) for f in imported - declared}


def test_every_analysis_is_a_step(root: Path, steps: dict[str, Step]) -> None:
    files = (root / "analyses").glob("*.py")
    scripts = {f.stem for f in files if "\ndef main(" in f.read_text()} - {"steps"}
    assert scripts == set(steps) - {"panels", "book"}


def test_the_raw_hashes_are_inputs_of_the_panels(steps: dict[str, Step]) -> None:
    assert steps["panels"].given == {"raw/a.csv": "0" * 64}
