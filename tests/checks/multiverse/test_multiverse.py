import importlib.util
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.checks.multiverse import Multiverse, SpecificationCurve, randomize_jointly
from pkstats.checks.randomization import renewal_assignment
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import EmptySampleError, SpecificationError

MAIN = pk.Specification(
    outcome="deaths",
    treatment="robustness_lag1",
    controls=("control",),
    effects=("mission", "year"),
    family="poisson",
    inference=pk.Inference(cluster="host", method="CRV1"),
    missing="drop",
)
CHOICES = {
    "treatment": {"lag 1": "robustness_lag1", "lag 3": "robustness_lag3"},
    "controls": [("control",), ()],
    "sample": {"all": "", "from 2001": "month >= '2001-01-01'"},
}


@pytest.fixture(scope="module")
def panel():
    return simulate_panel(units=16, periods=48, clusters=8, effect=0.8, seed=11).lag(
        "robustness", months=[1, 3]
    )


@pytest.fixture(scope="module")
def curve(panel):
    return Multiverse(MAIN, CHOICES).run(panel)


def test_every_combination_is_estimated_as_if_alone(curve, panel):
    labels = list(product(("lag 1", "lag 3"), ("control", "none"), ("all", "from 2001")))
    assert list(curve.table[list(CHOICES)].itertuples(index=False, name=None)) == labels
    assert curve.table["main"].tolist() == [True] + [False] * 7
    for row, (lag, control, sample) in zip(
        curve.table.itertuples(index=False), labels, strict=True
    ):
        alone = pk.estimate(
            replace(
                MAIN,
                treatment=f"robustness_lag{lag[-1]}",
                controls=("control",) if control == "control" else (),
            ),
            panel.where("month >= '2001-01-01'") if sample != "all" else panel,
        )
        assert row.estimate == pytest.approx(alone.coefficient, rel=1e-9)
        assert row.std_error == pytest.approx(alone.std_error, rel=1e-9)
        assert row.rows == alone.rows


def test_processes_change_nothing(curve, panel):
    two = Multiverse(MAIN, CHOICES).run(panel, jobs=2)
    pd.testing.assert_frame_equal(two.table, curve.table)


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="DISTRIBUTED ABSENT: extra 'scale'"
)
def test_workers_of_dask_change_nothing(curve, panel):
    from distributed import Client

    multiverse = Multiverse(MAIN, CHOICES)
    with pytest.raises(SpecificationError, match="no client"):
        multiverse.run(panel, jobs="dask")
    with Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None):
        pd.testing.assert_frame_equal(multiverse.run(panel, jobs="dask").table, curve.table)


def test_a_method_of_inference_moves_no_estimate(panel):
    methods = [MAIN.inference, pk.Inference(cluster="host", method="CRV3")]
    table = Multiverse(MAIN, {"inference": methods}).run(panel).table
    assert table["inference"].tolist() == ["CRV1 by host", "CRV3 by host"]
    assert table["estimate"].nunique() == 1
    jackknife = pk.estimate(replace(MAIN, inference=methods[1]), panel)
    assert table["std_error"].iloc[1] == pytest.approx(jackknife.std_error, rel=1e-9)


def test_a_specification_without_an_estimate_is_shown_with_its_reason(panel):
    frame = panel.frame.assign(still=1.0)
    choices = {"treatment": ["robustness_lag1", "still"]}
    curve = Multiverse(MAIN, choices).run(replace(panel, frame=frame))
    last = curve.tidy().iloc[-1]
    assert last["status"] == "no estimate" and "still" in last["note"]
    assert np.isnan(last["estimate"])
    assert curve.summarize()["no_estimate"] == 1
    assert curve.same_sign_share == 1.0


def test_the_share_counts_identified_specifications_against_the_main_one():
    table = pd.DataFrame(
        {
            "main": [True, False, False, False, False],
            "estimate": [0.4, 0.2, -0.1, -3.0, np.nan],
            "conf_low": [0.1, -0.1, -0.2, -4.0, np.nan],
            "conf_high": [0.7, 0.5, 0.1, -2.0, np.nan],
            "status": ["identified"] * 3 + ["gate not passed", "no estimate"],
        }
    )
    curve = SpecificationCurve(MAIN, (), table)
    assert curve.same_sign_share == pytest.approx(2 / 3)
    assert curve.summarize()["intervals_excluding_zero"] == 1
    closed = table.assign(status=["gate not passed", *table["status"][1:]])
    assert SpecificationCurve(MAIN, (), closed).same_sign_share is None


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "no choices"),
        ({"exposure": [None, "personnel"]}, "changes what the coefficient means"),
        ({"estimator": ["within"]}, "changes what the coefficient means"),
        ({"colour": ["red"]}, "no field of a specification"),
        ({"controls": []}, "no option"),
        ({"controls": "control"}, "are no options"),
        ({"controls": [(), ("control",)]}, "name the main option first"),
        ({"controls": [("control",), ("control",)]}, "options repeated"),
        ({"family": ["poisson", "linear"]}, "make one multiverse for each scale"),
    ],
)
def test_choices_that_break_a_rule_are_refused(choices, words):
    with pytest.raises(SpecificationError, match=words):
        Multiverse(MAIN, choices)


def test_every_breach_is_named_at_once():
    with pytest.raises(SpecificationError) as error:
        Multiverse(MAIN, {"exposure": [None], "colour": ["red"], "controls": []})
    assert all(word in str(error.value) for word in ("exposure", "colour", "controls"))


def test_one_curve_holds_one_contrast(panel):
    choices = {"effects": [("mission", "year"), ("year",)]}
    with pytest.raises(SpecificationError, match="one multiverse for each contrast"):
        Multiverse(MAIN, choices).run(panel)


def test_bad_calls_are_refused(panel):
    with pytest.raises(SpecificationError, match="jobs=0"):
        Multiverse(MAIN, CHOICES).run(panel, jobs=0)
    with pytest.raises(SpecificationError, match="no such thing"):
        Multiverse(MAIN, {"sample": {"odd": "no such thing"}}).run(panel)


def test_the_joint_test_finds_an_effect_and_draws_jointly(panel):
    multiverse = Multiverse(MAIN, CHOICES)

    def assign(name):
        lag = int(name[-1])
        return renewal_assignment(panel, treatment="robustness", renewal="renewal", lag=lag)

    found = randomize_jointly(multiverse, panel, assign, draws=39, seed=3)
    assert found.p_value <= 2 / 40
    assert found.smallest_p == pytest.approx(1 / 40)
    assert found.specifications == 8 and found.untested == 0
    again = randomize_jointly(multiverse, panel, assign, draws=39, seed=3, jobs=2)
    assert np.array_equal(again.medians, found.medians)
    half = randomize_jointly(
        multiverse, panel, lambda n: assign(n) if n.endswith("lag1") else None, draws=19, seed=3
    )
    assert (half.specifications, half.untested) == (4, 4)
    with pytest.raises(EmptySampleError, match="no specification"):
        randomize_jointly(multiverse, panel, lambda _: None, draws=9, seed=3)


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_the_figure_marks_every_specification_once(curve, width):
    above, below = curve.plot(width=width).axes
    drawn = sum(len(c.get_offsets()) for c in above.collections if hasattr(c, "get_offsets"))
    assert drawn >= len(curve.table) + 1
    assert above.get_yscale() == "log"
    assert [t.get_text() for t in below.get_yticklabels()][:2] == ["lag 1", "lag 3"]
