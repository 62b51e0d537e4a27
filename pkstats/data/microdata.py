"""Microdata: a researcher's own survey files as rows of the panel of surveys.

Answers stay where they are: what comes out are weighted percentages, with the design effect that
the weights and clusters imply, one row a wave, item and region.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from pkstats.data.panels.panel import Panel
from pkstats.data.sources import missions
from pkstats.errors import Breaches, SourceError, name_some

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES: Final = ("positive", "negative", "other")
NAMES: Final = ("mission", "United Nations", "another force", "neither")
NATIONAL: Final = "national"


@dataclass(frozen=True, kw_only=True)
class Item:
    """How one question is coded.

    Parameters
    ----------
    column : str
        Of the file.
    name, construct : str
        Of the item: the same name in every wave and host in which the same words are asked;
        ``construct="impartiality"`` where the question is whether the mission takes sides.
    positive, negative, other : tuple
        Codes of answers in favour of the mission, against it, and neither (don't know among them).
    missing : tuple
        Codes that are no answer: left out of the base.
    names : {"mission", "United Nations", "another force", "neither"}
        Whom the question names.
    """

    column: str
    name: str
    construct: str
    positive: tuple[Any, ...]
    negative: tuple[Any, ...]
    other: tuple[Any, ...] = ()
    missing: tuple[Any, ...] = ()
    names: str = "mission"


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What the columns of a survey file mean.

    Parameters
    ----------
    survey : str
        Name of the survey, for citation.
    mission : str
        Canonical acronym of the mission that is judged, or beside which another force is.
    weight, cluster, date : str
        Columns: sampling weight, primary sampling unit, day or month of the interview or wave.
    items : tuple of Item
        Questions.
    wave, region : str, optional
        Columns: wave (by default the month of `date`), and region (by default the whole file is
        one population).
    host : str
        Host of the mission; by default that of the crosswalk.
    citation : str
        As the provider asks for it.
    """

    survey: str
    mission: str
    weight: str
    cluster: str
    date: str
    items: tuple[Item, ...]
    wave: str | None = None
    region: str | None = None
    host: str = ""
    citation: str = ""

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Schema:
        """Read a schema from plain data: the fields by name, ``items`` as a list of tables.

        Raises
        ------
        SourceError
            Lists every field that is absent or unknown.
        """
        breaches = Breaches("schema of survey microdata")
        fields = dict(content)
        listed = fields.pop("items", [])
        items = []
        for number, entry in enumerate(listed, 1):
            codes: dict[str, Any] = {
                str(k): tuple(v) if isinstance(v, list) else v for k, v in entry.items()
            }
            try:
                items.append(Item(**codes))
            except TypeError as error:
                breaches.add(f"item {number}: {error}", remedy="give the fields of Item")
        if not listed:
            breaches.add("no item", remedy="list each question under items")
        breaches.raise_as(SourceError)
        try:
            return cls(items=tuple(items), **fields)
        except TypeError as error:
            raise SourceError(f"schema of survey microdata: {error}") from error

    @classmethod
    def read(cls, path: Path | str) -> Schema:
        """Read a schema from a TOML file; as :meth:`from_dict`."""
        return cls.from_dict(tomllib.loads(Path(path).read_text("utf-8")))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the file must hold."""
        named = (self.weight, self.cluster, self.date, self.wave, self.region)
        return (*(name for name in named if name), *(item.column for item in self.items))


def read_microdata(files: Iterable[tuple[pd.DataFrame | Path | str, Schema]]) -> Panel:
    """Turn survey files into a panel on which the hypothesis on populations runs.

    ``pk.judge("H2-populations", pk.read_microdata([("mali.dta", Schema.read("mali.toml"))]))``

    Parameters
    ----------
    files : iterable of (frame or path, Schema)
        One row a respondent. Paths to csv, parquet or Stata files.

    Returns
    -------
    Panel
        Columns of panel ``survey``: weighted percentages of each side by wave, item and region,
        the number of respondents with an answer, and the effective number.

    Raises
    ------
    SourceError
        Lists every breach of a file: column absent, weight missing, infinite or not above zero,
        cluster missing, date unreadable, code that the item does not declare or declares twice, one
        cluster in a wave, unknown mission, no answer at all.
    """
    parts = [tabulate_survey(_open(file), schema) for file, schema in files]
    if not parts:
        raise SourceError("no survey file. Remedy: give pairs of file and schema")
    frame = pd.concat(parts, ignore_index=True)
    return Panel.from_frame(frame, unit="row", time="month", name="survey")


def tabulate_survey(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Weighted percentages of one file, one row a wave, item and region; see read_microdata."""
    check_microdata(frame, schema)
    dates = pd.to_datetime(frame[schema.date], errors="coerce", format="mixed").dt.to_period("M")
    wave = frame[schema.wave].astype(str) if schema.wave else dates.astype(str)
    region = frame[schema.region].astype(str) if schema.region else NATIONAL
    marked = frame.assign(_wave=wave, _region=region, _month=dates.dt.to_timestamp())
    crosswalk = missions.crosswalk().set_index("mission")
    host = schema.host or str(crosswalk.loc[schema.mission, "host"])
    rows = []
    for item in schema.items:
        sides = _read_sides(marked, item)
        answered = marked.assign(_side=sides)[sides.notna()]
        for (number, place), part in answered.groupby(["_wave", "_region"], sort=True):
            survey = f"{schema.survey}, wave {number}"
            rows.append(
                {
                    "row": f"{survey}: {item.name}: {place}: adults",
                    "month": part["_month"].min(),
                    "survey": survey,
                    "mission": schema.mission,
                    "host": host,
                    "item": item.name,
                    "construct": item.construct,
                    "names": item.names,
                    "region": place,
                    "population": "adults",
                    "national": int(schema.region is None),
                    **_estimate_shares(part, schema),
                    "citation": schema.citation or schema.survey,
                }
            )
    constant: dict[str, Any] = {
        "subgroup": 0,
        "credible": 1,
        "base_stated": 1,
        "sample": "probability",
    }
    return pd.DataFrame(rows).assign(**constant)


def check_microdata(frame: pd.DataFrame, schema: Schema) -> None:
    """Hold a file to its schema.

    Raises
    ------
    SourceError
        As :func:`read_microdata`.
    """
    breaches = Breaches(f"microdata of {schema.survey!r}")
    absent = [name for name in schema.columns if name not in frame]
    if absent:
        breaches.add(f"column {name_some(absent)} is absent", remedy="mend the schema")
    known = set(missions.crosswalk()["mission"])
    if schema.mission not in known:
        breaches.add(f"unknown mission {schema.mission!r}", remedy="use its canonical acronym")
    if frame.empty:
        breaches.add("no respondent")
    breaches.raise_as(SourceError)
    weight = pd.to_numeric(frame[schema.weight], errors="coerce").astype(float)
    _note(
        breaches,
        ~(weight > 0) | np.isinf(weight),
        f"{schema.weight!r}: no positive weight",
        remedy="weights above zero; leave out who was not sampled",
    )
    _note(breaches, frame[schema.cluster].isna(), f"{schema.cluster!r}: no cluster")
    dates = pd.to_datetime(frame[schema.date], errors="coerce", format="mixed")
    _note(breaches, dates.isna(), f"{schema.date!r}: no date")
    for name in (schema.wave, schema.region):
        if name:
            _note(breaches, frame[name].isna(), f"{name!r} is missing")
    for item in schema.items:
        _check_item(frame, item, breaches)
    breaches.raise_as(SourceError)
    wave = frame[schema.wave] if schema.wave else dates.dt.to_period("M")
    clusters = frame[schema.cluster].groupby(wave).nunique()
    for name in clusters[clusters < 2].index:
        breaches.add(f"wave {name} has one cluster", remedy="name the primary sampling unit")
    breaches.raise_as(SourceError)


def _check_item(frame: pd.DataFrame, item: Item, breaches: Breaches) -> None:
    declared = [c for side in (*SIDES, "missing") for c in getattr(item, side)]
    twice = sorted({str(code) for code in declared if declared.count(code) > 1})
    if twice:
        breaches.add(f"{item.column!r} declares {name_some(twice)} twice", remedy="one side a code")
    if item.names not in NAMES:
        breaches.add(f"{item.column!r} names {item.names!r}", remedy=f"one of {', '.join(NAMES)}")
    if not item.positive or not item.negative:
        breaches.add(f"{item.column!r} has no code on one side", remedy="declare both")
    values = frame[item.column]
    strange = values.notna() & ~values.isin(declared)
    codes = name_some(sorted({str(v) for v in values[strange]}))
    _note(breaches, strange, f"{item.column!r}: code {codes} is not declared")
    if not values.isin([c for side in SIDES for c in getattr(item, side)]).any():
        breaches.add(f"{item.column!r} holds no answer")


def _note(
    breaches: Breaches, wrong: pd.Series, what: str, *, remedy: str = "mend file or schema"
) -> None:
    if wrong.any():
        rows = name_some(wrong.index[wrong.to_numpy(dtype=bool)].astype(str))
        breaches.add(f"{what} in {int(wrong.sum())} rows: {rows}", remedy=remedy)


def _read_sides(frame: pd.DataFrame, item: Item) -> pd.Series:
    sides = {code: side for side in SIDES for code in getattr(item, side)}
    return frame[item.column].map(sides)


def _estimate_shares(part: pd.DataFrame, schema: Schema) -> dict[str, float]:
    r"""Weighted shares, and the effective number of respondents of the negative one.

    .. math:: n^* = n / d,\quad d = \max(1, \widehat{V}(\hat p) n / (\hat p (1 - \hat p)))

    with the variance of the weighted mean clustered by primary sampling unit (`statsmodels`).
    """
    from statsmodels.regression.linear_model import WLS

    weight: NDArray[np.float64] = part[schema.weight].to_numpy(dtype=float)
    weight = weight / weight.max()  # any unit: sums of very large or very small ones are no numbers
    total = weight.sum()
    shares = {s: float(weight[(part["_side"] == s).to_numpy()].sum() / total) for s in SIDES}
    numbers = {f"percent_{side}": 100 * share for side, share in shares.items()}
    share, n = shares["negative"], len(part)
    against = (part["_side"] == "negative").to_numpy(dtype=float)
    groups = part[schema.cluster].astype("category").cat.codes.to_numpy()
    effect = float("nan")
    if 0 < share < 1 and len(np.unique(groups)) > 1:
        mean = WLS(against, np.ones(len(part)), weights=weight)
        variance = mean.fit(cov_type="cluster", cov_kwds={"groups": groups}).cov_params()[0, 0]
        effect = max(1.0, float(variance) * n / (share * (1 - share)))
    return numbers | {"n": n, "design_effect": effect, "effective_n": n / effect}


def _open(file: pd.DataFrame | Path | str) -> pd.DataFrame:
    if isinstance(file, pd.DataFrame):
        return file
    path = Path(file)
    readers: dict[str, Any] = {
        ".csv": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".dta": pd.read_stata,
    }
    if path.suffix not in readers:
        raise SourceError(
            f"{path.name}: no reader for {path.suffix or 'a file without a suffix'}. "
            f"Remedy: give a frame, or one of {', '.join(readers)}"
        )
    try:
        read: pd.DataFrame = readers[path.suffix](path)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path.name} cannot be read: {error}") from error
    return read
