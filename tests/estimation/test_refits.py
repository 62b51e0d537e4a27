"""Refits without one cluster that separate what the whole sample did not."""

from dataclasses import replace

import numpy as np
import pytest

import pkstats as pk
from pkstats.estimation import engines
from pkstats.estimation.estimate import estimate
from pkstats.estimation.inference import refit_rows
from pkstats.families import find_family


def test_a_warm_refit_in_which_missions_separate_is_the_cold_fit() -> None:
    """Without Tajikistan, quiet missions of the 1990s share no month with an event elsewhere."""
    family = find_family("H1-1990")
    member = family.find("H1-1990-robustness-risk")
    specification = replace(
        member.primary.specification,
        treatment="robustness_index_lag6",
        controls=("log_mission_age",),
        effects=("mission", "month"),
    )
    ready = family.make_ready(pk.load_panel("mission_month")).where(member.primary.sample)
    fit = estimate(specification, ready).fit
    labels = np.asarray(fit.cells.cluster_labels)[fit.cells.cluster]
    kept = labels != "Tajikistan"
    warm = refit_rows(specification, fit, kept)
    cold = engines.fit(specification, fit.cells.take(np.flatnonzero(kept)))
    assert warm.coefficients == pytest.approx(cold.coefficients, abs=1e-9)
    assert [(loss.reason, loss.rows) for loss in warm.losses] == [
        (loss.reason, loss.rows) for loss in cold.losses
    ]
    assert any(loss.reason.startswith("separated") for loss in warm.losses)
    assert np.isfinite(warm.linear_predictor).all()
