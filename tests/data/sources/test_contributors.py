"""Contributors: crosswalk, IPI's tables, reports without missions; their acceptance values."""

from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import (
    contributors,
    contributors_ipi,
    contributors_un,
    fatalities,
    personnel,
)
from pkstats.errors import PkstatsError, SourceError

HEADER = (
    '"","Date","Contributor","Contributor ISO-3","Mission","Individual Police Male",'
    '"Individual Police Female","Individual Police Total","Formed Police Units Male",'
    '"Formed Police Units Female","Formed Police Units Total","Experts on Mission Male",'
    '"Experts on Mission Female","Experts on Mission Total","Troops Male","Troops Female",'
    '"Troops Total","Total Male","Total Female","Total Total"'
)
ROW = "1,2013-12-31,Ghana,GHA,UNIFIL,0,0,0,0,0,0,1,0,1,10,2,12,11,2,13"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_crosswalk_holds_every_state_once() -> None:
    table = contributors.crosswalk().set_index("contributor")
    assert len(table) == 195
    assert table["country"].drop(["BMU", "PSE"]).notna().all()
    assert table["country"].dropna().is_unique
    assert table["citation"].drop(["BMU", "PSE"]).notna().all()
    assert table.at["GHA", "country"] == 452
    assert table.at["COD", "country"] == 490 and table.at["COG", "country"] == 484


def test_crosswalk_agrees_with_the_list_of_states(raw: Path) -> None:
    from pkstats.data.sources import conflict_deaths

    states = conflict_deaths.read_states(raw)
    current = set(states.loc[states["last_year"].isna(), "country"])
    assert current - set(contributors.crosswalk()["country"].dropna()) == {347, 396, 397, 713}


def test_successions_give_the_state_of_the_time() -> None:
    who = pd.Series(["SRB", "SRB", "CZE", "CZE", "YEM", "BMU"])
    months = ["2006-06-01", "2006-07-01", "1992-12-01", "1993-01-01", "1990-11-01", "2017-05-01"]
    found = contributors.assign_country(who, pd.Series(pd.to_datetime(months)))
    assert found.tolist()[:5] == [345, 340, 315, 316, 678]
    assert found.isna().tolist() == [False] * 5 + [True]


def test_blank_codes_of_known_nationalities_are_resolved(raw: Path) -> None:
    casualties = fatalities.parse(raw / fatalities.NAME)
    blank = casualties[casualties["iso3"].isna()]
    known = blank["nationality"].where(blank["nationality"] != "ZZ [Undetermined]")
    found = contributors.assign(known).value_counts().to_dict()
    assert len(blank) == 52
    assert found == {"CIV": 29, "TUR": 6, "MUS": 1, "VNM": 1}
    # the data notes say 38 of known countries; the 38th row names no nationality at all
    assert blank["nationality"].isna().sum() == 1 and known.notna().sum() == 37


def test_codes_of_the_casualty_file_agree_with_the_crosswalk(raw: Path) -> None:
    casualties = fatalities.parse(raw / fatalities.NAME).dropna(subset=["iso3", "nationality"])
    apart = casualties[contributors.assign(casualties["nationality"]) != casualties["iso3"]]
    assert set(zip(apart["nationality"], apart["iso3"], strict=True)) == {
        ("Yugoslavia", "YUG"),
        ("Serbia and Montenegro", "SCG"),
    }


def test_unknown_contributors_are_named() -> None:
    with pytest.raises(SourceError, match=r"Atlantis, Mu.*contributors\.csv"):
        contributors.assign(pd.Series(["Ghana", "Atlantis", "Mu", None]))


def test_every_label_has_one_contributor(tmp_path: Path) -> None:
    text = contributors.CROSSWALK.read_text("utf-8").replace("Côte dIvoire", "Ghana")
    with pytest.raises(SourceError, match="label of several contributors: Ghana"):
        contributors.crosswalk(write(tmp_path / "contributors.csv", text.rstrip()))


def test_absent_months_and_slips_are_cited() -> None:
    months = contributors.read_absent_months()
    assert months.groupby("panel").size().to_dict() == {
        "contributor_mission_month": 3,
        "contributor_month": 3,
    }
    slips = contributors.read_slips()
    assert len(slips) == 25 and slips["citation"].notna().all()


def test_gender_table_has_its_acceptance_values(raw: Path) -> None:
    table = contributors_ipi.read_gender(raw)
    assert len(table) == 29_115
    assert table["label"].nunique() == 25 and table["contributor"].nunique() == 130
    assert str(table["month"].min())[:7] == "2009-11" and str(table["month"].max())[:7] == "2014-02"
    assert round(100 * table["female"].sum() / table["total"].sum(), 1) == 3.6


def test_totals_have_their_acceptance_values(raw: Path) -> None:
    table = contributors_ipi.read_totals(raw)
    labels = pd.read_csv(raw / contributors_ipi.TOTALS)["contributor"]
    assert len(table) == 25_657 and labels.nunique() == 148
    # two labels of one state: Macedonia and The former Yugoslav Republic of Macedonia
    assert table["contributor"].nunique() == 147
    assert table["month"].nunique() == 281


