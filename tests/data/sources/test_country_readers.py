"""Readers of country tables: what the releases hold, and what a bad file is told."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import (
    armed_conflict,
    country_series,
    coups,
    displacement,
    dyads,
    organized_violence,
    vdem,
)
from pkstats.errors import SourceError

DYADS = (
    "dyad_id,type,year,month,events,deaths,provisional\n"
    "939,os,1994,4,120,731615,0\n406,sb,1990,5,1,1,0\n18623,os,2026,1,3,200,1\n"
)
YEARS = (
    "country_id_cy,year_cy,os_any_govt_killings_best_cy,os_nsgroup_killings_best_cy,"
    "os_total_deaths_best_cy,os_dyad_ids_cy,os_dyad_names_cy\n"
    "645,2016,114,2289,2403,948; 973,Government of Iraq - Civilians; IS - Civilians\n"
    "220,2016,0,0,0,NO_DYAD,NO_DYAD\n"
)
COUPS = "gwno,year,attempts,successes\n432,2012,2,1\n432,2013,0,0\n"
INTENSITY = (
    "gwno,country,region,year,main_system,acd_intensity,sb_deaths,ns_deaths,os_deaths\n"
    "432,Mali,Africa,2013,1,1,5,6,7\n396,Abkhazia,Europe,2013,0,0,,,\n"
)
POPULATION = "gwno,year,population\n432,2022,22000000\n432,2023,23000000\n432,2024,23000000\n"
INCOME = (
    "geo,time,gdppercapita_us_inflation_adjusted\nmli,1988,700\nmli,2020,750.5\nabw,2020,9000\n"
)


def parse_income(path):
    return country_series.parse(path, "gdp_per_capita")


READERS = {
    "dyads": (dyads.parse, DYADS),
    "years": (organized_violence.parse, YEARS),
    "coups": (coups.parse, COUPS),
    "intensity": (armed_conflict.parse, INTENSITY),
    "population": (country_series.parse_population, POPULATION),
    "income": (parse_income, INCOME),
}


def test_samples_read(write):
    found = {k: parse(write(text)) for k, (parse, text) in READERS.items()}
    assert found["dyads"]["deaths"].tolist() == [731_615, 1]  # 2026 is provisional
    assert found["years"].loc[0, "actors"] == ("Government of Iraq", "IS")
    assert found["years"]["dyads"].tolist() == [(948, 973), ()]
    assert found["intensity"]["observed"].tolist() == [True, False]
    assert found["population"]["year"].max() == 2023
    assert found["income"].to_dict("records") == [
        {"country": 432, "year": 2020, "gdp_per_capita": 750.5}
    ]


@pytest.mark.parametrize(
    ("reader", "before", "after", "part"),
    [
        ("dyads", ",os,1994", ",ox,1994", "'type' has unknown values in 1 rows: 'ox'"),
        ("dyads", "406,sb,1990,5", "939,os,1994,4", "repeats in 2 rows"),
        ("dyads", "1990,5", "1990,13", "'month' is above 12"),
        ("dyads", "deaths", "fatalities", "column deaths is missing"),
        ("years", "948; 973", "948", "as many dyads as names"),
        ("years", "948; 973", "948; x", "dyads unreadable"),
        ("years", "IS - Civilians", "IS - Others", "actors unreadable"),
        ("years", ",2289,", ",2288,", "the sides do not sum"),
        ("coups", "2,1\n", "2,3\n", "more successes than attempts"),
        ("coups", "2013,0,0", "2013,0", "truncated"),
        ("intensity", "1,5,6,7", "3,5,6,7", "'acd_intensity' is above 2"),
        ("intensity", "0,0,,,", "0,0,1,,", "deaths of some types only"),
        ("population", "22000000", "-1", "'population' is below 1"),
        ("income", "abw", "qqq", "unknown country codes QQQ"),
        ("income", "750.5", "inf", "is no number"),
    ],
)
def test_bad_input_is_named(write, reader, before, after, part):
    parse, text = READERS[reader]
    assert before in text
    with pytest.raises(SourceError, match=rf"(?s)table\.csv.*{part}"):
        parse(write(text.replace(before, after, 1)))


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    reader=st.sampled_from(sorted(READERS)),
    start=st.integers(0, 400),
    length=st.integers(0, 30),
    new=st.one_of(st.binary(max_size=10), st.sampled_from([b",", b"\n", b"1e9", b"nan", b"; "])),
)
def test_any_edit_gives_a_valid_frame_or_one_error(write, reader, start, length, new):
    parse, text = READERS[reader]
    content = text.encode()
    edited = content[:start] + new + content[start + length :]
    path = write(edited, "fuzzed_table.csv")
    try:
        frame = parse(path)
    except SourceError:
        return
    key = [c for c in ("dyad", "type", "month", "country", "year") if c in frame]
    assert isinstance(frame, pd.DataFrame) and not frame.duplicated(key).any()
    if "deaths" in frame:
        assert (frame["deaths"] >= 0).all()


def test_release_of_the_dyads(raw):
    found = dyads.read(raw)
    assert found.groupby("type").size().to_dict() == {
        "non_state": 10_500, "one_sided": 14_090, "state_based": 18_392,
    }  # fmt: skip
    assert found.loc[found["type"] == "one_sided", "deaths"].sum() == 1_273_539


def test_release_of_the_country_years(raw):
    found = organized_violence.read(raw)
    assert len(found) == 6_936 and found["year"].max() == 2024
    assert found["government_deaths"].sum() == 943_263
    assert found["non_state_deaths"].sum() == 249_752


def test_coups_are_known(raw):
    found = coups.read(raw)
    assert len(found) == 12_384
    done = found[found["coup_successes"] > 0].set_index(["country", "year"]).index
    for event in [(432, 2012), (432, 2020), (432, 2021), (436, 2023), (481, 2023), (651, 2013)]:
        assert event in done  # Mali, Niger, Gabon, Egypt


def test_population_repeats_2023_from_then_on(raw):
    """The reason for which the reader ends in 2023."""
    table = pd.read_csv(raw / country_series.POPULATION)
    wide = table.pivot(index="gwno", columns="year", values="population")
    assert (wide[2024] == wide[2023]).all() and (wide[2025] == wide[2023]).all()
    assert (wide[2023] != wide[2022]).mean() > 0.98
    assert country_series.read_population(raw)["year"].max() == 2023


def test_windows_of_the_series(raw):
    last = {name: country_series.read(raw, name)["year"].max() for name in country_series.SERIES}
    assert last == {"gdp_per_capita": 2024, "infant_mortality": 2015, "aid_received": 2023}
    income = country_series.read(raw, "gdp_per_capita")
    south_sudan = income.loc[income["country"] == 626, "year"]
    assert south_sudan.agg(["min", "max"]).tolist() == [2008, 2015]
    assert {520, 439} <= set(income["country"])  # Somalia and Burkina Faso, lost elsewhere


@pytest.fixture(scope="module")
def displaced(raw):
    return displacement.read(raw).set_index(["country", "year"])


@pytest.mark.slow
def test_displacement_is_known(displaced):
    assert 6.0e6 < displaced.loc[(652, 2022), "refugees_from"] < 7.0e6  # Syria
    assert displaced.loc[(640, 2020), "refugees_hosted"] > 3.5e6  # Turkey
    assert displaced.loc[(625, 2024), "internally_displaced"] > 9e6  # Sudan
    assert displaced.index.is_unique


def test_vdem(raw):
    found = vdem.read(raw)
    assert found["year"].agg(["min", "max"]).tolist() == [1989, 2024]
    late = found[found["year"] == 2024]
    assert late["electoral_democracy"].notna().all() and late["civil_liberties"].isna().all()
    row = found.set_index(["country", "year"])["electoral_democracy"]
    assert row[(432, 2011)] == 0.604 and row[(432, 2013)] == 0.326  # Mali, coup of 2012
    assert {340, 345} <= set(found["country"])
