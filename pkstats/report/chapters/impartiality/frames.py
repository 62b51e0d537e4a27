"""The results of H2 as the analysis wrote them: one frame a file, read and checked at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.errors import Breaches, SourceError
from pkstats.report.results import COLUMNS as WHOLE

COLUMNS = {
    "estimates": f"{WHOLE['estimates']} hypothesis",
    "leave_one_out": f"{WHOLE['leave_one_out']} hypothesis",
    "identification": f"{WHOLE['identification']} hypothesis",
    "rows_lost": f"{WHOLE['rows_lost']} hypothesis",
    "negative_control": WHOLE["negative_control"],
    "predictable_steps": WHOLE["predictable_steps"],
    "verdict": f"{WHOLE['verdict']} randomization_p construct cap seen",
    "verdict_steps": WHOLE["verdict_steps"],
    "effects": "hypothesis model outcome estimand rate change change_low change_high unit",
    "specifications": (
        "hypothesis specification main treatment controls effects sample term estimate std_error "
        "conf_low conf_high rows clusters events status note"
    ),
    "both_sides": "item host waves values",
    "facts": "fact claim ruling statement condition value limits seen",
    "survey_items": "item construct rows first last hosts both_sides",
    "survey_series": (
        "host mission item construct region population national month date_precision "
        "percent_positive percent_negative n effective_n credible mandate_resolution "
        "host_support_index survey"
    ),
    "mandate_changes": "mission host month mandate_resolution before after elements",
    "speech_case": (
        "speaker stabilization_name speeches naming first_year last_year mission_sentences "
        "exit_sentences praise_sentences exit_share"
    ),
    "speech_years": (
        "speaker year missions host_support_index stabilization_name sentences mission_sentences "
        "exit_sentences praise_sentences"
    ),
    "council_words": "code mandate_before renewals whole new new_words rate",
    "attack_validity": "text scope rank_correlation renewals missions",
    "south_sudan": (
        "year host_non_state_deaths host_state_based_deaths host_one_sided_deaths months"
    ),
    "south_sudan_steps": (
        "mission element month mandate_resolution value_before value_after deaths_before "
        "months_before deaths_after months_after"
    ),
    "data_wanted": "name provider measures hosts access would_settle level",
}
"""Columns of each file ``h2_<name>.csv``, as ARCHITECTURE.md declares them."""


def read_frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every results file of H2 and check its columns.

    Raises
    ------
    SourceError
        A file or a column is absent; lists every breach.
    """
    breaches = Breaches("results of H2")
    frames = {}
    for name, columns in COLUMNS.items():
        path = Path(folder) / f"h2_{name}.csv"
        if not path.is_file():
            breaches.add(f"{path.name} is absent", remedy="make reproduce")
            continue
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
        absent = [column for column in columns.split() if column not in frame]
        if absent:
            breaches.add(f"{path.name} lacks {', '.join(absent)}", remedy="make reproduce")
        frames[name] = frame
    breaches.raise_as(SourceError)
    return frames
