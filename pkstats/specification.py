"""Specification and Inference: what is to be estimated, as pure data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from pkstats.errors import Breaches, SpecificationError, name_some

Family = Literal["linear", "poisson", "negative_binomial", "logit", "duration"]
Estimator = Literal["pooled", "within", "random", "first_difference", "iv"]
ExposureAs = Literal["offset", "regressor"]
Missing = Literal["raise", "drop"]
Method = Literal["CRV1", "CRV3"]
SmallSample = Literal["house", "stata_ml", "none"]


@dataclass(frozen=True, kw_only=True)
class Inference:
    """How standard errors are made; :mod:`pkstats.inference` states the convention.

    Parameters
    ----------
    cluster : str
        Column whose values share shocks.
    method : {"CRV3", "CRV1"}
        Cluster jackknife by exact refits, or the sandwich of cluster scores.
    small_sample : {"house", "stata_ml", "none"}
        Factor on the sandwich (CRV1).

    Raises
    ------
    SpecificationError
        Lists every option that does not exist.
    """

    cluster: str
    method: Method = "CRV3"
    small_sample: SmallSample = "house"

    def __post_init__(self) -> None:
        breaches = Breaches("Inference")
        _check_name(self.cluster, "cluster", breaches)
        _check_option(self.method, "method", get_args(Method), breaches)
        _check_option(self.small_sample, "small_sample", get_args(SmallSample), breaches)
        breaches.raise_as(SpecificationError)


@dataclass(frozen=True, kw_only=True)
class Specification:
    r"""One model: outcome, treatment and what is held constant.

    For ``family="poisson"``, with unit :math:`i` and time :math:`t`,

    .. math:: E[y_{it}] = E_{it} \exp(\beta x_{it} + \gamma' z_{it} + \alpha_i + \delta_t)

    and so for ``negative_binomial``; ``linear`` has the bracket itself as its mean, ``logit`` as
    its log odds.

    Parameters
    ----------
    outcome, treatment : str
        Columns; the treatment is the term that tests, leverage and leave-one-out speak of.
    controls : tuple of str
        Further regressors. A transformed or lagged control is a column of the panel.
    effects : tuple of str
        Columns whose levels are absorbed; empty for an intercept alone.
    exposure : str, optional
        Column in levels; the engine takes its logarithm. As an offset it needs a log link
        (poisson, negative_binomial).
    exposure_as : {"offset", "regressor"}
        Coefficient fixed at one, or free.
    family : {"linear", "poisson", "negative_binomial", "logit", "duration"}
        Distribution of the outcome. ``negative_binomial`` estimates its dispersion alpha, variance
        = mean + alpha mean^2; ``logit`` takes zero and one and, like it, fits effects as indicator
        columns; ``duration`` has no engine yet and is refused.
    estimator : {"within", "pooled", "random", "first_difference", "iv"}
        Use of the panel. ``within`` absorbs ``effects``. The others are for ``linear`` and take no
        effects: ``pooled`` has an intercept, ``random`` an intercept and a random effect of the
        panel's unit, ``first_difference`` neither, on changes between adjacent periods. ``iv`` has
        no engine yet and is refused.
    inference : Inference
        Standard errors.
    missing : {"raise", "drop"}
        Rows with a missing model column stop the estimate, or are dropped and counted.

    Raises
    ------
    SpecificationError
        Lists every breach: unknown option, repeated column, name that is no text.
    """

    outcome: str
    treatment: str
    controls: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    exposure: str | None = None
    exposure_as: ExposureAs = "offset"
    family: Family
    estimator: Estimator = "within"
    inference: Inference
    missing: Missing = "raise"

    def __post_init__(self) -> None:
        breaches = Breaches("Specification")
        for field in ("controls", "effects"):
            value = getattr(self, field)
            object.__setattr__(self, field, (value,) if isinstance(value, str) else tuple(value))
            for name in getattr(self, field):
                _check_name(name, field, breaches)
        for field in ("outcome", "treatment"):
            _check_name(getattr(self, field), field, breaches)
        if self.exposure is not None:
            _check_name(self.exposure, "exposure", breaches)
        self._check_roles(breaches)
        for field, options in _OPTIONS.items():
            _check_option(getattr(self, field), field, options, breaches)
        inference: object = self.inference
        if not isinstance(inference, Inference):
            breaches.add("inference is no Inference", remedy="inference=Inference(cluster=...)")
        breaches.raise_as(SpecificationError)

    def _check_roles(self, breaches: Breaches) -> None:
        columns = [self.outcome, self.treatment, *self.controls]
        if self.exposure is not None:
            columns.append(self.exposure)
        repeated = sorted({str(c) for c in columns if columns.count(c) > 1})
        if repeated:
            breaches.add(f"columns with two roles: {name_some(repeated)}", remedy="keep one role")
        twice = sorted({str(e) for e in self.effects if self.effects.count(e) > 1})
        if twice:
            breaches.add(f"effects named twice: {name_some(twice)}", remedy="name each once")

    @classmethod
    def from_formula(cls, formula: str, **options: Any) -> Specification:
        """Read ``"y ~ x + z | mission + year"``; the first regressor is the treatment.

        Parameters
        ----------
        formula : str
            Plain column names; effects follow the bar. Parsed by formulaic.
        **options
            The other fields of :class:`Specification`.

        Raises
        ------
        SpecificationError
            The formula is no formula, has no treatment, or holds a function or an interaction.
        """
        outcome, regressors, effects = _parse(formula)
        unknown = sorted(set(options) - {f.name for f in fields(cls)})
        given = sorted(set(options) & {"outcome", "treatment", "controls", "effects"})
        breaches = Breaches(f"formula {formula!r}")
        if unknown:
            breaches.add(f"options that do not exist: {name_some(unknown)}")
        if given:
            breaches.add(f"options that the formula already gives: {name_some(given)}")
        breaches.raise_as(SpecificationError)
        return cls(
            outcome=outcome,
            treatment=regressors[0],
            controls=tuple(regressors[1:]),
            effects=tuple(effects),
            **options,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the model reads, each once."""
        exposure = () if self.exposure is None else (self.exposure,)
        named = (self.outcome, self.treatment, *self.controls, *exposure, *self.effects)
        return tuple(dict.fromkeys((*named, self.inference.cluster)))

    def to_dict(self) -> dict[str, Any]:
        """Fields as plain data, for hashing and manifests."""
        return asdict(self)


_OPTIONS = {
    "exposure_as": get_args(ExposureAs),
    "family": get_args(Family),
    "estimator": get_args(Estimator),
    "missing": get_args(Missing),
}


def _check_option(value: object, field: str, options: tuple[str, ...], breaches: Breaches) -> None:
    if value not in options:
        breaches.add(f"{field}={value!r} does not exist", remedy=f"one of {', '.join(options)}")


def _check_name(value: object, field: str, breaches: Breaches) -> None:
    if not isinstance(value, str) or not value:
        breaches.add(f"{field}: {value!r} is no column name", remedy="give a text")


def _parse(formula: str) -> tuple[str, list[str], list[str]]:
    """Outcome, regressors and effects of a formula of plain column names."""
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    breaches = Breaches(f"formula {formula!r}")
    try:
        parsed = DefaultFormulaParser(include_intercept=False).get_terms(formula)
        left = _plain(getattr(parsed, "lhs", ()), breaches)
        right = getattr(parsed, "rhs", ())
    except (FormulaicError, SyntaxError, ValueError) as error:
        raise SpecificationError(
            f"formula {formula!r}: {error}. Remedy: 'y ~ x + z | mission'"
        ) from error
    parts = list(right) if isinstance(right, tuple) else [right]
    regressors = _plain(parts[0], breaches) if parts else []
    effects = _plain(parts[1], breaches) if len(parts) > 1 else []
    if len(left) != 1:
        breaches.add("needs exactly one outcome", remedy="'y ~ x + z | mission + year'")
    if not regressors:
        breaches.add("has no treatment", remedy="name it first on the right")
    if len(parts) > 2:
        breaches.add("has more than one bar", remedy="instruments are not served")
    breaches.raise_as(SpecificationError)
    return left[0], regressors, effects


def _plain(terms: Any, breaches: Breaches) -> list[str]:
    names = []
    for term in terms or ():
        factors = list(term.factors)
        if len(factors) != 1 or factors[0].eval_method.value != "lookup":
            breaches.add(
                f"{term} is no plain column", remedy="make it a column of the panel and name that"
            )
        else:
            names.append(str(factors[0].expr))
    return names
