"""Mandates at the side of the host state, and impartiality: H2."""

from __future__ import annotations

from typing import Final

from pkstats.families.family import Family
from pkstats.families.impartiality import choices, facts, hypotheses, models
from pkstats.families.impartiality.columns import prepare
from pkstats.families.impartiality.designs import DESIGNS
from pkstats.families.impartiality.labels import LABELS

FAMILIES: Final = (
    Family(
        code=models.FAMILY,
        title="Stabilization mandates and impartiality",
        question="Does a mandate at the side of the state cost a mission its impartiality?",
        hypotheses=hypotheses.HYPOTHESES,
        facts=facts.FACTS,
        designs=DESIGNS,
        prepare=prepare,
        labels=LABELS,
        choose=choices.choose,
        panels=(
            *("survey", "host_speech", "council_record", "mission_month"),
            *("host_support", "mission", "country_month"),
        ),
        chapter="h2",
    ),
)
