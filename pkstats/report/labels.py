"""Labels: plain words for columns, from the codebooks of the panels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pkstats.data.panels import codebook as definitions

if TYPE_CHECKING:
    from pkstats.data.panels.variable import Variable

#: Names of a column where its codebook's label is a sentence that no axis and no middle of a
#: sentence can hold, or says first how it was made; and of columns that a preparation adds, which
#: no codebook knows. Everything else comes from the codebooks.
SHORT: Final = {
    "any_attack": "any fatal attack in the month",
    "any_mention": "whether the mission is named at all",
    "authorised": "authorised strength",
    "consent_sentences": "sentences on consent (below the bar of validity)",
    "exit_sentences": "sentences on the mission's end",
    "host_conflict_deaths": "conflict deaths in the host",
    "host_support_index": "host support index",
    "hostile_deaths_all": "hostile deaths of all staff",
    "hostile_deaths_uniformed": "uniformed hostile deaths",
    "hostile_deaths_upper": "hostile deaths, upper bound",
    "hostile_incident_days": "fatal hostile incident-days",
    "impartiality_sentences": "sentences on impartiality (too few to be validated)",
    "incident_days_rate": "fatal hostile incident-days per 1,000 personnel-years",
    "log_odds_partial": "log odds that a respondent says the mission takes sides",
    "mission_sentences": "sentences on the mission",
    "more_robust_sentences": "sentences asking for more robustness (below the bar of validity)",
    "new_boilerplate": "thanks, reports and letters, new text (placebo)",
    "new_consent": "phrases on consent, new text",
    "new_disinformation": "phrases on disinformation, new text",
    "new_impartiality": "phrases on impartiality, new text",
    "new_obstruction": "phrases on obstruction, new text",
    "new_sofa_violation": "violations of the status-of-forces agreement, new text",
    "new_stabilization": "stabilization outside names, new text (positive control)",
    "new_words": "words of new text",
    "past_exit": "mission's end spoken of the year before",
    "past_incident_days": "fatal hostile incident-days, past 6 months",
    "past_obstruction": "phrase on obstruction at the renewal before",
    "peace_agreements": "peace agreements in the host",
    "praise_sentences": "sentences of praise",
    "preamble_obstruction": "phrases on obstruction, whole preamble",
    "preamble_words": "words of the whole preamble",
    "protection": "protection of civilians",
    "renewal": "number of the renewal",
    "robustness_index": "robustness index",
    "robustness_step": "rise of the robustness index",
    "sentences": "length of the speech in sentences",
    "stabilization": "stabilization in the name",
    "stabilization_name": "stabilization in the name",
    "support_step": "rise of the host support index",
    "tamm_chapter_vii": "Chapter VII (TAMM)",
    "text_chapter_vii": "Chapter VII",
    "text_proactive": "proactive action",
}
RESETS: Final = {
    "_never_reset": "never reset",
    "_always_reset": "reset at every renewal",
}
_SHIFTED = re.compile(r"(?P<stem>.+)_(?P<kind>lag|lead)(?P<periods>\d+)")


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Names of the columns of some panels.

    Parameters
    ----------
    variables : mapping of str to Variable
        By column.
    period : str
        Unit of a lag, such as ``month``.
    """

    variables: Mapping[str, Variable]
    period: str = "period"

    def name(self, column: str) -> str:
        """Name a column in a few words, whatever was done to it.

        Examples
        --------
        >>> Labels(variables={}, period="month").name("log_robustness_index_lag1")
        'robustness index, month before (log)'
        """
        if column.startswith("log_") and column not in SHORT:
            return f"{self.name(column.removeprefix('log_'))} (log)"
        shifted = _SHIFTED.fullmatch(column)
        if shifted:
            when = self._say_shift(shifted["kind"], int(shifted["periods"]))
            return self.name(shifted["stem"]) + (f", {when}" if when else "")
        for ending, words in RESETS.items():
            if column.endswith(ending):
                return f"{self.name(column.removesuffix(ending))}, {words}"
        if column in SHORT:
            return SHORT[column]
        if column in self.variables:
            return _shorten(self.variables[column].label)
        return column.replace("_", " ")

    def describe(self, column: str) -> str:
        """Name a column with its codebook's label and unit, as far as one knows it."""
        stem = self.find_stem(column)
        name = self.name(column)
        opening = f"{name[0].upper()}{name[1:]} (`{column}`)"
        if stem not in self.variables:
            return f"{opening}, made of the panel's columns"
        variable = self.variables[stem]
        known = variable.label.lower() == self.name(stem).lower()
        what = "" if known else f": {variable.label}"
        return f"{opening}{what} [{variable.unit}]"

    def find_stem(self, column: str) -> str:
        """Column of the codebook behind one that was logged, shifted or both."""
        whole = column in self.variables or column in SHORT
        stem = column if whole else column.removeprefix("log_")
        shifted = _SHIFTED.fullmatch(stem)
        return shifted["stem"] if shifted else stem

    def _say_shift(self, kind: str, periods: int) -> str:
        if periods == 0:
            return ""
        if kind == "lead":
            return f"{periods} {self.period}{'s' if periods > 1 else ''} ahead"
        return f"{self.period} before" if periods == 1 else f"{periods} {self.period}s before"


def read_labels(*panels: str, period: str | None = None) -> Labels:
    """Read the names of the columns of panels; the first to know a column names it.

    Parameters
    ----------
    *panels : str
        Stored panels; of a researcher's own no codebook is known here.
    period : str, optional
        Unit of a lag; by default the time of the first panel.
    """
    known = [name for name in panels if name in definitions.names()]
    variables: dict[str, Variable] = {}
    for panel in known:
        for variable in definitions.codebook(panel):
            variables.setdefault(variable.name, variable)
    if period is None and known[:1] == list(panels[:1]) and known:
        period = definitions.describe(known[0])["time"]
    return Labels(variables=variables, period=period or "period")


def _shorten(label: str) -> str:
    """First words of a codebook's label, ready for the middle of a sentence."""
    head = re.split(r"[:;(,]", label, maxsplit=1)[0].strip()
    first = head.split(" ", 1)[0]
    return head if first[1:] != first[1:].lower() else f"{head[:1].lower()}{head[1:]}"
