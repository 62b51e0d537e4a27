import math
from dataclasses import replace

import pytest

from pkstats.checks.multiple_testing import adjust
from pkstats.errors import SpecificationError, UndefinedError
from pkstats.families import hypothesis
from pkstats.families.robustness.designs import MISSIONS
from pkstats.verdicts import Bar, Evidence, Strength
from pkstats.verdicts.ruling import rule
from pkstats.verdicts.threat import ANSWERING_STEPS, COMMON_CAUSE, fear, stands_against, weigh_bias
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


def bar(threat, *, open=(), found=()):
    return Bar(
        threat=threat,
        condition=f"something beside {threat}",
        value="",
        threshold="",
        open=frozenset(open),
        found=frozenset(found),
    )


CONTROLS, STEPS = bar(COMMON_CAUSE), bar(ANSWERING_STEPS)
Q = {"primary": 0.01, "never-reset": 0.01, "always-reset": 0.01}


@pytest.fixture
def frozen():
    """Strong evidence on a hypothesis that was judged before the rule was amended."""
    return Evidence(
        hypothesis=hypothesis("H1-robustness-attacks"),
        design=MISSIONS,
        primary=STRONG,
        variants={"never-reset": STRONG, "always-reset": STRONG},
        rows=3000,
        events=200,
        smallest_effect=0.22,
        bars=(CONTROLS, STEPS),
        turning=(),
        same_sign_share=0.95,
    )


@pytest.fixture
def strong(frozen):
    return own(frozen)


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
@pytest.mark.parametrize("state", ["open", "found"])
def test_an_upward_bias_stops_supported_and_a_downward_one_contradicted(strong, place, state):
    threat = strong.bars[place].threat
    opposite = replace(
        strong, primary=mirror(STRONG), variants={n: mirror(STRONG) for n in strong.variants}
    )

    def judge(evidence, direction):
        given = {"open": {direction}} | ({state: {direction}} if state == "found" else {})
        bars = list(evidence.bars)
        bars[place] = bar(threat, **given)
        return rule(replace(own(evidence), bars=tuple(bars)), q_values=Q).ruling

    assert judge(strong, 1) == "inconclusive" and judge(strong, -1) == "supported"
    assert judge(opposite, -1) == "inconclusive" and judge(opposite, 1) == "contradicted"


@pytest.mark.parametrize("direction", [1, -1])
def test_a_bias_in_either_direction_stops_negligible(strong, direction):
    narrow = with_strength(own(strong), estimate=0.02, p_value=0.7, interval_90=(-0.08, 0.12))
    q_values = dict.fromkeys(Q, 0.8)
    assert rule(narrow, q_values=q_values).ruling == "negligible"
    open_one = replace(narrow, bars=(CONTROLS, bar(ANSWERING_STEPS, open={direction})))
    assert rule(open_one, q_values=q_values).ruling == "inconclusive"


def test_one_clear_check_clears_a_threat_that_none_finds():
    weak, clear = bar("x", open={1, -1}), bar("x")
    assert stands_against([weak], frozenset({1})) == {"x": True}
    assert stands_against([weak, clear], frozenset({1})) == {"x": False}
    assert stands_against([weak, clear, bar("x", open={1}, found={1})], frozenset({1}))["x"]
    assert not stands_against([weak, clear, bar("x", open={1}, found={1})], frozenset({-1}))["x"]
    assert stands_against([clear, bar("y", open={1})], frozenset({1})) == {"x": False, "y": True}


@pytest.mark.parametrize(
    ("interval", "state", "open_", "found"),
    [
        ((-0.4, 0.4), "clear", set(), set()),
        ((-0.4, 0.5), "cannot tell", {-1}, set()),
        ((-0.5, 0.4), "cannot tell", {1}, set()),
        ((-0.9, 0.9), "cannot tell", {1, -1}, set()),
        ((0.1, 0.6), "failed", {-1}, {-1}),
        ((-0.6, -0.1), "failed", {1}, {1}),
        ((0.1, 0.4), "clear", set(), set()),
        ((math.nan, math.nan), "cannot tell", {1, -1}, set()),
    ],
)
def test_a_check_is_clear_only_inside_its_bound(interval, state, open_, found):
    weighed = weigh_bias(
        threat="x", condition="c", interval=interval, bound=0.5, sign=-1, said="said"
    )
    assert (weighed.state, weighed.open, weighed.found) == (state, open_, found)
    turned = weigh_bias(
        threat="x", condition="c", interval=interval, bound=0.5, sign=1, said="said"
    )
    assert turned.open == {-d for d in open_} and turned.found == {-d for d in found}


def test_what_a_ruling_fears_turns_with_the_claim():
    assert fear("supported", 1) == fear("contradicted", -1) == {1}
    assert fear("contradicted", 1) == fear("supported", -1) == {-1}
    assert fear("negligible", 1) == {1, -1}


