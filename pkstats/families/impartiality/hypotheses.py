"""H2, whether mandates that put a mission at the side of the host state cost it impartiality."""

from __future__ import annotations

from typing import Final

from pkstats.families.impartiality.perceptions import HOSTS, POPULATIONS
from pkstats.families.impartiality.reactions import GROUPS, RECORD

HYPOTHESES: Final = (POPULATIONS, HOSTS, RECORD, GROUPS)
