"""CRV2 and Satterthwaite degrees of freedom against clubSandwich (tests/reference/bias_reduced)."""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = [
    ("linear pooled by host", "pooled", (), "host"),
    ("linear mission year by host", "within", ("mission", "year"), "host"),
    ("linear mission year by mission", "within", ("mission", "year"), "mission"),
    ("linear year by host", "within", ("year",), "host"),
    ("linear mission month by host", "within", ("mission", "month"), "host"),
    ("linear mission by mission (plm)", "within", ("mission",), "mission"),
    ("linear first difference by host", "first_difference", (), "host"),
    ("poisson mission year by host: scaled", "within", ("mission", "year"), "host"),
    ("poisson mission year by mission: scaled", "within", ("mission", "year"), "mission"),
    ("poisson year by host: scaled", "within", ("year",), "host"),
]


@pytest.fixture(scope="module")
def committed() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "bias_reduced.csv")


@pytest.fixture(scope="module")
def panel() -> Panel:
    frame = pd.read_csv(REFERENCE / "data" / "bias_reduced.csv", parse_dates=["month"])
    return Panel.from_frame(frame, unit="mission", time="month")


def run(panel: Panel, case: str, estimator: str, effects: tuple[str, ...], by: str) -> Estimate:
    family = case.split()[0]
    spec = Specification(
        outcome="deaths", treatment="robustness", controls=("control",), effects=effects,
        family=family, estimator=estimator, exposure="personnel" if family == "poisson" else None,
        inference=Inference(cluster=by, method="CRV2"),
    )  # fmt: skip
    return estimate(spec, panel)


@pytest.mark.parametrize(("case", "estimator", "effects", "by"), CASES)
def test_equals_clubsandwich(
    committed: pd.DataFrame, panel: Panel, case: str, estimator: str, effects: tuple, by: str
) -> None:
    found = run(panel, case, estimator, effects, by).tidy()
    oracle = committed[committed["case"] == case]
    assert list(oracle["term"]) == list(found["term"])
    np.testing.assert_allclose(found["estimate"], oracle["estimate"], rtol=1e-9)
    for column in ("std_error", "df", "p_value"):
        np.testing.assert_allclose(found[column], oracle[column], rtol=1e-7, err_msg=column)


@pytest.mark.parametrize(("case", "estimator", "effects", "by"), CASES[-3:])
def test_another_root_of_the_adjustment_is_close(
    committed: pd.DataFrame, panel: Panel, case: str, estimator: str, effects: tuple, by: str
) -> None:
    """clubSandwich's glm method takes the root on the response scale; the script says why."""
    found = run(panel, case, estimator, effects, by).tidy()
    oracle = committed[committed["case"] == case.replace("scaled", "response")]
    np.testing.assert_allclose(found["estimate"], oracle["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], oracle["std_error"], rtol=0.1)
    np.testing.assert_allclose(found["df"], oracle["df"], rtol=0.25)


def test_every_committed_case_is_compared(committed: pd.DataFrame) -> None:
    roots = {case.replace("scaled", "response") for case, *_ in CASES}
    assert set(committed["case"]) == {case for case, *_ in CASES} | roots


def test_committed_output_is_what_the_script_writes(committed: pd.DataFrame) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("RSCRIPT ABSENT: the committed output of bias_reduced.R is not made again")
    asked = 'stopifnot(requireNamespace("clubSandwich"), requireNamespace("plm"))'
    if subprocess.run(["Rscript", "-e", asked], capture_output=True).returncode:
        pytest.skip("R PACKAGES ABSENT: clubSandwich and plm make the output of bias_reduced.R")
    made = subprocess.run(
        ["Rscript", "bias_reduced.R"], cwd=REFERENCE, capture_output=True, text=True, check=True
    )
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(made.stdout)), committed, rtol=1e-9)
