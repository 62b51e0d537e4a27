"""Record: what was declared of one hypothesis, and what a build found of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pkstats.errors import HypothesisError, ResultsError
from pkstats.estimation.engines import find_engine
from pkstats.families import list_families
from pkstats.report.labels import Labels, list_made, read_labels
from pkstats.report.results import select_treatments, write_records
from pkstats.report.scales import PrintedScale, find_scale
from pkstats.results import find_table, list_tables, read_table

if TYPE_CHECKING:
    from pkstats.families import Design, Family, Hypothesis, Model


@dataclass(frozen=True, kw_only=True)
class Record:
    """One hypothesis with its results.

    Parameters
    ----------
    family : Family
        That declares it.
    hypothesis : Hypothesis
        The declaration.
    labels : Labels
        Names of the columns of its panel.
    tables : mapping of str to DataFrame
        Its rows of every table of the family, by the table's name.
    """

    family: Family
    hypothesis: Hypothesis
    labels: Labels
    tables: Mapping[str, pd.DataFrame]

    @property
    def design(self) -> Design:
        """What the design of the hypothesis stands for."""
        return self.family.find_design(self.hypothesis)

    @property
    def asked(self) -> str:
        """What the identification gate asks for, in words."""
        return self.design.gate.say(self.hypothesis.primary.specification.inference.cluster)

    def keep(self, name: str) -> pd.DataFrame:
        """Rows of one table; without any where the family has no such table."""
        if name in self.tables:
            return self.tables[name]
        columns = find_table(name, prefix=self.family.prefix).table.names
        return pd.DataFrame(columns=list(columns))

    def keep_primary(self, name: str) -> pd.DataFrame:
        """Rows of one table that belong to the primary model."""
        rows = self.keep(name)
        return rows[rows["model"] == self.hypothesis.primary.name].reset_index(drop=True)

    @cached_property
    def verdict(self) -> dict[str, Any]:
        """The row of the verdict."""
        return write_records(self.keep("verdict"))[0]

    @property
    def ruling(self) -> str:
        """By the ordered rule."""
        return str(self.verdict["ruling"])

    @cached_property
    def steps(self) -> pd.DataFrame:
        """Conditions of the rule in their order."""
        return self.keep("verdict_steps").sort_values("order", kind="stable", ignore_index=True)

    @cached_property
    def treatments(self) -> pd.DataFrame:
        """One row a model: the coefficient of its treatment, in the order of the declaration."""
        order = {model.name: place for place, model in enumerate(self.hypothesis.models)}
        rows = select_treatments(self.keep("estimates"))
        return rows.sort_values("model", key=lambda m: m.map(order), ignore_index=True)

    @cached_property
    def primary(self) -> dict[str, Any] | None:
        """The estimate on which the verdict rests; None where there is none."""
        rows = self.treatments
        found = rows[(rows["model"] == self.hypothesis.primary.name) & rows["estimate"].notna()]
        return None if found.empty else write_records(found)[0]

    @cached_property
    def printed(self) -> PrintedScale:
        """Scale of the printed number, by the engine of the primary model."""
        return find_scale(self.hypothesis, self.design)

    @property
    def ratio(self) -> bool:
        """Whether the exponential of the coefficient is a ratio."""
        return self.printed.ratio

    @property
    def scale(self) -> str:
        """What the printed number is: ``rate ratio per index point``."""
        return self.printed.words

    @property
    def counts(self) -> bool:
        """Whether the primary model is one of events, so that a ratio is of their rates."""
        panels = self.design.strategy == "panel models"
        return panels and find_engine(self.hypothesis.primary.specification).is_count

    @property
    def measure(self) -> str:
        """First words of the scale, without its step: ``rate ratio``."""
        return self.scale.split(" per ")[0].split(",")[0]

    @property
    def step(self) -> str:
        """One step of the treatment, in words: ``index point``."""
        return self.scale.partition(" per ")[2] or "unit of the treatment"

    @property
    def smallest(self) -> float:
        """Smallest effect of interest on the scale of the coefficient; nan where unknown."""
        value = self.verdict["smallest_effect"]
        return math.nan if pd.isna(value) else abs(float(value))

    def has_ratio(self, model: Model) -> bool:
        """Whether the exponential of a model's coefficient is a ratio."""
        if self.design.strategy != "panel models":
            return self.ratio
        return not find_engine(model.specification).is_linear

    def find_model(self, name: str) -> Model:
        """Return a declared model by its name.

        Raises
        ------
        HypothesisError
            The results hold a model that is not declared.
        """
        for model in self.hypothesis.models:
            if model.name == name:
                return model
        raise HypothesisError(f"{self.hypothesis.name} declares no model {name!r}")


