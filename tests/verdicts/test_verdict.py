import math
from dataclasses import replace

import pytest

from pkstats.checks.multiple_testing import adjust
from pkstats.errors import SpecificationError
from pkstats.families import hypothesis
from pkstats.families.robustness.designs import MISSIONS
from pkstats.verdicts import Bar, Evidence, Strength
from pkstats.verdicts.ruling import rule
from pkstats.verdicts.verdict import judge_family

STRONG = Strength(
    model="total-incident-days",
    estimate=0.6,
    p_value=0.02,
    interval_95=(0.2, 1.0),
    interval_90=(0.25, 0.95),
    randomization_p=0.004,
    gate_passes=True,
    gate_reasons=(),
    sign_stable=True,
    left_out="no change of sign",
)
CONTROLS = Bar(
    condition="No negative control explains the effect",
    value="accident: uninformative",
    threshold="not 'explains'",
    clear=True,
)
STEPS = Bar(
    condition="Past attacks do not predict steps",
    value="past attacks do not predict steps",
    threshold="p of 0.10 or more",
    clear=True,
)
Q = {"primary": 0.01, "never-reset": 0.01, "always-reset": 0.01}


@pytest.fixture
def strong():
    return Evidence(
        hypothesis=hypothesis("H1-robustness-attacks"),
        design=MISSIONS,
        primary=STRONG,
        variants={"never-reset": STRONG, "always-reset": STRONG},
        rows=3000,
        events=200,
        smallest_effect=0.22,
        bars=(CONTROLS, STEPS),
        same_sign_share=0.95,
    )


def own(evidence, *, name="X-own", family="X", **changes):
    """The same evidence on a hypothesis that nothing has frozen."""
    declared = replace(evidence.hypothesis, name=name, family=family, **changes)
    return replace(evidence, hypothesis=declared)


def mirror(strength):
    return replace(
        strength,
        estimate=-strength.estimate,
        interval_95=tuple(-v for v in reversed(strength.interval_95)),
        interval_90=tuple(-v for v in reversed(strength.interval_90)),
    )


def with_strength(evidence, **changes):
    changed = replace(evidence.primary, **changes)
    return replace(evidence, primary=changed, variants=dict.fromkeys(evidence.variants, changed))


def test_strong_evidence_is_supported_and_its_mirror_contradicted(strong):
    assert rule(strong, q_values=Q).ruling == "supported"
    opposite = replace(
        strong, primary=mirror(STRONG), variants={n: mirror(STRONG) for n in strong.variants}
    )
    assert rule(opposite, q_values=Q).ruling == "contradicted"


@pytest.mark.parametrize(
    "changes",
    [
        {"p_value": 0.2},
        {"p_value": math.nan, "note": "undefined without Mali"},
        {"sign_stable": False},
    ],
)
def test_one_weak_number_leaves_the_ruling_open(strong, changes):
    assert rule(with_strength(strong, **changes), q_values=Q).ruling == "inconclusive"


def test_a_large_q_leaves_the_ruling_open(strong):
    assert rule(strong, q_values=dict.fromkeys(Q, 0.06)).ruling == "inconclusive"


@pytest.mark.parametrize("place", [0, 1])
def test_a_bar_that_is_not_clear_stops_supported(strong, place):
    bars = list(strong.bars)
    bars[place] = replace(bars[place], clear=False)
    assert rule(replace(strong, bars=tuple(bars)), q_values=Q).ruling == "inconclusive"


@pytest.mark.parametrize(
    ("cap", "ruling", "mirrored"),
    [
        ("proxy", "consistent with (proxy)", "not consistent with (proxy)"),
        ("describes", "describes Council language", "describes Council language"),
    ],
)
def test_a_capped_hypothesis_never_says_more_than_its_outcome(strong, cap, ruling, mirrored):
    capped = replace(strong, hypothesis=replace(own(strong).hypothesis, cap=cap))
    verdict = rule(capped, q_values=Q)
    assert verdict.ruling == ruling
    assert verdict.reason.startswith("supported on the outcome measured")
    assert "supported" not in verdict.attainable and ruling in verdict.attainable
    opposite = replace(
        capped, primary=mirror(STRONG), variants={n: mirror(STRONG) for n in strong.variants}
    )
    assert rule(opposite, q_values=Q).ruling == mirrored


