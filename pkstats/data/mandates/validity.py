"""Validity of the coded mandates: hand readings by two readers, and agreement with TAMM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pkstats.data.mandates.dictionary import cumulative
from pkstats.data.mandates.state import RESETTING
from pkstats.data.mandates.usability import judge_element
from pkstats.errors import Breaches, SourceError

READ = (
    "chapter_vii",
    "use_of_force",
    "poc_physical",
    "robust_posture",
    "proactive",
    "offensive",
    "counter_terrorism",
    "joint_operations",
    "host_security_support",
    "state_authority",
)
READERS = ("A", "B")
HALVES = ("development", "held-out")
BEFORE = ", before mending (dictionary 1.0)"
KEY = ["pair", "half", "resolution", "mission"]
READING_COLUMNS = [*KEY, "reader", "role", *READ, "paragraphs", "doubt"]
READ_ROLES = frozenset(
    {"full_restatement", "extension", "incorporation", "amendment", "ceiling_only", "none"}
)
TAMM_COLUMNS: dict[str, tuple[str, ...]] = {
    "chapter_vii": ("ch7",),
    "poc": ("prociv",),
    "personnel_protection": ("unpersonnel_protect",),
    "human_rights_monitoring": ("humrts_monitor",),
    "elections": ("election_monitor", "election_security", "election_assist"),
    "ddr": ("ddr_monitor", "ddr_assist"),
    "ssr": ("securitysectorreform_assist", "policereform_assist"),
    "justice": ("justice_assist", "justice_warcrim"),
    "humanitarian": ("humaid_assist", "humpersonnel_protect"),
    "women_children": ("children_protect", "women_protect"),
}
TAMM_NAMES = {"UNPSG": "UNCPSG", "UNOSOM": "UNOSOM I"}
PERIOD = (pd.Timestamp("2000-01-01"), pd.Timestamp("2015-12-01"))


def read_readings(path: Path) -> pd.DataFrame:
    """Read the hand readings of resolution x mission pairs.

    Parameters
    ----------
    path : Path
        CSV with `READING_COLUMNS`; elements are 1 (the resolution gives or states it as the
        mission's task), 0 (not) or -1 (it removes or narrows it).

    Returns
    -------
    DataFrame
        Two rows a pair, one a reader, sorted by pair and reader.

    Raises
    ------
    SourceError
        If columns differ, a pair is not read once by each reader, or a code is unknown.
    """
    frame = pd.read_csv(path, keep_default_na=False)
    breaches = Breaches(path.name)
    if list(frame.columns) != READING_COLUMNS:
        wrong = sorted(set(frame.columns) ^ set(READING_COLUMNS))
        breaches.add(f"columns {wrong} missing or unknown", remedy=f"give {READING_COLUMNS}")
        breaches.raise_as(SourceError)
    readers = frame.sort_values("reader").groupby("pair")["reader"].agg("".join)
    same = frame.groupby("pair")[KEY[1:]].nunique().eq(1).all(axis=1)
    for pair in readers.index[readers.ne("".join(READERS)) | ~same]:
        breaches.add(f"pair {pair}: not one row for each of {READERS} on one text")
    codes = ~frame[list(READ)].isin([-1, 0, 1]).all(axis=1)
    unknown = codes | ~frame["role"].isin(READ_ROLES) | ~frame["half"].isin(HALVES)
    for row in frame.loc[unknown].itertuples():
        breaches.add(f"pair {row.pair}, reader {row.reader}: unknown code, role or half")
    twice = frame.duplicated(["resolution", "mission", "reader"])
    for row in frame.loc[twice].itertuples():
        breaches.add(f"pair {row.pair}: {row.mission} {row.resolution} is read in another pair too")
    breaches.raise_as(SourceError)
    return frame.sort_values(["pair", "reader"], ignore_index=True)


def measure_readings(readings: pd.DataFrame, mandates: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and kappa of the coding against two readers, by element and half.

    Parameters
    ----------
    readings : DataFrame
        As `read_readings` gives it.
    mandates : DataFrame
        As `mandate_frame` gives it; every resolution of the missions read, so that the state
        before each pair is known.

    Returns
    -------
    DataFrame
        element, half ("development", "held-out", "all"), pairs, kappa_readers (of their 0/1
        codes), kappa_state (state after the pair, coded against read, where the readers agree),
        precision, recall (of the codes where the readers agree), precision_of_changes,
        recall_of_changes (state after less state before, where the readers agree),
        changes_read, changes_coded (numbers of changes there), usable.

    Notes
    -----
    Both readings start from the coded state before the pair. A reader's full restatement ends the
    tasks it does not give (cumulative elements excepted), any other role adds; a narrowed element
    (-1) stays in force. A coded change counts as right if it has the sign of the read one.

    `usable` is what :func:`pkstats.data.mandates.usability.judge_element` says of the element,
    the same in every row: "usable", "not usable" or "too few to tell".

    Raises
    ------
    SourceError
        If a pair is no row of `mandates`.
    """
    states = _replay(readings, mandates)
    rows = []
    for half in (*HALVES, "all"):
        part = states if half == "all" else states.loc[states["half"].eq(half)]
        rows += [_measure(name, half, part.loc[part["element"].eq(name)]) for name in READ]
    table = pd.DataFrame(rows)
    measured = {
        half: {str(row["element"]): row for row in part.to_dict("records")}
        for half, part in table.groupby("half")
    }
    held, whole = measured["held-out"], measured["all"]
    usable = {name: judge_element(held[name], whole[name]) for name in READ}
    return table.assign(usable=table["element"].map(usable))


def _replay(readings: pd.DataFrame, mandates: pd.DataFrame) -> pd.DataFrame:
    """One row a pair and element: codes and states of the coding and of both readers."""
    coded = replay_codes(mandates)
    rows, breaches = [], Breaches("mandate readings")
    for pair, both in readings.groupby("pair"):
        first = both.iloc[0]
        key = (first["mission"], int(first["resolution"]))
        if key not in coded:
            breaches.add(f"pair {pair}: {key[0]} {key[1]} is not among the mandates")
            continue
        before, codes, after = coded[key]
        read = {row["reader"]: row for row in both.to_dict("records")}
        given = {r: {n: max(0, int(row[n])) for n in READ} for r, row in read.items()}
        states = {r: step_state(before, given[r], str(row["role"])) for r, row in read.items()}
        for name in READ:
            row = {"element": name, "half": first["half"], "before": before[name]}
            row |= {"code": codes[name], "after": after[name]}
            row |= {f"code_{r}": given[r][name] for r in READERS}
            rows.append(row | {f"after_{r}": states[r][name] for r in READERS})
    breaches.raise_as(SourceError)
    return pd.DataFrame(rows)


def replay_codes(
    mandates: pd.DataFrame,
) -> dict[tuple[str, int], tuple[dict[str, int], dict[str, int], dict[str, int]]]:
    """State before, codes and state after each resolution, by mission and resolution."""
    found = {}
    for mission, rows in mandates.groupby("mission"):
        state = dict.fromkeys(READ, 0)
        for row in rows.sort_values(["date", "resolution"]).to_dict("records"):
            codes = {name: int(row[name]) for name in READ}
            after = state if row["role"] == "mention" else step_state(state, codes, row["role"])
            found[(str(mission), int(row["resolution"]))] = (state, codes, after)
            state = after
    return found


def step_state(state: dict[str, int], codes: dict[str, int], role: str) -> dict[str, int]:
    """State after a resolution of this role that gives these codes."""
    ends, lasting = role in RESETTING["restatement"], cumulative()
    kept = {name: state[name] if name in lasting or not ends else 0 for name in READ}
    return {name: max(kept[name], codes[name]) for name in READ}


def _measure(element: str, half: str, part: pd.DataFrame) -> dict[str, object]:
    same_code = part.loc[part["code_A"].eq(part["code_B"])]
    agreed = part.loc[part["after_A"].eq(part["after_B"])]
    coded, read = agreed["after"] - agreed["before"], agreed["after_A"] - agreed["before"]
    return {
        "element": element,
        "half": half,
        "pairs": len(part),
        "kappa_readers": cohen_kappa(part["code_A"], part["code_B"]),
        "kappa_state": cohen_kappa(agreed["after"], agreed["after_A"]),
        **measure_codes(same_code["code"], same_code["code_A"]),
        **measure_changes(coded, read),
    }


def measure_codes(code: pd.Series, read: pd.Series) -> dict[str, object]:
    """Precision and recall of 0/1 codes against the codes that were read, row by row."""
    hits = int((code.eq(1) & read.eq(1)).sum())
    return {
        "precision": divide(hits, int(code.sum())),
        "recall": divide(hits, int(read.sum())),
    }


def measure_changes(coded: pd.Series, read: pd.Series) -> dict[str, object]:
    """Precision and recall of changes (-1, 0, 1) against those read, and their numbers."""
    right = int((coded.ne(0) & coded.eq(read)).sum())
    return {
        "precision_of_changes": divide(right, int(coded.ne(0).sum())),
        "recall_of_changes": divide(right, int(read.ne(0).sum())),
        "changes_read": int(read.ne(0).sum()),
        "changes_coded": int(coded.ne(0).sum()),
    }


def divide(part: int, whole: int) -> float:
    """A share; nan of nothing."""
    return part / whole if whole else float("nan")


def read_coding(path: Path) -> pd.DataFrame:
    """Read what an earlier version of the dictionary coded: mission resolution date role, `READ`.

    Raises
    ------
    SourceError
        If columns differ or a mission and resolution stand there twice.
    """
    frame = pd.read_csv(path)
    breaches = Breaches(path.name)
    if list(frame.columns) != ["mission", "resolution", "date", "role", *READ]:
        breaches.add("columns are not mission, resolution, date, role and the elements read")
    elif frame.duplicated(["mission", "resolution"]).any():
        breaches.add("a mission and resolution stand there twice")
    breaches.raise_as(SourceError)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def tabulate_validity(mandates: pd.DataFrame, *, compiled: Path) -> pd.DataFrame:
    """`measure_readings` before and after the dictionary was mended on the development half.

    Parameters
    ----------
    mandates : DataFrame
        As `mandate_frame` gives it, coded by the present dictionary.
    compiled : Path
        Folder of `mandate_readings.csv` and `mandate_readings_coding_1.csv` (version 1.0).

    Returns
    -------
    DataFrame
        The columns of `measure_readings`, shares to 3 decimals; half also with ``BEFORE`` behind
        it, for the figures of version 1.0. `usable` is the verdict on the present coding in every
        row.

    Notes
    -----
    Pairs: every within-mission change that version 1.0 coded in one of the ten elements,
    2000-2025, mentions excepted, and others drawn by role. The readers share a way of reading,
    so their kappa is an upper bound. Changes that version 1.0 missed in pairs not drawn are not
    counted.
    """
    readings = read_readings(compiled / "mandate_readings.csv")
    now = measure_readings(readings, mandates)
    first = measure_readings(readings, read_coding(compiled / "mandate_readings_coding_1.csv"))
    first = first.assign(half=first["half"] + BEFORE, usable=now["usable"])
    table = pd.concat([now, first], ignore_index=True)
    shares = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].round(3) for name in shares})


