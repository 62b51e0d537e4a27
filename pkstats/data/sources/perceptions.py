"""Perceptions: published percentages on UN missions, compiled from reports of surveys."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pkstats.data.registry import locate
from pkstats.data.sources import missions
from pkstats.data.sources.compiled_table import COMPILED, read_compiled
from pkstats.data.sources.table import Column, read_table
from pkstats.errors import Breaches, SourceError, name_some

PUBLISHED = "perceptions/published_percentages.csv"
AFROBAROMETER = "perceptions/afrobarometer_mali_r7.csv"
CONFIDENCE = "perceptions/wvs_un_confidence_country_wave.csv"

ROLES = (
    "positive",
    "negative",
    "other",
    "nested",
    "negative part",
    "positive alternative",
    "negative alternative",
)
NAMES = ("mission", "United Nations", "neither")
_DAY = r"(?P<date>\d{4}(?:-\d{2}){0,2})"

RESPONSE_COLUMNS = (
    Column(name="question"),
    Column(name="response"),
    Column(name="item"),
    Column(name="role", values=ROLES),
    Column(name="construct"),
    Column(name="names", values=NAMES),
)
SURVEY_COLUMNS = (
    Column(name="survey"),
    Column(name="name"),
    Column(name="title"),
    Column(name="sample", values=("probability", "non-probability", "convenience", "unknown")),
    Column(name="credible", kind="flag"),
    Column(name="note", blank=True),
)
PERIOD_COLUMNS = (
    Column(name="mission"),
    Column(name="resolution", kind="integer", minimum=1),
    Column(name="start", kind="date", minimum="1990-01-01"),
    Column(name="end", kind="date", blank=True, minimum="1990-01-01"),
    Column(name="citation"),
)
COUNTRY_COLUMNS = (
    Column(name="label"),
    Column(name="country", kind="integer", minimum=2, maximum=990),
    Column(name="citation"),
    Column(name="note", blank=True),
)


def read(raw: Path) -> pd.DataFrame:
    """Read the published percentages.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    pandas.DataFrame, shape (112, 21)
        ``line mission region population survey question response percent n citation url n_scope
        start start_precision end end_precision latest item role construct names``: one row a
        published percentage, as printed, with the line of the file. ``n`` is missing where no size
        of that sample is published; ``n_scope`` is "national" where the printed size is that of
        the whole sample and not of the region. Dates are first days at the precision "year",
        "month" or "day"; ``end`` is missing where only a day of publication is known; ``latest``:
        the last day on which fieldwork can have ended. The coding of the responses comes from
        data/compiled/survey_responses.csv.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a survey or a response is not coded.
    """
    return parse(locate(raw, PUBLISHED))


def parse(path: Path) -> pd.DataFrame:
    """Read the percentages from a path without checking its hash; as :func:`read`."""
    remedy = "add it to data/compiled with a citation"
    columns = (
        Column(name="mission", values=set(missions.crosswalk()["mission"]), remedy=remedy),
        Column(name="region"),
        Column(name="population_group", rename="population"),
        Column(name="survey", values=set(surveys()["survey"]), remedy=remedy),
        Column(name="question"),
        Column(name="response_category", rename="response"),
        Column(name="percent", kind="number", minimum=0, maximum=100),
        Column(name="n", blank=True),
        Column(name="fieldwork_start"),
        Column(name="fieldwork_end"),
        Column(name="source_citation", rename="citation"),
        Column(name="source_url", rename="url", blank=True),
    )
    table = read_table(path, columns).reset_index()
    breaches = Breaches(path.name)
    table = _split_size(table, breaches)
    for edge in ("start", "end"):
        table = _split_date(table, edge, breaches)
    coded = table.merge(responses(), on=["question", "response"], how="left", validate="m:1")
    for row in coded[coded["role"].isna()].itertuples():
        breaches.add(
            f"line {row.line}: response {row.response!r} to {row.question!r} is not coded",
            remedy="code it in data/compiled/survey_responses.csv",
        )
    late = coded["end"] < coded["start"]
    if late.any():
        breaches.add(f"fieldwork ends before it starts (line {name_some(coded['line'][late])})")
    breaches.raise_as(SourceError)
    return coded


def _split_size(table: pd.DataFrame, breaches: Breaches) -> pd.DataFrame:
    parts = table["n"].str.extract(r"^(?P<size>\d+)(?: (?P<scope>national))?$")
    bad = table["n"].notna() & parts["size"].isna()
    if bad.any():
        breaches.add(f"column 'n' is no size of a sample (line {name_some(table['line'][bad])})")
    size = pd.to_numeric(parts["size"]).astype("Int64")
    return table.assign(n=size, n_scope=parts["scope"])


def _split_date(table: pd.DataFrame, edge: str, breaches: Breaches) -> pd.DataFrame:
    name = f"fieldwork_{edge}"
    parts = table[name].str.extract(rf"^{_DAY}(?P<published> \(publication[^)]*\))?$")
    date = parts["date"]
    layouts = {4: ("year", "%Y"), 7: ("month", "%Y-%m"), 10: ("day", "%Y-%m-%d")}
    when = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]")
    precision = pd.Series(pd.NA, index=table.index, dtype="str")
    for length, (label, layout) in layouts.items():
        chosen = date.str.len() == length
        found = pd.to_datetime(date.where(chosen), format=layout, errors="coerce")
        when = when.fillna(found.astype("datetime64[us]"))
        precision = precision.mask(chosen, label)
    bad = when.isna() | ~when.dt.year.between(1990, 2026)
    if bad.any():
        breaches.add(f"column {name!r} is no date (line {name_some(table['line'][bad])})")
    published = parts["published"].notna()
    table = table.drop(columns=name).assign(
        **{edge: when.mask(published), f"{edge}_precision": precision.mask(published)}
    )
    if edge == "end":
        return table.assign(latest=_end_of(when, precision))
    return table


def _end_of(when: pd.Series, precision: pd.Series) -> pd.Series:
    """Last day of a year, month or day."""
    year = when + pd.offsets.YearEnd(0)
    month = when + pd.offsets.MonthEnd(0)
    return when.mask(precision == "month", month).mask(precision == "year", year)


def read_afrobarometer(raw: Path) -> pd.DataFrame:
    """Read the weighted percentages of Afrobarometer round 7 in Mali.

    Returns
    -------
    pandas.DataFrame
        ``line group item response percent n``.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema.
    """
    return parse_afrobarometer(locate(raw, AFROBAROMETER))


def parse_afrobarometer(path: Path) -> pd.DataFrame:
    """Read round 7 from a path without checking its hash; as :func:`read_afrobarometer`."""
    answers = ("Not useful", "A little useful", "Somewhat useful", "Very useful", "Refused")
    columns = (
        Column(name="group"),
        Column(name="item"),
        Column(name="response", values=(*answers, "Don't know")),
        Column(name="pct_weighted", rename="percent", kind="number", minimum=0, maximum=100),
        Column(name="n", kind="integer", minimum=1),
    )
    return read_table(path, columns, unique=["group", "item", "response"]).reset_index()


def read_confidence(raw: Path) -> pd.DataFrame:
    """Read confidence in the United Nations by country and wave (World Values Survey).

    Returns
    -------
    pandas.DataFrame
        ``line wave label country year n percent``: Gleditsch-Ward number, missing where the place
        was no state in that year; percent confident.

    Raises
    ------
    SourceError
        The file is missing, altered or not of its schema; a country is not in the crosswalk.
    """
    return parse_confidence(locate(raw, CONFIDENCE))


def parse_confidence(path: Path) -> pd.DataFrame:
    """Read confidence from a path without checking its hash; as :func:`read_confidence`."""
    places = read_compiled(
        COMPILED / "confidence_countries.csv", COUNTRY_COLUMNS, unique=("label",)
    )
    columns = (
        Column(name="wave", kind="integer", minimum=1, maximum=7),
        Column(name="country", rename="label", values=set(places["label"])),
        Column(name="year", kind="integer", minimum=1981, maximum=2024),
        Column(name="n_complete_case", rename="n", kind="integer", minimum=1),
        Column(name="pct_confident_un", rename="percent", kind="number", minimum=0, maximum=100),
    )
    table = read_table(path, columns, unique=["label", "year"]).reset_index()
    country = table["label"].map(places.set_index("label")["country"]).astype("Int64")
    before = table["year"] < 2006
    country = country.mask(before & (table["label"] == "Serbia"), 345)
    return table.assign(country=country.mask(before & (table["label"] == "Montenegro")))


def responses() -> pd.DataFrame:
    """List the coding of every response: ``question response item role construct names``.

    ``role``: positive, negative or other for the mission; nested in a response printed beside it;
    part: the strongest category of its side alone; alternative: another report of the same figure.
    """
    return read_compiled(
        COMPILED / "survey_responses.csv", RESPONSE_COLUMNS, unique=("question", "response")
    )


def surveys() -> pd.DataFrame:
    """List the surveys: ``survey name title sample credible note``."""
    return read_compiled(COMPILED / "surveys.csv", SURVEY_COLUMNS, unique=("survey",))


def mandate_periods() -> pd.DataFrame:
    """List the mandates in force during the surveys: ``mission resolution start end citation``."""
    return read_compiled(
        COMPILED / "mandate_periods.csv", PERIOD_COLUMNS, unique=("mission", "resolution")
    )
