"""Misuse is raised, everywhere and before anything runs; a declared failure becomes a row."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats import errors
from pkstats.checks.influence import leave_one_out
from pkstats.checks.multiverse import Multiverse, multiverse, randomize_jointly
from pkstats.checks.negative_control import contrast_control
from pkstats.checks.randomization import aligned_histories, renewal_assignment
from pkstats.comparisons.case_study import Case, find_donors, interrupt, synthesize
from pkstats.comparisons.event_study import event_study
from pkstats.comparisons.ranking import rank_units
from pkstats.comparisons.staggered import staggered
from pkstats.comparisons.switches import list_switches
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import Breaches, EstimationError, SpecificationError
from pkstats.estimation.engines import numerical

SPECIFICATION = pk.Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=pk.Inference(cluster="host", method="CRV1"),
)
INSTRUMENTED = replace(
    SPECIFICATION, family="linear", estimator="iv", instruments=("z",), exposure=None
)
ENTERED = pk.Specification(
    outcome="control",
    treatment="risen",
    effects=("mission", "month"),
    family="linear",
    inference=pk.Inference(cluster="host", method="CRV1"),
)
CASE = Case(unit="U01", month="2002-01-01", outcome="deaths", exposure="personnel", steps="risen")
#: What may be misspelt in a specification.
COLUMNS: dict[str, tuple[dict, str]] = {
    "outcome": ({"outcome": "deahts"}, "deahts"),
    "treatment": ({"treatment": "robustnes"}, "robustnes"),
    "control": ({"controls": ("contrl",)}, "contrl"),
    "effect": ({"effects": ("mision", "year")}, "mision"),
    "exposure": ({"exposure": "personel"}, "personel"),
    "cluster": ({"inference": pk.Inference(cluster="hots", method="CRV1")}, "hots"),
}
#: Entry points that estimate a specification on a panel.
ENTRIES: dict[str, Callable[[pk.Specification, pk.Panel], object]] = {
    "estimate": pk.estimate,
    "preview_gate": pk.preview_gate,
    "event_study": lambda s, p: event_study(s, p, leads=1, lags=1, width=12),
    "contrast_control": lambda s, p: contrast_control(s, p, control="accidents", smallest_effect=1),
    "Multiverse": lambda s, p: Multiverse(s, {"controls": [s.controls, ()]}).run(p),
    "randomize_jointly": lambda s, p: randomize_jointly(
        Multiverse(s, {"controls": [s.controls, ()]}), p, lambda _: None, draws=9, seed=1
    ),
}


@pytest.fixture(scope="module")
def panel() -> pk.Panel:
    frame = simulate_panel(seed=3, exposed=True).frame
    rng = np.random.default_rng(3)
    frame = frame.assign(
        z=frame["robustness"] + rng.normal(size=len(frame)),
        accidents=rng.poisson(0.4, len(frame)),
        risen=(frame["robustness"] > frame.groupby("mission")["robustness"].transform("min")) * 1.0,
        word="a",
    )
    return pk.Panel.from_frame(frame, unit="mission", time="month")


@pytest.fixture(scope="module")
def found(panel: pk.Panel) -> pk.Estimate:
    return pk.estimate(SPECIFICATION, panel)


def refuse(call: Callable[[], object], *words: str) -> None:
    """The call raises misuse that names the words, and no code could take it for a finding."""
    with pytest.raises(SpecificationError) as caught:
        call()
    assert not isinstance(caught.value, EstimationError)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_misspelt_column_is_raised(panel: pk.Panel, entry: str, column: str) -> None:
    change, words = COLUMNS[column]
    refuse(lambda: ENTRIES[entry](replace(SPECIFICATION, **change), panel), words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"controls": ("word",)}, "is of type"),
        ({"controls": ("holed",)}, "'holed' is missing in 1 rows"),
        ({"outcome": "debt"}, "negative"),
        ({"outcome": "half"}, "fractional"),
        ({"exposure": "none"}, "is 0"),
        ({"controls": ("endless",)}, "infinite"),
    ],
    ids=["word", "missing", "negative", "fractional", "no exposure", "infinite"],
)
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_column_that_is_not_what_it_is_taken_for_is_raised(
    panel: pk.Panel, entry: str, change: dict, words: str
) -> None:
    frame = panel.frame.assign(
        debt=panel.frame["deaths"] - 1, half=panel.frame["deaths"] / 2, holed=1.0, none=0.0,
        endless=1.0,
    )  # fmt: skip
    frame.loc[5, "holed"], frame.loc[5, "endless"] = np.nan, np.inf
    own = replace(panel, frame=frame)
    refuse(lambda: ENTRIES[entry](replace(SPECIFICATION, **change), own), words)


def test_instruments_and_options_are_held_against_panel_and_engine(panel: pk.Panel) -> None:
    refuse(lambda: pk.estimate(replace(INSTRUMENTED, instruments=("zz",)), panel), "'zz'")
    choices = {"instruments": [("z",), ("zz",)]}
    refuse(lambda: Multiverse(INSTRUMENTED, choices).run(panel), "'zz'")
    methods = {"inference": [SPECIFICATION.inference, pk.Inference(cluster="host", method="CRV2")]}
    negative = replace(SPECIFICATION, family="negative_binomial")
    refuse(lambda: Multiverse(negative, methods).run(panel), "method 'CRV2' is not served")


def test_a_multiverse_names_every_breach_before_anything_is_estimated(
    panel: pk.Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("estimated before it was checked")

    monkeypatch.setattr(multiverse, "estimate", never)
    choices = {
        "controls": [("control",), ("contrl",), ("z", "word")],
        "effects": [("mission", "year"), ("mission", "yaer")],
        "inference": [SPECIFICATION.inference, pk.Inference(cluster="hots", method="CRV1")],
        "sample": {"all": "", "odd": "no such thing", "misspelt": "yaer > 2001"},
    }
    words = ("'contrl'", "'word' is of type", "'yaer'", "'hots'", "no such thing", "yaer > 2001")
    refuse(lambda: Multiverse(SPECIFICATION, choices).run(panel), "6 breaches", *words)


def test_combinations_that_are_no_specification_are_all_named(panel: pk.Panel) -> None:
    choices = {"controls": [("control",), ("z",)], "outcome": ["deaths", "z", "control"]}
    combined = Multiverse(SPECIFICATION, choices)
    refuse(lambda: combined.run(panel), "2 breaches", "control, control", "z, z")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p, e: leave_one_out(e, by="hots"), "'hots'"),
        (lambda p, e: aligned_histories(p, treatment="robustnes"), "'robustnes'"),
        (lambda p, e: aligned_histories(p, treatment="robustness", strata=("era",)), "'era'"),
        (lambda p, e: renewal_assignment(p, treatment="robustness", renewal="new"), "'new'"),
        (lambda p, e: pk.randomize(e, lambda rng: np.ones(3), draws=9, seed=1), "shape"),
        (
            lambda p, e: pk.randomize(
                e, aligned_histories(p, treatment="z", lag=0), draws=9, seed=1
            ),
            "differs from 'z'",
        ),
        (lambda p, e: pk.bootstrap(e, weights="normal", seed=1), "'normal'"),
        (lambda p, e: pk.identify(e, window=0), "window=0"),
        (lambda p, e: pk.identify(e, largest=2.0), "largest=2.0"),
        (lambda p, e: pk.preview_gate(SPECIFICATION, p, fewest=0), "fewest=0"),
        (lambda p, e: e.unit_effects(), "draws nothing by unit"),
        (lambda p, e: staggered(replace(ENTERED, controls=("contrl",)), p), "'contrl'"),
        (lambda p, e: staggered(replace(ENTERED, treatment="robustness"), p), "not zero or one"),
        (lambda p, e: contrast_control(
            SPECIFICATION, p, control="accident", smallest_effect=1), "accident"),
        (lambda p, e: find_donors(replace(CASE, outcome="deahts"), p), "'deahts'"),
        (lambda p, e: interrupt(replace(CASE, exposure="personel"), p), "'personel'"),
        (lambda p, e: interrupt(replace(CASE, unit="U99"), p), "'U99'"),
        (lambda p, e: synthesize(replace(CASE, month="spring"), p), "'spring'"),
        (lambda p, e: rank_units(p.frame, unit="mision", events="deaths", seed=1), "mision"),
        (lambda p, e: list_switches(p, ["risn"], outcomes=[], exposure="personnel"), "risn"),
        (lambda p, e: pk.romano_wolf({"a": 1.0}, np.ones((3, 2))), "2 columns"),
    ],
)  # fmt: skip
def test_misuse_of_every_other_entry_is_raised(
    panel: pk.Panel, found: pk.Estimate, call: Callable, words: str
) -> None:
    refuse(lambda: call(panel, found), words)


def test_one_breach_that_can_be_mended_makes_the_whole_message_misuse() -> None:
    breaches = Breaches("sample")
    breaches.add("empty", failure=errors.EmptySampleError)
    breaches.add("few", failure=errors.TooFewClustersError)
    with pytest.raises(errors.EmptySampleError, match="2 breaches"):
        breaches.raise_as(SpecificationError)
    breaches.add("column 'x' is not there")
    with pytest.raises(SpecificationError, match="3 breaches"):
        breaches.raise_as(SpecificationError)


FAILURES = {
    "empty": ("holed", {}, "the sample is empty"),
    "no variation": ("robustness", {"robustness": 1.0}, "never varies"),
    "absorbed": ("size", {}, "absorbed by the effects"),
    "separated": ("early", {}, "is separated"),
}


@pytest.fixture(scope="module")
def failing(panel: pk.Panel) -> pk.Panel:
    frame = panel.frame.assign(holed=np.nan, early=0.0)
    frame["size"] = frame["mission"].str[1:].astype(float)
    chosen = frame["mission"].isin(["U05", "U06"]) & (frame["month"].dt.month == 2)
    frame.loc[chosen, "early"] = 1.0
    frame.loc[chosen, ["deaths", "accidents"]] = 0
    return replace(panel, frame=frame)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_declared_failure_is_a_row_of_a_multiverse(failing: pk.Panel, failure: str) -> None:
    treatment, change, words = FAILURES[failure]
    own = replace(failing, frame=failing.frame.assign(**change))
    main = replace(SPECIFICATION, treatment=treatment, missing="drop")
    curve = Multiverse(main, {"controls": [("control",), ()]}).run(own)
    assert list(curve.table["status"]) == ["no estimate"] * 2
    assert curve.table["note"].str.contains(words).all()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_declared_failure_is_a_reason_of_a_negative_control(
    failing: pk.Panel, failure: str
) -> None:
    treatment, change, words = FAILURES[failure]
    own = replace(failing, frame=failing.frame.assign(**change))
    main = replace(SPECIFICATION, treatment=treatment, missing="drop")
    ruled = contrast_control(main, own, control="accidents", smallest_effect=0.1)
    assert (ruled.ruling, ruled.response) == ("uninformative", None)
    assert words in ruled.reason


def test_a_sample_without_rows_is_a_row_for_every_kind_of_outcome(panel: pk.Panel) -> None:
    frame = panel.frame.assign(any=(panel.frame["deaths"] > 0) * 1.0)
    numbers = (frame.groupby("mission")["any"].cumsum() - frame["any"]).astype(float)
    own = replace(panel, frame=frame.assign(spell=numbers))
    spells = replace(
        SPECIFICATION, outcome="any", family="duration", estimator="cox", spell="spell",
        effects=(), exposure=None,
    )  # fmt: skip
    for main in (SPECIFICATION, replace(SPECIFICATION, family="linear", exposure=None), spells):
        curve = Multiverse(main, {"sample": {"all": "", "none": "year > 2100"}}).run(own)
        assert curve.table["status"].iloc[1] == "no estimate"
        assert "sample is empty" in curve.table["note"].iloc[1]


def test_a_declared_failure_is_a_row_of_leave_one_out(panel: pk.Panel) -> None:
    frame = panel.frame.assign(only=panel.frame["robustness"])
    frame.loc[frame["host"] != "H03", "only"] = 0.0
    own = replace(panel, frame=frame)
    table = leave_one_out(pk.estimate(replace(SPECIFICATION, treatment="only"), own), by="host")
    lost = table[table["estimate"].isna()]
    assert list(lost["left_out"]) == ["H03"]
    assert lost["note"].str.startswith("undefined").all()


@pytest.mark.parametrize("bug", [KeyError("beta"), ValueError("axes do not match"), TypeError("x")])
def test_a_bug_inside_an_engine_is_raised(
    panel: pk.Panel, found: pk.Estimate, monkeypatch: pytest.MonkeyPatch, bug: Exception
) -> None:
    from pkstats.estimation.engines import settled

    def fail(*_: object, **__: object) -> None:
        raise bug

    monkeypatch.setattr(settled, "drop_levels", fail)
    curve = Multiverse(SPECIFICATION, {"controls": [("control",), ()]})
    calls: list[Callable[[], object]] = [
        lambda: curve.run(panel),
        lambda: leave_one_out(found, by="host"),
        lambda: contrast_control(SPECIFICATION, panel, control="accidents", smallest_effect=1),
        lambda: pk.preview_gate(SPECIFICATION, panel),
    ]
    for call in calls:
        with pytest.raises(type(bug)):
            call()


@pytest.mark.parametrize(
    ("family", "estimator", "library"),
    [
        ("logit", "within", "statsmodels.discrete.discrete_model.Logit.fit"),
        ("negative_binomial", "within", "statsmodels.discrete.discrete_model.NegativeBinomial.fit"),
        ("linear", "mixed", "statsmodels.regression.mixed_linear_model.MixedLM.fit"),
        ("linear", "random", "linearmodels.panel.RandomEffects.fit"),
        ("linear", "iv", "linearmodels.iv.IV2SLS.fit"),
        ("duration", "cox", "statsmodels.duration.hazard_regression.PHReg.fit"),
    ],
)
def test_a_library_is_believed_only_where_it_says_that_numbers_failed(
    panel: pk.Panel,
    monkeypatch: pytest.MonkeyPatch,
    family: str,
    estimator: str,
    library: str,
) -> None:
    rng = np.random.default_rng(5)
    frame = panel.frame.assign(deaths=rng.negative_binomial(1, 0.6, len(panel.frame)))
    if family in ("logit", "duration"):
        frame["deaths"] = frame["deaths"].clip(upper=1)
    before = frame.groupby("mission")["deaths"].cumsum() - frame["deaths"]
    own = replace(panel, frame=frame.assign(spell=before.astype(float)))
    asked = replace(
        SPECIFICATION, family=family, estimator=estimator, exposure=None,
        effects=("mission",) if estimator in ("within", "iv") else (),
        instruments=("z",) if estimator == "iv" else (),
        spell="spell" if family == "duration" else None,
    )  # fmt: skip
    pk.estimate(asked, own)

    def raising(error: Exception) -> Callable[..., None]:
        def fit(*_: object, **__: object) -> None:
            raise error

        return fit

    monkeypatch.setattr(library, raising(np.linalg.LinAlgError("Singular matrix")))
    with pytest.raises(EstimationError):
        pk.estimate(asked, own)
    bugs = (ValueError("operands could not be broadcast together"), KeyError("params"),
            np.linalg.LinAlgError("Last 2 dimensions of the array must be square"))  # fmt: skip
    for bug in bugs:
        monkeypatch.setattr(library, raising(bug))
        with pytest.raises(type(bug)):
            pk.estimate(asked, own)


def test_words_of_libraries_are_numerical_and_others_are_not() -> None:
    assert numerical.is_numerical(np.linalg.LinAlgError("Singular matrix"))
    assert numerical.is_numerical(ValueError("array must not contain infs or NaNs"))
    assert numerical.is_numerical(FloatingPointError("overflow encountered"))
    assert not numerical.is_numerical(ValueError("setting an array element with a sequence"))


def list_handlers() -> list[tuple[str, ast.ExceptHandler]]:
    root = Path(pk.__file__).parent
    return [
        (f"{file.relative_to(root)}:{node.lineno}", node)
        for room in ("estimation", "checks", "comparisons", "simulation", "verdicts")
        for file in sorted((root / room).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ExceptHandler)
    ]


def test_what_is_swallowed_is_a_declared_failure() -> None:
    """A handler that does not raise or note a breach catches declared failures alone.

    Kernels may take a generalised inverse where the plain one is singular.
    """
    declared = {n for n, c in vars(errors).items()
                if isinstance(c, type) and issubclass(c, EstimationError)}  # fmt: skip
    declared |= {"_NoPValueError"}
    wide, swallowing = [], 0
    for place, node in list_handlers():
        caught = set(ast.unparse(node.type).strip("()").split(", ")) if node.type else {"all"}
        inside = list(ast.walk(ast.Module(node.body, [])))
        raises = any(isinstance(part, ast.Raise) for part in inside)
        notes = any("breaches.add" in ast.unparse(p) for p in inside if isinstance(p, ast.Call))
        if raises or notes or (caught == {"LinAlgError"} and "kernels" in place):
            continue
        swallowing += 1
        if not caught <= declared:
            wide.append(f"{place} catches {sorted(caught)}")
    assert swallowing > 5
    assert not wide, "\n".join(wide)


def test_every_failure_has_its_own_class() -> None:
    root = Path(pk.__file__).parent
    bare = [
        f"{file.relative_to(root)}:{node.lineno}"
        for room in ("estimation", "checks", "comparisons", "simulation")
        for file in sorted((root / room).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) == "EstimationError"
            or (
                ast.unparse(node.func).endswith("raise_as")
                and ast.unparse(node.args[0]) == "EstimationError"
            )
        )
    ]
    assert not bare


def test_frames_are_left_as_they_are(panel: pk.Panel) -> None:
    before = panel.frame.copy()
    for entry in ENTRIES.values():
        with pytest.raises(SpecificationError):
            entry(replace(SPECIFICATION, controls=("contrl",)), panel)
    pd.testing.assert_frame_equal(panel.frame, before)
