"""What is said of the months once reconstructed is what the tables hold."""

import pandas as pd
import pytest

from pkstats.data.panels import load_panel
from pkstats.data.registry import find_shipped
from pkstats.report.chapters import reconstruction


@pytest.fixture(scope="module")
def errors() -> pd.DataFrame:
    return pd.read_csv(find_shipped("panels/reconstruction_error.csv"))


def test_the_sentence_follows_the_tables(errors: pd.DataFrame) -> None:
    sources = load_panel("mission_month").frame["personnel_source"]
    said = reconstruction.say_reconstruction(errors, sources)
    for part in (
        "252 mission-months", "1 more, in which nobody was left, is missing now",
        "1.6% of all personnel", "2.1% in the median", "31.9% in the worst", "UNMOGIP, by 18.0%",
        "37 mission-months of three lost reports",
    ):  # fmt: skip
        assert part in said, part
    other = errors.assign(largest_percent=99.0)
    assert "99% in the worst" in reconstruction.say_reconstruction(other, sources)


def test_every_quarter_and_mission_has_a_line(errors: pd.DataFrame) -> None:
    table = reconstruction.tabulate_errors(errors)
    assert len(table) == len(errors) - 1
    unmil = table.set_index("Name").loc["UNMIL"]
    assert unmil["Mean personnel"] == "0" and unmil["Largest error, %"] == "n/a"
