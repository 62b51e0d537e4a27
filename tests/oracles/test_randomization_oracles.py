"""Statistics of reassigned treatments against a loop of pyfixest fits."""

from dataclasses import replace

import numpy as np
import pytest

from pkstats.checks.randomization import aligned_histories, randomize
from pkstats.data.panels.simulated import simulate_panel
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification

POISSON = Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=Inference(cluster="host", method="CRV1"),
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("family", ["poisson", "linear"])
@pytest.mark.parametrize("balanced", [True, False])
def test_each_statistic_equals_a_pyfixest_fit_of_the_drawn_treatment(
    family: str, balanced: bool
) -> None:
    """The offset is kept, which pyfixest's own ritest drops; tolerance of its solver."""
    pf = pytest.importorskip("pyfixest")
    panel = simulate_panel(
        seed=2, units=12, clusters=6, periods=40, exposed=True, balanced=balanced
    )
    exposure = "personnel" if family == "poisson" else None
    found = estimate(replace(POISSON, family=family, exposure=exposure), panel)
    scheme = aligned_histories(panel, treatment="robustness", lag=0)
    ours = randomize(found, scheme, draws=4, seed=9).statistics
    frame = panel.frame.assign(log_personnel=np.log(panel.frame["personnel"]))
    options = {"vcov": {"CRV1": "host"}, "ssc": pf.ssc(k_fixef="full")}
    for number, statistic in enumerate(ours):
        rng = np.random.default_rng(np.random.SeedSequence(9, spawn_key=(number,)))
        frame["drawn"] = scheme.draw(rng)
        formula = "deaths ~ drawn + control | mission + year"
        if family == "poisson":
            fit = pf.fepois(formula, frame, offset="log_personnel", iwls_tol=1e-12, **options)
        else:
            fit = pf.feols(formula, frame, **options)
        assert statistic == pytest.approx(fit.tstat()["drawn"], rel=1e-6)
