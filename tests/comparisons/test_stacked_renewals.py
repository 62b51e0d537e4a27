from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import pkstats as pk
from pkstats.comparisons import renewal_windows as windows
from pkstats.comparisons.stacked_renewals import StackedRenewals, stacked_renewals
from pkstats.data.panels import Panel
from pkstats.errors import NoComparisonError, NoVariationError, SpecificationError
from pkstats.estimation.specification import Inference, Specification
from pkstats.families import find_family

SPECIFICATION = Specification(
    outcome="attacks", treatment="index_lag1", controls=("control",), effects=("mission", "year"),
    exposure="personnel", family="poisson", inference=Inference(cluster="host"), missing="drop",
)  # fmt: skip


def make_frame(
    *,
    missions: int = 12,
    months: int = 60,
    seed: int = 1,
    effect: float = 0.0,
    before: float = 0.0,
    base: float = -6.0,
) -> pd.DataFrame:
    """Missions renewed every twelve months; every second one steps at a renewal, by 1 or 2.

    ``before`` raises the log rate by itself times the step in the three months before time zero.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(missions):
        t = np.arange(months)
        renewal = (t % 12 == number % 12) & (t > 0)
        step = (1.0 + number % 4 / 2) * (number % 2 == 0)
        at = int(np.flatnonzero(renewal)[len(np.flatnonzero(renewal)) // 2])
        index = 1.0 + step * (t >= at)
        lagged = np.concatenate([[np.nan], index[:-1]])
        late = (t >= at - 2) & (t <= at)
        personnel = rng.integers(2000, 9000, months)
        control = rng.normal(size=months)
        rate = base + rng.normal(0, 0.5) + 0.2 * control + effect * (lagged - 1) * (t > 0)
        mean = personnel * np.exp(np.nan_to_num(rate, nan=base) + before * step * late)
        parts.append(
            pd.DataFrame(
                {
                    "mission": f"M{number:02d}", "host": f"H{number // 2:02d}",
                    "month": pd.date_range("2001-01-01", periods=months, freq="MS"),
                    "index": index, "renewal": renewal.astype(int), "personnel": personnel,
                    "control": control, "attacks": rng.poisson(mean),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def study(frame: pd.DataFrame, *, window: int = 6, **options: object) -> StackedRenewals:
    frame = frame.assign(year=frame["month"].dt.year)
    panel = Panel.from_frame(frame, unit="mission", time="month").lag("index", months=1)
    before = panel.frame.copy()
    try:
        return stacked_renewals(
            replace(SPECIFICATION, **options), panel, renewal="renewal", window=window
        )
    finally:
        pd.testing.assert_frame_equal(panel.frame, before)


def stack_by_hand(frame: pd.DataFrame, *, window: int) -> pd.DataFrame:
    """The stacked rows, written with loops over a panel without gaps, sorted by mission."""
    rows = []
    lives = {m: life.reset_index(drop=True) for m, life in frame.groupby("mission")}
    marked = [
        (m, int(t), life["index"].diff()[t])
        for m, life in lives.items()
        for t in np.flatnonzero(life["renewal"])
    ]
    for m, t, step in marked:
        if not step:
            continue
        stack = [(m, t, step)]
        for u, s, other in sorted(marked, key=lambda x: (abs(x[1] - t), x[1], x[0])):
            life = lives[u]
            inside = life.index[(life.index > s - window) & (life.index <= s + window)]
            changes = np.flatnonzero(life["index"].diff().fillna(0))
            near = u == m or abs(s - t) <= window
            clean = not any(abs(c - s) < window for c in changes) and len(inside) > window
            fresh = u == m or not any(c <= s for c in changes)
            free = all(u != v or abs(s - w) >= 2 * window for v, w, _ in stack)
            if not other and near and clean and fresh and free:
                stack.append((u, s, 0.0))
        for u, s, size in stack:
            for j in range(s + 1 - window, s + 1 + window):
                if 1 <= j < len(lives[u]):
                    row = lives[u].loc[j].to_dict()
                    names = {"window": f"{m}{t}|{u}{s}", "time": f"{m}{t}|{j - s - 1}"}
                    rows.append(row | names | {"k": j - s - 1, "size": size})
    return pd.DataFrame(rows)


def fit_by_hand(rows: pd.DataFrame, treatment: pd.Series) -> float:
    """Coefficient of a statsmodels GLM with an indicator for every window and event time."""
    kept = rows[rows.groupby("window")["attacks"].transform("sum") > 0]
    kept = kept[kept.groupby("time")["attacks"].transform("sum") > 0]
    dummies = pd.get_dummies(kept[["window", "time"]], dtype=float)
    design = np.column_stack([treatment[kept.index], kept["control"], dummies])
    model = sm.GLM(
        kept["attacks"].to_numpy(float), design, family=sm.families.Poisson(),
        offset=np.log(kept["personnel"].to_numpy(float)),
    )  # fmt: skip
    return float(model.fit(tol=1e-13, tol_criterion="params", maxiter=200).params[0])


def test_both_coefficients_are_those_of_a_glm_with_indicators() -> None:
    frame = make_frame(missions=4, months=40)
    found = study(frame, window=5)
    rows = stack_by_hand(frame, window=5)
    post = fit_by_hand(rows, rows["size"] * (rows["k"] >= 0))
    before = rows[rows["k"] < 0]
    pre = fit_by_hand(before, before["size"] * (before["k"] >= -2))
    assert found.effect.coefficient == pytest.approx(post, abs=1e-6)
    assert found.pre_period.coefficient == pytest.approx(pre, abs=1e-6)
    assert found.effect.rows == len(rows)


def test_a_linear_outcome_is_the_difference_of_differences_of_windows() -> None:
    frame = make_frame(missions=3, months=45)
    frame.loc[frame["mission"] == "M02", "index"] = 1.0
    frame["y"] = np.random.default_rng(3).normal(size=len(frame))
    found = study(frame, outcome="y", family="linear", exposure=None, controls=(), window=4)
    rows = stack_by_hand(frame, window=4)
    means = rows.groupby(["window", rows["k"] >= 0])["y"].mean().unstack()
    change = means[True] - means[False]
    size = rows.groupby("window")["size"].first()
    gap = (change[size > 0].mean() - change[size == 0].mean()) / size.max()
    assert found.effect.coefficient == pytest.approx(gap, abs=1e-10)


def test_the_figures_do_not_depend_on_order_names_calendar_or_scale_of_exposure() -> None:
    frame = make_frame()
    found = study(frame)
    renamed = frame["mission"].map({m: f"X{9 - int(m[1:]) % 7}{m}" for m in frame["mission"]})
    worlds = {
        "order": frame.sample(frac=1, random_state=4),
        "calendar": frame.assign(month=frame["month"] + pd.DateOffset(months=7)),
        "exposure": frame.assign(personnel=frame["personnel"] / 1000),
        "names": frame.assign(mission=renamed),
    }
    for world in worlds.values():
        other = study(world)
        for one, two in ((found.effect, other.effect), (found.pre_period, other.pre_period)):
            assert two.coefficient == pytest.approx(one.coefficient, abs=1e-8)
            assert two.std_error == pytest.approx(one.std_error, abs=1e-8)
    halved = study(frame.assign(index=frame["index"] * 2))
    assert halved.effect.coefficient == pytest.approx(found.effect.coefficient / 2, abs=1e-8)
    assert halved.effect.statistic == pytest.approx(found.effect.statistic, abs=1e-6)


def test_parallel_worlds_give_the_effect_back_and_a_rise_before_the_step_is_found() -> None:
    draws = range(16)
    known = [study(make_frame(seed=s, effect=0.3)) for s in draws]
    post = np.array([f.effect.coefficient for f in known])
    pre = np.array([f.pre_period.coefficient for f in known])
    assert abs(post.mean() - 0.3) < 3 * post.std(ddof=1) / np.sqrt(len(draws))
    assert abs(pre.mean()) < 3 * pre.std(ddof=1) / np.sqrt(len(draws))
    rising = [study(make_frame(seed=s, before=0.4)).pre_period.coefficient for s in draws]
    error = np.std(rising, ddof=1) / np.sqrt(len(draws))
    assert abs(np.mean(rising) - 0.4) < 3 * error
    assert np.mean(rising) > 10 * error


def test_a_step_in_a_violent_year_is_no_effect() -> None:
    """The level of a mission around its step differs from its other years; nothing changes at r."""
    found = []
    for seed in range(12):
        frame = make_frame(seed=seed, base=-7.0)
        rng = np.random.default_rng(seed)
        stepped = frame.groupby("mission")["index"].diff().fillna(0) > 0
        at = frame["month"].where(stepped).groupby(frame["mission"]).transform("min")
        gap = (frame["month"].dt.year - at.dt.year) * 12 + frame["month"].dt.month - at.dt.month
        violent = np.where(gap.between(-5, 6), 1.5, 0.0)
        frame["attacks"] = rng.poisson(frame["personnel"] * np.exp(-7 + violent))
        found.append(study(frame).effect.coefficient)
    assert abs(np.mean(found)) < 3 * np.std(found, ddof=1) / np.sqrt(12)


def test_every_renewal_that_is_left_out_is_counted_by_its_reason() -> None:
    frame = make_frame(missions=6, months=60)
    first = (frame["mission"] == "M01") & (frame["month"] == "2001-01-01")
    frame.loc[first, "renewal"] = 1
    near = (frame["mission"] == "M00") & (frame["month"] >= "2003-10-01")
    frame.loc[near, "index"] += 1
    later = (frame["mission"] == "M02") & (frame["month"] == "2003-10-01")
    frame.loc[later, "renewal"] = 1
    found = study(frame)
    lost = found.lost.set_index(["part", "reason"])["renewals"]
    assert lost["comparisons", windows.NO_VALUE] == 1
    assert lost["steps", windows.OFF_CALENDAR] == 1
    assert lost["steps", windows.OTHER_STEP] == 1
    assert lost["comparisons", windows.STEPPED] == 1
    assert set(found.steps["mission"]) == {"M02", "M04"}
    rows = found.lost[found.lost["renewals"] == 0]
    stacked = len(found.effect.panel.frame)
    assert stacked - rows.loc[rows["part"] == "effect", "rows"].sum() == found.effect.rows


def test_no_row_stands_twice_in_a_stack() -> None:
    frame = make_frame()
    frame.loc[frame["month"].dt.month % 3 == 0, "renewal"] = 1
    stacked = study(frame).effect.panel.frame
    stack = stacked["stacked_renewal"].str.split(" | ", regex=False).str[0]
    assert not stacked.assign(stack=stack).duplicated(["stack", "mission", "month"]).any()
    assert (study(frame).lost["reason"] == windows.OVERLAP).any()


def test_tables_texts_and_figure() -> None:
    found = study(make_frame())
    wide, narrow = found.tidy(0.95), found.tidy(0.5)
    assert list(wide["term"]) == ["post", "pre"]
    assert (wide["conf_low"] < narrow["conf_low"]).all()
    assert list(wide.columns) == list(found.effect.tidy().columns)
    text = found.summary()
    assert max(map(len, text.splitlines())) <= 80
    assert "6 renewals with a step" in text
    assert found.plot().get_xlabel().startswith("Rate ratio of attacks")
    assert "<table" in found._repr_html_()
    assert {"events_before", "events_after", "step"} <= set(found.steps)


def test_misuse_is_one_error_that_lists_all() -> None:
    frame = make_frame()
    with pytest.raises(SpecificationError) as raised:
        study(frame.assign(event_time=1), window=1, outcome="attack")
    for part in ("window=1", "event_time", "attack"):
        assert part in str(raised.value)
    with pytest.raises(SpecificationError, match="renewal"):
        study(frame.drop(columns="renewal"))
    with pytest.raises(SpecificationError, match="neither 0 nor 1"):
        study(frame.assign(renewal=2))
    with pytest.raises(SpecificationError, match="logit"):
        study(frame, family="logit", exposure=None)


def test_what_the_data_cannot_answer_is_a_declared_failure() -> None:
    frame = make_frame()
    with pytest.raises(NoVariationError, match="steps at no renewal"):
        study(frame.assign(index=1.0))
    with pytest.raises(NoComparisonError, match="no comparison is left"):
        study(frame[frame["mission"] == "M00"], window=24)


def test_the_real_panel_gives_its_figures() -> None:
    """H1, 2000-2025: of 22 steps 21 have rows on both sides (20 per person)."""
    family = find_family("H1")
    ready = family.make_ready(pk.load_panel("mission_month"))
    kept = []
    for member in family.hypotheses:
        sample = ready.where(member.primary.sample)
        found = stacked_renewals(
            member.primary.specification, sample, renewal="mandate_renewal", window=6
        )
        kept.append(len(found.steps))
        assert np.isfinite(found.tidy()["std_error"]).all()
        assert not found.steps.duplicated(["mission", "month"]).any()
    assert kept == [21, 20]
