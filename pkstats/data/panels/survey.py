"""Survey: published percentages on UN missions, one row a survey, item and population."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pkstats.data.panels.assembly import assemble_panel
from pkstats.data.panels.panel import Panel
from pkstats.data.sources import missions, perceptions

NAME = "survey"
KEY = ["survey", "item", "region", "population"]
DESIGN_EFFECT = 2.0  # no source publishes its own
BASE = " (base of the reproach question not stated"
SIDES = ("positive", "negative", "other")

AFROBAROMETER: dict[str, Any] = {
    "survey": "Afrobarometer, round 7",
    "mission": "MINUSMA",
    "item": "useful for regaining unity",
    "construct": "effectiveness",
    "names": "mission",
    "sample": "probability",
    "credible": 1,
    "citation": "Afrobarometer, Mali, round 7 (2017), question 81b, weighted; Afrobarometer data",
    "url": "https://www.afrobarometer.org/countries/mali/",
    "year": 2017,
}
AFROBAROMETER_ITEM = "Q81b_MLI. Helping regain unity: UN mission in Mali"
USEFUL = {
    "Somewhat useful": "positive",
    "Very useful": "positive",
    "Not useful": "negative",
    "A little useful": "negative",
    "Refused": "other",
    "Don't know": "other",
}
CONFIDENCE: dict[str, Any] = {
    "item": "confidence in the United Nations",
    "construct": "trust",
    "names": "United Nations",
    "region": "national",
    "population": "adults",
    "sample": "probability",
    "credible": 1,
    "url": "https://www.worldvaluessurvey.org",
}


def build(raw: Path) -> Panel:
    """Build the panel of surveys from raw sources.

    Parameters
    ----------
    raw : Path
        Folder of the raw sources.

    Returns
    -------
    Panel
        One row a survey, item and population; columns as in the codebook. Responses nested in a
        printed sum are left to the sum, parts of one side are added up, a second report of the
        same figure stands beside the first.

    Raises
    ------
    SourceError
        A raw file is missing, altered or not of its schema.
    """
    frame = pd.concat(
        [
            collapse_responses(perceptions.read(raw)),
            collapse_afrobarometer(perceptions.read_afrobarometer(raw)),
            shape_confidence(perceptions.read_confidence(raw)),
        ],
        ignore_index=True,
    )
    frame = join_hosts(join_mandate_periods(frame))
    frame["effective_n"] = (frame["n"].astype("Float64") / DESIGN_EFFECT).round(1)
    frame["effective_n"] = frame["effective_n"].where(frame["base_stated"] == 1)
    frame["design_effect"] = DESIGN_EFFECT
    frame["row"] = frame[KEY].agg(": ".join, axis=1)
    for name in ("national", "subgroup", "partial", "credible", "base_stated", "mission_active"):
        frame[name] = frame[name].astype("Int8")
    for name in [f"percent_{side}" for side in (*SIDES, "alternative")] + ["effective_n"]:
        frame[name] = frame[name].astype("float64")
    return assemble_panel(frame, NAME)


def collapse_responses(published: pd.DataFrame) -> pd.DataFrame:
    """Collapse published percentages to one row a survey, item and population.

    Parameters
    ----------
    published : pandas.DataFrame
        As :func:`pkstats.data.sources.perceptions.read`.

    Returns
    -------
    pandas.DataFrame
        ``percent_positive percent_negative percent_other``: sums of the responses of a side, a
        printed sum before its parts; ``percent_alternative``: a second report of the positive or
        negative share; ``partial``: the side holds its strongest category alone; n, dates,
        citations; ``lines``: lines of the raw file.
    """
    key = [*KEY, "start"]
    same = [*key, "response"]
    repeated = published.duplicated(same) & (published["role"] != "nested")
    role = published["role"].mask(repeated, published["role"] + " alternative")
    table = published.assign(side=role.str.split().str[0], second=role.str.contains("alternative"))
    frame = pd.DataFrame([_collapse(part) for _, part in table.groupby(key, sort=True)])
    about = perceptions.surveys()[["survey", "name", "title", "sample", "credible"]]
    frame = frame.merge(about, on="survey", how="left", validate="m:1")
    frame["citation"] = frame["title"] + "; " + frame["citation"]
    return frame.assign(survey=frame["name"]).drop(columns=["name", "title"])


def _collapse(part: pd.DataFrame) -> dict[str, Any]:
    main = part[~part["second"]]
    shares = {
        f"percent_{side}": round(main.loc[main["side"] == side, "percent"].sum(min_count=1), 1)
        for side in SIDES
    }
    second = part.loc[part["second"], "percent"]
    first = part.iloc[0]
    sized = part["n"].where(part["n_scope"].isna()).dropna()
    return {
        "survey": first["survey"],
        "item": first["item"],
        "region": first["region"],
        "population": first["population"].split(BASE)[0],
        **shares,
        "percent_alternative": second.iloc[0] if len(second) else float("nan"),
        "partial": int((main["role"] == "negative part").any()),
        "mission": first["mission"],
        "construct": first["construct"],
        "names": first["names"],
        "month": first["start"],
        "date_precision": first["start_precision"],
        "fieldwork_end": first["end"],
        "latest": first["latest"],
        "n": sized.iloc[0] if len(sized) else pd.NA,
        "base_stated": int(BASE not in first["population"]),
        "national": int(first["region"].startswith("national")),
        "subgroup": int(not first["population"].startswith(("adults", "households"))),
        "citation": " | ".join(dict.fromkeys(part["citation"])),
        "url": " | ".join(dict.fromkeys(part["url"].dropna())) or pd.NA,
        "lines": ";".join(map(str, part["line"])),
    }


def collapse_afrobarometer(table: pd.DataFrame) -> pd.DataFrame:
    """Collapse round 7 in Mali to the nation, its regions and town and country.

    Ethnic groups are left out: their samples go down to one respondent.
    """
    kept = table[table["group"].str.startswith(("National", "REGION=", "URBRUR="))]
    kept = kept[kept["item"] == AFROBAROMETER_ITEM]
    kept = kept.assign(side=kept["response"].map(USEFUL))
    rows = []
    for group, part in kept.groupby("group", sort=True):
        shares = part.groupby("side")["percent"].sum().round(1)
        place, _, name = str(group).rpartition("=")
        rows.append(
            {
                **{k: v for k, v in AFROBAROMETER.items() if k != "year"},
                **{f"percent_{side}": shares.get(side, 0.0) for side in SIDES},
                "region": name.capitalize() if place == "REGION" else "national",
                "population": f"adults, {name.lower()}" if place == "URBRUR" else "adults",
                "n": part["n"].iloc[0],
                "national": int(place != "REGION"),
                "subgroup": int(place == "URBRUR"),
                "lines": ";".join(map(str, part["line"])),
            }
        )
    return pd.DataFrame(rows).assign(
        **_date_year(pd.Series(AFROBAROMETER["year"], range(len(rows))))
    )


def shape_confidence(table: pd.DataFrame) -> pd.DataFrame:
    """Confidence in the United Nations by country and wave; no mission is named."""
    shaped = table[["n", "country"]].assign(
        **CONFIDENCE,
        survey="World Values Survey, wave " + table["wave"].astype(str) + ", " + table["label"],
        percent_positive=table["percent"],
        citation="World Values Survey, wave "
        + table["wave"].astype(str)
        + ", "
        + table["label"]
        + " "
        + table["year"].astype(str)
        + ", complete cases",
        national=1,
        subgroup=0,
        lines=table["line"].astype(str),
    )
    return shaped.assign(**_date_year(table["year"]))


def _date_year(year: pd.Series) -> dict[str, Any]:
    first = pd.to_datetime(year.astype(str) + "-01-01").astype("datetime64[us]")
    return {
        "month": first,
        "date_precision": "year",
        "latest": first + pd.offsets.YearEnd(0),
        "base_stated": 1,
        "partial": 0,
    }


def join_mandate_periods(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the mandate in force where all of the possible fieldwork lies within one mandate."""
    periods = perceptions.mandate_periods().rename(
        columns={"resolution": "mandate_resolution", "start": "mandate_start", "end": "mandate_end"}
    )
    numbered = frame.reset_index(names="number")
    pairs = numbered[["number", "mission", "month", "latest"]].merge(
        periods.drop(columns="citation"), on="mission"
    )
    inside = (pairs["month"] >= pairs["mandate_start"]) & (
        pairs["mandate_end"].isna() | (pairs["latest"] <= pairs["mandate_end"])
    )
    found = pairs[inside].sort_values("mandate_start").drop_duplicates("number", keep="last")
    kept = ["number", "mandate_resolution", "mandate_start", "mandate_end"]
    joined = numbered.merge(found[kept], on="number", how="left", validate="1:1")
    return joined.drop(columns="number")


def join_hosts(frame: pd.DataFrame) -> pd.DataFrame:
    """Add host and country of the mission, and whether the mission was active."""
    table = missions.crosswalk().set_index("mission")
    window = table[["start", "end", "host", "country"]]
    joined = frame.join(window.rename(columns={"country": "host_country"}), on="mission")
    active = (joined["latest"] >= joined["start"]) & (
        joined["end"].isna() | (joined["month"] <= joined["end"])
    )
    country = joined["country"].astype("Int64").fillna(joined["host_country"])
    return joined.assign(
        country=country,
        mission_active=active.astype("Int8").mask(joined["mission"].isna()),
        month=joined["month"].dt.to_period("M").dt.start_time.astype("datetime64[us]"),
        n=joined["n"].astype("Int64"),
    )
