"""Labels come from the codebooks, whatever was done to a column."""

from __future__ import annotations

import pytest

from pkstats.data.panels import codebook
from pkstats.families import list_families
from pkstats.report.labels import SHORT, Labels, read_labels


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


def test_every_short_name_is_of_a_column_that_exists_or_is_made() -> None:
    stored = {v.name for panel in codebook.names() for v in codebook.codebook(panel)}
    labels, made = Labels(variables={}), set()
    for family in list_families():
        for hypothesis in family.hypotheses:
            hazard = family.find_design(hypothesis).hazard
            columns = [hazard.step, hazard.past, *hazard.controls] if hazard else []
            for model in hypothesis.models:
                own = model.specification
                columns += [own.outcome, own.treatment, *own.controls]
            made |= {labels.find_stem(column) for column in columns}
    words = {"protection"}  # of the table of words and tasks of mandates
    assert set(SHORT) - stored - made - words == set()
