"""Mission-months under other readings: without raw files the committed panel comes back."""

from dataclasses import replace

import pandas as pd
import pytest

from pkstats.data.mandates import read_overrides
from pkstats.data.mandates.contestable import (
    Alternative,
    list_alternatives,
    read_coded,
    read_contestable,
)
from pkstats.data.panels import load_panel
from pkstats.data.panels.mandate_columns import INDICES, KEY, ROBUST
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.recoding import derive_states, recode_panel
from pkstats.data.registry import find_shipped
from pkstats.errors import PanelError, SourceError


@pytest.fixture(scope="module")
def months() -> Panel:
    return load_panel("mission_month")


@pytest.fixture(scope="module")
def mandates() -> Panel:
    return load_panel("mandate")


def find(*names: str) -> list[Alternative]:
    return [a for a in list_alternatives(read_contestable()) if a.name in names]


def test_states_from_the_committed_texts_are_those_of_the_panel(
    months: Panel, mandates: Panel
) -> None:
    frame = months.frame
    states = derive_states(read_coded(mandates.frame), among=set(frame["mission"]))
    both = frame[KEY].merge(states, on=KEY, how="left", validate="1:1")
    compared = [column for column in states if column not in KEY]
    assert set(INDICES) | {f"text_{name}" for name in ROBUST} <= set(compared)
    for column in compared:
        pd.testing.assert_series_equal(
            both[column].astype("Int64"), frame[column].astype("Int64"), check_names=False
        )


def test_no_other_reading_changes_nothing(months: Panel, mandates: Panel) -> None:
    same = recode_panel(months, mandates, ())
    latent = [c for c in months.frame if c.startswith("robustness_latent")]
    assert len(latent) == 3
    pd.testing.assert_frame_equal(same.frame, months.frame.drop(columns=latent))
    assert {v.name for v in months.codebook} - {v.name for v in same.codebook} == set(latent)


def test_unamsil_1313_raises_the_index_until_the_restatement(
    months: Panel, mandates: Panel
) -> None:
    before = months.frame
    moved = recode_panel(months, mandates, find("1313-gives")).frame
    rise = moved["robustness_index"].sub(before["robustness_index"]).fillna(0)
    rows = before.loc[rise.ne(0), KEY]
    assert set(rows["mission"]) == {"UNAMSIL"}
    assert (rows["month"].min(), rows["month"].max()) == (
        pd.Timestamp("2000-08-01"),
        pd.Timestamp("2004-08-01"),
    )
    assert len(rows) == 49
    assert set(rise[rise.ne(0)]) == {2}
    never = moved["robustness_index_never_reset"].sub(before["robustness_index_never_reset"])
    assert before.loc[never.fillna(0).ne(0), "month"].max() == pd.Timestamp("2005-12-01")
    always = moved["robustness_index_always_reset"].sub(before["robustness_index_always_reset"])
    assert before.loc[always.fillna(0).ne(0), "month"].max() == pd.Timestamp("2000-08-01")
    assert before.equals(months.frame)


def test_readings_of_several_missions_add_up(months: Panel, mandates: Panel) -> None:
    names = ("1313-gives", "2147-gives-none", "2284-protects")

    def change(*taken: str) -> pd.Series:
        moved = recode_panel(months, mandates, find(*taken)).frame["robustness_index"]
        return moved.sub(months.frame["robustness_index"]).fillna(0)

    together = change(*names)
    assert together.equals(sum(change(name) for name in names))
    assert together.ne(0).sum() == 49 + 12 + 15


def test_a_mission_that_the_panel_lacks_is_named(months: Panel, mandates: Panel) -> None:
    small = months.where("mission != 'UNAMSIL'")
    with pytest.raises(PanelError, match="no mission UNAMSIL"):
        recode_panel(small, mandates, find("1313-gives"))
    texts = mandates.frame.assign(text_poc_physical=1)
    other = replace(mandates, frame=texts)
    with pytest.raises(SourceError, match="UNOCI 2284 poc_physical 0 to 1: coded 1"):
        recode_panel(months, other, find("2284-protects"))


def test_the_history_tells_the_months_that_moved(months: Panel, mandates: Panel) -> None:
    history = pd.read_csv(find_shipped("compiled/mandate_history.csv"), dtype=str)
    (row,) = history[history["mission"].eq("UNOCI")].to_dict("records")
    before = recode_panel(months, mandates, find("2284-protects")).frame
    moved = before["robustness_index"].ne(months.frame["robustness_index"]).fillna(False)
    found = months.frame.loc[moved, "month"].dt.strftime("%Y-%m")
    assert (found.min(), found.max()) == (row["first_month"], row["last_month"])


def test_every_code_of_the_history_is_a_reading_by_hand() -> None:
    history = pd.read_csv(find_shipped("compiled/mandate_history.csv"), dtype=str)
    codes = history[history["mission"].notna()]
    readings = read_overrides(find_shipped("compiled/mandate_overrides.toml"))
    held = {(o.mission, str(o.resolution), o.column): o for o in readings}
    assert len(codes) == 10
    for row in codes.to_dict("records"):
        reading = held[row["mission"], row["resolution"], row["column"]]
        assert (str(reading.value), reading.paragraph) == (row["after"], row["paragraph"])
