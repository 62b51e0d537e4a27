"""H1 by element, outcome and design: hypotheses gated behind the two on the whole index.

None of them can be ruled supported or contradicted unless a hypothesis of the family H1 is decided
first; each then stands in its own family of the false discovery rate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from pkstats.families.declaration import Hypothesis, SmallestEffect
from pkstats.families.robustness import attacks as whole
from pkstats.families.robustness.attacks import MISSION_AND_YEAR
from pkstats.families.robustness.gated_models import HOST_AND_YEAR, YEAR, GatedModels

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

FAMILY: Final = "H1-elements"
GATE: Final = whole.FAMILY
TAMM_SAMPLE: Final = "month >= '1990-01-01' and month <= '2015-12-01'"
INDEX: Final = "robustness_index"
LATENT: Final = "robustness_latent"
#: Missions with stabilization in their names (resolutions 1542, 1925, 2100, 2149).
STABILIZATION: Final = ("MINUSTAH", "MONUSCO", "MINUSMA", "MINUSCA")
ELEMENTS: Final = {
    "chapter-vii": "text_chapter_vii",
    "use-of-force": "text_use_of_force",
    "physical-protection": "text_poc_physical",
    "robust-posture": "text_robust_posture",
    "proactive": "text_proactive",
    "offensive": "text_offensive",
    "counter-terrorism": "text_counter_terrorism",
    "host-security-support": "text_host_security_support",
}
OTHERS: Final = {
    "latent-index": LATENT,
    "chapter-vii-tamm": "tamm_chapter_vii",
    "stabilization-name": "stabilization_name",
}
TREATMENTS: Final = (INDEX, *ELEMENTS.values(), *OTHERS.values())


def prepare(panel: Panel) -> Panel:
    """Add the columns of these models to the mission-month panel.

    Parameters
    ----------
    panel : Panel
        ``mission_month``, whole.

    Returns
    -------
    Panel
        With those of the whole index; stabilization in the name (0/1); lags of one and three
        months and a lead of six of every treatment; whether the month has a fatal attack; fatal
        incident-days per 1,000 personnel-years; and the strata of histories: era of founding
        and conflict at deployment.
    """
    ready = whole.prepare(panel)
    frame = ready.frame
    founded = frame.groupby(panel.unit)["month"].transform("min")
    started = frame.groupby(panel.unit)["host_conflict_deaths"].transform(
        lambda deaths: deaths.astype(float).head(12).sum(min_count=1)
    )
    days, persons = (frame[c].astype(float) for c in ("hostile_incident_days", "personnel"))
    ready = replace(
        ready,
        frame=frame.assign(
            stabilization_name=frame["mission"].isin(STABILIZATION).astype(float),
            any_attack=(days > 0).astype(float).where(days.notna()),
            incident_days_rate=(days / persons.where(persons > 0) * 12_000),
            start_era=np.select(
                [founded < pd.Timestamp("1999-01-01"), founded < pd.Timestamp("2010-01-01")],
                ["before 1999", "1999 to 2009"],
                "2010 and later",
            ),
            conflict_at_deployment=np.select(
                [started.isna(), started >= 1000, started >= 25],
                ["unknown", "1,000 deaths or more", "25 to 999 deaths"],
                "fewer than 25 deaths",
            ),
        ),
    )
    have = set(ready.frame.columns)
    resets = [f"{LATENT}_{reset}" for reset in ("never_reset", "always_reset")]
    for months, suffix in ((1, "lag1"), (3, "lag3"), (-6, "lead6")):
        wanted = [c for c in (*TREATMENTS, *resets) if f"{c}_{suffix}" not in have]
        ready = ready.lag([c for c in wanted if c in have], months=months)
    return ready


ATTACK: Final = SmallestEffect(
    value=0.1,
    unit="fatal hostile incident-days per 1,000 personnel-years",
    baseline="month >= '1990-11-01' and month <= '1999-12-01'",
    reason=(
        "One more fatal attack a year in a mission of 10,000: less could not be noticed in a "
        "yearly report. The rate of the 1990s, before the estimation sample, turns it into a "
        "rate ratio."
    ),
)
DEATH: Final = SmallestEffect(
    value=0.2,
    unit="hostile deaths of all staff per 1,000 personnel-years and index point",
    baseline=ATTACK.baseline,
    reason=(
        "Two more deaths a year in a mission of 10,000, as a fatal attack kills about two. The "
        "rate of the 1990s, before the estimation sample, turns it into a rate ratio."
    ),
)
MONTH: Final = SmallestEffect(
    value=0.04,
    unit="probability of a fatal attack in a month, per index point",
    baseline="",
    reason=(
        "One more month with a fatal attack in two years: what the smallest effect of interest on "
        "the rate means for a mission of 5,000."
    ),
    scale="coefficient",
)

_GATED = (
    "Gated: it can be decided only if a hypothesis on the whole index is decided first.",
    "The element is coded from texts, and troops may have acted so before or never.",
    "The Council may authorise it where attacks are expected.",
    "Where few hosts change, one of them is the estimate.",
)


def _declare(
    design: GatedModels,
    statement: str,
    words: str,
    *,
    claims: tuple[str, ...] = ("J4",),
    seen: Literal["descriptives", "estimates"] = "descriptives",
    smallest: SmallestEffect = ATTACK,
    threats: tuple[str, ...] = (),
    unit: str = "log rate ratio, element in force",
    symbols: str = "",
) -> Hypothesis:
    effects = {
        MISSION_AND_YEAR: r"\alpha_m + \delta_{y(t)}",
        HOST_AND_YEAR: r"\alpha_{h(m)} + \delta_{y(t)}",
        YEAR: r"\delta_{y(t)}",
    }
    poisson = (
        r"\exp(\beta),\quad \log E[Y_{mt}] = \beta D_{m,t-1} + \gamma' X_{mt} + "
        + effects[design.effects]
    )
    return Hypothesis(
        name=f"H1-{design.name}",
        family=FAMILY,
        claims=claims,
        statement=statement,
        estimand=words,
        estimand_symbols=symbols or poisson,
        expected_sign=1,
        seen=seen,
        smallest_effect=smallest,
        primary=design.primary,
        secondary=design.secondary,
        alternatives=design.alternatives,
        threats=(*_GATED, *threats),
        decisive=whole.DECISIVE,
        unit=unit,
        gated_by=GATE,
    )


def _element(name: str, words: str, **options: object) -> Hypothesis:
    statement = f"{words[0].upper()}{words[1:]} raises the number of fatal attacks on a mission."
    return _declare(
        GatedModels(name=name, treatment={**ELEMENTS, **OTHERS}[name]),
        statement,
        f"Total effect: the ratio of the expected monthly number of fatal hostile incident-days "
        f"in a mission with, to the number without, {words} in the mandate of the month before.",
        **options,  # type: ignore[arg-type]
    )


_POINT = "log rate ratio per index point"

HYPOTHESES: Final = (
    _declare(
        GatedModels(name="latent-index", treatment=LATENT, resets=True),
        "A mandate more robust on a latent scale raises the number of fatal attacks.",
        "Total effect of one unit of the latent robustness scale (one standard deviation over "
        "mandates), within missions.",
        seen="estimates",
        unit="log rate ratio per unit of the latent scale",
        threats=("The scale weighs elements by how they go together, not by what they do.",),
    ),
    _declare(
        GatedModels(
            name="any-attack", treatment=INDEX, outcome="any_attack", family="linear", resets=True
        ),
        "A more robust mandate raises the probability that a month has a fatal attack.",
        "Change in the probability of at least one fatal hostile incident-day in a month, one "
        "more robust element, within missions.",
        seen="estimates",
        smallest=MONTH,
        unit="probability per index point",
        symbols=(
            r"\beta,\quad \Pr(Y_{mt} > 0) = \beta R_{m,t-1} + \gamma' X_{mt} + \alpha_m + "
            r"\delta_{y(t)}"
        ),
        threats=("A linear probability may leave the unit interval where attacks are rare.",),
    ),
    _declare(
        GatedModels(
            name="all-staff", treatment=INDEX, outcome="hostile_deaths_all",
            second="hostile_deaths_upper", resets=True,
        ),
        "A more robust mandate raises hostile deaths among all staff, civilians included.",
        "Total effect: the ratio of expected monthly hostile deaths of all staff, one more robust "
        "element, within missions; second, uniformed deaths with undetermined types as hostile.",
        seen="estimates",
        smallest=DEATH,
        unit=_POINT,
        threats=("Single attacks with many deaths weigh most.",),
    ),
    _declare(
        GatedModels(name="between-missions", treatment=INDEX, effects=YEAR,
                scheme="aligned histories", resets=True),
        "Missions with more robust mandates suffer more fatal attacks than others in that year.",
        "Ratio of the expected monthly number of fatal hostile incident-days between missions of "
        "the same year, one robust element apart, conflict and age alike.",
        seen="estimates",
        unit=_POINT,
        threats=(
            "Missions differ in size, era and war: histories are exchanged only within era of "
            "founding and level of conflict at deployment, and what else differs stays.",
        ),
    ),
    _declare(
        GatedModels(
            name="successive-missions", treatment=INDEX, effects=HOST_AND_YEAR, randomized=False
        ),
        "Within a host, the months and missions with more robust mandates see more fatal attacks.",
        "Ratio of the expected monthly number of fatal hostile incident-days within a host over "
        "its successive missions, one more robust element.",
        seen="estimates",
        unit=_POINT,
        threats=(
            "No scheme of assignment is known for which mission follows which, so there is no "
            "randomization p-value and at best an inconclusive ruling.",
        ),
    ),
    _element("chapter-vii", "Chapter VII in the text"),
    _declare(
        GatedModels(name="chapter-vii-tamm", treatment="tamm_chapter_vii", sample=TAMM_SAMPLE),
        "Chapter VII, as another project codes it, raises the number of fatal attacks.",
        "Total effect of Chapter VII by TAMM, 1990 to 2015, within missions.",
        seen="estimates",
        threats=("Four missions change, two of them with events on both sides.",),
    ),
    _element("use-of-force", "authority to use force"),
    _element("physical-protection", "physical protection of civilians"),
    _element("robust-posture", "a robust posture"),
    _element("proactive", "proactive action"),
    _element("offensive", "offensive operations", seen="estimates"),
    _element(
        "counter-terrorism",
        "counter-terrorism tasks",
        claims=("W1",),
        threats=("One mission, in one country, gained and lost them.",),
    ),
    _element(
        "host-security-support",
        "support to the host's security forces",
        claims=("J4", "W1"),
        threats=("Support to forces that fight terrorists is only part of it.",),
    ),
    _declare(
        GatedModels(
            name="stabilization-name", treatment="stabilization_name", effects=HOST_AND_YEAR,
            randomized=False,
        ),
        "A mission with stabilization in its name suffers more fatal attacks than another mission "
        "in the same host.",
        "Ratio of the expected monthly number of fatal hostile incident-days of a stabilization "
        "mission to that of other missions of the same host, year effects removed.",
        threats=(
            "Names change with the mission and all else about it; Mali had no other mission.",
        ),
    ),
)  # fmt: skip
