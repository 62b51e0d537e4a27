"""The coding of mandates and its validity: definitions, traps, agreement of readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pkstats.data.mandates.dictionary import elements
from pkstats.data.mandates.usability import NOT_USABLE, TOO_FEW, USABLE, Standing
from pkstats.data.registry import find_shipped
from pkstats.display.number import MISSING, write_count
from pkstats.display.style import BLUE, GREEN, INK, ORANGE, VERMILION, style
from pkstats.errors import SourceError
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VALIDITY = (
    "element pairs kappa_readers precision recall precision_of_changes recall_of_changes "
    "changes_read changes_coded usable"
)
KAPPA = "element tamm_columns months kappa months_after_restatement kappa_after_restatement"
READINGS = {
    "kappa_readers": ("kappa of the two readings", "o", BLUE),
    "precision_of_changes": ("precision of changes", "^", VERMILION),
    "recall_of_changes": ("recall of changes", "s", ORANGE),
}
MARKED = {USABLE: "yes", NOT_USABLE: "**no**", TOO_FEW: "*too few to tell*"}
TAMM = {
    "kappa": ("kappa with TAMM, all months", "D", GREEN),
    "kappa_after_restatement": ("after restatements only", "o", INK),
}


def read_table(name: str, columns: str) -> pd.DataFrame | None:
    """Read a table beside the panels; None where it is absent.

    Parameters
    ----------
    name : str
        ``panels/<name>.csv`` of the data.
    columns : str
        Names that it must have, separated by blanks.

    Raises
    ------
    SourceError
        The table lacks a column.
    """
    try:
        table = pd.read_csv(find_shipped(f"panels/{name}.csv"))
    except SourceError:
        return None
    lacking = [column for column in columns.split() if column not in table]
    if lacking:
        raise SourceError(f"data/panels/{name}.csv lacks {', '.join(lacking)}. Remedy: make data")
    return table


def keep_half(validity: pd.DataFrame, half: str) -> pd.DataFrame:
    """Keep one half of the readings (development, held-out, all); a table without halves whole."""
    if "half" not in validity:
        return validity
    return validity[validity["half"] == half].reset_index(drop=True)


def order_halves(validity: pd.DataFrame) -> list[str]:
    """Halves of the readings, the one that decides first."""
    if "half" not in validity:
        return ["held-out"]
    return sorted(validity["half"].unique(), key=lambda half: half != "held-out")


def name_half(half: str) -> str:
    """Say what a half of the readings was used for."""
    known = {"held-out": "**Held-out half.** Opened after the first bar was set."}
    return known.get(half, f"**{half.capitalize()}.**")


def name_element(name: str) -> str:
    """Label of an element; its own name where the dictionary has none."""
    found = elements().get(name)
    return found.label if found else name.replace("_", " ")


def tabulate_elements(robust: tuple[str, ...]) -> pd.DataFrame:
    """Lay out the elements of the dictionary: definition, an example, how long it lasts.

    Parameters
    ----------
    robust : tuple of str
        Elements that the robustness index counts.

    Returns
    -------
    DataFrame
        Text.
    """
    rows = []
    for element in elements().values():
        resolution, _, paragraph = element.example.partition(":")
        place = paragraph if paragraph == "preamble" else f"para. {paragraph}"
        rows.append(
            {
                "Element": element.label,
                "Definition": element.definition,
                "Example": f"S/RES/{resolution} {place}",
                "Ends": "never" if element.cumulative else "with a full restatement without it",
                "In the index": "yes" if element.name in robust else "",
            }
        )
    return pd.DataFrame(rows)


def check_traps(traps: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Hold the state in the month of a resolution against what it must be.

    Parameters
    ----------
    traps : DataFrame
        ``mission resolution column expected trap citation``.
    months : DataFrame
        ``mission_month``.

    Returns
    -------
    DataFrame
        ``traps`` with ``found`` (missing where no month stands under the resolution) and ``holds``.
    """
    first = months.sort_values("month").drop_duplicates(["mission", "mandate_resolution"])
    state = first.dropna(subset="mandate_resolution").set_index(["mission", "mandate_resolution"])

    def find(row: dict[str, Any]) -> Any:
        key = (row["mission"], row["resolution"])
        return state.at[key, row["column"]] if key in state.index else pd.NA

    found = pd.Series([find(row) for row in write_records(traps)], index=traps.index, dtype="Int64")
    held = found.eq(traps["expected"]).fillna(False)
    return traps.assign(found=found, holds=held.astype(bool))


def tabulate_traps(checked: pd.DataFrame) -> pd.DataFrame:
    """Lay out the traps, one line a check, as :func:`check_traps` gives them."""
    return pd.DataFrame(
        {
            "Trap": checked["trap"],
            "Mission": checked["mission"],
            "Resolution": checked["resolution"].astype(str),
            "Column": "`" + checked["column"] + "`",
            "Expected": checked["expected"].map(write_count),
            "Found": checked["found"].map(write_count),
            "Holds": checked["holds"].map({True: "yes", False: "**no**"}),
            "Cited": checked["citation"],
        }
    )


