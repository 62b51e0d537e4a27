"""Contestable readings: the committed table, what it must hold, and states by hand."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import elements, state_by_month
from pkstats.data.mandates.contestable import (
    COLUMNS,
    CONTESTABLE,
    Alternative,
    Recoding,
    combine,
    list_alternatives,
    read_coded,
    read_contestable,
    recode,
)
from pkstats.data.mandates.validity import READ, read_readings, replay_codes, step_state
from pkstats.data.panels import load_panel
from pkstats.data.panels.mandate_columns import ROBUST
from pkstats.errors import SourceError

ROLE_READ_OTHERWISE = {("MONUC", 1906, "robust_posture"), ("MINUSMA", 2690, "robust_posture")}


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    return read_coded(load_panel("mandate").frame)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return read_contestable()


def cells(table: pd.DataFrame) -> set[tuple[str, int, str]]:
    return {(str(r.mission), int(r.resolution), str(r.column)) for r in table.itertuples()}


def test_every_cell_is_coded_as_the_table_says(coded: pd.DataFrame, table: pd.DataFrame) -> None:
    dates = coded.set_index(["mission", "resolution"])["date"]
    for row in table.itertuples():
        assert dates[row.mission, row.resolution].strftime("%Y-%m") == row.month.strftime("%Y-%m")
    for alternative in list_alternatives(table):
        moved = recode(coded, [alternative])
        differs = moved.ne(coded) & ~(moved.isna() & coded.isna())
        assert int(differs.to_numpy().sum()) == len(alternative.recodings)


def test_those_that_were_named_are_there(table: pd.DataFrame) -> None:
    named = {
        ("UNAMSIL", 1313, "proactive"),
        ("MINUSTAH", 1743, "proactive"),
        ("MINUSTAH", 1780, "proactive"),
        ("MONUSCO", 2147, "proactive"),
        ("MONUSCO", 2211, "proactive"),
        ("MONUC", 1906, "offensive"),
        ("UNOCI", 2284, "poc_physical"),
    }
    assert named <= cells(table)


def test_every_disagreement_of_the_readers_on_the_index_is_an_entry(
    compiled: Path, coded: pd.DataFrame, table: pd.DataFrame
) -> None:
    """States that a reader reaches and the coding does not, and changes that a reader doubts."""
    readings = read_readings(compiled / "mandate_readings.csv")
    replayed, due = replay_codes(coded), set()
    for row in readings.to_dict("records"):
        key = (str(row["mission"]), int(row["resolution"]))
        before, _, after = replayed[key]
        given = {name: max(0, int(row[name])) for name in READ}
        reached = step_state(before, given, str(row["role"]))
        doubted = set(str(row["doubt"]).split(";"))
        for name in ROBUST:
            changes = before[name] != after[name]
            if reached[name] != after[name] or (changes and {name} & doubted):
                due.add((*key, name))
    roles = {(*cell[:2], "robust_posture") for cell in cells(table) if cell[2] == "role"}
    assert len(due) == 13
    assert due - cells(table) - roles == set()
    assert roles == ROLE_READ_OTHERWISE


def test_no_sentence_of_a_text_is_kept(table: pd.DataFrame) -> None:
    assert not table["paragraph"].str.contains(r"[a-z]{4,} [a-z]{4,} [a-z]{4,}").any()
    assert table[["who", "why"]].notna().all(axis=None)


def test_combinations_take_one_of_a_group(table: pd.DataFrame) -> None:
    alternatives = list_alternatives(table)
    combined = combine(alternatives)
    assert combined[0] == ()
    assert len(combined) == 3 * 3 * 2 * 2 * 2 * 2
    assert len(set(combined)) == len(combined)
    for taken in combined:
        groups = [alternative.group for alternative in taken]
        assert len(set(groups)) == len(groups)
    many = [Alternative(name=f"a{k}", group=f"g{k}", combined=True, recodings=()) for k in range(9)]
    with pytest.raises(SourceError, match="512 combinations"):
        combine(many)
    assert len(combine(many[:8])) == 256


def test_a_bad_table_lists_every_breach(tmp_path: Path) -> None:
    frame = pd.read_csv(CONTESTABLE, dtype=str)
    frame.loc[0, "mission"] = "UNXYZ"
    frame.loc[1, "other"] = frame.loc[1, "in_force"]
    frame.loc[2, "column"] = "bravery"
    frame.loc[3, "other"] = "2"
    frame.loc[4, "group"] = "another-group"
    frame.loc[6, "alternative"] = "Two words"
    file = tmp_path / CONTESTABLE.name
    frame.to_csv(file, index=False)
    with pytest.raises(SourceError) as caught:
        read_contestable(file)
    said = str(caught.value)
    for breach in (
        "line 2, 1313-gives: UNXYZ 1313: unknown mission",
        "line 3, 1313-gives: UNAMSIL 1313: both readings are 0",
        "line 4, 1334-gives: UNAMSIL 1334: unknown column 'bravery'",
        "line 5, 1334-gives: UNAMSIL 1334: proactive is unknown",
        "1743-gives: rows differ in group",
        "line 8, Two words: MINUSTAH 1780: names are no words joined by hyphens",
    ):
        assert breach in said
    frame.drop(columns="why").to_csv(file, index=False)
    with pytest.raises(SourceError, match=r"why.* is missing"):
        read_contestable(file)


def test_too_many_combinations_are_refused(tmp_path: Path) -> None:
    frame = pd.read_csv(CONTESTABLE, dtype=str).assign(combined="1")
    file = tmp_path / CONTESTABLE.name
    frame.to_csv(file, index=False)
    with pytest.raises(SourceError, match=r"\d+ combinations\. Remedy: at most 256"):
        read_contestable(file)


def test_what_does_not_fit_the_coding_is_named_together(coded: pd.DataFrame) -> None:
    def read(group: str, *recodings: tuple[str, int, str, int, int]) -> Alternative:
        names = ("mission", "resolution", "column", "in_force", "other")
        made = tuple(Recoding(**dict(zip(names, r, strict=True))) for r in recodings)
        return Alternative(name=group, group=group, combined=True, recodings=made)

    wrong = read("a", ("UNOCI", 2284, "poc_physical", 1, 0), ("UNOCI", 9999, "proactive", 0, 1))
    right = ("UNAMSIL", 1313, "proactive", 0, 1)
    with pytest.raises(SourceError) as caught:
        recode(coded, [wrong, read("b", right), read("c", right), read("c")])
    said = str(caught.value)
    assert "4 breaches" in said
    assert "UNOCI 2284 poc_physical 1 to 0: coded 0" in said
    assert "UNOCI 9999 proactive 0 to 1: meets 0 cells" in said
    assert "UNAMSIL 1313 proactive 0 to 1: the cell is read twice" in said
    assert "group c is taken 2 times" in said


def make_history() -> pd.DataFrame:
    """A mission of five texts: founded, amended, extended, restated, extended."""
    rows = [
        (1270, "1999-10-22", "founding", {"chapter_vii": 1, "poc_physical": 1}),
        (1289, "2000-02-07", "amendment", {"use_of_force": 1}),
        (1313, "2000-08-04", "extension", {}),
        (1562, "2004-09-17", "full_restatement", {"robust_posture": 0}),
        (1610, "2005-06-30", "extension", {}),
    ]
    frame = pd.DataFrame(
        [
            {"mission": "UNAMSIL", "resolution": n, "date": pd.Timestamp(d), "role": role}
            | dict.fromkeys(elements(), 0)
            | given
            for n, d, role, given in rows
        ]
    )
    return frame.assign(
        authorised_military=pd.array([pd.NA] * 5, dtype="Int64"),
        authorised_police=pd.array([pd.NA] * 5, dtype="Int64"),
    )


def sums(history: pd.DataFrame, *, reset: str) -> dict[str, int]:
    """The index in the months of the five texts and in one between."""
    state = state_by_month(history, reset=reset, among={"UNAMSIL"}).set_index("month")  # type: ignore[arg-type]
    months = ("1999-10", "2000-02", "2000-08", "2004-08", "2004-09", "2005-06")
    return {m: int(state.loc[f"{m}-01", list(ROBUST)].sum()) for m in months}


def test_readings_flipped_by_hand_give_the_states_of_hand() -> None:
    history = make_history()
    names = ("1999-10", "2000-02", "2000-08", "2004-08", "2004-09", "2005-06")

    def read(column: str, resolution: int, in_force: object, other: object) -> Alternative:
        made = Recoding(
            mission="UNAMSIL",
            resolution=resolution,
            column=column,
            in_force=in_force,  # type: ignore[arg-type]
            other=other,  # type: ignore[arg-type]
        )
        return Alternative(name="x", group=column, combined=True, recodings=(made,))

    posture = read("robust_posture", 1313, 0, 1)
    role = read("role", 1562, "full_restatement", "extension")
    force = read("use_of_force", 1289, 1, 0)
    by_hand = {
        # Two at the founding, one more by the amendment; protection ends with the restatement.
        (): ((2, 3, 3, 3, 2, 2), (2, 3, 3, 3, 3, 3), (2, 3, 2, 2, 2, 2)),
        # Posture from August 2000; it ends with the restatement, or with any later renewal.
        (posture,): ((2, 3, 4, 4, 2, 2), (2, 3, 4, 4, 4, 4), (2, 3, 3, 3, 2, 2)),
        # No restatement: protection goes on.
        (role,): ((2, 3, 3, 3, 3, 3), (2, 3, 3, 3, 3, 3), (2, 3, 2, 2, 2, 2)),
        (posture, role): ((2, 3, 4, 4, 4, 4), (2, 3, 4, 4, 4, 4), (2, 3, 3, 3, 2, 2)),
        # Without the authority to use force, which would never end.
        (force,): ((2, 2, 2, 2, 1, 1), (2, 2, 2, 2, 2, 2), (2, 2, 1, 1, 1, 1)),
    }
    for taken, expected in by_hand.items():
        moved = recode(history, taken)
        found = tuple(
            tuple(sums(moved, reset=reset)[name] for name in names)
            for reset in ("restatement", "never", "always")
        )
        assert found == expected, taken
    assert history.equals(make_history())


def test_the_columns_are_those_of_the_file() -> None:
    assert list(pd.read_csv(CONTESTABLE, nrows=0).columns) == [column.name for column in COLUMNS]
