"""Tables print numbers that can be read back, and markdown that holds its shape."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pkstats.display.number import (
    write_change,
    write_interval,
    write_number,
    write_p,
    write_ratio,
    write_share,
)
from pkstats.report import tables


def test_markdown_has_one_line_a_row_and_safe_cells() -> None:
    table = pd.DataFrame({"a": ["x|y", "two\nlines"], "b": ["1", None]})
    lines = tables.write_markdown(table).splitlines()
    assert lines == ["| a | b |", "| --- | --- |", r"| x\|y | 1 |", "| two lines |  |"]


def test_empty_table_says_so() -> None:
    assert tables.write_markdown(pd.DataFrame({"a": []})) == "*No rows.*"


def test_estimates_table_holds_every_model_once(made_up) -> None:
    results = made_up()
    table = tables.tabulate_estimates(results.estimates)
    assert len(table) == len(results.treatments)
    assert table["Model"].is_unique
    assert table["Rate ratio"].astype(float).tolist() == pytest.approx(
        np.exp(results.treatments["estimate"]).tolist(), abs=0.005
    )
    undefined = table[table["95% interval (CRV3)"] == "undefined"]
    assert undefined["Model"].tolist() == ["incident-days, total, Chapter VII (TAMM)"]
    notes = tables.list_notes(results.estimates)
    assert notes == "- *incident-days, total, Chapter VII (TAMM)*: undefined without Mali"


def test_steps_keep_the_order_of_the_rule(made_up) -> None:
    table = tables.tabulate_steps(made_up().steps)
    assert table["Outcome"].tolist() == ["met", "met", "not met", "not available"]


def test_lost_rows_name_the_first_and_count_the_rest() -> None:
    lost = pd.DataFrame(
        [("all-zero mission", 12, 3.0, "A, B, C, D")], columns=["reason", "rows", "events", "names"]
    )
    table = tables.tabulate_rows_lost(lost, most=2)
    assert table.iloc[0].tolist() == ["all-zero mission", "12", "3", "A, B and 2 more"]


def test_control_rows_tell_response_from_contrast() -> None:
    columns = ["control", "term", "estimate", "conf_low_90", "conf_high_90", "rows", "events"]
    rows = [
        ("accident_deaths", "robustness_index_lag1 x hostile", 0.1, -0.2, 0.4, 10, 5),
        ("accident_deaths", "robustness_index_lag1", np.nan, np.nan, np.nan, 10, 5),
    ]
    frame = pd.DataFrame(rows, columns=columns).assign(ruling="uninformative")
    table = tables.tabulate_controls(frame)
    assert table["Coefficient"].str.startswith(("contrast", "response")).all()
    assert table["90% interval (CRV3)"].tolist() == ["0.82 to 1.49", "undefined"]


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
