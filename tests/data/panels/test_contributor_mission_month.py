"""Contributor-mission-months: totals, zeros, gaps, own deaths, slips."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.panels import contributor_mission_month as builder
from pkstats.data.panels import load_panel, own_deaths, store
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import (
    contributors,
    contributors_ipi,
    contributors_missions,
    contributors_un,
    personnel,
)


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
    gender = contributors_ipi.read_gender(raw)
    reports = personnel.read_contributions(raw)
    sums = frame.groupby("own_personnel_source")[["own_personnel", "own_women", "listed"]].sum()
    assert sums.loc["ipi"].tolist() == [gender["total"].sum(), gender["female"].sum(), 29_115]
    pairs = reports.drop_duplicates(["month", "label", "contributor"])
    assert sums.loc["un_monthly"].tolist() == [
        reports["total"].sum(),
        reports["female"].sum(),
        len(pairs),
    ]
    whole = contributors_missions.read(raw)
    whole = whole[~whole["month"].isin({*gender["month"], *reports["month"]})]
    assert sums.loc[builder.WHOLE].tolist() == [whole["total"].sum(), 0, len(whole)]
    assert len(whole) > 100_000


def test_the_mandate_is_that_of_the_mission_in_the_month(frame: pd.DataFrame) -> None:
    months = load_panel("mission_month").frame
    states = months[["mission", "month", *builder.MANDATE]].rename(columns=builder.MANDATE)
    named = list(builder.MANDATE.values())
    met = frame[["mission", "month"]].merge(states, on=["mission", "month"], how="left")
    # UNTAC's founding resolution 745 is of the last of February 1992, its first day in March
    early = (frame["mission"] == "UNTAC") & (frame["month"] == "1992-02-01")
    assert (frame.loc[early, named[0]] == 745).all() and met.loc[early, named].isna().all().all()
    pd.testing.assert_frame_equal(
        frame.loc[~early, named], met.loc[~early, named], check_dtype=False
    )
    without = frame["mission_robustness_index"].isna()  # political missions, months of winding up
    assert frame.loc[without, "own_personnel"].sum() < 0.02 * frame["own_personnel"].sum()


def test_neighbours_are_in_the_region_of_a_host(frame: pd.DataFrame) -> None:
    late = frame[frame["month"] == "2022-12-01"].set_index(["contributor", "mission"])
    near = late["contributor_in_host_region"]
    assert near.loc[("RWA", "MINUSCA")] == 1
    assert near.loc[("BGD", "MINUSCA")] == 0
    assert pd.isna(near.loc[("BGD", "MINURSO")])  # the host is in no list of states
    known = late.dropna(subset=["contributor_in_host_region"])
    assert known["contributor_region"].notna().all()


def test_december_totals(frame: pd.DataFrame) -> None:
    totals = frame.groupby("month")["own_personnel"].sum()
    known = {2015: 107_088, 2016: 100_376, 2017: 92_682, 2019: 83_331, 2020: 81_832, 2021: 75_085}
    assert {year: totals[f"{year}-12-01"] for year in known} == known


def test_types_add_up(frame: pd.DataFrame) -> None:
    kinds = frame["own_individual_police"] + frame["own_formed_police"]
    assert (kinds == frame["own_police"]).fillna(True).all()
    whole = ["own_troops", "own_police", "own_experts"]
    assert (frame[whole].sum(axis=1) == frame["own_personnel"].fillna(0)).all()
    parts = ["own_troops", "own_individual_police", "own_formed_police", "own_experts"]
    women = [name.replace("own_", "own_women_") for name in parts]
    assert (frame[women].sum(axis=1) == frame["own_women"].fillna(0)).all()
    assert (frame["own_women"] <= frame["own_personnel"]).fillna(True).all()
    assert (frame["own_staff_officers"] <= frame["own_troops"]).fillna(True).all()


def test_absent_months_are_those_with_a_reason(frame: pd.DataFrame) -> None:
    every = pd.date_range("1990-11-01", "2025-07-01", freq="MS")
    reasons = contributors.read_absent_months()
    reasons = reasons[reasons["panel"] == builder.NAME]
    assert set(every) - set(frame["month"]) == set(reasons["month"])
    assert not set(frame["month"]) & set(reasons["month"])


def test_no_month_is_reconstructed(frame: pd.DataFrame, raw: Path) -> None:
    """Months of which the UN printed no missions: every contributor's sum is what it printed."""
    months = frame[frame["month"].between("2018-03-01", "2019-08-01")]
    printed = contributors_un.read_without_missions(raw)
    expected = printed.groupby(["contributor", "month"])["total"].sum()
    found = months.groupby(["contributor", "month"])["own_personnel"].sum()
    assert (found[found > 0] == expected.reindex(found[found > 0].index)).all()
    assert (found > 0).sum() == len(expected) == 2_213
    details = ["own_women", "own_individual_police", "own_formed_police", "own_staff_officers"]
    assert months[details].isna().all().all()


