"""The declared design: which worlds the whole rule is shown, how many, and from which seeds.

Written before the first full run. Nothing here was chosen by a ruling; the parameters of the
worlds are tuned on the block of seeds ``tuning`` alone, and everything is told of ``report``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Final, Literal

from pkstats.errors import Breaches, SpecificationError, name_some

Steps = Literal["observed", "drawn"]

FAMILY: Final = "H1"
#: Entropy of every random number, by block; a world's key is its kind, hypothesis and number.
SEEDS: Final = {"tuning": 20261101, "report": 20261102}
#: The block whose worlds are judged.
REPORT: Final = "report"
#: First month that is drawn; what lies before stands as observed, so that lags reach into it.
FIRST_MONTH: Final = "2000-01-01"
#: Worlds of each kind without and with an effect, for each hypothesis.
NULL_WORLDS: Final = 1000
POWER_WORLDS: Final = 400
#: Level of the Monte Carlo intervals on the page.
MONTE_CARLO_LEVEL: Final = 0.95
#: Power at which the rule is said to find an effect.
POWER: Final = 0.80


@dataclass(frozen=True, kw_only=True)
class WorldKind:
    """One kind of world: how steps and attacks come about.

    Parameters
    ----------
    name : str
        Short name; part of the name of the file with its rows.
    words : str
        What happens there, as the page says it.
    steps : {"observed", "drawn"}
        Whether mandates step as they did, or at renewals drawn from a hazard.
    reactive : bool
        Whether drawn steps answer the attacks of the six months before.
    persistence : float or None
        Month-to-month correlation of the log-normal shock; None for the tuned one.
    effect : float
        Log rate ratio an index point that is planted.
    reason : str
        Why this effect, or this kind.
    """

    name: str
    words: str
    steps: Steps = "observed"
    reactive: bool = False
    persistence: float | None = None
    effect: float = 0.0
    reason: str

    def __post_init__(self) -> None:
        breaches = Breaches(f"kind of world {self.name!r}")
        if self.persistence is not None and not 0 <= self.persistence < 1:
            breaches.add(f"persistence={self.persistence}", remedy="at least 0 and below 1")
        if self.reactive and self.steps == "observed":
            breaches.add("observed steps answer no drawn attack", remedy="steps='drawn'")
        if self.reactive and self.effect:
            breaches.add(
                "an effect of steps that answer attacks needs both drawn month by month",
                remedy="effect=0, or reactive=False",
            )
        breaches.raise_as(SpecificationError)

    @property
    def worlds(self) -> int:
        """Declared number of worlds for each hypothesis."""
        return POWER_WORLDS if self.effect else NULL_WORLDS


NULLS: Final = (
    WorldKind(
        name="restricted",
        words="mandates step as they did, and attacks come as the model without mandates says",
        reason="The pattern of steps that the verdict itself rests on.",
    ),
    WorldKind(
        name="random-steps",
        words="steps up and down fall at renewals by a hazard that knows conflict and age alone",
        steps="drawn",
        reason="Whether the few hosts that happened to step make the error rate.",
    ),
    WorldKind(
        name="reactive-80",
        words="steps answer the attacks of six months, and waves of attacks fade soon",
        steps="drawn",
        reactive=True,
        persistence=0.80,
        reason="Mandates that follow violence: what returns to its mean after a step looks like "
        "an effect of the step.",
    ),
    WorldKind(
        name="reactive-95",
        words="steps answer the attacks of six months, and waves of attacks last",
        steps="drawn",
        reactive=True,
        persistence=0.95,
        reason="The same where violence lasts, so that it stands on both sides of a step.",
    ),
)

PLANTED: Final = (
    WorldKind(
        name="effect-1.25",
        words="each index point raises the rate of attacks by a quarter",
        effect=log(1.25),
        reason="About the smallest effect of interest at the rate of the 1990s (1.22).",
    ),
    WorldKind(
        name="effect-1.79",
        words="each index point raises the rate of attacks by four fifths",
        effect=log(1.79),
        reason="The smallest effect of interest at the rate of the sample itself.",
    ),
    WorldKind(
        name="effect-2.46",
        words="each index point multiplies the rate of attacks by two and a half",
        effect=log(2.46),
        reason="What a t-test was said to find with a chance of 80%.",
    ),
)

KINDS: Final = (*NULLS, *PLANTED)


def find_kind(name: str) -> WorldKind:
    """Return a declared kind of world by its name.

    Raises
    ------
    SpecificationError
        No kind of this name.
    """
    found = {kind.name: kind for kind in KINDS}
    if name not in found:
        raise SpecificationError(
            f"no kind of world {name!r}. Remedy: one of {name_some(found, most=len(found))}"
        )
    return found[name]


def key_world(kind: WorldKind, place: int, number: int) -> tuple[int, ...]:
    """Whole numbers that tell the random numbers of one world from every other's.

    Worlds with a planted effect share those of the restricted worlds of the same number, so that
    a power curve rises by the effect and not by luck.

    Parameters
    ----------
    kind : WorldKind
        Which.
    place : int
        Place of the hypothesis in its family.
    number : int
        Of the world, from 0.
    """
    source = NULLS[0].name if kind.effect else kind.name
    return ([k.name for k in NULLS].index(source), place, number)
