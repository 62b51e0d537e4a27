from pathlib import Path

import pandas as pd
import pytest

from pkstats.data.mandates import elements, mandate_frame
from pkstats.data.sources import resolutions

FORCE = {"chapter_vii", "use_of_force"}


def row(mandates: pd.DataFrame, mission: str, resolution: int) -> pd.Series:
    found = mandates.query("mission == @mission and resolution == @resolution")
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize(
    ("mission", "resolution", "given", "absent", "military"),
    [
        ("MONUSCO", 1925, FORCE | {"poc", "poc_physical"}, {"offensive"}, 19815),
        ("MONUSCO", 2098, FORCE | {"offensive", "robust_posture"}, set(), 19815),
        ("MINUSTAH", 1542, {"chapter_vii", "poc", "state_authority"}, {"use_of_force"}, 6700),
        ("MINUSMA", 2100, FORCE | {"poc", "proactive"}, {"counter_terrorism"}, 11200),
        ("MINUSCA", 2149, FORCE | {"poc", "proactive"}, {"offensive"}, 10000),
        ("UNIFIL", 1701, {"use_of_force", "poc_physical"}, {"chapter_vii"}, 15000),
        ("UNISFA", 1990, FORCE | {"poc_physical"}, set(), 4200),
        ("UNTAET", 1272, FORCE, set(), 8950),
        ("UNAMSIL", 1270, FORCE | {"poc_physical"}, set(), 6000),
        ("MONUC", 1291, FORCE | {"poc_physical"}, set(), 5537),
        ("UNAMID", 1769, FORCE | {"poc"}, set(), 19555),
        ("UNOSOM II", 814, {"chapter_vii"}, {"use_of_force"}, None),
        ("UNOSOM II", 837, FORCE, set(), None),
        ("UNOSOM II", 886, {"chapter_vii"}, set(), None),
        ("UNPROFOR", 807, {"chapter_vii"}, {"use_of_force"}, None),
        ("UNPROFOR", 815, {"chapter_vii"}, set(), None),
        ("UNPROFOR", 836, FORCE, set(), None),
        ("UNAMIR", 918, {"poc_physical"}, FORCE, 5500),
        ("UNIFIL", 425, {"state_authority"}, {"chapter_vii"}, None),
        ("UNTAG", 435, {"elections"}, {"chapter_vii"}, None),
        ("MONUA", 1135, set(), {"chapter_vii"}, None),
        ("MINURCAT", 1778, set(), FORCE, None),
        ("MINUSMA", 2295, {"counter_terrorism", "robust_posture"}, {"offensive"}, 13289),
        ("MINUSMA", 2364, {"counter_terrorism"}, {"offensive"}, 13289),
        ("MINUSMA", 2480, {"proactive"}, {"counter_terrorism"}, 13289),
        ("MINUSMA", 2531, {"proactive"}, {"counter_terrorism"}, 13289),
    ],
)
def test_what_must_come_out(
    mandates: pd.DataFrame,
    mission: str,
    resolution: int,
    given: set[str],
    absent: set[str],
    military: int | None,
) -> None:
    found = row(mandates, mission, resolution)
    assert {e for e in given if found[e] != 1} == set()
    assert {e for e in absent if found[e] != 0} == set()
    ceiling = found["authorised_military"]
    assert pd.isna(ceiling) if military is None else ceiling == military


@pytest.mark.parametrize(
    ("mission", "resolution", "role"),
    [
        ("MINUSCA", 2566, "ceiling_only"),
        ("MONUC", 1906, "incorporation"),
        ("UNISFA", 2032, "incorporation"),
        ("UNTAET", 1272, "founding"),
        ("UNMISS", 2155, "full_restatement"),
        ("MONUC", 1493, "extension"),
        ("UNAMSIL", 1289, "extension"),
        ("UNMIS", 1706, "amendment"),
        ("UNIFIL", 1773, "extension"),
        ("UNAMID", 2559, "termination"),
        ("MINUSMA", 2432, "amendment"),
    ],
)
def test_roles(mandates: pd.DataFrame, mission: str, resolution: int, role: str) -> None:
    assert row(mandates, mission, resolution)["role"] == role


def test_offensive_is_monusco_from_2098_alone(mandates: pd.DataFrame) -> None:
    given = mandates.query("offensive == 1 and date >= '2000-01-01'")
    assert set(given["mission"]) == {"MONUSCO"}
    assert given["resolution"].min() == 2098


def test_expiry_of_1925(mandates: pd.DataFrame) -> None:
    assert row(mandates, "MONUSCO", 1925)["expiry"] == pd.Timestamp("2011-06-30")


def test_stabilization_and_robust_in_a_name_are_no_task(mandates: pd.DataFrame) -> None:
    for mission, resolution in [("MINUSTAH", 1542), ("MONUSCO", 1925), ("MINUSMA", 2100)]:
        assert row(mandates, mission, resolution)["robust_posture"] == 0


@pytest.mark.parametrize(("mission", "resolution"), [("MINURCAT", 1778), ("MINUCI", 1479)])
def test_force_given_to_others_is_not_the_missions(
    mandates: pd.DataFrame, mission: str, resolution: int
) -> None:
    assert row(mandates, mission, resolution)["use_of_force"] == 0


def test_both_sources_code_alike(raw: Path) -> None:
    both = resolutions.read_sources(raw)
    sources = dict(tuple(both.groupby("source")))
    shared = set(sources["xml"]["resolution"]) & set(sources["plain"]["resolution"])
    frames = [
        mandate_frame(rows.loc[rows["resolution"].isin(shared)], overrides=()).set_index(
            ["mission", "resolution"]
        )
        for rows in sources.values()
    ]
    first, second = frames[0].align(frames[1], join="inner", axis=0)
    assert len(first) >= 0.99 * max(map(len, frames))
    names = list(elements())
    assert (first[names] == second[names]).to_numpy().mean() > 0.998
    assert (first["role"] == second["role"]).mean() > 0.99


def test_examples_of_the_dictionary_are_hits(paragraphs: pd.DataFrame) -> None:
    from pkstats.data.mandates import code_resolutions

    examples = {e.name: e.example.split(":") for e in elements().values()}
    wanted = {int(resolution) for resolution, _ in examples.values()}
    coded = code_resolutions(paragraphs.loc[paragraphs["resolution"].isin(wanted)])
    found = set(zip(coded["element"], coded["resolution"], coded["paragraph"], strict=True))
    missed = {
        (name, int(resolution), paragraph)
        for name, (resolution, paragraph) in examples.items()
        if (name, int(resolution), paragraph) not in found
    }
    assert missed == set()
