"""The way of `make reproduce` on a small stand-in of the checkout, each run in its own process."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pkstats.results import find_table

STEPS = """
import shutil
from pathlib import Path

import pandas as pd

from pkstats.command.steps import Step
from pkstats.results import list_tables, write_family


def declare_steps(root, raw, hashes):
    return (
        step("panels", copy, "data/panels/*"),
        step("h1", analyse, "build/panels/*", "analyses/h1.py"),
        step("book", write, "build/manifest.json", "build/results/*"),
    )


def step(name, action, *patterns):
    return Step(name=name, title=name, patterns=patterns, action=action)


def copy(root, folder):
    shutil.copytree(root / "data/panels", folder / "panels")


def analyse(root, folder):
    (folder / "results").mkdir()
    panel = pd.read_parquet(root / "build/panels/mission_month.parquet")
    slope = float((root / "analyses/h1.py").read_text())
    deaths = panel.groupby("mission", as_index=False)["deaths"].sum()
    rows = deaths.assign(model=deaths["mission"], events=deaths["deaths"], estimate=slope / 3)
    verdict = {"hypothesis": "H9", "claim": "J4", "ruling": "inconclusive",
               "reason": "few events", "estimate": slope, "conf_low": -1.0, "conf_high": 1.0,
               "unit": "log points"}
    made = {"estimates": rows, "verdict": pd.DataFrame([verdict])}
    kinds = {table.name: table for table in list_tables() if table.prefix is None}
    tables = {name: fill(frame, kinds[name]) for name, frame in made.items()}
    write_family(tables, folder / "results", prefix="h1_elements")


def fill(frame, table):
    # Every required column of a table, made up where it may not be blank.
    whole = frame.reindex(columns=list(table.required))
    for column in table.columns:
        if column.name in whole and not column.missing and whole[column.name].isna().all():
            text = column.categories[0] if column.categories else "made up"
            whole[column.name] = text if column.kind in ("key", "category") else 0.5
    return whole


def write(root, folder):
    (folder / "book").mkdir()
    (folder / "book/index.html").write_text((root / "build/manifest.json").read_text())
"""

#: Two rows of estimates and one verdict, every column that a table asks for.
VALUES = sum(
    rows * len(find_table(name, prefix="h1_elements").table.required)
    for name, rows in (("estimates", 2), ("verdict", 1))
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("analyses", "data/panels", "analyses/results"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "analyses/steps.py").write_text(STEPS)
    (tmp_path / "analyses/h1.py").write_text("0.25")
    frame = pd.DataFrame({"mission": ["MONUC", "MONUC", "UNIFIL"], "month": [1, 2, 1]})
    frame.assign(deaths=[0, 3, 1]).to_parquet(tmp_path / "data/panels/mission_month.parquet")
    assert run(tmp_path, "build", "analyses").returncode == 0
    assert run(tmp_path, "accept", "results").returncode == 0
    return tmp_path


def run(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "import sys; from pkstats.command import main; sys.exit(main())",
    ]
    environment = {"PATH": "/usr/bin:/bin", "PKSTATS_RAW": str(checkout / "no-raw")}
    return subprocess.run(
        [*command, *words],
        cwd=checkout,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_agreement_verdict_and_place_of_the_book(checkout: Path) -> None:
    answer = run(checkout, "reproduce")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "no raw sources" in answer.stdout
    assert f"{VALUES} of {VALUES} agree" in answer.stdout
    assert "verdict on H9 (claim J4): inconclusive" in answer.stdout
    assert f"open the book: {checkout}/build/book/index.html" in answer.stdout
    assert "lock_sha256" in (checkout / "build/book/index.html").read_text()


def test_a_second_run_does_nothing_and_says_so(checkout: Path) -> None:
    run(checkout, "reproduce")
    before = {f: f.stat().st_mtime_ns for f in (checkout / "build").rglob("*") if f.is_file()}
    answer = run(checkout, "reproduce")
    assert answer.stdout.count("unchanged") == 3
    assert before == {
        f: f.stat().st_mtime_ns for f in (checkout / "build").rglob("*") if f.is_file()
    }


def test_drift_is_listed_and_fails(checkout: Path) -> None:
    (checkout / "analyses/h1.py").write_text("0.2500003")
    answer = run(checkout, "reproduce")
    assert answer.returncode == 1
    place = "results/h1_elements_estimates.csv | MONUC made up | estimate: expected 0.08333"
    assert place in answer.stdout
    assert f"{VALUES - 3} of {VALUES} agree" in answer.stdout
    assert run(checkout, "accept", "results").returncode == 0
    assert f"{VALUES} of {VALUES} agree" in run(checkout, "compare").stdout


def test_a_file_that_no_table_declares_stops_the_comparison(checkout: Path) -> None:
    (checkout / "build/results/h1_elements_extra.csv").write_text("a\n1\n")
    (checkout / "build/results/h1_elements_rows_lost.csv").unlink()
    answer = run(checkout, "compare")
    assert answer.returncode == 1
    assert "h1_elements_extra.csv is declared by no table" in answer.stderr
    assert "h1_elements_rows_lost.csv is declared and no step wrote it" in answer.stderr


def test_nothing_outside_build_is_written(checkout: Path) -> None:
    def list_files() -> dict[Path, int]:
        files = (f for f in checkout.rglob("*") if f.is_file() and "__pycache__" not in f.parts)
        return {f: f.stat().st_mtime_ns for f in files if (checkout / "build") not in f.parents}

    before = list_files()
    run(checkout, "reproduce")
    assert list_files() == before


def test_without_a_reference_the_remedy_is_named(checkout: Path) -> None:
    for file in (checkout / "analyses/results").iterdir():
        file.unlink()
    (checkout / "analyses/results").rmdir()
    answer = run(checkout, "compare")
    assert answer.returncode == 1
    assert "make accept" in answer.stderr


def test_outside_a_checkout_the_remedy_is_named(tmp_path: Path) -> None:
    answer = run(tmp_path, "reproduce")
    assert answer.returncode == 1
    assert "no checkout of pkstats" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_unknown_part_is_refused(checkout: Path) -> None:
    answer = run(checkout, "accept", "book")
    assert answer.returncode == 2
    assert "choose among panels, results" in answer.stderr
