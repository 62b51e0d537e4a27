"""Blocks: rows that outlive an interruption, and files that are refused."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pkstats.errors import SourceError
from pkstats.simulation.calibration.blocks import Block
from pkstats.simulation.calibration.design import NULLS
from pkstats.simulation.calibration.staged import CONDITIONS
from pkstats.simulation.calibration.trial import COLUMNS

BLOCK = Block(NULLS[0], "H1-robustness-attacks", "0123456789ab")


def make_row(number: int, /, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "kind": BLOCK.kind.name,
        "hypothesis": BLOCK.hypothesis,
        "block": "report",
        "design": BLOCK.design,
        "number": number,
        "effect": 0.0,
        "estimate": 0.1 + number / 3,
        "std_error": 0.2,
        "p_value": 0.4,
        "wild_p": 0.3,
        "conf_low_90": -0.3,
        "conf_high_90": 0.5,
        "smallest_effect": 0.2,
        "events": 240,
        "hosts_switching": 8.0,
        "randomization_p": math.nan,
        "randomization_draws": 0,
        "q_value": math.nan,
        "ruling": "inconclusive",
        "stage": "screen",
        **dict.fromkeys(CONDITIONS, "met"),
        "seconds": 1.5,
    }
    return row | changes


def test_rows_come_back_in_order_and_to_the_last_digit(tmp_path: Path) -> None:
    BLOCK.append([make_row(2), make_row(0)], tmp_path)
    BLOCK.append([make_row(1)], tmp_path)
    found = BLOCK.settle(tmp_path)
    assert list(found["number"]) == [0, 1, 2]
    assert list(found.columns) == list(COLUMNS)
    assert list(found["estimate"]) == [0.1 + n / 3 for n in range(3)]
    pd.testing.assert_frame_equal(BLOCK.read(tmp_path), found)
    lines = (tmp_path / BLOCK.file).read_text().splitlines()
    assert [line.split(",")[4] for line in lines] == ["number", "0", "1", "2"]
    assert BLOCK.read(tmp_path / "absent").empty


def test_a_torn_last_line_is_refused_and_then_cut_off(tmp_path: Path) -> None:
    BLOCK.append([make_row(n) for n in range(3)], tmp_path)
    path = tmp_path / BLOCK.file
    whole = path.read_bytes()
    for cut in (1, 5, len(whole.splitlines()[-1])):
        path.write_bytes(whole[:-cut])
        with pytest.raises(SourceError, match="left unfinished"):
            BLOCK.read(tmp_path)
        assert BLOCK.mend(tmp_path)
        assert list(BLOCK.read(tmp_path)["number"]) == [0, 1]
        assert not BLOCK.mend(tmp_path)
    path.write_bytes(whole.splitlines()[0][:40])
    assert BLOCK.mend(tmp_path)
    assert not path.exists()
    BLOCK.append([make_row(0)], tmp_path)
    assert list(BLOCK.read(tmp_path)["number"]) == [0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "random-steps"}, "kind is random-steps"),
        ({"hypothesis": "H2-mine"}, "hypothesis is H2-mine"),
        ({"block": "tuning"}, "block is tuning in 1 rows, not report"),
        ({"design": "ffffffffffff"}, "design is ffffffffffff.*another design"),
        ({"number": 0}, "worlds 0 stand there twice"),
        ({"number": -1}, "number -1 counts no world"),
        ({"ruling": "perhaps"}, "ruling perhaps does not exist"),
        ({"stage": "later"}, "stage later does not exist"),
        ({"gate": math.nan}, "blank: gate"),
    ],
)
def test_a_damaged_or_foreign_row_is_one_clear_error(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    BLOCK.append([make_row(0), make_row(1, **changes)], tmp_path)
    with pytest.raises(SourceError, match=words) as raised:
        BLOCK.read(tmp_path)
    assert "1 breach" in str(raised.value) and "Remedy" in str(raised.value)


def test_every_breach_stands_in_one_message(tmp_path: Path) -> None:
    wrong = make_row(1, block="tuning", ruling="perhaps", design="ffffffffffff")
    BLOCK.append([make_row(0), wrong], tmp_path)
    with pytest.raises(SourceError, match="3 breaches"):
        BLOCK.read(tmp_path)
    text = (tmp_path / BLOCK.file).read_text().replace("0.2,", "a fifth,")
    (tmp_path / BLOCK.file).write_text(text)
    with pytest.raises(SourceError, match="std_error is no number in world 0, world 1"):
        BLOCK.read(tmp_path)


def test_another_header_or_a_line_that_lost_a_column_is_refused(tmp_path: Path) -> None:
    BLOCK.append([make_row(0), make_row(1)], tmp_path)
    path = tmp_path / BLOCK.file
    text = path.read_text()
    path.write_text(text.replace("kind,", "sort,", 1))
    with pytest.raises(SourceError, match="header is not that"):
        BLOCK.read(tmp_path)
    path.write_text(text.replace("report,", "", 1))
    with pytest.raises(SourceError, match="lines 2 hold other columns"):
        BLOCK.read(tmp_path)
    path.write_text("")
    with pytest.raises(SourceError, match="header is not that"):
        BLOCK.read(tmp_path)


def test_rows_of_one_design_are_foreign_to_the_next(tmp_path: Path) -> None:
    BLOCK.append([make_row(0)], tmp_path)
    with pytest.raises(SourceError, match=r"pkstats calibrate --accept"):
        replace(BLOCK, design="000000000000").read(tmp_path)
