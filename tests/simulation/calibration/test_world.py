"""Worlds: what is drawn, what stays, and that everything else follows from it."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.families import Family
from pkstats.simulation.calibration.design import (
    KINDS,
    NULLS,
    PLANTED,
    REPORT,
    SEEDS,
    WorldKind,
    find_kind,
    key_world,
)
from pkstats.simulation.calibration.ground import DAYS, DEATHS, Ground
from pkstats.simulation.calibration.tuning import (
    choose_violence,
    draw_moments,
    observe_moments,
    read_violence,
    tune,
)
from pkstats.simulation.calibration.world import (
    Violence,
    count_past,
    draw_days,
    draw_shocks,
    draw_world,
    plant,
    seed_world,
)

QUIET = Violence(spread=0.0, persistence=0.0, mass_share=0.0)
INDICES = ["robustness_index_never_reset", "robustness_index", "robustness_index_always_reset"]


def draw(ground: Ground, kind: WorldKind, number: int, block: str = REPORT) -> pd.DataFrame:
    violence = read_violence(ground.hypothesis.name, kind)
    return draw_world(ground, kind, violence, number=number, block=block).frame


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_number_gives_one_world_and_every_other_another(ground: Ground, kind: WorldKind) -> None:
    first = draw(ground, kind, 3)
    pd.testing.assert_frame_equal(first, draw(ground, kind, 3))
    for other in (draw(ground, kind, 4), draw(ground, kind, 3, "tuning")):
        assert not first[DAYS].equals(other[DAYS])


def test_no_two_worlds_share_their_random_numbers_but_by_design() -> None:
    keys = {(k.name, key_world(k, place, n)) for k in NULLS for place in (0, 1) for n in range(3)}
    assert len({key for _, key in keys}) == len(keys)
    assert len(set(SEEDS.values())) == len(SEEDS)
    planted = {key_world(kind, 1, 7) for kind in (NULLS[0], *PLANTED)}
    assert len(planted) == 1


def test_the_restricted_fit_keeps_the_events_of_every_mission(grounds: dict[str, Ground]) -> None:
    for ground in grounds.values():
        rows = ground.outcome.rows
        observed = ground.panel.frame[DAYS].iloc[rows].to_numpy(dtype=float)
        mission = ground.mission[rows]
        np.testing.assert_allclose(
            np.bincount(mission, ground.outcome.mean), np.bincount(mission, observed), atol=1e-6
        )


def test_a_planted_effect_is_the_ratio_of_the_means(ground: Ground) -> None:
    rows = ground.outcome.rows
    mission, treatment = ground.mission[rows], ground.outcome.treatment
    moved = plant(ground.outcome, mission, effect=math.log(1.79))
    np.testing.assert_allclose(
        np.bincount(mission, moved), np.bincount(mission, ground.outcome.mean), rtol=1e-9
    )
    ratio = np.log(moved / ground.outcome.mean)
    for unit in np.unique(mission):
        own = mission == unit
        gap = ratio[own] - math.log(1.79) * treatment[own]
        np.testing.assert_allclose(gap, gap[0], atol=1e-9)
    assert plant(ground.outcome, mission, effect=0.0) is ground.outcome.mean


@pytest.mark.parametrize("kind", [NULLS[0], *PLANTED], ids=lambda kind: kind.name)
def test_the_model_recovers_what_is_planted_from_many_worlds(
    ground: Ground, family: Family, kind: WorldKind
) -> None:
    """The sum of many worlds is one world with little noise: its estimate is the planted effect."""
    violence = read_violence(ground.hypothesis.name, kind)
    total = np.zeros(len(ground.outcome.rows))
    for number in range(300):
        attacks, _ = seed_world(kind, ground.place, number, block="tuning")
        total += draw_days(ground, kind, violence, attacks)
    frame = ground.panel.frame.copy()
    frame.loc[ground.outcome.rows, DAYS] = total.astype(int)
    ready = family.make_ready(replace(ground.panel, frame=frame))
    model = ground.hypothesis.primary
    ready = ready.where(model.sample)
    held = pd.MultiIndex.from_frame(ready.frame[["mission", "month"]]).isin(
        pd.MultiIndex.from_frame(frame[["mission", "month"]].iloc[ground.outcome.rows])
    )
    drawn = replace(ready, frame=ready.frame[held].reset_index(drop=True))
    assert estimate(model.specification, drawn).coefficient == pytest.approx(kind.effect, abs=0.06)


def test_shocks_have_mean_one_and_are_shared_by_a_host() -> None:
    host = np.repeat(np.arange(4000), 2)
    month = np.tile([0, 1], 4000)
    shock = draw_shocks(host, month, Violence(0.5, 0.8, 0.0), np.random.default_rng(1))
    assert shock.mean() == pytest.approx(1, abs=0.02)
    first, second = np.log(shock[::2]), np.log(shock[1::2])
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.8, abs=0.03)
    shared = draw_shocks(
        np.zeros(2, int), np.zeros(2, int), Violence(1, 0, 0), np.random.default_rng(2)
    )
    assert shared[0] == shared[1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_column_follows_from_what_is_drawn(
    ground: Ground, family: Family, kind: WorldKind
) -> None:
    frame, observed = draw(ground, kind, 1), ground.panel.frame
    days, deaths = frame[DAYS], frame[DEATHS]
    assert (deaths >= days).all() and ((deaths == 0) == (days == 0)).all()
    held = ["personnel", "host_conflict_deaths", "mandate_renewal", "authorised_military"]
    before = frame["month"] < pd.Timestamp("2000-01-01")
    drawn = [DAYS, DEATHS, *INDICES, *(c.outcome for c in ground.controls)]
    pd.testing.assert_frame_equal(frame[held], observed[held])
    pd.testing.assert_frame_equal(frame.loc[before, drawn], observed.loc[before, drawn])
    never, index, always = (frame[name] for name in INDICES)
    assert (never >= index).all() and (index >= always).all() and (always >= 0).all()
    for path in (never, index, always):
        change = path.groupby(frame["mission"]).diff().fillna(0).ne(0) & ~before
        assert frame.loc[change, "mandate_renewal"].eq(1).all()
    if kind.steps == "observed":
        pd.testing.assert_frame_equal(frame[INDICES], observed[INDICES])
    else:
        assert not frame["robustness_index"].equals(observed["robustness_index"])
        assert not [c for c in frame if c.startswith("text_")]
    ready = family.make_ready(replace(ground.panel, frame=frame)).frame
    lagged = ready.groupby("mission")["robustness_index"].shift()
    known = ready["robustness_index_lag1"].notna()
    assert ready.loc[known, "robustness_index_lag1"].eq(lagged[known]).all()


def test_random_steps_are_as_many_as_observed_and_answer_attacks_where_they_shall(
    ground: Ground,
) -> None:
    past: dict[str, list[float]] = {"random-steps": [], "reactive-95": []}
    rises = []
    for name, found in past.items():
        kind = find_kind(name)
        for number in range(60):
            frame = draw(ground, kind, number, "tuning")
            change = frame["robustness_index"].groupby(frame["mission"]).diff()
            up = change.iloc[ground.hazard.rows].gt(0).to_numpy(dtype=bool)
            logged = count_past(ground, frame[DAYS].to_numpy(dtype=float, na_value=np.nan))
            found.append(float(logged[up].mean() - logged.mean()) if up.any() else 0.0)
            rises.append(up.sum())
    assert 10 < np.mean(rises) < 18
    assert np.mean(past["reactive-95"]) > np.mean(past["random-steps"]) + 0.1


def test_tuned_worlds_look_like_the_real_attacks(grounds: dict[str, Ground]) -> None:
    for name, ground in grounds.items():
        real = observe_moments(ground)
        for kind in NULLS:
            drawn = draw_moments(ground, kind, read_violence(name, kind), block=REPORT, worlds=60)
            for moment in drawn:
                gap = abs(drawn[moment].mean() - getattr(real, moment))
                assert gap < 2 * drawn[moment].std(), (name, kind.name, moment)


def test_tuning_prefers_shocks_to_none(ground: Ground) -> None:
    grid = tune(ground, worlds=3)
    assert choose_violence(grid, persistence=None).spread > 0
    fixed = choose_violence(grid, persistence=0.95)
    assert fixed.persistence == 0.95
    at = grid[(grid["spread"] == 0) & (grid["mass_share"] == 0)]
    assert float(at["distance"].iloc[0]) > 2 * grid["distance"].min()


def test_misuse_is_one_clear_error(ground: Ground, tmp_path) -> None:
    with pytest.raises(SpecificationError, match="3 breaches"):
        WorldKind(name="own", words="", reactive=True, persistence=1.0, effect=0.2, reason="")
    with pytest.raises(SpecificationError, match=r"no kind of world 'own'.*reactive-95"):
        find_kind("own")
    file = tmp_path / "parameters.toml"
    file.write_text("")
    with pytest.raises(SpecificationError, match=r"no entry of .*--tune"):
        read_violence(ground.hypothesis.name, NULLS[0], file=file)
    entry = '[[violence]]\nhypothesis = "H1-robustness-attacks"\ntuned = true\n'
    file.write_text(entry + "spread = -1.0\npersistence = 0.5\nmass_share = 0.0\n")
    with pytest.raises(SpecificationError, match="out of range"):
        read_violence(ground.hypothesis.name, NULLS[0], file=file)


def test_the_observed_panel_is_left_as_it_was(ground: Ground, panel: Panel) -> None:
    before = ground.panel.frame.copy()
    draw(ground, NULLS[1], 0)
    pd.testing.assert_frame_equal(ground.panel.frame, before)
    assert len(panel.frame) == len(before)