def test_totals_are_those_of_mission_month(frame: pd.DataFrame) -> None:
    missions = store.load_panel("mission_month").frame
    own = frame.groupby(["mission", "month"], as_index=False)["own_personnel"].sum()
    both = own.merge(missions, on=["mission", "month"])
    apart = both[both["own_personnel"] != both["personnel"]]
    compared = both.dropna(subset=["personnel"])
    before = compared["month"] < "2009-11-01"
    assert (before.sum(), (~before).sum()) == (3_370, 2_591)
    assert len(apart) == 19
    assert set(apart["personnel_source"]) == {"ipi"}
    assert apart["month"].between("2009-11-01", "2012-06-01").all()  # IPI's table by gender
    assert set(apart["mission"]) == {"MINUSTAH", "UNIFIL", "UNMIL", "UNMIS", "UNMISS"}


def test_mandate_is_joined_when_needed(panel: Panel) -> None:
    joined = panel.join(store.load_panel("mission_month"), on=["mission", "month"])
    assert len(joined.frame) == len(panel.frame)
    rows = joined.frame.set_index(["contributor", "mission", "month"])
    row = rows.loc[("TCD", "MINUSMA", pd.Timestamp("2015-06-01"))]
    assert row["tamm_chapter_vii"] == 1 and row["host"] == "Mali"
    bare = joined.frame[joined.frame["host"].isna()]
    assert {"UNAMA", "UNAMI", "UNVMC"} <= set(bare["mission"])
    # peacekeeping operations lack a row only while they are wound up after their last day
    ended = bare[bare["mission"].isin(["MINUSMA", "UNMIL", "UNAMID", "UNIFIL", "MONUSCO"])]
    assert set(ended["mission"]) == {"MINUSMA", "UNAMID"}
    assert (ended.loc[ended["mission"] == "MINUSMA", "month"] >= "2024-01-01").all()


def test_zero_means_not_listed_in_a_reported_month(frame: pd.DataFrame) -> None:
    rows = frame.set_index(["contributor", "mission", "month"])
    # Sweden left MINUSMA in March 2023, nine months before the mission ended
    sweden = rows.loc[("SWE", "MINUSMA")]["own_personnel"]
    assert sweden[pd.Timestamp("2022-01-01")] > 0 and sweden[pd.Timestamp("2023-08-01")] == 0
    assert (frame.loc[frame["listed"] == 0, "own_personnel"].fillna(0) == 0).all()
    nobody = frame[(frame["listed"] == 1) & (frame["own_personnel"] == 0)]
    counts = nobody["own_personnel_source"].value_counts().to_dict()
    assert counts == {builder.WHOLE: 10, "ipi": 2}  # entries of zero persons


def test_staff_officers_are_missing_where_not_told_apart(frame: pd.DataFrame) -> None:
    told = (frame["month"] >= "2017-05-01") & (frame["own_personnel_source"] == "un_monthly")
    slips = frame["own_personnel"].isna()
    assert (frame["own_staff_officers"].notna() == (told & ~slips)).all()


