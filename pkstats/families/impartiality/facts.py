"""The context claim of H2, held against published surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pkstats.families.fact import Fact, Finding
from pkstats.families.impartiality.columns import OTHER_FORCE
from pkstats.families.impartiality.models import FAMILY

if TYPE_CHECKING:
    from pkstats.data.panels import Panel

ASKED: Final = ("trust", "impartiality", "effectiveness")
TOGETHER: Final = ["survey", "region", "population", "construct"]


def compare_bodies(panels: Mapping[str, Panel]) -> Finding:
    """Compare shares in favour of the United Nations and of another force in the same survey."""
    frame = panels["survey"].frame
    asked = frame[frame["construct"].isin(ASKED) & frame["credible"].eq(1)]
    other = asked["names"].eq(OTHER_FORCE)
    ours = asked[~other & asked["names"].isin(["mission", "United Nations"])]
    pairs = ours.merge(asked[other], on=TOGETHER, suffixes=("", "_other"))
    pairs = pairs.dropna(subset=["percent_positive", "percent_positive_other"])
    world = ours[ours["item"] == "confidence in the United Nations"]
    table = world[["survey", "country", "month", "percent_positive", "n"]].reset_index(drop=True)
    if pairs.empty:
        value = (
            f"{len(world)} surveys of countries ask for confidence in the United Nations (median "
            f"{world['percent_positive'].median():.0f}% in favour); none in the panel asks the "
            "same about another body that sends peace operations"
        )
        return Finding(holds=None, value=value, table=table)
    higher = pairs["percent_positive"] > pairs["percent_positive_other"]
    value = f"the United Nations stands higher in {int(higher.sum())} of {len(pairs)} pairs"
    columns = [*TOGETHER, "percent_positive", "percent_positive_other"]
    return Finding(holds=bool(higher.mean() > 0.5), value=value, table=pairs[columns])


FACTS: Final = (
    Fact(
        name="H2-most-impartial-body",
        family=FAMILY,
        claims=("K6",),
        statement="The United Nations is seen as more impartial or capable than other bodies that "
        "send peace operations.",
        condition="In more than half of the surveys that ask the same of the United Nations and of "
        "another such body, the share in favour is higher for the United Nations.",
        panels=("survey",),
        measure=compare_bodies,
        seen="descriptives",
        limits="Confidence in the organization as a whole is not a judgement of its missions, and "
        "most of those asked live where no mission is.",
    ),
)