def read_records(family: Family, folder: Path) -> tuple[Record, ...]:
    """Read the results of every hypothesis of a family.

    Parameters
    ----------
    family : Family
        The declaration.
    folder : Path
        Holds ``<prefix>_<table>.csv``.

    Returns
    -------
    tuple of Record
        In the family's order; empty for a family of facts alone.

    Raises
    ------
    ResultsError
        A table that every family writes is absent or not as declared, or a hypothesis has no
        verdict; names every one.
    """
    tables = read_family_tables(family, folder)
    judged = set(tables["verdict"]["hypothesis"]) if "verdict" in tables else set()
    absent = [h.name for h in family.hypotheses if h.name not in judged]
    if absent:
        raise ResultsError(
            f"family {family.code!r}: no verdict on {', '.join(absent)}. Remedy: make reproduce"
        )
    return tuple(
        Record(
            family=family,
            hypothesis=hypothesis,
            labels=read_labels(hypothesis.panel, *family.panels, made=list_made(family)),
            tables={name: _keep(table, hypothesis) for name, table in tables.items()},
        )
        for hypothesis in family.hypotheses
    )


def read_family_tables(family: Family, folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a family that speak of its hypotheses or facts, by name.

    What not every family writes may stand in the file of the family that its code extends.

    Raises
    ------
    ResultsError
        A table that every family writes is absent, or one is not as declared.
    """
    above = tuple(parent.prefix for parent in list_parents(family))
    tables = {}
    for table in (t for t in list_tables() if t.prefix is None):
        if not {"fact", "hypothesis", "model"} & set(table.names):
            continue
        places = (family.prefix, *(above if table.when else ()))
        held = [p for p in places if (Path(folder) / table.name_file(p)).is_file()]
        if held or (family.hypotheses and not table.when):
            prefix = held[0] if held else family.prefix  # an absent file raises, with its remedy
            tables[table.name] = _keep_members(read_table(folder, table, prefix=prefix), family)
    return {name: table for name, table in tables.items() if len(table)}


def list_parents(family: Family) -> tuple[Family, ...]:
    """Families whose code this one's extends, the nearest first: ``H1`` of ``H1-elements``."""
    above = [f for f in list_families() if family.code.startswith(f"{f.code}-")]
    return tuple(sorted(above, key=lambda f: len(f.code), reverse=True))


def _keep_members(table: pd.DataFrame, family: Family) -> pd.DataFrame:
    """Rows of a table that speak of the hypotheses, models or facts of a family."""
    if "fact" in table:
        kept = table["fact"].isin([fact.name for fact in family.facts])
    elif "hypothesis" in table:
        kept = table["hypothesis"].isin([h.name for h in family.hypotheses])
    else:
        kept = table["model"].isin([m.name for h in family.hypotheses for m in h.models])
    return table[kept].reset_index(drop=True)


def _keep(table: pd.DataFrame, hypothesis: Hypothesis) -> pd.DataFrame:
    if "hypothesis" in table:
        rows = table[table["hypothesis"] == hypothesis.name]
    elif "model" in table:
        rows = table[table["model"].isin([model.name for model in hypothesis.models])]
    else:
        rows = table.iloc[:0]
    return rows.reset_index(drop=True)
