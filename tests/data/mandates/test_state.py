from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import cumulative, elements, missions, read_overrides, state_by_month
from pkstats.data.mandates.early_validity import READINGS as EARLY
from pkstats.data.mandates.overrides import Override, apply
from pkstats.data.mandates.validity import cohen_kappa, kappa_against_tamm, read_readings
from pkstats.errors import SourceError

SEVEN = [
    "chapter_vii",
    "use_of_force",
    "poc_physical",
    "robust_posture",
    "proactive",
    "offensive",
    "counter_terrorism",
]


def changes(state: pd.DataFrame) -> set[tuple[str, str, str, int]]:
    found = set()
    for mission, rows in state.groupby("mission"):
        for element in SEVEN:
            steps = rows.set_index("month")[element].diff()
            found |= {
                (str(mission), element, f"{month:%Y-%m}", int(step))
                for month, step in steps.items()
                if step in (-1, 1) and month >= pd.Timestamp("2000-01-01")
            }
    return found


def at(state: pd.DataFrame, mission: str, month: str) -> pd.Series:
    return state.loc[state["mission"].eq(mission) & state["month"].eq(month)].iloc[0]


def test_one_row_a_mission_and_month_without_gap(state: pd.DataFrame) -> None:
    assert not state.duplicated(["mission", "month"]).any()
    assert set(state["mission"]) == {m.acronym for m in missions()}
    assert state["month"].min() == pd.Timestamp("1990-01-01")
    assert state["month"].max() == pd.Timestamp("2025-12-01")
    for _, rows in state.groupby("mission"):
        assert rows["month"].diff().dropna().dt.days.between(28, 31).all()


def test_missions_are_named_as_in_the_united_nations_list(raw: Path) -> None:
    listed = set(pd.read_csv(raw / "un_missions" / "missions.csv")["mission_acronym"])
    assert {m.acronym for m in missions()} - listed == {"UNTMIH", "UNTAG"}


def test_every_mission_starts_from_a_founding_text(mandates: pd.DataFrame) -> None:
    first = mandates.loc[mandates["role"].ne("mention")].groupby("mission").first()
    assert (first["role"] == "founding").all()


def test_a_ceiling_or_an_extension_resets_nothing(state: pd.DataFrame) -> None:
    before, after = (at(state, "MINUSCA", m)[SEVEN] for m in ("2021-02-01", "2021-03-01"))
    assert before.equals(after) and after["poc_physical"] == 1
    before, after = (at(state, "MONUC", m)[SEVEN] for m in ("2009-11-01", "2009-12-01"))
    assert before.equals(after)
    assert at(state, "UNISFA", "2011-12-01")["poc_physical"] == 1
    assert at(state, "MINUSCA", "2021-03-01")["authorised_military"] == 14400


def test_state_takes_effect_in_the_month_of_adoption(state: pd.DataFrame) -> None:
    assert at(state, "MONUSCO", "2013-02-01")["offensive"] == 0
    assert at(state, "MONUSCO", "2013-03-01")["offensive"] == 1
    assert at(state, "MONUSCO", "2013-03-01")["resolution"] == 2098
    assert at(state, "MONUSCO", "2013-03-01")["renewal"] == 1


def test_unmiss_2155_narrows(state: pd.DataFrame) -> None:
    before, after = at(state, "UNMISS", "2014-04-01"), at(state, "UNMISS", "2014-05-01")
    assert (before["ssr"], before["ddr"]) == (1, 1)
    assert (after["ssr"], after["ddr"]) == (0, 0)


def test_help_to_others_in_protecting_is_no_protection(state: pd.DataFrame) -> None:
    before, after = at(state, "UNOCI", "2016-03-01"), at(state, "UNOCI", "2016-04-01")
    assert (before["poc_physical"], after["poc_physical"]) == (1, 0)
    assert (before["poc"], after["poc"]) == (1, 1)


def test_enlargements_decide_on_the_mandate(mandates: pd.DataFrame, state: pd.DataFrame) -> None:
    roles = mandates.set_index(["mission", "resolution"])["role"]
    for number in (758, 761, 769, 776, 795, 824):
        assert roles["UNPROFOR", number] == "amendment"
    assert roles["UNOSOM II", 897] == "amendment"
    for month in ("1992-06", "1992-08", "1992-09", "1992-12", "1993-05"):
        assert at(state, "UNPROFOR", f"{month}-01")["renewal"] == 1
    assert at(state, "UNOSOM II", "1994-02-01")["resolution"] == 897