def test_a_contributor_hidden_by_the_source_is_missing_not_zero(frame: pd.DataFrame) -> None:
    hidden = frame[frame["own_personnel"].isna()]
    assert set(zip(hidden["contributor"], hidden["mission"], strict=True)) == {
        ("FRA", "UNIFIL"),
        ("COL", "MINUSTAH"),
        ("TZA", "UNIFIL"),
        ("PAK", "MINUSTAH"),
        ("AUT", "UNIFIL"),
        ("UKR", "MONUSCO"),
    }
    assert (hidden["source_slip"] == 1).all() and frame["source_slip"].sum() == 25


def test_gender_put_right_is_flagged(frame: pd.DataFrame) -> None:
    fixed = frame[frame["gender_fixed"] == 1]
    assert set(fixed["month"].dt.strftime("%Y-%m")) == {"2016-01", "2016-04", "2016-05", "2020-08"}


def test_own_deaths_of_known_attacks(frame: pd.DataFrame) -> None:
    rows = frame.set_index(["contributor", "mission", "month"])
    # Semuliki, 2017-12-07: Tanzanians of MONUSCO
    semuliki = rows.loc[("TZA", "MONUSCO", pd.Timestamp("2017-12-01"))]
    assert semuliki["own_hostile_deaths"] >= 14
    # Kidal and Aguelhok: Chadians bear the largest share of MINUSMA's hostile deaths
    minusma = (
        frame[frame["mission"] == "MINUSMA"].groupby("contributor")["own_hostile_deaths"].sum()
    )
    assert minusma.idxmax() == "TCD"


def test_every_death_of_a_covered_mission_month_is_counted(frame: pd.DataFrame, raw: Path) -> None:
    deaths = own_deaths.count_deaths(raw)
    covered = frame[["mission", "month"]].drop_duplicates()
    inside = deaths.merge(covered, on=["mission", "month"])
    nameless = inside[inside["contributor"].isna()]
    assert nameless["own_hostile_deaths"].sum() == 0 and len(nameless) == 5
    assert frame["own_hostile_deaths"].sum() == inside["own_hostile_deaths"].sum()
    late = frame[frame["own_personnel_source"] != builder.WHOLE]
    assert late["own_hostile_deaths"].sum() == 284


def test_the_record_before_2009_adds_own_deaths(frame: pd.DataFrame) -> None:
    early = frame[(frame["month"] < "2009-11-01") & (frame["own_hostile_deaths"] > 0)]
    assert (len(early), early["own_hostile_deaths"].sum()) == (201, 357)
    assert early["contributor_mission"].nunique() == 128
    assert (early["contributor"].nunique(), early["mission"].nunique()) == (61, 28)
    rows = frame.set_index(["contributor", "mission", "month"])
    months = [("BEL", "UNAMIR", pd.Timestamp(month)) for month in ("1994-03-01", "1994-04-01")]
    # ten dead on 7 April 1994; by the end of the month Belgium had withdrawn
    assert rows.loc[months, "own_hostile_deaths"].tolist() == [0, 10]
    assert rows.loc[months, "own_personnel"].tolist() == [423, 0]


def test_deaths_of_others_complete_the_mission(frame: pd.DataFrame) -> None:
    both = frame["own_hostile_deaths"] + frame["others_hostile_deaths"]
    spread = both.groupby([frame["mission"], frame["month"]]).agg(["min", "max"])
    assert (spread["min"] == spread["max"]).fillna(True).all()
    missions = store.load_panel("mission_month").frame.set_index(["mission", "month"])
    known = missions["hostile_deaths_uniformed"].reindex(spread.index)
    assert (known.dropna() == spread["max"][known.notna()]).fillna(True).all()


def test_deaths_end_with_their_window(frame: pd.DataFrame) -> None:
    late = frame["month"] > "2025-01-01"
    assert frame.loc[late, "own_hostile_deaths"].isna().all()
    assert frame.loc[~late, "own_hostile_deaths"].notna().all()


def test_political_missions_are_kept(frame: pd.DataFrame) -> None:
    assert {"UNAMA", "UNAMI", "UNVMC", "UNMIN", "UNSOM"} <= set(frame["mission"])
