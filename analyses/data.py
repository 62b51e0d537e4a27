"""Data: the values that each source must show, counted again from raw and from the panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import statsmodels.api as sm

from pkstats.data import registry
from pkstats.data.panels import read
from pkstats.data.panels.splice import splice_personnel, sum_contributors
from pkstats.data.registry import CHECKOUT, find_shipped
from pkstats.data.sources import (
    aid_workers,
    contributors,
    contributors_ipi,
    contributors_missions,
    contributors_un,
    fatalities,
    perceptions,
    personnel,
    resolutions,
    tamm,
)
from pkstats.results import find_table, read_table, write_table

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN_NATIONALITY = "ZZ [Undetermined]"
HENKE = "henke_fatalities/henke.dta"
REFERENCE = CHECKOUT / "analyses" / "results" / "data_acceptance.csv"
WORLD = ["state_based_deaths", "non_state_deaths", "one_sided_deaths"]
PUBLISHED_MODEL = [
    "un_troops_lag1",
    "un_police_lag1",
    "un_observers_lag1",
    "battle_deaths_lag1",
    "civilians_killed_lag1_any",
    "incompatibility",
    "episode_duration_months",
    "population_log",
]


def main(*, panels: Path, results: Path) -> None:
    """Write ``data_acceptance.csv``: every acceptance value, expected and found.

    Parameters
    ----------
    panels : Path
        Folder of the panels.
    results : Path
        Receives ``data_acceptance.csv``. Values that only raw files can tell are counted from
        them; where raw files are absent they are those of the committed reference.
    """
    declared = pd.read_csv(find_shipped("compiled/acceptance.csv"), dtype=str).fillna("")
    raw = registry.raw_folder()
    from_panels = count_panels(panels)
    committed = read_table(REFERENCE.parent, "acceptance", prefix="data")
    before = dict(zip(committed["key"], committed["found"], strict=True))
    from_raw = count_raw(raw) if (raw / fatalities.NAME).is_file() else {}
    found = {key: str(value) for key, value in {**before, **from_raw, **from_panels}.items()}
    table = declared.assign(
        found=declared["key"].map(found),
        counted_in=declared["key"].isin(list(from_panels)).map({True: "panel", False: "raw"}),
    )
    table["agrees"] = (table["found"] == table["expected"]).map({True: "yes", False: "no"})
    contract = find_table("acceptance", prefix="data").table
    write_table(table[list(contract.names)], contract, results)


def count_raw(raw: Path) -> dict[str, Any]:
    """Values that only the raw files can tell, by key."""
    return {
        **count_fatalities(raw),
        **(count_henke(raw) if (raw / HENKE).is_file() else {}),  # no panel is built from it
        **count_texts(raw),
        **count_personnel(raw),
        **count_contributors(raw),
        **count_contributor_missions(raw),
        **count_others(raw),
    }


def count_fatalities(raw: Path) -> dict[str, Any]:
    """Count the casualty list, rows as they stand."""
    written = pd.read_csv(raw / fatalities.NAME, nrows=1)
    rows = fatalities.parse(raw / fatalities.NAME)
    unique = fatalities.read(raw)
    hostile = unique[unique["type"] == "Malicious Act"]
    recent = hostile[hostile["date"] >= "1999-01-01"]
    blank = rows.loc[rows["iso3"].isna(), "nationality"]
    missions = {m: unique["label"] == m for m in ("MINUSMA", "UNIFIL")}
    semuliki = hostile[(hostile["date"] == "2017-12-07") & (hostile["label"] == "MONUSCO")]
    canal = unique[(unique["date"] == "2003-08-19") & (unique["label"] == "UNOHCI")]
    minusma = hostile[hostile["label"] == "MINUSMA"]
    by_year = minusma.groupby(minusma["date"].dt.year).size()
    named = {**rows["type"].value_counts(), **rows["personnel"].value_counts()}
    return {
        "fatalities_rows": len(rows),
        "fatalities_columns": written.shape[1],
        "fatalities_first": rows["date"].min().date(),
        "fatalities_last": rows["date"].max().date(),
        "fatalities_acronyms": rows["label"].nunique(),
        **{f"fatalities_{_write_key(name)}": count for name, count in named.items()},
        "fatalities_malicious": named["Malicious Act"],
        "fatalities_unique": unique["casualty_id"].nunique(),
        "fatalities_malicious_uniformed": int(hostile["uniformed"].sum()),
        "fatalities_known_country_without_code": int(
            blank.where(blank != UNKNOWN_NATIONALITY).notna().sum()
        ),
        "minusma_malicious_by_year": ";".join(map(str, by_year)),
        **{f"{m.lower()}_deaths": int(rows_of.sum()) for m, rows_of in missions.items()},
        **{f"{m.lower()}_malicious": int((hostile["label"] == m).sum()) for m in missions},
        "semuliki_military": int((semuliki["personnel"] == "Military").sum()),
        "canal_hotel": len(canal),
        "malicious_since_1999": len(recent),
        "malicious_uniformed_since_1999": int(recent["uniformed"].sum()),
    }


def _write_key(name: str) -> str:
    return name.lower().replace(" ", "_").replace("-", "_")


def count_henke(raw: Path) -> dict[str, Any]:
    """Compare the casualty list with the earlier compilation, to June 2015."""
    henke = pd.read_stata(registry.locate(raw, HENKE))
    deaths = fatalities.read(raw)
    ours = deaths[deaths["date"] < "2015-07-01"]
    hostile = ours["type"] == "Malicious Act"
    key = ["label", "year", "month"]
    label = henke["Mission"].replace({"UN Secretariat": "UNSecretariat"})
    theirs = henke.assign(label=label, year=henke["Year"], month=henke["Month"])
    here = ours.assign(year=ours["date"].dt.year, month=ours["date"].dt.month, hostile=hostile)
    sums = [theirs.groupby(key)["Malicious"].sum(), here.groupby(key)["hostile"].sum()]
    joined = pd.concat(sums, axis=1).fillna(0)
    equal = (joined["Malicious"] == joined["hostile"]).mean()
    return {
        "henke_deaths": int(henke["Total"].sum()),
        "henke_deaths_here": len(ours),
        "henke_malicious": int(henke["Malicious"].sum()),
        "henke_malicious_here": int(hostile.sum()),
        "henke_mission_months": len(joined),
        "henke_equal_percent": round(100 * equal, 1),
    }


def count_texts(raw: Path) -> dict[str, Any]:
    """Count texts of resolutions and the tasks coded by others."""
    texts = resolutions.read_sources(raw).drop_duplicates(["resolution", "source"])
    coded = tamm.read(raw)
    files = list(resolutions.read_members(raw / resolutions.XML_FOLDER, ".xml"))
    plain = texts["source"] == "plain"
    return {
        "xml_files": len(files),
        "xml_resolutions": int((texts["source"] == "xml").sum()),
        "plain_files": int(plain.sum()),
        "tamm_rows": len(coded),
        "tamm_columns": pd.read_csv(raw / tamm.NAME, nrows=1).shape[1],
        "tamm_missions": coded["label"].nunique(),
        "tamm_resolutions": coded["resolution"].nunique(),
    }


def count_personnel(raw: Path) -> dict[str, Any]:
    """Count mission-months of personnel."""
    ipi = personnel.read_ipi(raw)
    strength = personnel.read_strength(raw)
    peaks = ipi.groupby("label")["total"].max()
    named = [
        "UNPROFOR",
        "UNOSOM",
        "UNAMID",
        "MONUSCO",
        "MONUC",
        "UNTAC",
        "UNMISS",
        "MINUSTAH",
        "MINUSCA",
    ]
    return {
        "ipi_rows": len(ipi),
        "ipi_labels": ipi["label"].nunique(),
        **{f"ipi_peak_{m.lower()}": int(peaks[m]) for m in named},
        "strength_rows": len(strength),
        "strength_missions": strength["label"].nunique(),
        **{f"strength_{name}": n for name, n in strength["source"].value_counts().items()},
    }


def count_contributors(raw: Path) -> dict[str, Any]:
    """Count personnel by contributor."""
    reports = personnel.read_contributions(raw)
    gender = contributors_ipi.read_gender(raw)
    december = reports[reports["month"].dt.month == 12]
    by_year = december.groupby(december["month"].dt.year)["total"].sum()
    return {
        "contributions_rows": len(reports),
        "contributions_months": reports["month"].nunique(),
        "contributions_missions": reports["label"].nunique(),
        "contributions_contributors": contributors.assign(reports["contributor"]).nunique(),
        **{f"december_{year}": int(total) for year, total in by_year.items()},
        "gender_rows": len(gender),
        "gender_missions": gender["label"].nunique(),
        "gender_contributors": gender["contributor"].nunique(),
        "gender_women_percent": round(100 * gender["female"].sum() / gender["total"].sum(), 1),
    }


def count_contributor_missions(raw: Path) -> dict[str, Any]:
    """Compare the table of contributors and missions with the other sources of personnel."""
    written = pd.read_csv(raw / contributors_missions.NAME, dtype=str, keep_default_na=False)
    table = contributors_missions.read(raw)
    sums = sum_contributors(table).merge(
        splice_personnel(raw), on=["mission", "month"], suffixes=("", "_known")
    )
    sums = sums[sums["source_known"] != "un_mission_contributor"]

    def compare(first: str, last: str) -> pd.Series:
        months = sums[sums["month"].between(f"{first}-01", f"{last}-01")]
        return months["total"] == months["total_known"]

    spans = {
        "before_2009_11": ("1990-11", "2009-10"),
        "2017_09_to_2018_02": ("2017-09", "2018-02"),
        "2019_09": ("2019-09", "2019-09"),
        "2019_10_to_2020_02": ("2019-10", "2020-02"),
    }
    halved = compare("2009-11", "2017-03")
    counts = {name: compare(*span) for name, span in spans.items()}
    return {
        "contributor_missions_rows": len(table),
        "contributor_missions_labels": table["label"].nunique(),
        "contributor_missions_names": written["Contributor"].nunique(),
        "contributor_missions_first": f"{table['month'].min():%Y-%m}",
        "contributor_missions_last": f"{table['month'].max():%Y-%m}",
        **{
            f"contributor_missions_equal_{name}": _write_part(equal)
            for name, equal in counts.items()
        },
        "contributor_missions_equal_to_2017_03_percent": round(100 * halved.mean(), 1),
        "contributor_missions_compared_to_2017_03": len(halved),
        "contributor_missions_margins": _write_part(meet_margins(table, raw)),
    }


def meet_margins(table: pd.DataFrame, raw: Path) -> pd.Series:
    """Whether each contributor-month has the troops, police and experts that the UN printed."""
    parts = {"staff_officer": "troops", "individual_police": "police", "fpu": "police"}
    printed = contributors_un.read_without_missions(raw).replace({"type": parts})
    key = ["month", "contributor"]
    there = printed.pivot_table(
        index=key, columns="type", values="total", aggfunc="sum", fill_value=0
    )
    here = table.groupby(key)[list(there.columns)].sum().reindex(there.index)
    return (here == there).all(axis=1)


def _write_part(holds: pd.Series) -> str:
    return f"{int(holds.sum())} of {len(holds)}"


def count_others(raw: Path) -> dict[str, Any]:
    """Count attacks on aid workers and published percentages."""
    incidents = aid_workers.read(raw)
    year = incidents[incidents["year"] == 2024]
    published = perceptions.read(raw)
    return {
        "aid_worker_incidents": len(incidents),
        "aid_worker_without_code": int(incidents["code"].isin(["", "NA"]).sum())
        + int(incidents["code"].isna().sum()),
        "aid_worker_without_month": int(incidents["month"].isna().sum()),
        "aid_worker_killed_2024": int(year["killed"].sum()),
        "aid_worker_affected_2024": int(year["affected"].sum()),
        "survey_percentages": len(published),
        "survey_mali": int((published["mission"] == "MINUSMA").sum()),
    }


def count_panels(panels: Path) -> dict[str, Any]:
    """Values that the panels tell, by key."""
    months = read(panels, "country_month").frame
    excluded = pd.read_csv(panels / "excluded_deaths.csv")
    errors = pd.read_csv(panels / "reconstruction_error.csv")
    medians = errors.loc[errors["part"] == "quarter", "median_percent"]
    sums = months[WORLD].sum(axis=1).groupby(months["month"].dt.year).sum()
    rwanda = months[(months["country"] == 517) & (months["month"].dt.year == 1994)]
    sides = {side: months[f"one_sided_{side}_deaths"].sum() for side in ("government", "non_state")}
    total = months["one_sided_deaths"].sum()
    return {
        **{f"ucdp_{year}": round(sums[year] / 1000) for year in (1994, 2021, 2022, 2024)},
        "rwanda_1994": int(rwanda["one_sided_deaths"].sum()),
        "one_sided_total": int(total),
        **{f"one_sided_{side}": int(deaths) for side, deaths in sides.items()},
        "one_sided_unknown": int(total - sum(sides.values())),
        "reconstruction_median_percent": f"{medians.min():.1f}-{medians.max():.1f}",
        "outside_deaths": int(excluded.loc[excluded["reason"] != "before 1990", "deaths"].sum()),
        **count_published_model(read(panels, "hks2013").frame),
    }


def count_published_model(frame: pd.DataFrame) -> dict[str, Any]:
    """Fit the published Poisson model on its complete rows."""
    rows = frame[["civilians_killed", *PUBLISHED_MODEL]].dropna().astype("float64")
    design = sm.add_constant(rows[PUBLISHED_MODEL])
    fit = sm.GLM(rows["civilians_killed"], design, family=sm.families.Poisson()).fit()
    return {
        "hks_rows": len(frame),
        "hks_conflicts": frame["conflict_id"].nunique(),
        "hks_complete": len(rows),
        "hks_deviance": round(fit.deviance),
        "hks_aic": round(fit.aic),
    }