def test_totals_are_the_join_of_single_contributors(raw: Path, tmp_path: Path) -> None:
    table = pd.read_csv(raw / contributors_ipi.TOTALS, dtype=str, keep_default_na=False)
    files = []
    for name, rows in table.groupby("contributor", sort=False):
        part = rows.drop(columns="contributor").replace({r"\.0$": "", "^$": "NA"}, regex=True)
        part.columns = part.columns.str.capitalize()
        files.append(tmp_path / f"{name}.csv")
        part.to_csv(files[-1], index=False)
    assert len(files) == 148
    assert contributors_ipi.make_totals(files) == (raw / contributors_ipi.TOTALS).read_bytes()


def test_join_of_contributors_names_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file of a contributor"):
        contributors_ipi.join_countries([])
    for lines, message in (
        (("Date,Soldiers", "2013-12-31,3"), "has other columns: date, soldiers"),
        (("Date,Troops,Police,Experts", "2013-12-31,many,NA,1"), "'many'"),
        (("", ""), "cannot be read"),
    ):
        file = write(tmp_path / "Ghana.csv", *lines)
        with pytest.raises(SourceError, match=rf"Ghana\.csv.*{message}"):
            contributors_ipi.join_countries([file])


def test_contributions_have_their_acceptance_values(raw: Path) -> None:
    table = personnel.read_contributions(raw)
    assert len(table) == 97_313
    assert table["month"].nunique() == 103 and table["label"].nunique() == 29
    assert contributors.assign(table["contributor"]).nunique() == 146
    december = table[table["month"].dt.month == 12].groupby(table["month"].dt.year)["total"].sum()
    assert december.to_dict() == {
        2015: 107_088,
        2016: 100_376,
        2017: 92_682,
        2019: 83_331,
        2020: 81_832,
        2021: 75_085,
        2022: 76_001,
        2023: 64_451,
        2024: 61_201,
    }
    assert table["gender_fixed"].sum() == 62


def test_reports_without_missions(raw: Path) -> None:
    table = contributors_un.read_without_missions(raw)
    assert len(table) == 6_958 and table["month"].nunique() == 18
    december = table.loc[table["month"] == "2018-12-01", "total"].sum()
    assert december == 89_846


def test_ipi_tables_agree_but_for_listed_months(raw: Path) -> None:
    gender = contributors_ipi.read_gender(raw).groupby(["contributor", "month"])["total"].sum()
    totals = contributors_ipi.read_totals(raw).set_index(["contributor", "month"]).sum(axis=1)
    both = pd.concat([gender, totals], axis=1, keys=["gender", "totals"]).fillna(0).sort_index()
    both = both.loc[(slice(None), slice("2009-11-01", "2014-02-01")), :]
    apart = both[both["gender"] != both["totals"]]
    assert len(both) == 6_033 and len(apart) == 19
    assert set(apart.index.get_level_values(0)) == {"COL", "EGY", "ETH", "FRA"}


def test_gender_names_every_breach(tmp_path: Path) -> None:
    wrong = [
        ROW.replace("UNIFIL", "UNXXX"),
        ROW.replace("10,2,12", "10,2,13"),
        ROW.replace("Ghana", "Togo"),
        ROW.replace("2013-12-31", "2013-13-31"),
    ]
    with pytest.raises(SourceError) as caught:
        contributors_ipi.parse_gender(write(tmp_path / "gender.csv", HEADER, *wrong))
    message = str(caught.value)
    assert "'Mission' has unknown values" in message and "UNXXX" in message
    assert "'Date' is no date" in message and "line 5" in message
    with pytest.raises(SourceError) as caught:
        contributors_ipi.parse_gender(write(tmp_path / "gender.csv", HEADER, *wrong[1:3], ROW, ROW))
    message = str(caught.value)
    assert "women and men of troops do not add up (line 2)" in message
    assert "name and code of the contributor disagree (line 3)" in message
    assert "month x label x contributor repeats" in message


def test_renamed_column_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "totals.csv", "date,troop,police,experts,contributor", "x,1,1,1,Ghana")
    with pytest.raises(SourceError, match="column troops is missing; not in the schema: troop"):
        contributors_ipi.parse_totals(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_fuzzed_gender_gives_a_frame_or_an_error(tmp_path: Path, data: st.DataObject) -> None:
    cells = ROW.split(",")
    place = data.draw(st.integers(0, len(cells) - 1))
    cells[place] = data.draw(st.one_of(st.text(max_size=8), st.integers().map(str)))
    path = tmp_path / "gender.csv"
    path.write_text(f"{HEADER}\n{ROW}\n{','.join(cells)}\n", encoding="utf-8", errors="ignore")
    try:
        table = contributors_ipi.parse_gender(path)
    except PkstatsError:
        return
    assert len(table) == 2 and (table["female"] + table["male"] == table["total"]).all()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200))
def test_fuzzed_bytes_give_a_frame_or_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    for header, parse in [
        (b"date,troops,police,experts,contributor\n", contributors_ipi.parse_totals),
        (
            b"month,contributor_iso3,ptype,female,male,total\n",
            contributors_un.parse_without_missions,
        ),
    ]:
        path.write_bytes(header + content)
        with suppress(PkstatsError):
            assert isinstance(parse(path), pd.DataFrame)