def tabulate_validity(validity: pd.DataFrame) -> pd.DataFrame:
    """Lay out the agreement of readings and coding, one line an element."""
    shares = {
        "kappa_readers": "Kappa of the readings",
        "kappa_state": "Kappa of the state",
        "precision": "Precision",
        "recall": "Recall",
        "precision_of_changes": "Precision of changes",
        "recall_of_changes": "Recall of changes",
    }
    table: dict[str, Any] = {
        "Element": validity["element"].map(name_element),
        "Usable": validity["usable"].map(MARKED),
        "Pairs read": validity["pairs"].map(write_count),
    }
    table |= {
        label: validity[column].map(_write_two)
        for column, label in shares.items()
        if column in validity
    }
    table["Changes read"] = validity["changes_read"].map(write_count)
    table["Changes coded"] = validity["changes_coded"].map(write_count)
    return pd.DataFrame(table)


def tabulate_kappa(kappa: pd.DataFrame) -> pd.DataFrame:
    """Lay out the agreement with TAMM, one line an element."""
    return pd.DataFrame(
        {
            "Element": kappa["element"].map(name_element),
            "TAMM columns": kappa["tamm_columns"].astype(str).str.replace(";", ", "),
            "Mission-months": kappa["months"].map(write_count),
            "Kappa": kappa["kappa"].map(_write_two),
            "Months after restatements": kappa["months_after_restatement"].map(write_count),
            "Kappa there": kappa["kappa_after_restatement"].map(_write_two),
        }
    )


def _write_two(value: Any) -> str:
    return MISSING if pd.isna(value) else f"{float(value):.2f}"


def say_validity(validity: pd.DataFrame | None) -> str:
    """Say how the coding agrees with the two readings; plainly so where there is no reading."""
    if validity is None:
        return (
            "**The table of two independent readings (`data/panels/mandate_validity.csv`) is "
            "absent in this build: nothing can be said here of precision and recall.**"
        )
    validity = keep_half(validity, "all")
    read, coded = int(validity["changes_read"].sum()), int(validity["changes_coded"].sum())
    kappa = validity["kappa_readers"].dropna()
    text = (
        f"{write_count(validity['pairs'].max())} pairs of resolution and mission were read twice, "
        f"independently of each other and of the coding. The readers agree with a kappa between "
        f"{kappa.min():.2f} and {kappa.max():.2f} (median {kappa.median():.2f}). Readers see "
        f"{write_count(read)} changes, the coding {write_count(coded)}, all elements together. "
        f"{int(validity['usable'].eq(USABLE).sum())} of {len(validity)} elements are usable"
    )
    parts = [_list_standing(validity, standing) for standing in (NOT_USABLE, TOO_FEW)]
    return "; ".join([text, *(part for part in parts if part)]) + "."


def _list_standing(validity: pd.DataFrame, standing: Standing) -> str:
    """Name the elements of a standing; empty where there is none."""
    said: dict[Standing, str] = {
        NOT_USABLE: "not usable, and barred from every main specification",
        TOO_FEW: "too few changes were read or coded to tell",
    }
    names = ", ".join(validity.loc[validity["usable"].eq(standing), "element"].map(name_element))
    return f"{said[standing]}: {names}" if names else ""


def say_index(validity: pd.DataFrame | None, robust: tuple[str, ...]) -> str:
    """Say of how many elements of the index the readings tell that their changes are coded well.

    Parameters
    ----------
    validity : DataFrame or None
        As :func:`read_table` gives it.
    robust : tuple of str
        Elements that the index counts.
    """
    if validity is None:
        return "No reading tells of the elements of the index in this build."
    rows = keep_half(validity, "all")
    rows = rows[rows["element"].isin(robust)]
    counts = rows["usable"].value_counts()
    said = {
        USABLE: "are usable by the bar",
        NOT_USABLE: "are not",
        TOO_FEW: "have too few changes to tell",
    }
    parts = [f"{counts[name]} {words}" for name, words in said.items() if counts.get(name, 0)]
    return (
        f"Of the {len(rows)} elements that the index counts, {', '.join(parts)}. The index and the "
        "hypotheses on it were declared under the bar that stood before; what the coding of single "
        "changes decides is shown in the coding curve."
    )


def caption_validity(validity: pd.DataFrame | None, kappa: pd.DataFrame | None) -> str:
    """Say what the figure of agreement shows: the lowest marks of each kind."""
    parts = []
    for table, series in ((validity, READINGS), (kappa, TAMM)):
        for column, (label, _, _) in series.items():
            if table is not None and table[column].notna().any():
                known = table.dropna(subset=column)
                place = int(known[column].to_numpy().argmin())
                name = name_element(known["element"].iloc[place])
                parts.append(f"{label} {known[column].iloc[place]:.2f} ({name})")
    return f"The lowest marks: {'; '.join(parts)}."


