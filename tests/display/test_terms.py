import matplotlib as mpl
import numpy as np
import pandas as pd

from pkstats.display.terms import WIDTH, draw_terms, format_terms, write_terms

TABLE = pd.DataFrame(
    {
        "term": ["robustness", "a_control_with_a_very_long_name", "lost"],
        "estimate": [np.log(2), -0.5, 0.1],
        "std_error": [0.1, 0.00001234, np.nan],
        "statistic": [6.93, -40519.4, np.nan],
        "df": [11.0, 7.4, 11.0],
        "p_value": [0.03, 1e-9, np.nan],
        "conf_low": [np.log(1.5), -0.6, np.nan],
        "conf_high": [np.log(3), -0.4, np.nan],
    }
)


def test_terms_carry_ratios_or_intervals() -> None:
    ratio = format_terms(TABLE, ratio="Rate ratio")
    assert ratio.at[0, "rate ratio, 95% interval"] == "2.00 [1.50, 3.00]"
    assert ratio.at[1, "p"] == "<0.0001"
    assert list(ratio["df"]) == ["11", "7.4", "11"]
    assert ratio.at[2, "std. error"] == "undefined"
    plain = format_terms(TABLE, level=0.9)
    assert plain.at[1, "90% interval"] == "[-0.600, -0.400]"


def test_lines_fit_a_terminal_and_hold_every_term() -> None:
    for ratio in ("", "Odds ratio of the hazard"):
        lines = write_terms(TABLE, ratio=ratio)
        assert max(map(len, lines)) <= WIDTH
        assert all(any(term in line for line in lines) for term in TABLE["term"])


def test_ratios_stand_on_a_log_axis_and_undefined_intervals_are_hollow() -> None:
    mpl.use("Agg")
    axes = draw_terms(TABLE, outcome="deaths", scale="Log rate ratio", ratio="Rate ratio")
    assert axes.get_xscale() == "log"
    assert "Rate ratio of deaths" in axes.get_xlabel()
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert float(marks[0].get_xdata()[0]) == 2.0
    assert [m.get_markerfacecolor() == "white" for m in marks] == [False, False, True]
    plain = draw_terms(TABLE, outcome="deaths", scale="Change of the outcome")
    assert plain.get_xscale() == "linear"
    assert plain.get_xlabel().startswith("Change of deaths")
