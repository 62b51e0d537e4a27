"""Entries: a YAML list of mappings of a declared schema, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Field = Literal["whole", "text", "truth", "date", "wholes"]

ADMITTED: dict[str, type] = {"whole": int, "text": str, "truth": bool, "date": str}


def read_entries(path: Path, fields: Mapping[str, Field], *, unique: str) -> pd.DataFrame:
    """Read a YAML list and hold every entry to its schema.

    Parameters
    ----------
    path : Path
        UTF-8 text.
    fields : mapping of str to {"whole", "text", "truth", "date", "wholes"}
        Fields to keep and their types; a date is ISO text; wholes is a list of whole numbers.
    unique : str
        Field that identifies an entry.

    Returns
    -------
    pandas.DataFrame
        One row an entry; index: the number of the entry, from 1; lists as tuples, dates as
        datetime64.

    Raises
    ------
    SourceError
        One message with every breach: no YAML, no list, field missing or of another type, repeated
        identifier. Entries are numbered.
    """
    import yaml

    try:
        entries = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise SourceError(f"{path.name} cannot be read: {error}. Remedy: fetch it again") from error
    breaches = Breaches(path.name)
    if not isinstance(entries, list) or not entries:
        breaches.add("the file holds no list of entries", remedy="fetch it again")
        breaches.raise_as(SourceError)
    for name, field in fields.items():
        _check_field(entries, name, field, breaches)
    breaches.raise_as(SourceError)
    index = pd.RangeIndex(1, len(entries) + 1, name="entry")
    columns = {name: [_convert(e[name], kind) for e in entries] for name, kind in fields.items()}
    frame = pd.DataFrame(columns, index=index)
    repeated = frame.index[frame.duplicated(unique, keep=False)]
    if len(repeated):
        breaches.add(f"field {unique!r} repeats in entries {name_some(repeated)}")
    breaches.raise_as(SourceError)
    return frame


def _check_field(entries: list[object], name: str, field: Field, breaches: Breaches) -> None:
    wrong = [
        number
        for number, entry in enumerate(entries, 1)
        if not isinstance(entry, dict) or name not in entry or not _is_sound(entry[name], field)
    ]
    if wrong:
        breaches.add(
            f"field {name!r} is missing or no {field} in {len(wrong)} entries: "
            f"entry {name_some(wrong)}",
            remedy="correct the file or fetch it again",
        )


def _is_sound(value: object, field: Field) -> bool:
    if field == "wholes":
        return isinstance(value, list) and all(_is_sound(part, "whole") for part in value)
    if field == "date":
        moment = pd.to_datetime(value, format="%Y-%m-%d", errors="coerce")  # type: ignore[call-overload]
        return isinstance(value, str) and not pd.isna(moment)
    if field == "whole" and isinstance(value, bool):
        return False
    return isinstance(value, ADMITTED[field])


def _convert(value: object, field: Field) -> object:
    if field == "wholes":
        return tuple(value)  # type: ignore[arg-type]
    return pd.Timestamp(value) if field == "date" else value  # type: ignore[arg-type]
