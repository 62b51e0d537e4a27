"""Conflict spells: counts, recurrence as history has it, presence of UN operations."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.panels import conflict_spell as builder
from pkstats.data.panels import store
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.panel import Panel


@pytest.fixture(scope="module")
def panel(raw: Path) -> Panel:
    return builder.build(raw)


@pytest.fixture(scope="module")
def spells(panel: Panel) -> pd.DataFrame:
    return panel.frame.set_index("episode_id")


def test_panel_keeps_its_codebook(panel: Panel) -> None:
    store.validate(panel)


def test_a_rebuild_from_raw_is_the_committed_panel(panel: Panel) -> None:
    assert canonical_hash(panel) == canonical_hash(store.load_panel(panel.name))


def test_counts(spells: pd.DataFrame) -> None:
    assert len(spells) == 299
    assert spells["termination_type"].value_counts().to_dict() == {
        "low activity": 145,
        "ceasefire": 48,
        "peace agreement": 37,
        "government victory": 35,
        "rebel victory": 19,
        "actor ceases to exist": 15,
    }
    assert spells["recurrence_source"].value_counts().to_dict() == {
        "terminations": 169,
        "registry": 18,
    }
    assert spells["recurrence_to_2020"].sum() == 169 and spells["recurrence"].sum() == 187


@pytest.mark.parametrize(
    ("episode", "ended", "how", "again"),
    [
        (34102, "1990-12", "peace agreement", "2000-05"),  # Liberia, LURD from 2000
        (34103, "2003-11", "peace agreement", None),  # Liberia after Accra
        (38201, "2001-12", "peace agreement", None),  # Sierra Leone, RUF
        (32701, "1995-12", "low activity", "1998-05"),  # Angola, UNITA after Lusaka
        (32702, "2002-04", "peace agreement", None),  # Angola after Luena
        (31602, "1991-11", "peace agreement", None),  # El Salvador, FMLN
        (33201, "1992-10", "peace agreement", "2013-10"),  # Mozambique, Renamo
        (37401, "1994-07", "rebel victory", "1996-07"),  # Rwanda
        (41901, "2004-11", "peace agreement", "2011-02"),  # Côte d'Ivoire
        (38103, "2004-11", "low activity", "2024-03"),  # Haiti, by the registry
        (35203, "2009-07", "government victory", None),  # Sri Lanka, LTTE
    ],
)
def test_history(
    spells: pd.DataFrame, episode: int, ended: str, how: str, again: str | None
) -> None:
    row = spells.loc[episode]
    assert f"{row['termination_month']:%Y-%m}" == ended and row["termination_type"] == how
    assert row["recurrence"] == (again is not None)
    if again is None:
        assert pd.isna(row["recurrence_month"]) and pd.isna(row["recurrence_source"])
    else:
        assert f"{row['recurrence_month']:%Y-%m}" == again


def test_censoring(spells: pd.DataFrame) -> None:
    censored = spells[spells["recurrence"] == 0]
    end = censored["termination_month"] + censored["spell_months"].map(
        lambda months: pd.DateOffset(months=int(months))
    )
    assert (end == pd.Timestamp("2025-12-01")).all()
    assert (spells["spell_months_to_2020"] <= spells["spell_months"]).all()
    later = spells["recurrence_source"] == "registry"
    assert (spells.loc[later, "recurrence_month"] >= "2021-01-01").all()
    assert (spells.loc[later, "recurrence_to_2020"] == 0).all()


def test_spells_of_a_conflict_do_not_overlap(spells: pd.DataFrame) -> None:
    ordered = spells.sort_values(["conflict_id", "episode"])
    again = ordered["recurrence_month"]
    following = ordered.groupby("conflict_id")["termination_month"].shift(-1)
    assert (again <= following)[following.notna()].all()


@pytest.mark.parametrize(
    ("episode", "first", "second", "missions"),
    [
        (38201, 12, 24, "UNAMSIL"),
        (34103, 12, 24, "UNMIL"),
        (32701, 12, 24, "MONUA;UNAVEM III"),
        (32702, 0, 0, None),  # MONUA had left in 1999
        (33201, 11, 23, "ONUMOZ"),
        (31602, 12, 24, "ONUCA;ONUSAL"),
        (33003, 12, 24, "UNTAET"),  # a cited link: East Timor was no state
        (33101, 0, 8, "MINURSO"),
        (35203, 0, 0, None),
    ],
)
def test_presence(
    spells: pd.DataFrame, episode: int, first: int, second: int, missions: str | None
) -> None:
    row = spells.loc[episode]
    assert (row["mission_months_12"], row["mission_months_24"]) == (first, second)
    assert row["missions"] == missions if missions else pd.isna(row["missions"])


def test_observers_between_states_do_not_stand_for_missions_within_them(
    spells: pd.DataFrame,
) -> None:
    within = spells["conflict_type"] != "interstate"
    named = spells["missions"].fillna("")
    assert not named[within].str.contains("UNTSO|UNMOGIP|UNDOF|UNMEE").any()
    assert named[~within].str.contains("UNMOGIP").sum() == 3
    india = spells[(spells["country"] == 750) & within]
    assert (india["mission_months_24"] == 0).all() and (india["mission_months_24_any"] > 0).any()


def test_presence_is_bounded(spells: pd.DataFrame) -> None:
    for window in (12, 24):
        months = spells[f"mission_months_{window}"]
        assert (months <= spells["spell_months"].clip(upper=window)).all()
    assert (spells["mission_months_24"] <= spells["mission_months_24_any"]).all()


def test_tasks_end_with_their_source(spells: pd.DataFrame) -> None:
    late = spells["termination_month"] > "2013-12-01"
    full = spells["spell_months"] >= 24
    assert spells.loc[late & full, "tamm_tasks_24"].isna().all()
    none = (spells["mission_months_24"] == 0) & (spells["termination_month"] <= "2013-12-01")
    assert (spells.loc[none, "tamm_tasks_24"] == 0).all()
    assert spells.loc[34103, "tamm_tasks_12"] == 14


def test_revisions_are_marked(spells: pd.DataFrame) -> None:
    revised = spells[spells["revised"] == 1]
    assert 28901 in revised.index  # Colombia: 2017 is active in the later registry
    assert len(revised) == 8
