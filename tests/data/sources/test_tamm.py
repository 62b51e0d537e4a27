import pytest

from pkstats.data.sources import tamm
from pkstats.errors import SourceError


@pytest.fixture(scope="module")
def rows(raw):
    return tamm.read(raw)


def test_the_release(raw, rows):
    assert len(rows) == 5920
    assert len((raw / tamm.NAME).read_text("utf-8").splitlines()[0].split(",")) == 71
    assert rows["label"].nunique() == 72
    assert rows["resolution"].nunique() == 146
    years = rows["month"].dt.year
    assert (years.min(), years.max()) == (1948, 2015)
    assert len(tamm.TASKS) == len(set(tamm.TASKS)) == 37


def test_tasks_add_up_but_for_a_slip_of_the_source(rows):
    apart = rows[rows["numtasks"] + rows["subtasks"] != rows["totaltasks"]]
    assert set(apart["label"]) == {"MINUSMA"}
    assert len(apart) == (rows["label"] == "MINUSMA").sum() == 33


def test_which_missions_change(rows):
    by_mission = rows.groupby("label")
    assert (by_mission["ch7"].nunique() > 1).sum() == 4
    assert (by_mission["prociv"].nunique() > 1).sum() == 3


def test_the_intervention_brigade_is_no_change_for_tamm(rows):
    monusco = rows[rows["label"] == "MONUSCO"].set_index("month")
    before, after = (monusco.loc[m, list(tamm.TASKS)] for m in ("2013-03-01", "2013-04-01"))
    assert (before == after).all()


def test_months_are_counted_from_1960(rows):
    unotil = rows[rows["label"] == "MINUSMA"]
    assert str(unotil["month"].min().date()) == "2013-04-01"
    assert str(rows[rows["label"] == "UNMOGIP"]["month"].max().date()) == "1949-01-01"


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("BINUB,575,12,2007", "BINUB,575,11,2007", "'yearmon' disagrees"),
        ("BINUB,575,12,2007", "BINUB,576,1,2008", "label x yearmon repeats in 2 rows"),
        ("BINUB,575,12,2007", "BINUX,575,12,2007", "'mission' has unknown values.*BINUX"),
        (
            "BINUB,575,12,2007,1719,0",
            "BINUB,575,12,2007,1719,2",
            "'peaceag_cease_monitor' is above 1",
        ),
        (",ch7,", ",chapter7,", "column ch7 is missing"),
        ("BINUB,575,12,2007,1719,0,", "BINUB,575,12,2007,1719,", "truncated"),
    ],
)
def test_bad_input_is_named(raw, write, before, after, part):
    text = (raw / tamm.NAME).read_text("utf-8")
    assert before in text
    path = write(text.replace(before, after, 1), "tamm.csv")
    with pytest.raises(SourceError, match=rf"(?s)tamm\.csv.*{part}"):
        tamm.parse(path)
