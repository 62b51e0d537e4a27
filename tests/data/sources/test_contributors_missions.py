"""The table of contributors and missions: what it holds, its doubled columns, its agreement."""

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from pkstats.data import registry
from pkstats.data.sources import contributors_ipi, contributors_missions, contributors_un, personnel
from pkstats.errors import SourceError

PARTS = ["troops", "police", "experts"]
HEADER = (
    "Unnamed: 0,Contributor,year,Mission,Mission_Country,date,"
    "Military,Civilians,Police,Total,ccode\n"
)
EARLY = "1,Ghana,1994,UNAMIR,Rwanda,1994-04-01,838,35,0,873,GHA\n"
LATE = "2,Ghana,2018,UNIFIL,Lebanon,2018-05-01,870,4,6,880,GHA\n"
ONCE = "3,Ghana,2016,UNIFIL,Lebanon,2016-11-01,870,3,5,878,GHA\n"
MADE_UP = HEADER + EARLY + LATE + ONCE


@pytest.fixture(scope="module")
def table(raw: Path) -> pd.DataFrame:
    return contributors_missions.read(raw)


def test_the_table_is_what_the_notes_say(raw: Path, table: pd.DataFrame) -> None:
    assert len(table) == 161_998
    written = pd.read_csv(raw / contributors_missions.NAME, dtype=str, keep_default_na=False)
    # two names of one state: the former Yugoslav Republic of Macedonia, and Macedonia
    assert (written["Contributor"].nunique(), table["contributor"].nunique()) == (159, 158)
    assert table["label"].nunique() == 85
    months = pd.date_range("1990-11-01", "2020-02-01", freq="MS")
    assert set(table["month"]) == set(months)
    assert (table[PARTS].sum(axis=1) == table["total"]).all()


def sum_missions(table: pd.DataFrame) -> pd.DataFrame:
    return table.groupby(["label", "month"], as_index=False)[[*PARTS, "total"]].sum()


def test_every_mission_month_of_ipi_is_met_in_every_part(raw: Path, table: pd.DataFrame) -> None:
    ipi = personnel.read_ipi(raw).rename(columns={"observers": "experts"})
    both = sum_missions(table).merge(ipi, on=["label", "month"], suffixes=("", "_ipi"))
    assert len(both) == len(ipi) == 5_330
    for part in [*PARTS, "total"]:
        assert (both[part] == both[f"{part}_ipi"]).all(), part


def test_every_contributor_month_of_ipi_is_met_in_every_part(
    raw: Path, table: pd.DataFrame
) -> None:
    ipi = contributors_ipi.read_totals(raw)
    sums = table.groupby(["month", "contributor"], as_index=False)[PARTS].sum()
    both = sums.merge(ipi, on=["month", "contributor"], suffixes=("", "_ipi"))
    assert len(both) == len(ipi) == 25_657
    assert all((both[part] == both[f"{part}_ipi"]).all() for part in PARTS)


def test_the_months_without_missions_meet_the_uns_own_margins(
    raw: Path, table: pd.DataFrame
) -> None:
    """What makes 2018-03 to 2019-08 true: all 2,213 contributor-months, type by type."""
    kinds = {
        "troops": "troops", "staff_officer": "troops", "experts": "experts",
        "individual_police": "police", "fpu": "police",
    }  # fmt: skip
    printed = contributors_un.read_without_missions(raw)
    printed = printed.assign(part=printed["type"].map(kinds)).pivot_table(
        index=["month", "contributor"], columns="part", values="total", aggfunc="sum", fill_value=0
    )
    months = table[table["month"].between("2018-03-01", "2019-08-01")]
    sums = months[months["total"] > 0].groupby(["month", "contributor"])[PARTS].sum()
    assert len(sums) == len(printed) == 2_213
    pd.testing.assert_frame_equal(
        sums.astype("int64"), printed[PARTS].astype("int64"), check_names=False
    )


def test_the_monthly_reports_are_met_but_for_two_mission_months(
    raw: Path, table: pd.DataFrame
) -> None:
    reports = personnel.read_contributions(raw)
    reports = reports[reports["month"] <= "2020-02-01"]
    sums = reports.groupby(["label", "month"], as_index=False)["total"].sum()
    both = sums.merge(sum_missions(table), on=["label", "month"], suffixes=("", "_table"))
    peacekeeping = ["MINUSTAH", "MINUJUSTH", "MINUSCA", "MINUSMA", "MONUSCO", "UNAMID", "UNDOF",
                    "UNFICYP", "UNIFIL", "UNISFA", "UNMIK", "UNMIL", "UNMISS", "UNMOGIP", "UNOCI",
                    "UNTSO", "MINURSO"]  # fmt: skip
    both = both[both["label"].isin(peacekeeping)]
    apart = both[both["total"] != both["total_table"]]
    assert apart[["label", "total", "total_table"]].to_numpy().tolist() == [
        ["MINUJUSTH", 68, 70],
        ["MINUSTAH", 5408, 5075],
    ]
    assert apart["month"].dt.strftime("%Y-%m").tolist() == ["2019-09", "2015-05"]


