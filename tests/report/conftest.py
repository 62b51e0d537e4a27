"""Small made-up results in the contract of H1, for any ruling."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.report.results import Results
from pkstats.results import find_table, write_table

DAYS, DEATHS = "hostile_incident_days", "hostile_deaths_uniformed"
WITHIN = "mission + year"
MODELS = (
    ("total-incident-days", "total", DAYS, WITHIN, "main"),
    ("risk-incident-days", "risk per person", DAYS, WITHIN, "main"),
    ("total-deaths", "total", DEATHS, WITHIN, "secondary outcome"),
    ("risk-deaths", "risk per person", DEATHS, WITHIN, "secondary outcome"),
    ("total-incident-days-host-year", "total", DAYS, "host + year", "alternative effects"),
    ("total-incident-days-year", "total", DAYS, "year", "alternative effects"),
    ("total-incident-days-lag3", "total", DAYS, WITHIN, "other lag"),
    ("total-incident-days-never-reset", "total", DAYS, WITHIN, "reset variant"),
    ("total-incident-days-lead6", "total", DAYS, WITHIN, "lead"),
    ("total-incident-days-tamm-chapter-vii", "total", DAYS, WITHIN, "source variant"),
    ("total-incident-days-without-last-six-months", "total", DAYS, WITHIN, "source variant"),
    ("total-incident-days-authorised-strength", "total", DAYS, WITHIN, "control variant"),
)
TREATMENTS = {
    "total-incident-days-lag3": "robustness_index_lag3",
    "total-incident-days-never-reset": "robustness_index_never_reset_lag1",
    "total-incident-days-lead6": "robustness_index_lead6",
    "total-incident-days-tamm-chapter-vii": "tamm_chapter_vii_lag1",
}
UNDEFINED = ("total-incident-days-tamm-chapter-vii",)
HYPOTHESES = {
    "H1-robustness-attacks": "total-incident-days",
    "H1-robustness-risk": "risk-incident-days",
}
FIRST = "H1-robustness-attacks"
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


def make_estimates(estimate: float, *, undefined: tuple[str, ...] = UNDEFINED) -> pd.DataFrame:
    rows = []
    for place, (model, estimand, outcome, effects, role) in enumerate(MODELS):
        treatment = TREATMENTS.get(model, "robustness_index_lag1")
        value, crv1, crv3 = estimate + 0.02 * place, 0.15, 0.25
        gone = model in undefined
        low, high = value - 2.1 * crv3, value + 2.1 * crv3
        rows.append(
            {
                "model": model,
                "estimand": estimand,
                "outcome": outcome,
                "effects": effects,
                "treatment": treatment,
                "role": role,
                "term": treatment,
                "estimate": value,
                "std_error": np.nan if gone else crv3,
                "std_error_crv1": crv1,
                "std_error_mission": crv3,
                "p_value_larger": np.nan if gone else 0.5,
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
            }
        )
        rows.append({**rows[-1], "term": "host_conflict_deaths_lag1", "estimate": 9.0})
    return pd.DataFrame(rows)


def make_results(
    ruling: str = "inconclusive",
    *,
    estimate: float = 0.08,
    undefined: tuple[str, ...] = UNDEFINED,
    leverage: tuple[float, ...] = (0.05, 0.45, 0.2, 0.15, 0.1, 0.05),
) -> Results:
    rng = np.random.default_rng(7)
    unit, attainable = "log rate ratio per index point", "inconclusive, not identified"
    rest = (unit, 0.1, 0.31, 0.62, 1.0, "", "none", "estimates", attainable)
    left_out = [("mission", m) for m in MISSIONS] + [("host", h) for h in MISSIONS.values()]
    return Results(
        estimates=make_estimates(estimate, undefined=undefined),
        leave_one_out=pd.DataFrame(
            [
                (model, *place, estimate + rng.normal(0, 0.1), 0.25, 3300, 150, "")
                for model in HYPOTHESES.values()
                for place in left_out
            ],
            columns=list_columns("leave_one_out"),
        ),
        identification=pd.DataFrame(
            [
                (model, host, 1, place, 40 - place, 5, leverage[place])
                for model in HYPOTHESES.values()
                for place, host in enumerate(MISSIONS.values())
            ],
            columns=list_columns("identification"),
        ),
        rows_lost=pd.DataFrame(
            [
                (m, "all-zero mission", 900, 0.0, "UNTSO, UNMOGIP, UNFICYP")
                for m in HYPOTHESES.values()
            ],
            columns=list_columns("rows_lost"),
        ),
        negative_control=pd.DataFrame(
            [
                (
                    c,
                    term,
                    0.1,
                    0.2,
                    -0.2,
                    0.4,
                    5000,
                    400,
                    "uninformative",
                    "total-deaths",
                    "",
                    FIRST,
                )
                for c in ("accident_deaths", "illness_deaths")
                for term in ("robustness_index_lag1 x hostile", "robustness_index_lag1")
            ],
            columns=list_columns("negative_control"),
        ),
        predictable_steps=pd.DataFrame(
            [
                (effects, term, 0.2, 0.1, 0.04, 0.01, 0.39, 3000, 30, np.nan, FIRST)
                for effects in ("none", "mission")
                for term in ("log_past_incident_days", "log_host_conflict_deaths_lag1")
            ],
            columns=list_columns("predictable_steps"),
        ),
        verdict_steps=make_steps(),
        verdict=pd.DataFrame(
            [
                (name, "J4", ruling, "the interval is wide", model, estimate, -0.4, 0.6, *rest)
                for name, model in HYPOTHESES.items()
            ],
            columns=list_columns("verdict"),
        ),
    )


def make_steps() -> pd.DataFrame:
    steps = [
        (1, "not testable", "The panel holds events", "190 events", "at least one", "met"),
        (2, "not identified", "The gate is passed", "6 hosts", "5 hosts", "met"),
        (3, "supported or contradicted", "q of the test", "0.620", "below 0.05", "not met"),
        (5, "bar to any decided ruling", "Same sign", "none run", "80%", "not available"),
    ]
    rows = [(*step, name) for name in HYPOTHESES for step in steps]
    return pd.DataFrame(rows, columns=list_columns("verdict_steps"))


def make_deaths() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    years = range(2000, 2026)
    rows = [
        (mission, year, int(deaths), int(deaths) + 1, int(deaths) + year % 2, 9000.0)
        for mission in MISSIONS
        for year, deaths in zip(years, rng.poisson(3, len(years)), strict=True)
    ]
    deaths = pd.DataFrame(rows, columns=list_columns("deaths_by_mission_year"))
    deaths.loc[deaths["year"] == 2025, list(deaths.columns[2:5])] = np.nan
    return deaths


def write_results(results: Results, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for field in dataclasses.fields(results):
        write_table(getattr(results, field.name), field.name, folder, prefix="h1")
    write_table(make_deaths(), "deaths_by_mission_year", folder, prefix="h1")


@pytest.fixture
def made_up() -> Callable[..., Results]:
    return make_results


@pytest.fixture
def deaths() -> pd.DataFrame:
    return make_deaths()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_results(make_results(), tmp_path)
    return tmp_path
