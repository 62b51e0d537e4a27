"""Panels of the Council's record and of host support: identity, known texts, honest missing."""

import pandas as pd
import pytest

from pkstats.data.panels import council_record, host_support, load_panel
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.council_record import share_repeated

STABILIZATION = {"MONUSCO", "MINUSTAH", "MINUSMA", "MINUSCA"}


@pytest.fixture(scope="module")
def record() -> pd.DataFrame:
    return load_panel("council_record").frame


@pytest.fixture(scope="module")
def support() -> pd.DataFrame:
    return load_panel("host_support").frame


@pytest.mark.parametrize("builder", [council_record, host_support])
def test_a_rebuild_from_raw_is_the_committed_panel(raw, builder):
    assert canonical_hash(builder.build(raw)) == canonical_hash(load_panel(builder.NAME))


def test_four_missions_have_stabilization_in_their_names(record, support):
    for frame in (record, support):
        assert set(frame.loc[frame["stabilization_name"] == 1, "mission"]) == STABILIZATION


def test_support_is_the_mandate_of_the_mission_month(support):
    months = load_panel("mission_month").frame
    joined = months.merge(support, on=["mission", "month"], suffixes=("", "_support"))
    assert len(joined) == months["text_state_authority"].notna().sum()
    for element in host_support.SUPPORTING:
        assert (joined[f"text_{element}"] == joined[f"text_{element}_support"]).all()
    elements = support[[f"text_{element}" for element in host_support.SUPPORTING]]
    assert (support["host_support_index"] == elements.sum(axis=1)).all()
    assert (support["host_support_index"] <= support["host_support_index_never_reset"]).all()


def test_the_intervention_brigade_and_the_mandates_around_it(record):
    row = record[(record["mission"] == "MONUSCO") & (record["resolution"] == 2098)].iloc[0]
    assert row["role"] == "full_restatement"
    assert row["host_support_index"] == 3
    assert str(row["until"].date()) == "2014-02-01"


def test_unmiss_loses_its_support_to_the_state_in_2014(support):
    mission = support[support["mission"] == "UNMISS"].set_index("month")["host_support_index"]
    assert mission["2014-04-01"] == 2
    assert mission["2014-05-01"] == 0  # S/RES/2155 (2014)


def test_new_text_is_part_of_the_whole(record):
    for name in [c.removeprefix("new_") for c in record if c.startswith("new_")]:
        assert (record[f"new_{name}"] <= record[f"preamble_{name}"]).all(), name


def test_renewals_are_numbered_without_a_gap(record):
    for _, numbers in record.groupby("mission")["renewal"]:
        assert numbers.tolist() == list(range(len(numbers)))


def test_a_preamble_without_words_has_no_share_and_not_zero():
    frame = pd.DataFrame({"preamble_words": [0, 10], "new_words": [0, 10]})
    shares = share_repeated(frame)
    assert pd.isna(shares[0])
    assert shares[1] == 0
