"""Numbers printed in the book, counted again from the raw rows without any code of pkstats."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

UNIFORMED = {"Military", "Military Observer", "Police"}
KINDS = {
    "hostile_deaths_uniformed": {"Malicious Act"},
    "hostile_deaths_upper": {"Malicious Act", "To Be Determined", "Unknown"},
    "accident_deaths": {"Accident"},
    "illness_deaths": {"Illness"},
}


@pytest.fixture(scope="module")
def printed(book: Path) -> dict[str, int]:
    """Value by column, as the table of counts of the chapter prints them."""
    text = (book / "h1.html").read_text(encoding="utf-8")
    section = text[text.index('id="counts-to-check-by-hand"') :]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", section, flags=re.DOTALL):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.split(r"</t[dh]>", row)]
        if cells[1].replace(",", "").isdigit():
            found[cells[3]] = int(cells[1].replace(",", ""))
    return found


@pytest.fixture(scope="module")
def casualties(raw: Path, root: Path) -> list[dict[str, str]]:
    """Casualties of the estimation window in months of missions of the universe."""
    with (root / "data/compiled/missions.csv").open(encoding="utf-8", newline="") as file:
        missions = [row for row in csv.DictReader(file) if row["universe"] == "peacekeeping"]
    with (raw / "un_fatalities/fatalities_2025-04.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["casualty_id"]: row for row in csv.DictReader(file)}.values()

    def is_inside(row: dict[str, str]) -> bool:
        month = row["incident_date"][:7]
        return "2000-01" <= month <= "2025-01" and any(
            row["mission_acronym"].strip() in mission["fatalities"].split(";")
            and mission["start"][:7] <= month <= (mission["end"][:7] or "9999-12")
            for mission in missions
        )

    return [row for row in rows if is_inside(row)]


@pytest.mark.parametrize("column", list(KINDS))
def test_printed_deaths_are_rows_of_the_raw_file(printed, casualties, column: str) -> None:
    counted = [
        row
        for row in casualties
        if row["type_of_incident"] in KINDS[column]
        and row["casualty_personnel_type"].strip() in UNIFORMED
    ]
    assert printed[column] == len(counted)


def test_printed_incident_days_are_days_and_missions(printed, casualties) -> None:
    days = {
        (row["mission_acronym"], row["incident_date"])
        for row in casualties
        if row["type_of_incident"] == "Malicious Act"
        and row["casualty_personnel_type"].strip() in UNIFORMED
    }
    assert printed["hostile_incident_days"] == len(days)


def test_printed_hostile_deaths_of_all_staff(printed, casualties) -> None:
    hostile = [row for row in casualties if row["type_of_incident"] == "Malicious Act"]
    assert printed["hostile_deaths_all"] == len(hostile)
