"""Captions: headings, figures and equations of every chapter, in words beside their numbers."""

from __future__ import annotations

from typing import Final

#: Headings of a chapter, each with the method that shows what stands below it.
SECTIONS: Final = {
    "The claim": "show_claims",
    "How it was measured": "show_measures",
    "The design": "show_design",
    "What was known before": "show_seen",
    "The estimates": "show_estimates",
    "On the natural scale": "show_natural",
    "Every defensible specification": "show_curves",
    "One unit or group less": "show_refits",
    "What identifies the coefficient": "show_identification",
    "What must hold beside it": "show_bars",
    "What the data fit and rule out": "show_compatibility",
    "The verdict": "show_verdict",
    "Threats": "show_threats",
    "What would change the ruling": "show_changes_of_mind",
    "Rows lost": "show_rows_lost",
}
OVERVIEW: Final = (
    "Primary estimate of each hypothesis whose effect is a ratio. Filled marks pass the "
    "identification gate, hollow ones do not and may not be read as effects; a mark without a line "
    "has no jackknife interval."
)
CURVE: Final = (
    "Dots pass the identification gate, hollow marks do not, crosses have no estimate; the diamond "
    "and the long marks below it are the main specification."
)
CONTROL: Final = r"""```{math}
\log \operatorname{E}[D_{utk}] = \beta h_k R_{ut} + \alpha_{ut} + \mu_{uk} + \delta_{tk}
```"""
COMPATIBILITY: Final = (
    "Above, the two-sided p-value of every effect; its cuts are the 90% and the 95% interval. "
    "Below, each reader before (thin, hollow) and after (thick, filled) the estimate, with 90% "
    "intervals. The band holds effects too small to matter."
)
