"""The longer record: three samples beside one another, and which of them leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from pkstats.display.number import (
    write_bounds,
    write_count,
    write_effect,
    write_list,
    write_number,
    write_p,
    write_share,
)
from pkstats.families import find_family
from pkstats.report.parts.forest import draw_forest
from pkstats.report.record import Record, read_records
from pkstats.report.results import write_records
from pkstats.results import list_topic, read_tables

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

PREFIX: Final = "h1_longer"
FROZEN: Final = "H1"
#: What each sample is called, and how it stands to the frozen one.
SAMPLES: Final = {
    FROZEN: ("2000-2025", "frozen ruling"),
    "H1-1990": ("1990-2025", "extended, not confirmatory"),
    "H1-1990s": ("1990-1999", "extended, not confirmatory"),
}


@dataclass(frozen=True, kw_only=True)
class Periods:
    """The three samples of a build.

    Parameters
    ----------
    records : dict of str to tuple of Record
        By code of the family, in the order of `SAMPLES`; hypotheses in one order.
    gates, hosts : DataFrame
        Tables ``blind_gates`` and ``blind_hosts``.
    """

    records: dict[str, tuple[Record, ...]]
    gates: pd.DataFrame
    hosts: pd.DataFrame

    @property
    def leading(self) -> str:
        """Code of the family whose sample leads the page."""
        return str(self.gates.loc[self.gates["leads"] == "yes", "family"].iloc[0])


def read_periods(folder: Path) -> Periods:
    """Read the results of the three samples; one absent or not as declared raises ResultsError."""
    tables = read_tables(folder, *list_topic(PREFIX), prefix=PREFIX)
    return Periods(
        records={code: read_records(find_family(code), folder) for code in SAMPLES},
        gates=tables["blind_gates"],
        hosts=tables["blind_hosts"],
    )


def say_rulings(periods: Periods) -> str:
    """Say the frozen ruling of each estimand, then those that stand beside it."""
    parts = []
    for place, record in enumerate(periods.records[FROZEN]):
        named = record.hypothesis.primary.estimand
        beside = [
            f"{SAMPLES[code][0]}: **{records[place].ruling}**"
            for code, records in periods.records.items()
            if code != FROZEN
        ]
        parts.append(
            f"*{named[:1].upper()}{named[1:]}*: **{record.ruling}** on {SAMPLES[FROZEN][0]}, "
            f"which is the frozen ruling and stays it. Beside it, extended and not confirmatory, "
            f"{write_list(beside)}."
        )
    return "\n\n".join(parts)


def say_differences(periods: Periods) -> str:
    """Say where the ruling of another sample differs from the frozen one, and why."""
    found = []
    for code, records in periods.records.items():
        for frozen, other in zip(periods.records[FROZEN], records, strict=True):
            if other.ruling != frozen.ruling:
                reason = str(other.verdict["reason"]).split(". Remedy")[0].rstrip(".")
                found.append(
                    f"{SAMPLES[code][0]}, {other.hypothesis.primary.estimand}: {other.ruling} in "
                    f"place of {frozen.ruling} ({reason})"
                )
    compared = sum(len(records) for code, records in periods.records.items() if code != FROZEN)
    if not found:
        return f"None of the {compared} rulings on other samples differs from the frozen one."
    verb = "differs" if len(found) == 1 else "differ"
    return (
        f"Of {compared} rulings on other samples {len(found)} {verb} from the frozen one: "
        f"{'; '.join(found)}."
    )


def say_bounds(periods: Periods) -> str:
    """Say whether each estimate of the longer record is inside the smallest effect, by rate.

    The bound follows the rate of the sample itself; beside it stands the stricter bound of the
    frozen hypothesis, whose rate is that of the 1990s.
    """
    parts = []
    for frozen, record in zip(periods.records[FROZEN], periods.records["H1-1990"], strict=True):
        line = record.primary
        if line is None or pd.isna(line["conf_low_90"]):
            continue
        low, high = float(line["conf_low_90"]), float(line["conf_high_90"])
        told = [
            f"{'inside' if max(abs(low), abs(high)) < bound else 'not inside'} "
            f"{write_bounds(-bound, bound, ratio=record.ratio)} ({whose})"
            for bound, whose in (
                (record.smallest, "the rate of the sample itself"),
                (frozen.smallest, "the rate that the frozen hypothesis takes"),
            )
        ]
        parts.append(
            f"*{record.hypothesis.primary.estimand}*: the 90% interval, "
            f"{write_bounds(low, high, ratio=record.ratio)}, is {write_list(told)}"
        )
    return (
        f"Effects too small to matter, on the longer record. {'; '.join(parts)}." if parts else ""
    )


def say_lead(periods: Periods) -> str:
    """Say which sample leads by the rule of the declaration, with the counts behind it."""
    parts = []
    for code, rows in periods.gates.groupby("family", sort=False):
        passing = bool((rows["passes"] == "yes").all())
        hosts = write_count(rows["clusters_around_switch"].min())
        parts.append(
            f"{SAMPLES[str(code)][0]} {'passes' if passing else 'does not pass'}, with {hosts} "
            "hosts that have events around a switch of their own"
        )
    return (
        f"By the rule fixed before any gate was looked at, the design on "
        f"**{SAMPLES[periods.leading][0]}** leads this page: {'; '.join(parts)}. "
        "Leading is an order of pages, not of rulings."
    )


def name_joining(periods: Periods, *, place: int = 0) -> list[str]:
    """Hosts that switch with events on the longer record and do not since 2000."""
    names = []
    for code in (FROZEN, "H1-1990"):
        hypothesis = periods.records[code][place].hypothesis.name
        rows = periods.hosts[periods.hosts["hypothesis"] == hypothesis]
        some = rows[(rows["switches"] > 0) & (rows["events"] > 0)]
        names.append(list(some["host"]))
    return sorted(set(names[1]) - set(names[0]))


def say_joining(periods: Periods) -> str:
    """Say which hosts the 1990s add, with what happened around their switches."""
    joining = name_joining(periods)
    if not joining:
        return "No host switches on the longer record that does not since 2000."
    hypothesis = periods.records["H1-1990"][0].hypothesis.name
    rows = periods.hosts[periods.hosts["hypothesis"] == hypothesis].set_index("host")
    listed = [
        f"{host} ({write_count(rows.loc[host, 'events_around_switch'])} of its "
        f"{write_count(rows.loc[host, 'events'])} attack days within 24 months of a switch, "
        f"{write_share(rows.loc[host, 'leverage'])} of the leverage)"
        for host in joining
    ]
    verb = "joins" if len(joining) == 1 else "join"
    return f"{write_list(listed)} {verb} the hosts that switch."


def tabulate_gates(periods: Periods) -> pd.DataFrame:
    """Lay out the gates as text, one line a sample and estimand."""
    rows = [
        {
            "Sample": SAMPLES[row["family"]][0],
            "Estimand": row["estimand"],
            "Gate": "passes" if row["passes"] == "yes" else "fails",
            "Hosts that switch, with events": write_count(row["switching_clusters"]),
            "Hosts with events around their own switch": write_count(row["clusters_around_switch"]),
            "Attack days around a switch": write_count(row["events_around_switch"]),
            "Largest leverage": write_share(row["largest_leverage"]),
            "Effective hosts": write_number(row["effective_clusters"], decimals=1),
        }
        for row in write_records(periods.gates)
    ]
    return pd.DataFrame(rows)


def tabulate_periods(periods: Periods) -> pd.DataFrame:
    """Lay out estimate, p-values, smallest effect and ruling, one line an estimand and sample."""
    rows = []
    for place in range(len(periods.records[FROZEN])):
        for code, records in periods.records.items():
            record = records[place]
            found, line = record.verdict, record.primary or {}
            rows.append(
                {
                    "Estimand": record.hypothesis.primary.estimand,
                    "Sample": SAMPLES[code][0],
                    "Standing": SAMPLES[code][1],
                    "Rate ratio": write_effect(found["estimate"], ratio=record.ratio),
                    "95% interval": _write_interval(found, record),
                    "p (CRV3)": write_p(line.get("p_value")),
                    "p (randomization)": write_p(line.get("randomization_p")),
                    "Smallest effect": write_effect(record.smallest, ratio=record.ratio),
                    "Ruling": record.ruling,
                }
            )
    return pd.DataFrame(rows)


def _write_interval(found: dict[str, Any], record: Record) -> str:
    if pd.isna(found["conf_low"]) or pd.isna(found["conf_high"]):
        return "undefined"
    return write_bounds(found["conf_low"], found["conf_high"], ratio=record.ratio)


def lay_out_periods(periods: Periods) -> pd.DataFrame:
    """Rows of a forest: the primary estimate of each estimand and sample."""
    rows = []
    for place in range(len(periods.records[FROZEN])):
        for code, records in periods.records.items():
            record = records[place]
            line = record.primary or dict.fromkeys(("estimate", "conf_low", "conf_high"))
            rows.append(
                {
                    "label": f"{record.hypothesis.primary.estimand}, {SAMPLES[code][0]}",
                    "filled": record.ruling != "not identified",
                    **{name: line[name] for name in ("estimate", "conf_low", "conf_high")},
                }
            )
    numbers = ["estimate", "conf_low", "conf_high"]
    return pd.DataFrame(rows).astype(dict.fromkeys(numbers, "float64"))


def draw_periods(periods: Periods, *, width: float = 7.2) -> Figure:
    """Draw the primary estimate of each estimand on each sample."""
    return draw_forest(lay_out_periods(periods), axis="rate ratio per index point", width=width)


def say_figure(periods: Periods) -> str:
    """Say what the figure shows: how the estimates of the longer record stand to the frozen."""
    parts = []
    for place, record in enumerate(periods.records[FROZEN]):
        told = [
            f"{write_effect(records[place].verdict['estimate'])} ({SAMPLES[code][0]})"
            for code, records in periods.records.items()
        ]
        parts.append(f"{record.hypothesis.primary.estimand}: {write_list(told)}")
    return (
        "Rate ratio of fatal attack days per index point, by estimand and sample. "
        f"{'; '.join(parts)}. Hollow marks do not pass the identification gate and may not be "
        "read as effects; a mark without a line has no jackknife interval."
    )
