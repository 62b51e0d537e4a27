"""Council record: what each renewal says of a mission in text without tasks, and after what."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from pkstats.data.mandates.preambles import codes
from pkstats.data.mandates.state import FIRST, LAST, RENEWING
from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.coded_mandates import CodedMandates, code_mandates, name_missions
from pkstats.data.panels.host_support import RESETS, SUPPORTING, support_by_month
from pkstats.data.panels.mission import name_stabilization
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import missions

NAME: Final = "council_record"
KEY: Final = ["mission", "resolution"]
#: A preamble of which less than this share repeats earlier text opens a generation of drafting.
REPEATED: Final = 0.5


def build(raw: Path) -> Panel:
    """Build the panel of the Council's record from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a mission and founding or renewal of its mandate, 1990-2025; columns as in the
        codebook. Counts and codes only, never a sentence.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    frame = assemble(code_mandates(raw), missions.crosswalk())
    return assemble_panel(frame, NAME)


def assemble(coded: CodedMandates, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Join renewals, counts of their preambles and the mandate in force after each.

    Parameters
    ----------
    coded : CodedMandates
        Of :func:`pkstats.data.panels.coded_mandates.code_mandates`.
    crosswalk : pandas.DataFrame
        mission, host, country and name of each mission.
    """
    frame = number_renewals(name_missions(coded.mandates))
    preambles = name_missions(coded.preambles)
    frame = frame.merge(preambles, on=KEY, how="left", validate="1:1")
    about = crosswalk[["mission", "host", "country", "name"]]
    frame = frame.merge(about, on="mission", how="left", validate="m:1")
    frame = frame.assign(
        year=frame["date"].dt.year.astype("int64"),
        country=frame["country"].astype("Int64"),
        stabilization_name=name_stabilization(frame["name"]),
        repeated_share=share_repeated(frame),
        mandate_renewal=frame["role"].ne("founding").astype("int8"),
    )
    opened = frame["role"].eq("founding") | frame["repeated_share"].lt(REPEATED)
    frame["drafting_generation"] = opened.astype("int64").groupby(frame["mission"]).cumsum()
    return join_mandate(frame, support_by_month(coded.mandates))


def number_renewals(mandates: pd.DataFrame) -> pd.DataFrame:
    """Foundings and renewals of the window, numbered within the mission from 0.

    Returns
    -------
    pandas.DataFrame
        mission, renewal, resolution, date, role, months_since_renewal.
    """
    kept = mandates[mandates["role"].isin(RENEWING) & (mandates["date"] <= end_of(LAST))]
    kept = kept.sort_values(["mission", "date", "resolution"])
    days = kept["date"].groupby(kept["mission"]).diff().dt.days
    kept = kept.assign(months_since_renewal=(days / 30.4375).round(1))
    kept = kept[kept["date"] >= FIRST]
    numbered = kept.assign(renewal=kept.groupby("mission").cumcount())
    columns = ["mission", "renewal", "resolution", "date", "role", "months_since_renewal"]
    return numbered[columns].reset_index(drop=True)


def end_of(month: pd.Timestamp) -> pd.Timestamp:
    """Last day of a month given by its first."""
    return month + pd.offsets.MonthEnd(0)


def share_repeated(frame: pd.DataFrame) -> pd.Series:
    """Share of the words of the preamble that an earlier resolution holds; missing without words.

    Parameters
    ----------
    frame : pandas.DataFrame
        preamble_words, new_words.
    """
    words = frame["preamble_words"].astype(float)
    return (1 - frame["new_words"] / words.where(words > 0)).round(4)


def join_mandate(frame: pd.DataFrame, support: pd.DataFrame) -> pd.DataFrame:
    """Add the mandate in force until the next renewal, amendments in between among it.

    It is read in the last month before that of the next renewal, or in the month of the renewal
    itself where the next one follows within a month; after the last renewal, in the last month of
    the mission or of the window; never before the mission's first month.
    """
    month = frame["date"].dt.to_period("M")
    following = month.groupby(frame["mission"]).shift(-1)
    life = support.groupby("mission")["month"].agg(["min", "max"])
    first, last = (frame["mission"].map(life[end].dt.to_period("M")) for end in ("min", "max"))
    until = (following - 1).where(following.notna(), last)
    until = until.where(until > month, month)
    until = until.where(until > first, first).dt.to_timestamp().astype("datetime64[us]")
    names = [f"text_{element}" for element in SUPPORTING]
    held = support[["mission", "month", *names, *RESETS]].rename(columns={"month": "until"})
    joined = frame.assign(until=until).merge(held, on=["mission", "until"], how="left")
    return joined.astype(dict.fromkeys([*names, *RESETS], "Int64"))


def council_record_words(raw: Path) -> pd.DataFrame:
    """Sum words and matches over all renewals, whole and new text: ``code label all new rows``."""
    frame = build(raw).frame.query("mandate_renewal == 1")
    rows = [("words", "Words of the preamble")]
    rows += [(code, label) for code, (label, _) in codes().items()]
    return pd.DataFrame(
        [
            {
                "code": code,
                "label": label,
                "all": int(frame[f"preamble_{code}"].sum()),
                "new": int(frame[f"new_{code}"].sum()),
                "rows": int((frame[f"new_{code}"] > 0).sum()),
            }
            for code, label in rows
        ]
    )
