"""Catalogue of what is served: the engines, each as its own module declares it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines import (
    binary,
    cox,
    instruments,
    linear,
    mixed_linear,
    mixed_poisson,
    negative_binomial,
    poisson,
    random_effects,
)
from pkstats.estimation.engines.engine import Check, Engine, Scale

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.estimation.specification import Specification

MODULES = (
    linear, random_effects, instruments, mixed_linear, poisson, mixed_poisson, negative_binomial,
    binary, cox,
)  # fmt: skip
#: Every engine; :func:`list_served` prints it.
ENGINES = tuple(engine for module in MODULES for engine in module.ENGINES)
#: Options that the sample reads and ``fit`` does not.
_READ_BY_SAMPLE = ("instruments", "baseline_degree", "spell")


def find_engine(specification: Specification) -> Engine:
    """Engine of a specification.

    Raises
    ------
    SpecificationError
        Lists every breach, as :func:`check_engine`.
    """
    breaches = Breaches("engines")
    engine = check_engine(specification, breaches)
    breaches.raise_as(SpecificationError)
    assert engine is not None
    return engine


def check_engine(specification: Specification, breaches: Breaches) -> Engine | None:
    """Find the engine of a specification, and note all that it cannot honour.

    Noted are: family or estimator without engine, effects where the estimator takes none,
    exposure as offset of a model without log link, an option that belongs to another engine,
    instruments missing, a covariance that is not served.

    Returns
    -------
    Engine or None
        None where there is none.
    """
    family, estimator = specification.family, specification.estimator
    engine = look_up(family, estimator)
    if engine is None:
        served = [e.estimator for e in ENGINES if e.family == family]
        breaches.add(
            f"estimator {estimator!r} has no engine for family {family!r}",
            remedy=f"estimator={' or '.join(map(repr, served))}",
        )
        return None
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
    if method not in engine.covariances:
        breaches.add(
            f"method {method!r} is not served for family {family!r}, estimator {estimator!r}",
            remedy=f"method={' or '.join(map(repr, engine.covariances))}",
        )
    return engine


def look_up(family: str, estimator: str = "within") -> Engine | None:
    """Engine of an estimator of a family; None where there is none."""
    return next((e for e in ENGINES if (e.family, e.estimator) == (family, estimator)), None)


def demand(engine: Engine, check: Check, breaches: Breaches, *, instead: str = "") -> None:
    """Note a check that an engine does not serve, and what to do instead: by default, who does."""
    if check not in engine.serves:
        served = ", ".join(e.name for e in ENGINES if check in e.serves)
        breaches.add(
            f"{check} is not served for family {engine.family!r}, estimator {engine.estimator!r}",
            remedy=instead or f"one of {served}",
        )


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


def name_scale(specification: Specification) -> Scale:
    """What a coefficient is, and what its exponential is (empty on a linear scale)."""
    return find_engine(specification).scale_of(specification)


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
                "covariance": ", ".join(e.covariances),
                "options": ", ".join(e.options),
                "coefficient": e.scale.coefficient
                + (", with a logit of odds" if e.scales_by_link else ""),
            }
            for e in ENGINES
        ]
    )
