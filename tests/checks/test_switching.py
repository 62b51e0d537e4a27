"""Switches and what lies around them, against a search of every pair of rows."""

import numpy as np
import pytest

import pkstats as pk
from pkstats.checks.identification import rank_leverage
from pkstats.checks.switching import count_switching, find_switches, mark_events
from pkstats.data.panels.simulated import simulate_panel


def search(unit, period, treatment, window, differenced):
    """What the words say, row by row and pair by pair."""
    switched, around = np.zeros((2, len(unit)), dtype=bool)
    for row in range(len(unit)):
        earlier = np.flatnonzero((unit == unit[row]) & (period < period[row]))
        if differenced:
            switched[row] = treatment[row] != 0
        elif len(earlier):
            before = earlier[np.argmax(period[earlier])]
            switched[row] = treatment[row] != treatment[before]
    for switch in np.flatnonzero(switched):
        gap = period - period[switch]
        around |= (unit == unit[switch]) & (gap >= -window) & (gap < window)
    return switched, around


@pytest.mark.parametrize("differenced", [False, True])
@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("kind", ["rare", "continuous", "none"])
@pytest.mark.parametrize("window", [1, 5, 24])
def test_switches_and_surroundings_are_those_of_every_pair(kind, window, shuffled, differenced):
    rng = np.random.default_rng(window)
    keys = np.array([(u, t) for u in range(7) for t in range(90) if rng.random() < 0.6])
    keys = keys[rng.permutation(len(keys))] if shuffled else keys
    unit, period = keys.T + np.array([[3], [-40]])
    values = {
        "rare": (rng.random(len(keys)) < 0.02).astype(float),
        "continuous": rng.normal(size=len(keys)),
        "none": np.zeros(len(keys)),
    }[kind]
    found = find_switches(unit, period, values, window=window, differenced=differenced)
    expected = search(unit, period, values, window, differenced)
    np.testing.assert_array_equal(found, expected)
    assert found[0].any() == (kind != "none")


def test_counts_by_cluster_are_sums_of_rows():
    panel = simulate_panel(units=9, periods=40, clusters=4, seed=2)
    spec = pk.Specification(
        outcome="deaths",
        treatment="robustness",
        effects=("mission",),
        family="linear",
        inference=pk.Inference(cluster="host", method="CRV1"),
    )
    cells = pk.estimate(spec, panel.where("host != 'H02'")).fit.cells
    found = count_switching(cells, window=3, differenced=False)
    switched, around = find_switches(
        cells.unit, cells.period, cells.regressors[:, 0], window=3, differenced=False
    )
    assert cells.cluster_labels[found.clusters].tolist() == ["H00", "H01", "H03"]
    for place, code in enumerate(found.clusters):
        mine = cells.cluster == code
        assert found.units[place] == len(np.unique(cells.unit[mine]))
        assert found.switches[place] == switched[mine].sum()
        assert found.events[place] == cells.outcome[mine].sum()
        assert found.around[place] == cells.outcome[mine & around].sum()


def test_events_are_counts_or_rows_that_are_not_zero():
    assert mark_events(np.array([0.0, 2.0])).tolist() == [0.0, 2.0]
    assert mark_events(np.array([0.0, 2.5])).tolist() == [0.0, 1.0]
    assert mark_events(np.array([0.0, -2.0])).tolist() == [0.0, 1.0]


def test_clusters_that_rounding_alone_tells_apart_are_ranked_by_label():
    leverage = np.array([0.3, 0.4 + 1e-16, 0.4, 0.4 - 1e-15])
    labels = np.array(["a", "d", "c", "b"], dtype=object)
    assert labels[rank_leverage(leverage, labels)].tolist() == ["b", "c", "d", "a"]
