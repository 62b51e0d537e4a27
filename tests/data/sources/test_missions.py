import pandas as pd
import pytest

from pkstats.data.sources import conflict_deaths, missions
from pkstats.errors import SourceError

# Months in which the crosswalk departs from the UN file; each must say why in its note.
CORRECTED = {"UNAVEM I", "UNPROFOR", "MONUA", "UNPSG", "UNOCI", "MINUSMA"}
ABSENT = {"UNTAG", "UNTMIH"}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return missions.crosswalk().set_index("mission")


@pytest.fixture(scope="module")
def operations(table) -> pd.DataFrame:
    return table[table["universe"] == "peacekeeping"]


def test_the_un_list(raw):
    listed = missions.read(raw)
    assert len(listed) == 81
    assert set(listed.loc[listed["pooled"], "label"]) == {"UNAVEM", "UNEF", "UNOSOM"}
    assert set(listed.loc[listed["start"].isna(), "label"]) == {"UNOHCI", "UNFOR", "UNSCOB"}
    assert listed["active"].sum() == 12  # MINUSMA among them
    assert set(listed["last_update"].dt.strftime("%Y-%m-%d")) == {"2024-02-19"}


def test_every_operation_of_the_un_list_is_in_the_crosswalk(raw):
    listed = missions.read(raw)
    single = set(listed.loc[~listed["pooled"], "label"])
    assert single == missions.labels("un_missions")


def test_dates_agree_with_the_un_list_or_the_note_says_why(raw, operations):
    listed = missions.read(raw).set_index("label")
    differing = set()
    for mission, row in operations.dropna(subset=["un_missions"]).iterrows():
        theirs = listed.loc[row["un_missions"].split(";")[0]]
        for column in ("start", "end"):
            months = {str(d.to_period("M")) for d in (row[column], theirs[column]) if pd.notna(d)}
            if len(months) > 1 or pd.isna(row[column]) != pd.isna(theirs[column]):
                differing.add(mission)
    assert differing == CORRECTED
    assert operations.loc[sorted(CORRECTED), "note"].str.contains("UN file").all()
    assert set(operations.index[operations["un_missions"].isna()]) == ABSENT


def test_sixty_three_operations_were_active_since_1990(operations):
    assert len(operations) == 63
    assert operations["end"].fillna(pd.Timestamp("2025-12-31")).min() >= pd.Timestamp("1990-01-01")
    active = set(operations.index[operations["end"].isna()])
    assert active == {
        "UNTSO",
        "UNMOGIP",
        "UNFICYP",
        "UNDOF",
        "UNIFIL",
        "MINURSO",
        "UNMIK",
        "MONUSCO",
        "UNISFA",
        "UNMISS",
        "MINUSCA",
    }


def test_every_row_is_cited_and_every_exclusion_has_a_reason(table):
    assert table["citation"].notna().all()
    excluded = table[table["universe"] == "excluded"]
    assert excluded["reason"].notna().all()
    assert {"UNOHCI", "UNGCI", "UNAMA", "UNAMI", "UNSMA", "UNPF"} <= set(excluded.index)


def test_host_states_are_states(raw, operations):
    states = set(conflict_deaths.read_states(raw)["country"])
    hosts = operations["host_countries"].dropna().str.split(";").explode().astype(int)
    assert set(hosts) <= states
    assert set(operations.index[operations["host_countries"].isna()]) == {
        "UNTAG",
        "MINURSO",
        "UNTAET",
    }
    one = operations.dropna(subset=["country"])
    assert (one["country"].astype(str) == one["host_countries"]).all()


@pytest.mark.parametrize(
    ("before", "after", "month"),
    [
        ("MONUC", "MONUSCO", "2010-07"),
        ("MINUSTAH", "MINUJUSTH", "2017-10"),
        ("UNMIS", "UNMISS", "2011-07"),
        ("UNAVEM II", "UNAVEM III", "1995-02"),
        ("UNAVEM III", "MONUA", "1997-07"),
        ("UNOSOM I", "UNOSOM II", "1993-03"),
        ("UNAMIC", "UNTAC", "1992-03"),
        ("UNOMSIL", "UNAMSIL", "1999-10"),
        ("UNTAET", "UNMISET", "2002-05"),
        ("MINUCI", "UNOCI", "2004-04"),
        ("UNMIH", "UNSMIH", "1996-07"),
    ],
)
def test_one_mission_follows_another(operations, before, after, month):
    end, start = operations.loc[before, "end"], operations.loc[after, "start"]
    assert start.strftime("%Y-%m") == month
    assert abs((start - end).days) <= 1


