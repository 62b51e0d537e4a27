import pandas as pd
import pytest

from pkstats.data.panels import Panel, Variable
from pkstats.errors import PanelError


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "mission": ["UNX", "UNX", "UNX", "UNY", "UNY"],
            "month": pd.to_datetime(
                ["2001-01-01", "2000-11-01", "2000-12-01", "2000-11-01", "2001-01-01"]
            ),
            "deaths": [3, 1, 2, 7, 9],
        }
    )


def test_from_frame_sorts_by_key_and_leaves_the_caller_alone(frame):
    before = frame.copy()
    panel = Panel.from_frame(frame, unit="mission", time="month")
    assert panel.frame["deaths"].tolist() == [1, 2, 3, 7, 9]
    assert panel.frame.index.tolist() == [0, 1, 2, 3, 4]
    pd.testing.assert_frame_equal(frame, before)


def test_every_breach_of_the_keys_is_in_one_message(frame):
    broken = pd.concat([frame, frame.iloc[[0]]], ignore_index=True)
    broken.loc[1, "mission"] = None
    with pytest.raises(PanelError) as raised:
        Panel.from_frame(broken, unit="mission", time="month")
    message = str(raised.value)
    assert "2 breaches" in message
    assert "'mission' is missing in 1 rows: index 1" in message
    assert "UNX 2001-01-01" in message


def test_absent_columns_are_named_together(frame):
    with pytest.raises(PanelError, match=r"(?s)'unit'.*absent.*'when'.*absent"):
        Panel.from_frame(frame, unit="unit", time="when")


@pytest.mark.parametrize(
    ("month", "part"),
    [
        (["a", "b", "c", "d", "e"], "is of type"),
        (pd.date_range("2000-01-01 10:00", periods=5, freq="D"), "times of day"),
    ],
)
def test_time_is_a_date_or_a_whole_number(frame, month, part):
    with pytest.raises(PanelError, match=part):
        Panel.from_frame(frame.assign(month=month), unit="mission", time="month")


def test_an_empty_frame_is_refused(frame):
    with pytest.raises(PanelError, match="no rows"):
        Panel.from_frame(frame.iloc[:0], unit="mission", time="month")


def test_lags_go_by_calendar_month_not_by_row(frame):
    panel = Panel.from_frame(frame, unit="mission", time="month").lag("deaths", months=[1, -1])
    lag, lead = panel.frame["deaths_lag1"], panel.frame["deaths_lead1"]
    assert lag.isna().tolist() == [True, False, False, True, True]
    assert lag.dropna().tolist() == [1, 2]
    assert lead.dropna().tolist() == [2, 3]


def test_lags_hold_for_month_ends():
    frame = pd.DataFrame(
        {"u": ["a", "a"], "t": pd.to_datetime(["2000-01-31", "2000-02-29"]), "x": [1, 2]}
    )
    assert Panel.from_frame(frame, unit="u", time="t").lag("x").frame["x_lag1"].tolist()[1] == 1


def test_lag_of_an_unknown_column_names_the_choices(frame):
    with pytest.raises(PanelError, match=r"no column injuries.*deaths"):
        Panel.from_frame(frame, unit="mission", time="month").lag("injuries")


def test_lagged_variables_keep_their_source(frame):
    variable = Variable(
        name="deaths", label="Deaths", unit="deaths", kind="count", sources=("un_fatalities",)
    )
    panel = Panel.from_frame(frame, unit="mission", time="month", codebook=[variable])
    assert panel.lag("deaths").codebook[-1].name == "deaths_lag1"
    assert panel.lag("deaths").codebook[-1].sources == ("un_fatalities",)


def test_join_keeps_every_row_and_refuses_to_multiply(frame):
    panel = Panel.from_frame(frame, unit="mission", time="month")
    hosts = pd.DataFrame({"mission": ["UNX"], "host": ["X-land"]})
    joined = panel.join(hosts, on="mission").frame
    assert len(joined) == 5
    assert joined["host"].isna().sum() == 2
    with pytest.raises(PanelError, match=r"key repeated.*UNX"):
        panel.join(pd.concat([hosts, hosts]), on="mission")
    with pytest.raises(PanelError, match="both sides: deaths"):
        panel.join(frame[["mission", "deaths"]].drop_duplicates("mission"), on="mission")


def test_where_names_the_query_that_fails(frame):
    panel = Panel.from_frame(frame, unit="mission", time="month")
    assert len(panel.where("month >= '2001-01-01'").frame) == 2
    with pytest.raises(PanelError, match="wounded"):
        panel.where("wounded > 1")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("month == '2001-01-01'", 2),
        ("month != '2001-01-01'", 3),
        ("not (mission == 'UNX' and month == '2001-01-01')", 4),
        ("month > '2000-11-01' and month <= '2001-01-01'", 3),
        ("mission in ('UNY', 'UNZ')", 2),
    ],
)
def test_where_compares_dates_as_dates(frame, query, rows):
    assert len(Panel.from_frame(frame, unit="mission", time="month").where(query).frame) == rows


@pytest.mark.parametrize("query", ["month in ('2001-01-01',)", "'2001-01-01' == month"])
def test_where_refuses_dates_that_pandas_would_never_find(frame, query):
    with pytest.raises(PanelError, match="'month' is a date"):
        Panel.from_frame(frame, unit="mission", time="month").where(query)
