"""Overview: the hypotheses of a family beside one another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pandas as pd

from pkstats.display.number import write_bounds, write_count, write_effect, write_list, write_p
from pkstats.report.parts.forest import draw_forest
from pkstats.report.parts.judgement import say_opening

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.report.record import Record

#: Longest name that an estimand may give to its hypothesis.
LONGEST: Final = 30
ACRONYMS: Final = {"vii": "VII", "tamm": "(TAMM)"}


def name_hypotheses(records: tuple[Record, ...]) -> dict[str, str]:
    """Name the hypotheses of a family in plain words.

    Returns
    -------
    dict of str to str
        By declared name: the words before the colon of the estimand where every one has such a
        name of its own, else the declared name without the family's.
    """
    heads = [record.hypothesis.estimand.partition(":") for record in records]
    named = [head for head, colon, _ in heads if colon and len(head) <= LONGEST]
    if len(set(named)) == len(records):
        return {r.hypothesis.name: name for r, name in zip(records, named, strict=True)}
    return {record.hypothesis.name: _name_plainly(record) for record in records}


def _name_plainly(record: Record) -> str:
    """Declared name without the family's, as words."""
    own = record.hypothesis.name
    first = record.family.code.split("-", maxsplit=1)[0]
    words = own.removeprefix(f"{record.family.code}-").removeprefix(f"{first}-").split("-")
    text = " ".join(ACRONYMS.get(word, word) for word in words)
    return f"{text[0].upper()}{text[1:]}"


def count_rulings(records: tuple[Record, ...]) -> str:
    """Count the rulings on the hypotheses of a family, and say whether their gate is open."""
    counts = Counter(record.ruling for record in records)
    listed = ", ".join(f"{number} {ruling}" for ruling, number in counts.most_common())
    return f"Of {len(records)} hypotheses: {listed}. {say_opening(records[0])}".strip()


def list_rulings(records: tuple[Record, ...], *, names: dict[str, str]) -> str:
    """Say every ruling in one sentence."""
    parts = [
        f"{names[r.hypothesis.name].lower()} (claims {', '.join(r.hypothesis.claims)}): "
        f"**{r.ruling}**"
        for r in records
    ]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def say_unidentified(records: tuple[Record, ...], *, names: dict[str, str]) -> str:
    """Name the hypotheses whose effect is not identified; empty where each is."""
    short = [names[r.hypothesis.name] for r in records if r.ruling == "not identified"]
    return f"Not identified: {', '.join(short)}." if short else ""


def lay_out_overview(records: tuple[Record, ...], *, names: dict[str, str]) -> pd.DataFrame:
    """Rows of a forest of the primary estimates that are ratios, one a hypothesis.

    Returns
    -------
    DataFrame
        As :func:`pkstats.report.parts.forest.draw_forest` takes it; hollow where the hypothesis is
        not identified.
    """
    columns = ["estimate", "conf_low", "conf_high"]
    rows = [
        {
            "label": names[record.hypothesis.name],
            "filled": record.ruling != "not identified",
            **{column: record.verdict[column] for column in columns},
        }
        for record in records
        if record.ratio
    ]
    return pd.DataFrame(rows, columns=["label", "filled", *columns])


def draw_overview(records: tuple[Record, ...], names: dict[str, str], width: float = 7.2) -> Figure:
    """Draw the primary estimates of a family."""
    measures = write_list(dict.fromkeys(r.measure for r in records if r.ratio), last="or")
    axis = f"{measures} by hypothesis"
    return draw_forest(lay_out_overview(records, names=names), axis=axis, width=width)


def tabulate_rulings(records: tuple[Record, ...], *, names: dict[str, str]) -> pd.DataFrame:
    """Lay out one line a hypothesis: ruling, effect, clusters that switch, p, q, what was known.

    Parameters
    ----------
    records : tuple of Record
        Of one family.
    names : dict of str to str
        What each hypothesis is called.
    """
    rows = []
    for record in records:
        line = record.primary or {}
        found = record.verdict
        effect = write_effect(found["estimate"], ratio=record.ratio)
        known = pd.notna(found["estimate"])
        rows.append(
            {
                "Hypothesis": names[record.hypothesis.name],
                "What is measured": record.hypothesis.construct,
                "Ruling": f"**{record.ruling}**",
                "Effect": f"{effect} ({record.scale})" if known else "not estimated",
                "95% interval (CRV3)": write_bounds(
                    found["conf_low"], found["conf_high"], ratio=record.ratio
                ),
                "Clusters that switch": write_count(line.get("hosts_switching", 0)),
                "Events": write_count(line.get("events")),
                "p (randomization)": write_p(found["randomization_p"]),
                "q": write_p(found["q_value"]),
                "Smallest detectable": write_effect(
                    line.get("minimum_detectable_effect"), ratio=record.ratio
                ),
                "Known before": record.hypothesis.seen,
            }
        )
    table = pd.DataFrame(rows)
    return table[[column for column in table if (table[column] != "").any()]]