@pytest.mark.parametrize(
    ("mission", "start", "end"),
    [
        ("MINUSMA", "2013-04-25", "2023-12-31"),
        ("UNAMID", "2007-07-31", "2020-12-31"),
        ("UNOCI", "2004-04-04", "2017-06-30"),
        ("UNMIL", "2003-09-19", "2018-03-30"),
        ("UNPROFOR", "1992-02-21", "1995-12-20"),
        ("UNISFA", "2011-06-27", None),
    ],
)
def test_known_dates(operations, mission, start, end):
    row = operations.loc[mission]
    assert str(row["start"].date()) == start
    assert (None if pd.isna(row["end"]) else str(row["end"].date())) == end


def test_hosts_join_successive_missions(operations):
    clusters = operations.groupby("host").groups
    assert set(clusters["DR Congo"]) == {"MONUC", "MONUSCO"}
    assert set(clusters["Sudan"]) == {"UNMIS", "UNAMID", "UNISFA"}
    assert set(clusters["South Sudan"]) == {"UNMISS"}
    assert set(clusters["Haiti"]) == {
        "UNMIH",
        "UNSMIH",
        "UNTMIH",
        "MIPONUH",
        "MINUSTAH",
        "MINUJUSTH",
    }
    assert set(clusters["Central African Republic and Chad"]) == {"MINURCA", "MINURCAT", "MINUSCA"}
    assert set(clusters["Mali"]) == {"MINUSMA"}


def assign(label: str, date: str, source: missions.Labels = "fatalities") -> tuple:
    found = missions.assign(pd.Series([label]), pd.Series(pd.to_datetime([date])), source)
    return tuple(None if pd.isna(v) else v for v in found.iloc[0])


@pytest.mark.parametrize(
    ("label", "date", "expected"),
    [
        ("UNOSOM", "1993-03-06", ("UNOSOM I", True, None)),
        ("UNOSOM", "1993-06-05", ("UNOSOM II", True, None)),
        ("UNOSOM", "2003-04-20", ("UNOSOM II", False, "after the mission ended")),
        ("UNAVEM", "1991-11-18", ("UNAVEM II", True, None)),
        ("UNAVEM", "1995-02-08", ("UNAVEM III", True, None)),
        ("UNEF", "1957-01-01", ("UNEF I", False, "ended before 1990")),
        ("UNEF", "1974-01-01", ("UNEF II", False, "ended before 1990")),
        ("IPTF", "1997-09-17", ("UNMIBH", True, None)),
        ("UNAMA", "2009-10-28", ("UNAMA", False, "special political mission")),
        ("MINUSMA", "2023-12-31", ("MINUSMA", True, None)),
        ("MINUSMA", "2024-01-01", ("MINUSMA", False, "after the mission ended")),
        ("MINUSMA", "2013-04-01", ("MINUSMA", True, None)),
        ("MINUSMA", "2013-03-31", ("MINUSMA", False, "before the mission began")),
    ],
)
def test_shared_labels_are_split_by_date(label, date, expected):
    assert assign(label, date) == expected


def test_an_unknown_label_is_refused():
    with pytest.raises(SourceError, match=r"unknown mission in ipi: UNXX.*missions\.csv"):
        assign("UNXX", "2000-01-01", "ipi")


def test_records_keep_their_order_and_index():
    label = pd.Series(["UNOSOM", "UNIFIL", "UNOSOM"], index=[7, 3, 5])
    date = pd.Series(pd.to_datetime(["1994-01-01", "1990-01-01", "1992-05-01"]), index=[7, 3, 5])
    found = missions.assign(label, date, "fatalities")
    assert found["mission"].to_dict() == {7: "UNOSOM II", 3: "UNIFIL", 5: "UNOSOM I"}


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("UNTSO,", "UNMOGIP,", "mission repeats in 2 rows: UNMOGIP"),
        ("special political mission", "", "is excluded without a reason"),
        ("2013-04-25,2023-12-31", "2013-04-25,2003-12-31", "MINUSMA ends before it starts"),
        ("2013-04-25", "", "start is missing for MINUSMA"),
    ],
)
def test_bad_crosswalks_are_refused(write, before, after, part):
    text = missions.CROSSWALK.read_text("utf-8")
    assert before in text
    path = write(text.replace(before, after, 1), "missions.csv")
    with pytest.raises(SourceError, match=part):
        missions.crosswalk(path)


def test_bad_un_lists_are_refused(raw, write):
    text = (raw / missions.NAME).read_text("utf-8")
    for before, after, part in (
        ("2013-04-25,,", "2013-04-25,2003-01-01,", "end before start: MINUSMA"),
        ("DPO,Yes", "DPA,Yes", "'lead_department' has unknown values"),
        ("UNMISS", "UNMIS", "label repeats in 2 rows: UNMIS"),
    ):
        with pytest.raises(SourceError, match=part):
            missions.parse(write(text.replace(before, after), "missions.csv"))
