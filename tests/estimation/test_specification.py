import dataclasses

import pytest

from pkstats.errors import SpecificationError
from pkstats.estimation.specification import Inference, Specification

BY_HOST = Inference(cluster="host")


def test_formula_reads_treatment_controls_and_effects() -> None:
    found = Specification.from_formula(
        "y ~ z + a + x | mission + year", family="poisson", inference=BY_HOST, exposure="personnel"
    )
    assert (found.outcome, found.treatment) == ("y", "z")
    assert found.controls == ("a", "x")
    assert found.effects == ("mission", "year")
    assert found.columns == ("y", "z", "a", "x", "personnel", "mission", "year", "host")


def test_formula_without_effects() -> None:
    found = Specification.from_formula("y ~ x", family="poisson", inference=BY_HOST)
    assert found.effects == found.controls == ()


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ log(x) + z | m", "log.x. is no plain column"),
        ("y ~ x + a:b | m", "a:b is no plain column"),
        ("~ x", "exactly one outcome"),
        ("y + u ~ x", "exactly one outcome"),
        ("y ~ | m", "formula"),
        ("y ~ 1 | m", "no treatment"),
        ("y ~ x | a | b", "more than one bar"),
        ("((", "formula"),
    ],
)
def test_formula_refuses_what_is_no_plain_model(formula: str, message: str) -> None:
    with pytest.raises(SpecificationError, match=message):
        Specification.from_formula(formula, family="poisson", inference=BY_HOST)


def test_formula_refuses_options_it_gives_itself_and_unknown_ones() -> None:
    with pytest.raises(SpecificationError) as caught:
        Specification.from_formula(
            "y ~ x", family="poisson", inference=BY_HOST, controls=("z",), weights="w"
        )
    assert "2 breaches" in str(caught.value)
    assert "weights" in str(caught.value)
    assert "controls" in str(caught.value)


def test_every_breach_in_one_message() -> None:
    with pytest.raises(SpecificationError) as caught:
        Specification(
            outcome="y",
            treatment="x",
            controls=("x",),
            effects=("year", "year"),
            exposure_as="weight",
            family="probit",
            estimator="matching",
            missing="zero",
            inference="host",
        )
    for word in ("7 breaches", "two roles: x", "named twice: year", "'weight'", "'probit'",
                 "'matching'", "'zero'", "no Inference", "one of linear, poisson"):  # fmt: skip
        assert word in str(caught.value)


def test_inference_refuses_unknown_options() -> None:
    with pytest.raises(SpecificationError) as caught:
        Inference(cluster="", method="CRV4", small_sample="stata")
    for word in ("3 breaches", "CRV1, CRV2, CRV3", "house, stata_ml, none"):
        assert word in str(caught.value)


@pytest.mark.parametrize("method", ["CRV2", "CRV3"])
def test_small_sample_factor_of_another_method_is_refused(method: str) -> None:
    with pytest.raises(SpecificationError, match=f"factor of CRV1, not of {method}"):
        Inference(cluster="host", method=method, small_sample="stata_ml")


def test_frozen_and_plain() -> None:
    found = Specification(outcome="y", treatment="x", effects="m", family="poisson",
                          inference=BY_HOST)  # fmt: skip
    assert found.effects == ("m",)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.outcome = "z"
    assert found.to_dict()["inference"]["method"] == "CRV3"
    assert hash(found) == hash(dataclasses.replace(found))


def test_formula_reads_instruments() -> None:
    found = Specification.from_formula(
        "y ~ x + w | mission + year | x ~ z + v", family="linear", inference=BY_HOST
    )
    assert (found.estimator, found.treatment, found.controls) == ("iv", "x", ("w",))
    assert (found.effects, found.instruments) == (("mission", "year"), ("z", "v"))
    assert found.columns == ("y", "x", "w", "z", "v", "mission", "year", "host")
    bare = Specification.from_formula("y ~ x | x ~ z", family="linear", inference=BY_HOST)
    assert (bare.estimator, bare.effects, bare.instruments) == ("iv", (), ("z",))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ x + w | mission | w ~ z", "instruments 'w', but the treatment is 'x'"),
        ("y ~ x | mission | x ~", "formula"),
        ("y ~ x | mission | x ~ log(z)", "log.z. is no plain column"),
        ("y ~ x | mission | x ~ x", "two roles: x"),
    ],
)
def test_formula_refuses_instruments_of_nothing(formula: str, message: str) -> None:
    with pytest.raises(SpecificationError, match=message):
        Specification.from_formula(formula, family="linear", inference=BY_HOST)


def test_fields_of_single_engines_are_checked_and_have_no_part_in_older_declarations() -> None:
    with pytest.raises(SpecificationError) as caught:
        Specification(
            outcome="y", treatment="x", family="duration", inference=BY_HOST, spell="",
            link="probit", ties="exact", varying="all", baseline_degree=9, instruments=(3,),
        )  # fmt: skip
    for word in ("6 breaches", "'probit'", "'exact'", "'all'", "baseline_degree=9", "spell: ''"):
        assert word in str(caught.value)
    later = {f.name for f in dataclasses.fields(Specification) if f.metadata.get("since") == 2}
    assert later == {"instruments", "varying", "spell", "link", "baseline_degree", "ties"}
