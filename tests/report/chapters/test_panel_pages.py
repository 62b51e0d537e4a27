"""Pages of the panels: everything the data package knows stands on them."""

from __future__ import annotations

import re

import pytest

from pkstats.data.panels import codebook as definitions
from pkstats.data.panels import load_panel, panels
from pkstats.report.chapters.panels import find_sources, read_resources, write_panel_page

# Panels by month and year, and those whose time is no date: every shape that a page must draw.
NAMES = (
    "conflict_spell",
    "contributor_month",
    "council_record",
    "hks2013",
    "host_speech",
    "mandate",
    "mission",
    "mission_month",
    "survey",
)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    resources = read_resources()
    return {name: write_panel_page(load_panel(name), resources=resources) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_page_names_columns_sources_limits_and_tables(pages, name: str) -> None:
    text, panel = pages[name], load_panel(name)
    plain = re.sub(r"```\{raw\} html.*?```", "", text, flags=re.DOTALL)
    for variable in panel.codebook:
        assert f"`{variable.name}`" in plain, variable.name
        assert " ".join(variable.label.split()) in plain
    for source in find_sources(panel):
        assert f"`{source.id}`" in plain
        assert source.licence in plain
        assert source.citation.replace("|", r"\|") in plain
    assert "<svg" in text and re.search(r"\d{4} to \d{4}", plain)
    assert definitions.limits(name)
    for sentence in definitions.limits(name):
        assert f"- {sentence}" in plain
    for table in definitions.companions(name):
        assert f"`{table}`" in plain
    assert f"{len(panel.frame):,} rows" in plain


@pytest.mark.parametrize("name", NAMES)
def test_missing_values_on_the_page_are_those_of_the_panel(pages, name: str) -> None:
    frame = load_panel(name).frame
    gaps = int(frame.isna().any().sum())
    stated = f"{gaps} of {frame.shape[1]} columns have missing values"
    assert stated in pages[name]


def test_no_page_is_stale_or_absent(tmp_path) -> None:
    resources = read_resources()
    assert {name for name, r in resources.items() if "canonical_sha256" in r} == set(panels())
