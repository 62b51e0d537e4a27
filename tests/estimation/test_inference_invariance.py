"""What no covariance may depend on: order of rows, names, units of measurement, silent units."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pkstats.checks.identification import identify
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

METHODS = ("CRV1", "CRV2", "CRV3")
FAMILIES = ("linear", "poisson")
COLUMNS = ["estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]


def build(frame: pd.DataFrame) -> Panel:
    return Panel.from_frame(frame, unit="mission", time="month")


def specify(family: str, method: str) -> Specification:
    return Specification(
        outcome="deaths", treatment="robustness", controls=("control",),
        effects=("mission", "year"), exposure="personnel" if family == "poisson" else None,
        family=family, inference=Inference(cluster="host", method=method),
    )  # fmt: skip


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return simulate_panel(units=12, periods=40, clusters=6, exposed=True, seed=3).frame


def compare(one: Estimate, other: Estimate, columns: list[str] = COLUMNS) -> None:
    np.testing.assert_allclose(one.tidy()[columns], other.tidy()[columns], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", FAMILIES)
def test_order_of_rows(frame: pd.DataFrame, family: str, method: str) -> None:
    """Units renamed in reverse and rows shuffled: the panel sorts them otherwise."""
    shuffled = frame.sample(frac=1, random_state=5)
    names = sorted(frame["mission"].unique())
    shuffled["mission"] = shuffled["mission"].map(dict(zip(names, names[::-1], strict=True)))
    spec = specify(family, method)
    one, other = estimate(spec, build(frame)), estimate(spec, build(shuffled))
    assert not np.array_equal(one.fit.cells.outcome, other.fit.cells.outcome)
    compare(one, other)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", FAMILIES)
def test_names_of_clusters(frame: pd.DataFrame, family: str, method: str) -> None:
    renamed = frame.assign(host="z" + frame["host"].str[::-1])
    spec = specify(family, method)
    one, other = estimate(spec, build(frame)), estimate(spec, build(renamed))
    compare(one, other)
    tables = [identify(e).table.drop(columns="host") for e in (one, other)]
    np.testing.assert_allclose(*tables, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", FAMILIES)
def test_units_of_measurement(frame: pd.DataFrame, family: str, method: str) -> None:
    """Treatment in thousandths and shifted: its coefficient and error scale, its test stays."""
    scaled = frame.assign(robustness=1000 * frame["robustness"] + 7, control=frame["control"] / 50)
    if family == "linear":
        scaled["deaths"] = 3 * scaled["deaths"]
    spec = specify(family, method)
    one, other = estimate(spec, build(frame)), estimate(spec, build(scaled))
    compare(one, other, ["statistic", "df", "p_value"])
    factor = (3 if family == "linear" else 1) / 1000
    assert other.std_error == pytest.approx(factor * one.std_error, rel=1e-6)
    gates = [identify(e) for e in (one, other)]
    np.testing.assert_allclose(*(g.table["leverage"] for g in gates), rtol=1e-6)
    assert gates[0].degrees_of_freedom == pytest.approx(gates[1].degrees_of_freedom, rel=1e-6)
    assert gates[0].effective_clusters == pytest.approx(gates[1].effective_clusters, rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_silent_unit_that_never_steps_changes_nothing(frame: pd.DataFrame, method: str) -> None:
    """All zero under its own effect: dropped and named, no cluster and no row gained."""
    silent = frame[frame["mission"] == "U02"].assign(
        mission="silent", host="silent", deaths=0, robustness=1.0
    )
    spec = specify("poisson", method)
    one, other = estimate(spec, build(frame)), estimate(spec, build(pd.concat([frame, silent])))
    compare(one, other)
    assert (one.clusters, one.rows) == (other.clusters, other.rows)
    assert other.lost["names"].tolist() == ["silent"]
    assert identify(one).degrees_of_freedom == pytest.approx(identify(other).degrees_of_freedom)


def test_the_three_covariances_of_one_example_are_on_record(frame: pd.DataFrame) -> None:
    """Six clusters: close here; nothing orders them in general."""
    recorded = {
        "linear": {"CRV1": 0.189040, "CRV2": 0.191733, "CRV3": 0.202795},
        "poisson": {"CRV1": 0.136356, "CRV2": 0.146213, "CRV3": 0.167324},
    }
    for family, errors in recorded.items():
        found = estimate(specify(family, "CRV1"), build(frame))
        for method, error in errors.items():
            inference = replace(found.specification.inference, method=method)
            assert found.with_inference(inference).std_error == pytest.approx(error, rel=1e-5)
