"""What a step declares as its code: all that it imports, and nothing else."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from pkstats.command import declarations
from pkstats.command.dependencies import follow_imports
from pkstats.command.steps import Step
from pkstats.families import find_family
from pkstats.families.amendment import Amendment, read_amendments
from pkstats.families.freeze import Frozen, read_frozen

#: Steps that compute results from panels, or from results.
COMPUTED = ("h1", "h2", "replication", "simulation", "project")


@pytest.fixture(scope="module")
def declared(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("declared", root / "analyses" / "steps.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def steps(root: Path, declared: ModuleType) -> dict[str, Step]:
    return {step.name: step for step in declared.declare_steps(root, None, {"a.csv": "0" * 64})}


def list_readers(steps: dict[str, Step], root: Path, place: str) -> set[str]:
    """Steps of which a file is an input."""
    assert (root / place).is_file()
    return {s.name for s in steps.values() if any(root / place in root.glob(p) for p in s.patterns)}


def write(root: Path, name: str, text: str = "") -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A checkout whose script imports by every form that Python knows."""
    write(tmp_path, "pkstats/__init__.py", "from pkstats.report import prose\n")
    write(tmp_path, "pkstats/errors.py")
    write(tmp_path, "pkstats/data/__init__.py")
    write(tmp_path, "pkstats/data/panel.py", "from pkstats.errors import PkstatsError\n")
    write(tmp_path, "pkstats/data/words.toml")
    write(tmp_path, "pkstats/data/tables/codebook.toml")
    write(tmp_path, "pkstats/data/other/__init__.py")
    write(tmp_path, "pkstats/data/other/apart.toml")
    write(tmp_path, "pkstats/fit/__init__.py", 'import_module(f"pkstats.fit.engines.{name}")\n')
    write(tmp_path, "pkstats/fit/engines/one.py")
    write(tmp_path, "pkstats/report/__init__.py")
    write(tmp_path, "pkstats/report/prose.py")
    write(tmp_path, "pkstats/hints.py")
    write(
        tmp_path,
        "analyses/h.py",
        "import json\nif TYPE_CHECKING:\n    from pkstats import hints\n"
        "from pkstats.data.panel import Panel\ndef main():\n    from pkstats import fit\n",
    )
    return tmp_path


def test_the_closure_holds_every_form_of_import(toy: Path) -> None:
    found = {f.as_posix() for f in follow_imports([toy / "analyses" / "h.py"], toy)}
    assert found == {
        "analyses/h.py",
        "pkstats/data/__init__.py",
        "pkstats/data/panel.py",
        "pkstats/data/tables/codebook.toml",
        "pkstats/data/words.toml",
        "pkstats/errors.py",
        "pkstats/fit/__init__.py",
        "pkstats/fit/engines/one.py",
    }


def test_a_sentence_of_the_report_reruns_no_analysis(steps: dict[str, Step]) -> None:
    for name in ("h1", "h2", "panels", "data", "replication", "simulation"):
        assert not [p for p in steps[name].patterns if p.startswith("pkstats/report/")], name
    assert any(p.startswith("pkstats/") for p in steps["book"].patterns)


def test_every_engine_counts_with_an_analysis(root: Path, steps: dict[str, Step]) -> None:
    engines = {str(f.relative_to(root)) for f in root.glob("pkstats/**/engines/*.py")}
    assert len(engines) > 10
    assert engines <= set(steps["h1"].patterns)


def test_every_analysis_is_a_step(root: Path, steps: dict[str, Step]) -> None:
    files = (root / "analyses").glob("*.py")
    scripts = {f.stem for f in files if "\ndef main(" in f.read_text()} - {"steps"}
    assert scripts == set(steps) - {"panels", "results_codebook", "book"}


def test_the_raw_hashes_are_inputs_of_the_panels(root: Path, steps: dict[str, Step]) -> None:
    assert steps["data"].given == {"raw/a.csv": "0" * 64}
    assert any(p.startswith("pkstats/data/sources/") for p in steps["data"].patterns)


def test_a_topic_reruns_the_scripts_that_name_its_families(steps: dict[str, Step]) -> None:
    other = {"h1": "pkstats/families/impartiality/"}
    own = {"h1": "pkstats/families/robustness/", "h2": "pkstats/families/impartiality/"}
    for name in ("h1", "h2"):
        patterns = steps[name].patterns
        assert len([p for p in patterns if p.startswith(own[name])]) > 5
    assert not [p for p in steps["h1"].patterns if p.startswith(other["h1"])]
    assert "pkstats/families/robustness/attacks.py" in steps["h2"].patterns


@pytest.mark.parametrize(
    "place", ["pkstats/documents/claims.toml", "pkstats/families/frozen.toml", "pkstats/errors.py"]
)
def test_the_book_sees_every_file_of_the_package(
    root: Path, steps: dict[str, Step], place: str
) -> None:
    assert "book" in list_readers(steps, root, place)


@pytest.mark.parametrize(
    "place",
    [
        "pkstats/data/panels/codebooks/survey.toml",
        "pkstats/data/mandates/missions.toml",
        "pkstats/results/columns.toml",
        "pkstats/results/tables/some_families.toml",
        "pkstats/families/frozen.toml",
        "pkstats/families/amendments.toml",
    ],
)
def test_no_file_of_words_and_entries_reruns_an_analysis(
    root: Path, steps: dict[str, Step], place: str
) -> None:
    readers = list_readers(steps, root, place)
    assert not readers & set(COMPUTED)
    if place.startswith("pkstats/data/"):
        assert "data" in readers
    if place.startswith("pkstats/results/"):
        assert "results_codebook" in readers