def say_kappa(kappa: pd.DataFrame | None) -> str:
    """Say how the coding agrees with TAMM; plainly so where no comparison was made."""
    if kappa is None:
        return (
            "**The table of agreement with TAMM (`data/panels/mandate_kappa.csv`) is absent in "
            "this build.**"
        )
    known = kappa.dropna(subset="kappa").sort_values("kappa")
    low, high = known.iloc[0], known.iloc[-1]
    lower = int((kappa["kappa_after_restatement"] < kappa["kappa"]).sum())
    return (
        f"By mission and month kappa runs from {low['kappa']:.2f} "
        f"({name_element(low['element'])}) to {high['kappa']:.2f} "
        f"({name_element(high['element'])}), median {known['kappa'].median():.2f}. Months "
        "of a mission are alike, so quiet missions flatter the figure; in the months after a full "
        f"restatement alone it is lower for {lower} of {len(kappa)} elements. TAMM codes other "
        "definitions from the same texts: disagreement is no proof of error on either side."
    )


def draw_validity(
    validity: pd.DataFrame | None, kappa: pd.DataFrame | None, *, width: float = 7.2
) -> Figure:
    """Draw agreement by element: with the two readings, and with TAMM.

    Parameters
    ----------
    validity, kappa : DataFrame or None
        As :func:`read_table` gives them; at least one is needed.
    width : float, default 7.2
        Inches; the two parts stand one above the other.

    Returns
    -------
    Figure
        One line an element; names of elements that are not usable are marked.
    """
    titles = ("two readings", "TAMM")
    parts = [
        (table, series, title)
        for table, series, title in zip((validity, kappa), (READINGS, TAMM), titles, strict=True)
        if table is not None
    ]
    tall = [len(table) for table, _, _ in parts]
    lines = sum(tall) + 6 * len(parts)
    with style():
        figure = Figure(figsize=(width, 0.24 * lines + 0.4), layout="constrained")
        grid = figure.subplots(nrows=len(parts), height_ratios=tall, squeeze=False)
        for axes, (table, series, title) in zip(grid.flat, parts, strict=True):
            _draw_dots(axes, table, series=series)
            axes.set_title(title)
    return figure


def _draw_dots(axes: Axes, table: pd.DataFrame, *, series: dict[str, tuple[str, str, str]]) -> None:
    places = np.arange(len(table))
    for column, (label, mark, colour) in series.items():
        axes.plot(
            table[column], places, mark, color=colour, mfc="none", mew=1.5, ms=5.5, label=label
        )
    usable = table["usable"] if "usable" in table else pd.Series(USABLE, table.index)
    names = [
        name_element(name) + ("" if standing == USABLE else f" ({standing})")
        for name, standing in zip(table["element"], usable, strict=True)
    ]
    axes.set_yticks(places, names, fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(table) - 0.4, -0.6)
    lowest = float(np.nanmin(table[list(series)].to_numpy(dtype=float), initial=0.0))
    axes.set_xlim(min(-0.04, lowest - 0.04), 1.04)
    axes.grid(axis="both")
    axes.legend(loc="upper right", bbox_to_anchor=(1.0, -0.08), ncols=1)


def say_resets(months: pd.DataFrame) -> str:
    """Say how often the three rules of resetting give another robustness index."""
    known = months.dropna(subset="robustness_index")
    main = known["robustness_index"]
    never = (known["robustness_index_never_reset"] != main).mean()
    always = (known["robustness_index_always_reset"] != main).mean()
    return (
        f"In {write_count(len(known))} mission-months with a coded mandate the robustness index "
        f"under never reset differs from the main one in {never:.0%}, under always reset in "
        f"{always:.0%}."
    )


def say_roles(mandates: pd.DataFrame) -> str:
    """Say how many pairs of resolution and mission play each role."""
    counts = mandates["role"].astype(str).value_counts()
    listed = ", ".join(
        f"{str(role).replace('_', ' ')} {write_count(count)}" for role, count in counts.items()
    )
    return f"{write_count(len(mandates))} pairs of resolution and mission, by role: {listed}."


def say_traps(checked: pd.DataFrame) -> str:
    """Say how many of the traps hold, and name those that do not."""
    wrong = checked[~checked["holds"]]
    text = f"{int(checked['holds'].sum())} of {len(checked)} checks hold"
    if wrong.empty:
        return f"{text}."
    names = wrong["mission"] + " " + wrong["resolution"].astype(str) + " (" + wrong["column"] + ")"
    return f"{text}; not: {', '.join(names)}."
