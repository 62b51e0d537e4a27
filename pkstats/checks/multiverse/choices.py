"""Choices: the options that a multiverse crosses, checked and labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from pkstats.errors import Breaches, SpecificationError, name_some
from pkstats.estimation.engines import name_scale
from pkstats.estimation.specification import Inference, Specification

Options = Mapping[str, object] | Sequence[object]
SAMPLE: Final = "sample"
#: Fields that make another quantity of the coefficient, so that two curves are needed.
OTHER_ESTIMAND: Final = ("exposure", "exposure_as", "estimator")


def read_choices(
    specification: Specification, choices: Mapping[str, Options]
) -> dict[str, dict[str, object]]:
    """Check choices against their specification and give every option a label.

    Parameters
    ----------
    specification : Specification
        The main one.
    choices : mapping of str to options
        Fields of the specification, or ``"sample"`` with pandas queries; options as a sequence
        or by label. The first option of a field is the specification's own value.

    Returns
    -------
    dict of str to dict of str to object
        Options by label, by field.

    Raises
    ------
    SpecificationError
        Lists every breach: no choice, unknown field, field of another estimand, no option, label
        repeated, first option that is not the specification's own, family of another scale.
    """
    breaches = Breaches("Multiverse")
    if not choices:
        breaches.add("no choices", remedy="choices={'controls': [(), ('age',)]}")
    known = [f.name for f in fields(Specification)]
    read: dict[str, dict[str, object]] = {}
    for field, options in choices.items():
        if field in OTHER_ESTIMAND:
            breaches.add(
                f"{field!r} changes what the coefficient means",
                remedy="make one multiverse for each estimand",
            )
        elif field not in known and field != SAMPLE:
            breaches.add(
                f"{field!r} is no field of a specification",
                remedy=f"one of {name_some([SAMPLE, *known], most=20)}",
            )
        else:
            read[field] = _label_options(field, options, breaches)
            _check_first(specification, field, read[field], breaches)
    _check_family(specification, read, breaches)
    breaches.raise_as(SpecificationError)
    return read


def describe_option(option: object) -> str:
    """Label of an option that was given without one."""
    if isinstance(option, Inference):
        return f"{option.method} by {option.cluster}"
    if isinstance(option, str):
        return option or "all rows"
    if isinstance(option, tuple | list):
        return " + ".join(map(str, option)) or "none"
    return str(option)


def _label_options(field: str, options: Options, breaches: Breaches) -> dict[str, object]:
    if isinstance(options, str) or not isinstance(options, Mapping | Sequence):
        breaches.add(f"{field}: {options!r} are no options", remedy="give a list or a mapping")
        return {}
    if not options:
        breaches.add(f"{field}: no option", remedy="give at least one")
    if isinstance(options, Mapping):
        pairs = [(str(label), option) for label, option in options.items()]
    else:
        pairs = [(describe_option(option), option) for option in options]
    twice = sorted({label for label, _ in pairs if [p[0] for p in pairs].count(label) > 1})
    if twice:
        breaches.add(f"{field}: options repeated: {name_some(twice)}", remedy="name each once")
    return dict(pairs)


def _check_first(
    specification: Specification, field: str, options: dict[str, object], breaches: Breaches
) -> None:
    if field == SAMPLE or not options:
        return
    own = getattr(specification, field)
    first = next(iter(options.values()))
    given = tuple(first) if isinstance(first, list) else first
    if isinstance(own, tuple) and isinstance(given, str):
        given = (given,)
    if given != own:
        breaches.add(
            f"{field}: the first option {describe_option(first)!r} is not the specification's own "
            f"{describe_option(own)!r}",
            remedy="name the main option first",
        )


def _check_family(
    specification: Specification, read: dict[str, dict[str, object]], breaches: Breaches
) -> None:
    scale, _ = name_scale(specification)
    for option in read.get("family", {}).values():
        family: Any = option
        try:
            other, _ = name_scale(replace(specification, family=family))
        except SpecificationError as error:
            breaches.add(f"family {option!r}: {error}")
            continue
        if other != scale:
            breaches.add(
                f"family {option!r} gives a {other.lower()}, {specification.family!r} a "
                f"{scale.lower()}",
                remedy="make one multiverse for each scale",
            )
