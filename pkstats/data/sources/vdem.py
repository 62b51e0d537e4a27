"""V-Dem: democracy, rights and state conduct by country and year (CC BY-SA 4.0)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources.r_frames import read_frame
from pkstats.data.sources.table import Column
from pkstats.errors import SourceError, name_some

SIMPLE = "covariates/vdem_simple.rda"  # version 15, to 2024
LITE = "covariates/vdemlite.rda"  # version 14, to 2023
FIRST_YEAR = 1989

INDICES = {"v2x_polyarchy": "electoral_democracy", "v2x_libdem": "liberal_democracy"}
MEASURES = {
    "v2x_civlib": "civil_liberties",
    "v2x_clphy": "physical_violence_index",
    "v2clkill": "freedom_from_political_killings",
    "v2cltort": "freedom_from_torture",
    "v2x_rule": "rule_of_law",
    "v2x_corr": "political_corruption",
    "v2xcs_ccsi": "core_civil_society",
    "v2x_freexp_altinf": "freedom_of_expression",
    "v2x_jucon": "judicial_constraints",
    "v2xlg_legcon": "legislative_constraints",
    "v2caviol": "political_violence_by_non_state_actors",
}
# Country-years that V-Dem rates and that are no members of the system of states.
TERRITORIES = ("PSG", "PSE", "SML", "HKG")


def read(raw: Path) -> pd.DataFrame:
    """Read V-Dem's country-years from 1989.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame
        ``country year`` and the measures: the two indices of democracy to 2024, the others to 2023.
        The state is that which V-Dem's file names by its Gleditsch-Ward number.

    Raises
    ------
    SourceError
        A file is missing, altered or not of its schema.
    """
    return parse(locate(raw, SIMPLE), locate(raw, LITE))


def parse(simple: Path, lite: Path) -> pd.DataFrame:
    """Read V-Dem from paths without checking their hashes; as :func:`read`."""
    key = (
        Column(name="country_text_id", rename="code"),
        Column(name="year", kind="integer", minimum=1789, maximum=2030),
    )
    indices = read_frame(
        simple,
        "vdem_simple",
        (
            *key,
            Column(
                name="GWn", rename="country", kind="integer", blank=True, minimum=2, maximum=990
            ),
            *_columns(INDICES, bounded=True),
        ),
        unique=["code", "year"],
    )
    measures = read_frame(
        lite, "vdemlite", (*key, *_columns(MEASURES, bounded=False)), unique=["code", "year"]
    )
    indices = indices[indices["year"] >= FIRST_YEAR]
    measures = measures[measures["year"] >= FIRST_YEAR]
    strange = sorted(set(indices.loc[indices["country"].isna(), "code"]) - set(TERRITORIES))
    strange += sorted(set(measures["code"]) - set(indices["code"]))
    if strange:
        raise SourceError(
            f"V-Dem: no Gleditsch-Ward number for {name_some(strange)}. Remedy: name the territory "
            "in the reader or correct the file"
        )
    both = indices.merge(measures, on=["code", "year"], how="left", validate="1:1")
    both = both[both["country"].notna()].drop(columns="code").astype({"country": "int64"})
    twice = both[both.duplicated(["country", "year"])]
    if len(twice):
        raise SourceError(f"V-Dem rates a state twice in a year: {name_some(twice['country'])}")
    return both.sort_values(["country", "year"], ignore_index=True)


def _columns(names: dict[str, str], *, bounded: bool) -> list[Column]:
    low, high = (0, 1) if bounded else (-10, 10)
    return [
        Column(name=n, rename=r, kind="number", blank=True, minimum=low, maximum=high)
        for n, r in names.items()
    ]
