import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SaturatedError, SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.inference import small_sample_factor
from pkstats.estimation.specification import Inference, Specification


def specify(**options: object) -> Specification:
    settings: dict = {
        "outcome": "deaths",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": ("mission", "year"),
        "family": "poisson",
        "inference": Inference(cluster="host"),
    }
    return Specification(**settings | options)


def test_small_sample_factors() -> None:
    known = {"clusters": 11, "rows": 101, "parameters": 21}
    assert small_sample_factor("none", **known) == 1
    assert small_sample_factor("stata_ml", **known) == pytest.approx(1.1)
    assert small_sample_factor("house", **known) == pytest.approx(1.1 * 100 / 80)
    with pytest.raises(SaturatedError, match="no degree of freedom"):
        small_sample_factor("house", clusters=3, rows=9, parameters=9)


def test_reference_is_student_t_on_scoring_clusters_less_one() -> None:
    found = estimate(specify(), simulate_panel(seed=1))
    row = found.tidy(0.9).iloc[0]
    assert row["df"] == found.clusters_scoring - 1 == 11
    assert row["p_value"] == pytest.approx(2 * student.sf(abs(row["statistic"]), 11))
    reach = student.ppf(0.95, 11) * row["std_error"]
    assert row["conf_high"] - row["estimate"] == pytest.approx(reach)


def test_cluster_without_score_is_not_counted() -> None:
    """A host whose only mission is alone in its own years and never steps keeps no score."""
    frame = simulate_panel(seed=1).frame
    alone = frame[frame["mission"] == "U02"].assign(
        mission="alone", host="alone", year=frame["year"] + 50, robustness=1.0, control=0.0
    )
    own = Panel.from_frame(pd.concat([frame, alone]), unit="mission", time="month")
    found = estimate(specify(), own)
    assert found.clusters == 13
    assert found.clusters_scoring == 12
    plain = estimate(specify(), simulate_panel(seed=1))
    np.testing.assert_allclose(found.std_error, plain.std_error, rtol=1e-8)
    stata = Inference(cluster="host", method="CRV1", small_sample="stata_ml")
    sandwiches = [r.with_inference(stata).std_error for r in (found, plain)]
    assert sandwiches[0] == pytest.approx(sandwiches[1], rel=1e-8)


def test_jackknife_is_undefined_and_names_the_cluster_that_carries_the_term() -> None:
    panel = simulate_panel(seed=1)
    frame = panel.frame.assign(
        robustness=panel.frame["robustness"].where(panel.frame["host"] == "H03", 0.0)
    )
    found = estimate(specify(), Panel.from_frame(frame, unit="mission", time="month"))
    assert np.isnan(found.std_error)
    assert np.isfinite(found.coefficient)
    assert "CRV3 undefined: without H03" in found.note
    assert "H03" in found.summary()
    table = found.tidy().set_index("term")
    assert np.isnan(table.at["robustness", "p_value"])
    assert np.isnan(table.at["control", "std_error"]) == bool(found.inferred.notes[1])
    sandwich = found.with_inference(Inference(cluster="host", method="CRV1"))
    assert sandwich.std_error > 0


def test_jackknife_is_undefined_where_a_refit_separates_the_term() -> None:
    """Without H03 the treated rows hold no event: the effect is minus infinity."""
    panel = simulate_panel(seed=1)
    frame = panel.frame
    treated = (frame["robustness"] == 2) & frame["host"].isin(["H03", "H04"])
    frame = frame.assign(robustness=treated.astype(float))
    frame.loc[treated & (frame["host"] == "H04"), "deaths"] = 0
    found = estimate(specify(), Panel.from_frame(frame, unit="mission", time="month"))
    assert np.isnan(found.std_error)
    assert "without H03" in found.note
    assert "separated" in found.note
    assert "without H04" not in found.note


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_crv2_refers_each_term_to_its_own_degrees_of_freedom(family: str) -> None:
    by_crv2 = specify(family=family, inference=Inference(cluster="host", method="CRV2"))
    found = estimate(by_crv2, simulate_panel(seed=1))
    table = found.tidy(0.9)
    assert table["df"].nunique() == 2
    assert (table["df"] < found.clusters_scoring - 1).all()
    assert found.degrees_of_freedom == table.at[0, "df"]
    p = 2 * student.sf(np.abs(table["statistic"]), table["df"])
    np.testing.assert_allclose(table["p_value"], p)
    reach = student.ppf(0.95, table["df"]) * table["std_error"]
    np.testing.assert_allclose(table["conf_high"] - table["estimate"], reach)


@pytest.mark.parametrize("family", ["linear", "poisson"])
def test_crv2_is_undefined_exactly_where_the_jackknife_loses_the_term(family: str) -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] = frame["robustness"].where(frame["host"] == "H03", 0.0)
    panel = Panel.from_frame(frame, unit="mission", time="month")
    found = estimate(specify(family=family), panel)
    by_crv2 = found.with_inference(Inference(cluster="host", method="CRV2"))
    for result in (found, by_crv2):
        method = result.inferred.method
        assert result.note.startswith(f"{method} undefined: without H03: ")
        assert np.isnan(result.std_error)
    assert np.isfinite(by_crv2.inferred.std_error[1])
    assert np.isnan(by_crv2.degrees_of_freedom)
    assert np.isnan(by_crv2.inferred.covariance[0, 1])
    assert np.isfinite(by_crv2.tidy().loc[1, "df"])


def test_crv2_is_refused_by_name_where_no_hat_matrix_is_known() -> None:
    panel = simulate_panel(seed=1)
    by_crv2 = Inference(cluster="host", method="CRV2")
    random = specify(family="linear", estimator="random", effects=(), inference=by_crv2)
    with pytest.raises(SpecificationError, match=r"'CRV2' is not served for family 'linear'"):
        estimate(random, panel)
    plain = estimate(specify(family="linear", estimator="random", effects=()), panel)
    with pytest.raises(SpecificationError, match="'random'"):
        plain.with_inference(by_crv2)
