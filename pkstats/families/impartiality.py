"""H2, whether mandates that put a mission at the side of the host state cost it impartiality."""

from __future__ import annotations

from typing import Final

from pkstats.families.impartiality_columns import attach_mandates, prepare
from pkstats.families.impartiality_models import FAMILY
from pkstats.families.impartiality_perceptions import HOSTS, POPULATIONS
from pkstats.families.impartiality_reactions import GROUPS, RECORD

__all__ = ["FAMILY", "HYPOTHESES", "attach_mandates", "prepare"]

HYPOTHESES: Final = (POPULATIONS, HOSTS, RECORD, GROUPS)
