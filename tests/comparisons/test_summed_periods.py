import numpy as np
import pandas as pd
import pytest

from pkstats.comparisons.summed_periods import sum_periods
from pkstats.data.panels import Panel
from pkstats.errors import EmptySampleError, SpecificationError


def make_panel() -> Panel:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "mission": np.repeat(["A", "B"], 30),
            "month": np.tile(pd.date_range("2001-05-01", periods=30, freq="MS"), 2),
            "attacks": rng.poisson(1.0, 60),
            "personnel": rng.integers(100, 200, 60),
            "control": rng.normal(size=60),
            "index": np.tile(np.arange(30) >= 9, 2).astype(int),
            "host": np.repeat(["h", "k"], 30),
        }
    )
    return Panel.from_frame(frame, unit="mission", time="month")


def add_up(panel: Panel, **options: object) -> pd.DataFrame:
    given: dict = {
        "months": 6, "sums": ("attacks", "personnel"), "means": ("control",),
        "last": ("index", "host"),
    }  # fmt: skip
    return sum_periods(panel, **given | options).frame


def test_half_years_are_those_of_the_calendar_and_hold_every_complete_month() -> None:
    panel = make_panel()
    panel.frame.loc[3, "control"] = np.nan
    summed = add_up(panel)
    whole = panel.frame.drop(index=3)
    half = whole["month"].dt.year * 2 + (whole["month"].dt.month > 6)
    expected = whole.groupby(["mission", half])
    assert list(summed["period"][:3]) == [4002, 4003, 4004]
    np.testing.assert_array_equal(summed["attacks"], expected["attacks"].sum())
    np.testing.assert_array_equal(summed["personnel"], expected["personnel"].sum())
    np.testing.assert_allclose(summed["control"], expected["control"].mean())
    np.testing.assert_array_equal(summed["index"], expected["index"].last())
    assert list(summed["months_summed"][:3]) == [2, 5, 6]
    assert summed["months_summed"].sum() == 59
    assert summed["host"].tolist() == ["h"] * 6 + ["k"] * 6


def test_single_months_are_the_panel_itself() -> None:
    panel = make_panel()
    summed = add_up(panel, months=1)
    assert (summed["months_summed"] == 1).all()
    np.testing.assert_array_equal(summed["attacks"], panel.frame["attacks"])


def test_misuse_is_one_error_that_lists_all() -> None:
    panel = make_panel()
    with pytest.raises(SpecificationError) as raised:
        add_up(panel, months=0, sums=("attack", "host"), means=("control",), last=("control",))
    for part in ("'attack'", "host: no numbers", "months=0", "two roles: control"):
        assert part in str(raised.value)
    panel.frame["control"] = np.nan
    with pytest.raises(EmptySampleError, match="no month has all of"):
        add_up(panel)
