"""Small made-up results of H1, in the contract of the results and for any ruling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.families import Family, Hypothesis, find_family
from pkstats.report.record import Record, read_records
from pkstats.results import find_table, write_family

UNDEFINED = ("total-incident-days-tamm-chapter-vii",)
MISSIONS = {
    "MINUSMA": "Mali",
    "MONUSCO": "DR Congo",
    "MINUSCA": "CAR",
    "UNIFIL": "Lebanon",
    "UNMISS": "South Sudan",
    "UNAMID": "Sudan",
}


def list_columns(name: str) -> list[str]:
    return list(find_table(name, prefix="h1").table.required)


def make_estimates(
    hypothesis: Hypothesis, estimate: float, *, undefined: tuple[str, ...] = UNDEFINED
) -> pd.DataFrame:
    rows = []
    for place, model in enumerate(hypothesis.models):
        own = model.specification
        value, crv1, crv3 = estimate + 0.02 * place, 0.15, 0.25
        gone = model.name in undefined
        low, high = value - 2.1 * crv3, value + 2.1 * crv3
        rows.append(
            {
                "model": model.name,
                "estimand": model.estimand,
                "outcome": own.outcome,
                "effects": " + ".join(own.effects),
                "treatment": own.treatment,
                "role": model.role,
                "term": own.treatment,
                "estimate": value,
                "std_error": np.nan if gone else crv3,
                "std_error_crv1": crv1,
                "std_error_mission": crv3,
                "p_value_larger": np.nan if gone else 0.5,
                "effective_clusters": 4.2,
                "df_satterthwaite": np.nan if gone else 3.3,
                "statistic": value / crv3,
                "df": 12,
                "p_value": np.nan if gone else 0.4,
                "conf_low": np.nan if gone else low,
                "conf_high": np.nan if gone else high,
                "conf_low_90": np.nan if gone else low + 0.1,
                "conf_high_90": np.nan if gone else high - 0.1,
                "randomization_p": 0.31,
                "randomization_draws": 1999,
                "distinct_assignments": 123456,
                "rows": 3400,
                "missions": 29,
                "hosts": 21,
                "hosts_scoring": 13,
                "hosts_switching": 7,
                "events": 190,
                "minimum_detectable_effect": 0.7,
                "note": "undefined without Mali" if gone else "",
                "hypothesis": hypothesis.name,
            }
        )
        rows.append({**rows[-1], "term": "host_conflict_deaths_lag1", "estimate": 9.0})
    return pd.DataFrame(rows)


def make_tables(
    hypothesis: Hypothesis,
    ruling: str = "inconclusive",
    *,
    estimate: float = 0.08,
    undefined: tuple[str, ...] = UNDEFINED,
    leverage: tuple[float, ...] = (0.05, 0.45, 0.2, 0.15, 0.1, 0.05),
    bars: bool = True,
) -> dict[str, pd.DataFrame]:
    """Tables of one hypothesis; without bars, those alone that every family writes."""
    rng = np.random.default_rng(7)
    name, primary = hypothesis.name, hypothesis.primary
    left_out = [("mission", m) for m in MISSIONS] + [("host", h) for h in MISSIONS.values()]
    rows = {
        "leave_one_out": [
            (primary.name, *place, estimate + rng.normal(0, 0.1), 0.25, 3300, 150, "", name)
            for place in left_out
        ],
        "identification": [
            (primary.name, host, 1, place, 40 - place, 5, leverage[place], name)
            for place, host in enumerate(MISSIONS.values())
        ],
        "rows_lost": [
            (primary.name, "all-zero mission", 900, 0.0, "UNTSO, UNMOGIP, UNFICYP", name)
        ],
        "verdict_steps": [(*step, name) for step in make_steps(bars=bars)],
        "verdict": [
            (
                *(name, "J4", ruling, "", "the interval is wide", primary.name, estimate),
                *(-0.4, 0.6, -0.3, 0.5, hypothesis.unit, 0.1),
                *(0.31, "randomization", 0.31, 0.62, 1.0),
                *("", "none", "estimates", "inconclusive, not identified"),
            )
        ],
    }
    bounds = {"rule": 0.1, "at the rate of the baseline": 0.05, "half as large": 0.06}
    rows["bounds"] = [(name, bound, effect, ruling) for bound, effect in bounds.items()]
    if bars:
        rows |= make_bars(hypothesis)
    tables = {key: pd.DataFrame(rows[key], columns=list_columns(key)) for key in rows}
    return tables | {"estimates": make_estimates(hypothesis, estimate, undefined=undefined)}


def make_steps(*, bars: bool) -> list[tuple[object, ...]]:
    threat, inside = "a common cause", "90% interval inside -0.10 to 0.10"
    check = (3, f"check on {threat}", "No response", "-0.20 to 0.40", inside, "cannot tell")
    bar = (
        3,
        "bar to supported",
        f"No bias upward from {threat}",
        "1 cannot tell",
        "one",
        "not met",
    )
    return [
        (1, "not testable", "The panel holds events", "190 events", "at least one", "met"),
        (2, "not identified", "The gate is passed", "6 hosts", "5 hosts", "met"),
        (3, "supported or contradicted", "q of the test", "0.620", "below 0.05", "not met"),
        *([check, bar] if bars else []),
        (5, "bar to any decided ruling", "Same sign", "none run", "80%", "not available"),
    ]


def make_bars(hypothesis: Hypothesis) -> dict[str, list[tuple[object, ...]]]:
    name, treatment = hypothesis.name, hypothesis.primary.specification.treatment
    answer = (0.1, 0.2, -0.2, 0.4, 5000, 400, "uninformative", "total-deaths", "", name)
    return {
        "negative_control": [
            (control, term, *answer)
            for control in ("accident_deaths", "illness_deaths")
            for term in (f"{treatment} x hostile", treatment)
        ],
        "predictable_steps": [
            (effects, term, 0.2, 0.1, 0.04, 0.01, 0.39, 0.04, 0.36, 3000, 30, "", name)
            for effects in ("none", "mission")
            for term in ("log_past_incident_days", "log_host_conflict_deaths_lag1")
        ],
    }


def make_records(folder: Path, ruling: str = "inconclusive", **made: object) -> tuple[Record, ...]:
    """Write the tables of H1 as its analysis does, and read them back."""
    family = find_family("H1")
    write_tables(family, folder, ruling, **made)
    return read_records(family, folder)


def write_tables(
    family: Family, folder: Path, ruling: str = "inconclusive", **made: object
) -> None:
    parts = [make_tables(h, ruling, **made) for h in family.hypotheses]  # type: ignore[arg-type]
    joined = {key: pd.concat([p[key] for p in parts], ignore_index=True) for key in parts[0]}
    folder.mkdir(parents=True, exist_ok=True)
    write_family(joined, folder, prefix=family.prefix)


@pytest.fixture
def made_up(tmp_path: Path) -> Callable[..., Record]:
    """Makes the record of the first hypothesis of H1."""

    def make(ruling: str = "inconclusive", **made: object) -> Record:
        return make_records(tmp_path, ruling, **made)[0]

    return make


@pytest.fixture
def deaths() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    years = range(2000, 2026)
    rows = [
        (mission, year, int(count), int(count) + 1, int(count) + year % 2, 9000.0)
        for mission in MISSIONS
        for year, count in zip(years, rng.poisson(3, len(years)), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=list_columns("deaths_by_mission_year"))
    frame.loc[frame["year"] == 2025, list(frame.columns[2:5])] = np.nan
    return frame


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_tables(find_family("H1"), tmp_path)
    return tmp_path
