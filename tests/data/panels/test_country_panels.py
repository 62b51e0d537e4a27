"""Country-months and country-years: totals, history, zeros and windows, identity."""

import pandas as pd
import pytest

from pkstats.data.panels import countries, country_month, country_year, country_year_vdem, store
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.datapackage import describe_package
from pkstats.errors import PanelError

UNOBSERVED = {396, 397}  # Abkhazia, South Ossetia
SIDES = ["one_sided_government_deaths", "one_sided_non_state_deaths"]


@pytest.fixture(scope="module")
def months():
    return store.load_panel("country_month").frame


@pytest.fixture(scope="module")
def years():
    return store.load_panel("country_year").frame


def pick(frame, country, time, column):
    key = "month" if "month" in frame else "year"
    time = pd.Timestamp(time) if key == "month" else time
    return frame.loc[(frame["country"] == country) & (frame[key] == time), column].item()


def test_world_totals(months, years):
    expected = {1994: 824, 2021: 235, 2022: 318, 2024: 188}
    for frame in (months, years):
        sums = frame.groupby("year")["organized_violence_deaths"].sum()
        assert {year: round(sums[year] / 1000) for year in expected} == expected
        assert frame["one_sided_deaths"].sum() == 1_273_539
        assert frame[SIDES].sum().tolist() == [951_069, 322_470]


def test_extremes_are_known(months, years):
    assert pick(years, 517, 1994, "one_sided_deaths") == 770_581  # Rwanda
    assert pick(months, 517, "1994-04-01", "one_sided_deaths") == 739_977
    assert pick(months, 517, "1994-04-01", "one_sided_government_deaths") == 731_615
    assert pick(months, 625, "2025-10-01", "one_sided_deaths") == 59_961  # Sudan
    assert pick(months, 625, "2025-10-01", "one_sided_non_state_deaths") == 59_958


def test_sides_and_types_add_up(months, years):
    for frame in (months, years):
        seen = frame[frame["one_sided_deaths"].notna()]
        assert (seen[SIDES].sum(axis=1) == seen["one_sided_deaths"]).all()
        assert (seen[countries.TOTALS].sum(axis=1) == seen["organized_violence_deaths"]).all()
        for side in SIDES:
            assert (seen[f"{side}_low"] <= seen[side]).all()
            assert (seen[side] <= seen[f"{side}_high"]).all()


def test_the_system_of_states_is_the_universe(months, years):
    assert len(months) == 85_376 and len(years) == 7_132 and months["country"].nunique() == 201
    assert months.loc[months["country"] == 626, "month"].min() == pd.Timestamp("2011-07-01")
    assert months.loc[months["country"] == 315, "month"].max() == pd.Timestamp("1992-12-01")
    assert set(years.loc[years["year"] == 2006, "country"]) >= {340, 341, 345}


def test_a_quiet_month_is_zero_only_where_ucdp_looks(months, years):
    assert pick(months, 380, "2001-02-01", "organized_violence_deaths") == 0  # Sweden
    counted = [c for c in months if c.endswith(("_deaths", "_events", "_low", "_high"))]
    for frame in (months, years):
        absent = frame["country"].isin(UNOBSERVED)
        assert frame.loc[absent, counted].isna().all().all()
        assert frame.loc[~absent, counted].notna().all().all()


def test_covariates_are_never_filled(years):
    last = {
        "population": 2023,
        "gdp_per_capita": 2024,
        "infant_mortality": 2015,
        "aid_received": 2023,
        "conflict_terminations": 2019,
        "peace_agreements": 2021,
        "refugees_from": 2025,
    }
    for column, year in last.items():
        present = years.loc[years[column].notna(), "year"]
        assert present.max() == year, column
    income = years[(years["country"] == 626) & years["gdp_per_capita"].notna()]["year"]
    assert income.agg(["min", "max"]).tolist() == [2011, 2015]  # a state since 2011
    assert (years["gdp_per_capita"].dropna() > 0).all()
    assert {520, 439} <= set(years.loc[years["gdp_per_capita"].notna(), "country"])


def test_ends_of_conflicts(years):
    assert pick(years, 432, 2015, "peace_agreements") == 2  # Mali, Algiers
    assert pick(years, 540, 2002, "terminations_peace_agreement") == 1  # Angola, Luena
    assert pick(years, 780, 2009, "terminations_government_victory") == 1  # Sri Lanka
    outcomes = [c for c in years if c.startswith("terminations_")]
    ended = years[years["conflict_terminations"].notna()]
    assert len(outcomes) == 6
    assert (ended[outcomes].sum(axis=1) == ended["conflict_terminations"]).all()