def test_a_ruling_that_only_the_amended_rule_decides_stays_behind_the_frozen_one(frozen):
    verdict = rule(frozen, q_values=Q, before="inconclusive")
    assert (verdict.ruling, verdict.amended_ruling) == ("inconclusive", "supported")
    assert verdict.reason.startswith("decided only under an amended rule, as supported")
    assert "decided under an amended rule: supported" in verdict.summary()
    weak = rule(with_strength(frozen, p_value=0.2), q_values=Q, before="inconclusive")
    assert (weak.ruling, weak.amended_ruling) == ("inconclusive", "")
    free = rule(frozen, q_values=Q)
    assert (free.ruling, free.amended_ruling) == ("supported", "")


def test_other_conversions_of_the_smallest_effect_are_told_and_decide_nothing(strong):
    narrow = with_strength(own(strong), estimate=0.1, p_value=0.7, interval_90=(-0.1, 0.3))
    told = replace(narrow, smallest_effect=0.4, bounds={"baseline": 0.2, "half": 0.35})
    verdict = rule(told, q_values=dict.fromkeys(Q, 0.8))
    assert verdict.ruling == "negligible"
    assert verdict.under_bounds == {"baseline": (0.2, "inconclusive"), "half": (0.35, "negligible")}
    assert list(verdict.tell_bounds()["bound"]) == ["rule", "baseline", "half"]


@pytest.mark.parametrize(
    ("changes", "smallest_q", "reached"),
    [
        ({}, 0.001, {"supported", "contradicted"}),
        ({}, 0.05, set()),
        ({"interval_90": (-0.2, 0.23)}, 0.001, {"supported", "contradicted", "negligible"}),
        ({"interval_90": (0.4, 0.83)}, 0.06, {"negligible"}),
        ({"interval_90": (-0.3, 0.15)}, 0.06, set()),
        ({"p_value": math.nan}, 0.001, set()),
    ],
)
def test_attainable_rulings_follow_from_precision(strong, changes, smallest_q, reached):
    verdict = rule(with_strength(own(strong), **changes), q_values=Q, smallest_q=smallest_q)
    assert set(verdict.attainable) == reached | {"inconclusive"}


def test_attainable_rulings_follow_from_gate_events_and_checks(strong):
    shut = with_strength(own(strong), gate_passes=False, gate_reasons=("few",))
    assert rule(shut, q_values=Q).attainable == ("not identified",)
    assert rule(replace(own(strong), events=0), q_values=Q).attainable == ("not testable",)
    upward = replace(own(strong), bars=(bar("x", open={1}, found={1}),))
    assert rule(upward, q_values=Q).attainable == ("contradicted", "inconclusive")
    gated = replace(own(strong), opened=False)
    assert rule(gated, q_values=Q).attainable == ("inconclusive",)


@pytest.mark.parametrize(
    ("cap", "ruling", "mirrored"),
    [
        ("proxy", "consistent with (proxy)", "not consistent with (proxy)"),
        ("describes", "describes Council language", "describes Council language"),
    ],
)
def test_a_capped_hypothesis_never_says_more_than_its_outcome(strong, cap, ruling, mirrored):
    capped = own(strong, cap=cap)
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
    unknown = bar(ANSWERING_STEPS, open={1, -1})
    missing = rule(replace(strong, bars=(CONTROLS, unknown)), q_values=Q)
    assert missing.attainable == ("inconclusive",)
    assert missing.ruling == "inconclusive"


def test_a_family_corrects_and_keeps_its_unidentified_member(strong):
    shut = with_strength(strong, gate_passes=False, gate_reasons=("few switch",))
    other = own(shut, name="X-other")
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
    assert set(verdict.tidy()["outcome"]) == {"met", "not met", "clear"}


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


@pytest.mark.parametrize(
    ("turning", "ruling"),
    [((), "supported"), (("1313-gives",), "inconclusive"), (None, "inconclusive")],
)
def test_a_reading_of_a_mandate_that_turns_the_ruling_bars_it(strong, turning, ruling):
    verdict = rule(replace(strong, turning=turning), q_values=Q)
    assert verdict.ruling == ruling
    (told,) = (s for s in verdict.steps if "contestable reading" in s.condition)
    assert told.outcome == {(): "met", None: "not available"}.get(turning, "not met")
    free = replace(strong, design=replace(MISSIONS, contestable=False), turning=None)
    assert rule(free, q_values=Q).ruling == "supported"


def test_readers_are_moved_and_mirrored_where_the_claim_is(strong):
    moved = with_strength(strong, std_error=0.2, df=12.0)
    verdict = rule(moved, q_values=Q)
    table = verdict.tell_update().set_index("reader")
    assert list(table.index) == ["sceptical", "agnostic", "enthusiastic"]
    assert table.loc["enthusiastic", "prior_mean"] > 0
    assert table["posterior_median"].between(0, 0.61).all()
    mirrored = own(moved, expected_sign=-1)
    assert rule(mirrored, q_values=Q).tell_update()["prior_mean"].iloc[2] < 0
    assert verdict.plot().axes
    with pytest.raises(UndefinedError, match="standard error is undefined"):
        rule(strong, q_values=Q).plot()
