"""Thresholds: every number that the rule holds a result against, and their freeze."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Final

from pkstats.checks import identification, negative_control
from pkstats.checks.randomization import randomization
from pkstats.families import cap, declaration, design
from pkstats.verdicts import threat

#: Largest Benjamini-Hochberg q within the family of a supported or contradicted hypothesis.
FALSE_DISCOVERY_RATE: Final = 0.05
#: Largest cluster-jackknife p of a supported or contradicted hypothesis.
JACKKNIFE_LEVEL: Final = 0.10
#: Coverage of the interval that must lie inside the smallest effect of interest.
NEGLIGIBLE_COVERAGE: Final = 0.90
#: Smallest share of a multiverse with the main specification's sign.
SAME_SIGN_SHARE: Final = 0.80
#: Draws of the wild score bootstrap, where it enters the correction.
WILD_DRAWS: Final = 9_999
#: Fewest distinct arrangements of waves for a permutation p of surveys.
FEWEST_ARRANGEMENTS: Final = 200
#: Which writing of the rule this is; the first stood until November 2026.
VERSION: Final = 2


def hash_thresholds() -> dict[str, str]:
    """SHA-256 of the thresholds as they stand now, by the name of the freeze."""
    values = [
        *(FALSE_DISCOVERY_RATE, JACKKNIFE_LEVEL, NEGLIGIBLE_COVERAGE, SAME_SIGN_SHARE, VERSION),
        *(threat.COVERAGE, design.NO_PREDICTION, WILD_DRAWS),
        *(FEWEST_ARRANGEMENTS, negative_control.LEVEL),
        *(identification.WINDOW, randomization.FEWEST_DISTINCT, declaration.VARIANTS),
        *(asdict(one) for one in cap.CAPS.values()),
    ]
    return {"rule": hashlib.sha256(json.dumps(values).encode()).hexdigest()}
