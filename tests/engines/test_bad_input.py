"""The table of missing and degenerate input, for every engine: the same error, the same report."""

import numpy as np
import pandas as pd
import pytest

from pkstats.errors import EstimationError, SeparationError, SpecificationError
from pkstats.estimation import Estimate, estimate
from pkstats.panels import Panel
from pkstats.panels.simulated import simulate_panel
from pkstats.specification import Inference, Specification

ENGINES = {
    "poisson": {"family": "poisson"},
    "negative_binomial": {"family": "negative_binomial"},
    "logit": {"family": "logit"},
    "within": {"family": "linear"},
    "pooled": {"family": "linear", "estimator": "pooled"},
    "random": {"family": "linear", "estimator": "random"},
    "first_difference": {"family": "linear", "estimator": "first_difference"},
}
COUNTS = ("poisson", "negative_binomial")
ABSORBING = (*COUNTS, "logit", "within")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def absorbing(engine: str) -> str:
    """Engines that take effects; the others refuse them, which has its own test."""
    return engine if engine in ABSORBING else pytest.skip(f"{engine} takes no effects")


@pytest.fixture
def counting(engine: str) -> str:
    return engine if engine in COUNTS else pytest.skip(f"{engine} is no model of counts")


@pytest.fixture
def frame(request: pytest.FixtureRequest) -> pd.DataFrame:
    """Overdispersed counts; an indicator for logit."""
    found = simulate_panel(seed=11).frame.astype({"deaths": float})
    rng = np.random.default_rng(11)
    found["deaths"] = rng.poisson(found["deaths"] * rng.gamma(1, 1, len(found))).astype(float)
    if "engine" in request.fixturenames and request.getfixturevalue("engine") == "logit":
        found["deaths"] = found["deaths"].clip(upper=1)
    return found


def run(frame: pd.DataFrame, engine: str = "poisson", **options: object) -> Estimate:
    settings: dict = {
        "outcome": "deaths",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": ("mission", "year") if engine in ABSORBING else (),
        "exposure_as": "offset" if engine in COUNTS else "regressor",
        "inference": Inference(cluster="host", method="CRV1"),
    }
    panel = Panel.from_frame(frame, unit="mission", time="month")
    before = panel.frame.copy()
    try:
        return estimate(Specification(**settings | ENGINES[engine] | options), panel)
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def name_row(frame: pd.DataFrame, row: int) -> str:
    return f"{frame.at[row, 'mission']} {frame.at[row, 'month']:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
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
    frame: pd.DataFrame, engine: str, column: str, value: object, message: str
) -> None:
    if column == "year" and engine not in ABSORBING:
        pytest.skip("no model column")
    row = frame.index[frame["deaths"] == 0][7]
    if isinstance(value, float):
        frame[column] = frame[column].astype(float)
    frame.loc[row, column] = value
    with pytest.raises(EstimationError) as caught:
        run(frame, engine, exposure="personnel")
    assert message in str(caught.value)
    assert name_row(frame, row) in str(caught.value)
    assert "Remedy" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [(-1.0, "count 'deaths' is negative"), (0.5, "count 'deaths' is fractional")],
)
def test_a_bad_count_names_its_row(
    frame: pd.DataFrame, counting: str, value: float, message: str
) -> None:
    frame.loc[5, "deaths"] = value
    with pytest.raises(EstimationError, match=f"{message} in 1 rows: {name_row(frame, 5)}"):
        run(frame, counting)


@pytest.mark.parametrize("value", [-1.0, 0.5, 2.0])
def test_a_bad_indicator_names_its_row(frame: pd.DataFrame, value: float) -> None:
    frame["deaths"] = frame["deaths"].clip(upper=1)
    frame.loc[5, "deaths"] = value
    with pytest.raises(EstimationError) as caught:
        run(frame, "logit")
    assert f"'deaths' is neither 0 nor 1 in 1 rows: {name_row(frame, 5)}" in str(caught.value)


@pytest.mark.parametrize("missing", ["raise", "drop"])
def test_positive_count_without_exposure_always_raises(
    frame: pd.DataFrame, engine: str, missing: str
) -> None:
    row = frame.index[frame["deaths"] > 0][3]
    frame.loc[row, "personnel"] = 0
    with pytest.raises(EstimationError) as caught:
        run(frame, engine, exposure="personnel", missing=missing)
    assert "positive though exposure 'personnel' is 0" in str(caught.value)
    assert name_row(frame, row) in str(caught.value)


@pytest.mark.parametrize("column", ["control", "deaths"])
def test_infinite_raises_even_where_missing_is_dropped(
    frame: pd.DataFrame, engine: str, column: str
) -> None:
    frame.loc[4, column] = np.inf
    with pytest.raises(EstimationError, match="infinite"):
        run(frame, engine, missing="drop")


