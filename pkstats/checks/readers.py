"""Readers of a verdict: what each believes before the estimate, declared with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What a reader believes of an effect before seeing the estimate: a normal distribution.

    Parameters
    ----------
    reader : str
        Who, in a word.
    mean, scale : float
        Mean and standard deviation, on the scale of the coefficient.
    reason : str
        Why these.
    """

    reader: str
    mean: float
    scale: float
    reason: str


#: Ratio by unit of the treatment that a sceptic finds hard to believe and an enthusiast expects.
LARGE_RATIO: Final = 1.5
_LARGE = float(np.log(LARGE_RATIO))
#: Quantile of the standard normal with 5% above it.
_FIVE_PERCENT = float(norm.ppf(0.95))
PRIORS: Final = (
    Prior(
        reader="sceptical",
        mean=0.0,
        scale=_LARGE / _FIVE_PERCENT,
        reason=(
            "Centred on no effect, with a chance of 5% for a ratio above 1.5 and as much for one "
            "below 1/1.5, as sceptical priors of trials are set. No "
            "published estimate of the robustness of mandates on attacks was found; the largest "
            "effect of missions with strong mandates that was read, two thirds less major conflict "
            "for the largest investment (Hegre, Hultman and Nygard 2019, simulated), is a ratio of "
            "1.17 in either direction for each of seven steps."
        ),
    ),
    Prior(
        reader="agnostic",
        mean=0.0,
        scale=float(np.log(4.0) / norm.ppf(0.975)),
        reason=(
            "Centred on no effect, with 95% on ratios from 1/4 to 4 by unit of the treatment: wide "
            "enough that the data speak almost alone, without ratios that nobody would believe."
        ),
    ),
    Prior(
        reader="enthusiastic",
        mean=_LARGE,
        scale=_LARGE / _FIVE_PERCENT,
        reason=(
            "Centred on a ratio of 1.5 by unit of the treatment, with a chance of 5% for no effect "
            "or one of the other sign (the counterpart of the sceptic's): a reader who takes the "
            "claim to be true."
        ),
    ),
)
