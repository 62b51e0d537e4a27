"""What the register says of the data is what the panels hold."""

from __future__ import annotations

import pandas as pd
import pytest

from pkstats.data.panels import load_panel
from pkstats.documents.claim import claim

MONTH = 30.4375
"""Days of a mean month."""


@pytest.fixture(scope="module")
def dated() -> pd.DataFrame:
    """Decisions on a mandate that say when it expires, with its length in months."""
    frame = load_panel("mandate").frame.dropna(subset=["expiry"])
    return frame.assign(length=(frame["expiry"] - frame["date"]).dt.days / MONTH)


def test_mandates_seldom_run_for_a_year(dated: pd.DataFrame):
    assert "three in four ran for seven and a half months" in claim("K5").caveat
    short = dated["length"] <= 7.5
    early = dated["date"] < "2000-01-01"
    late = dated["date"] >= "2010-01-01"
    shares = [round(float(part.mean()), 2) for part in (short, short[early], short[late])]
    assert shares == [0.76, 0.95, 0.47]


def test_due_diligence_enters_mandates_in_march_2013():
    assert "from March 2013 on" in claim("L4").caveat
    frame = load_panel("mission_month").frame
    assert frame.loc[frame["text_due_diligence"] == 1, "month"].min() == pd.Timestamp("2013-03-01")


def test_the_missions_never_coded_with_protection_are_those_named():
    missions = load_panel("mission").frame
    young = missions[missions["start"].ge("1999-01-01") & missions["universe"].eq("peacekeeping")]
    coded = load_panel("mission_month").frame.groupby("mission")["text_poc"].max()
    never = {name for name in young["mission"] if coded.get(name) == 0}
    named = claim("L66").caveat.split("(")[1].split(")")[0].split(", ")
    assert never == set(named)
    assert len(named) == 7


def test_figures_on_displaced_congolese_go_on_in_the_yearly_series():
    frame = load_panel("country_year").frame
    congo = frame[frame["country"].eq(490) & frame["year"].between(2016, 2022)]
    assert congo["internally_displaced"].notna().all()
    assert "whether the series stops" in claim("L68").test
