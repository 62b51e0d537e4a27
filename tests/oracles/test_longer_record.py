"""The primary estimates of the longer record, refitted with pyfixest from the committed panel."""

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.families import find_family

pyfixest = pytest.importorskip("pyfixest")


@pytest.mark.parametrize("code", ["H1-1990", "H1-1990s"])
def test_committed_estimates_are_those_of_pyfixest(root, code):
    family = find_family(code)
    ready = family.make_ready(pk.load_panel("mission_month"))
    results = pd.read_csv(root / "analyses" / "results" / f"{family.prefix}_estimates.csv")
    for member in family.hypotheses:
        model = member.primary
        specification = model.specification
        frame = ready.where(model.sample).frame
        columns = [c for c in specification.columns if c in frame]
        frame = frame.dropna(subset=columns).copy()
        frame[specification.outcome] = frame[specification.outcome].astype(float)
        for column in (specification.treatment, *specification.controls):
            frame[column] = frame[column].astype(float)
        terms = " + ".join((specification.treatment, *specification.controls))
        formula = f"{specification.outcome} ~ {terms} | mission + year"
        more = {}
        if specification.exposure:
            frame = frame[frame["personnel"] > 0].assign(
                log_personnel=lambda t: np.log(t["personnel"].astype(float))
            )
            more["offset"] = "log_personnel"
        fit = pyfixest.fepois(
            formula, data=frame, iwls_tol=1e-10, separation_check=["fe", "ir"], **more
        )
        own = results[(results["model"] == model.name) & (results["term"] == results["treatment"])]
        assert fit.coef()[specification.treatment] == pytest.approx(
            own["estimate"].item(), abs=1e-6
        )
