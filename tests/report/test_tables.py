"""Tables print numbers that can be read back, and markdown that holds its shape."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pkstats.display.number import (
    name_extreme,
    write_change,
    write_interval,
    write_number,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report import tables
from pkstats.report.parts import bars, identification, judgement, models


def test_markdown_has_one_line_a_row_and_safe_cells() -> None:
    table = pd.DataFrame({"a": ["x|y", "two\nlines"], "b": ["1", None]})
    lines = tables.write_markdown(table).splitlines()
    assert lines == ["| a | b |", "| --- | --- |", r"| x\|y | 1 |", "| two lines |  |"]


def test_empty_table_says_so() -> None:
    assert tables.write_markdown(pd.DataFrame({"a": []})) == "*No rows.*"


def test_models_table_holds_every_model_once(made_up) -> None:
    record = made_up()
    table = models.tabulate_models(record)
    assert len(table) == len(record.treatments)
    assert table["Model"].is_unique
    assert table["Ratio"].astype(float).tolist() == pytest.approx(
        np.exp(record.treatments["estimate"]).tolist(), abs=0.005
    )
    undefined = table[table["95% interval (CRV3)"] == "undefined"]
    assert undefined["Model"].tolist() == ["Chapter VII (TAMM), month before"]
    notes = models.list_notes(record)
    assert notes == "- *Chapter VII (TAMM), month before*: undefined without Mali."


def test_steps_keep_the_order_of_the_rule(made_up) -> None:
    table = judgement.tabulate_steps(made_up().steps)
    outcomes = ["met", "met", "not met", "cannot tell", "not met", "not available"]
    assert table["Outcome"].tolist() == outcomes


def test_lost_rows_name_the_first_and_count_the_rest(made_up) -> None:
    table = identification.tabulate_rows_lost(made_up(), most=2)
    assert table.iloc[0].tolist() == ["all-zero mission", "900", "0", "UNTSO, UNMOGIP and 1 more"]


def test_control_rows_tell_response_from_contrast(made_up) -> None:
    table = bars.tabulate_controls(made_up())
    assert table["Coefficient"].str.startswith("contrast").sum() == 2
    assert table["Coefficient"].str.startswith("response").sum() == 2
    assert table["90% interval (CRV3)"].iloc[0] == "0.82 to 1.49"
    assert table["Control"].iloc[0] == "deaths of uniformed personnel by accident"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (write_ratio(0.0), "1.00"),
        (write_ratio(np.nan), "n/a"),
        (write_ratio(50.0), "over 10,000"),
        (write_interval(np.nan, 1.0), "undefined"),
        (write_p(0.00001), "< .001"),
        (write_p(0.25), "0.250"),
        (write_share(0.505), "50%"),
        (write_change(np.log(2)), "100% more"),
        (write_number(1234567), "1,234,567"),
        (write_number(np.inf), "infinite"),
        (write_number(0.12345, decimals=3), "0.123"),
    ],
)
def test_numbers_as_printed(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ({"a": 1, "b": 3}, {}, "b"),
        ({"a": 3, "b": 3, "c": 1}, {}, "a and b"),
        ({"a": 0.1 + 0.2, "b": 0.3}, {}, "a and b"),
        ({"a": 3, "b": 3, "c": 1}, {"smallest": True, "mark": "`"}, "`c`"),
        (dict.fromkeys("abcde", 2), {}, "a, b, c and 2 more"),
        (dict.fromkeys("abc", 2), {}, "a, b and c"),
        ({"a": np.nan, "b": 0.0}, {}, "b"),
        ({"a": np.nan}, {}, ""),
    ],
)
def test_all_that_share_the_largest_are_named(values: dict, options: dict, expected: str) -> None:
    assert name_extreme(pd.Series(values), **options) == expected
