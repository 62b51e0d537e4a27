"""Every delimited and Stata source under changes of its schema: one named error, or a valid frame.

Samples are the first lines of the raw files, so that a reader meets the file as it is published.
"""

import csv
import gzip
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import (
    aid_workers,
    armed_conflict,
    conflict_deaths,
    contributors,
    contributors_ipi,
    contributors_un,
    country_series,
    coups,
    dyads,
    fatalities,
    hks,
    ideal_points,
    missions,
    organized_violence,
    perceptions,
    personnel,
    regional_missions,
    shortfall,
    states,
    tamm,
)
from pkstats.errors import PkstatsError, SourceError

ROWS = 30
ODD = ("n/a?", "Zzz", "-7", "1e9", "2015-02-30", "2099-13", "\u00e9\u00e9", "0.5", " ", "ABC")


def parse_series(name):
    return lambda path: country_series.parse(path, name)


READERS = {
    aid_workers.NAME: aid_workers.parse,
    armed_conflict.NAME: armed_conflict.parse,
    conflict_deaths.NAME: conflict_deaths.parse,
    contributors_ipi.GENDER: contributors_ipi.parse_gender,
    contributors_ipi.TOTALS: contributors_ipi.parse_totals,
    contributors_un.WITHOUT_MISSIONS: contributors_un.parse_without_missions,
    country_series.POPULATION: country_series.parse_population,
    **{file: parse_series(name) for name, (file, _) in country_series.SERIES.items()},
    coups.NAME: coups.parse,
    dyads.NAME: dyads.parse,
    fatalities.NAME: fatalities.parse,
    hks.NAME: hks.parse,
    ideal_points.NAME: ideal_points.parse,
    missions.NAME: missions.parse,
    organized_violence.NAME: organized_violence.parse,
    perceptions.AFROBAROMETER: perceptions.parse_afrobarometer,
    perceptions.CONFIDENCE: perceptions.parse_confidence,
    personnel.IPI: personnel.parse_ipi,
    personnel.CONTRIBUTIONS: personnel.parse_contributions,
    personnel.STRENGTH: personnel.parse_strength,
    tamm.NAME: tamm.parse,
}
STATA = {
    regional_missions.NAME: regional_missions.parse,
    shortfall.NAME: shortfall.parse,
}
COMPILED = {
    contributors.MONTHS: contributors.read_absent_months,
    contributors.SLIPS: contributors.read_slips,
    contributors.CROSSWALK: contributors.crosswalk,
    missions.CROSSWALK: missions.crosswalk,
    states.CODES: states.codes,
}


def load(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    encoding = "latin-1" if path.name == "unga_ideal_points.csv" else "utf-8-sig"
    mark = "\t" if path.suffix == ".tab" else ","
    text = io.StringIO(content.decode(encoding), newline="")
    rows = csv.reader(text, delimiter=mark)
    return [row for row, _ in zip(rows, range(ROWS + 1), strict=False)]


def save(rows: list[list[str]], path: Path, *, cut: int = 0, foreign: bool = False) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t" if path.suffix == ".tab" else ",").writerows(rows)
    content = text.getvalue().encode("utf-16" if foreign else "utf-8")
    content = content[: len(content) - cut]
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def change(rows: list[list[str]], kind: str, column: int, row: int, odd: str) -> list[list[str]]:
    table = [list(line) for line in rows]
    if kind == "renamed":
        table[0][column] += "_new"
    elif kind == "missing":
        table = [line[:column] + line[column + 1 :] for line in table]
    elif kind == "retyped":
        table = [table[0], *([*x[:column], f"<{x[column]}>", *x[column + 1 :]] for x in table[1:])]
    elif kind == "odd value":
        table[row][column] = odd
    elif kind == "row twice":
        table.append(table[row])
    return table


@pytest.fixture(scope="module")
def samples(raw, tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    found = {}
    for name, parse in READERS.items():
        found[name] = (load(raw / name), folder / Path(name).name, parse)
    for path, parse in COMPILED.items():
        found[path.name] = (load(path), folder / path.name, parse)
    return found


@pytest.mark.parametrize("name", [*READERS, *(path.name for path in COMPILED)])
def test_the_first_lines_of_the_file_are_read(samples, name):
    rows, path, parse = samples[name]
    assert isinstance(parse(save(rows, path)), pd.DataFrame)


@pytest.mark.parametrize("name", READERS)
def test_every_column_kept_is_missed_by_its_name(samples, name):
    rows, path, parse = samples[name]
    missed = []
    for column, header in enumerate(rows[0]):
        try:
            parse(save(change(rows, "renamed", column, 1, ""), path))
        except SourceError as error:
            assert path.name in str(error) and header in str(error), header
            missed.append(header)
    assert missed, "no column of the file is read"


KINDS = ("renamed", "missing", "retyped", "odd value", "row twice", "truncated", "foreign")


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    name=st.sampled_from([*READERS, *(path.name for path in COMPILED)]),
    kind=st.sampled_from(KINDS),
    column=st.integers(0, 200),
    row=st.integers(0, 200),
    odd=st.sampled_from(ODD),
    cut=st.integers(1, 60),
)
def test_a_changed_file_gives_one_named_error_or_a_valid_frame(
    samples, name, kind, column, row, odd, cut
):
    rows, path, parse = samples[name]
    table = change(rows, kind, column % len(rows[0]), 1 + row % (len(rows) - 1), odd)
    save(table, path, cut=cut if kind == "truncated" else 0, foreign=kind == "foreign")
    before = sorted(path.parent.iterdir())
    try:
        frame = parse(path)
    except PkstatsError as error:
        assert path.name in str(error)
    else:
        assert isinstance(frame, pd.DataFrame) and len(frame.columns)
        assert kind != "foreign"
    assert sorted(path.parent.iterdir()) == before
    path.unlink()


@pytest.fixture(scope="module")
def stata(raw):
    return {
        name: pd.read_stata(raw / name, convert_categoricals=False).head(ROWS) for name in STATA
    }


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    name=st.sampled_from(list(STATA)),
    kind=st.sampled_from(("renamed", "missing", "retyped", "row twice", "truncated")),
    column=st.integers(0, 200),
    row=st.integers(0, 200),
)
def test_a_changed_stata_file_gives_one_named_error_or_a_valid_frame(
    stata, tmp_path_factory, name, kind, column, row
):
    frame = stata[name].dropna(axis="columns", how="all")
    header = frame.columns[column % len(frame.columns)]
    if kind == "renamed":
        frame = frame.rename(columns={header: "another"})
    elif kind == "missing":
        frame = frame.drop(columns=header)
    elif kind == "retyped":
        frame = frame.assign(**{header: [f"<{str(value)[:20]}>" for value in frame[header]]})
    elif kind == "row twice":
        frame = pd.concat([frame, frame.iloc[[row % len(frame)]]])
    path = tmp_path_factory.getbasetemp() / f"changed_{Path(name).name}"
    frame.to_stata(path, write_index=False, version=118)
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[: -40 - row])
    try:
        read = STATA[name](path)
    except PkstatsError as error:
        assert path.name in str(error)
    else:
        assert isinstance(read, pd.DataFrame) and len(read.columns)