def test_without_the_halving_nothing_would_agree(
    raw: Path, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails when the halving is taken out of the reader, or put on one month too many."""
    ipi = personnel.read_ipi(raw)

    def share(months: pd.DataFrame, first: str, last: str) -> float:
        both = sum_missions(months).merge(ipi, on=["label", "month"], suffixes=("", "_ipi"))
        both = both[both["month"].between(first, last)]
        return float((both["total"] == both["total_ipi"]).mean())

    assert share(table, "2009-11-01", "2017-03-01") == 1.0
    monkeypatch.setattr(contributors_missions, "halve", lambda rows: rows)
    written = contributors_missions.parse(raw / contributors_missions.NAME)
    assert share(written, "2009-11-01", "2017-03-01") < 0.15
    assert share(written, "1990-11-01", "2009-10-01") == 1.0


def test_two_months_are_not_counted_twice(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contributors_missions, "COUNTED_ONCE", ())
    with pytest.raises(SourceError, match="Police or Civilians is odd in a month"):
        contributors_missions.parse(raw / contributors_missions.NAME)


def test_rows_made_up(write) -> None:
    table = contributors_missions.parse(write(MADE_UP))
    assert table[["troops", "police", "experts", "total"]].to_numpy().tolist() == [
        [838, 0, 35, 873],
        [870, 3, 2, 875],
        [870, 5, 3, 878],
    ]
    assert table["contributor"].tolist() == ["GHA"] * 3
    assert table["label"].tolist() == ["UNAMIR", "UNIFIL", "UNIFIL"]


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("838,35,0,873", "838,35,0,874", r"'Total' is not Military .* Police \(line 2\)"),
        ("870,4,6,880", "870,5,5,880", r"odd in a month .*twice \(line 3\).*COUNTED_ONCE"),
        ("UNAMIR", "UNAMIRX", "'Mission' has unknown values.*UNAMIRX"),
        ("Ghana,1994", "Atlantis,1994", "unknown contributor: Atlantis"),
        ("838,35", "-838,35", "'Military' is below 0"),
        ("838,35", "838.5,35", "'Military' is no integer"),
        ("1994-04-01", "1994-04-02", r"no first of a month \(line 2\)"),
        ("1994-04-01", "1989-04-01", "'date' is below 1990-11-01"),
        ("Civilians", "Observers", "column Civilians is missing"),
        (EARLY, EARLY * 2, "month x label x contributor repeats in 2 rows"),
        (",873,GHA\n", "\n", "truncated"),
    ],
)
def test_bad_tables_are_refused(write, before: str, after: str, part: str) -> None:
    path = write(gzip.compress(MADE_UP.replace(before, after).encode()), "cut.csv.gz")
    with pytest.raises(SourceError, match=rf"(?s)({part})"):
        contributors_missions.parse(path)


def test_breaches_are_told_together(write) -> None:
    bad = MADE_UP.replace("838,35,0,873", "838,35,0,1").replace("870,4,6,880", "870,5,5,880")
    with pytest.raises(SourceError, match=r"(?s)2 breaches.*'Total' is not.*odd in a month"):
        contributors_missions.parse(write(bad))


def test_the_cut_is_the_raw_table(raw: Path, tmp_path: Path) -> None:
    """The recipe makes the registered bytes of the archive that the mirror holds."""
    file = registry.files()[contributors_missions.NAME]
    member = pd.read_csv(raw / file.name, dtype=str, keep_default_na=False).assign(ivc="0.5")
    archive = tmp_path / "replication_files_II.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(contributors_missions.MEMBER, member.to_csv(index=False))
    made = contributors_missions.make_table(archive)
    assert hashlib.sha256(made).hexdigest() == file.sha256


@pytest.mark.parametrize("content", [b"no archive", None])
def test_an_archive_that_cannot_be_cut_is_refused(tmp_path: Path, content: bytes | None) -> None:
    archive = tmp_path / "replication_files_II.zip"
    if content is None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as opened:
            opened.writestr("other.csv", "a\n1\n")
        content = held.getvalue()
    archive.write_bytes(content)
    with pytest.raises(SourceError, match=r"replication_files_II\.zip cannot be cut"):
        contributors_missions.make_table(archive)
