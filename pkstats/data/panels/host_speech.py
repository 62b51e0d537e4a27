"""Host-speech: what host states say of their own UN missions in the General Debate, 1990-2024."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import speeches
from pkstats.data.speeches import coding, validity
from pkstats.data.speeches.dictionary import categories

NAME = "host_speech"
KEY = ["country", "year"]
MENTIONS = {"mission_sentences": "named", "by_acronym": "by_acronym", "by_name": "by_name"}


def build(raw: Path) -> Panel:
    """Build the panel of host-years from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a host state and year in which it could speak, from three years before its first
        mission to three years after its last; columns as in the codebook. Counts are missing
        where the corpus has no speech, 0 where a speech names no mission.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    cut = cut_speeches(raw)
    lengths = cut[[*KEY, "words"]].assign(sentences=cut["texts"].str.len())
    host_years = coding.list_host_years().dropna(subset="speaker")
    frame = host_years.merge(lengths, on=KEY, how="left", validate="1:1")
    coded = coding.code_speeches(cut).assign(named=1)
    frame = frame.merge(count_sentences(coded), on=KEY, how="left", validate="1:1")
    counts = ["words", "sentences", *MENTIONS, *(f"{name}_sentences" for name in categories())]
    silent = frame["words"].isna()
    for name in counts:
        frame[name] = frame[name].fillna(0).mask(silent).astype("Int32")
    frame["hosting"] = frame["hosting"].astype("int8")
    frame["missions"] = frame["missions"].where(frame["missions"] != "")
    return assemble_panel(frame, NAME)


def cut_speeches(raw: Path) -> pd.DataFrame:
    """Cut the speeches of the hosts into sentences; see pkstats.data.speeches.coding."""
    host_years = coding.list_host_years().dropna(subset="speaker")
    spoken = speeches.read(raw, speakers=set(host_years["speaker"]))
    return coding.cut_speeches(spoken, host_years)


def count_sentences(coded: pd.DataFrame) -> pd.DataFrame:
    """Count coded sentences by host and year: mentions and one column a category."""
    names = {source: name for name, source in MENTIONS.items()}
    names |= {name: f"{name}_sentences" for name in categories()}
    return coded.groupby(KEY, as_index=False)[list(names)].sum().rename(columns=names)


def speech_validity(raw: Path) -> pd.DataFrame:
    """Measure the dictionary against the readings, by category (speeches.validity)."""
    coded = coding.code_speeches(cut_speeches(raw))
    measured = validity.measure_validity(validity.read_reading(), coded)
    shares = ["precision", "recall", "kappa_readings", "kappa_dictionary"]
    return measured.assign(**{name: measured[name].round(3) for name in shares})


def speech_by_mission(raw: Path) -> pd.DataFrame:
    """Count the sentences of host-years by host and mission.

    Returns
    -------
    pandas.DataFrame
        ``country mission first_year last_year sentences by_acronym by_name`` and one column a
        category. A sentence that names two missions counts for both.

    Raises
    ------
    SourceError
        As :func:`build`.
    """
    coded = coding.code_speeches(cut_speeches(raw)).query("hosting")
    each = coded.assign(mission=coded["named"].str.split(";")).explode("mission")
    groups = each.groupby(["country", "mission"])
    years = groups["year"].agg(first_year="min", last_year="max", sentences="size")
    counts = groups[["by_acronym", "by_name", *categories()]].sum()
    return years.join(counts).reset_index()
