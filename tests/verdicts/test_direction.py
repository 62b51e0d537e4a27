"""The verdict follows the data: its direction, and its error rate where nothing is to be found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.checks.randomization import renewal_assignment
from pkstats.data.panels import Panel
from pkstats.families import find_home
from pkstats.families.robustness.designs import MISSIONS
from pkstats.verdicts import Evidence, gather
from pkstats.verdicts.models import leave_out, run, weigh
from pkstats.verdicts.ruling import rule

EFFECT = 0.6
DRAWS = 39


def simulate(*, missions=14, seed=4):
    """Missions of hosts of their own whose index walks at renewals, up or down by chance alone.

    They are large and many, so that a step matters only from a rate of about half as many again and
    the checks on what comes before it can tell.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(missions):
        months = pd.date_range("1998-06-01", "2005-05-01", freq="MS")
        renewal = (np.arange(len(months)) % 6 == 0).astype(int)
        moves = rng.choice([-1, 0, 1], size=len(months), p=[0.2, 0.6, 0.2]) * renewal
        moves[0] = 0
        index = 3.0 + np.cumsum(moves)
        level = rng.normal(-1.3, 0.3)
        lagged = np.concatenate([[3.0], index[:-1]]) - 3
        days = rng.poisson(np.exp(level + EFFECT * lagged))
        frame = {
            "mission": f"U{number:02d}",
            "host": f"H{number:02d}",
            "month": months,
            "mandate_renewal": renewal,
            "robustness_index": index,
            "hostile_incident_days": days,
            "hostile_deaths_uniformed": days + rng.binomial(days, 0.5),
            "personnel": np.round(rng.uniform(40_000, 90_000)),
            "mission_age_months": np.arange(len(months)),
            "host_conflict_deaths": rng.poisson(20, len(months)).astype(float),
            "authorised_military": 5000.0,
            "authorised_police": 0.0,
            "tamm_chapter_vii": (index > 0).astype(float),
        }
        for control in ("accident_deaths", "illness_deaths", "self_inflicted_deaths"):
            frame[control] = rng.poisson(0.4, len(months))
        parts.append(pd.DataFrame(frame))
    frame = pd.concat(parts, ignore_index=True)
    return Panel.from_frame(
        frame.assign(
            year=frame["month"].dt.year,
            personnel_source="ipi",
            robustness_index_never_reset=frame["robustness_index"],
            robustness_index_always_reset=frame["robustness_index"],
        ),
        unit="mission",
        time="month",
        name="mission_month",
    )


def turn(panel):
    indices = [c for c in panel.frame if c.startswith("robustness_index")]
    return replace(panel, frame=panel.frame.assign(**{c: 7 - panel.frame[c] for c in indices}))


@pytest.fixture(scope="module")
def verdicts():
    hypothesis = pk.hypothesis("H1-robustness-attacks")
    found = []
    for panel in (simulate(), turn(simulate())):
        evidence = gather(hypothesis, panel, models=hypothesis.judged, draws=DRAWS, seed=4)
        p_values = {label: s.randomization_p for label, s in evidence.variants.items()}
        q_values = {"primary": evidence.primary.randomization_p, **p_values}
        found.append(rule(evidence, q_values=q_values))
    return found


def test_a_true_effect_is_supported_and_near_the_truth(verdicts):
    first, _ = verdicts
    assert first.ruling == "supported", first.reason
    low, high = first.primary.interval_95
    assert low < EFFECT < high


def test_turning_the_treatment_round_turns_the_verdict_round(verdicts):
    first, second = verdicts
    assert second.ruling == "contradicted", second.reason
    assert second.primary.estimate == pytest.approx(-first.primary.estimate, rel=1e-6)


def test_permuted_histories_are_supported_no_more_often_than_they_may():
    """Reduced: twelve worlds, every check beyond the primary model taken as passed.

    With a chance of 5% a world, more than three of twelve would come up twice in 1,000 runs.
    """
    hypothesis = pk.hypothesis("H1-robustness-attacks")
    panel = pk.load_panel("mission_month")
    drawn = renewal_assignment(
        panel, treatment="robustness_index", renewal="mandate_renewal", lag=0
    )
    decided = 0
    for world in range(12):
        path = drawn.draw(np.random.default_rng(world))
        permuted = replace(panel, frame=panel.frame.assign(robustness_index=path))
        result = run(
            hypothesis.primary,
            find_home(hypothesis).make_ready(permuted),
            MISSIONS,
            draws=39,
            seed=world,
            jobs=1,
        )
        assert result.randomization is not None
        if not result.randomization.p_value < 0.05:
            continue
        strength = weigh(result, leave_out(result, by=("mission", "host"), probe_method="CRV1"))
        evidence = Evidence(
            hypothesis=hypothesis,
            design=MISSIONS,
            primary=strength,
            variants={"same": strength},
            rows=1,
            events=1,
            smallest_effect=0.2,
            bars=(),
            same_sign_share=1.0,
        )
        q_values = dict.fromkeys(("primary", "same"), strength.randomization_p)
        decided += rule(evidence, q_values=q_values).ruling in ("supported", "contradicted")
    assert decided <= 3
