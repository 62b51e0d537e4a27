"""Sections of the chapter on robust mandates that are its own: what no other family has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pkstats.report import page
from pkstats.report.chapters.robustness import deaths, figures, prose, tables
from pkstats.report.parts.before_after import (
    draw_before_after,
    say_before_after,
    tabulate_before_after,
)
from pkstats.report.parts.sources import say_source
from pkstats.report.parts.stacked_renewals import say_stacked, tabulate_stacked
from pkstats.report.results import write_records
from pkstats.verdicts.thresholds import JACKKNIFE_LEVEL

if TYPE_CHECKING:
    import pandas as pd

    from pkstats.report.chapter import Chapter


def show_deaths(chapter: Chapter, by_year: pd.DataFrame) -> None:
    """Show uniformed hostile deaths a year by mission."""
    chapter.show_figure(
        partial(deaths.draw_deaths, by_year),
        name="deaths",
        caption=f"Uniformed hostile deaths a year by mission. {deaths.caption_deaths(by_year)}",
    )


def show_year_of_a_mission(chapter: Chapter) -> None:
    """Tell each primary estimate as attacks a year on a mission of ten thousand."""
    for record in chapter.records:
        for row in write_records(record.keep_primary("effects")):
            page.show_text(f"*{chapter.names[record.hypothesis.name]}.* {prose.say_effect(row)}")


def show_events(chapter: Chapter, events: pd.DataFrame) -> None:
    """Show attacks around the first robust step."""
    chapter.show_figure(
        partial(figures.draw_event_study, events),
        name="event-study",
        caption="Rate ratio by half-year around the first robust step, with mission and year "
        "effects; the last half-year before the step is the reference. "
        f"{prose.say_events(events)}",
    )


def show_before_after(chapter: Chapter, compared: pd.DataFrame) -> None:
    """Show each mission before and after its own steps, and their pool."""
    for record in chapter.records:
        name = record.hypothesis.name
        rows = compared[compared["hypothesis"] == name]
        chapter.show_figure(
            partial(draw_before_after, rows, axis=record.scale),
            name=f"before-after-{name.lower()}",
            caption=f"*{chapter.names[name]}*: thin lines are exact and each step's own, thick "
            f"ones what the pool makes of it. {say_before_after(rows)}",
        )
        page.show_folded(
            f"Events before and after each step, {chapter.names[name]}",
            tabulate_before_after(rows),
        )
    page.show_text(
        say_source(
            f"build/results/{chapter.family.prefix}_before_after.csv",
            specification="`pkstats/comparisons/before_after.py`",
            columns="panel `mission_month`, columns `robustness_index`, `hostile_incident_days`, "
            "`personnel`",
        )
    )


def show_stacked(chapter: Chapter, stacked: pd.DataFrame) -> None:
    """Show renewals with a step against renewals without one."""
    for record in chapter.records:
        name = record.hypothesis.name
        rows = stacked[stacked["hypothesis"] == name]
        said = say_stacked(rows, ratio=record.ratio, scale=record.scale)
        page.show_text(f"*{chapter.names[name]}*: {said}")
        page.show_folded(
            f"Stacked renewals, {chapter.names[name]}", tabulate_stacked(rows, ratio=record.ratio)
        )


def show_reverse(reverse: pd.DataFrame) -> None:
    """Show the models of the reverse path."""
    page.show_text(prose.say_reverse(reverse, alpha=JACKKNIFE_LEVEL))
    page.show_folded(
        "Models of the reverse path",
        tables.tabulate_reverse(reverse),
        text=say_source(
            "build/results/h1_reverse_path.csv",
            specification="`pkstats/families/robustness/reverse.py`",
            columns="panel `mission_month`, columns `mandate_renewal`, `robustness_index`, "
            "`hostile_incident_days`, `hostile_deaths_uniformed`, `host_conflict_deaths`",
        ),
    )


def show_switches(switches: pd.DataFrame) -> None:
    """Show every change of every element."""
    page.show_text(prose.say_switches(switches))
    page.show_table(tables.count_switches(switches))
    page.show_folded("Every change", tables.tabulate_switches(switches))
    page.show_text(
        say_source(
            "build/results/h1_switches.csv",
            specification="changes between successive months of a mission from 2000 on, twelve "
            "months on each side",
            columns="panel `mission_month`, columns `text_<element>`, `robustness_index`, "
            "`robustness_latent`, `tamm_chapter_vii`, `mandate_resolution`",
        )
    )
