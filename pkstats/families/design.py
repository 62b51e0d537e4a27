"""Design: what a unit of observation asks of the evidence, as data.

A hypothesis names its design by a word; its family declares what the word stands for: the unit
and what is left out in turn, the identification gate, the checks that may bar a ruling, the scale
on which effects are told, and which p-value enters the correction for multiple testing.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

from pkstats.arguments import COUNT, DIRECTION, FROM_ZERO, LARGEST_SHARE, POSITIVE, check_fields
from pkstats.checks.identification import FEWEST_SWITCHING, LARGEST_LEVERAGE, WINDOW
from pkstats.errors import Breaches, HypothesisError
from pkstats.families.declaration import write_out
from pkstats.families.scheme import Scheme

if TYPE_CHECKING:
    from pkstats.families.declaration import Hypothesis

#: Which p-value enters the correction: of the randomization test, of the restricted wild score
#: bootstrap, or of the cluster jackknife (the larger of cluster and unit).
Entering = Literal["randomization", "wild score", "CRV3"]
Strategy = Literal["panel models", "meta-regression"]
#: Log ratio of the rate of steps for one unit of the past within which prediction does not matter.
NO_PREDICTION: Final = math.log(1.5)
#: Fields that came with the amendments of November 2026.
_LATER: Final = {"since": 3}


@dataclass(frozen=True, kw_only=True)
class Gate:
    """When a coefficient counts as identified.

    Parameters
    ----------
    fewest : int
        Clusters that must switch and have events.
    largest : float
        Largest share of the treatment's leverage in one cluster.
    words : str
        Both, as the rule prints them; empty for words made of them.
    window : int
        Periods on each side of a switch in which its cluster must have events.
    """

    fewest: int = FEWEST_SWITCHING
    largest: float = LARGEST_LEVERAGE
    words: str = ""
    window: int = field(default=WINDOW, metadata=_LATER)

    def __post_init__(self) -> None:
        check_fields(
            "identification gate",
            self,
            HypothesisError,
            window=COUNT,
            fewest=COUNT,
            largest=LARGEST_SHARE,
        )

    def say(self, cluster: str) -> str:
        """Return what the gate asks for, in words."""
        return self.words or (
            f"at least {self.fewest} values of {cluster} with events around their own switch "
            f"({self.window} periods on each side), none above {self.largest:.0%} of the leverage"
        )


@dataclass(frozen=True, kw_only=True)
class ControlOutcome:
    """An outcome that the treatment cannot move: a negative control.

    Parameters
    ----------
    outcome : str
        Column of a count.
    rows : str
        Rows in which it is fit for use, as a pandas query; empty for all.
    estimands : tuple of str
        Those in which the treatment cannot move it; empty for all. Where personnel is free to
        answer a mandate, accidents and illness must answer it too.
    """

    outcome: str
    rows: str = ""
    estimands: tuple[str, ...] = field(default=(), metadata=_LATER)


@dataclass(frozen=True, kw_only=True)
class Hazard:
    r"""Whether the past predicts the treatment's steps.

    .. math:: \log \Pr(\text{step}_{ut}) = \beta O_{ut} + \gamma' X_{ut} + \alpha

    by Poisson pseudo-maximum likelihood, clustered as the design says (jackknife).

    Parameters
    ----------
    step, past : str
        Columns of the prepared panel: a step of the treatment (0/1), and what may predict it.
    controls : tuple of str
        Columns held.
    effects : tuple of tuple of str
        One model for each; the first rules.
    rows : str
        Rows at risk beside the sample's, as a pandas query.
    sample_role : str
        Role of the model whose sample is taken.
    condition : str
        What must hold, in words.
    answers : tuple of str
        Words of the rule before its amendment; read no more.
    bound : float
        Log ratio of the rate of steps for one unit of the past, within which the 90% interval must
        lie.
    sign : {-1, 1}
        Direction in which the estimate is biased where more of the past makes steps likelier.
        Steps that follow bad times are followed by better ones, so it is biased downward.
    """

    step: str
    past: str
    controls: tuple[str, ...] = ()
    effects: tuple[tuple[str, ...], ...] = ((),)
    rows: str = ""
    sample_role: str = "main"
    condition: str
    answers: tuple[str, str] = ("", "")
    bound: float = field(default=NO_PREDICTION, metadata=_LATER)
    sign: Literal[-1, 1] = field(default=-1, metadata=_LATER)

    def __post_init__(self) -> None:
        check_fields(
            f"hazard of {self.step!r}", self, HypothesisError, bound=POSITIVE, sign=DIRECTION
        )
        if not self.effects:
            raise HypothesisError(
                f"hazard of {self.step!r}: no model. Remedy: effects=((),) for one without effects"
            )


@dataclass(frozen=True, kw_only=True)
class Silence:
    """An outcome that must not respond, since a response would select the rows of the main model.

    Parameters
    ----------
    outcome : str
        Of the declared model that answers.
    condition : str
        What must hold, in words.
    bound : float
        Coefficient within whose reach the 90% interval must lie: of a probability, ten points.
    """

    outcome: str
    condition: str
    bound: float = field(default=0.1, metadata=_LATER)

    def __post_init__(self) -> None:
        check_fields(f"silence of {self.outcome!r}", self, HypothesisError, bound=POSITIVE)


@dataclass(frozen=True, kw_only=True)
class Leads:
    """Whether the outcome rose before the first rise of the treatment: an event study's leads.

    The mean of the coefficients before the reference period, which is the last one before the
    rise, is held against the smallest effect of interest.

    Parameters
    ----------
    months : int
        Months summed to one period.
    leads, lags : int
        Periods on each side; the ends hold all that is further away.
    condition : str
        What must hold, in words.
    """

    months: int = 6
    leads: int = 4
    lags: int = 4
    condition: str = "The outcome did not rise before the first step up"

    def __post_init__(self) -> None:
        check_fields("leads", self, HypothesisError, months=COUNT, leads=COUNT, lags=FROM_ZERO)


@dataclass(frozen=True, kw_only=True)
class PrePeriod:
    """Whether the outcome rose before a renewal with a step, against renewals without one.

    Parameters
    ----------
    renewal : str
        Column that marks renewals (0/1).
    window : int
        Periods before and after.
    condition : str
        What must hold, in words.
    """

    renewal: str = "mandate_renewal"
    window: int = 6
    condition: str = "The outcome did not rise before renewals with a step, against those without"

    def __post_init__(self) -> None:
        check_fields("pre-period", self, HypothesisError, window=COUNT)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Natural scale: events by which denominator.

    Parameters
    ----------
    denominator : str
        Column, such as personnel or inhabitants; empty for the model's own exposure, over the
        rows that the model can use.
    per : float
        How many of the denominator make the unit, such as 1,000.
    periods : float
        Periods of the panel in the unit of time: 12 turns persons by month into person-years.
    unit : str
        In words, such as ``per 1,000 personnel-years``.
    points : str
        Unit of a change of a probability, in words.
    """

    denominator: str = ""
    per: float = 1.0
    periods: float = 1.0
    unit: str
    points: str = "percentage points"

    def __post_init__(self) -> None:
        check_fields(f"scale {self.unit!r}", self, HypothesisError, per=POSITIVE, periods=POSITIVE)


