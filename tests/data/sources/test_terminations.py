"""Terminations, registry of conflicts, replication data: what they hold and refuse."""

from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import active_conflicts, hks, terminations
from pkstats.errors import PkstatsError, SourceError

HEADER = [column.name for column in terminations.COLUMNS]
ROW: dict[str, object] = {
    "conflictep_id": 34102,
    "conflict_id": 341,
    "conflictepisode": 2,
    "year": 1990,
    "location": "Liberia",
    "gwno_loc": 450,
    "type_of_conflict": 3,
    "incompatibility": 2,
    "intensity_level": 1,
    "start_date2": pd.Timestamp("1989-12-26"),
    "confterm": 1,
    "ependdate": pd.Timestamp("1990-12-31"),
    "ependprec": 5,
    "outcome": 1,
    "recur": 1,
}


def write(path: Path, *rows: dict[str, object], header: list[str] = HEADER) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(header)
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    return path


def test_release_of_terminations(raw: Path) -> None:
    table = terminations.read(raw)
    assert table.shape == (2506, 15) and table["episode_id"].nunique() == 581
    assert (table["year"].min(), table["year"].max()) == (1946, 2020)
    assert table["terminated"].sum() == 525
    assert (table["episode_id"] == table["conflict_id"] * 100 + table["episode"]).all()
    years = table.groupby("episode_id")["year"].agg(lambda y: y.max() - y.min() + 1 - len(y))
    assert (years == 0).all(), "an episode has a gap in its years"


def test_ten_episodes_of_2020_get_a_number_of_their_own(raw: Path) -> None:
    sheet = terminations.read_sheet(raw / terminations.NAME)
    written = {int(i) for i in sheet["conflictep_id"]}
    new = set(terminations.read(raw)["episode_id"]) - written
    assert len(new) == 10 and 26703 in new  # Ethiopia 2020, twenty-nine years after 26702


def test_breaches_of_the_workbook_are_named(tmp_path: Path) -> None:
    path = tmp_path / "term.xlsx"
    with pytest.raises(SourceError, match="'confterm' and 'outcome' disagree \\(line 2\\)"):
        terminations.parse(write(path, {**ROW, "outcome": None}))
    with pytest.raises(SourceError, match="another year"):
        terminations.parse(write(path, {**ROW, "ependdate": pd.Timestamp("1992-01-01")}))
    with pytest.raises(SourceError, match="'outcome' is above 6"):
        terminations.parse(write(path, {**ROW, "outcome": 7}))
    with pytest.raises(SourceError, match="goes on after its end"):
        late = {**ROW, "year": 1991, "confterm": 0}
        late |= {"ependdate": None, "ependprec": None, "outcome": None}
        terminations.parse(write(path, ROW, late))
    with pytest.raises(SourceError, match="episode_id x year repeats"):
        terminations.parse(write(path, ROW, ROW))
    with pytest.raises(SourceError, match="column confterm is missing"):
        renamed = ["ended" if name == "confterm" else name for name in HEADER]
        terminations.parse(write(path, ROW, header=renamed))
    with pytest.raises(SourceError, match="no row below the header"):
        terminations.parse(write(path))


def test_truncated_workbook_is_no_workbook(raw: Path, tmp_path: Path) -> None:
    path = tmp_path / "term.xlsx"
    content = (raw / terminations.NAME).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="is no workbook"):
        terminations.parse(path)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(HEADER),
    cell=st.one_of(
        st.none(),
        st.integers(-10, 3000),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=6),
        st.booleans(),
        st.datetimes(pd.Timestamp("1930-01-01"), pd.Timestamp("2100-01-01")),
    ),
)
def test_fuzzed_workbooks_give_a_frame_or_an_error(tmp_path: Path, name: str, cell: object) -> None:
    path = write(tmp_path / "term.xlsx", {**ROW, name: cell})
    with suppress(PkstatsError):
        assert len(terminations.parse(path)) == 1


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=120))
def test_fuzzed_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    for parse in (
        terminations.parse,
        active_conflicts.parse,
        active_conflicts.parse_dyads,
        hks.parse,
    ):
        with suppress(PkstatsError):
            assert isinstance(parse(path), pd.DataFrame)


def test_registry_of_conflicts(raw: Path) -> None:
    years = active_conflicts.read(raw)
    assert years["conflict_id"].nunique() == 303 - _count_without_years(raw)
    assert years["year"].max() == 2025 and not years.duplicated().any()
    assert set(years.loc[years["conflict_id"] == 341, "year"]) == {
        1980,
        1989,
        1990,
        2000,
        2001,
        2002,
        2003,
    }
    dyads = active_conflicts.read_dyads(raw)
    assert dyads["dyad"].is_unique and set(dyads["conflict_id"]) >= set(years["conflict_id"])


def _count_without_years(raw: Path) -> int:
    import yaml

    entries = yaml.load((raw / active_conflicts.NAME).read_text("utf-8"), Loader=yaml.CSafeLoader)
    return sum(not [y for y in entry["active_years"] if y <= 2025] for entry in entries)


def test_links_of_conflicts_and_missions_are_known(raw: Path) -> None:
    from pkstats.data.sources import missions

    links = terminations.read_links()
    assert set(links["mission"]) <= set(missions.crosswalk()["mission"])
    assert set(links["conflict_id"]) <= set(active_conflicts.read(raw)["conflict_id"])


def test_replication_data_names_breaches(tmp_path: Path) -> None:
    names = [field[0] for field in hks.FIELDS]
    row = ["70.0", "530", "1991", "1.0", '"Ethiopia"', *["0"] * 16, "2", "1.0", "10.9"]
    path = tmp_path / "hks.tab"
    path.write_text("\t".join(names) + "\n" + "\t".join(row) + "\n")
    assert len(hks.parse(path)) == 1
    path.write_text("\t".join(names) + "\n" + "\t".join(row) + "\n" + "\t".join(row) + "\n")
    with pytest.raises(SourceError, match="conflict_id x year x month_of_year repeats"):
        hks.parse(path)
    row[3] = "13"
    path.write_text("\t".join(names) + "\n" + "\t".join(row) + "\n")
    with pytest.raises(SourceError, match="'mon' is above 12"):
        hks.parse(path)