def test_the_builders_of_panels_read_the_tables_of_the_data(
    root: Path, declared: ModuleType
) -> None:
    built = declared.declare_panels(root, root, {})
    for name in ("panels/codebooks/survey.toml", "mandates/missions.toml"):
        assert f"pkstats/data/{name}" in built.patterns


def test_a_gate_reruns_what_it_gates(
    root: Path, declared: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = find_family("H1"), find_family("H2")
    gated = replace(first, hypotheses=(replace(first.hypotheses[0], gated_by="H2"),))
    place = "pkstats/families/impartiality/designs.py"
    assert place not in declared.list_code(root, "analyses/h1.py")
    monkeypatch.setattr(
        declared,
        "list_topics",
        lambda: (
            SimpleNamespace(__name__="pkstats.families.robustness", FAMILIES=(gated,)),
            SimpleNamespace(__name__="pkstats.families.impartiality", FAMILIES=(second,)),
        ),
    )
    assert place in declared.list_code(root, "analyses/h1.py")
    assert {"freeze of H1", "freeze of H2"} <= set(
        declared.declare_analysis(root, root / "analyses/h1.py").given
    )


def test_a_script_is_given_the_freeze_of_its_own_families(steps: dict[str, Step]) -> None:
    frozen = {
        name: {key.removeprefix("freeze of ") for key in step.given if key.startswith("freeze")}
        for name, step in steps.items()
    }
    assert {"H1", "H1-elements"} <= frozen["h1"]
    assert frozen["h2"] == {"H2"}
    assert not frozen["replication"] | frozen["simulation"] | frozen["project"]


@pytest.mark.parametrize(
    ("table", "name", "moved"),
    [
        ("sha256", "H1-robustness-risk", {"H1"}),
        ("sha256", "H2-populations", {"H2"}),
        ("multiverses", "H1-robustness-risk", {"H1"}),
        ("runs", "H2", {"H2"}),
        ("designs", "H1: another", {"H1"}),
        ("preparations", "H1-elements", set()),
        ("thresholds", "rule", {"H1", "H2"}),
        ("sha256", "H9-another", set()),
    ],
)
def test_an_entry_of_the_freeze_moves_its_family_alone(
    monkeypatch: pytest.MonkeyPatch, table: str, name: str, moved: set[str]
) -> None:
    before = hash_freezes()
    held: Frozen = read_frozen()
    held[table][name] = "0" * 64
    monkeypatch.setattr(declarations, "read_frozen", lambda: held)
    assert {code for code, digest in hash_freezes().items() if digest != before[code]} == moved


@pytest.mark.parametrize(
    ("table", "name", "moved"),
    [
        ("sha256", "H1-robustness-risk", {"H1"}),
        ("designs", "H1: missions", {"H1"}),
        ("thresholds", "rule", {"H1", "H2"}),
        ("sha256", "H9-another", set()),
    ],
)
def test_an_amendment_moves_its_family_alone(
    monkeypatch: pytest.MonkeyPatch, table: str, name: str, moved: set[str]
) -> None:
    before = hash_freezes()
    day = date(2026, 1, 31)
    hashes = {table: {name: "0" * 64}}
    entry = Amendment(date=day, kind="rule", what="", why="", hashes=hashes)
    known = read_amendments()
    monkeypatch.setattr(declarations, "read_amendments", lambda: (*known, entry))
    assert {code for code, digest in hash_freezes().items() if digest != before[code]} == moved


def hash_freezes() -> dict[str, str]:
    return {code: declarations.hash_freeze(find_family(code)) for code in ("H1", "H2")}


def hash_changed(
    monkeypatch: pytest.MonkeyPatch, hashed: Callable[[], str], **changes: object
) -> bool:
    """Whether a hash moves when the first column of everything is declared otherwise."""
    before = hashed()

    def change(columns: tuple) -> tuple:
        return (replace(columns[0], **changes), *columns[1:])

    tables = [replace(t, columns=change(t.columns)) for t in declarations.list_tables()]
    books = {n: declarations.codebooks.codebook(n) for n in declarations.codebooks.names()}
    monkeypatch.setattr(declarations, "list_tables", lambda: tables)
    monkeypatch.setattr(declarations.codebooks, "codebook", lambda name: change(books[name]))
    return hashed() != before


@pytest.mark.parametrize("hashed", [declarations.hash_codebooks, declarations.hash_contract])
@pytest.mark.parametrize(
    ("changes", "moves"),
    [
        ({"label": "Other words", "unit": "other words"}, False),
        ({"name": "another"}, True),
        ({"kind": "binary"}, True),
        ({"minimum": -7.0}, True),
        ({"categories": ("one", "two")}, True),
    ],
)
def test_the_words_of_a_column_rerun_nothing_and_its_bounds_do(
    monkeypatch: pytest.MonkeyPatch, hashed: Callable[[], str], changes: dict, moves: bool
) -> None:
    assert hash_changed(monkeypatch, hashed, **changes) is moves
