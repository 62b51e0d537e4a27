"""pkstats: claims about UN peacekeeping, answered with real data and honest statistics.

Names load when first used, so that ``import pkstats`` costs no heavy library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    "Claim": "pkstats.documents.claim",
    "Design": "pkstats.families",
    "Estimate": "pkstats.estimation.estimate",
    "Family": "pkstats.families",
    "Hypothesis": "pkstats.families",
    "Inference": "pkstats.estimation.specification",
    "Model": "pkstats.families",
    "Multiverse": "pkstats.checks.multiverse",
    "Panel": "pkstats.data.panels",
    "PkstatsError": "pkstats.errors",
    "SmallestEffect": "pkstats.families",
    "Specification": "pkstats.estimation.specification",
    "Variable": "pkstats.data.panels",
    "Verdict": "pkstats.verdicts.verdict",
    "aligned_histories": "pkstats.checks.randomization",
    "before_after": "pkstats.comparisons.before_after",
    "bootstrap": "pkstats.checks.wild_bootstrap",
    "check_fact": "pkstats.verdicts.verdict",
    "claims": "pkstats.documents.claim",
    "confidence_curve": "pkstats.checks.compatibility",
    "confidence_set": "pkstats.checks.confidence_set",
    "e_value": "pkstats.checks.sensitivity",
    "equivalence_bound": "pkstats.checks.equivalence",
    "equivalence_test": "pkstats.checks.equivalence",
    "estimate": "pkstats.estimation.estimate",
    "event_study": "pkstats.comparisons.event_study",
    "facts": "pkstats.families",
    "hypotheses": "pkstats.families",
    "hypothesis": "pkstats.families",
    "identify": "pkstats.checks.identification",
    "interval": "pkstats.checks.detectable",
    "judge": "pkstats.verdicts.verdict",
    "leave_one_out": "pkstats.checks.influence",
    "load_panel": "pkstats.data.panels",
    "merged_assignment": "pkstats.checks.randomization",
    "minimum_detectable_effect": "pkstats.checks.detectable",
    "panels": "pkstats.data.panels",
    "power_curve": "pkstats.checks.detectable",
    "preview_gate": "pkstats.checks.blind_gate",
    "proportional_selection": "pkstats.checks.sensitivity",
    "randomize": "pkstats.checks.randomization",
    "read_microdata": "pkstats.data.microdata",
    "renewal_assignment": "pkstats.checks.randomization",
    "robustness_value": "pkstats.checks.sensitivity",
    "romano_wolf": "pkstats.checks.multiple_testing",
    "stacked_renewals": "pkstats.comparisons.stacked_renewals",
    "staggered": "pkstats.comparisons.staggered",
    "write_freeze": "pkstats.families",
}

__all__ = [
    "Claim",
    "Design",
    "Estimate",
    "Family",
    "Hypothesis",
    "Inference",
    "Model",
    "Multiverse",
    "Panel",
    "PkstatsError",
    "SmallestEffect",
    "Specification",
    "Variable",
    "Verdict",
    "__version__",
    "aligned_histories",
    "before_after",
    "bootstrap",
    "check_fact",
    "claims",
    "confidence_curve",
    "confidence_set",
    "e_value",
    "equivalence_bound",
    "equivalence_test",
    "estimate",
    "event_study",
    "facts",
    "hypotheses",
    "hypothesis",
    "identify",
    "interval",
    "judge",
    "leave_one_out",
    "load_panel",
    "merged_assignment",
    "minimum_detectable_effect",
    "panels",
    "power_curve",
    "preview_gate",
    "proportional_selection",
    "randomize",
    "read_microdata",
    "renewal_assignment",
    "robustness_value",
    "romano_wolf",
    "stacked_renewals",
    "staggered",
    "write_freeze",
]

if TYPE_CHECKING:
    from pkstats.checks.blind_gate import preview_gate
    from pkstats.checks.compatibility import confidence_curve
    from pkstats.checks.confidence_set import confidence_set
    from pkstats.checks.detectable import interval, minimum_detectable_effect, power_curve
    from pkstats.checks.equivalence import equivalence_bound, equivalence_test
    from pkstats.checks.identification import identify
    from pkstats.checks.influence import leave_one_out
    from pkstats.checks.multiple_testing import romano_wolf
    from pkstats.checks.multiverse import Multiverse
    from pkstats.checks.randomization import (
        aligned_histories,
        merged_assignment,
        randomize,
        renewal_assignment,
    )
    from pkstats.checks.sensitivity import e_value, proportional_selection, robustness_value
    from pkstats.checks.wild_bootstrap import bootstrap
    from pkstats.comparisons.before_after import before_after
    from pkstats.comparisons.event_study import event_study
    from pkstats.comparisons.stacked_renewals import stacked_renewals
    from pkstats.comparisons.staggered import staggered
    from pkstats.data.microdata import read_microdata
    from pkstats.data.panels import Panel, Variable, load_panel, panels
    from pkstats.documents.claim import Claim, claims
    from pkstats.errors import PkstatsError
    from pkstats.estimation.estimate import Estimate, estimate
    from pkstats.estimation.specification import Inference, Specification
    from pkstats.families import (
        Design,
        Family,
        Hypothesis,
        Model,
        SmallestEffect,
        facts,
        hypotheses,
        hypothesis,
        write_freeze,
    )
    from pkstats.verdicts.verdict import Verdict, check_fact, judge


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pkstats' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
