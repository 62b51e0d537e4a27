"""Compiled tables: read once, never stale, each caller's own, and no more of them than stated."""

import os

import pytest

from pkstats.data.panels import mission
from pkstats.data.sources import compiled_table, contributors, missions, states
from pkstats.data.sources.compiled_table import read_compiled
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import SourceError

COLUMNS = (Column(name="code"), Column(name="country", kind="integer", minimum=2))
TEXT = "code,country\nFRA,220\nDEU,260\n"


@pytest.fixture
def reads(monkeypatch):
    """Paths that were read from the disk; nothing is remembered when the test begins."""
    compiled_table._read.cache_clear()
    paths = []

    def read(path, *args, **options):
        paths.append(path)
        return read_table(path, *args, **options)

    monkeypatch.setattr(compiled_table, "read_table", read)
    yield paths
    compiled_table._read.cache_clear()


def test_an_unchanged_file_is_read_once(write, reads):
    path = write(TEXT)
    first, second = (read_compiled(path, COLUMNS, unique=("code",)) for _ in range(2))
    assert first.equals(second) and first.index.tolist() == [0, 1]
    assert len(reads) == 1


@pytest.mark.parametrize("edited", [TEXT + "GHA,452\n", TEXT.replace("260", "255")])
def test_an_edited_file_is_read_anew(write, reads, edited):
    path = write(TEXT)
    before = read_compiled(path, COLUMNS)
    written = path.stat().st_mtime_ns
    write(edited)
    os.utime(path, ns=(written, written + 1_000_000_000))
    after = read_compiled(path, COLUMNS)
    assert not after.equals(before) and after.equals(
        read_table(path, COLUMNS).reset_index(drop=True)
    )
    assert len(reads) == 2


def test_an_edit_that_breaks_the_file_is_named_though_it_was_read_before(write):
    read_compiled(write(TEXT), COLUMNS)
    path = write(TEXT + "GHA,1\n")
    for _ in range(2):
        with pytest.raises(SourceError, match=r"'country' is below 2 .*line 4"):
            read_compiled(path, COLUMNS)


def test_another_schema_or_key_is_checked_anew(write, reads):
    path = write(TEXT + "FRA,220\n")
    assert len(read_compiled(path, COLUMNS)) == 3
    with pytest.raises(SourceError, match="code repeats"):
        read_compiled(path, COLUMNS, unique=("code",))
    assert list(read_compiled(path, COLUMNS[:1])) == ["code"]
    assert len(reads) == 3


@pytest.mark.parametrize("read", [missions.crosswalk, contributors.crosswalk, states.codes])
def test_what_a_caller_does_reaches_no_other(read):
    whole = read()
    spoilt = read()
    spoilt.iloc[:, 0] = "XXX"
    spoilt["added"] = 1
    spoilt.columns = [name.upper() for name in spoilt]
    assert read().equals(whole)


def refuse_germany(table, breaches):
    if "DEU" in set(table["code"]):
        breaches.add("DEU is listed")


def test_a_check_of_ones_own_runs_whenever_the_file_is_read(write, reads):
    assert len(read_compiled(write(TEXT.replace("DEU", "GHA")), COLUMNS, check=refuse_germany)) == 2
    path = write(TEXT + "CIV,437\n")
    for _ in range(2):
        with pytest.raises(SourceError, match=r"(?s)table\.csv.*DEU is listed"):
            read_compiled(path, COLUMNS, check=refuse_germany)
    assert len(read_compiled(path, COLUMNS)) == 3


def test_no_more_tables_are_remembered_than_stated(write, reads):
    for number in range(compiled_table.KEPT + 5):
        read_compiled(write(TEXT, f"{number}.csv"), COLUMNS)
    assert compiled_table._read.cache_info().currsize == compiled_table.KEPT
    assert len(reads) == compiled_table.KEPT + 5


def test_an_absent_file_is_one_error(tmp_path):
    with pytest.raises(SourceError, match=r"none\.csv cannot be read.*Remedy: restore"):
        read_compiled(tmp_path / "none.csv", COLUMNS)


def test_a_table_is_checked_against_the_crosswalk_as_it_stands(write, monkeypatch):
    path = write("mission,successor,resolution,citation\nMONUC,MONUSCO,1925,S/RES/1925\n")
    assert len(mission.successions(path)) == 1
    fewer = missions.crosswalk().query("mission != 'MONUSCO'")
    monkeypatch.setattr(missions, "crosswalk", lambda: fewer)
    with pytest.raises(SourceError, match=r"unknown mission MONUSCO\. Remedy: add the mission"):
        mission.successions(path)
