import gzip

import pytest

from pkstats.data.sources.table import Column, read_table
from pkstats.errors import SourceError

COLUMNS = (
    Column(name="day", kind="date", minimum="2000-01-01", maximum="2001-12-31"),
    Column(name="kind", values=("a", "b")),
    Column(name="deaths", kind="integer", minimum=0),
    Column(name="share", kind="number", blank=True, empty=("NA",), maximum=1),
)
WHOLE = "day,kind,deaths,share\n2000-01-01,a,1,0.5\n2000-01-02,b ,2,NA\n"


def test_types_blanks_and_line_numbers(write):
    frame = read_table(write(WHOLE), COLUMNS, unique=["day"])
    assert frame.index.tolist() == [2, 3]
    assert frame["kind"].tolist() == ["a", "b"]
    assert [str(d) for d in frame.dtypes.drop("day")] == ["str", "Int64", "float64"]
    assert frame["share"].isna().tolist() == [False, True]


def test_byte_order_mark_crlf_and_gzip(write):
    marked = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()
    plain = read_table(write(WHOLE), COLUMNS)
    assert read_table(write(marked, "bom.csv"), COLUMNS).equals(plain)
    assert read_table(write(gzip.compress(WHOLE.encode()), "t.csv.gz"), COLUMNS).equals(plain)


def test_every_breach_is_named_with_its_line(write):
    text = WHOLE + "2000-02-30,c,1.5,2\n1999-12-31,a,-1,\n,b,,inf\n"
    with pytest.raises(SourceError) as raised:
        read_table(write(text), COLUMNS)
    message = str(raised.value)
    assert message.startswith("table.csv: 9 breaches")
    for part in (
        "'day' is missing in 1 rows (line 6)",
        "'day' is no date in 1 rows: '2000-02-30' (line 4)",
        "'day' is below 2000-01-01 in 1 rows: '1999-12-31' (line 5)",
        "'kind' has unknown values in 1 rows: 'c' (line 4)",
        "'deaths' is missing in 1 rows (line 6)",
        "'deaths' is no integer in 1 rows: '1.5' (line 4)",
        "'deaths' is below 0 in 1 rows: '-1' (line 5)",
        "'share' is no number in 1 rows: 'inf' (line 6)",
        "'share' is above 1 in 1 rows: '2' (line 4)",
    ):
        assert part in message


def test_a_renamed_column_is_named_with_the_stranger(write):
    with pytest.raises(SourceError, match=r"column deaths is missing.*killed.*rename"):
        read_table(write(WHOLE.replace("deaths", "killed")), COLUMNS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (WHOLE[:-8], r"line 3 .*|1 lines have not the 4 fields .*truncated.*line 3"),
        (WHOLE.splitlines()[0], "no row below the header"),
        ("", "no row below the header"),
        (WHOLE + '"2000-01-03,a,1,\n', "no delimited text"),
        (WHOLE.replace("share", "day"), "header repeats a name"),
        (b"day,kind\n\xff\xfe,a\n", "cannot be read"),
    ],
)
def test_a_broken_text_is_one_error(write, text, part):
    with pytest.raises(SourceError, match=part):
        read_table(write(text), COLUMNS)


def test_a_cut_archive_is_one_error(write):
    whole = gzip.compress(WHOLE.encode())
    for content in (whole[:-12], b"no gzip", whole[:10] + b"\xff" * 9 + whole[19:]):
        with pytest.raises(SourceError, match="cannot be read"):
            read_table(write(content, "t.csv.gz"), COLUMNS)


def test_a_repeated_key_is_named(write):
    with pytest.raises(SourceError, match=r"day x kind repeats in 2 rows: 2000-01-01 a \(line 2\)"):
        read_table(write(WHOLE + "2000-01-01,a,3,\n"), COLUMNS, unique=["day", "kind"])


def test_an_absent_file_is_one_error(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_table(tmp_path / "none.csv", COLUMNS)