def test_the_gate_comes_before_any_p_value(strong):
    verdict = rule(
        with_strength(strong, gate_passes=False, gate_reasons=("3 switching hosts",)), q_values=Q
    )
    assert verdict.ruling == "not identified"
    assert "3 switching hosts" in verdict.reason


def test_no_events_is_not_testable_even_when_the_gate_fails(strong):
    empty = replace(with_strength(strong, gate_passes=False), events=0)
    assert rule(empty, q_values=Q).ruling == "not testable"


def test_a_narrow_interval_is_negligible(strong):
    narrow = with_strength(
        strong, estimate=0.02, p_value=0.7, interval_95=(-0.1, 0.14), interval_90=(-0.08, 0.12)
    )
    assert rule(narrow, q_values=dict.fromkeys(Q, 0.8)).ruling == "negligible"


def test_an_undefined_interval_is_never_negligible(strong):
    undefined = with_strength(
        strong, p_value=math.nan, interval_95=(math.nan,) * 2, interval_90=(math.nan,) * 2
    )
    assert rule(undefined, q_values=Q).ruling == "inconclusive"


@pytest.mark.parametrize("share", [None, 0.6])
def test_a_missing_or_divided_multiverse_downgrades(strong, share):
    verdict = rule(replace(strong, same_sign_share=share), q_values=Q)
    assert verdict.ruling == "inconclusive"
    assert verdict.reason.startswith("would be supported, but")


def test_a_reset_variant_that_disagrees_downgrades(strong):
    weak = replace(STRONG, p_value=0.5)
    verdict = rule(replace(strong, variants={"never-reset": weak}), q_values=Q)
    assert verdict.ruling == "inconclusive"
    assert "never-reset: inconclusive" in verdict.reason


def test_a_missing_input_is_told_among_the_attainable_rulings(strong):
    assert "supported" in rule(strong, q_values=Q).attainable
    missing = rule(replace(strong, bars=(CONTROLS, replace(STEPS, clear=None))), q_values=Q)
    assert missing.attainable == ("inconclusive", "not identified", "not testable")
    assert missing.ruling == "inconclusive"


def test_a_family_corrects_and_keeps_its_unidentified_member(strong):
    other = replace(
        with_strength(strong, gate_passes=False, gate_reasons=("few switch",)),
        hypothesis=hypothesis("H1-robustness-risk"),
    )
    borderline = with_strength(strong, randomization_p=0.04)
    family = judge_family({"a": borderline, "b": other})
    assert family["a"].q_value == pytest.approx(0.08)
    assert family["a"].ruling == "inconclusive"
    assert family["b"].ruling == "not identified"


def test_adjustment_names_what_is_no_p_value():
    with pytest.raises(SpecificationError, match="a, c"):
        adjust({"a": math.nan, "b": 0.1, "c": 1.2})


def test_yekutieli_is_never_below_hochberg():
    p_values = {"a": 0.01, "b": 0.02, "c": 0.3}
    hochberg, yekutieli = adjust(p_values), adjust(p_values, method="by")
    assert all(yekutieli[name] >= hochberg[name] for name in p_values)
    assert hochberg["a"] == pytest.approx(0.03)


def test_a_verdict_shows_itself(strong):
    verdict = rule(strong, q_values=Q)
    assert "supported" in str(verdict)
    assert "<table" in verdict._repr_html_()
    assert verdict.row()["ruling"] == "supported"
    assert set(verdict.tidy()["outcome"]) == {"met", "not met"}


def test_a_gated_hypothesis_waits_for_its_gate(strong):
    gated = own(strong, name="X-gated", family="X-gated", gated_by="X")
    opened = judge_family({"a": own(strong)})
    assert opened["a"].q_value < 0.05
    assert judge_family({"b": gated}, opening=opened)["b"].ruling == "supported"
    weak = judge_family({"a": own(with_strength(strong, randomization_p=0.4))})
    closed = judge_family({"b": gated}, opening=weak)["b"]
    assert closed.ruling == "inconclusive"
    assert any("family X is decided first" in s.condition for s in closed.steps)
    assert judge_family({"b": gated})["b"].ruling == "inconclusive"
