from inspect import signature
from pathlib import Path
from typing import get_args

import pytest

from pkstats.estimation.engines import catalogue, list_served, name_scale
from pkstats.estimation.specification import (
    Estimator,
    Inference,
    Method,
    ModelFamily,
    Specification,
)


def specify(family: str, estimator: str, **options: object) -> Specification:
    settings: dict = {
        "outcome": "y", "treatment": "x", "family": family, "estimator": estimator,
        "inference": Inference(cluster="host", method="CRV1"),
    }  # fmt: skip
    return Specification(**settings | options)


def test_every_option_of_a_specification_is_served_somewhere() -> None:
    assert {e.family for e in catalogue.ENGINES} == set(get_args(ModelFamily))
    assert {e.estimator for e in catalogue.ENGINES} == set(get_args(Estimator))
    assert {m for e in catalogue.ENGINES for m in e.covariances} == set(get_args(Method))
    pairs = [(e.family, e.estimator) for e in catalogue.ENGINES]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("engine", catalogue.ENGINES, ids=lambda e: f"{e.family} {e.estimator}")
def test_settings_are_arguments_of_the_engine(engine: catalogue.Engine) -> None:
    options = {"instruments": ("z",)} if "instruments" in engine.options else {}
    specification = specify(engine.family, engine.estimator, **options)
    assert catalogue.find_engine(specification) is engine
    settings = set(catalogue.choose_settings(specification, engine))
    assert settings <= set(signature(engine.fit).parameters)
    assert ("start" in signature(engine.fit).parameters) is engine.warm_start
    if engine.restrict is not None:
        assert settings <= set(signature(engine.restrict).parameters)


def test_the_scale_follows_the_link() -> None:
    assert name_scale(specify("linear", "within")) == ("Change of the outcome", "")
    assert name_scale(specify("duration", "discrete_time"))[1] == "Odds ratio of the hazard"
    link = "complementary_log_log"
    assert name_scale(specify("duration", "discrete_time", link=link))[1] == "Hazard ratio"


def test_architecture_prints_the_catalogue(root: Path) -> None:
    """The page's table is this text, made by :func:`write_table`."""
    assert write_table() in (root / "ARCHITECTURE.md").read_text()


def write_table() -> str:
    table = list_served().drop(columns="solver")
    table["offset"] = table["offset"].map({True: "yes", False: "no"})
    rows = [list(table), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(cell or "-" for cell in row) + " |" for row in rows)
