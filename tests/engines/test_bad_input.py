"""The table of missing and degenerate input: the same error, the same report."""

import numpy as np
import pandas as pd
import pytest

from pkstats.errors import EstimationError, SeparationError, SpecificationError
from pkstats.estimation import Estimate, estimate
from pkstats.panels import Panel
from pkstats.panels.simulated import simulate_panel
from pkstats.specification import Inference, Specification


@pytest.fixture
def frame() -> pd.DataFrame:
    return simulate_panel(seed=11).frame.astype({"deaths": float})


def run(frame: pd.DataFrame, **options: object) -> Estimate:
    settings: dict = {
        "outcome": "deaths",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": ("mission", "year"),
        "family": "poisson",
        "inference": Inference(cluster="host", method="CRV1"),
    }
    panel = Panel.from_frame(frame, unit="mission", time="month")
    before = panel.frame.copy()
    try:
        return estimate(Specification(**settings | options), panel)
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def name_row(frame: pd.DataFrame, row: int) -> str:
    return f"{frame.at[row, 'mission']} {frame.at[row, 'month']:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("deaths", -1.0, "count 'deaths' is negative in 1 rows"),
        ("deaths", 0.5, "count 'deaths' is fractional in 1 rows"),
        ("deaths", np.inf, "'deaths' is infinite in 1 rows"),
        ("control", -np.inf, "'control' is infinite in 1 rows"),
        ("robustness", np.nan, "'robustness' is missing in 1 rows"),
        ("deaths", np.nan, "'deaths' is missing in 1 rows"),
        ("host", None, "'host' is missing in 1 rows"),
        ("year", np.nan, "'year' is missing in 1 rows"),
        ("personnel", -5.0, "exposure 'personnel' is negative in 1 rows"),
        ("personnel", 0.0, "exposure 'personnel' is 0 in 1 rows"),
        ("personnel", np.nan, "'personnel' is missing in 1 rows"),
    ],
)
def test_a_bad_value_names_its_row(
    frame: pd.DataFrame, column: str, value: object, message: str
) -> None:
    row = frame.index[frame["deaths"] == 0][7]
    if isinstance(value, float):
        frame[column] = frame[column].astype(float)
    frame.loc[row, column] = value
    with pytest.raises(EstimationError) as caught:
        run(frame, exposure="personnel")
    assert message in str(caught.value)
    assert name_row(frame, row) in str(caught.value)
    assert "Remedy" in str(caught.value)


@pytest.mark.parametrize("missing", ["raise", "drop"])
def test_positive_count_without_exposure_always_raises(frame: pd.DataFrame, missing: str) -> None:
    row = frame.index[frame["deaths"] > 0][3]
    frame.loc[row, "personnel"] = 0
    with pytest.raises(EstimationError) as caught:
        run(frame, exposure="personnel", missing=missing)
    assert "positive though exposure 'personnel' is 0" in str(caught.value)
    assert name_row(frame, row) in str(caught.value)


@pytest.mark.parametrize("column", ["control", "deaths"])
def test_infinite_raises_even_where_missing_is_dropped(frame: pd.DataFrame, column: str) -> None:
    frame.loc[4, column] = np.inf
    with pytest.raises(EstimationError, match="infinite"):
        run(frame, missing="drop")


def test_all_breaches_in_one_message(frame: pd.DataFrame) -> None:
    frame.loc[0, "control"] = np.nan
    frame.loc[1, "control"] = np.inf
    frame.loc[2, "deaths"] = -1
    frame.loc[3, "deaths"] = 1.5
    frame.loc[4, "personnel"] = -1
    frame["one"] = "a"
    frame["word"] = "b"
    frame["still"] = 1.0
    with pytest.raises(EstimationError) as caught:
        run(
            frame,
            treatment="still",
            controls=("control", "word", "contrl"),
            exposure="personnel",
            inference=Inference(cluster="one"),
        )
    for text in (
        "9 breaches",
        "column 'contrl' is not in the panel. Remedy: perhaps control",
        "column 'word' is of type",
        "'control' is infinite",
        "'control' is missing",
        "negative",
        "fractional",
        "exposure 'personnel' is negative",
        "cluster 'one' has 1 value",
        "treatment 'still' never varies",
    ):
        assert text in str(caught.value)


def test_empty_sample(frame: pd.DataFrame) -> None:
    with pytest.raises(EstimationError, match="sample is empty"):
        run(frame.assign(control=np.nan), missing="drop")


def test_no_event(frame: pd.DataFrame) -> None:
    with pytest.raises(EstimationError, match="no event"):
        run(frame.assign(deaths=0.0))


def test_absorbed_and_collinear_treatment(frame: pd.DataFrame) -> None:
    frame["size"] = frame["host"].str[1:].astype(int)
    with pytest.raises(EstimationError, match="absorbed by the effects mission, year"):
        run(frame, treatment="size")
    frame["sum"] = frame["robustness"] + 2 * frame["control"]
    with pytest.raises(EstimationError, match="collinear with the controls control, sum"):
        run(frame, controls=("control", "sum"))


