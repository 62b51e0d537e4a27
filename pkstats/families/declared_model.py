"""Declared models: one constructor for the regressions that families declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pkstats.estimation.specification import Inference, Specification
from pkstats.families.declaration import Estimand, Model, Role

if TYPE_CHECKING:
    from pkstats.estimation.specification import ModelFamily

BY_HOST: Final = Inference(cluster="host", method="CRV3")


def declare_model(
    name: str,
    outcome: str,
    role: Role,
    *,
    estimand: Estimand,
    treatment: str,
    sample: str,
    controls: tuple[str, ...],
    effects: tuple[str, ...],
    exposure: str | None = None,
    family: ModelFamily = "poisson",
    randomized: bool = False,
    scheme: str = "renewal timing",
    inference: Inference = BY_HOST,
) -> Model:
    """Declare a model within units, by default of counts, clustered by host (jackknife).

    Rows that miss a column are dropped and counted.

    Parameters
    ----------
    name, outcome, role, estimand, sample, randomized, scheme
        As :class:`~pkstats.families.declaration.Model`.
    treatment, controls, effects, exposure, family, inference
        As :class:`~pkstats.estimation.specification.Specification`.
    """
    return Model(
        name=name,
        estimand=estimand,
        role=role,
        sample=sample,
        randomized=randomized,
        scheme=scheme,
        specification=Specification(
            outcome=outcome,
            treatment=treatment,
            controls=controls,
            effects=effects,
            exposure=exposure,
            family=family,
            inference=inference,
            missing="drop",
        ),
    )
