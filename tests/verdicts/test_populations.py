"""The gate on populations: shut on what is published, open on simulated surveys."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.data.microdata import read_microdata
from pkstats.data.panels import Panel
from pkstats.families import find_home
from pkstats.simulation.surveys import draw_files, mark_mandates
from pkstats.verdicts import gather
from pkstats.verdicts.meta_regression import (
    count_arrangements,
    fit_slopes,
    open_gate,
    permute_waves,
    pool,
)
from pkstats.verdicts.ruling import rule

EFFECT = 0.5
INDEX = "host_support_index"
NAMES = [INDEX, f"{INDEX}_never_reset", f"{INDEX}_always_reset"]


@pytest.fixture(scope="module")
def hypothesis():
    return pk.hypothesis("H2-populations")


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Six hosts, five waves, log odds that rise by 0.5 at a change of mandate."""
    drawn = read_microdata(draw_files(effect=EFFECT, seed=20000101))
    return replace(drawn, frame=mark_mandates(drawn.frame))


def judge(hypothesis, panel):
    evidence = gather(hypothesis, panel, draws=199, seed=1)
    p_values = {label: s.randomization_p for label, s in evidence.variants.items()}
    return rule(evidence, q_values={"primary": evidence.primary.randomization_p, **p_values})


def test_what_is_published_does_not_identify_it(hypothesis):
    evidence = gather(hypothesis, pk.load_panel("survey"), draws=9)
    verdict = rule(evidence, q_values=dict.fromkeys(["primary", *evidence.variants], 1.0))
    assert verdict.ruling == "not identified"
    assert "0 hosts carry the same item" in verdict.reason
    assert evidence.tables["estimates"]["estimate"].isna().all()


def test_the_gate_opens_and_the_effect_is_recovered(hypothesis, panel):
    evidence = gather(hypothesis, panel, draws=199, seed=1)
    low, high = evidence.primary.interval_95
    assert evidence.primary.gate_passes
    assert low < EFFECT < high
    assert high - low < 0.4
    line = evidence.tables["estimates"].iloc[0]
    assert line["hosts_switching"] == 6
    assert line["minimum_detectable_effect"] < EFFECT
    assert len(evidence.tables["leave_one_out"].query("model == 'population-partial'")) == 6


def test_turning_the_treatment_round_turns_the_ruling_round(hypothesis, panel):
    turned = replace(panel, frame=panel.frame.assign(**{n: 1 - panel.frame[n] for n in NAMES}))
    first, second = judge(hypothesis, panel), judge(hypothesis, turned)
    assert first.ruling == "consistent with (proxy)"
    assert second.ruling == "not consistent with (proxy)"
    assert first.primary.estimate == pytest.approx(-second.primary.estimate)


def test_two_hosts_leave_the_gate_shut_and_a_third_opens_it(hypothesis, panel):
    frame = find_home(hypothesis).make_ready(panel).where(hypothesis.primary.sample).frame
    hosts = sorted(frame["host"].unique())
    shut, reasons = open_gate(frame[frame["host"].isin(hosts[:2])], treatment=INDEX, fewest=3)
    opened, _ = open_gate(frame[frame["host"].isin(hosts[:3])], treatment=INDEX, fewest=3)
    assert shut.empty
    assert reasons[0].startswith("2 hosts")
    assert opened["host"].nunique() == 3


def test_another_item_in_each_host_leaves_the_gate_shut(hypothesis, panel):
    frame = find_home(hypothesis).make_ready(panel).where(hypothesis.primary.sample).frame
    kept, reasons = open_gate(frame.assign(item=frame["host"]), treatment=INDEX, fewest=3)
    assert kept.empty
    assert reasons[0].startswith("1 hosts")


def test_an_effect_on_another_force_bars_the_ruling(hypothesis, panel):
    frame = panel.frame.copy()
    other = frame["names"] == "another force"
    same = frame.loc[~other].set_index(["survey"])[["percent_negative", "percent_positive"]]
    for column in same:
        frame.loc[other, column] = frame.loc[other, "survey"].map(same[column])
    verdict = judge(hypothesis, replace(panel, frame=frame))
    assert verdict.ruling == "inconclusive"
    (told,) = (s for s in verdict.steps if "another force" in s.condition)
    assert told.outcome == "failed"


def test_without_a_comparison_nothing_is_decided(hypothesis, panel):
    alone = replace(panel, frame=panel.frame[panel.frame["names"] == "mission"])
    verdict = judge(hypothesis, alone)
    assert verdict.ruling == "inconclusive"


def draw_rows(rng: np.random.Generator, *, spread: float) -> pd.DataFrame:
    """Rows without an effect; hosts differ in level, waves by chance and by `spread`."""
    rows = []
    for host, step in zip("ABCDEF", (2, 1, 3, 4, 2, 3), strict=True):
        for wave in range(5):
            variance = 0.01
            rows.append(
                {
                    "host": host,
                    "item": "takes sides",
                    "series": "all",
                    "month": pd.Timestamp(2010 + wave, 1, 1),
                    "sampling_variance": variance,
                    "log_odds_partial": rng.normal(0, math.sqrt(variance + spread**2)),
                    INDEX: float(wave >= step),
                }
            )
    return pd.DataFrame(rows)


def test_without_an_effect_p_is_small_as_rarely_as_it_should():
    """24 worlds with spread between waves: more than 5 of them below 5% has probability .001."""
    rng = np.random.default_rng(7)
    worlds = [draw_rows(rng, spread=0.2) for _ in range(24)]
    found = [permute_waves(w, treatment=INDEX, draws=99, seed=i)[0] for i, w in enumerate(worlds)]
    assert sum(p < 0.05 for p in found) <= 5
    assert min(found) < 0.3 < max(found)


def test_few_arrangements_give_no_p_value():
    rng = np.random.default_rng(1)
    rows = draw_rows(rng, spread=0.0).query("host in ('A', 'B') and month < '2013-01-01'")
    assert math.isnan(permute_waves(rows, treatment=INDEX, draws=9, seed=1)[0])
    assert count_arrangements(np.array([0.0, 0.0, 1.0])) == 3
    assert count_arrangements(np.array([0.0, 1.0, 2.0])) == 6


def test_slopes_and_average_by_hand():
    rows = pd.DataFrame(
        {
            "host": ["A", "A", "B", "B", "C", "C"],
            "series": ["s"] * 6,
            "log_odds_partial": [0.0, 0.4, 0.1, 0.5, 0.0, 0.4],
            "sampling_variance": [0.02] * 6,
            INDEX: [0.0, 1.0] * 3,
        }
    )
    slopes = fit_slopes(rows, treatment=INDEX)
    assert slopes.effect == pytest.approx([0.4, 0.4, 0.4])
    assert slopes.variance == pytest.approx([0.04, 0.04, 0.04])
    pooled = pool(slopes)
    assert pooled.estimate == pytest.approx(0.4)
    assert pooled.df == 2
    assert pooled.std_error == pytest.approx(math.sqrt(0.04 / 3))  # never below the fixed one
