"""Choices of the multiverses of H1: what may vary while estimand, contrast and population stay.

Frozen before the multiverses were run, with one exception: for H1-robustness-attacks a trial of 48
specifications had been seen (lags of 1, 3 and 6 months, the four sets of controls, mission effects
with and without years, the sample to July 2024); all of its options are kept here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkstats.families.robustness.attacks import CONTROLS, SAMPLE
from pkstats.families.robustness.elements import (
    INDEX,
    LATENT,
    TAMM_SAMPLE,
)
from pkstats.families.robustness.gated_models import SHORTER

if TYPE_CHECKING:
    from pkstats.checks.multiverse.choices import Options
    from pkstats.families.declaration import Hypothesis

_CONTROLS: Final = {
    "conflict and age": CONTROLS,
    "conflict": CONTROLS[:1],
    "age": CONTROLS[1:],
    "none": (),
}
_OBSERVED: Final = f"{SAMPLE} and personnel_source in ('ipi', 'un_monthly')"


def choose(hypothesis: Hypothesis) -> dict[str, Options]:
    """Choices about the primary model of an H1 hypothesis.

    Treatments differ in their lag and, for an index, in the rule by which tasks reset; controls
    are dropped one by one; within missions time is held by year, by month or not at all; samples
    leave out the last six months, whose casualty types are still open, the first six months of a
    mission, or months whose personnel is reconstructed.
    """
    choices = list_treatments(hypothesis)
    choices["sample"] = _list_samples(hypothesis)
    return choices


def list_treatments(hypothesis: Hypothesis) -> dict[str, Options]:
    """Choices about a primary model that leave its rows as they are."""
    specification = hypothesis.primary.specification
    stem = specification.treatment.removesuffix("_lag1")
    lags = {f"lag {k}": f"{stem}_lag{k}" for k in (1, 3)}
    if stem == INDEX:
        lags["lag 6"] = f"{stem}_lag6"
    if stem in (INDEX, LATENT):
        lags["never reset"] = f"{stem}_never_reset_lag1"
        lags["reset at every renewal"] = f"{stem}_always_reset_lag1"
    choices: dict[str, Options] = {"treatment": lags, "controls": _CONTROLS}
    if specification.effects == ("mission", "year"):
        choices["effects"] = [("mission", "year"), ("mission", "month"), ("mission",)]
    return choices


def _list_samples(hypothesis: Hypothesis) -> dict[str, str]:
    if hypothesis.primary.sample == TAMM_SAMPLE:
        return {
            "1990 to 2015": TAMM_SAMPLE,
            "after the first six months": f"{TAMM_SAMPLE} and mission_age_months >= 6",
        }
    samples = {
        "2000 to January 2025": SAMPLE,
        "to July 2024": SHORTER,
        "after the first six months": f"{SAMPLE} and mission_age_months >= 6",
    }
    if hypothesis.primary.specification.exposure:
        samples["personnel as reported"] = _OBSERVED
    return samples
