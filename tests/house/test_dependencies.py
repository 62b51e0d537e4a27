"""What a step declares as its code: all that it imports, and nothing else."""

import importlib.util
from pathlib import Path

import pytest

from pkstats.command.dependencies import follow_imports
from pkstats.command.steps import Step


@pytest.fixture(scope="module")
def steps(root: Path) -> dict[str, Step]:
    spec = importlib.util.spec_from_file_location("declared", root / "analyses" / "steps.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {step.name: step for step in module.declare_steps(root, None, {"a.csv": "0" * 64})}


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
        assert any(p.startswith("pkstats/families/frozen") for p in patterns)
    assert not [p for p in steps["h1"].patterns if p.startswith(other["h1"])]
    assert "pkstats/families/robustness/attacks.py" in steps["h2"].patterns