@dataclass(frozen=True, kw_only=True)
class Design:
    """What a unit of observation asks of the evidence.

    Parameters
    ----------
    name : str
        The word by which hypotheses name it; the word is part of their hash.
    unit : str
        Unit of observation, in words.
    left_out : tuple of str
        Columns whose values are left out one by one; empty for the panel's unit and the cluster.
    clustered, omitted : str
        Words of the rule: whose clusters give the larger p-value, and what is left out in turn;
        empty for the names of cluster and unit.
    strategy : {"panel models", "meta-regression"}
        How models are estimated.
    gate : Gate
        When a coefficient counts as identified.
    controls : tuple of ControlOutcome
        Negative controls, contrasted with the first secondary model (else the primary one).
    placebo : str
        What must hold of the declared model of role ``placebo``, in words; empty for no such bar.
    silence : Silence or None
        Outcome that must not respond.
    hazard : Hazard or None
        Whether steps are predictable.
    leads : Leads or None
        Whether the outcome rose before the first step up.
    pre_period : PrePeriod or None
        Whether it rose before renewals with a step, against renewals without one.
    scale : Scale or None
        On which counts are told; None tells them as ratios alone.
    schemes : tuple
        Assignments that may be drawn, met by the ``scheme`` of a model.
    entering : {"CRV3", "randomization", "wild score"}
        Which p-value enters the correction for multiple testing.
    contestable : bool
        Whether the treatment is coded from mandates of which contestable readings are listed, so
        that a decided ruling must be the same under all of them.
    probe_method : str
        Covariance of the refits of models other than the main one, of which only the sign is read;
        empty for each model's own.
    """

    name: str
    unit: str
    left_out: tuple[str, ...] = ()
    clustered: str = ""
    omitted: str = ""
    strategy: Strategy = "panel models"
    gate: Gate = Gate()
    controls: tuple[ControlOutcome, ...] = ()
    placebo: str = ""
    silence: Silence | None = None
    hazard: Hazard | None = None
    scale: Scale | None = None
    schemes: tuple[Scheme, ...] = ()
    entering: Entering = "CRV3"
    probe_method: str = "CRV1"
    leads: Leads | None = field(default=None, metadata=_LATER)
    pre_period: PrePeriod | None = field(default=None, metadata=_LATER)
    contestable: bool = field(default=False, metadata=_LATER)

    def __post_init__(self) -> None:
        breaches = Breaches(f"design {self.name!r}")
        for name, options in (
            ("entering", get_args(Entering)),
            ("strategy", get_args(Strategy)),
            ("probe_method", ("", "CRV1", "CRV2", "CRV3")),
        ):
            given = getattr(self, name)
            if given not in options:
                known = ", ".join(map(repr, options))
                breaches.add(f"{name}={given!r} is no option", remedy=f"one of {known}")
        breaches.raise_as(HypothesisError)

    def list_controls(self, estimand: str) -> tuple[ControlOutcome, ...]:
        """Negative controls of an estimand: those that the treatment cannot move in it."""
        return tuple(c for c in self.controls if not c.estimands or estimand in c.estimands)

    def count_checks(self, estimand: str) -> int:
        """Count the checks that evidence on an estimand must hold."""
        others = (self.placebo, self.silence, self.hazard, self.leads, self.pre_period)
        return len(self.list_controls(estimand)) + sum(bool(part) for part in others)

    def strip_words(self) -> Design:
        """Return the design without its words: what decides."""
        return replace(self, gate=replace(self.gate, words=""), clustered="", omitted="")

    def name_parts(self, *, unit: str, cluster: str) -> Design:
        """Return the design with words for what it leaves unsaid, of the panel at hand."""
        both = tuple(dict.fromkeys((cluster, unit)))
        return replace(
            self,
            gate=replace(self.gate, words=self.gate.say(cluster)),
            clustered=self.clustered or f"clusters by {' and by '.join(both)}",
            omitted=self.omitted or " or ".join(both),
        )

    def freeze(self) -> str:
        """SHA-256 of all that the design asks for."""
        schemes = [[scheme.name, write_out(scheme)] for scheme in self.schemes]
        text = json.dumps([write_out(self), schemes], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def declare_plain(hypothesis: Hypothesis) -> Design:
    """Design of a hypothesis whose family declares none of its name.

    Nothing is known of the unit: no negative control, no hazard and no scheme of assignment, so
    that the jackknife's p-value enters the correction.
    """
    return Design(name=hypothesis.design, unit=f"a row of panel {hypothesis.panel}")
