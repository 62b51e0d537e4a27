import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import personnel
from pkstats.errors import SourceError

LOST = [
    "2015-03",
    "2016-03",
    "2017-03",
    *(f"2018-{m:02d}" for m in range(3, 13)),
    *(f"2019-{m:02d}" for m in range(1, 9)),
    "2020-06",
    "2022-07",
    "2023-09",
]


@pytest.fixture(scope="module")
def ipi(raw) -> pd.DataFrame:
    return personnel.read_ipi(raw)


@pytest.fixture(scope="module")
def contributions(raw) -> pd.DataFrame:
    return personnel.read_contributions(raw)


@pytest.fixture(scope="module")
def strength(raw) -> pd.DataFrame:
    return personnel.read_strength(raw)


def test_ipi_mission_months(ipi):
    assert len(ipi) == 5330
    assert ipi["label"].nunique() == 78
    months = pd.date_range("1990-11-01", "2017-03-01", freq="MS")
    assert [str(m.date()) for m in months.difference(ipi["month"])] == ["2016-11-01"]
    peaks = ipi.groupby("label")["total"].max()
    expected = {
        "UNPROFOR": 39893,
        "UNOSOM": 28559,
        "UNAMID": 23448,
        "MONUSCO": 21485,
        "MONUC": 20819,
        "UNTAC": 18907,
        "UNMISS": 13783,
        "MINUSTAH": 12552,
        "MINUSCA": 12413,
    }
    assert {m: peaks[m] for m in expected} == expected


def test_a_blank_part_is_zero(raw, ipi):
    written = pd.read_csv(raw / personnel.IPI)
    blank = written[["Troops", "Police", "Observers"]].isna()
    assert blank.any(axis=1).sum() > 1000
    sums = written[["Troops", "Police", "Observers"]].fillna(0).sum(axis=1)
    assert (sums == written["Total"]).all()
    assert ipi[personnel.PARTS].isna().sum().sum() == 0


def test_ipi_writes_unoci_in_two_ways(ipi):
    other = ipi.loc[ipi["label"] == "ONUCI", "month"]
    assert [str(other.min().date()), str(other.max().date())] == ["2005-05-01", "2006-06-01"]
    assert not set(other) & set(ipi.loc[ipi["label"] == "UNOCI", "month"])


def test_ipi_agrees_with_the_shortfall_data(raw, ipi):
    theirs = pd.read_stata(raw / "personnel_shortfall/shortfall.dta")
    ours = ipi.assign(
        mission=ipi["label"].replace({"ONUCI": "UNOCI"}),
        year=ipi["month"].dt.year,
        month=ipi["month"].dt.month,
    )
    both = ours.merge(
        theirs[["mission", "year", "month", "total"]], on=["mission", "year", "month"]
    )
    both = both.dropna(subset=["total_y"])
    assert len(both) > 4500
    assert round(np.corrcoef(both["total_x"].astype(float), both["total_y"])[0, 1], 4) == 0.9998


def test_monthly_reports(contributions):
    assert len(contributions) == 97313
    assert contributions["label"].nunique() == 29
    assert contributions["contributor"].nunique() == 146
    months = pd.date_range("2015-01-01", "2025-07-01", freq="MS")
    absent = months.difference(contributions["month"])
    assert [m.strftime("%Y-%m") for m in absent] == LOST
    december = contributions[contributions["month"].dt.month == 12]
    sums = december.groupby(december["month"].dt.year)["total"].sum()
    expected = {2015: 107088, 2016: 100376, 2017: 92682, 2019: 83331, 2020: 81832, 2021: 75085}
    assert {year: sums[year] for year in expected} == expected


def test_staff_officers_become_a_type_in_may_2017(contributions):
    staff = contributions[contributions["type"] == "staff_officer"]
    assert str(staff["month"].min().date()) == "2017-05-01"


def test_reports_agree_with_ipi_where_both_exist(ipi, contributions):
    sums = contributions.groupby(["label", "month"], as_index=False)["total"].sum()
    both = sums.merge(ipi, on=["label", "month"])
    assert len(both) >= 430
    assert round((both["total_x"] == both["total_y"]).mean(), 3) == 0.998


