"""A family on a panel that exists is four things: a declaration, a freeze, a script, a chapter."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

TOY = Path(__file__).with_name("new_family")
#: The four things, and where they go.
PLACES = {
    "family.py": "pkstats/families/seasons/__init__.py",
    "script.py": "analyses/seasons.py",
    "page.md": "book/seasons.md",
}
FREEZE = "pkstats/families/seasons/frozen.toml"
STEP = """
from pathlib import Path
from analyses.steps import declare_steps
from pkstats.command.steps import run_step
root = Path.cwd()
(step,) = (s for s in declare_steps(root, None, {}) if s.name == "seasons")
run_step(step, root)
"""


def hash_files(root: Path) -> dict[str, str]:
    files = (f for room in ("pkstats", "analyses", "book") for f in (root / room).rglob("*"))
    return {
        str(f.relative_to(root)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in files
        if f.is_file() and "__pycache__" not in f.parts
    }


def run(checkout: Path, code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def checkout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with the four things added."""
    folder = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__", "results")
    for room in ("pkstats", "analyses", "book"):
        shutil.copytree(root / room, folder / room, ignore=ignored if room != "pkstats" else None)
    for beside in ("data", "requirements.lock", "CITATION.cff", "pyproject.toml"):
        (folder / beside).symlink_to(root / beside)
    for page in root.glob("*.md"):
        (folder / page.name).symlink_to(page)
    (folder / "build").mkdir()
    (folder / "build" / "panels").symlink_to(root / "data" / "panels")
    before = hash_files(folder)
    for name, place in PLACES.items():
        target = folder / place
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(TOY / name, target)
    said = run(
        folder,
        "import pkstats as pk\nfrom pkstats.families import find_family\n"
        "print(pk.write_freeze(find_family('X1')))",
    )
    (folder / FREEZE).write_text(said)
    after = hash_files(folder)
    assert {n for n in after if before.get(n) != after[n]} == {*PLACES.values(), FREEZE}
    return folder


@pytest.fixture(scope="module")
def results(checkout: Path) -> Path:
    run(checkout, STEP)
    return checkout / "build" / "results"


def test_the_script_writes_verdicts_and_every_table_behind_them(results: Path) -> None:
    verdicts = pd.read_csv(results / "x1_verdict.csv").set_index("hypothesis")
    assert verdicts.loc["X1-rains", "ruling"] == "not identified"
    assert verdicts.loc["X1-late", "ruling"] in ("supported", "contradicted", "negligible",
                                                "inconclusive")  # fmt: skip
    assert (verdicts["entering"] == "CRV3").all()
    assert verdicts.loc["X1-rains", "entered_p"] == 1
    effects = pd.read_csv(results / "x1_effects.csv")
    assert set(effects["unit"]) == {"per 100 country-years"}
    written = {f.name.removeprefix("x1_").removesuffix(".csv") for f in results.glob("x1_*.csv")}
    assert {"estimates", "leave_one_out", "identification", "rows_lost", "verdict",
            "verdict_steps", "effects", "specifications", "facts"} <= written  # fmt: skip


def test_nothing_of_it_can_be_bent_once_it_is_frozen(checkout: Path) -> None:
    said = run(
        checkout,
        "from dataclasses import replace\nimport pkstats as pk\n"
        "h = pk.hypothesis('X1-late')\n"
        "try:\n    pk.judge(replace(h, expected_sign=-1))\n"
        "except pk.PkstatsError as error:\n    print(type(error).__name__, error)",
    )
    assert said.startswith("HypothesisError")


def test_its_script_is_a_step_that_reruns_no_other_topic(checkout: Path) -> None:
    said = run(
        checkout,
        "from pathlib import Path\nfrom analyses.steps import declare_steps\n"
        "for step in declare_steps(Path.cwd(), None, {}):\n"
        "    if any('families/seasons' in p for p in step.patterns): print(step.name)",
    )
    assert said.split() == ["seasons"]


def test_its_page_is_built_and_stands_in_the_contents(checkout: Path, results: Path) -> None:
    """The book's own contents list the page; the page is built alone, every warning an error."""
    said = run(
        checkout,
        "import shutil, sys\nfrom pathlib import Path\nsys.path.insert(0, 'book')\nimport build\n"
        "print('\\n'.join(build.list_pages(Path('book'))))\n"
        "alone = Path(shutil.copytree('book', 'alone'))\n"
        "contents = ('format: jb-book', 'root: seasons', 'chapters:', '- file: references')\n"
        "(alone / '_toc.yml').write_text('\\n'.join(contents))\n"
        "build.build(Path('build'), Path('page'), book=alone)\n",
    )
    contents = said.splitlines()
    assert contents.index("h2") < contents.index("seasons")
    page = (checkout / "page" / "seasons.html").read_text("utf-8")
    for text in (
        "Are more peace agreements signed late in the year?",
        "not identified",
        "More agreements are signed in the second half of a year.",
        "Negotiators choose their months.",
        "per 100 country-years",
        "Figure 1",
        "x1_verdict.csv",
    ):
        assert text in page, text
