"""Choices of the multiverses of H2: what may vary while estimand, contrast and population stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkstats.checks.multiverse.choices import Options
    from pkstats.families.declaration import Hypothesis


def choose(hypothesis: Hypothesis) -> dict[str, Options]:
    """Choices about the primary model of an H2 hypothesis.

    The treatment differs in the rule by which tasks reset, and on mission-months in its lag;
    controls are dropped one by one; time is held by year or not at all.
    """
    specification = hypothesis.primary.specification
    stem, lag = _split(specification.treatment)
    treatments = {
        "reset at a restatement": f"{stem}{lag}",
        "never reset": f"{stem}_never_reset{lag}",
        "reset at every renewal": f"{stem}_always_reset{lag}",
    }
    if hypothesis.design == "missions":
        treatments |= {f"lag {k}": f"{stem}_lag{k}" for k in (3, 6)}
    samples = {"main": hypothesis.primary.sample}
    choices: dict[str, Options] = {"treatment": treatments, "sample": samples}
    if hypothesis.design == "populations":
        return choices
    controls = {"all": specification.controls, "none": ()}
    if len(specification.controls) > 1:
        controls |= {
            f"without {c}": _drop(specification.controls, c) for c in specification.controls
        }
    unit = specification.effects[0]
    choices |= {"controls": controls, "effects": [specification.effects, (unit,)]}
    if hypothesis.design == "council record":
        samples |= {
            "at least 20 new words": f"{samples['main']} and new_words >= 20",
            "since 2000": f"{samples['main']} and year >= 2000",
        }
    if hypothesis.design == "host years":
        samples["without closing years"] = f"{samples['main']} and closing == 0"
    return choices


def _split(treatment: str) -> tuple[str, str]:
    stem, mark, lag = treatment.partition("_lag")
    return stem, mark + lag


def _drop(controls: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(control for control in controls if control != one)
