"""Mandate: what each Security Council resolution gives to each mission that it names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.mandates import elements, state_by_month
from pkstats.data.mandates.early_validity import tabulate_early
from pkstats.data.mandates.state import RENEWING
from pkstats.data.mandates.validity import tabulate_kappa, tabulate_validity
from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.coded_mandates import (
    OVERRIDES,
    CodedMandates,
    code_mandates,
    name_missions,
)
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import tamm, votes

NAME = "mandate"
KEY = ["mission", "resolution"]
WORDS = "council_"


def build(raw: Path) -> Panel:
    """Build the panel of mandates from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a mission and resolution whose operative part names it, 1990-2025 and the texts
        in force in 1990; columns as in the codebook. Paragraph numbers stand for the text.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    frame = assemble(code_mandates(raw), votes.read(raw))
    return assemble_panel(frame, NAME)


def assemble(coded: CodedMandates, cast: pd.DataFrame) -> pd.DataFrame:
    """Join coded mandates, paragraph numbers, votes and the Council's words."""
    names = list(elements())
    frame = coded.mandates.rename(columns={name: f"text_{name}" for name in names})
    frame = frame.rename(columns={"source": "text_source"})
    places = coded.places.pivot(index=KEY, columns="element", values="paragraphs")
    places = places.reindex(columns=names).add_prefix("paragraphs_").astype("str")
    frame = frame.merge(places.reset_index(), on=KEY, how="left", validate="1:1")
    words = coded.words.rename(columns=lambda name: name if name in KEY else f"{WORDS}{name}")
    frame = frame.merge(words, on=KEY, how="left", validate="1:1")
    frame = frame.merge(cast, on="resolution", how="left", validate="m:1")
    frame = frame.assign(
        establishment=frame["role"].eq("founding"),
        renewal=frame["role"].isin(RENEWING - {"founding"}),
        full_restatement=frame["role"].eq("full_restatement"),
        expiry=pd.to_datetime(frame["expiry"]),
    )
    flags = ["establishment", "renewal", "full_restatement", *(f"text_{n}" for n in names)]
    return name_missions(frame.astype(dict.fromkeys(flags, "int8")))


def mandate_validity(raw: Path) -> pd.DataFrame:
    """Coding against the readings by hand, by element and half of the sample."""
    return tabulate_validity(code_mandates(raw).mandates, compiled=OVERRIDES.parent)


def mandate_validity_early(raw: Path) -> pd.DataFrame:
    """Coding of 1990-1999 against the codes of one reader, by element."""
    return tabulate_early(code_mandates(raw).mandates, compiled=OVERRIDES.parent)


def mandate_kappa(raw: Path) -> pd.DataFrame:
    """Agreement of the mandate state with TAMM, by element."""
    state = state_by_month(code_mandates(raw).mandates, reset="restatement")
    tasks = tamm.read(raw)
    when = tasks["month"].dt
    tasks = tasks.assign(mission=tasks["label"], year=when.year, month=when.month)
    return tabulate_kappa(state, tasks)