def test_years_are_sums_of_their_months(months, years):
    counted = [c for c in months if c.endswith(("_deaths", "_events", "_low", "_high"))]
    summed = months.groupby(["country", "year"])[counted].sum(min_count=1).reset_index()
    both = years.merge(summed, on=["country", "year"], suffixes=("", "_sum"), validate="1:1")
    assert len(both) == len(years)
    for column in counted:
        assert both[column].equals(both[f"{column}_sum"].astype("Int64"))


def test_exploratory_panels_agree(raw, months, years):
    """The exploratory panels are a cross-check, never an input."""
    folder = raw / "country_panels"
    earlier = pd.read_csv(folder / "country_month.csv.gz").drop(columns="country")
    earlier["month"] = pd.to_datetime(earlier[["year", "month"]].assign(day=1))
    earlier = earlier.rename(columns={"gwcode": "country"})
    both = months.merge(earlier, on=["country", "month"], suffixes=("", "_earlier"))
    both = both[both["one_sided_deaths"].notna()]
    assert len(both) > 84_000
    for ours, theirs in (("state_based_deaths", "sb_deaths"), ("one_sided_events", "os_events")):
        assert (both[ours] == both[theirs]).all()
    earlier = pd.read_csv(folder / "country_year.csv.gz", low_memory=False).drop(columns="country")
    earlier = earlier.rename(columns={"gwcode": "country"})
    both = years.merge(earlier, on=["country", "year"], suffixes=("", "_earlier"))
    assert len(both) == 7_131
    for ours, theirs, least in (
        ("refugees_from", "refugees_from_earlier", 1),
        ("refugees_hosted", "refugees_hosted_earlier", 1),
        ("coup_attempts", "coup_attempts_earlier", 1),
        ("peace_agreements", "n_peace_agreements", 1),
        ("conflict_terminations", "n_conf_terminated", 1),
        ("aid_received", "oda_received_const_usd", 1),
        ("gdp_per_capita", "gdp_pc_const2015usd", 0.94),  # another vintage fills some states
    ):
        pair = both[[ours, theirs]].dropna().astype("float64")
        same = (pair[ours] - pair[theirs]).abs() <= 0.01 * pair[theirs].abs()
        assert len(pair) > 4_800 and same.mean() >= least, (ours, same.mean())


def test_vdem_stands_apart_under_its_own_licence(years):
    panel = store.load_panel("country_year_vdem")
    assert not set(panel.frame) & set(years) - {"country", "year", "name"}
    described = describe_package([panel], {})["resources"][0]
    assert described["licenses"][0]["name"] == "CC-BY-SA-4.0"
    late = panel.frame[panel.frame["year"] == 2024]
    assert late["electoral_democracy"].notna().sum() > 170 and late["rule_of_law"].isna().all()
    joined = store.load_panel("country_year").join(
        panel.frame.drop(columns="name"), on=["country", "year"]
    )
    assert len(joined.frame) == len(years)


def test_the_list_of_dyads_rebuilds_and_sums_to_the_sides(raw, root):
    stored = pd.read_csv(root / "data" / "panels" / "one_sided_dyads.csv")
    assert stored.astype(str).equals(country_month.one_sided_dyads(raw).astype(str))
    assert stored.groupby("side")["deaths"].sum().to_dict() == {
        "government": 951_069, "non_state": 322_470,
    }  # fmt: skip


def test_events_outside_the_system_are_refused():
    states = pd.DataFrame({"country": [860], "month": pd.to_datetime(["2002-05-01"])})
    lone = pd.DataFrame({"country": [860], "month": pd.to_datetime(["1999-09-01"]), "deaths": 1})
    countries.check_universe(states.assign(deaths=1), states)
    with pytest.raises(PanelError, match="1 country-months: 860 1999-09"):
        countries.check_universe(lone, states)


@pytest.mark.slow
@pytest.mark.parametrize("builder", [country_month, country_year, country_year_vdem])
def test_a_rebuild_from_raw_is_the_committed_panel(raw, builder):
    committed = store.load_panel(builder.NAME)
    assert canonical_hash(builder.build(raw)) == canonical_hash(committed)