def cohen_kappa(first: pd.Series, second: pd.Series) -> float:
    """Cohen's kappa of two 0/1 series of equal length; nan if both are constant and equal.

    Notes
    -----
    (p_o - p_e) / (1 - p_e), p_o the share of equal codes, p_e the share expected from the margins.
    """
    a, b = first.to_numpy(dtype=float), second.to_numpy(dtype=float)
    observed = float(np.mean(a == b))
    expected = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    return float("nan") if expected == 1 else (observed - expected) / (1 - expected)


def kappa_against_tamm(state: pd.DataFrame, tamm: pd.DataFrame) -> pd.DataFrame:
    """Compare the coding with TAMM by mission and month, 2000-2015.

    Parameters
    ----------
    state : DataFrame
        As `state_by_month` gives it.
    tamm : DataFrame
        TAMM v2.1: mission, year, month (of the year) and its 0/1 task columns; an element is
        compared with "any of" its `TAMM_COLUMNS`.

    Returns
    -------
    DataFrame
        element, scope ("all months", or "after restatement": the month after a founding text or
        full restatement), months, missions, agreement, kappa, share_text, share_tamm.
    """
    other = tamm.assign(
        mission=tamm["mission"].replace(TAMM_NAMES),
        month=pd.to_datetime({"year": tamm["year"], "month": tamm["month"], "day": 1}),
        **{f"tamm_{e}": tamm[list(c)].max(axis=1) for e, c in TAMM_COLUMNS.items()},
    )
    kept = ["mission", "month", *(f"tamm_{element}" for element in TAMM_COLUMNS)]
    after = state.groupby("mission")["restatement"].shift(1, fill_value=0)
    both = state.assign(after=after).merge(other[kept].drop_duplicates(kept[:2]), on=kept[:2])
    both = both.loc[both["month"].between(*PERIOD)]
    scopes = {"all months": both, "after restatement": both.loc[both["after"].eq(1)]}
    rows = [
        _compare(element, scope, part) for element in TAMM_COLUMNS for scope, part in scopes.items()
    ]
    return pd.DataFrame(rows)


