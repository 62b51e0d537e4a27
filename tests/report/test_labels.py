"""Labels come from the codebooks, whatever was done to a column."""

from __future__ import annotations

import pytest

from pkstats.data.panels import codebook
from pkstats.families import list_families
from pkstats.families.family import Family
from pkstats.report.labels import SHORT, Labels, list_made, read_labels


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("robustness_index_lag1", "robustness index, month before"),
        ("robustness_index_lead6", "robustness index, 6 months ahead"),
        ("robustness_index_lag0", "robustness index"),
        ("robustness_index_never_reset_lag3", "robustness index, never reset, 3 months before"),
        ("log_host_conflict_deaths_lag1", "conflict deaths in the host, month before (log)"),
        ("text_offensive", "offensive operations"),
        ("accident_deaths", "deaths of uniformed personnel by accident"),
        ("no_such_column", "no such column"),
    ],
)
def test_columns_are_named_with_what_was_done_to_them(column: str, name: str) -> None:
    assert read_labels("mission_month").name(column) == name


def test_a_lag_is_told_in_the_time_of_the_panel() -> None:
    assert read_labels("host_speech").name("robustness_index_lag2").endswith("2 years before")
    assert read_labels("council_record").name("robustness_index_lag1").endswith("renewal before")
    assert Labels(variables={}).name("x_lag1") == "x, period before"


def test_a_description_holds_label_and_unit_of_the_codebook() -> None:
    said = read_labels("mission_month").describe("log_host_conflict_deaths_lag1")
    variable = {v.name: v for v in codebook.codebook("mission_month")}["host_conflict_deaths"]
    assert variable.label in said
    assert f"[{variable.unit}]" in said


def test_every_short_name_is_of_a_column_of_its_panel() -> None:
    for panel, names in SHORT.items():
        assert set(names) <= {v.name for v in codebook.codebook(panel)}, panel


def test_every_name_of_a_family_is_of_a_column_of_its_models() -> None:
    named: dict[str, set[str]] = {}
    used: dict[str, set[str]] = {}
    for family in list_families():
        topic, labels = family.code.partition("-")[0], Labels(variables={})
        named.setdefault(topic, set()).update(list_made(family))
        for hypothesis in family.hypotheses:
            hazard = family.find_design(hypothesis).hazard
            columns = [hazard.step, hazard.past, *hazard.controls] if hazard else []
            for model in hypothesis.models:
                own = model.specification
                columns += [own.outcome, own.treatment, *own.controls]
            both = {*columns, *map(labels.find_stem, columns)}
            used.setdefault(topic, set()).update(both)
    assert named["H1"] and named["H2"]
    for topic, names in named.items():
        assert names <= used[topic], names - used[topic]


def test_a_short_name_is_that_of_the_panel_alone() -> None:
    for panel in ("country_month", "country_year"):
        said = read_labels(panel).describe("peace_agreements")
        assert said.startswith("Peace agreements signed that settle") and "in the host" not in said
    assert read_labels("country_month").name("any_attack") == "any attack"


def test_a_family_names_what_its_preparation_makes() -> None:
    family = Family(code="X1", title="Seasons", labels=(("late", "second half of the year"),))
    labels = read_labels("country_month", made=list_made(family))
    assert labels.name("late_lag1") == "second half of the year, month before"
    assert labels.describe("log_late").startswith("Second half of the year (log) (`log_late`)")
    own = read_labels("country_month", made={"peace_agreements": "treaties"})
    assert own.name("peace_agreements") == "treaties"
    assert "Peace agreements signed" in own.describe("peace_agreements")
