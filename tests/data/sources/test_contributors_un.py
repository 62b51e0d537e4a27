"""The UN's own file of contributions, on rows made up to its schema."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.panels import contributor_mission_month as panel
from pkstats.data.panels import store
from pkstats.data.sources import contributors_un
from pkstats.errors import PkstatsError, SourceError

HEADER = (
    "contribution_id,isocode3,contributing_country,mission_acronym,personnel_type,"
    "female_personnel,male_personnel,last_reporting_date"
)
ROWS = [
    "1,GHA,Ghana,UNIFIL,Troops,100,700,2025-08-31",
    "2,GHA,Ghana,UNIFIL,Staff Officer,4,16,2025-08-31",
    "3,,Côte d'Ivoire,MINUSCA,Formed Police Units,10,130,2025-08-31",
    "4,TUR,Türkiye,UNIFIL,Experts on Mission,0,3,2025-08-31",
    "5,GHA,Ghana,UNIFIL,Troops,90,690,2025-09-30",
    "6,TUR,Türkiye,UNIFIL,Individual Police,0,0,2025-09-30",
    "7,GHA,Ghana,UNIFIL,Troops,5,5,2025-09-30",
]


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_contributions_are_read_by_type(tmp_path: Path) -> None:
    table = contributors_un.read_historical(write(tmp_path / "un.csv", *ROWS))
    assert list(table) == [
        "month",
        "label",
        "contributor",
        "type",
        "female",
        "male",
        "total",
        "gender_fixed",
    ]
    assert table.loc[table["contributor"] == "CIV", "total"].tolist() == [140]
    # two entries of one key are added, an entry of nobody is left out
    troops = table[(table["contributor"] == "GHA") & (table["type"] == "troops")]
    assert troops["total"].tolist() == [800, 790]
    assert len(table) == 5


def test_refresh_has_the_schema_of_the_panel(tmp_path: Path) -> None:
    made = panel.read_historical(write(tmp_path / "un.csv", *ROWS))
    store.validate(made)
    assert [v.name for v in made.codebook] == list(made.frame)
    row = made.frame.set_index(["contributor", "month"])
    ghana = row.loc[("GHA", pd.Timestamp("2025-08-01"))]
    assert (ghana["own_personnel"], ghana["own_troops"], ghana["own_staff_officers"]) == (
        820,
        820,
        20,
    )
    assert ghana["own_women"] == 104 and ghana["own_personnel_source"] == "un_file"
    gone = row.loc[("TUR", pd.Timestamp("2025-09-01"))]
    assert (gone["listed"], gone["own_personnel"]) == (0, 0)
    # MINUSCA is in no report of September: no row, not a zero
    assert ("CIV", pd.Timestamp("2025-09-01")) not in row.index
    assert made.frame["own_hostile_deaths"].isna().all()


def test_refresh_of_known_months_equals_the_panel(raw: Path, tmp_path: Path) -> None:
    """Written in the UN's schema, the monthly reports come back as the panel has them."""
    from pkstats.data.sources import personnel

    names = {
        "troops": "Troops",
        "staff_officer": "Staff Officer",
        "experts": "Experts on Mission",
        "individual_police": "Individual Police",
        "fpu": "Formed Police Units",
    }
    table = personnel.read_contributions(raw)
    table = table[table["month"] >= "2024-01-01"].reset_index(drop=True)
    pd.DataFrame(
        {
            "contribution_id": table.index,
            "isocode3": table["contributor"],
            "contributing_country": "",
            "mission_acronym": table["label"],
            "personnel_type": table["type"].map(names),
            "female_personnel": table["female"],
            "male_personnel": table["male"],
            "last_reporting_date": (table["month"] + pd.offsets.MonthEnd(0)).dt.date,
        }
    ).to_csv(tmp_path / "un.csv", index=False)
    made = panel.read_historical(tmp_path / "un.csv", raw=raw).frame
    kept = panel.build(raw).frame
    kept = kept[(kept["month"] >= "2024-01-01") & (kept["listed"] == 1)]
    made = made[made["listed"] == 1]
    columns = [c for c in made if c not in ("own_personnel_source", "source_slip")]
    pd.testing.assert_frame_equal(
        made[columns].reset_index(drop=True), kept[columns].reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("row", "breach"),
    [
        ("8,GHA,Ghana,UNXXX,Troops,1,1,2025-08-31", "'mission_acronym' has unknown values"),
        ("8,GHA,Ghana,UNIFIL,Sailors,1,1,2025-08-31", "'personnel_type' has unknown values"),
        ("8,,Atlantis,UNIFIL,Troops,1,1,2025-08-31", "unknown contributor: Atlantis"),
        ("8,,,UNIFIL,Troops,1,1,2025-08-31", "neither code nor name"),
        ("8,TGO,Ghana,UNIFIL,Troops,1,1,2025-08-31", "code and name of the contributor disagree"),
        ("8,GHA,Ghana,UNIFIL,Troops,-1,1,2025-08-31", "'female_personnel' is below 0"),
        ("8,GHA,Ghana,UNIFIL,Troops,1,1,31/08/2025", "'last_reporting_date' is no date"),
        ("8,GHA,Ghana,UNIFIL,Troops,1,1,2025-08-30", "UNIFIL has several reporting dates"),
        ("7,GHA,Ghana,UNIFIL,Troops,1,1,2025-08-31", "id repeats in 2 rows"),
        ("8,GHA,Ghana", "lines have not the 8 fields"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, row: str, breach: str) -> None:
    with pytest.raises(SourceError, match=breach):
        contributors_un.read_historical(write(tmp_path / "un.csv", *ROWS, row))


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_fuzzed_files_give_a_panel_or_an_error(tmp_path: Path, data: st.DataObject) -> None:
    cells = [row.split(",") for row in ROWS]
    line = data.draw(st.integers(0, len(cells) - 1))
    place = data.draw(st.integers(0, 7))
    cells[line][place] = data.draw(
        st.one_of(st.text(max_size=10), st.integers().map(str), st.sampled_from(["", "UNIFIL"]))
    )
    path = tmp_path / "un.csv"
    text = "\n".join([HEADER, *(",".join(row) for row in cells)])
    path.write_text(text, encoding="utf-8", errors="ignore")
    try:
        made = panel.read_historical(path)
    except PkstatsError:
        return
    store.validate(made)
