"""Specification and Inference: what is to be estimated, as pure data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from pkstats.errors import Breaches, SpecificationError, name_some

ModelFamily = Literal["linear", "poisson", "negative_binomial", "logit", "duration"]
Estimator = Literal[
    "pooled", "within", "random", "first_difference", "iv", "mixed", "discrete_time", "cox"
]  # fmt: skip
Link = Literal["logit", "complementary_log_log"]
Ties = Literal["efron", "breslow"]
Varying = Literal["intercept", "slope"]
ExposureAs = Literal["offset", "regressor"]
Missing = Literal["raise", "drop"]
Method = Literal["CRV1", "CRV2", "CRV3"]
SmallSample = Literal["house", "stata_ml", "none"]


@dataclass(frozen=True, kw_only=True)
class Inference:
    """How standard errors are made; :mod:`pkstats.estimation.inference` states the convention.

    Parameters
    ----------
    cluster : str
        Column whose values share shocks.
    method : {"CRV3", "CRV2", "CRV1"}
        Cluster jackknife by exact refits, the sandwich of bias-reduced cluster scores with
        Satterthwaite's degrees of freedom, or the plain sandwich of cluster scores.
    small_sample : {"house", "stata_ml", "none"}
        Factor on the plain sandwich (CRV1); the other methods take none.

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
        if self.method in ("CRV2", "CRV3") and self.small_sample != "house":
            breaches.add(
                f"small_sample={self.small_sample!r} is a factor of CRV1, not of {self.method}",
                remedy="method='CRV1', or leave small_sample out",
            )
        breaches.raise_as(SpecificationError)

    @property
    def plain(self) -> Inference:
        """The plain sandwich of the same clusters, under the house factor."""
        return Inference(cluster=self.cluster, method="CRV1")


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
        columns; ``duration`` takes zero and one, the event that ends a spell.
    estimator : str
        Use of the panel; :func:`list_served` prints what each family serves.
        ``within`` absorbs ``effects``; ``pooled`` has an intercept, ``random`` an intercept and a
        random effect of the panel's unit, ``first_difference`` neither, on changes between
        adjacent periods. ``iv`` is two-stage least squares of the treatment on ``instruments``,
        within ``effects``. ``mixed`` draws an intercept for each unit from a normal distribution
        and holds ``effects`` as fixed indicators. ``discrete_time`` and ``cox`` are for
        ``duration``: rows are the unit-periods at risk, and time since entry counts calendar
        periods from the first row of the spell in the panel (one there). Effects of ``cox`` are
        strata: each combination of levels has its own baseline hazard.
    inference : Inference
        Standard errors.
    missing : {"raise", "drop"}
        Rows with a missing model column stop the estimate, or are dropped and counted.
    instruments : tuple of str
        Excluded instruments of the treatment (``iv``).
    varying : {"intercept", "slope"}
        What each unit has of its own in a ``mixed`` model: an intercept, or also a slope of the
        treatment, correlated with it.
    spell : str, optional
        Column that tells the spells of a unit apart (``duration``); without it each unit is one.
    link : {"logit", "complementary_log_log"}
        Of a ``discrete_time`` hazard; the second gives hazard ratios in continuous time.
    baseline_degree : int
        Degree of the polynomial in time since entry that a ``discrete_time`` hazard adds (Carter
        and Signorino 2010); 0 leaves the baseline to ``effects``.
    ties : {"efron", "breslow"}
        Events of one time in a ``cox`` model.

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
    family: ModelFamily
    estimator: Estimator = "within"
    inference: Inference
    missing: Missing = "raise"
    instruments: tuple[str, ...] = field(default=(), metadata={"since": 2})
    varying: Varying = field(default="intercept", metadata={"since": 2})
    spell: str | None = field(default=None, metadata={"since": 2})
    link: Link = field(default="logit", metadata={"since": 2})
    baseline_degree: int = field(default=3, metadata={"since": 2})
    ties: Ties = field(default="efron", metadata={"since": 2})

    def __post_init__(self) -> None:
        breaches = Breaches("Specification")
        for part in ("controls", "effects", "instruments"):
            value = getattr(self, part)
            object.__setattr__(self, part, (value,) if isinstance(value, str) else tuple(value))
            for name in getattr(self, part):
                _check_name(name, part, breaches)
        for part in ("outcome", "treatment"):
            _check_name(getattr(self, part), part, breaches)
        for part in ("exposure", "spell"):
            if getattr(self, part) is not None:
                _check_name(getattr(self, part), part, breaches)
        self._check_roles(breaches)
        for part, options in _OPTIONS.items():
            _check_option(getattr(self, part), part, options, breaches)
        degree: object = self.baseline_degree
        if not isinstance(degree, int) or isinstance(degree, bool) or not 0 <= degree <= 6:
            breaches.add(f"baseline_degree={degree!r} does not exist", remedy="0 to 6")
        inference: object = self.inference
        if not isinstance(inference, Inference):
            breaches.add("inference is no Inference", remedy="inference=Inference(cluster=...)")
        breaches.raise_as(SpecificationError)

    def _check_roles(self, breaches: Breaches) -> None:
        columns = [self.outcome, self.treatment, *self.controls, *self.instruments]
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
            Plain column names; effects follow the bar, and instruments the next:
            ``"y ~ x + w | mission + year | x ~ z"``, or ``"y ~ x + w | x ~ z"`` without effects,
            which sets ``estimator="iv"``. Parsed by formulaic.
        **options
            The other fields of :class:`Specification`.

        Raises
        ------
        SpecificationError
            The formula is no formula, has no treatment, or holds a function or an interaction.
        """
        main, instruments = _split_instruments(formula)
        outcome, regressors, effects = _parse(main)
        read: dict[str, Any] = {
            "outcome": outcome,
            "treatment": regressors[0],
            "controls": tuple(regressors[1:]),
            "effects": tuple(effects),
        }
        if instruments:
            endogenous, *_ = found = _parse(instruments)
            read |= {"instruments": tuple(found[1]), "estimator": "iv"}
        unknown = sorted(set(options) - {f.name for f in fields(cls)})
        given = sorted(set(options) & set(read))
        breaches = Breaches(f"formula {formula!r}")
        if instruments and endogenous != regressors[0]:
            breaches.add(
                f"instruments {endogenous!r}, but the treatment is {regressors[0]!r}",
                remedy="name the instrumented treatment first on the right",
            )
        if unknown:
            breaches.add(f"options that do not exist: {name_some(unknown)}")
        if given:
            breaches.add(f"options that the formula already gives: {name_some(given)}")
        breaches.raise_as(SpecificationError)
        return cls(**read, **options)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the model reads, each once."""
        exposure = () if self.exposure is None else (self.exposure,)
        named = (self.outcome, self.treatment, *self.controls, *self.instruments, *exposure)
        spell = () if self.spell is None else (self.spell,)
        return tuple(dict.fromkeys((*named, *self.effects, *spell, self.inference.cluster)))

    def to_dict(self) -> dict[str, Any]:
        """Fields as plain data, for hashing and manifests."""
        return asdict(self)


_OPTIONS = {
    "exposure_as": get_args(ExposureAs),
    "family": get_args(ModelFamily),
    "estimator": get_args(Estimator),
    "missing": get_args(Missing),
    "varying": get_args(Varying),
    "link": get_args(Link),
    "ties": get_args(Ties),
}


def _check_option(value: object, field: str, options: tuple[str, ...], breaches: Breaches) -> None:
    if value not in options:
        breaches.add(f"{field}={value!r} does not exist", remedy=f"one of {', '.join(options)}")


def _check_name(value: object, field: str, breaches: Breaches) -> None:
    if not isinstance(value, str) or not value:
        breaches.add(f"{field}: {value!r} is no column name", remedy="give a text")


def _split_instruments(formula: str) -> tuple[str, str]:
    """The formula without its last part, and that part if it has a tilde of its own."""
    main, bar, last = formula.rpartition("|")
    return (main, last) if bar and "~" in last and "~" in main else (formula, "")


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
        breaches.add("has more than one bar", remedy="instruments follow as 'x ~ z'")
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