def test_the_compiled_splice(strength):
    assert len(strength) == 7568
    assert strength["label"].nunique() == 85
    assert strength["source"].value_counts().to_dict() == {
        "ipi": 4893,
        "un_monthly": 2181,
        "reconstructed": 429,
        "interpolated": 65,
    }
    fractional = strength[strength["total"] % 1 != 0]
    assert len(fractional) == 408
    assert set(fractional["source"]) == {"reconstructed", "interpolated"}
    december = strength.loc[strength["month"] == "2018-12-01", "total"].sum()
    assert round(december, -2) == 89700 or round(december, -2) == 89800
    after = strength[(strength["label"] == "MINUSMA") & (strength["month"] > "2023-12-01")]
    assert len(after) == 10  # liquidation; outside the window of the mission


IPI_HEADER = (
    '"Date","Mission","Country of Mission","Number of Contributors","Troops","Police",'
    '"Observers","Total"\n'
)
IPI_ROW = '1990-11-30,"ONUCA","Honduras",11,423,NA,NA,423\n'
REPORT = (
    "month,mission,contributor_iso3,ptype,female,male,total,gender_fixed,source\n"
    "2015-01,MINURSO,ARG,experts,0,3,3,0,UN monthly report\n"
    "2015-01,MINURSO,ARG,individual_police,1,0,1,0,UN monthly report\n"
)


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        (",423\n", ",424\n", r"'Total' is not Troops \+ Police \+ Observers \(line 2\)"),
        ("ONUCA", "ONUCX", "'Mission' has unknown values.*ONUCX"),
        ("1990-11-30", "1989-11-30", "'Date' is below 1990-11-30"),
        ("423,NA", "-423,NA", "'Troops' is below 0"),
        ('"Observers"', '"Observer"', "column Observers is missing"),
        (IPI_ROW, IPI_ROW * 2, "label x date repeats in 2 rows"),
        (",NA,423\n", ",NA\n", "truncated"),
    ],
)
def test_bad_ipi_tables_are_refused(write, before, after, part):
    text = IPI_HEADER + IPI_ROW
    assert len(personnel.parse_ipi(write(text))) == 1
    path = write(text.replace(before, after), "ipi.csv")
    with pytest.raises(SourceError, match=rf"(?s)ipi\.csv.*{part}"):
        personnel.parse_ipi(path)


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("0,3,3", "0,3,4", r"'total' is not female \+ male \(line 2\)"),
        ("experts", "gurkhas", "'ptype' has unknown values.*gurkhas"),
        ("2015-01,MINURSO,ARG,exp", "2015-13,MINURSO,ARG,exp", "'month' is no month.*2015-13"),
        ("individual_police", "experts", "repeats in 2 rows"),
        ("ptype", "type", "column ptype is missing"),
    ],
)
def test_bad_reports_are_refused(write, before, after, part):
    assert len(personnel.parse_contributions(write(REPORT))) == 2
    path = write(gzip.compress(REPORT.replace(before, after).encode()), "reports.csv.gz")
    with pytest.raises(SourceError, match=rf"(?s)reports\.csv\.gz.*{part}"):
        personnel.parse_contributions(path)


def test_a_splice_that_does_not_add_up_is_refused(raw, write):
    text = (raw / personnel.STRENGTH).read_text("utf-8")
    row = "BINUB,2007-02,PKO,0.0,11.0,0.0,"
    assert f"{row}11.0" in text
    path = write(text.replace(f"{row}11.0", f"{row}12.0"))
    with pytest.raises(SourceError, match=r"'total' is not the sum of its parts \(line 2\)"):
        personnel.parse_strength(path)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.integers(0, len(REPORT)),
    length=st.integers(0, 30),
    new=st.one_of(
        st.binary(max_size=10), st.sampled_from([b",", b"\n", b"-3", b"inf", b"MINUSMA", b'"'])
    ),
)
def test_any_edit_gives_a_valid_frame_or_one_error(tmp_path_factory, start, length, new):
    path: Path = tmp_path_factory.getbasetemp() / "fuzzed_reports.csv"
    content = REPORT.encode()
    path.write_bytes(content[:start] + new + content[start + length :])
    try:
        frame = personnel.parse_contributions(path)
    except SourceError:
        return
    assert (frame["female"] + frame["male"] == frame["total"]).all()
    assert frame["type"].isin(personnel.TYPES).all()
    assert frame["month"].between("2015-01-01", "2025-07-01").all()
