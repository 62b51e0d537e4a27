"""Ground: what the worlds of one hypothesis are drawn from, fitted once on the observed panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from pkstats.checks.randomization.null_model import restrict
from pkstats.estimation.engines.cells import Floats, Integers
from pkstats.estimation.estimate import estimate
from pkstats.simulation.calibration.hazard import StepHazard, fit_hazard

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.estimation.specification import Specification
    from pkstats.families import Design, Family, Hypothesis

#: Outcome that is drawn first, and the deaths that follow from its days.
DAYS, DEATHS = "hostile_incident_days", "hostile_deaths_uniformed"
#: Columns that would contradict what is drawn, and that no part of the rule of H1 reads.
UNDRAWN: Final = ("hostile_deaths_all", "hostile_deaths_upper")
INDEX: Final = "robustness_index"


@dataclass(frozen=True)
class Restricted:
    """Expected counts of one outcome without an effect of the mandate.

    Parameters
    ----------
    outcome : str
        Column of a count.
    rows : ndarray of int, shape (n,)
        Rows of the observed panel that are drawn; the others stay as observed.
    mean : ndarray, shape (n,)
        Expected counts, from the restricted fit.
    treatment : ndarray, shape (n,)
        Treatment of the model as observed.
    sizes : ndarray, shape (m,)
        Deaths that one event brings, as observed; empty where the outcome counts events.
    """

    outcome: str
    rows: Integers
    mean: Floats
    treatment: Floats
    sizes: Floats


@dataclass(frozen=True)
class Ground:
    """Everything that a world of one hypothesis is drawn from.

    Parameters
    ----------
    hypothesis : Hypothesis
        Whose primary model gives the restricted fit.
    place : int
        Its place in the family.
    panel : Panel
        As observed, before the family's preparation.
    outcome : Restricted
        Fatal incident-days; ``sizes`` are the deaths of a day.
    controls : tuple of Restricted
        Negative controls of the design.
    host, month, mission : ndarray of int, shape (rows of the panel,)
        Codes of the host, months since the year 0, and codes of the mission.
    hazard : StepHazard
        Of steps up and down.
    """

    hypothesis: Hypothesis
    place: int
    panel: Panel
    outcome: Restricted
    controls: tuple[Restricted, ...]
    host: Integers
    month: Integers
    mission: Integers
    hazard: StepHazard


def lay_ground(family: Family, hypothesis: Hypothesis, panel: Panel) -> Ground:
    """Fit what the worlds of a hypothesis are drawn from.

    Parameters
    ----------
    family : Family
        Prepares the panel and gives the design.
    hypothesis : Hypothesis
        A member.
    panel : Panel
        Mission-months as observed, not prepared.

    Raises
    ------
    EstimationError
        A restricted fit, or the hazard of steps, has no finite estimate.
    """
    design = family.find_design(hypothesis)
    ready = family.make_ready(panel)
    model = hypothesis.primary
    frame = panel.frame
    days = fit_restricted(model.specification, model.sample, ready, panel=panel)
    one = frame[DAYS].eq(1).fillna(False).to_numpy(dtype=bool)
    outcome = replace(days, sizes=frame.loc[one, DEATHS].to_numpy(dtype=float))
    return Ground(
        hypothesis=hypothesis,
        place=[h.name for h in family.hypotheses].index(hypothesis.name),
        panel=replace(panel, frame=frame.drop(columns=list(UNDRAWN)), codebook=()),
        outcome=outcome,
        controls=fit_controls(hypothesis, design, ready, panel=panel),
        host=pd.factorize(frame["host"], sort=True)[0],
        month=panel.periods.to_numpy(),
        mission=pd.factorize(frame[panel.unit], sort=True)[0],
        hazard=fit_hazard(ready, panel=panel, design=design, sample=model.sample, index=INDEX),
    )


def fit_restricted(
    specification: Specification, sample: str, ready: Panel, *, panel: Panel
) -> Restricted:
    """Expected counts of a model without its treatment, on the rows that the model uses.

    Rows that a model loses (a unit without any event, a column that is missing) are not drawn.

    Parameters
    ----------
    specification : Specification
        Of counts.
    sample : str
        Rows, as a pandas query.
    ready, panel : Panel
        Prepared, and as observed.
    """
    drawn = ready.where(sample)
    found = estimate(specification, drawn)
    fitted = restrict(found).refit
    assert fitted is not None  # a model of counts is refitted
    cells = found.fit.cells
    keys = [panel.unit, panel.time]
    used = pd.MultiIndex.from_frame(drawn.frame[keys].iloc[cells.position])
    rows = pd.MultiIndex.from_frame(panel.frame[keys]).get_indexer(used).astype(np.int64)
    return Restricted(
        outcome=specification.outcome,
        rows=rows,
        mean=np.exp(fitted.start),
        treatment=cells.regressors[:, 0].copy(),
        sizes=np.empty(0),
    )


def fit_controls(
    hypothesis: Hypothesis, design: Design, ready: Panel, *, panel: Panel
) -> tuple[Restricted, ...]:
    """Restricted fits of the negative controls: deaths per person deployed, mandates apart.

    They are drawn, not kept: as observed they lie in one accidental relation to the observed
    mandates, and the worlds ask how often the contrast errs where there is none. Accidents and
    illness strike persons, so that personnel is their exposure whatever the hypothesis'
    own estimand is: where personnel rises with the mandate, so do they. An event brings as many
    deaths as one that was observed.
    """
    model, found = hypothesis.primary, []
    for control in design.controls:
        specification = replace(model.specification, outcome=control.outcome, exposure="personnel")
        sample = " and ".join(f"({q})" for q in (model.sample, control.rows) if q)
        fit = fit_restricted(specification, sample, ready, panel=panel)
        seen = panel.frame[control.outcome].iloc[fit.rows].to_numpy(dtype=float)
        found.append(replace(fit, sizes=seen[seen > 0]))
    return tuple(found)
