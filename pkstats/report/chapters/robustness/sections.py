"""Sections of the chapter on robust mandates that are its own: what no other family has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pkstats.report import page
from pkstats.report.chapters.robustness import deaths, figures, prose, tables
from pkstats.report.parts.forest import draw_forest
from pkstats.report.parts.sources import say_source
from pkstats.report.results import write_records
from pkstats.verdicts.thresholds import JACKKNIFE_LEVEL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

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


def show_slopes(chapter: Chapter, pooled: pd.DataFrame) -> None:
    """Show the slope of each mission, shrunken towards the common one."""
    for record in chapter.records:
        name = record.hypothesis.name
        slopes = pooled[pooled["hypothesis"] == name]
        common = slopes["mission"] == "common"
        lines = slopes.assign(
            label=slopes["mission"],
            filled=common,
            conf_low=slopes["conf_low"].where(common),
            conf_high=slopes["conf_high"].where(common),
        )
        chapter.show_figure(
            partial(draw_slopes, lines, record.scale),
            name=f"slopes-{name.lower()}",
            caption=f"*{chapter.names[name]}*: shrunken rate ratio of each mission. "
            f"{prose.say_pooling(slopes)}",
        )


def draw_slopes(lines: pd.DataFrame, scale: str, *, width: float = 7.2) -> Figure:
    """Draw the slopes of missions, the common one filled."""
    return draw_forest(lines, axis=scale, width=width)


def show_reverse(reverse: pd.DataFrame) -> None:
    """Show the models of the reverse path."""
    page.show_text(prose.say_reverse(reverse, level=JACKKNIFE_LEVEL))
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
