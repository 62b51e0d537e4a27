"""Reading, tables, figures and sentences of the further results of H1, on the reference results."""

import numpy as np
import pandas as pd
import pytest

from pkstats.display.number import write_interval
from pkstats.display.specification_curve import draw_curve
from pkstats.errors import ResultsError
from pkstats.report.chapters.robustness import figures as pictures
from pkstats.report.chapters.robustness import prose as said
from pkstats.report.chapters.robustness import tables as lists
from pkstats.report.chapters.robustness.frames import read_frames

WIDTHS = (7.4, 4.1)


@pytest.fixture(scope="module")
def frames(root):
    return read_frames(root / "analyses" / "results")


def test_absent_files_and_columns_are_named_at_once(tmp_path):
    pd.DataFrame({"word": ["x"]}).to_csv(tmp_path / "h1_bundles.csv", index=False)
    with pytest.raises(ResultsError) as error:
        read_frames(tmp_path, "bundles", "terms")
    assert "h1_terms.csv is absent" in str(error.value)
    assert "h1_bundles.csv lacks mandates" in str(error.value)


def test_a_gated_hypothesis_is_decided_only_behind_an_open_gate(frames):
    steps = frames["elements_verdict_steps"]
    gate = steps[steps["condition"].str.contains("is decided first")]
    assert len(gate) == len(frames["elements_verdict"])
    if (gate["outcome"] != "met").all():
        assert not frames["elements_verdict"]["ruling"].isin(["supported", "contradicted"]).any()


def test_the_share_of_signs_in_the_verdict_is_that_of_the_curve(root, frames):
    steps = pd.read_csv(root / "analyses" / "results" / "h1_verdict_steps.csv")
    rows = steps[steps["condition"].str.contains("same sign")]
    shares = frames["multiverse"].set_index("hypothesis")["same_sign_share"]
    for row in rows.itertuples():
        assert row.value == f"{shares[row.hypothesis]:.0%}"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_figure_draws_at_both_widths(frames, width):
    drawn = [
        pictures.draw_event_study(frames["event_study"], width=width),
        pictures.draw_cases(
            frames["case_paths"], dict.fromkeys(frames["cases"]["case"], "t"), width=width
        ),
        pictures.draw_trend(frames["trend"], width=width),
        pictures.draw_ranking(frames["ranking"], {"W2-all-deaths": "deaths"}, width=width),
        pictures.draw_terms(frames["terms"], width=width),
        draw_curve(
            frames["specifications"].iloc[:50],
            choices=["treatment", "controls", "effects", "sample"],
            width=width,
        ),
    ]
    for figure in drawn:
        assert figure.get_size_inches()[0] == pytest.approx(width)
        assert figure.axes


def test_effects_are_told_for_a_mission_of_ten_thousand():
    row = {
        "outcome": "hostile_incident_days", "rate": 0.2, "change": 0.1, "change_low": -0.05,
        "change_high": 0.3,
    }  # fmt: skip
    text = said.say_effect(row)
    assert "expects 2.0 a year" in text and "would mean 1.0 more" in text
    assert "from 0.5 fewer to 3.0 more" in text
    assert "undefined interval" in said.say_effect(row | {"change_low": np.nan})


def test_sentences_follow_the_numbers(frames):
    events = frames["event_study"]
    still = said.say_events(events.assign(pretrend_p=0.5, conf_low=-1.0, conf_high=2.0))
    assert "did not visibly move" in still
    assert f"hold ratios to the reference from {write_interval(-1.0, 2.0)}." in still
    assert "narrow" not in still and "few" not in still
    assert "no fair comparison" in said.say_events(events.assign(pretrend_p=0.01))
    facts = frames["facts"]
    alike = facts.assign(ruling="confirmed")
    assert said.say_measures(alike).startswith("Every measure")
    reverse = frames["reverse_path"]
    assert "In 0 of" in said.say_reverse(reverse.assign(p_value=0.5), alpha=0.1)
    for row in frames["cases"].to_dict("records"):
        assert row["mission"] in said.say_case(row)
    text = said.say_cases(frames["cases"])
    assert f"{frames['cases']['p_value'].min():.2f} among donors" in text
    turned = frames["cases"].assign(log_ratio=-frames["cases"]["log_ratio"], p_value=0.01)
    assert said.say_cases(turned) != text
    assert "0.01 among donors" in said.say_cases(turned)
    assert "peaks in 20" in said.say_turn(frames["trend"])
    assert "founding and full mandates" in said.say_terms(frames["terms"], frames["term_pairs"])


def test_tables_have_a_line_for_every_row(frames):
    assert len(lists.tabulate_switches(frames["switches"])) == len(frames["switches"])
    assert len(lists.tabulate_cases(frames["cases"])) == len(frames["cases"])
    assert len(lists.tabulate_reverse(frames["reverse_path"])) == len(frames["reverse_path"])
    counted = lists.count_switches(frames["switches"]).set_index("Treatment")
    assert counted.loc["offensive operations", "Missions"] == "MONUSCO"
    ranking = frames["ranking"]
    first = lists.tabulate_ranking(ranking[ranking["fact"] == "W2-hostile-deaths"], most=3)
    assert first["Mission"].iloc[0] == "MINUSMA"
