"""Parts of a chapter: sentences follow the numbers, whatever the ruling."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from pkstats.families import list_families
from pkstats.families.design import Gate
from pkstats.report.chapters.robustness import advice
from pkstats.report.labels import Labels
from pkstats.report.parts import (
    bars,
    declaration,
    estimates,
    identification,
    judgement,
    models,
    refits,
)
from pkstats.report.rulings import RULINGS

PRIMARY = "total-incident-days"
SENTENCES = (
    judgement.say_ruling, judgement.say_rule, judgement.say_attainable, judgement.say_reason,
    judgement.say_bounds, judgement.say_verdict, judgement.list_changes_of_mind,
    declaration.say_level, estimates.say_primary,
    estimates.say_randomization,
    estimates.say_natural, estimates.say_curve, models.say_forest, models.say_variants,
    refits.say_refits, identification.say_gate, identification.say_leverage, bars.say_bars,
    declaration.say_measures, declaration.say_estimand, declaration.say_seen,
    declaration.say_smallest, advice.say_between, advice.say_not_found, advice.say_takeaway,
)  # fmt: skip


@pytest.mark.parametrize("ruling", list(RULINGS))
def test_every_sentence_holds_for_every_ruling(made_up, ruling: str) -> None:
    for estimate in (-0.6, 0.0, 0.9):
        for undefined in ((), (PRIMARY,)):
            record = made_up(ruling, estimate=estimate, undefined=undefined)
            for say in SENTENCES:
                text = say(record)
                assert text.strip(), say
                assert not {"nan", "inf", "n/a", "none."} & set(text.lower().split()), (say, text)
            assert RULINGS[ruling] in judgement.say_ruling(record)


def test_what_a_family_does_not_have_is_said(made_up) -> None:
    record = made_up(bars=False)
    assert "no negative control, placebo or hazard" in bars.say_bars(record)
    assert "No multiverse was declared" in estimates.say_curve(record)
    assert "no natural scale" in estimates.say_natural(record)
    assert bars.tabulate_controls(record).empty
    assert bars.tabulate_hazard(record).empty


def test_a_quantity_without_a_model_gets_the_equation_of_its_specification(made_up) -> None:
    record = made_up()
    assert "with $Y$" not in declaration.say_estimand(record)
    bare = dataclasses.replace(record.hypothesis, estimand_symbols=r"\exp(\beta)")
    said = declaration.say_estimand(dataclasses.replace(record, hypothesis=bare))
    assert r"\log \operatorname{E}[Y]" in said
    assert r"\beta D + \gamma' X + \alpha_{\text{mission}} + \alpha_{\text{year}}" in said
    assert "$D$ robustness index, month before" in said


def test_no_model_at_all_is_said(made_up) -> None:
    record = made_up("not testable")
    gone = {"estimate": np.nan, "std_error": np.nan, "conf_low": np.nan}
    empty = record.keep("estimates").assign(**gone)
    record = dataclasses.replace(record, tables={**record.tables, "estimates": empty})
    assert estimates.say_primary(record) == "The primary model has no estimate."
    assert models.say_forest(record) == "No model has an estimate."
    assert "no primary estimate" in refits.say_refits(record)
    assert refits.find_turning(record) == []


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (np.log(1.5), "50% more fatal hostile incident-days"),
        (np.log(0.5), "50% fewer fatal hostile incident-days"),
        (0.0, "no change to the nearest percent in fatal hostile incident-days"),
    ],
)
def test_direction_and_size_of_the_primary_estimate(made_up, estimate: float, words: str) -> None:
    assert words in estimates.say_primary(made_up(estimate=estimate))


def test_interval_says_whether_the_sign_is_open() -> None:
    assert "the sign itself is open" in estimates.say_interval(-0.2, 0.3)
    assert "above 1" in estimates.say_interval(0.1, 0.3)
    assert "below 0" in estimates.say_interval(-0.3, -0.1, ratio=False)
    assert "holds zero" in estimates.say_interval(-0.3, 0.1, ratio=False)


def test_undefined_jackknife_is_said_with_its_host(made_up) -> None:
    said = estimates.say_primary(made_up(undefined=(PRIMARY,)))
    assert "CRV3 interval is undefined (undefined without Mali)" in said
    assert "CRV1" in said


def test_gate_is_told_in_the_words_of_the_rule(made_up) -> None:
    said = identification.say_leverage(made_up())
    assert "DR Congo holds 45% of the leverage; in 5 of 6 clusters" in said
    equal = identification.say_leverage(made_up(leverage=(0.3, 0.3, 0.1, 0.1, 0.1, 0.1)))
    assert "Mali and DR Congo hold each 30% of the leverage" in equal
    assert "asks for 5 hosts. Found: 6 hosts. It is **passed**." in said


def test_leave_one_out_names_who_turns_the_sign(made_up) -> None:
    record = made_up(estimate=0.5)
    frame = record.keep("leave_one_out").assign(estimate=0.5)
    frame.loc[frame["left_out"] == "Mali", "estimate"] = -0.2
    frame.loc[frame["left_out"] == "CAR", "estimate"] = np.nan
    tables = {**record.tables, "leave_one_out": frame}
    turned = dataclasses.replace(record, tables=tables)
    said = refits.say_refits(turned)
    assert "the sign turns without Mali" in said
    assert "the sign never turns" in said
    assert "No estimate is left without CAR." in said
    assert "leave out Mali" in judgement.list_changes_of_mind(turned)


def test_a_cap_and_its_reading_come_from_the_families() -> None:
    assert RULINGS["consistent with (proxy)"].startswith("A stand-in for the outcome moves")
    assert len(RULINGS) == 11


def test_supported_takeaway_differs_from_the_undecided_one(made_up) -> None:
    said = {ruling: advice.say_takeaway(made_up(ruling)) for ruling in RULINGS}
    assert said["inconclusive"] == said["not identified"]
    assert len(set(said.values())) == 5


def test_between_missions_is_set_beside_within(made_up) -> None:
    record = made_up()
    assert "within a mission it is 1.08" in advice.say_between(record)
    frame = record.keep("estimates").copy()
    year = frame["model"] == "total-incident-days-year"
    frame.loc[year, ["conf_low", "conf_high"]] = [0.2, 1.0]
    record = dataclasses.replace(record, tables={**record.tables, "estimates": frame})
    said = advice.say_between(record)
    assert "the interval holds 1" in said
    assert "(1.22 to 2.72)" in said


def test_no_two_models_of_any_hypothesis_have_one_name(made_up) -> None:
    record = made_up()
    for family in list_families():
        for hypothesis in family.hypotheses:
            own = dataclasses.replace(record, family=family, hypothesis=hypothesis)
            names = models.name_models(own)
            assert set(names) == {model.name for model in hypothesis.models}
            assert len(set(names.values())) == len(names), hypothesis.name


def test_the_gate_is_told_of_the_clusters_of_the_model(made_up) -> None:
    record = made_up()
    own, primary = record.hypothesis, record.hypothesis.primary
    inference = dataclasses.replace(primary.specification.inference, cluster="province")
    specification = dataclasses.replace(primary.specification, inference=inference)
    bent = dataclasses.replace(
        own, primary=dataclasses.replace(primary, specification=specification)
    )
    plain = dataclasses.replace(record.design, gate=Gate(fewest=7))
    family = dataclasses.replace(record.family, designs=(plain,))
    tables = {**record.tables, "verdict_steps": record.steps.iloc[:0]}
    record = dataclasses.replace(record, hypothesis=bent, family=family, tables=tables)
    for said in (identification.say_gate(record), judgement.list_rule((record,))):
        assert "at least 7 values of province with events around their own switch" in said
        assert "host" not in said and "mission" not in said


def test_columns_among_the_options_of_a_curve_are_named_in_words():
    class Record:
        labels = Labels(variables={}, period="month", short={"mission_age": "mission age"})

    named = estimates._name_columns(Record(), "without log_mission_age")
    assert named == "without mission age (log)"
    assert estimates._name_columns(Record(), "reset at every renewal") == "reset at every renewal"


def test_the_lead_is_no_estimate_of_the_effect(made_up) -> None:
    record = made_up()
    drawn = models.lay_out_forest(record)
    leads = int((drawn["role"] == "lead").sum())
    assert leads == 1
    told = models.say_forest(record)
    assert f"Of {drawn['estimate'].notna().sum() - leads} models" in told
    assert "not counted, being no estimate of the effect: lead" in told


def test_what_turns_the_sign_of_a_multiverse_is_computed() -> None:
    passed = pd.DataFrame(
        {
            "estimate": [0.2, 0.3, 0.1, -0.1, -0.2, 0.4],
            "effects": ["both", "both", "both", "mission", "mission", "mission"],
            "sample": ["long", "short", "long", "long", "short", "short"],
        }
    )
    turned = passed[passed["estimate"] < 0]
    told = estimates.say_turning(turned, passed, choices=("effects", "sample"))
    assert told == (
        "Of the 2 whose sign turns, 100% of them have effects *mission*, as have 3 of all 6."
    )
    assert estimates.say_turning(turned.iloc[:0], passed, choices=("effects",)) == ""
    mixed = estimates.say_turning(turned, passed, choices=("sample",))
    assert mixed.endswith("no option is shared by most of them.")


def test_what_the_checks_stand_against_is_told(made_up) -> None:
    said = bars.say_bars(made_up())
    assert "They stand against *supported* (a common cause)." in said
    assert "cannot tell" in said


def test_every_conversion_of_the_smallest_effect_has_its_ruling(made_up) -> None:
    told = judgement.say_bounds(made_up("inconclusive"))
    assert told.count("*inconclusive*") == 3
    rates = declaration.say_smallest(made_up())
    assert "a year for 10,000 troops" in rates and "declared baseline" in rates
    assert "in the model's own sample" in rates
