"""Catalogue of what is served: every family, estimator and covariance, in one definition."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pkstats.errors import Breaches, SpecificationError, name_some

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.estimation.specification import Specification


_CHANGE = ("Change of the outcome", "")
_RATE = ("Log rate ratio", "Rate ratio")
_ODDS = ("Log odds ratio", "Odds ratio")
_HAZARD = ("Log hazard ratio", "Hazard ratio")
_HAZARD_ODDS = ("Log odds ratio of the hazard", "Odds ratio of the hazard")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One estimator of one family, and what it can honour.

    Parameters
    ----------
    family, estimator : str
        As a :class:`~pkstats.estimation.specification.Specification` names them.
    module : str
        Under ``pkstats.estimation.engines``.
    solver : str
        Who maximises or solves, in words.
    effects : {"absorbed", "indicators", "strata", ""}
        What the model does with effects; empty where it takes none.
    offset : bool
        Whether exposure may enter with its coefficient fixed at one.
    methods : tuple of str
        Covariances that the convention serves for it.
    options : tuple of str
        Fields of the specification that only some engines read.
    settings : tuple of (str, object)
        Further arguments of its ``fit``.
    scale : (str, str)
        What a coefficient is, and what its exponential is (empty on a linear scale).
    """

    family: str
    estimator: str
    module: str
    solver: str
    effects: str = ""
    offset: bool = False
    methods: tuple[str, ...] = ("CRV1", "CRV3")
    options: tuple[str, ...] = ()
    settings: tuple[tuple[str, object], ...] = ()
    scale: tuple[str, str] = _CHANGE


_OWN = "least squares on absorbed effects"
#: Covariances of the engines whose hat matrix :mod:`pkstats.estimation.kernels.bias_reduced` knows.
_ALL = ("CRV1", "CRV2", "CRV3")

#: Every engine; :func:`list_served` prints it.
ENGINES = (
    Engine(family="linear", estimator="within", module="linear", solver=_OWN, effects="absorbed",
           methods=_ALL),
    Engine(family="linear", estimator="pooled", module="linear", solver="least squares",
           methods=_ALL),
    Engine(family="linear", estimator="random", module="random_effects",
           solver="feasible generalised least squares, linearmodels"),
    Engine(family="linear", estimator="first_difference", module="linear",
           solver="least squares", methods=_ALL, settings=(("intercept", False),)),
    Engine(family="linear", estimator="iv", module="instruments", effects="absorbed",
           solver="two-stage least squares, linearmodels", options=("instruments",)),
    Engine(family="linear", estimator="mixed", module="mixed_linear", effects="indicators",
           solver="restricted maximum likelihood, statsmodels", options=("varying",)),
    Engine(family="poisson", estimator="within", module="poisson", effects="absorbed",
           offset=True, solver="pseudo-maximum likelihood on absorbed effects", scale=_RATE,
           methods=_ALL),
    Engine(family="poisson", estimator="mixed", module="mixed_poisson", effects="indicators",
           offset=True, solver="maximum likelihood, Laplace approximation", options=("varying",),
           scale=_RATE),
    Engine(family="negative_binomial", estimator="within", module="negative_binomial",
           effects="indicators", offset=True,
           solver="maximum likelihood with dispersion, statsmodels", scale=_RATE),
    Engine(family="logit", estimator="within", module="binary", effects="indicators",
           solver="maximum likelihood, statsmodels", scale=_ODDS),
    Engine(family="duration", estimator="discrete_time", module="binary", effects="indicators",
           solver="maximum likelihood on unit-periods at risk, statsmodels",
           options=("link", "baseline_degree", "spell"),
           settings=(("family", "duration"),), scale=_HAZARD),
    Engine(family="duration", estimator="cox", module="cox", effects="strata",
           solver="partial likelihood, statsmodels", options=("ties", "spell"), scale=_HAZARD),
)  # fmt: skip
#: Options that the sample reads and ``fit`` does not.
_READ_BY_SAMPLE = ("instruments", "baseline_degree", "spell")


def find_engine(specification: Specification) -> Engine:
    """Engine of a specification.

    Raises
    ------
    SpecificationError
        Lists every breach: family or estimator without engine, effects where the estimator takes
        none, exposure as offset of a model without log link, an option that belongs to another
        engine, instruments missing, a covariance that is not served.
    """
    breaches = Breaches("engines")
    family, estimator = specification.family, specification.estimator
    served = {e.estimator: e for e in ENGINES if e.family == family}
    engine = served.get(estimator)
    if engine is None:
        breaches.add(
            f"estimator {estimator!r} has no engine for family {family!r}",
            remedy=f"estimator={' or '.join(map(repr, served))}",
        )
        breaches.raise_as(SpecificationError)
        raise AssertionError
    if specification.effects and not engine.effects:
        breaches.add(
            f"estimator {estimator!r} absorbs no effects, given {name_some(specification.effects)}",
            remedy="estimator='within', or indicator columns as controls",
        )
    if specification.exposure and specification.exposure_as == "offset" and not engine.offset:
        breaches.add(
            f"family {family!r} with estimator {estimator!r} takes no exposure as offset",
            remedy="exposure_as='regressor', or a rate as outcome",
        )
    _check_options(specification, engine, breaches)
    method = specification.inference.method
    if method not in engine.methods:
        breaches.add(
            f"method {method!r} is not served for family {family!r}, estimator {estimator!r}",
            remedy=f"method={' or '.join(map(repr, engine.methods))}",
        )
    breaches.raise_as(SpecificationError)
    return engine


def _check_options(specification: Specification, engine: Engine, breaches: Breaches) -> None:
    """Refuse an option that the engine would ignore, and instruments that it lacks."""
    optional = {name for e in ENGINES for name in e.options}
    for field in fields(specification):
        value = getattr(specification, field.name)
        if field.name in optional - set(engine.options) and value != field.default:
            readers = [e.estimator for e in ENGINES if field.name in e.options]
            breaches.add(
                f"{field.name}={value!r} means nothing to estimator {engine.estimator!r}",
                remedy=f"leave it out, or estimator={' or '.join(map(repr, readers))}",
            )
    if "instruments" in engine.options and not specification.instruments:
        breaches.add("estimator 'iv' has no instruments", remedy="instruments=('z',)")


def choose_settings(specification: Specification, engine: Engine) -> dict[str, object]:
    """Further arguments of the engine's ``fit``."""
    chosen = {n: getattr(specification, n) for n in engine.options if n not in _READ_BY_SAMPLE}
    return chosen | dict(engine.settings)


def name_scale(specification: Specification) -> tuple[str, str]:
    """What a coefficient is, and what its exponential is (empty on a linear scale)."""
    engine = find_engine(specification)
    if engine.estimator == "discrete_time" and specification.link == "logit":
        return _HAZARD_ODDS
    return engine.scale


def list_served() -> pd.DataFrame:
    """Table of what is served.

    Returns
    -------
    pandas.DataFrame
        One row an engine: family estimator solver effects offset covariance options coefficient.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "family": e.family,
                "estimator": e.estimator,
                "solver": e.solver,
                "effects": e.effects or "none",
                "offset": e.offset,
                "covariance": ", ".join(e.methods),
                "options": ", ".join(e.options),
                "coefficient": e.scale[0]
                + (", with a logit of odds" if "link" in e.options else ""),
            }
            for e in ENGINES
        ]
    )
