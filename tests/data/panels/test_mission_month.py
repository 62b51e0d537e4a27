"""The committed panel: known history, acceptance values, accounting of deaths."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import load_panel, mission_hosts, mission_month
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.mandate_columns import ROBUST
from pkstats.data.registry import find_shipped
from pkstats.data.sources import (
    aid_workers,
    conflict_deaths,
    country_series,
    displacement,
    fatalities,
    missions,
    personnel,
    regional_missions,
)

# Columns text_* of the months since 2000 as dictionary 2.0 coded them, written as CSV.
CODING_2_0 = "f0790af1e3d53a68036ac79df9d413bf071a654c39c1690aed08b6f5f3c6cb63"
STABILIZATION = ["MONUSCO", "MINUSTAH", "MINUSMA", "MINUSCA"]


@pytest.fixture(scope="module")
def panel():
    return load_panel("mission_month")


@pytest.fixture(scope="module")
def frame(panel) -> pd.DataFrame:
    return panel.frame


@pytest.fixture(scope="module")
def excluded() -> pd.DataFrame:
    return pd.read_csv(find_shipped("panels/excluded_deaths.csv"))


def cell(frame: pd.DataFrame, mission: str, month: str) -> pd.Series:
    row = frame[(frame["mission"] == mission) & (frame["month"] == f"{month}-01")]
    assert len(row) == 1, f"{mission} {month}"
    return row.iloc[0]


def span(frame: pd.DataFrame, mission: str) -> tuple[str, str]:
    months = frame.loc[frame["mission"] == mission, "month"].dt.strftime("%Y-%m")
    return months.min(), months.max()


def test_a_rebuild_from_raw_is_the_committed_panel(raw, panel):
    assert canonical_hash(mission_month.build(raw)) == canonical_hash(panel)


def test_excluded_deaths_rebuild(raw, excluded):
    pd.testing.assert_frame_equal(mission_month.excluded_deaths(raw), excluded, check_dtype=False)


def test_every_casualty_is_in_the_panel_or_excluded_with_a_reason(raw, frame, excluded):
    deaths = fatalities.read(raw)
    hostile = deaths["type"] == "Malicious Act"
    inside = frame["hostile_deaths_all"].sum()
    assert inside + excluded["hostile_deaths_all"].sum() == hostile.sum() == 1134
    inside = frame["hostile_deaths_uniformed"].sum()
    assert inside + excluded["hostile_deaths_uniformed"].sum() == 1020
    attributed = mission_month.attribute_deaths(deaths)
    assert attributed["reason"].notna().sum() == excluded["deaths"].sum()
    assert attributed["reason"].isna().sum() == 4423 - excluded["deaths"].sum()


def test_political_missions_and_offices_are_counted_apart(excluded):
    deaths = excluded.groupby("mission")["deaths"].sum()
    assert deaths[["UNAMA", "UNAMI", "UNOHCI"]].tolist() == [45, 35, 27]
    reasons = excluded.set_index("mission")["reason"]
    assert reasons["UNAMA"] == "special political mission"


def test_the_205_deaths_outside_windows_are_those_of_missions(excluded):
    no_mission = (
        "before 1990",
        "after the last month observed whole, 2025-01",
        "headquarters",
        "support office of an African Union mission",
        "office, no operation",
    )
    assert excluded.loc[excluded["reason"] != "before 1990", "deaths"].sum() == 220
    assert excluded.loc[~excluded["reason"].isin(no_mission), "deaths"].sum() == 205


def test_the_universe(frame):
    assert frame["mission"].nunique() == 63
    assert [str(m.date()) for m in (frame["month"].min(), frame["month"].max())] == [
        "1990-01-01",
        "2025-12-01",
    ]
    since = frame[frame["year"] >= 1999]
    assert len(since) == 4701
    assert since["hostile_deaths_all"].notna().sum() == 4580


def test_four_stabilization_missions_bear_three_fifths(frame):
    late = frame[frame["year"] >= 1999]
    by_mission = late.groupby("mission")["hostile_deaths_all"].sum()
    assert by_mission.sum() == 513
    assert round(by_mission[STABILIZATION].sum() / by_mission.sum(), 2) == 0.59
    assert round(by_mission["MINUSMA"] / by_mission.sum(), 2) == 0.34
    assert (late["hostile_deaths_all"] > 0).sum() == 226
    assert late["hostile_deaths_uniformed"].sum() == 481


def test_minusma(frame):
    assert span(frame, "MINUSMA") == ("2013-04", "2023-12")
    rows = frame[frame["mission"] == "MINUSMA"]
    assert rows["hostile_deaths_all"].sum() == 174
    assert set(rows["country"]) == {432}
    assert cell(frame, "MINUSMA", "2013-04")["mission_age_months"] == 0
    assert np.isnan(cell(frame, "MINUSMA", "2013-05")["personnel"])
    assert cell(frame, "MINUSMA", "2013-07")["personnel"] > 6000


def test_semuliki(frame):
    row = cell(frame, "MONUSCO", "2017-12")
    assert (row["hostile_deaths_uniformed"], row["hostile_incident_days"]) == (16, 1)


def test_unifil_loses_no_death_since_1990(raw, frame):
    deaths = fatalities.read(raw)
    since = deaths[(deaths["label"] == "UNIFIL") & (deaths["date"].between("1990", "2025-01-31"))]
    rows = frame[frame["mission"] == "UNIFIL"]
    assert rows["hostile_deaths_all"].sum() == (since["type"] == "Malicious Act").sum()
    assert span(frame, "UNIFIL") == ("1990-01", "2025-12")


@pytest.mark.parametrize(
    ("mission", "first", "last"),
    [
        ("MONUC", "1999-11", "2010-06"),
        ("MONUSCO", "2010-07", "2025-12"),
        ("MINUSTAH", "2004-06", "2017-10"),
        ("MINUJUSTH", "2017-10", "2019-10"),
        ("UNMIS", "2005-03", "2011-07"),
        ("UNMISS", "2011-07", "2025-12"),
        ("UNISFA", "2011-06", "2025-12"),
        ("MINURCAT", "2007-09", "2010-12"),
        ("MINUSCA", "2014-04", "2025-12"),
        ("UNAMID", "2007-07", "2020-12"),
        ("UNOCI", "2004-04", "2017-06"),
        ("UNMIL", "2003-09", "2018-03"),
        ("UNOSOM I", "1992-04", "1993-03"),
        ("UNOSOM II", "1993-03", "1995-03"),
        ("UNAVEM I", "1990-01", "1991-05"),
        ("UNAVEM II", "1991-06", "1995-02"),
        ("UNAVEM III", "1995-02", "1997-06"),
        ("UNPROFOR", "1992-02", "1995-12"),
        ("UNTAG", "1990-01", "1990-03"),
    ],
)
def test_missions_begin_and_end_as_they_did(frame, mission, first, last):
    assert span(frame, mission) == (first, last)


def test_a_mission_has_every_month_of_its_life_once(frame):
    for _, rows in frame.groupby("mission"):
        assert (rows["mission_age_months"].diff().dropna() == 1).all()
        months = rows["month"].dt.year * 12 + rows["month"].dt.month
        assert (months.diff().dropna() == 1).all()


def test_casualties_end_with_the_last_month_observed_whole(frame):
    after = frame["month"] > "2025-01-01"
    for column in mission_month.DEATHS:
        assert frame.loc[after, column].isna().all()
        assert frame.loc[~after, column].notna().all()


def test_deaths_of_uniformed_are_among_all_and_below_the_upper_bound(frame):
    observed = frame.dropna(subset=["hostile_deaths_all"])
    uniformed = observed["hostile_deaths_uniformed"]
    assert (uniformed <= observed["hostile_deaths_all"]).all()
    assert (uniformed <= observed["hostile_deaths_upper"]).all()
    assert ((uniformed > 0) == (observed["hostile_incident_days"] > 0)).all()
    assert (observed["hostile_incident_days"] <= uniformed).all()


def test_no_conflict_is_a_true_zero_only_for_listed_states(frame):
    conflict_deaths = frame["host_conflict_deaths"]
    unlisted = {"MINURSO", "UNTAET", "UNTAG"}
    assert set(frame.loc[conflict_deaths.isna(), "mission"]) == unlisted
    assert conflict_deaths[frame["mission"].isin(unlisted)].isna().all()
    assert cell(frame, "UNFICYP", "2015-06")["host_conflict_deaths"] == 0
    parts = ["host_state_based_deaths", "host_non_state_deaths", "host_one_sided_deaths"]
    assert (frame[parts].sum(axis=1)[conflict_deaths.notna()] == conflict_deaths.dropna()).all()


def test_host_conflict_is_that_of_the_host(raw, frame):
    deaths = conflict_deaths.read(raw)
    rwanda = deaths[(deaths["country"] == 517) & (deaths["month"] == "1994-04-01")].iloc[0]
    row = cell(frame, "UNAMIR", "1994-04")
    assert row["host_one_sided_deaths"] == rwanda["one_sided_deaths"] == 739_977
    two = deaths[deaths["country"].isin([625, 626]) & (deaths["month"] == "2014-01-01")]
    assert cell(frame, "UNISFA", "2014-01")["host_state_based_deaths"] == (
        two["state_based_deaths"].sum()
    )


def test_tamm_covers_every_month_but_the_ones_it_lacks(frame):
    lacking = frame[(frame["year"] <= 2015) & frame["tamm_tasks"].isna()]
    assert lacking["mission"].value_counts().to_dict() == {
        "UNMOGIP": 312,
        "UNPROFOR": 9,
        "UNPSG": 3,
        "UNMEE": 2,
    }
    assert frame.loc[frame["year"] > 2015, "tamm_tasks"].isna().all()


def test_personnel_sources_follow_each_other(frame):
    known = frame.dropna(subset=["personnel"])
    assert known["personnel_source"].notna().all()
    spans = known.groupby("personnel_source")["month"].agg(["min", "max"])
    text = {s: (str(r["min"])[:7], str(r["max"])[:7]) for s, r in spans.iterrows()}
    assert text == {
        "ipi": ("1990-11", "2017-03"),
        "un_monthly": ("2015-01", "2025-07"),
        "reconstructed": ("2018-03", "2019-08"),
        "interpolated": ("2020-06", "2023-09"),
    }
    parts = known[["personnel_troops", "personnel_police", "personnel_observers"]].sum(axis=1)
    assert ((parts - known["personnel"]).abs() < 0.35).all()
    whole = known["personnel_source"].isin(["ipi", "un_monthly"])
    assert (known.loc[whole, "personnel"] % 1 == 0).all()


def test_mandates_of_the_texts(frame):
    assert frame["robustness_index"].notna().all()
    assert cell(frame, "UNTAG", "1990-02")["mandate_resolution"] == 435
    assert cell(frame, "UNOSOM II", "1993-03")["text_chapter_vii"] == 1  # S/RES/814 (1993), part B
    assert cell(frame, "UNPROFOR", "1993-02")["text_chapter_vii"] == 1  # S/RES/807 (1993)
    assert cell(frame, "UNPROFOR", "1993-01")["text_chapter_vii"] == 0
    assert cell(frame, "UNAMIR", "1994-05")["text_poc_physical"] == 1  # S/RES/918 (1994)
    assert cell(frame, "UNAMIR", "1995-06")["text_poc_physical"] == 0  # S/RES/997 (1995)
    assert (cell(frame, "UNPROFOR", "1993-07")["text_use_of_force"]) == 1  # S/RES/836 (1993)
    assert cell(frame, "UNPROFOR", "1992-03")["text_use_of_force"] == 0
    assert cell(frame, "UNTAC", "1992-03")["mandate_resolution"] == 745
    assert cell(frame, "UNAMIR", "1994-06")["authorised_military"] == 5500  # S/RES/918 (1994)
    assert cell(frame, "MONUSCO", "2013-02")["text_offensive"] == 0
    assert cell(frame, "MONUSCO", "2013-04")["text_offensive"] == 1
    assert cell(frame, "MONUSCO", "2010-07")["authorised_military"] == 19815
    assert cell(frame, "MINUSTAH", "2004-06")["text_chapter_vii"] == 1
    assert cell(frame, "MINUSMA", "2013-04")["text_use_of_force"] == 1
    assert cell(frame, "UNIFIL", "2006-09")["text_chapter_vii"] == 0
    assert cell(frame, "UNIFIL", "2006-09")["text_use_of_force"] == 1
    assert cell(frame, "UNTAET", "2000-01")["mandate_resolution"] == 1272


def test_what_was_mended_in_the_texts_before_2000_leaves_the_coding_since_2000(frame):
    # Two states that texts before 2000 gave still stood in 2000, and UNOCI 2284 was mended later
    # (mandate_history.csv, 2.2): they are turned back to what dictionary 2.0 coded; everything
    # else is what the two readers' sample was drawn from.
    late = frame[frame["month"] >= "2000-01-01"].reset_index(drop=True)
    lebanon = (late["mission"] == "UNIFIL") & (late["month"] < "2006-01-01")
    haiti = (late["mission"] == "MIPONUH") & (late["month"] < "2000-04-01")
    assert late.loc[lebanon, "text_state_authority"].tolist() == [1] * 72
    assert late.loc[haiti, "text_host_security_support"].tolist() == [1] * 3
    ivory_coast = (late["mission"] == "UNOCI") & (late["month"] >= "2016-04-01")
    assert late.loc[ivory_coast, "text_poc_physical"].tolist() == [0] * 15
    late.loc[ivory_coast, "text_poc_physical"] = 1
    late.loc[lebanon, "text_state_authority"] = 0
    late.loc[haiti, "text_host_security_support"] = 0
    texts = [column for column in late if column.startswith("text_")]
    table = late[["mission", "month", *texts]].astype(dict.fromkeys(texts, "int64"))
    written = table.to_csv(index=False, date_format="%Y-%m", lineterminator="\n")
    assert hashlib.sha256(written.encode()).hexdigest() == CODING_2_0


def test_the_index_counts_seven_elements(frame):
    late = frame.dropna(subset=["robustness_index"])
    counted = late[[f"text_{element}" for element in ROBUST]].sum(axis=1)
    assert (counted == late["robustness_index"]).all()
    assert (late["robustness_index"] <= late["robustness_index_never_reset"]).all()
    assert (late["robustness_index_always_reset"] <= late["robustness_index"]).all()


def test_the_texts_cover_every_mission_since_2000():
    from pkstats.data import mandates

    ours = missions.crosswalk().query("universe == 'peacekeeping'")
    late = ours[ours["end"].isna() | (ours["end"] >= "2000-01-01")]
    assert set(late["mission"]) <= {mission.acronym for mission in mandates.missions()}


def test_the_kind_of_text_follows_the_resolution_in_force(frame):
    known = frame.dropna(subset=["mandate_source"])
    assert len(frame) == len(known)
    assert (known["mandate_source"].eq("xml") == known["mandate_resolution"].ge(1285)).all()
    assert known.loc[known["year"] < 2000, "mandate_source"].eq("plain").all()
    assert (
        known.loc[known["year"] >= 2010, "mission"][known["mandate_source"] == "plain"].nunique()
        < 4
    )


def test_latent_robustness_rises_with_every_element_and_follows_the_sum(frame):
    known = frame.dropna(subset=["robustness_index"])
    elements = [f"text_{element}" for element in ROBUST]
    scores = known.drop_duplicates(elements).set_index(elements)["robustness_latent"].to_dict()
    assert len(scores) >= 12
    for mandate, score in scores.items():
        for more, higher in scores.items():
            if all(b >= a for a, b in zip(mandate, more, strict=True)) and more != mandate:
                assert higher > score
    same = known.groupby(elements)["robustness_latent"].nunique()
    assert (same == 1).all()
    assert known["robustness_latent"].corr(known["robustness_index"].astype(float)) > 0.95
    sample = known[known["month"] >= "2000-01-01"]
    assert abs(sample["robustness_latent"].mean()) < 0.01
    assert (known["robustness_latent"] <= known["robustness_latent_never_reset"]).all()
    assert (known["robustness_latent_always_reset"] <= known["robustness_latent"]).all()


def test_contributors_are_those_of_the_reports(raw, frame):
    ipi = personnel.read_ipi(raw)
    row = ipi[(ipi["label"] == "UNFICYP") & (ipi["month"] == "2010-05-01")].iloc[0]
    assert cell(frame, "UNFICYP", "2010-05")["contributors"] == row["contributors"]
    unreported = frame[frame["personnel_source"].isin(["reconstructed", "interpolated"])]
    assert unreported["contributors"].isna().all()
    assert unreported["women_share"].isna().all()
    known = frame[frame["personnel_source"].eq("un_monthly")]
    assert known["contributors"].notna().all()


def test_share_of_women(frame):
    known = frame.dropna(subset=["women_share"])
    persons = known["women_share"] * known["personnel"]
    year = persons.groupby(known["year"]).sum() / known.groupby("year")["personnel"].sum()
    assert 0.02 < year[2010] < 0.04
    assert 0.07 < year[2023] < 0.12
    between = frame[frame["month"].between("2014-03-01", "2014-12-01")]
    assert between["women_share"].isna().all()
    assert frame.loc[frame["month"] < "2009-11-01", "women_share"].isna().all()


def test_shortfall_is_known_to_the_source_alone(frame):
    known = frame.dropna(subset=["personnel_shortfall_share"])
    assert str(known["month"].max().date()) <= "2015-05-01"
    assert known["personnel_shortfall_share"].between(0, 1).all()
    assert len(known) == 3819


def test_sides_bound_each_other_and_add_up(frame):
    known = frame.dropna(subset=["host_one_sided_deaths"])
    sides = ["government", "non_state"]
    total = sum(known[f"host_one_sided_{side}_deaths"] for side in sides)
    assert (total == known["host_one_sided_deaths"]).all()
    for side in sides:
        centre = known[f"host_one_sided_{side}_deaths"]
        assert (known[f"host_one_sided_{side}_deaths_low"] <= centre).all()
        assert (centre <= known[f"host_one_sided_{side}_deaths_high"]).all()
    rwanda = cell(frame, "UNAMIR", "1994-04")
    assert rwanda["host_one_sided_government_deaths"] > 0.9 * rwanda["host_one_sided_deaths"]


def test_host_columns_sum_the_country_panel(frame):
    countries = load_panel("country_month").frame
    mali = countries[(countries["country"] == 432) & (countries["month"] == "2017-01-01")].iloc[0]
    row = cell(frame, "MINUSMA", "2017-01")
    for side in ("government", "non_state"):
        for bound in ("", "_low", "_high"):
            name = f"one_sided_{side}_deaths{bound}"
            assert row[f"host_{name}"] == mali[name]


def test_attacks_on_aid_workers_are_those_of_the_host(raw, frame):
    counted = aid_workers.aid_worker_attacks(raw)
    one = counted[(counted["country"] == 626) & (counted["month"] == "2016-07-01")].iloc[0]
    row = cell(frame, "UNMISS", "2016-07")
    assert row["host_aid_worker_attacks"] == one["incidents"]
    assert row["host_aid_workers_affected"] == one["affected"]
    outside = ~frame["month"].between("1997-01-01", "2025-01-01")
    assert frame.loc[outside, "host_aid_worker_attacks"].isna().all()
    quiet = cell(frame, "UNFICYP", "2015-06")
    assert quiet["host_aid_worker_attacks"] == 0
    assert frame.loc[frame["mission"] == "MINURSO", "host_aid_worker_attacks"].isna().all()


def test_parallel_missions(raw, frame):
    counted = regional_missions.parallel_missions_by_mission(raw)
    known = frame.dropna(subset=["parallel_missions"])
    assert len(known) == len(counted)
    assert cell(frame, "UNMIK", "2005-06")["parallel_missions"] >= 1
    assert frame.loc[frame["month"] > "2016-12-01", "parallel_missions"].isna().all()
    assert frame.loc[frame["mission"] == "UNFICYP", "parallel_missions"].isna().all()


def test_population_and_income_of_the_hosts(raw, frame):
    population = country_series.read_population(raw).set_index(["country", "year"])["population"]
    row = cell(frame, "UNISFA", "2014-01")
    assert row["host_population"] == population[625, 2014] + population[626, 2014]
    income = country_series.read(raw, "gdp_per_capita").set_index(["country", "year"])
    mali = cell(frame, "MINUSMA", "2017-06")
    assert mali["host_gdp_per_capita"] == round(income.loc[(432, 2017), "gdp_per_capita"], 2)
    assert cell(frame, "UNISFA", "2018-01").isna()["host_gdp_per_capita"]
    assert frame.loc[frame["year"] >= 2024, "host_population"].isna().all()


def test_displaced_people_and_infant_mortality_of_the_hosts(raw, frame):
    people = displacement.read(raw).set_index(["country", "year"])
    row = cell(frame, "UNISFA", "2014-01")
    hosts = [people.loc[(country, 2014)] for country in (625, 626)]
    for ours, theirs in mission_hosts.PEOPLE.items():
        assert row[theirs] == sum(host[ours] for host in hosts)
    mortality = country_series.read(raw, "infant_mortality").set_index(["country", "year"])
    mali = cell(frame, "MINUSMA", "2014-06")["host_infant_mortality"]
    assert mali == round(mortality.loc[(432, 2014), "infant_mortality"], 1)
    assert frame.loc[frame["year"] > 2015, "host_infant_mortality"].isna().all()
    assert (frame["host_refugees_from"] != 0).sum() > 5_000


def test_missions_named_stabilization(frame):
    named = frame.groupby("mission")["stabilization_name"].agg(["min", "max"])
    assert (named["min"] == named["max"]).all()
    assert set(named.index[named["max"] == 1]) == set(STABILIZATION)


def test_a_host_without_a_value_is_no_zero():
    month = pd.to_datetime(["2020-01-01", "2020-01-01"])
    hosts = pd.DataFrame(
        {"mission": ["UNX", "UNY"], "month": month, "country": pd.array([1, 2], dtype="Int64")}
    )
    counts = pd.DataFrame({"country": [1], "month": month[:1], "deaths": [3]})
    summed = mission_hosts.sum_hosts(hosts, counts, {"deaths": "host_deaths"})
    assert summed["host_deaths"].tolist() == [3, 0]
    frame = hosts.assign(year=2020, host_countries=["1", None])
    assert mission_hosts.list_hosts(frame)["mission"].tolist() == ["UNX"]
