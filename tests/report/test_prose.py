"""Sentences follow the numbers, whatever the ruling."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pkstats.report import captions, labels, prose

PRIMARY = "total-incident-days"


@pytest.mark.parametrize("ruling", list(labels.RULINGS))
def test_every_sentence_holds_for_every_ruling(made_up, ruling: str) -> None:
    for estimate in (-0.6, 0.0, 0.9):
        for undefined in ((), (PRIMARY,)):
            results = made_up(ruling, estimate=estimate, undefined=undefined)
            said = [getattr(prose, n)(results) for n in SENTENCES]
            said += [getattr(captions, n)(results) for n in CAPTIONS]
            said.append(captions.caption_leverage(results, fewest=5, largest=0.5))
            said.append(prose.say_predictable(results, level=0.1))
            for text in said:
                assert text.strip()
                assert "nan" not in text.lower().split()
                assert "inf" not in text.lower().split()
            assert labels.RULINGS[ruling] in prose.say_ruling(results)


SENTENCES = (
    "say_ruling", "say_primary", "say_not_found", "say_rule", "say_reset_variants",
    "say_randomization", "say_takeaway", "say_attainable", "say_change_of_mind", "say_second",
    "say_controls", "say_between",
)  # fmt: skip
CAPTIONS = ("caption_coefficients", "caption_leave_one_out")


def test_no_model_at_all_is_said(made_up) -> None:
    results = made_up("not testable")
    empty = results.estimates.assign(estimate=np.nan, std_error=np.nan, conf_low=np.nan)
    results = dataclasses.replace(results, estimates=empty)
    assert prose.say_primary(results) == "The primary model has no estimate."
    assert captions.caption_coefficients(results) == "No model has an estimate."
    assert "no primary estimate" in captions.caption_leave_one_out(results)


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (np.log(1.5), "50% more fatal hostile incident-days"),
        (np.log(0.5), "50% fewer fatal hostile incident-days"),
        (0.0, "no change to the nearest percent in fatal hostile incident-days"),
    ],
)
def test_direction_and_size_of_the_primary_estimate(made_up, estimate: float, words: str) -> None:
    assert words in prose.say_primary(made_up(estimate=estimate))


def test_interval_says_whether_the_sign_is_open() -> None:
    assert "the sign itself is open" in prose.say_interval(-0.2, 0.3)
    assert "above 1" in prose.say_interval(0.1, 0.3)
    assert "below 1" in prose.say_interval(-0.3, -0.1)


def test_undefined_jackknife_is_said_with_its_host(made_up) -> None:
    said = prose.say_primary(made_up(undefined=(PRIMARY,)))
    assert "CRV3 interval is undefined (undefined without Mali)" in said
    assert "CRV1" in said


def test_gate_is_judged_from_the_frame(made_up) -> None:
    said = captions.caption_leverage(made_up(), fewest=5, largest=0.5)
    assert "at least 5 such hosts (met) and none above 50% (met)" in said
    said = captions.caption_leverage(made_up(), fewest=7, largest=0.4)
    assert "at least 7 such hosts (not met) and none above 40% (not met)" in said
    alone = made_up(leverage=(0.02, 0.81, 0.1, 0.05, 0.01, 0.01))
    said = captions.caption_leverage(alone, fewest=5, largest=0.5)
    assert "none above 50% (not met)" in said
    assert "DR Congo holds 81%" in said


def test_steps_are_predicted_below_the_level_only(made_up) -> None:
    assert "past attacks do predict a step" in prose.say_predictable(made_up(), level=0.05)
    said = prose.say_predictable(made_up(), level=0.03)
    assert "past attacks do not predict a step (p = 0.040, threshold 0.03)" in said


def test_leave_one_out_counts_turned_signs(made_up) -> None:
    results = made_up(estimate=0.5)
    frame = results.leave_one_out.copy()
    frame["estimate"] = 0.5
    mali = frame["left_out"] == "Mali"
    frame.loc[mali, "estimate"] = -0.2
    said = captions.caption_leave_one_out(dataclasses.replace(results, leave_one_out=frame))
    assert "the sign turns in 1" in said
    assert "the sign never turns" in said
    turned = dataclasses.replace(results, leave_one_out=frame)
    assert "leave out Mali" in prose.say_change_of_mind(turned)


def test_deaths_caption_counts_the_frame(deaths) -> None:
    said = captions.caption_deaths(deaths)
    assert said.startswith(f"{int(deaths['hostile_deaths_uniformed'].sum()):,} uniformed")
    assert "2000 to 2024" in said
    assert f"{int(deaths['hostile_deaths_upper'].sum()):,}" in said


def test_supported_takeaway_differs_from_the_undecided_one(made_up) -> None:
    said = {ruling: prose.say_takeaway(made_up(ruling)) for ruling in labels.RULINGS}
    assert said["inconclusive"] == said["not identified"]
    assert len(set(said.values())) == 5


def test_between_missions_is_set_beside_within(made_up) -> None:
    results = made_up()
    assert "within a mission it is 1.08" in prose.say_between(results)
    frame = results.estimates.copy()
    year = frame["model"] == "total-incident-days-year"
    frame.loc[year, ["conf_low", "conf_high"]] = [0.2, 1.0]
    said = prose.say_between(dataclasses.replace(results, estimates=frame))
    assert "the interval holds 1" in said
    assert "(1.22 to 2.72)" in said


def test_second_hypothesis_is_reported(made_up) -> None:
    assert prose.say_second(made_up("negligible")).startswith("**H1-robustness-risk**: negligible")
