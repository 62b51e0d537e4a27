"""Contributor-months: totals, gaps, details, own deaths."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.panels import contributor_month as builder
from pkstats.data.panels import load_panel, own_deaths, store
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import contributors, contributors_ipi, contributors_un, personnel


@pytest.fixture(scope="module")
def panel(raw: Path) -> Panel:
    return builder.build(raw)


@pytest.fixture(scope="module")
def frame(panel: Panel) -> pd.DataFrame:
    return panel.frame


def test_panel_keeps_its_codebook(panel: Panel) -> None:
    store.validate(panel)


def test_a_rebuild_from_raw_is_the_committed_panel(panel: Panel) -> None:
    assert canonical_hash(panel) == canonical_hash(store.load_panel(panel.name))


def test_every_person_of_the_sources_is_in_the_panel(frame: pd.DataFrame, raw: Path) -> None:
    sums = frame.groupby("own_personnel_source")["own_personnel"].sum()
    totals = contributors_ipi.read_totals(raw)[["troops", "police", "experts"]]
    assert sums["ipi"] == totals.sum().sum()
    assert sums["un_monthly"] == personnel.read_contributions(raw)["total"].sum()
    without = contributors_un.read_without_missions(raw)
    assert sums["un_monthly_without_missions"] == without["total"].sum()


def test_known_totals(frame: pd.DataFrame) -> None:
    totals = frame.groupby("month")["own_personnel"].sum()
    assert totals["2018-12-01"] == 89_846
    assert totals["2015-12-01"] == 107_088
    assert totals["2024-12-01"] == 61_201


def test_missing_months_are_those_with_a_reason(frame: pd.DataFrame) -> None:
    reasons = contributors.read_absent_months()
    reasons = reasons[reasons["panel"] == builder.NAME]
    blank = frame.groupby("month")["own_personnel"].agg(lambda values: values.isna().all())
    assert set(blank.index[blank]) == set(reasons["month"])
    some = frame.groupby("month")["own_personnel"].agg(lambda values: values.isna().any())
    assert (some == blank).all()


def test_types_add_up(frame: pd.DataFrame) -> None:
    parts = frame[["own_troops", "own_police", "own_experts"]].sum(axis=1)
    assert (parts == frame["own_personnel"].fillna(0)).all()
    police = frame["own_individual_police"] + frame["own_formed_police"]
    assert (police == frame["own_police"]).fillna(True).all()


def test_details_are_missing_where_ipi_disagrees_with_itself(frame: pd.DataFrame) -> None:
    inside = frame[frame["month"].between("2009-11-01", "2014-02-01")]
    apart = inside[inside["own_women"].isna()]
    assert len(apart) == 19
    assert set(apart["contributor"]) == {"COL", "EGY", "ETH", "FRA"}


def test_missions_are_counted_while_the_un_printed_none(frame: pd.DataFrame) -> None:
    months = frame[frame["month"].between("2018-03-01", "2019-08-01")]
    assert months["own_missions"].notna().all() and months["own_personnel"].notna().all()
    assert ((months["own_missions"] > 0) == (months["own_personnel"] > 0)).all()


def test_the_number_of_missions_is_that_of_the_panel_by_mission(frame: pd.DataFrame) -> None:
    pairs = load_panel("contributor_mission_month").frame
    counted = pairs[pairs["own_personnel"] > 0].groupby(["contributor", "month"]).size()
    both = frame.set_index(["contributor", "month"])["own_missions"].dropna()
    apart = both[both != counted.reindex(both.index).fillna(0)]
    # IPI's table by gender hides or adds a contributor, or a report lists nobody by name
    assert len(apart) < 30
    assert apart.index.get_level_values("month").min() >= pd.Timestamp("2009-11-01")


def test_covariates_are_those_of_the_sources(frame: pd.DataFrame, raw: Path) -> None:
    row = frame[(frame["contributor"] == "GHA") & (frame["month"] == "2014-05-01")].iloc[0]
    year = load_panel("country_year").frame.set_index(["country", "year"]).loc[(452, 2014)]
    assert row["contributor_population"] == year["population"]
    assert row["contributor_gdp_per_capita"] == year["gdp_per_capita"]
    assert row["contributor_ideal_point"] == year["ideal_point"]
    assert row["contributor_region"] == "Africa"
    months = load_panel("country_month").frame
    deaths = months[(months["country"] == 475) & (months["month"] == "2014-05-01")]
    nigeria = frame[(frame["contributor"] == "NGA") & (frame["month"] == "2014-05-01")].iloc[0]
    assert nigeria["contributor_conflict_deaths"] == deaths["organized_violence_deaths"].item() > 0


def test_covariates_are_never_filled(frame: pd.DataFrame) -> None:
    ends = {
        "contributor_population": 2023,
        "contributor_gdp_per_capita": 2024,
        "contributor_ideal_point": 2019,
        "contributor_conflict_deaths": 2025,
    }
    for column, year in ends.items():
        known = frame.dropna(subset=[column])
        assert known["month"].dt.year.max() == year
        assert known["contributor_country"].notna().all()
    inside = frame[frame["contributor_country"].notna()]
    assert inside["contributor_region"].notna().all()
    quiet = inside.loc[inside["contributor"] == "URY", "contributor_conflict_deaths"]
    assert quiet.notna().all()
    assert (quiet == 0).mean() > 0.9


def test_contributors_of_known_rank(frame: pd.DataFrame) -> None:
    def name_largest(month: str) -> str:
        return frame[frame["month"] == month].set_index("contributor")["own_personnel"].idxmax()

    assert name_largest("2015-12-01") in {"BGD", "ETH"}
    assert name_largest("2024-12-01") == "NPL"
    assert name_largest("2007-12-01") == "PAK"


def test_states_enter_when_they_begin(frame: pd.DataFrame) -> None:
    first = frame.groupby("contributor")["month"].min().dt.strftime("%Y-%m")
    assert first["SVK"] == "1993-01" and first["MNE"] == "2006-06" and first["GHA"] == "1990-11"
    serbia = frame[frame["contributor"] == "SRB"].set_index("month")["contributor_country"]
    assert serbia["2006-05-01"] == 345 and serbia["2006-07-01"] == 340


def test_own_deaths_are_all_deaths_of_known_nationality(frame: pd.DataFrame, raw: Path) -> None:
    deaths = own_deaths.count_deaths(raw)
    inside = deaths[(deaths["month"] >= "1990-11-01") & deaths["contributor"].notna()]
    assert frame["own_hostile_deaths"].sum() == inside["own_hostile_deaths"].sum() == 738
    nameless = deaths[(deaths["month"] >= "1990-11-01") & deaths["contributor"].isna()]
    assert nameless["own_hostile_deaths"].sum() == 1  # UNPF, 1995-05, nationality undetermined


def test_known_losses(frame: pd.DataFrame) -> None:
    rows = frame.set_index(["contributor", "month"])["own_hostile_deaths"]
    assert rows[("BEL", pd.Timestamp("1994-04-01"))] == 10  # Kigali, 1994-04-07
    assert rows[("PAK", pd.Timestamp("1993-06-01"))] >= 23  # Mogadishu, 1993-06-05
