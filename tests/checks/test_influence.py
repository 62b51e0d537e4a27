import numpy as np
import pandas as pd
import pytest

from pkstats.checks.influence import leave_one_out
from pkstats.data.panels import Panel
from pkstats.data.panels.simulated import simulate_panel
from pkstats.errors import SpecificationError
from pkstats.estimation.estimate import estimate
from pkstats.estimation.specification import Inference, Specification

SPECIFICATION = Specification(
    outcome="deaths",
    treatment="robustness",
    controls=("control",),
    effects=("mission", "year"),
    exposure="personnel",
    family="poisson",
    inference=Inference(cluster="host"),
)


@pytest.mark.parametrize("by", ["mission", "host"])
def test_each_row_equals_an_estimate_on_the_filtered_panel(by: str) -> None:
    panel = simulate_panel(units=14, clusters=7, seed=3, exposed=True)
    table = leave_one_out(estimate(SPECIFICATION, panel), by=by)
    assert list(table) == ["left_out", "estimate", "std_error", "df", "rows", "events", "note"]
    assert list(table["left_out"]) == sorted(panel.frame[by].unique())
    for _, row in table.iloc[:4].iterrows():
        again = estimate(SPECIFICATION, panel.where(f"{by} != '{row['left_out']}'"))
        assert row["estimate"] == pytest.approx(again.coefficient, abs=1e-9)
        assert row["std_error"] == pytest.approx(again.std_error, rel=1e-7)
        assert row["df"] == again.degrees_of_freedom
        assert (row["rows"], row["events"]) == (again.rows, again.events)


def test_undefined_refit_stays_and_says_why() -> None:
    frame = simulate_panel(seed=1).frame
    frame["robustness"] = frame["robustness"].where(frame["host"] == "H03", 0.0)
    panel = Panel.from_frame(frame, unit="mission", time="month")
    table = leave_one_out(estimate(SPECIFICATION, panel), by="host").set_index("left_out")
    assert len(table) == 12
    assert np.isnan(table.at["H03", "estimate"])
    assert "undefined" in table.at["H03", "note"]
    assert table.at["H03", "rows"] == (frame["host"] != "H03").sum()
    assert table["estimate"].drop("H03").notna().all()
    assert table["note"].drop("H03").str.contains("without H03").all()


def test_column_must_exist_and_be_filled() -> None:
    panel = simulate_panel(seed=1)
    found = estimate(SPECIFICATION, panel)
    with pytest.raises(SpecificationError, match="'hots' is not in the panel"):
        leave_one_out(found, by="hots")
    frame = panel.frame.assign(group=pd.Series("a", index=panel.frame.index[5:]))
    found = estimate(SPECIFICATION, Panel.from_frame(frame, unit="mission", time="month"))
    with pytest.raises(SpecificationError, match="missing in 5 rows"):
        leave_one_out(found, by="group")