def test_all_breaches_in_one_message(frame: pd.DataFrame, counting: str) -> None:
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
            counting,
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


def test_empty_sample(frame: pd.DataFrame, engine: str) -> None:
    with pytest.raises(EstimationError, match="sample is empty"):
        run(frame.assign(control=np.nan), engine, missing="drop")


@pytest.mark.parametrize("cluster", ["one", "host"])
def test_fewer_than_two_clusters(frame: pd.DataFrame, engine: str, cluster: str) -> None:
    found = frame.assign(one="a", host="b")
    with pytest.raises(EstimationError, match=f"cluster '{cluster}' has 1 value"):
        run(found, engine, inference=Inference(cluster=cluster))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_outcome_that_never_varies(frame: pd.DataFrame, engine: str, value: float) -> None:
    messages = {"logit": "no event|no row without the event"}
    if engine in COUNTS:
        if value:
            pytest.skip("equal positive counts are events")
        messages[engine] = "no event"
    with pytest.raises(EstimationError, match=messages.get(engine, "the outcome never varies")):
        run(frame.assign(deaths=value), engine)


def test_unknown_column_and_constant_treatment(frame: pd.DataFrame, engine: str) -> None:
    with pytest.raises(EstimationError, match=r"'contrl' is not in the panel.*perhaps control"):
        run(frame, engine, controls=("contrl",))
    with pytest.raises(EstimationError, match="treatment 'still' never varies"):
        run(frame.assign(still=2.0), engine, treatment="still")


def test_collinear_treatment(frame: pd.DataFrame, engine: str) -> None:
    frame["sum"] = frame["robustness"] + 2 * frame["control"]
    with pytest.raises(EstimationError, match="collinear with the controls control, sum"):
        run(frame, engine, controls=("control", "sum"))


def test_treatment_without_change_has_no_first_difference(frame: pd.DataFrame) -> None:
    frame["size"] = frame["host"].str[1:].astype(int)
    with pytest.raises(EstimationError, match="treatment 'size' is absorbed"):
        run(frame, "first_difference", treatment="size")


def test_absorbed_treatment(frame: pd.DataFrame, absorbing: str) -> None:
    frame["size"] = frame["host"].str[1:].astype(int)
    with pytest.raises(EstimationError, match="absorbed by the effects mission, year"):
        run(frame, absorbing, treatment="size")


def test_treatment_that_varies_only_in_units_without_events(
    frame: pd.DataFrame, absorbing: str
) -> None:
    if absorbing == "within":
        pytest.skip("a unit without events informs a linear model")
    silent = frame["mission"].isin(["U03", "U04"])
    frame.loc[silent, "deaths"] = 0
    frame["only"] = np.where(silent, frame["robustness"], 0.0)
    with pytest.raises(EstimationError, match=r"all-zero mission: .*U03, U04"):
        run(frame, absorbing, treatment="only")


def test_separated_treatment_names_regressor_and_units(frame: pd.DataFrame, absorbing: str) -> None:
    if absorbing == "within":
        pytest.skip("a linear model has no separation")
    chosen = frame["mission"].isin(["U05", "U06"]) & (frame["month"].dt.month == 2)
    frame["early"] = chosen.astype(float)
    frame.loc[chosen, "deaths"] = 0
    with pytest.raises(SeparationError) as caught:
        run(frame, absorbing, treatment="early")
    assert "treatment 'early' is separated" in str(caught.value)
    assert "U05, U06" in str(caught.value)


def test_family_and_estimator_without_engine_are_refused_by_name(frame: pd.DataFrame) -> None:
    with pytest.raises(SpecificationError) as caught:
        run(frame, family="duration", estimator="iv")
    assert "estimator 'iv' has no engine for family 'duration'" in str(caught.value)


@pytest.mark.parametrize("estimator", ["pooled", "random", "first_difference", "iv"])
@pytest.mark.parametrize("family", ["poisson", "negative_binomial", "logit"])
def test_estimators_of_linear_models_alone_are_refused_for_others(
    frame: pd.DataFrame, family: str, estimator: str
) -> None:
    message = f"estimator '{estimator}' has no engine for family '{family}'"
    with pytest.raises(SpecificationError, match=message):
        run(frame, family, estimator=estimator)


@pytest.mark.parametrize("estimator", ["pooled", "random", "first_difference"])
def test_effects_are_refused_where_none_are_absorbed(frame: pd.DataFrame, estimator: str) -> None:
    with pytest.raises(SpecificationError, match=f"'{estimator}' absorbs no effects, given year"):
        run(frame, estimator, effects=("year",))


@pytest.mark.parametrize("engine", sorted(set(ENGINES) - set(COUNTS)))
def test_offset_is_refused_without_a_log_link(frame: pd.DataFrame, engine: str) -> None:
    with pytest.raises(SpecificationError, match="takes no exposure as offset"):
        run(frame, engine, exposure="personnel", exposure_as="offset")


