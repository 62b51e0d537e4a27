"""pkstats against R: the committed outputs of the scripts in this folder, and the scripts rerun.

R's sandwiches are taken without any small-sample factor, and so is ours (``small_sample="none"``);
the factors themselves are certified in ``tests/oracles``.
"""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pkstats.data.panels import Panel
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Inference, Specification

FOLDER = Path(__file__).parent
SCRIPTS = ("linear", "counts", "binary", "instruments", "duration", "mixed")
PACKAGES = ("plm", "sandwich", "MASS", "survival", "lme4", "glmmTMB")


@cache
def read_reference(script: str) -> pd.DataFrame:
    """Output of one script: case quantity term value."""
    return pd.read_csv(FOLDER / f"{script}.csv", keep_default_na=False)


def list_cases(script: str, start: str = "") -> list[str]:
    cases = read_reference(script)["case"].unique()
    found = [c for c in cases if c != "versions" and c.startswith(start)]
    assert found
    return found


@dataclass(frozen=True)
class Reference:
    """What R says of one case."""

    rows: pd.DataFrame

    def find(self, quantity: str, term: str = "") -> float:
        at = (self.rows["quantity"] == quantity) & (self.rows["term"] == term)
        (value,) = self.rows.loc[at, "value"]
        return float(value)

    def covariance(self, terms: list[str]) -> np.ndarray:
        return np.array([[self.find_pair(a, b) for b in terms] for a in terms])

    def find_pair(self, a: str, b: str) -> float:
        both = {f"{a} {b}", f"{b} {a}"}
        at = (self.rows["quantity"] == "covariance") & self.rows["term"].isin(both)
        (value,) = self.rows.loc[at, "value"]
        return float(value)


def look_up(script: str, case: str) -> Reference:
    table = read_reference(script)
    return Reference(table[table["case"] == case])


def split(case: str) -> tuple[str, str]:
    """Model and name of the data."""
    model, data = case.split(" | ")
    return model, data


@cache
def read_panel(data: str) -> Panel:
    frame = pd.read_csv(FOLDER / "data" / f"{data}.csv")
    time = "month" if data == "spells" else "period"
    return Panel.from_frame(frame, unit="mission", time=time, name=data)


def run(data: str, *, cluster: str = "host", **options: object) -> Estimate:
    settings: dict = {
        "treatment": "robustness",
        "controls": ("control",),
        "inference": Inference(cluster=cluster, method="CRV1", small_sample="none"),
    }
    return estimate(Specification(**settings | options), read_panel(data))


def compare(
    found: Estimate,
    reference: Reference,
    *,
    coefficients: float = 1e-8,
    covariance: float = 1e-7,
    names: dict[str, str] | None = None,
) -> None:
    """Coefficients within an absolute tolerance, covariances within a relative one."""
    terms = [(names or {}).get(term, term) for term in found.fit.cells.terms]
    known = set(reference.rows.loc[reference.rows["quantity"] == "coefficient", "term"])
    at = [j for j, term in enumerate(terms) if term in known]
    assert len(at) == len(known)
    kept = [terms[j] for j in at]
    expected = [reference.find("coefficient", term) for term in kept]
    np.testing.assert_allclose(found.fit.coefficients[at], expected, rtol=0, atol=coefficients)
    V = reference.covariance(kept)
    root = np.sqrt(np.diag(V))
    gap = np.abs(found.inferred.covariance[np.ix_(at, at)] - V) / np.outer(root, root)
    assert gap.max() < covariance, f"covariance differs by {gap.max():.2e} of its scale"


LINEAR = {
    "pooled": {"estimator": "pooled", "cluster": "mission"},
    "within unit": {"effects": ("mission",), "cluster": "mission"},
    "within time": {"effects": ("period",), "cluster": "mission"},
    "within two-way": {"effects": ("mission", "period"), "cluster": "mission"},
    "random": {"estimator": "random", "cluster": "mission"},
    "random, harmonic mean": {"estimator": "random", "cluster": "mission"},
    "first difference": {"estimator": "first_difference", "cluster": "mission"},
    "pooled, host": {"estimator": "pooled"},
    "within unit and year, host": {"effects": ("mission", "year")},
    "within two-way, host": {"effects": ("mission", "period")},
}