def test_cumulative_elements_never_end(mandates: pd.DataFrame) -> None:
    for reset in ("restatement", "never", "always"):
        state = state_by_month(mandates, reset=reset)
        for name in cumulative():
            assert (state.groupby("mission")[name].diff().fillna(0) >= 0).all()


def test_variants_are_ordered(mandates: pd.DataFrame, state: pd.DataFrame) -> None:
    never = state_by_month(mandates, reset="never")
    always = state_by_month(mandates, reset="always")
    names = list(elements())
    assert (never[names] >= state[names]).all(axis=None)
    assert never[names].to_numpy().sum() > state[names].to_numpy().sum()
    assert state[names].to_numpy().sum() > always[names].to_numpy().sum()


def test_every_change_was_read_by_hand(
    compiled: Path, mandates: pd.DataFrame, state: pd.DataFrame
) -> None:
    readings = read_readings(compiled / "mandate_readings.csv")
    both = readings.merge(mandates[["mission", "resolution", "date"]], on=["mission", "resolution"])
    earlier = pd.read_csv(compiled / "mandate_reading.csv").query("round == 'final'")
    alone = earlier.merge(mandates[["mission", "resolution", "date"]], on=["mission", "resolution"])
    read = {
        (mission, f"{date:%Y-%m}")
        for rows in (both, alone)
        for mission, date in zip(rows["mission"], rows["date"], strict=True)
    }
    coded = {(mission, month) for mission, _, month, _ in changes(state)}
    assert len(coded) > 15
    assert coded - read == set()


def test_precision_of_changes_before_and_after_mending(compiled: Path) -> None:
    reading = pd.read_csv(compiled / "mandate_reading.csv")
    share = reading["verdict"].eq("ok").groupby(reading["round"]).mean()
    assert share["first"] == pytest.approx(18 / 31)
    assert share["final"] == 1.0


def test_overrides_are_few_and_meet_a_row(compiled: Path) -> None:
    overrides = read_overrides(compiled / "mandate_overrides.toml")
    early = pd.read_csv(compiled / EARLY)
    read = set(zip(early["mission"], early["resolution"], strict=True))
    taken_over = [o for o in overrides if (o.mission, o.resolution) in read]
    assert 0 < len(overrides) - len(taken_over) <= 20
    # One of them, the ceiling of UNTAET, is older; three of history 2.2 (761, 824) are later.
    assert len(taken_over) == 19
    assert all(o.paragraph and o.reason for o in overrides)


def test_bad_overrides_are_named_together(write: Callable[..., Path]) -> None:
    file = write('[[reading]]\nmission = "UNMIL"\n[[reading]]\ncolour = "red"\n', "made.toml")
    with pytest.raises(SourceError, match=r"(?s)reading 1.*reading 2"):
        read_overrides(file)
    frame = pd.DataFrame({"mission": ["UNMIL"], "resolution": [1509], "poc": [1]})
    wrong = Override("UNMIL", 1, "poc", 0, "1", "x"), Override("UNMIL", 1509, "nil", 0, "1", "x")
    with pytest.raises(SourceError, match=r"(?s)UNMIL 1 poc.*UNMIL 1509 nil"):
        apply(frame, wrong)


def test_kappa() -> None:
    first, second = pd.Series([1, 1, 0, 0]), pd.Series([1, 0, 0, 0])
    assert cohen_kappa(first, second) == pytest.approx(0.5)
    assert cohen_kappa(first, first) == 1.0


def test_kappa_against_tamm(raw: Path, state: pd.DataFrame) -> None:
    tamm = pd.read_csv(raw / "tamm" / "tamm.csv", low_memory=False)
    kappa = kappa_against_tamm(state, tamm).set_index(["element", "scope"])["kappa"]
    least = {
        "poc": 0.95,
        "chapter_vii": 0.86,
        "personnel_protection": 0.80,
        "justice": 0.78,
        "human_rights_monitoring": 0.76,
        "ddr": 0.69,
        "ssr": 0.66,
        "elections": 0.61,
    }
    assert {e: v for e, v in least.items() if kappa[e, "all months"] < v} == {}
    assert kappa["poc", "after restatement"] > 0.85
