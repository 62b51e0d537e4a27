"""Conclusion: the verdict on one hypothesis, with every condition that it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from pkstats.checks.compatibility import PRIORS, ConfidenceCurve, update
from pkstats.display.markup import write_frame, write_paragraph
from pkstats.errors import UndefinedError
from pkstats.estimation.engines import name_scale
from pkstats.families.amendment import find_amendments
from pkstats.verdicts.scale import LARGEST_LOG_RATIO
from pkstats.verdicts.threat import State

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.checks.compatibility import Update
    from pkstats.families import Design, Hypothesis
    from pkstats.verdicts.strength import Strength

#: A ruling of the ordered rule, or what a cap makes of it.
Ruling = str
Outcome = Literal["met", "not met", "not available"] | State


@dataclass(frozen=True)
class Condition:
    """One condition of the rule, with the number it was held against.

    Parameters
    ----------
    order : int
        Place in the ordered rule.
    step : str
        The ruling or bar that the condition belongs to.
    condition, value, threshold : str
        What was asked, what was found, and what would have met it.
    outcome : {"met", "not met", "not available", "clear", "failed", "cannot tell"}
        Whether the condition holds; of a check, its state.
    """

    order: int
    step: str
    condition: str
    value: str
    threshold: str
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The ruling on one hypothesis with everything it rests on.

    Parameters
    ----------
    hypothesis : Hypothesis
        What was judged.
    design : Design
        What its design stands for.
    ruling : str
        By the ordered rule; capped where the hypothesis says so. Where the rule was amended after
        results had been seen, and decides only since then, the ruling before the amendment.
    amended_ruling : str
        What the amended rule decides where that is not the ruling; empty elsewhere.
    under_bounds : mapping of str to (float, str)
        Smallest effect of interest under other conversions, each with the ruling that it gives.
    reason : str
        The condition that decided.
    steps : tuple of Condition
        Every condition in order.
    attainable : tuple of str
        Rulings that could have been reached with the inputs at hand.
    primary : Strength
        Numbers of the primary model.
    smallest_effect : float
        Smallest effect of interest on the scale of the coefficient.
    q_value : float
        Benjamini-Hochberg q within the family.
    q_value_any_dependence : float
        Benjamini-Yekutieli q within the family, which holds under any dependence; shown beside.
    departures : tuple of str
        In which respects it was not judged as declared: other draws, another seed or panel.
    """

    hypothesis: Hypothesis
    design: Design
    ruling: Ruling
    reason: str
    steps: tuple[Condition, ...]
    attainable: tuple[Ruling, ...]
    primary: Strength
    smallest_effect: float
    q_value: float
    q_value_any_dependence: float = math.nan
    amended_ruling: Ruling = ""
    under_bounds: Mapping[str, tuple[float, Ruling]] = field(default_factory=dict)
    departures: tuple[str, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Every condition of the rule, one row each."""
        return pd.DataFrame([asdict(step) for step in self.steps])

    def row(self) -> dict[str, object]:
        """Return the ruling as one row of a table."""
        low, high = self.primary.interval_95
        return {
            "hypothesis": self.hypothesis.name,
            "claim": ", ".join(self.hypothesis.claims),
            "ruling": self.ruling,
            "amended_ruling": self.amended_ruling,
            "reason": self.reason,
            "primary_model": self.hypothesis.primary.name,
            "estimate": self.primary.estimate,
            "conf_low": low,
            "conf_high": high,
            "conf_low_90": self.primary.interval_90[0],
            "conf_high_90": self.primary.interval_90[1],
            "unit": self.hypothesis.unit,
            "smallest_effect": self.smallest_effect,
            "randomization_p": self.primary.randomization_p,
            "entering": self.design.entering,
            "entered_p": self.primary.enter(self.design),
            "q_value": self.q_value,
            "q_value_any_dependence": self.q_value_any_dependence,
            "construct": self.hypothesis.construct,
            "cap": self.hypothesis.cap,
            "seen": self.hypothesis.seen,
            "attainable": ", ".join(self.attainable),
            **({"departures": "; ".join(self.departures)} if self.departures else {}),
        }

    def tell_bounds(self) -> pd.DataFrame:
        """Ruling under each conversion of the smallest effect: the rule's own first."""
        own = {"rule": (self.smallest_effect, self.amended_ruling or self.ruling)}
        rows = [
            {"bound": name, "smallest_effect": bound, "ruling": ruling}
            for name, (bound, ruling) in {**own, **self.under_bounds}.items()
        ]
        return pd.DataFrame(rows).assign(hypothesis=self.hypothesis.name)

    def update(self) -> Update | None:
        """Move three readers of declared priors by the estimate, mirrored where the claim is.

        None where the standard error is undefined, or the coefficient is no log ratio, on which
        the priors are declared.
        """
        primary, sign = self.primary, self.hypothesis.expected_sign
        if not self.is_ratio or not math.isfinite(primary.std_error):
            return None
        unit = self.hypothesis.unit.removeprefix("log ")
        curve = ConfidenceCurve(primary.estimate, primary.std_error, primary.df, unit, ratio=True)
        priors = [replace(prior, mean=sign * prior.mean) for prior in PRIORS]
        return update(curve, priors=priors, smallest_effect=self.smallest_effect)

    def tell_update(self) -> pd.DataFrame:
        """Rows of the table of compatibility, one a reader; none where there is no update."""
        moved = self.update()
        if moved is None:
            return pd.DataFrame()
        return moved.tabulate().assign(
            hypothesis=self.hypothesis.name,
            model=self.primary.model,
            cluster=self.primary.cluster,
        )

    def plot(self, *, width: float = 7.2) -> Figure:
        """Draw the confidence curve of the estimate, with the readers beneath it.

        Raises
        ------
        UndefinedError
            The standard error is undefined, or the coefficient is no log ratio.
        """
        moved = self.update()
        if moved is None:
            raise UndefinedError(
                f"{self.hypothesis.name}: no confidence curve, since "
                + (
                    f"its standard error is undefined ({self.primary.note or 'no estimate'})"
                    if self.is_ratio
                    else "the readers' priors are on a log ratio, and its coefficient is none"
                )
                + ". Remedy: pk.estimate(...) and its plot"
            )
        return moved.plot(width=width)

    @property
    def is_ratio(self) -> bool:
        """Whether the exponential of the coefficient is a ratio."""
        if self.design.strategy == "meta-regression":
            return self.hypothesis.unit.startswith("log ")
        return bool(name_scale(self.hypothesis.primary.specification)[1])

    def _say_effect(self) -> str:
        """Estimate and interval in words, as a ratio where the coefficient is its logarithm."""
        if not math.isfinite(self.primary.estimate):
            return "no estimate"
        unit, written = self.hypothesis.unit, [self.primary.estimate, *self.primary.interval_95]
        if self.is_ratio and unit.startswith("log "):
            unit, written = unit.removeprefix("log "), [_exponentiate(v) for v in written]
        effect, low, high = written
        return f"{unit} {effect:.2f}, 95% interval {low:.2f} to {high:.2f}"

    def summary(self) -> str:
        """Return the ruling, its reason and the effect as text."""
        measured = f"  measured: {self.hypothesis.construct}\n" if self.hypothesis.construct else ""
        amended = find_amendments(self.hypothesis)
        said = "".join(f"  amended {a.date}: {a.what}\n" for a in amended)
        if self.amended_ruling:
            said = f"  decided under an amended rule: {self.amended_ruling}\n{said}"
        if self.departures:
            said += f"  not as declared: {'; '.join(self.departures)}\n"
        return (
            f"{self.hypothesis.name}: {self.ruling}\n{said}"
            f"  {self.hypothesis.statement}\n{measured}"
            f"  {self._say_effect()}\n"
            f"  because: {self.reason}\n"
            f"  rulings attainable here: {', '.join(self.attainable)}"
            + "".join(
                f"\n  smallest effect {bound:.2f} ({name}): {ruling}"
                for name, (bound, ruling) in self.under_bounds.items()
            )
        )

    def __str__(self) -> str:
        """Return the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        said = f"\nNot as declared: {'; '.join(self.departures)}" if self.departures else ""
        head = f"{self.hypothesis.name}: {self.ruling}"
        return f"{write_paragraph(f'{self.reason}{said}', head=head)}{write_frame(self.tidy())}"


def _exponentiate(value: float) -> float:
    return math.inf if value >= LARGEST_LOG_RATIO else math.exp(value)
