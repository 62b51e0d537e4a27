"""What pages show: drawings that follow the theme, inventories, the stamp."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pandas as pd

import pkstats
from pkstats.data.registry import Source, SourceFile
from pkstats.display.style import INK
from pkstats.report.chapters import inventory
from pkstats.report.page import write_svg
from pkstats.report.parts.identification import draw_record
from pkstats.report.stamp import read_stamp, write_stamp


def test_drawing_takes_the_colour_of_the_text(made_up) -> None:
    figure = draw_record(made_up())
    drawing = write_svg(figure, name="one")
    assert drawing.startswith("<svg")
    assert "currentColor" in drawing
    assert INK not in drawing
    assert "<metadata" not in drawing
    assert not re.search(r'<svg[^>]* (width|height)="', drawing)


def test_drawings_of_one_page_share_no_identifier(made_up) -> None:
    record = made_up()
    found = [
        set(re.findall(r'id="([^"]+)"', write_svg(draw_record(record), name=name)))
        for name in ("one", "two")
    ]
    assert found[0]
    assert not found[0] & found[1]
    drawing = write_svg(draw_record(record), name="one")
    assert set(re.findall(r'href="#([^"]+)"', drawing)) <= found[0]


def test_same_frame_same_drawing(made_up) -> None:
    record = made_up()
    first, second = (write_svg(draw_record(record), name="one") for _ in range(2))
    assert first == second


def test_stamp_names_version_commit_and_manifest(tmp_path: Path) -> None:
    assert read_stamp(tmp_path)["manifest"] == "none yet"
    text = json.dumps({"code": {"commit": "0123456789abcdef", "dirty": True}})
    (tmp_path / "manifest.json").write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    assert read_stamp(tmp_path) == {
        "version": pkstats.__version__,
        "commit": "0123456789ab-dirty",
        "manifest": digest,
    }
    assert digest in write_stamp(read_stamp(tmp_path))


def make_source(*files: SourceFile) -> Source:
    return Source(
        id="s", title="T", provider="P", version="1", licence="L", citation="C",
        bibtex="s", page="example.org", notes="", files=files,
    )  # fmt: skip


def make_file(name: str, *panels: str, repository: str = "owner/name") -> SourceFile:
    return SourceFile(
        name=name, kind="file", redistribute=False, bytes=1234, sha256="ab" * 32,
        repository=repository, commit="cd" * 20, path="a/b.csv", panels=panels,
    )  # fmt: skip


def test_files_of_a_panel_are_listed_with_mirror_and_hash() -> None:
    source = make_source(make_file("used.csv", "mission_month"), make_file("unused.csv"))
    table = inventory.tabulate_files([source])
    assert table["File"].tolist() == ["`used.csv`"]
    assert table["sha256 begins"].tolist() == ["`abababababab`"]
    assert table["Mirror, commit, path"].tolist() == ["owner/name @ `cdcdcdcdcdcd`: a/b.csv"]
    assert inventory.write_mirror("", "", "") == "compiled here"


def test_codebook_line_says_range_window_and_gaps() -> None:
    row = {
        "name": "deaths", "label": "Deaths", "unit": "persons", "sources": "a;b",
        "observed_minimum": "0", "observed_maximum": "30", "first_month": "1990-01",
        "last_month": "2025-01", "missing_rows": "121", "missing_rows_in_window": "1",
        "missing": "not reported",
    }  # fmt: skip
    line = inventory.tabulate_codebook(pd.DataFrame([row])).iloc[0]
    assert line["Observed"] == "0 to 30"
    assert line["Window"] == "1990-01 to 2025-01"
    assert line["Missing"] == "121 rows, 1 in the window: not reported"
    assert line["Source"] == "a, b"


def test_excluded_deaths_are_summed_by_reason() -> None:
    excluded = pd.DataFrame(
        [("A", "late", 2, 1, 1), ("B", "late", 3, 0, 0), ("C", "early", 1, 1, 0)],
        columns=["mission", "reason", "deaths", "hostile_deaths_all", "hostile_deaths_uniformed"],
    )
    table = inventory.tabulate_excluded(excluded)
    assert table.iloc[0].tolist() == ["late", "5", "1", "1", "A, B"]


def test_reading_counts_right_changes_by_round() -> None:
    reading = pd.DataFrame(
        {"round": ["first"] * 3 + ["final"], "verdict": ["ok", "wrong", "ok", "ok"]}
    )
    said = inventory.say_reading(reading)
    assert "first reading of changes: 2 of 3 right (67%); final reading of changes: 1 of 1" in said
