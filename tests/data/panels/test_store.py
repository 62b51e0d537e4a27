import csv
import io
import json
import shutil
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkstats.data.panels import Panel, Variable, codebook, datapackage, load_panel, panels, store
from pkstats.data.panels.canonical import canonical_csv, canonical_hash
from pkstats.data.registry import CHECKOUT, sources
from pkstats.errors import PanelError

VARIABLES = (
    Variable(name="mission", label="m", unit="name", kind="key"),
    Variable(name="month", label="t", unit="date", kind="date"),
    Variable(
        name="deaths",
        label="d",
        unit="deaths",
        kind="count",
        minimum=0,
        window=("2000-01-01", "2000-02-01"),
    ),
    Variable(
        name="share", label="s", unit="share", kind="share", decimals=2, maximum=1, missing="none"
    ),
)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mission": ["UNX", "UNX", "UNX"],
            "month": pd.to_datetime(["2000-01-01", "2000-02-01", "2000-03-01"]),
            "deaths": pd.array([1, 0, None], dtype="Int64"),
            "share": [0.125, np.nan, -0.001],
        }
    )


def make(frame: pd.DataFrame) -> Panel:
    return Panel.from_frame(frame, unit="mission", time="month", codebook=VARIABLES)


def test_canonical_text(frame):
    assert canonical_csv(make(frame)).decode() == (
        "mission,month,deaths,share\n"
        "UNX,2000-01-01,1,0.12\n"
        "UNX,2000-02-01,0,\n"
        "UNX,2000-03-01,,0.00\n"
    )


def test_the_hash_knows_values_not_types_or_order(frame):
    other = frame.iloc[::-1].astype({"deaths": "Float64", "month": "datetime64[ns]"})
    other = other.astype({"deaths": "Int64"})[["share", "deaths", "month", "mission"]]
    assert canonical_hash(make(frame)) == canonical_hash(make(other))
    frame.loc[0, "deaths"] = 2
    assert canonical_hash(make(frame)) != canonical_hash(make(other))


