"""Trial: one world drawn, prepared and judged; one row of a block."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from pkstats.checks.wild_bootstrap import bootstrap
from pkstats.errors import EstimationError
from pkstats.estimation.estimate import estimate
from pkstats.simulation.calibration import hazard, world
from pkstats.simulation.calibration.design import FIRST_MONTH, REPORT, SEEDS, WorldKind
from pkstats.simulation.calibration.staged import CONDITIONS, Staged, judge_in_stages
from pkstats.simulation.calibration.world import Violence, draw_world
from pkstats.verdicts import thresholds

if TYPE_CHECKING:
    from pkstats.data.panels import Panel
    from pkstats.families import Family, Hypothesis, Model
    from pkstats.simulation.calibration.ground import Ground

#: Columns of a block in their order, the seconds last: they alone are not compared.
KEYS: Final = ("kind", "hypothesis", "block", "design", "number")
NUMBERS: Final = (
    *("effect", "estimate", "std_error", "p_value", "wild_p", "conf_low_90", "conf_high_90"),
    *("smallest_effect", "events", "hosts_switching"),
    *("randomization_p", "randomization_draws", "q_value"),
)
COLUMNS: Final = (*KEYS, *NUMBERS, "ruling", "stage", *CONDITIONS, "seconds")


def hash_design(family: Family, hypothesis: Hypothesis, kind: WorldKind, violence: Violence) -> str:
    """Short hash of all that is declared of a block: worlds, parameters, seeds, rule.

    Rows of another design cannot be mixed with these. It covers declarations and thresholds; that
    the code still gives the same rows is what the comparison with the committed ones shows.
    """
    declared = {
        "kind": asdict(kind),
        "violence": asdict(violence),
        "seeds": SEEDS[REPORT],
        "constants": [FIRST_MONTH, world.MASS_FACTOR, hazard.LARGEST, hazard.REACTION_COVERAGE],
        "hypotheses": [h.freeze() for h in family.hypotheses],
        "hypothesis": hypothesis.name,
        "design": family.find_design(hypothesis).freeze(),
        "draws": [family.draws, family.seed],
        "thresholds": thresholds.hash_thresholds(),
    }
    text = json.dumps(declared, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def try_world(
    family: Family, ground: Ground, kind: WorldKind, violence: Violence, number: int
) -> dict[str, object]:
    """Draw one world of the reporting block and judge it.

    Parameters
    ----------
    family : Family
        With the hypothesis' own preparation, draws and seed.
    ground : Ground
        Of the hypothesis.
    kind, violence : WorldKind, Violence
        Which world.
    number : int
        From 0.

    Returns
    -------
    dict of str to object
        By column of :data:`COLUMNS`.
    """
    start, hypothesis = time.perf_counter(), ground.hypothesis
    drawn = draw_world(ground, kind, violence, number=number, block=REPORT)
    ready = family.make_ready(drawn)
    found = judge_in_stages(family, ready, hypothesis, draws=family.draws, seed=family.seed)
    return {
        "kind": kind.name,
        "hypothesis": hypothesis.name,
        "block": REPORT,
        "design": hash_design(family, hypothesis, kind, violence),
        "number": number,
        "effect": kind.effect,
        **_read(found),
        "wild_p": _bootstrap(hypothesis.primary, ready, seed=family.seed),
        "ruling": found.ruling,
        "stage": found.stage,
        **found.conditions,
        "seconds": round(time.perf_counter() - start, 2),
    }


def _bootstrap(model: Model, panel: Panel, *, seed: int) -> float:
    """Restricted wild score bootstrap of a model; missing where it cannot be fitted.

    It enters no correction of this family: it is calibrated for designs without an assignment
    scheme, which may declare it.
    """
    try:
        found = estimate(model.specification, panel.where(model.sample))
        return bootstrap(found, draws=thresholds.WILD_DRAWS, seed=seed).p_value
    except EstimationError:
        return math.nan


def _read(found: Staged) -> dict[str, float]:
    strength, estimates = found.evidence.primary, found.evidence.tables["estimates"]
    line = estimates[estimates["model"].eq(strength.model)].iloc[0]
    low, high = strength.interval_90
    return {
        "estimate": strength.estimate,
        "std_error": found.std_error,
        "p_value": strength.p_value,
        "conf_low_90": float(low),
        "conf_high_90": float(high),
        "smallest_effect": found.evidence.smallest_effect,
        "events": found.evidence.events,
        "hosts_switching": float(line.get("hosts_switching", math.nan)),
        "randomization_p": found.randomization_p,
        "randomization_draws": found.draws,
        "q_value": found.q_value,
    }
