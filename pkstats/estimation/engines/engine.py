"""Engine: what one estimator of one family can do, declared beside its fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.kernels.effects import Effects, encode

if TYPE_CHECKING:
    from pkstats.estimation.engines.cells import Cells
    from pkstats.estimation.engines.fit import Fit
    from pkstats.estimation.engines.restricted import NullFit, Restricted
    from pkstats.estimation.specification import Specification

#: What a package beyond the estimate may ask of an engine.
Check = Literal[
    "wild bootstrap", "randomization", "event study", "staggered effects", "partial R2"
]  # fmt: skip


class Scale(NamedTuple):
    """What a coefficient is, and what its exponential is (empty on a linear scale)."""

    coefficient: str
    ratio: str


CHANGE = Scale("Change of the outcome", "")
RATE_RATIO = Scale("Log rate ratio", "Rate ratio")
ODDS_RATIO = Scale("Log odds ratio", "Odds ratio")
HAZARD_RATIO = Scale("Log hazard ratio", "Hazard ratio")
HAZARD_ODDS_RATIO = Scale("Log odds ratio of the hazard", "Odds ratio of the hazard")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One estimator of one family, and what it can honour. What is not declared is refused.

    Parameters
    ----------
    family, estimator : str
        As a :class:`~pkstats.estimation.specification.Specification` names them.
    fit : callable
        From cells and settings to a :class:`~pkstats.estimation.engines.fit.Fit`.
    solver : str
        Who maximises or solves, in words.
    outcome : {"number", "count", "indicator"}
        What it asks of the outcome: any number, a whole number from zero, zero or one.
    scale : Scale
        What a coefficient is.
    scales_by_link : tuple of (str, Scale)
        The same where the link decides.
    effects : {"absorbed", "indicators", "strata", ""}
        What the model does with effects; empty where it takes none.
    offset : bool
        Whether exposure may enter with its coefficient fixed at one.
    options : tuple of str
        Fields of the specification that only some engines read.
    settings : tuple of (str, object)
        Further arguments of its ``fit``.
    covariances : tuple of str
        That the convention serves for it.
    working_weights : {"one", "mean"}, optional
        Of CRV2: weights under which rows of the working model have equal variance.
    jackknife : {"least squares", "poisson"}, optional
        Of CRV3: the model of the kernel that solves refits without encoding anything again.
        Without one every refit is a fit of the engine.
    warm_start : bool
        Whether ``fit`` takes a linear predictor to start from.
    differenced : bool
        Whether it is fitted to changes between periods, without intercept and effects.
    spells : bool
        Whether rows are unit-periods at risk, and time since entry counts.
    likelihood : str
        Name of what it maximises.
    null : callable, optional
        From settled cells to the :class:`~pkstats.estimation.engines.restricted.NullFit` of the
        model without the treatment, which draws of the treatment are held against.
    restrict : callable, optional
        From cells and settings to :class:`~pkstats.estimation.engines.restricted.Restricted`:
        rows and weights of the model without the treatment.
    serves : tuple of str
        Checks and comparisons that are defined for it.

    Raises
    ------
    SpecificationError
        It declares something without what that needs.
    """

    family: str
    estimator: str
    fit: Callable[..., Fit]
    solver: str
    outcome: Literal["number", "count", "indicator"]
    scale: Scale
    scales_by_link: tuple[tuple[str, Scale], ...] = ()
    effects: Literal["absorbed", "indicators", "strata", ""] = ""
    offset: bool = False
    options: tuple[str, ...] = ()
    settings: tuple[tuple[str, object], ...] = ()
    covariances: tuple[str, ...] = ("CRV1", "CRV3")
    working_weights: Literal["one", "mean"] | None = None
    jackknife: Literal["least squares", "poisson"] | None = None
    warm_start: bool = True
    differenced: bool = False
    spells: bool = False
    likelihood: str = "log likelihood"
    null: Callable[..., NullFit] | None = None
    restrict: Callable[..., Restricted] | None = None
    serves: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        breaches = Breaches(f"engine {self.name!r}")
        if "CRV2" in self.covariances and self.working_weights is None:
            breaches.add("CRV2 needs a working model", remedy="working_weights='one' or 'mean'")
        for check in ("wild bootstrap", "randomization"):
            if check in self.serves and self.null is None:
                breaches.add(f"{check} needs the fit without the treatment", remedy="null=...")
        breaches.raise_as(SpecificationError)

    @property
    def name(self) -> str:
        """Family and estimator."""
        return f"{self.family} {self.estimator}"

    @property
    def is_count(self) -> bool:
        """Whether the outcome counts events."""
        return self.outcome == "count"

    @property
    def is_indicator(self) -> bool:
        """Whether the outcome is zero or one."""
        return self.outcome == "indicator"

    @property
    def is_linear(self) -> bool:
        """Whether a coefficient is a change of the outcome itself, not the log of a ratio."""
        return self.scale == CHANGE

    @property
    def is_rate(self) -> bool:
        """Whether a coefficient is a log rate ratio."""
        return self.scale == RATE_RATIO

    def scale_of(self, specification: Specification) -> Scale:
        """What a coefficient is under the specification's link."""
        return dict(self.scales_by_link).get(specification.link, self.scale)

    def encode_effects(self, cells: Cells) -> Effects | None:
        """Effects with the intercept that they span; None where the model has neither."""
        return None if self.differenced else encode(cells.effects)
