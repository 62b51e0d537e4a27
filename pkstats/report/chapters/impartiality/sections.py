"""Sections of the chapter on impartiality that are its own: what no other family has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pkstats.report import page
from pkstats.report.chapters.impartiality import figures, prose, tables
from pkstats.report.parts.sources import say_source

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from pkstats.report.chapter import Chapter

    Frames = dict[str, pd.DataFrame]


def show_changes(frames: Frames) -> None:
    """Show every change of the index of host support."""
    page.show_folded(
        "Every change of the index", tables.tabulate_changes(frames["mandate_changes"])
    )
    page.show_text(
        say_source(
            "build/results/h2_mandate_changes.csv",
            specification="changes between successive months of a mission since 1990",
            columns="panel `host_support`, columns `host_support_index` and `text_<element>`",
        )
    )


def show_items(frames: Frames) -> None:
    """Show what surveys ask, and which hosts have both sides of a change."""
    page.show_table(tables.tabulate_items(frames["survey_items"]))
    page.show_text(
        say_source(
            "build/results/h2_survey_items.csv",
            specification="items on missions; a host has both sides where one population answered "
            "the same item under two values of the index",
            columns="panel `survey`, columns `item`, `construct`, `region`, `population`",
        )
    )


def show_series(chapter: Chapter, frames: Frames) -> None:
    """Show published percentages with the changes of the mandate."""
    chapter.show_figure(
        partial(draw_series, frames),
        name="series",
        caption="Published percentages in four hosts. Large marks are whole samples, small ones "
        "regions; a circle is a share against the mission, a triangle one in its favour; dotted "
        "lines are changes of the host support index. Questions, samples and regions differ from "
        "wave to wave, so no line joins the marks and no test is made.",
    )
    page.show_text(
        say_source(
            "build/results/h2_survey_series.csv",
            specification="credible rows, no subgroup",
            columns="panel `survey`, columns `percent_positive` and `percent_negative`",
        )
    )


def draw_series(frames: Frames, *, width: float = 7.2) -> Figure:
    """Draw the percentages at a width in inches."""
    return figures.draw_series(frames["survey_series"], frames["mandate_changes"], width=width)


def show_case(chapter: Chapter, frames: Frames) -> None:
    """Show what the one host on both sides of the name says."""
    page.show_text(f"*The case.* {prose.say_case(frames['speech_case'])}")
    page.show_table(tables.tabulate_case(frames["speech_case"]))
    chapter.show_figure(
        partial(draw_speeches, frames),
        name="speeches",
        caption="Sentences of the Congolese government on its own mission, by year of the General "
        "Debate; the dotted line is the change of name.",
    )
    page.show_text(
        say_source(
            "build/results/h2_speech_case.csv and h2_speech_years.csv",
            specification="speeches in years with a mission",
            columns="panel `host_speech`, columns `mission_sentences` and `exit_sentences`",
        )
    )


def draw_speeches(frames: Frames, *, width: float = 7.2) -> Figure:
    """Draw the sentences of the case at a width in inches."""
    return figures.draw_speeches(frames["speech_years"], speaker="COD", width=width)


def show_words(chapter: Chapter, frames: Frames) -> None:
    """Show how often the Council's words occur, and whether those on attacks follow attacks."""
    words = frames["council_words"]
    page.show_text(prose.say_words(words))
    chapter.show_figure(
        partial(draw_words, words),
        name="words",
        caption="Phrases per 1,000 words of new preamble text, after mandates without and with a "
        "supporting element. The bars compare missions as they are, and are not the estimate.",
    )
    page.show_folded("The words in numbers", tables.tabulate_words(words))
    page.show_text(
        say_source(
            "build/results/h2_council_words.csv",
            specification="renewals since 1990",
            columns="panel `council_record`, columns `new_<code>` and `new_words`",
        )
    )
    page.show_text(prose.say_validity(frames["attack_validity"]))
    page.show_folded(
        "Words on attacks and attacks", tables.tabulate_validity(frames["attack_validity"])
    )


def draw_words(words: pd.DataFrame, *, width: float = 7.2) -> Figure:
    """Draw the Council's words at a width in inches."""
    return figures.draw_words(words, tables.CODES, width=width)


def show_south_sudan(chapter: Chapter, frames: Frames) -> None:
    """Show deaths in fighting between groups in South Sudan around changes of the mandate."""
    years, steps = frames["south_sudan"], frames["south_sudan_steps"]
    page.show_text(prose.say_south_sudan(years, steps))
    chapter.show_figure(
        partial(draw_south_sudan, frames),
        name="south-sudan",
        caption="Deaths in fighting between groups in South Sudan, mean of a month by year; dotted "
        "lines are changes of the mission's mandate.",
    )
    page.show_table(tables.tabulate_steps(steps))
    page.show_text(
        say_source(
            "build/results/h2_south_sudan.csv and h2_south_sudan_steps.csv",
            specification="months of UNMISS",
            columns="panel `mission_month`, column `host_non_state_deaths`",
        )
    )


def draw_south_sudan(frames: Frames, *, width: float = 7.2) -> Figure:
    """Draw the deaths at a width in inches."""
    return figures.draw_south_sudan(frames["south_sudan"], frames["south_sudan_steps"], width=width)