def test_treatment_that_varies_only_in_units_without_events(frame: pd.DataFrame) -> None:
    silent = frame["mission"].isin(["U03", "U04"])
    frame.loc[silent, "deaths"] = 0
    frame["only"] = np.where(silent, frame["robustness"], 0.0)
    with pytest.raises(EstimationError, match=r"all-zero mission: .*U03, U04"):
        run(frame, treatment="only")


def test_separated_treatment_names_regressor_and_units(frame: pd.DataFrame) -> None:
    chosen = frame["mission"].isin(["U05", "U06"]) & (frame["month"].dt.month == 2)
    frame["early"] = chosen.astype(float)
    frame.loc[chosen, "deaths"] = 0
    with pytest.raises(SeparationError) as caught:
        run(frame, treatment="early")
    assert "treatment 'early' is separated" in str(caught.value)
    assert "U05, U06" in str(caught.value)


def test_family_and_estimator_without_engine_are_refused_by_name(frame: pd.DataFrame) -> None:
    with pytest.raises(SpecificationError) as caught:
        run(frame, family="negative_binomial", estimator="iv")
    assert "family 'negative_binomial' has no engine" in str(caught.value)
    assert "estimator 'iv' has no engine" in str(caught.value)


def test_losses_are_counted_and_named(frame: pd.DataFrame) -> None:
    frame.loc[[2, 3], "control"] = np.nan
    frame.loc[[3, 4], "robustness"] = np.nan
    zero = frame.index[frame["deaths"] == 0][20:22]
    frame.loc[zero, "personnel"] = 0
    silent = frame["mission"] == "U07"
    frame.loc[silent, "deaths"] = 0
    alone = frame.iloc[[50]].assign(mission="lone", deaths=2.0, year=2001)
    cell = frame["mission"].eq("U08") & frame["deaths"].eq(0) & frame["year"].eq(2001)
    frame = pd.concat([frame.assign(cell=cell), alone.assign(cell=False)], ignore_index=True)
    found = run(frame, exposure="personnel", missing="drop", effects=("mission", "year", "cell"))
    lost = found.lost.set_index("reason")
    assert lost.at["missing robustness", "rows"] == 2
    assert lost.at["missing control", "rows"] == 1
    assert lost.at["zero personnel", "rows"] == 2
    assert lost.at["all-zero mission", "names"] == "U07"
    assert lost.at["all-zero mission", "rows"] == silent.sum()
    assert lost.at["singleton mission", "names"] == "lone"
    assert lost.at["singleton mission", "events"] == 2
    assert lost.at["all-zero cell", "names"] == "True"
    assert lost.at["all-zero cell", "rows"] == cell.sum()
    assert found.rows + lost["rows"].sum() == len(frame)
    events = found.events + lost["events"].sum()
    assert events == frame["deaths"].sum()


def test_rows_separated_by_two_effects_together_are_dropped_and_named(
    frame: pd.DataFrame,
) -> None:
    """Only U09 links the blocks, and it has events in one alone."""
    late = frame["year"] >= 2002
    frame = frame[~(frame["mission"].eq("U10") & late)].reset_index(drop=True)
    odd, early = frame["mission"] == "U09", frame["year"] < 2002
    frame["block"] = np.where(odd & early, "own", "rest")
    other = frame["mission"] == "U10"
    frame.loc[other & early, "block"] = "own"
    frame.loc[odd, "deaths"] = np.where(early[odd], 0, 1)
    frame.loc[other, "deaths"] = 1
    found = run(frame, effects=("mission", "block"))
    lost = found.lost.set_index("reason")
    assert set(found.lost["reason"]) == {"separated by effects"}
    assert lost.at["separated by effects", "names"] == "U09"
    assert lost.at["separated by effects", "rows"] == (odd & early).sum()


def test_collinear_control_is_dropped_and_named(frame: pd.DataFrame) -> None:
    frame["copy"] = 5 - 2 * frame["control"]
    plain, found = run(frame), run(frame, controls=("control", "copy"))
    assert found.fit.dropped_terms == ("copy",)
    assert "copy" in found.summary()
    np.testing.assert_allclose(found.coefficient, plain.coefficient, rtol=1e-10)


def test_nullable_and_boolean_columns_are_read(frame: pd.DataFrame) -> None:
    plain = run(frame.assign(flag=(frame["control"] > 0).astype(float)), controls=("flag",))
    typed = frame.astype({"deaths": "Int64", "robustness": "Float64"})
    found = run(typed.assign(flag=frame["control"] > 0), controls=("flag",))
    np.testing.assert_allclose(found.coefficient, plain.coefficient, rtol=1e-12)
