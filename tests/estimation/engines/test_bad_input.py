"""The table of missing and degenerate input, for every engine: the same error, the same report."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import (
    AbsorbedError,
    BoundaryError,
    EmptySampleError,
    NoVariationError,
    SeparationError,
    SpecificationError,
    TooFewClustersError,
)
from pkstats.estimation.engines import catalogue
from pkstats.estimation.engines.catalogue import Engine
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Method, Specification

#: Every engine of the catalogue, so that a new one inherits the matrix.
ENGINES = {f"{e.family} {e.estimator}": e for e in catalogue.ENGINES}
COUNTS = ("poisson", "negative_binomial")
BINARY = ("logit", "duration")
#: Effects that the frame offers to an engine, by what it does with them: a mixed model draws the
#: unit's intercept, and strata by unit and year would hold one row at risk each.
EFFECTS = {"mixed": ("year",), "cox": ("era",)}


def select(keep: Callable[[Engine], bool]) -> list[str]:
    return [name for name, engine in ENGINES.items() if keep(engine)]


def effects_of(engine: str) -> tuple[str, ...]:
    found = ENGINES[engine]
    return EFFECTS.get(found.estimator, ("mission", "year")) if found.effects else ()


ALL = select(lambda e: True)
ABSORBING = select(lambda e: bool(e.effects))
COUNTING = select(lambda e: e.family in COUNTS)
FIXED_UNITS = [name for name in ABSORBING if "mission" in effects_of(name)]
SEPARABLE = [name for name in ABSORBING if ENGINES[name].family != "linear"]
every = pytest.mark.parametrize("engine", ALL)
absorbing = pytest.mark.parametrize("engine", ABSORBING)
counting = pytest.mark.parametrize("engine", COUNTING)
separable = pytest.mark.parametrize("engine", SEPARABLE)


@pytest.fixture
def frame(request: pytest.FixtureRequest) -> pd.DataFrame:
    """Overdispersed counts, with an instrument; indicators, and spells that end with an event."""
    found = simulate_panel(seed=11).frame.astype({"deaths": float})
    rng = np.random.default_rng(11)
    found["deaths"] = rng.poisson(found["deaths"] * rng.gamma(1, 1, len(found))).astype(float)
    found["z"] = found["robustness"] + rng.normal(size=len(found))
    found["era"] = np.where(found["year"] < 2002, "early", "late")
    engine = request.node.callspec.params.get("engine") if hasattr(request.node, "callspec") else ""
    if engine and ENGINES[engine].family in BINARY:
        found["deaths"] = found["deaths"].clip(upper=1)
    found["spell"] = found.groupby("mission")["deaths"].transform(
        lambda deaths: (deaths > 0).shift(fill_value=False).cumsum()
    )
    return found


def run(frame: pd.DataFrame, engine: str, **options: object) -> Estimate:
    served = ENGINES[engine]
    settings: dict = {
        "outcome": "deaths",
        "treatment": "robustness",
        "controls": ("control",),
        "effects": effects_of(engine),
        "exposure_as": "offset" if served.offset else "regressor",
        "family": served.family,
        "estimator": served.estimator,
        "inference": Inference(cluster="host", method="CRV1"),
    }
    if "instruments" in served.options:
        settings["instruments"] = ("z",)
    if "spell" in served.options:
        settings["spell"] = "spell"
    panel = Panel.from_frame(frame, unit="mission", time="month")
    before = panel.frame.copy()
    try:
        return estimate(Specification(**settings | options), panel)
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def name_row(frame: pd.DataFrame, row: int) -> str:
    return f"{frame.at[row, 'mission']} {frame.at[row, 'month']:%Y-%m-%d}"


@every
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
    if column == "year" and column not in effects_of(engine):
        pytest.skip(f"no column of the model {engine}")
    row = frame.index[frame["deaths"] == 0][7]
    if isinstance(value, float):
        frame[column] = frame[column].astype(float)
    frame.loc[row, column] = value
    with pytest.raises(SpecificationError) as caught:
        run(frame, engine, exposure="personnel")
    assert message in str(caught.value)
    assert name_row(frame, row) in str(caught.value)
    assert "Remedy" in str(caught.value)


@counting
@pytest.mark.parametrize(
    ("value", "message"),
    [(-1.0, "count 'deaths' is negative"), (0.5, "count 'deaths' is fractional")],
)
def test_a_bad_count_names_its_row(
    frame: pd.DataFrame, engine: str, value: float, message: str
) -> None:
    frame.loc[5, "deaths"] = value
    with pytest.raises(SpecificationError, match=f"{message} in 1 rows: {name_row(frame, 5)}"):
        run(frame, engine)


@pytest.mark.parametrize("engine", select(lambda e: e.family in BINARY))
@pytest.mark.parametrize("value", [-1.0, 0.5, 2.0])
def test_a_bad_indicator_names_its_row(frame: pd.DataFrame, engine: str, value: float) -> None:
    frame.loc[5, "deaths"] = value
    with pytest.raises(SpecificationError) as caught:
        run(frame, engine)
    assert f"'deaths' is neither 0 nor 1 in 1 rows: {name_row(frame, 5)}" in str(caught.value)


@every
@pytest.mark.parametrize("missing", ["raise", "drop"])
def test_positive_count_without_exposure_always_raises(
    frame: pd.DataFrame, engine: str, missing: str
) -> None:
    row = frame.index[frame["deaths"] > 0][3]
    frame.loc[row, "personnel"] = 0
    with pytest.raises(SpecificationError) as caught:
        run(frame, engine, exposure="personnel", missing=missing)
    assert "positive though exposure 'personnel' is 0" in str(caught.value)
    assert name_row(frame, row) in str(caught.value)


@every
@pytest.mark.parametrize("column", ["control", "deaths"])
def test_infinite_raises_even_where_missing_is_dropped(
    frame: pd.DataFrame, engine: str, column: str
) -> None:
    frame.loc[4, column] = np.inf
    with pytest.raises(SpecificationError, match="infinite"):
        run(frame, engine, missing="drop")


@counting
def test_all_breaches_in_one_message(frame: pd.DataFrame, engine: str) -> None:
    frame.loc[0, "control"] = np.nan
    frame.loc[1, "control"] = np.inf
    frame.loc[2, "deaths"] = -1
    frame.loc[3, "deaths"] = 1.5
    frame.loc[4, "personnel"] = -1
    frame["one"] = "a"
    frame["word"] = "b"
    frame["still"] = 1.0
    with pytest.raises(SpecificationError) as caught:
        run(
            frame,
            engine,
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


@every
def test_empty_sample(frame: pd.DataFrame, engine: str) -> None:
    with pytest.raises(EmptySampleError, match="sample is empty"):
        run(frame.assign(control=np.nan), engine, missing="drop")


@every
@pytest.mark.parametrize("cluster", ["one", "host"])
def test_fewer_than_two_clusters(frame: pd.DataFrame, engine: str, cluster: str) -> None:
    found = frame.assign(one="a", host="b")
    with pytest.raises(TooFewClustersError, match=f"cluster '{cluster}' has 1 value"):
        run(found, engine, inference=Inference(cluster=cluster))


@every
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_outcome_that_never_varies(frame: pd.DataFrame, engine: str, value: float) -> None:
    family = ENGINES[engine].family
    if family in COUNTS and value:
        pytest.skip("equal positive counts are events")
    message, failure = "the outcome never varies", NoVariationError
    if family != "linear" and value:
        message = "no row without the event"
    elif family != "linear":
        message, failure = "no event", EmptySampleError
    frame["spell"] = np.arange(len(frame))
    with pytest.raises(failure, match=message):
        run(frame.assign(deaths=value), engine)


@every
def test_unknown_column_and_constant_treatment(frame: pd.DataFrame, engine: str) -> None:
    with pytest.raises(SpecificationError, match=r"'contrl' is not in the panel.*perhaps control"):
        run(frame, engine, controls=("contrl",))
    with pytest.raises(NoVariationError, match="treatment 'still' never varies"):
        run(frame.assign(still=2.0), engine, treatment="still")


@every
def test_collinear_treatment(frame: pd.DataFrame, engine: str) -> None:
    frame["sum"] = frame["robustness"] + 2 * frame["control"]
    with pytest.raises(AbsorbedError, match="collinear with the controls control, sum"):
        run(frame, engine, controls=("control", "sum"))


def test_treatment_without_change_has_no_first_difference(frame: pd.DataFrame) -> None:
    frame["size"] = frame["host"].str[1:].astype(int)
    with pytest.raises(AbsorbedError, match="treatment 'size' is absorbed"):
        run(frame, "linear first_difference", treatment="size")


@absorbing
def test_absorbed_treatment(frame: pd.DataFrame, engine: str) -> None:
    first = effects_of(engine)[0]
    frame["size"] = pd.factorize(frame[first], sort=True)[0] % 7
    message = f"absorbed by the effects {', '.join(effects_of(engine))}"
    with pytest.raises(AbsorbedError, match=message):
        run(frame, engine, treatment="size")


@separable
def test_treatment_that_varies_only_in_levels_without_events(
    frame: pd.DataFrame, engine: str
) -> None:
    first = effects_of(engine)[0]
    chosen = {"mission": ["U03", "U04"], "year": [2003], "era": ["early"]}[first]
    silent = frame[first].isin(chosen)
    frame.loc[silent, "deaths"] = 0
    frame["only"] = np.where(silent, frame["robustness"], 0.0)
    what = "risk set" if ENGINES[engine].effects == "strata" else first
    with pytest.raises(AbsorbedError, match=rf"all-zero {what}.*: .*{chosen[-1]}"):
        run(frame, engine, treatment="only")


@separable
def test_separated_treatment_names_regressor_and_units(frame: pd.DataFrame, engine: str) -> None:
    chosen = frame["mission"].isin(["U05", "U06"]) & (frame["month"].dt.month == 2)
    frame["early"] = chosen.astype(float)
    frame.loc[chosen, "deaths"] = 0
    with pytest.raises(SeparationError) as caught:
        run(frame, engine, treatment="early")
    assert "treatment 'early' is separated" in str(caught.value)
    assert "U05, U06" in str(caught.value)


@separable
def test_rows_that_a_control_separates_are_lost_and_named(frame: pd.DataFrame, engine: str) -> None:
    chosen = frame["mission"].isin(["U05", "U06"]) & (frame["month"].dt.month == 2)
    frame["early"] = chosen.astype(float)
    frame.loc[chosen, "deaths"] = 0
    found = run(frame, engine, controls=("control", "early"))
    lost = found.lost.set_index("reason")
    assert lost.at["separated by regressors", "names"] == "U05, U06"
    assert found.fit.dropped_terms == ("early",)
    assert found.rows + lost["rows"].sum() == len(frame)


@pytest.mark.parametrize("estimator", [e.estimator for e in catalogue.ENGINES])
@pytest.mark.parametrize("family", sorted({e.family for e in catalogue.ENGINES}))
def test_what_the_catalogue_does_not_hold_is_refused_by_name(
    frame: pd.DataFrame, family: str, estimator: str
) -> None:
    if f"{family} {estimator}" in ENGINES:
        pytest.skip("served")
    with pytest.raises(SpecificationError) as caught:
        run(frame, "linear within", family=family, estimator=estimator)
    assert f"estimator {estimator!r} has no engine for family {family!r}" in str(caught.value)
    served = [e.estimator for e in catalogue.ENGINES if e.family == family]
    assert all(repr(name) in str(caught.value) for name in served)


@pytest.mark.parametrize("engine", select(lambda e: not e.effects))
def test_effects_are_refused_where_none_are_absorbed(frame: pd.DataFrame, engine: str) -> None:
    estimator = ENGINES[engine].estimator
    with pytest.raises(SpecificationError, match=f"'{estimator}' absorbs no effects, given year"):
        run(frame, engine, effects=("year",))


@pytest.mark.parametrize("engine", select(lambda e: not e.offset))
def test_offset_is_refused_without_a_log_link(frame: pd.DataFrame, engine: str) -> None:
    with pytest.raises(SpecificationError, match="takes no exposure as offset"):
        run(frame, engine, exposure="personnel", exposure_as="offset")


@every
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("instruments", ("z",)),
        ("varying", "slope"),
        ("link", "complementary_log_log"),
        ("baseline_degree", 1),
        ("ties", "breslow"),
        ("spell", "spell"),
    ],
)
def test_an_option_of_another_engine_is_refused(
    frame: pd.DataFrame, engine: str, option: str, value: object
) -> None:
    if option in ENGINES[engine].options:
        pytest.skip("its own option")
    with pytest.raises(SpecificationError, match=f"{option}=.* means nothing to estimator"):
        run(frame, engine, **{option: value})


@every
def test_a_covariance_that_is_not_served_is_refused(frame: pd.DataFrame, engine: str) -> None:
    found = run(frame, engine)
    for method in set(get_args(Method)) - set(ENGINES[engine].covariances):
        inference = Inference(cluster="host", method=method)
        message = f"method '{method}' is not served for family '{ENGINES[engine].family}'"
        with pytest.raises(SpecificationError, match=message):
            run(frame, engine, inference=inference)
        with pytest.raises(SpecificationError, match=message):
            found.with_inference(inference)


def test_counts_without_overdispersion_have_no_negative_binomial(frame: pd.DataFrame) -> None:
    frame["deaths"] = 1.0
    frame.loc[::7, "deaths"] = 2.0
    with pytest.raises(BoundaryError, match=r"not overdispersed.*family='poisson'"):
        run(frame, "negative_binomial within")


@pytest.mark.parametrize("engine", [c for c in COUNTING if c in FIXED_UNITS])
def test_losses_are_counted_and_named(frame: pd.DataFrame, engine: str) -> None:
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
        frame, engine, exposure="personnel", missing="drop", effects=("mission", "year", "cell")
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


@every
def test_missing_rows_are_counted_by_every_engine(frame: pd.DataFrame, engine: str) -> None:
    frame.loc[[2, 3], "control"] = np.nan
    frame.loc[[3, 4], "robustness"] = np.nan
    found = run(frame, engine, missing="drop")
    lost = found.lost.set_index("reason")
    assert lost.at["missing robustness", "rows"] == 2
    assert lost.at["missing control", "rows"] == 1
    assert found.rows + lost["rows"].sum() == len(frame)
    assert "missing control" in found.summary()


@pytest.mark.parametrize("engine", [e for e in FIXED_UNITS if ENGINES[e].family in BINARY])
def test_levels_without_contrast_of_zero_and_one_are_named(
    frame: pd.DataFrame, engine: str
) -> None:
    frame.loc[frame["mission"] == "U07", "deaths"] = 0
    frame.loc[frame["mission"] == "U08", "deaths"] = 1
    frame["spell"] = np.arange(len(frame))
    alone = frame.iloc[[50]].assign(mission="lone", deaths=1.0)
    found = run(
        pd.concat([frame, alone], ignore_index=True), engine,
        **({"baseline_degree": 0} if ENGINES[engine].family == "duration" else {}),
    )  # fmt: skip
    lost = found.lost.set_index("reason")
    assert lost.at["all-zero mission", "names"] == "U07"
    assert lost.at["all-one mission", "names"] == "U08, lone"
    assert found.rows + lost["rows"].sum() == len(frame) + 1


@pytest.mark.parametrize("engine", [e for e in FIXED_UNITS if ENGINES[e].family == "linear"])
def test_singletons_of_a_linear_model_are_dropped_and_named(
    frame: pd.DataFrame, engine: str
) -> None:
    alone = frame.iloc[[50]].assign(mission="lone")
    found = run(pd.concat([frame, alone], ignore_index=True), engine)
    assert found.lost.to_dict("records") == [
        {"reason": "singleton mission", "rows": 1, "names": "lone",
         "events": frame.at[50, "deaths"]}
    ]  # fmt: skip


def test_first_differences_lose_first_rows_and_rows_after_a_gap(frame: pd.DataFrame) -> None:
    units = frame["mission"].nunique()
    whole = run(frame, "linear first_difference")
    assert whole.rows == len(frame) - units
    row = frame.index[frame["mission"] == "U03"][5]
    found = run(frame.drop(index=row).reset_index(drop=True), "linear first_difference")
    assert found.lost.at[0, "rows"] == units + 1
    assert found.rows == whole.rows - 2


@pytest.mark.parametrize("engine", [c for c in COUNTING if c in FIXED_UNITS])
def test_rows_separated_by_two_effects_together_are_dropped_and_named(
    frame: pd.DataFrame, engine: str
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
    found = run(frame, engine, effects=("mission", "block"))
    lost = found.lost.set_index("reason")
    assert set(found.lost["reason"]) == {"separated by effects"}
    assert lost.at["separated by effects", "names"] == "U09"
    assert lost.at["separated by effects", "rows"] == (odd & early).sum()


@every
def test_collinear_control_is_dropped_and_named(frame: pd.DataFrame, engine: str) -> None:
    frame["copy"] = 5 - 2 * frame["control"]
    plain, found = run(frame, engine), run(frame, engine, controls=("control", "copy"))
    assert found.fit.dropped_terms == ("copy",)
    assert "copy" in found.summary()
    np.testing.assert_allclose(found.coefficient, plain.coefficient, rtol=1e-10)


@every
def test_nullable_and_boolean_columns_are_read(frame: pd.DataFrame, engine: str) -> None:
    plain = run(frame.assign(flag=(frame["control"] > 0).astype(float)), engine, controls=("flag",))
    typed = frame.astype({"deaths": "Int64", "robustness": "Float64"})
    found = run(typed.assign(flag=frame["control"] > 0), engine, controls=("flag",))
    np.testing.assert_allclose(found.coefficient, plain.coefficient, rtol=1e-12)


@pytest.mark.parametrize("engine", select(lambda e: e.family == "duration"))
def test_spells_that_outlive_their_event_are_refused(frame: pd.DataFrame, engine: str) -> None:
    """Without numbered spells most missions have several events: both kinds in one message."""
    first = frame.index[frame["deaths"] > 0][0]
    with pytest.raises(SpecificationError) as caught:
        run(frame, engine, spell=None)
    assert "2 breaches" in str(caught.value)
    assert "'deaths' repeats in one mission in" in str(caught.value)
    assert "rows follow the event of their mission in" in str(caught.value)
    assert name_row(frame, first + 1) in str(caught.value)
    assert "name it in spell=" in str(caught.value)


@pytest.mark.parametrize("engine", select(lambda e: e.family == "duration"))
def test_a_missing_or_unknown_spell_is_a_breach(frame: pd.DataFrame, engine: str) -> None:
    frame["spell"] = frame["spell"].astype(float)
    frame.loc[9, "spell"] = np.nan
    with pytest.raises(
        SpecificationError, match=f"'spell' is missing in 1 rows: {name_row(frame, 9)}"
    ):
        run(frame, engine)
    with pytest.raises(SpecificationError, match=r"'spel' is not in the panel.*perhaps spell"):
        run(frame, engine, spell="spel")


@pytest.mark.parametrize("engine", select(lambda e: e.estimator == "mixed"))
def test_a_unit_in_several_clusters_has_no_clustered_mixed_model(
    frame: pd.DataFrame, engine: str
) -> None:
    frame.loc[frame.index[frame["mission"] == "U03"][:4], "host"] = "H09"
    with pytest.raises(SpecificationError, match="units in several clusters: U03"):
        run(frame, engine)


@pytest.mark.parametrize("engine", select(lambda e: e.estimator == "mixed"))
def test_effects_that_fix_the_intercept_of_every_unit_are_refused(
    frame: pd.DataFrame, engine: str
) -> None:
    with pytest.raises(AbsorbedError, match="effects mission fix the intercept of every unit"):
        run(frame, engine, effects=("mission",))


def test_instruments_that_are_missing_bad_or_idle(frame: pd.DataFrame) -> None:
    engine = "linear iv"
    with pytest.raises(SpecificationError, match="'iv' has no instruments"):
        run(frame, engine, instruments=())
    with pytest.raises(SpecificationError, match="columns with two roles: control"):
        run(frame, engine, instruments=("control",))
    with pytest.raises(AbsorbedError, match="no instrument of size varies beside mission, year"):
        run(frame.assign(size=frame["host"].str[1:].astype(int)), engine, instruments=("size",))
    frame["copy"] = 1 - frame["z"]
    plain, found = run(frame, engine), run(frame, engine, instruments=("z", "copy"))
    assert found.fit.dropped_terms == ("copy",)
    assert found.coefficient == pytest.approx(plain.coefficient, rel=1e-12)
    frame.loc[7, "z"] = np.inf
    frame.loc[8, "z"] = np.nan
    with pytest.raises(SpecificationError) as caught:
        run(frame, engine)
    assert f"'z' is infinite in 1 rows: {name_row(frame, 7)}" in str(caught.value)
    assert f"'z' is missing in 1 rows: {name_row(frame, 8)}" in str(caught.value)
