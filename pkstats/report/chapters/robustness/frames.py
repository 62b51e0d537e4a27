"""The further results of H1: gated hypotheses, designs, cases and context, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from pkstats.errors import Breaches, SourceError
from pkstats.report.results import COLUMNS as FIRST

_ELEMENTS: Final = (
    *("estimates", "leave_one_out", "identification", "rows_lost", "negative_control"),
    *("predictable_steps", "verdict", "verdict_steps"),
)
COLUMNS: Final = {
    **{f"elements_{name}": FIRST[name] for name in _ELEMENTS},
    "effects": ("hypothesis model outcome estimand rate change change_low change_high unit"),
    "specifications": (
        "hypothesis specification main treatment controls effects sample term estimate std_error "
        "statistic df p_value conf_low conf_high rows clusters events status note"
    ),
    "multiverse": (
        "hypothesis specifications identified gate_not_passed no_estimate main median lowest "
        "highest same_sign_share intervals_excluding_zero median_t joint_p joint_draws "
        "joint_specifications joint_untested"
    ),
    "event_study": (
        "hypothesis event_time estimate std_error conf_low conf_high reference missions rows "
        "events pretrend_p note"
    ),
    "partial_pooling": "hypothesis mission estimate std_error conf_low conf_high",
    "reverse_path": (
        "model outcome treatment controls effects family role estimate std_error p_value conf_low "
        "conf_high rows events clusters minimum_detectable_effect note"
    ),
    "switches": (
        "treatment mission month host mandate_resolution value_before value_after months_before "
        "months_after hostile_incident_days_before hostile_incident_days_after "
        "hostile_deaths_uniformed_before hostile_deaths_uniformed_after exposure_years_before "
        "exposure_years_after"
    ),
    "cases": (
        "case claim title threat mission resolution month donors weights gap gap_backdated misfit "
        "p_value smallest_p events_before events_after rate_before rate_after log_ratio conf_low "
        "conf_high p_units smallest_p_units p_dates smallest_p_dates"
    ),
    "case_paths": "case period phase treated synthetic gap",
    "case_placebos": "case unit rmspe_before rmspe_after ratio",
    "case_series": (
        "case kind unit month events_before events_after rate_before rate_after log_ratio conf_low "
        "conf_high score"
    ),
    "facts": "fact claim ruling statement condition value limits seen",
    "ranking": (
        "fact unit events exposure rate conf_low conf_high rank rank_low rank_high share_first"
    ),
    "turn": "over when mean rows",
    "trend": (
        "by period missions mission_months robustness_index text_chapter_vii text_use_of_force "
        "text_poc_physical text_robust_posture text_proactive text_offensive text_counter_terrorism"
    ),
    "bundles": "word mandates bundles share_of_most_common",
    "terms": "year stabilization protection both mandates",
    "term_pairs": "first second first_mandates second_mandates together mandates lift",
}
"""Columns of each file ``h1_<name>.csv`` beyond those of the whole index."""


def read_frames(folder: Path, *names: str) -> dict[str, pd.DataFrame]:
    """Read results files of H1 and check their columns.

    Parameters
    ----------
    folder : Path
        Holds ``h1_<name>.csv``.
    *names : str
        Those wanted; all by default.

    Returns
    -------
    dict of str to DataFrame

    Raises
    ------
    SourceError
        A file or a column is absent; lists every breach.
    """
    breaches = Breaches("results of H1")
    frames = {}
    for name in names or tuple(COLUMNS):
        path = Path(folder) / f"h1_{name}.csv"
        if not path.is_file():
            breaches.add(f"{path.name} is absent", remedy="make reproduce")
            continue
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
        absent = [column for column in COLUMNS[name].split() if column not in frame]
        if absent:
            breaches.add(f"{path.name} lacks {', '.join(absent)}", remedy="make reproduce")
        frames[name] = frame
    breaches.raise_as(SourceError)
    return frames