def test_counts_without_overdispersion_have_no_negative_binomial(frame: pd.DataFrame) -> None:
    frame["deaths"] = 1.0
    frame.loc[::7, "deaths"] = 2.0
    with pytest.raises(EstimationError, match=r"not overdispersed.*family='poisson'"):
        run(frame, "negative_binomial")


def test_losses_are_counted_and_named(frame: pd.DataFrame, counting: str) -> None:
    frame.loc[[2, 3], "control"] = np.nan
    frame.loc[[3, 4], "robustness"] = np.nan
    zero = frame.index[frame["deaths"] == 0][20:22]
    frame.loc[zero, "personnel"] = 0
    silent = frame["mission"] == "U07"
    frame.loc[silent, "deaths"] = 0
    alone = frame.iloc[[50]].assign(mission="lone", deaths=2.0, year=2001)
    cell = frame["mission"].eq("U08") & frame["deaths"].eq(0) & frame["year"].eq(2001)
    frame = pd.concat([frame.assign(cell=cell), alone.assign(cell=False)], ignore_index=True)
    found = run(
        frame, counting, exposure="personnel", missing="drop", effects=("mission", "year", "cell")
    )
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


def test_missing_rows_are_counted_by_every_engine(frame: pd.DataFrame, engine: str) -> None:
    frame.loc[[2, 3], "control"] = np.nan
    frame.loc[[3, 4], "robustness"] = np.nan
    found = run(frame, engine, missing="drop")
    lost = found.lost.set_index("reason")
    assert lost.at["missing robustness", "rows"] == 2
    assert lost.at["missing control", "rows"] == 1
    assert found.rows + lost["rows"].sum() == len(frame)
    assert "missing control" in found.summary()


def test_uninformative_levels_of_a_logit_are_named(frame: pd.DataFrame) -> None:
    frame["deaths"] = frame["deaths"].clip(upper=1)
    frame.loc[frame["mission"] == "U07", "deaths"] = 0
    frame.loc[frame["mission"] == "U08", "deaths"] = 1
    alone = frame.iloc[[50]].assign(mission="lone", deaths=1.0)
    found = run(pd.concat([frame, alone], ignore_index=True), "logit")
    lost = found.lost.set_index("reason")
    assert lost.at["all-zero mission", "names"] == "U07"
    assert lost.at["all-one mission", "names"] == "U08, lone"
    assert found.rows + lost["rows"].sum() == len(frame) + 1


def test_singletons_of_a_linear_model_are_dropped_and_named(frame: pd.DataFrame) -> None:
    alone = frame.iloc[[50]].assign(mission="lone")
    found = run(pd.concat([frame, alone], ignore_index=True), "within")
    assert found.lost.to_dict("records") == [
        {"reason": "singleton mission", "rows": 1, "names": "lone",
         "events": frame.at[50, "deaths"]}
    ]  # fmt: skip


def test_first_differences_lose_first_rows_and_rows_after_a_gap(frame: pd.DataFrame) -> None:
    units = frame["mission"].nunique()
    whole = run(frame, "first_difference")
    assert whole.rows == len(frame) - units
    row = frame.index[frame["mission"] == "U03"][5]
    found = run(frame.drop(index=row).reset_index(drop=True), "first_difference")
    assert found.lost.at[0, "rows"] == units + 1
    assert found.rows == whole.rows - 2


@pytest.mark.parametrize("counting", COUNTS)
def test_rows_separated_by_two_effects_together_are_dropped_and_named(
    frame: pd.DataFrame, counting: str
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
    found = run(frame, counting, effects=("mission", "block"))
    lost = found.lost.set_index("reason")
    assert set(found.lost["reason"]) == {"separated by effects"}
    assert lost.at["separated by effects", "names"] == "U09"
    assert lost.at["separated by effects", "rows"] == (odd & early).sum()


def test_collinear_control_is_dropped_and_named(frame: pd.DataFrame, engine: str) -> None:
    frame["copy"] = 5 - 2 * frame["control"]
    plain, found = run(frame, engine), run(frame, engine, controls=("control", "copy"))
    assert found.fit.dropped_terms == ("copy",)
    assert "copy" in found.summary()
    np.testing.assert_allclose(found.coefficient, plain.coefficient, rtol=1e-10)


def test_nullable_and_boolean_columns_are_read(frame: pd.DataFrame, engine: str) -> None:
    plain = run(frame.assign(flag=(frame["control"] > 0).astype(float)), engine, controls=("flag",))
    typed = frame.astype({"deaths": "Int64", "robustness": "Float64"})
    found = run(typed.assign(flag=frame["control"] > 0), engine, controls=("flag",))
    np.testing.assert_allclose(found.coefficient, plain.coefficient, rtol=1e-12)
