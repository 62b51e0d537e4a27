"""Numbers that the book prints, counted again from raw rows with nothing of pkstats in between."""

import csv
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNIFORMED = {"Military", "Police", "Military Observer"}


def read_rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def month_of(text):
    return date.fromisoformat(text).replace(day=1)


@pytest.fixture(scope="module")
def casualties(raw):
    """Casualties of peacekeeping operations in the estimation window, once each."""
    windows = {}
    for row in read_rows(ROOT / "data/compiled/missions.csv"):
        if row["universe"] == "peacekeeping":
            end = month_of(row["end"]) if row["end"] else date.max
            for name in row["fatalities"].split(";"):
                windows.setdefault(name.strip(), []).append((month_of(row["start"]), end))
    found = {}
    for row in read_rows(raw / "un_fatalities/fatalities_2025-04.csv"):
        month = month_of(row["incident_date"])
        inside = any(a <= month <= b for a, b in windows.get(row["mission_acronym"], []))
        if inside and date(2000, 1, 1) <= month <= date(2025, 1, 1):
            found[row["casualty_id"]] = row
    return list(found.values())


def count(casualties, column):
    hostile = [c for c in casualties if c["type_of_incident"] == "Malicious Act"]
    uniformed = [c for c in hostile if c["casualty_personnel_type"].strip() in UNIFORMED]
    open_types = ("To Be Determined", "Unknown")
    undetermined = [
        c
        for c in casualties
        if c["type_of_incident"] in open_types and c["casualty_personnel_type"].strip() in UNIFORMED
    ]
    return {
        "hostile_deaths_all": len(hostile),
        "hostile_deaths_uniformed": len(uniformed),
        "hostile_deaths_upper": len(uniformed) + len(undetermined),
        "hostile_incident_days": len(
            {(c["mission_acronym"], c["incident_date"]) for c in uniformed}
        ),
    }[column]


@pytest.mark.parametrize(
    "column",
    [
        "hostile_deaths_all",
        "hostile_deaths_uniformed",
        "hostile_deaths_upper",
        "hostile_incident_days",
    ],
)
def test_printed_counts_are_counts_of_raw_rows(casualties, column):
    printed = {r["column"]: r["value"] for r in read_rows(ROOT / "analyses/results/h1_trace.csv")}
    assert int(printed[column]) == count(casualties, column)


def test_the_book_prints_the_count_of_raw_rows(casualties):
    page = ROOT / "build/book/h1.html"
    if not page.exists():
        pytest.skip("SKIPPED: the book is not built here; `make reproduce` builds it")
    text = unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))
    expected = count(casualties, "hostile_deaths_uniformed")
    assert re.search(rf"sum of hostile deaths uniformed[^.]*?\b{expected}\b", text)
