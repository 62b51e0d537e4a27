"""Declaration: claim, measurement and design of a hypothesis, as it was frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pkstats.display.number import write_bounds, write_list, write_number
from pkstats.documents.claim import claims
from pkstats.report.page import find_page, write_citation

if TYPE_CHECKING:
    from pkstats.documents.claim import Claim
    from pkstats.estimation.specification import Specification
    from pkstats.families import Family
    from pkstats.report.record import Record

SEEN: Final = {
    "none": "nothing of these data had been looked at",
    "descriptives": "descriptive figures of these data had been looked at, no estimate",
    "estimates": "estimates on an earlier version of these data had been looked at",
}
ESTIMATION: Final = {
    "linear": "least squares",
    "poisson": "Poisson pseudo-maximum likelihood",
    "negative_binomial": "negative binomial maximum likelihood",
    "logit": "logit maximum likelihood",
    "duration": "a hazard model",
}
#: Left side of the equation of a model.
LEFT: Final = {
    "linear": r"\operatorname{E}[Y]",
    "poisson": r"\log \operatorname{E}[Y]",
    "negative_binomial": r"\log \operatorname{E}[Y]",
    "logit": r"\operatorname{logit} \Pr(Y = 1)",
    "duration": r"\log h(t)",
}
SCHEMES: Final = {
    "renewal timing": (
        "Each unit keeps its own calendar of renewals; which renewals carry its observed steps is "
        "drawn anew $B$ times"
    ),
    "aligned histories": (
        "Whole histories of the treatment are exchanged among similar units of the same age, $B$ "
        "times"
    ),
}
#: Conversions of a smallest effect on a rate, with the words after the rate.
CONVERSIONS: Final = {
    "rule": "in the model's own sample",
    "at the rate of the baseline": "in the declared baseline, by which the rule went before its "
    "amendment",
}
TROOPS: Final = 10_000
#: Periods of a year in panels on personnel.
MONTHS: Final = 12
#: Longest line of an equation, in characters of LaTeX, that a narrow screen holds.
NARROW: Final = 70
JACKKNIFE: Final = r"""```{math}
\widehat{V}_3 = \frac{G-1}{G}\sum_{g=1}^{G}\bigl(\hat\beta_{(g)}-\hat\beta\bigr)^2
```"""
RANDOMIZATION: Final = r"""```{math}
p = \frac{1 + \#\{b : |t^*_b| \ge |t|\}}{1 + B}
```"""


def list_claims(family: Family, *further: str) -> tuple[Claim, ...]:
    """Claims that the hypotheses and facts of a family answer in their order, then further ones."""
    declared = [h.claims for h in family.hypotheses] + [f.claims for f in family.facts]
    named = dict.fromkeys(name for names in [*declared, further] for name in names)
    known = {claim.id: claim for claim in claims()}
    return tuple(known[name] for name in named if name in known)


def introduce_claim(claim: Claim) -> str:
    """Say where a claim stands: its document and passage."""
    source = write_citation(claim.document).strip() or claim.source
    passage = f" ({claim.passage})" if claim.passage else ""
    return f"Claim {claim.id}, in our words, from {source}{passage}:"


def describe_measures(record: Record) -> dict[str, str]:
    """Say how each part of the main model was measured, in plain words from the codebooks.

    Returns
    -------
    dict of str to str
        By aspect: unit, outcome, treatment, exposure, controls, effects, rows, estimation.
    """
    hypothesis, design, labels = record.hypothesis, record.design, record.labels
    own, exposure = hypothesis.primary.specification, hypothesis.primary.specification.exposure
    controls = "; ".join(labels.describe(c) for c in own.controls)
    seconds = [m.specification.outcome for m in hypothesis.secondary]
    seconds = [c for c in dict.fromkeys(seconds) if c != own.outcome]
    measures = {
        "Unit of observation": f"{design.unit}, from the panel {_link_panel(hypothesis.panel)}",
        "Outcome": labels.describe(own.outcome),
        "What it stands for": hypothesis.construct,
        "Second outcome": "; ".join(map(labels.describe, seconds)),
        "Treatment": labels.describe(own.treatment),
        "Exposure": labels.describe(exposure) if exposure else "none",
        "Controls": controls or "none",
        "Effects": _say_effects(own),
        "Rows": f"`{hypothesis.primary.sample}`" if hypothesis.primary.sample else "all",
        "Estimation": f"{_say_estimation(record)}; clusters: {own.inference.cluster}",
    }
    return {aspect: text for aspect, text in measures.items() if text}


def _link_panel(panel: str) -> str:
    page = f"panels/{panel}.md"
    return f"[`{panel}`]({page})" if find_page(page) else f"`{panel}`"


def _say_effects(specification: Specification) -> str:
    if not specification.effects:
        return "none: units are compared with one another"
    named = [name.replace("_", " ") for name in specification.effects]
    return f"a constant for {write_list(f'each {name}' for name in named)}"


def _say_estimation(record: Record) -> str:
    if record.design.strategy == "meta-regression":
        return "a meta-regression: slopes within clusters, averaged with random effects"
    own = record.hypothesis.primary.specification
    words = ESTIMATION.get(own.family, own.family)
    return f"{words}, {own.estimator.replace('_', ' ')}"


def say_measures(record: Record, *, against: Record | None = None) -> str:
    """List how a hypothesis is measured; beside another one, only what differs."""
    measures = describe_measures(record)
    if against is not None:
        other = describe_measures(against)
        measures = {k: v for k, v in measures.items() if other.get(k) != v}
        if not measures:
            return "- Measured in the same way."
    return "\n".join(f"- **{aspect}:** {text}" for aspect, text in measures.items())


def say_estimand(record: Record) -> str:
    """Say the quantity of interest in words, then as an equation."""
    hypothesis = record.hypothesis
    symbols, legend = hypothesis.estimand_symbols, ""
    if "=" not in symbols:  # the quantity alone: the model is written from its specification
        symbols = rf"{symbols},\quad {write_model(record)}".removeprefix(r",\quad ")
        legend = f"\n\nwith {explain_model(record)}."
    equation = f"```{{math}}\n{_break_equation(symbols)}\n```"
    return f"**Quantity.** {hypothesis.estimand}\n\n{equation}{legend}"


def write_model(record: Record) -> str:
    """Write the equation of the main model from its specification, as LaTeX."""
    own = record.hypothesis.primary.specification
    terms = [
        r"\log P" if own.exposure else "",
        r"\beta D",
        r"\gamma' X" if own.controls else "",
        *(rf"\alpha_{{\text{{{effect.replace('_', ' ')}}}}}" for effect in own.effects),
    ]
    return f"{LEFT.get(own.family, 'Y')} = {' + '.join(term for term in terms if term)}"


def explain_model(record: Record) -> str:
    """Say what the letters of :func:`write_model` stand for."""
    own, name = record.hypothesis.primary.specification, record.labels.name
    letters = [f"$Y$ {name(own.outcome)}", f"$D$ {name(own.treatment)}"]
    letters += [f"$P$ {name(own.exposure)}"] if own.exposure else []
    letters += [f"$X$ {write_list(map(name, own.controls))}"] if own.controls else []
    return ", ".join(letters)


def _break_equation(symbols: str) -> str:
    r"""Set the quantity and the model on lines of their own, so that a narrow screen holds them."""
    parts = [part.strip() for part in symbols.split(r",\quad")]
    parts = [part.replace(" = ", r" \\ = ", 1) if len(part) > NARROW else part for part in parts]
    return r"\begin{gathered}" + r" \\ ".join(parts) + r"\end{gathered}"


def say_inference(records: tuple[Record, ...]) -> str:
    """Say how uncertainty is told: clusters, jackknife and randomization, with their equations."""
    clusters = dict.fromkeys(r.hypothesis.primary.specification.inference.cluster for r in records)
    named = write_list((c.replace("_", " ") for c in clusters), last="or")
    parts = [
        f"**Standard errors.** Shocks are shared within a {named}, so that is the cluster. The "
        f"variance is the cluster jackknife, CRV3{write_citation('mackinnon2023')}: with $G$ "
        r"clusters that keep a score and $\hat\beta_{(g)}$ the estimate without cluster $g$,",
        JACKKNIFE,
        "referred to $t(G-1)$. If a refit loses the coefficient, it is *undefined* and the cluster "
        "is named.",
    ]
    drawn = {m.scheme for r in records for m in r.hypothesis.models if m.randomized}
    schemes = {s.name for r in records for s in r.design.schemes} & drawn
    if schemes:
        draws = records[0].family.draws
        words = ". ".join(SCHEMES.get(name, name) for name in sorted(schemes, reverse=True))
        parts += [
            f"**Randomization.** {words} ($B$ = {draws:,}), and the studentized coefficient is "
            f"refitted under each draw{write_citation('young2019')}:",
            RANDOMIZATION,
            "The null is sharp: no unit's outcome would have differed at any time under any of "
            "these histories.",
        ]
    elif all(r.design.entering == "CRV3" for r in records):
        parts.append(
            "No scheme of assignment is declared, so the jackknife's p-value enters the correction."
        )
    return "\n\n".join(parts)


def say_seen(record: Record) -> str:
    """Say what was known of the data when the hypothesis was declared."""
    seen = record.hypothesis.seen
    text = f"When this was declared, {SEEN.get(seen, seen)}. "
    if seen == "none":
        return text + "It is pre-registered in that sense."
    return text + "It is therefore not pre-registered; new confirmation means data after that day."


def say_smallest(record: Record) -> str:
    """Say the smallest effect of interest as declared, and on the scale of the estimate.

    A rate is told at both conversions: at the rate of the model's own sample, which rules, and at
    the rate of the declared baseline.
    """
    declared = record.hypothesis.smallest_effect
    source = f" Source: {declared.source}." if declared.source else ""
    text = f"{declared.value:g} {declared.unit}. {declared.reason}{source}"
    if not np.isfinite(record.smallest):
        return text
    bounds = write_bounds(-record.smallest, record.smallest, ratio=record.ratio)
    text = f"{text} On the scale of the estimate ({record.scale}) smaller effects lie in {bounds}."
    rates = [_say_rate(record, name, words) for name, words in CONVERSIONS.items()]
    told = [rate for rate in rates if rate]
    return f"{text} The rate is {'; it was '.join(told)}." if told else text


def _say_rate(record: Record, bound: str, words: str) -> str:
    """Rate that a conversion of the smallest effect takes, and the ratio that it makes of it."""
    declared, scale = record.hypothesis.smallest_effect, record.design.scale
    kept = record.keep("bounds")
    rows = kept.loc[kept["bound"] == bound, "smallest_effect"]
    if declared.scale != "rate" or scale is None or rows.empty:
        return ""
    smallest = float(rows.iloc[0])
    rate = declared.value / np.expm1(smallest)
    troops = f", {write_number(rate * TROOPS / scale.per, decimals=1)} a year for {TROOPS:,} troops"
    return (
        f"{write_number(rate, decimals=3)} {scale.unit}{troops if scale.periods == MONTHS else ''} "
        f"{words}, where the smallest effect is a ratio of {write_number(np.exp(smallest))}"
    )


def say_level(record: Record) -> str:
    """Say a hypothesis and what stands in for what it speaks of."""
    text = f"*{record.hypothesis.statement}*"
    measured = record.hypothesis.construct
    return f"{text} **What is measured:** {measured}." if measured else text


def list_threats(record: Record) -> str:
    """List what could make the estimate wrong."""
    return "\n".join(f"- {threat}" for threat in record.hypothesis.threats)
