"""One object of every kind that shows or is asked something, on a panel of any column names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.checks.compatibility import PRIORS, update
from pkstats.families import Check, Fact
from pkstats.families.fact import Finding
from pkstats.verdicts import gather
from pkstats.verdicts.meta_regression import Pooled
from pkstats.verdicts.models import run

Name = Callable[[str], str]
UNITS, MONTHS = 12, 40


def make_frame(name: Name) -> pd.DataFrame:
    """Units renewed every ten months; two thirds step up at a renewal, for good."""
    rng = np.random.default_rng(3)
    parts = []
    for number in range(UNITS):
        t = np.arange(MONTHS)
        renewal = (t % 10 == number % 3) & (t > 0)
        at = {0: 10, 1: 21, 2: MONTHS}[number % 3]
        on = (t >= at).astype(float)
        rate = np.exp(rng.normal(0, 0.4) + 0.3 * on)
        parts.append(
            pd.DataFrame(
                {
                    "unit": name(f"U{number:02d}"), "host": name(f"H{number // 2:02d}"),
                    "month": pd.date_range("2001-01-01", periods=MONTHS, freq="MS"),
                    "on": on, "on_lag1": np.concatenate([[np.nan], on[:-1]]),
                    "renewal": renewal.astype(int), "people": rng.integers(900, 4000, MONTHS) * 1.0,
                    "control": rng.normal(size=MONTHS), "deaths": rng.poisson(rate),
                    "score": 0.4 * on + rng.normal(size=MONTHS),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True).rename(columns=name)


def build(name: Name) -> dict[str, object]:
    """An object of every class that a researcher is handed, by the name of its class."""
    given: dict = {
        "outcome": name("deaths"), "treatment": name("on"), "controls": (name("control"),),
        "effects": (name("unit"), name("month")), "family": "poisson",
        "inference": pk.Inference(cluster=name("host"), method="CRV1"),
    }  # fmt: skip
    counts = pk.Specification(**given)
    scores = replace(counts, outcome=name("score"), family="linear")
    panel = pk.Panel.from_frame(
        make_frame(name), unit=name("unit"), time=name("month"), name=name("panel")
    )
    found, linear = pk.estimate(counts, panel), pk.estimate(scores, panel)
    lagged = replace(counts, treatment=name("on_lag1"), missing="drop")
    mixed = replace(scores, estimator="mixed", effects=())
    curve = pk.confidence_curve(found)
    judged = judge(
        replace(counts, inference=pk.Inference(cluster=name("host"), method="CRV3")), panel, name
    )
    alone = {
        "Panel": panel,
        "Estimate": found,
        "Estimate, linear": linear,
        "Estimate, mixed": pk.estimate(mixed, panel),
        "ConfidenceCurve": curve,
        "Update": update(curve, smallest_effect=0.2, priors=[replace(PRIORS[0], reader=name("A"))]),
        "BlindGate": pk.preview_gate(counts, panel),
        "EquivalenceTest": pk.equivalence_test(found, smallest_effect=0.2),
        "Identification": pk.identify(found),
        "RobustnessValue": pk.robustness_value(linear, benchmarks=[name("control")]),
        "EValue": pk.e_value(found),
        "ProportionalSelection": pk.proportional_selection(linear),
        "Multiverse": pk.Multiverse(counts, {"controls": [(name("control"),), ()]}),
        "Staggered": pk.staggered(replace(scores, controls=()), panel),
        "BeforeAfter": pk.before_after(replace(counts, exposure=name("people")), panel),
        "StackedRenewals": pk.stacked_renewals(lagged, panel, renewal=name("renewal")),
        "EventStudy": pk.event_study(counts, panel, leads=3, lags=3),
        "Check": make_check(name),
        "Pooled": Pooled(0.2, 0.1, 5, 0.01),
    }
    return alone | {"SpecificationCurve": alone["Multiverse"].run(panel)} | judged


def judge(specification: pk.Specification, panel: pk.Panel, name: Name) -> dict[str, object]:
    """Verdict, evidence and result of a hypothesis whose every word is a name."""
    declared = pk.Hypothesis(
        name=name("X1-on"), family=name("X1"), statement=name("It rises."), expected_sign=1,
        seen="none", primary=pk.Model(name=name("main"), specification=specification),
        smallest_effect=pk.SmallestEffect(
            value=0.2, unit=name("ratio"), reason=name("small"), scale="coefficient"
        ),
        unit=name("log rate ratio"), threats=(name("a threat"),), decisive=name("more data"),
    )  # fmt: skip
    family = pk.Family(code=name("X1"), title=name("X"), hypotheses=(declared,), panels=("own",))
    verdict = pk.judge(declared, panel, family=family)
    design = family.find_design(declared)
    return {
        "Verdict": replace(verdict, departures=(name("other draws"),)),
        "Family": family,
        "Evidence": gather(declared, panel, family=family),
        "Result": run(declared.primary, panel, design, draws=9, seed=1, jobs=1),
    }


def make_check(name: Name) -> Check:
    def measure(_: object) -> Finding:
        table = pd.DataFrame({name("column"): [name("cell")]})
        return Finding(holds=True, value=name("three of four"), table=table)

    fact = Fact(
        name=name("a-fact"), family="X1", claims=(), statement=name("So it is."),
        condition=name("if so"), panels=(), measure=measure, seen="none", limits=name("few"),
    )  # fmt: skip
    return Check(fact=fact, ruling="confirmed", finding=measure(None))


@pytest.fixture(scope="session")
def make_objects() -> Callable[[Name], dict[str, object]]:
    """Make the objects with every name changed."""
    return build


@pytest.fixture(scope="session")
def objects() -> dict[str, object]:
    """Objects of plain names."""
    return build(str)