@pytest.mark.parametrize("case", list_cases("linear"))
def test_linear_models_equal_plm_and_lm(case: str) -> None:
    model, data = split(case)
    found = run(data, outcome="violence", family="linear", **LINEAR[model])
    if case == "random | unbalanced":
        # plm estimates the variance of units of unequal lives by Baltagi and Chang (1994), we by
        # plain unit means as Swamy and Arora: close, not equal; equal to the R of that formula.
        compare(found, look_up("linear", case), coefficients=5e-3, covariance=5e-2)
        return
    compare(found, look_up("linear", case))


COUNTS = {
    "plain": {},
    "exposed": {"exposure": "personnel"},
    "free": {"exposure": "personnel", "exposure_as": "regressor"},
}


@pytest.mark.parametrize("case", list_cases("counts", "poisson, "))
def test_poisson_with_absorbed_effects_equals_glm_with_dummies(case: str) -> None:
    model, data = split(case)
    options = COUNTS[model.removeprefix("poisson, ")]
    found = run(data, outcome="deaths", family="poisson", effects=("mission", "year"), **options)
    reference = look_up("counts", case)
    compare(found, reference)
    assert found.fit.deviance == pytest.approx(reference.find("deviance"), rel=1e-10)
    # glm keeps singletons, whose own dummy fits them exactly: y log y - y - log y! is theirs.
    alone = found.lost["reason"].str.contains("singleton").any()
    if not alone:
        expected = reference.find("log likelihood")
        assert found.fit.log_likelihood == pytest.approx(expected, rel=1e-10)
        assert found.rows == look_up("counts", f"poisson | {data}").find("rows")
    if data == "separated":
        assert found.lost["rows"].sum() > 0


@pytest.mark.parametrize("case", list_cases("counts", "negative binomial"))
def test_negative_binomial_equals_glm_nb(case: str) -> None:
    found = run(
        split(case)[1],
        outcome="overdispersed",
        family="negative_binomial",
        effects=("year",),
        exposure="personnel",
    )
    reference = look_up("counts", case)
    # statsmodels stops at a Newton decrement of 1e-9 of the log likelihood
    compare(found, reference, coefficients=1e-6, covariance=1e-5)
    assert found.fit.dispersion == pytest.approx(reference.find("dispersion"), rel=1e-5)
    assert found.fit.log_likelihood == pytest.approx(reference.find("log likelihood"), rel=1e-10)
    assert found.rows == reference.find("rows")


@pytest.mark.parametrize("case", list_cases("binary"))
def test_logit_equals_glm(case: str) -> None:
    model, data = split(case)
    found = run(data, outcome="attacked", family="logit", effects=tuple(model.split(", ")[1:]))
    reference = look_up("binary", case)
    compare(found, reference, covariance=1e-6)
    assert found.fit.log_likelihood == pytest.approx(reference.find("log likelihood"), rel=1e-10)
    assert found.rows == reference.find("rows")


@pytest.mark.parametrize("case", list_cases("instruments"))
def test_instrumental_variables_equal_two_stages_by_hand(case: str) -> None:
    model, data = split(case)
    found = run(
        data,
        outcome="violence",
        treatment="deployment",
        family="linear",
        estimator="iv",
        instruments=("instrument",),
        effects=tuple(model.split(", ")[1:]),
    )
    compare(found, look_up("instruments", case))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_equals_coxph(ties: str) -> None:
    found = run(
        "spells",
        outcome="event",
        treatment="mandate",
        controls=("pressure",),
        family="duration",
        estimator="cox",
        ties=ties,
    )
    reference = look_up("duration", f"cox, {ties}")
    compare(found, reference, coefficients=1e-7, covariance=1e-5)
    assert found.fit.log_likelihood == pytest.approx(reference.find("log likelihood"), rel=1e-9)


