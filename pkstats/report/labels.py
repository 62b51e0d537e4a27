"""Labels: plain words for columns, from the codebooks of the panels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pkstats.data.panels import codebook as definitions

if TYPE_CHECKING:
    from pkstats.data.panels.variable import Variable
    from pkstats.families import Family

#: Names of a panel's columns where its codebook's label is a sentence that no axis and no middle of
#: a sentence can hold, or says first how it was made. Everything else comes from the codebooks.
SHORT: Final[Mapping[str, Mapping[str, str]]] = {
    "mission_month": {
        "host_conflict_deaths": "conflict deaths in the host",
        "hostile_deaths_all": "hostile deaths of all staff",
        "hostile_deaths_uniformed": "uniformed hostile deaths",
        "hostile_deaths_upper": "hostile deaths, upper bound",
        "hostile_incident_days": "fatal hostile incident-days",
        "robustness_index": "robustness index",
        "stabilization_name": "stabilization in the name",
        "tamm_chapter_vii": "Chapter VII (TAMM)",
        "text_chapter_vii": "Chapter VII",
        "text_proactive": "proactive action",
    },
    "host_support": {
        "host_support_index": "host support index",
        "stabilization_name": "stabilization in the name",
    },
    "host_speech": {
        "consent_sentences": "sentences on consent (below the bar of validity)",
        "exit_sentences": "sentences on the mission's end",
        "impartiality_sentences": "sentences on impartiality (too few to be validated)",
        "mission_sentences": "sentences on the mission",
        "more_robust_sentences": "sentences asking for more robustness (below the bar of validity)",
        "praise_sentences": "sentences of praise",
        "sentences": "length of the speech in sentences",
    },
    "council_record": {
        "host_support_index": "host support index",
        "new_boilerplate": "thanks, reports and letters, new text (placebo)",
        "new_consent": "phrases on consent, new text",
        "new_disinformation": "phrases on disinformation, new text",
        "new_impartiality": "phrases on impartiality, new text",
        "new_obstruction": "phrases on obstruction, new text",
        "new_sofa_violation": "violations of the status-of-forces agreement, new text",
        "new_stabilization": "stabilization outside names, new text (positive control)",
        "new_words": "words of new text",
        "preamble_obstruction": "phrases on obstruction, whole preamble",
        "preamble_words": "words of the whole preamble",
        "renewal": "number of the renewal",
        "stabilization_name": "stabilization in the name",
    },
    "mandate": {
        "text_chapter_vii": "Chapter VII",
        "text_proactive": "proactive action",
    },
}
RESETS: Final = {
    "_never_reset": "never reset",
    "_always_reset": "reset at every renewal",
}
_SHIFTED = re.compile(r"(?P<stem>.+)_(?P<kind>lag|lead)(?P<periods>\d+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Names of the columns of some panels.

    Parameters
    ----------
    variables : mapping of str to Variable
        By column.
    period : str
        Unit of a lag, such as ``month``.
    short : mapping of str to str
        By column, what it is called instead of the codebook's label; columns that a preparation
        makes and no codebook knows have their name here.
    """

    variables: Mapping[str, Variable]
    period: str = "period"
    short: Mapping[str, str] = field(default_factory=dict)

    def name(self, column: str) -> str:
        """Name a column in a few words, whatever was done to it.

        Examples
        --------
        >>> Labels(variables={}, period="month").name("log_robustness_index_lag1")
        'robustness index, month before (log)'
        """
        if column.startswith("log_") and not self._holds(column):
            return f"{self.name(column.removeprefix('log_'))} (log)"
        shifted = _SHIFTED.fullmatch(column)
        if shifted:
            when = self._say_shift(shifted["kind"], int(shifted["periods"]))
            return self.name(shifted["stem"]) + (f", {when}" if when else "")
        for ending, words in RESETS.items():
            if column.endswith(ending):
                return f"{self.name(column.removesuffix(ending))}, {words}"
        if column in self.short:
            return self.short[column]
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
        stem = column if self._holds(column) else column.removeprefix("log_")
        shifted = _SHIFTED.fullmatch(stem)
        return shifted["stem"] if shifted else stem

    def _holds(self, column: str) -> bool:
        return column in self.variables or column in self.short

    def _say_shift(self, kind: str, periods: int) -> str:
        if periods == 0:
            return ""
        if kind == "lead":
            return f"{periods} {self.period}{'s' if periods > 1 else ''} ahead"
        return f"{self.period} before" if periods == 1 else f"{periods} {self.period}s before"


def read_labels(
    *panels: str, period: str | None = None, made: Mapping[str, str] | None = None
) -> Labels:
    """Read the names of the columns of panels; the first to know a column names it.

    Parameters
    ----------
    *panels : str
        Stored panels; of a researcher's own no codebook is known here.
    period : str, optional
        Unit of a lag; by default the time of the first panel.
    made : mapping of str to str, optional
        Names of columns that a preparation makes, or that a family calls otherwise.
    """
    known = [name for name in panels if name in definitions.names()]
    variables: dict[str, Variable] = {}
    short: dict[str, str] = {}
    for panel in known:
        words = SHORT.get(panel, {})
        added = {v.name: v for v in definitions.codebook(panel) if v.name not in variables}
        variables |= added
        short |= {name: words[name] for name in added if name in words}
    if period is None and known[:1] == list(panels[:1]) and known:
        period = definitions.describe(known[0])["time"]
    return Labels(variables=variables, period=period or "period", short={**short, **(made or {})})


def list_made(family: Family) -> dict[str, str]:
    """Names of the columns that the preparation of a family makes."""
    return dict(family.labels)


def _shorten(label: str) -> str:
    """First words of a codebook's label, ready for the middle of a sentence."""
    head = re.split(r"[:;(,]", label, maxsplit=1)[0].strip()
    first = head.split(" ", 1)[0]
    return head if first[1:] != first[1:].lower() else f"{head[:1].lower()}{head[1:]}"