def tabulate_kappa(state: pd.DataFrame, tamm: pd.DataFrame) -> pd.DataFrame:
    """`kappa_against_tamm`, one row an element.

    Returns
    -------
    DataFrame
        element, tamm_columns (joined by semicolons), months, kappa, months_after_restatement,
        kappa_after_restatement.
    """
    compared = kappa_against_tamm(state, tamm).set_index(["scope", "element"])[["months", "kappa"]]
    whole = compared.loc["all months"]
    after = compared.loc["after restatement"].add_suffix("_after_restatement")
    table = pd.concat([whole, after], axis=1).reset_index()
    columns = [";".join(TAMM_COLUMNS[element]) for element in table["element"]]
    table.insert(1, "tamm_columns", columns)
    return table.round(3)


def _compare(element: str, scope: str, both: pd.DataFrame) -> dict[str, object]:
    part = both.dropna(subset=[f"tamm_{element}"])
    text, tamm = part[element], part[f"tamm_{element}"]
    return {
        "element": element,
        "scope": scope,
        "months": len(part),
        "missions": part["mission"].nunique(),
        "agreement": float((text == tamm).mean()),
        "kappa": cohen_kappa(text, tamm),
        "share_text": float(text.mean()),
        "share_tamm": float(tamm.mean()),
    }
