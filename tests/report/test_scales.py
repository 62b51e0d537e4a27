"""Scales: whether a coefficient is a ratio follows its engine, never the text of a unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pkstats.estimation.engines import list_served, look_up
from pkstats.families import Model, find_family, list_families
from pkstats.report.chapter import Chapter
from pkstats.report.parts import estimates, judgement, models, overview
from pkstats.report.record import Record
from pkstats.report.scales import find_scale

DEFAULT = "log rate ratio per index point"


def bend(record: Record, unit: str, family: str) -> Record:
    """Give a record another unit, and its models another family."""

    def refit(model: Model) -> Model:
        own = replace(model.specification, family=family, estimator="within", exposure=None)
        return replace(model, specification=own)

    own = record.hypothesis
    bent = replace(
        own,
        unit=unit,
        primary=refit(own.primary),
        secondary=tuple(map(refit, own.secondary)),
        alternatives=tuple(map(refit, own.alternatives)),
    )
    return replace(record, hypothesis=bent)


@pytest.mark.parametrize(
    ("unit", "family", "ratio", "words"),
    [
        (DEFAULT, "poisson", True, "rate ratio per index point"),
        (DEFAULT, "linear", False, "change of the outcome"),
        ("log income per index point", "linear", False, "log income per index point"),
        ("probability per index point", "linear", False, "probability per index point"),
        (DEFAULT, "logit", True, "odds ratio"),
        ("log odds ratio per step", "logit", True, "odds ratio per step"),
        ("attacks per step", "poisson", True, "rate ratio"),
    ],
)
def test_the_engine_decides_and_the_unit_names(made_up, unit, family, ratio, words) -> None:
    record = bend(made_up(), unit, family)
    assert (record.ratio, record.scale) == (ratio, words)
    assert record.counts == (family == "poisson")
    assert all(record.has_ratio(model) == ratio for model in record.hypothesis.models)


def test_every_engine_has_a_scale() -> None:
    for family, estimator in zip(*(list_served()[c] for c in ("family", "estimator")), strict=True):
        assert bool(look_up(family, estimator).scale.ratio) == (family != "linear")


def test_units_of_the_families_agree_with_their_engines() -> None:
    for family in list_families():
        for hypothesis in family.hypotheses:
            found = find_scale(hypothesis, family.find_design(hypothesis))
            assert found.ratio == hypothesis.unit.startswith("log "), hypothesis.name
            assert found.words == hypothesis.unit.removeprefix("log ")


@pytest.mark.parametrize("unit", [DEFAULT, "log income per index point"])
def test_a_linear_model_is_never_exponentiated(made_up, unit: str) -> None:
    record = bend(made_up(estimate=0.5), unit, "linear")
    assert "0.500" in estimates.say_primary(record)
    assert "goes with a change of 0.500 in *fatal hostile incident-days*" in (
        estimates.say_primary(record)
    )
    assert set(models.tabulate_models(record)) >= {"Change"}
    assert "No model has an estimate" not in models.say_forest(record)
    assert models.lay_out_forest(record)["estimate"].notna().any()
    rows = record.keep_primary("estimates").assign(specification=0, main=True, status="identified")
    tables = {**record.tables, "specifications": rows}
    figure = estimates.draw_specifications(replace(record, tables=tables))
    assert figure.axes[0].get_yscale() == "linear"


def test_the_article_follows_the_noun(made_up) -> None:
    record = bend(made_up(), DEFAULT, "logit")
    assert "goes with an odds ratio of 1.08" in estimates.say_primary(record)
    assert "which leaves an odds ratio below" in judgement.list_changes_of_mind(record)


def test_an_overview_names_each_measure_that_it_draws(made_up) -> None:
    record = made_up()
    odds = bend(record, DEFAULT, "logit")
    change = bend(record, DEFAULT, "linear")
    names = {record.hypothesis.name: "One"}
    figure = overview.draw_overview((change, record, odds), names)
    assert figure.axes[0].get_xlabel().startswith("rate ratio or odds ratio by hypothesis")


@pytest.mark.parametrize(
    ("family", "unit", "word"),
    [("poisson", "per year", "rate"), ("linear", "points", "share"), ("linear", "deaths", "mean")],
)
def test_the_level_in_the_sample_has_its_name(made_up, family, unit, word) -> None:
    record = bend(made_up(), DEFAULT, family)
    row = {"model": record.hypothesis.primary.name, "outcome": "y", "rate": -1.5, "change": 0.2}
    effects = record.keep("effects")
    effects.loc[0, list(row)] = list(row.values())
    effects.loc[0, "unit"] = record.design.scale.points if unit == "points" else unit
    said = estimates.say_natural(replace(record, tables={**record.tables, "effects": effects}))
    assert said.startswith(f"The {word} of y in the sample is")


def test_a_figure_without_a_line_is_not_shown(written, monkeypatch) -> None:
    chapter = Chapter(find_family("H1"), written)
    shown: list[str] = []
    monkeypatch.setattr(chapter, "show_figure", lambda draw, **told: shown.append(told["name"]))
    record = chapter.records[0]
    chapter._show_forest(record)
    assert shown == [f"models-{record.hypothesis.name.lower()}"]
    gone = record.tables["estimates"].assign(estimate=np.nan)
    chapter._show_forest(replace(record, tables={**record.tables, "estimates": gone}))
    assert len(shown) == 1
