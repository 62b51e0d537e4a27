"""Pages of H2: contract of the results, sentences that follow the numbers, figures that draw."""

from pathlib import Path

import pandas as pd
import pytest

from pkstats.errors import ResultsError
from pkstats.report.chapters.impartiality import figures as pictures
from pkstats.report.chapters.impartiality import prose as said
from pkstats.report.chapters.impartiality import tables as lists
from pkstats.report.chapters.impartiality.frames import read_frames

RESULTS = Path(__file__).parents[3] / "analyses" / "results"


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return read_frames(RESULTS)


def test_absent_files_are_named_together(tmp_path):
    with pytest.raises(ResultsError, match=r"h2_verdict\.csv is absent") as caught:
        read_frames(tmp_path)
    assert str(caught.value).count("is absent") == len(list(RESULTS.glob("h2_*.csv")))


def test_it_is_said_first_that_impartiality_is_not_measured(frames):
    items, words = frames["survey_items"], frames["council_words"]
    assert "none asks whether it is impartial" in said.say_measured(items, words)
    asked = items.assign(construct="impartiality", both_sides=1)
    text = said.say_measured(asked, words)
    assert f"{len(items)} ask whether it is impartial" in text
    assert "on both sides of a change" in text


def test_the_case_is_a_case_and_needs_both_sides(frames):
    assert "a case, not a comparison" in said.say_case(frames["speech_case"])
    assert "No host" in said.say_case(frames["speech_case"].head(1))


def test_rates_without_words_are_missing_in_the_table(frames):
    words = frames["council_words"].copy()
    words.loc[words["mandate_before"] == "none", "rate"] = float("nan")
    table = lists.tabulate_words(words)
    assert (table["Per 1,000 new words, no element before"] == "n/a").all()


def test_the_advice_follows_the_rulings(frames):
    verdicts = frames["verdict"]
    assert "Nobody can tell you" in said.say_practice(verdicts)
    decided = verdicts.assign(ruling="describes Council language")
    assert "Nobody can tell you" not in said.say_practice(decided)


@pytest.mark.parametrize("width", [7.4, 4.1])
def test_figures_draw_at_both_widths(frames, width):
    drawn = [
        pictures.draw_series(frames["survey_series"], frames["mandate_changes"], width=width),
        pictures.draw_speeches(frames["speech_years"], speaker="COD", width=width),
        pictures.draw_words(frames["council_words"], lists.CODES, width=width),
        pictures.draw_south_sudan(frames["south_sudan"], frames["south_sudan_steps"], width=width),
    ]
    marks = [sum(len(a.lines) + len(a.patches) for a in f.axes) for f in drawn]
    assert min(marks) > 5