def write_plainly(panel: Panel) -> bytes:
    """The canonical text again, value by value with the csv module."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([v.name for v in panel.codebook])
    ordered = panel.frame.sort_values([panel.unit, panel.time], kind="stable")
    for row in ordered.to_dict("records"):
        writer.writerow(["" if pd.isna(row[v.name]) else say(row[v.name], v) for v in VARIABLES])
    return table.getvalue().encode()


def say(value: object, variable: Variable) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{round(np.float64(value), variable.decimals) + 0.0:.{variable.decimals}f}"
    return str(value)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1),
            st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2200-01-01").date()),
            st.none() | st.integers(-(2**62), 2**62),
            st.none() | st.floats(-1e6, 1e6),
        ),
        min_size=1,
        unique_by=lambda row: row[:2],
    )
)
def test_canonical_text_is_what_the_csv_module_writes(rows):
    frame = pd.DataFrame(rows, columns=["mission", "month", "deaths", "share"]).astype(
        {"mission": "str", "month": "datetime64[us]", "deaths": "Int64", "share": "float64"}
    )
    panel = make(frame)
    assert canonical_csv(panel) == write_plainly(panel)


def test_validate_names_every_breach(frame):
    store.validate(make(frame))
    broken = frame.assign(own=1, share=[2.0, np.inf, np.nan])
    broken["deaths"] = pd.array([-1, None, 4], dtype="Int64")
    with pytest.raises(PanelError) as raised:
        store.validate(make(broken))
    message = str(raised.value)
    assert "6 breaches" in message
    for part in (
        "not in the codebook: own",
        "'deaths' is present outside 2000-01-01 to 2000-02-01 in 1 rows: UNX 2000-03-01",
        "'deaths' is missing without a reason in 1 rows: UNX 2000-02-01",
        "'deaths' is below 0 in 1 rows: UNX 2000-01-01",
        "'share' is above 1 in 2 rows",
        "'share' is infinite in 1 rows",
    ):
        assert part in message


def test_validate_names_types_and_absent_columns(frame):
    broken = frame.drop(columns="share").astype({"deaths": "float64"})
    with pytest.raises(PanelError, match=r"(?s)'share' is absent.*'deaths' is of type float64"):
        store.validate(make(broken))


def test_writing_is_whole_or_not_at_all(tmp_path, frame, monkeypatch):
    path = store.write(make(frame), tmp_path)
    before = path.read_bytes()

    def fail(self, partial, **_):
        partial.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(KeyboardInterrupt):
        store.write(make(frame), tmp_path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["own.parquet"]


def test_every_stored_panel_loads_and_is_its_codebook():
    assert "mission_month" in panels()
    for name in panels():
        panel = load_panel(name)
        assert [v.name for v in panel.codebook] == panel.frame.columns.tolist()
        assert panel.frame.index.equals(pd.RangeIndex(len(panel.frame)))


def test_every_panel_loads_in_under_half_a_second():
    for name in panels():
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            load_panel(name)
            seconds.append(time.perf_counter() - started)
        assert min(seconds) < 0.5, f"{name}: {min(seconds):.2f} s"


def test_an_unknown_panel_is_named():
    with pytest.raises(PanelError, match=r"no panel 'mission_day'.*mission_month"):
        load_panel("mission_day")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    shutil.copytree(CHECKOUT / "data" / "panels", tmp_path / "panels")
    shutil.copy2(CHECKOUT / "data" / "datapackage.json", tmp_path)
    monkeypatch.setattr(store, "find_shipped", lambda name: tmp_path / name)
    return tmp_path


def test_an_altered_panel_is_refused(copied):
    load_panel("mission_month")
    path = copied / "panels" / "mission_month.parquet"
    frame = pd.read_parquet(path)
    frame.loc[0, "mission_age_months"] += 1
    frame.to_parquet(path)
    with pytest.raises(PanelError, match="is altered: expected canonical sha256"):
        load_panel("mission_month")


def test_a_panel_written_by_another_writer_is_the_same_panel(copied, monkeypatch):
    counted = []
    monkeypatch.setattr(
        store, "canonical_hash", lambda panel: counted.append(panel.name) or canonical_hash(panel)
    )
    panel = load_panel("hks2013")
    assert counted == [], "the very bytes need no second look"
    path = copied / "panels" / "hks2013.parquet"
    panel.frame.to_parquet(path, index=False, compression="gzip")
    pd.testing.assert_frame_equal(load_panel("hks2013").frame, panel.frame)
    assert counted == ["hks2013"]


def test_every_stored_panel_has_the_canonical_hash_that_the_package_states():
    package = json.loads((CHECKOUT / "data" / "datapackage.json").read_text("utf-8"))
    stated = {r["name"]: r.get("canonical_sha256") for r in package["resources"]}
    for name in panels():
        assert canonical_hash(store.read(CHECKOUT / "data" / "panels", name)) == stated[name]


@pytest.mark.parametrize("content", [b"", b"PAR1 no parquet"])
def test_a_broken_panel_is_one_error(copied, content):
    (copied / "panels" / "mission_month.parquet").write_bytes(content)
    with pytest.raises(PanelError, match="cannot be read"):
        load_panel("mission_month")


def test_the_package_describes_what_is_stored(tmp_path):
    shutil.copytree(CHECKOUT / "data" / "panels", tmp_path / "panels")
    datapackage.write_package(tmp_path)
    for name in ("codebook.csv", "datapackage.json"):
        assert (tmp_path / name).read_text() == (CHECKOUT / "data" / name).read_text(), (
            f"data/{name} is stale: run python -m pkstats.data.panels.datapackage"
        )


def test_the_codebook_table_has_a_row_a_column():
    table = pd.read_csv(CHECKOUT / "data" / "codebook.csv", keep_default_na=False)
    for name in panels():
        rows = table[table["panel"] == name]
        assert rows["name"].tolist() == [v.name for v in codebook.codebook(name)]
        unexplained = rows[
            (rows["missing_rows_in_window"].astype(int) > 0) & (rows["missing"] == "")
        ]
        assert unexplained.empty, unexplained["name"].tolist()


def test_every_variable_names_a_source_of_the_registry():
    known = {source.id for source in sources()}
    for name in panels():
        for variable in codebook.codebook(name):
            assert variable.label and variable.unit, variable.name
            assert variable.sources, variable.name
            assert set(variable.sources) <= known, variable.name


def test_the_package_is_frictionless():
    package = json.loads((CHECKOUT / "data" / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        assert (CHECKOUT / "data" / resource["path"]).is_file()
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert len(set(fields)) == len(fields) > 1
    types = {f["type"] for r in package["resources"] for f in r["schema"]["fields"]}
    assert types <= {"string", "integer", "number", "date", "boolean"}
