"""SpecificationCurve: the estimates of a multiverse, sorted, drawn and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from pkstats.display.markup import write_frame, write_paragraph
from pkstats.estimation.engines import name_scale
from pkstats.estimation.specification import Specification

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Status = Literal["identified", "gate not passed", "no estimate"]


@dataclass(frozen=True, repr=False)
class SpecificationCurve:
    """Result of a multiverse.

    Parameters
    ----------
    specification : Specification
        The main one.
    choices : tuple of str
        Columns of the table that hold the labels of the options.
    table : pandas.DataFrame
        One row a specification, the main one first: specification, main, the choices, term,
        estimate, std_error, statistic, df, p_value, conf_low, conf_high, rows, clusters, events,
        status ("identified", "gate not passed", "no estimate"), note.
    """

    specification: Specification
    choices: tuple[str, ...]
    table: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a specification in order of the estimates; those without one come last."""
        return self.table.sort_values("estimate", kind="stable", ignore_index=True)

    @property
    def identified(self) -> pd.DataFrame:
        """Specifications that pass the identification gate."""
        return self.table[self.table["status"] == "identified"]

    @property
    def same_sign_share(self) -> float | None:
        """Share of the identified specifications with the main one's sign.

        None where the main specification is not identified: then there is no sign to share.
        """
        kept = self.identified
        if not bool(kept["main"].any()):
            return None
        main = float(kept.loc[kept["main"], "estimate"].iloc[0])
        return float((kept["estimate"] * main > 0).mean())

    def summarize(self) -> dict[str, object]:
        """Counts, median and range of the identified specifications as one row of a table."""
        kept = self.identified["estimate"]
        count = self.table["status"].value_counts()
        excludes = (self.identified["conf_low"] > 0) | (self.identified["conf_high"] < 0)
        return {
            "specifications": len(self.table),
            "identified": int(count.get("identified", 0)),
            "gate_not_passed": int(count.get("gate not passed", 0)),
            "no_estimate": int(count.get("no estimate", 0)),
            "main": float(self.table["estimate"].iloc[0]),
            "median": float(kept.median()),
            "lowest": float(kept.min()),
            "highest": float(kept.max()),
            "same_sign_share": self.same_sign_share,
            "intervals_excluding_zero": int(excludes.sum()),
        }

    def plot(self, *, width: float = 7.2) -> Figure:
        """Estimates in order with their intervals, and below each the options it takes."""
        from pkstats.display.specification_curve import draw_curve

        scale, ratio = name_scale(self.specification)
        return draw_curve(
            self.table,
            choices=self.choices,
            scale=ratio or scale,
            ratio=bool(ratio),
            width=width,
        )

    def __repr__(self) -> str:
        said = self.summarize()
        share = said["same_sign_share"]
        words = "main specification not identified" if share is None else f"{share:.0%} same sign"
        return (
            f"Specification curve of {self.specification.treatment!r} on "
            f"{self.specification.outcome!r}: {said['specifications']} specifications, "
            f"{said['identified']} identified, {words}; estimates {said['lowest']:.3f} to "
            f"{said['highest']:.3f}, median {said['median']:.3f}, main {said['main']:.3f}"
        )

    def _repr_html_(self) -> str:
        return f"{write_paragraph(repr(self))}{write_frame(self.tidy().head(12))}"
