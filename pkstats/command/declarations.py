"""Declarations: what a script reads of the package's tables in TOML, apart from their words.

A step that listed those files would run again for a label. Their content counts instead: the
entries of the freeze by name, and the structure of panels and results without labels.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pkstats.data.panels import codebook as codebooks
from pkstats.families.amendment import find_frozen_ruling, read_amendments
from pkstats.families.freeze import read_frozen
from pkstats.results import list_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pkstats.data.panels.variable import Variable
    from pkstats.families import Family

#: Parts of a variable that are words about it and change no value.
WORDS: Final = ("label", "unit")


def hash_freeze(family: Family) -> str:
    """SHA-256 of all that the freeze and its amendments hold of a family, thresholds included."""
    names = {family.code}.union(*family.freeze().values())

    def concerns(table: str, name: str) -> bool:
        own = name in names or name.startswith(f"{family.code}: ")
        return own or table == "thresholds"

    frozen = [
        (table, *entry)
        for table, named in read_frozen().items()
        for entry in named.items()
        if concerns(table, entry[0])
    ]
    amended = [
        (table, *entry)
        for amendment in read_amendments()
        for table, named in amendment.hashes.items()
        for entry in named.items()
        if concerns(table, entry[0])
    ]
    rulings = [(h.name, find_frozen_ruling(h)) for h in family.hypotheses]
    return _hash([sorted(frozen), sorted(amended), rulings])


def hash_codebooks() -> str:
    """SHA-256 of the structure of all panels: unit, time, and columns without their words."""
    return _hash(
        [
            (name, about["unit"], about["time"], _describe(codebooks.codebook(name)))
            for name in codebooks.names()
            for about in [codebooks.describe(name)]
        ]
    )


def hash_contract() -> str:
    """SHA-256 of the structure of all results tables: keys, and columns without their words."""
    return _hash(
        [
            (
                *(table.name, table.prefix, table.key, bool(table.when)),
                *(sorted(table.optional), _describe(table.columns)),
            )
            for table in list_tables()
        ]
    )


def _describe(variables: Iterable[Variable]) -> list[dict[str, Any]]:
    """Fields of variables without words; of the reason for missing values, whether there is one."""
    return [
        {k: v for k, v in asdict(variable).items() if k not in WORDS}
        | {"missing": bool(variable.missing)}
        for variable in variables
    ]


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