@pytest.mark.parametrize(
    ("link", "name"), [("logit", "logit"), ("complementary_log_log", "cloglog")]
)
def test_discrete_time_hazard_equals_glm(link: str, name: str) -> None:
    found = run(
        "spells",
        outcome="event",
        treatment="mandate",
        controls=("pressure",),
        family="duration",
        estimator="discrete_time",
        link=link,
    )
    reference = look_up("duration", f"discrete time, {name}")
    compare(found, reference, coefficients=1e-7, covariance=1e-5)
    assert found.fit.log_likelihood == pytest.approx(reference.find("log likelihood"), rel=1e-9)


@pytest.mark.parametrize("case", list_cases("mixed", "linear"))
def test_mixed_linear_equals_lmer(case: str) -> None:
    model, data = split(case)
    found = run(
        data,
        outcome="violence",
        family="linear",
        estimator="mixed",
        varying=model.removeprefix("linear, "),
        effects=("year",),
    )
    reference = look_up("mixed", case)
    compare_mixed(found, reference)


@pytest.mark.parametrize("case", list_cases("mixed", "poisson"))
def test_mixed_poisson_equals_lme4_and_glmmtmb(case: str) -> None:
    model, data = split(case)
    found = run(
        data,
        outcome="clashes",
        family="poisson",
        estimator="mixed",
        varying=model.split(", ")[1],
        effects=("year",),
        exposure="personnel",
    )
    reference = look_up("mixed", case)
    compare_mixed(found, reference)
    assert found.fit.log_likelihood == pytest.approx(reference.find("log likelihood"), abs=1e-7)


def compare_mixed(found: Estimate, reference: Reference) -> None:
    """Coefficients and spread of the units, as far as the libraries' own solvers agree."""
    expected = [reference.find("coefficient", term) for term in found.fit.cells.terms]
    np.testing.assert_allclose(found.fit.coefficients, expected, rtol=0, atol=1e-5)
    spread = np.sqrt(found.fit.unit_effects.covariance[0, 0])
    assert spread == pytest.approx(reference.find("standard deviation, unit"), abs=1e-4)


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_give_the_committed_outputs(script: str) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("NO R HERE: Rscript is absent, so the R scripts were not rerun")
    needed = read_reference(script).query("case == 'versions' and quantity != 'R'")["quantity"]
    check = ";".join(f"stopifnot(requireNamespace('{p}', quietly = TRUE))" for p in needed)
    absent = subprocess.run(["Rscript", "-e", check], capture_output=True, check=False).returncode
    if absent:
        pytest.skip(f"R PACKAGES ABSENT: {', '.join(needed)}; {script}.R was not rerun")
    answer = subprocess.run(
        ["Rscript", f"{script}.R"], cwd=FOLDER, capture_output=True, text=True, check=True
    )
    lines = [line for line in answer.stdout.splitlines() if line.startswith('"')]
    found = pd.DataFrame(
        [line.strip('"').split('","') for line in lines[1:]],
        columns=["case", "quantity", "term", "value"],
    )
    expected = read_reference(script)
    kept = expected["case"] != "versions"
    keys = ["case", "quantity", "term"]
    assert found.loc[found["case"] != "versions", keys].equals(expected.loc[kept, keys])
    tolerance = 1e-4 if script == "mixed" else 1e-8
    np.testing.assert_allclose(
        found.loc[kept, "value"].astype(float),
        expected.loc[kept, "value"].astype(float),
        rtol=tolerance,
        atol=tolerance / 100,
    )


def test_data_are_those_of_the_committed_script(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("simulate", FOLDER / "simulate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tables = {name: module.simulate_case(name) for name in module.CASES}
    tables["spells"] = module.simulate_spells()
    for name, table in tables.items():
        stored = pd.read_csv(FOLDER / "data" / f"{name}.csv")
        pd.testing.assert_frame_equal(table, stored, check_dtype=False, rtol=1e-7)


def test_every_package_gave_an_output() -> None:
    """So that a script that lost its model is seen."""
    tables = [read_reference(script) for script in SCRIPTS]
    met = pd.concat(tables).query("case == 'versions'")["quantity"]
    assert set(PACKAGES) <= set(met)
