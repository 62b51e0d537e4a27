"""YAML lists and R frames of a declared schema: types, breaches, random edits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pkstats.data.sources import agreements, one_sided_actors, states
from pkstats.data.sources.entries import read_entries
from pkstats.data.sources.r_frames import read_frame
from pkstats.data.sources.table import Column
from pkstats.errors import SourceError

FIELDS = {"id": "whole", "name": "text", "day": "date", "places": "wholes", "state": "truth"}
WHOLE = "- {id: 1, name: A, day: '2000-02-01', places: [2, 3], state: true}\n"


def test_types_and_numbers_of_entries(write):
    frame = read_entries(write(WHOLE, "entries.yaml"), FIELDS, unique="id")
    assert frame.index.tolist() == [1]
    assert frame.loc[1].tolist() == [1, "A", pd.Timestamp("2000-02-01"), (2, 3), True]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (WHOLE.replace("id: 1", "id: true"), "'id' is missing or no whole in 1 entries: entry 1"),
        (WHOLE.replace("2000-02-01", "2000-02-30"), "'day' is missing or no date"),
        (WHOLE.replace("[2, 3]", "[2, x]"), "'places' is missing or no wholes"),
        (WHOLE.replace("name: A, ", ""), "'name' is missing"),
        (WHOLE + WHOLE, "'id' repeats in entries 1, 2"),
        ("- {id: 1", "cannot be read"),
        ("{}", "no list of entries"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_breaches_are_named(write, text, part):
    with pytest.raises(SourceError, match=part):
        read_entries(write(text, "entries.yaml"), FIELDS, unique="id")


ACTORS = (
    "- id: 6\n  name: Government of Haiti\n  government: true\n  region: [Americas]\n"
    "  countries: [41]\n  active_years: [1991, 1993]\n"
    "- id: 234\n  name: IS\n  government: false\n  countries: [645, 652]\n  active_years: [2014]\n"
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=st.integers(0, len(ACTORS)),
    length=st.integers(0, 25),
    new=st.one_of(st.binary(max_size=8), st.sampled_from([b"[", b": ", b"\n- ", b"~", b"!!x"])),
)
def test_any_edit_gives_valid_actors_or_one_error(write, start, length, new):
    content = ACTORS.encode()
    edited = content[:start] + new + content[start + length :]
    path = write(edited, "fuzzed_actors.yaml")
    try:
        frame = one_sided_actors.parse(path)
    except SourceError:
        return
    assert frame["actor"].is_unique
    assert frame["countries"].map(lambda c: all(type(x) is int for x in c)).all()


def test_the_registry_of_actors(raw):
    actors = one_sided_actors.read(raw).set_index("name")
    assert len(actors) == 378 and actors["government"].sum() == 72
    assert 1994 in actors.loc["Government of Rwanda", "years"]


def test_agreements(raw):
    found = agreements.read(raw)
    assert found["agreement"].nunique() == 374
    assert found["date"].dt.year.agg(["min", "max"]).tolist() == [1975, 2021]
    signed = found.groupby("country")["date"].agg(lambda days: set(days.dt.strftime("%Y-%m-%d")))
    assert {"2013-06-18", "2015-06-20"} <= signed[432]  # Mali: Ouagadougou, Algiers
    assert "2003-08-18" in signed[450]  # Liberia: Accra


def test_an_agreement_of_an_unknown_conflict_is_named(write):
    path = write("- {id: 1, date: '2000-01-01', conflicts: [9]}\n", "agreements.yaml")
    conflicts = write("- {id: 8, countries: [2]}\n", "conflicts.yaml")
    with pytest.raises(SourceError, match=r"conflict is not in conflicts\.yaml: entry 1"):
        agreements.parse(path, conflicts)


def test_states(raw):
    members = states.read(raw)
    assert len(members) == 239 and members["microstate"].sum() > 20
    last = members.set_index("country")
    assert str(last.loc[626, "start"].date()) == "2011-07-09" and pd.isna(last.loc[626, "end"])
    assert str(last.loc[345, "end"].date()) == "2006-06-04"
    months = states.list_periods(members, first="1989-01", last="2025-12", step="MS")
    assert not months.duplicated(["country", "period"]).any()
    south_sudan = months.loc[months["country"] == 626, "period"]
    assert south_sudan.min() == pd.Timestamp("2011-07-01") and len(south_sudan) == 174
    assert len(months[(months["country"] == 265)]) == 22  # the GDR to October 1990


def test_codes_agree_with_vdem_and_the_contributors(raw, compiled):
    codes = states.codes()
    own = codes[codes["country"].notna()]
    path = raw / "covariates" / "vdem_simple.rda"
    columns = [
        Column(name="country_text_id", rename="code"),
        Column(name="year", kind="integer"),
        Column(name="GWn", kind="integer", blank=True),
    ]
    rated = read_frame(path, "vdem_simple", columns)
    rated = rated[(rated["year"] >= 1993) & rated["GWn"].notna()].merge(own, on="code")
    rated = rated[rated["year"].between(rated["first_year"], rated["last_year"])]
    assert len(rated) > 5_000 and (rated["GWn"] == rated["country"]).all()
    contributors = pd.read_csv(compiled / "contributors.csv", keep_default_na=False)
    contributors = contributors[contributors["country"] != ""]
    both = contributors.merge(own[own["last_year"] == 9999], left_on="contributor", right_on="code")
    apart = both[both["country_x"].astype(int) != both["country_y"]]
    assert len(both) > 150 and apart.empty, apart[["contributor", "country_x", "country_y"]]


def test_an_unknown_code_is_named():
    frame = pd.DataFrame({"code": ["FRA", "QQQ", "PSE"], "year": [2000, 2000, 2000]})
    with pytest.raises(SourceError, match="unknown country codes QQQ"):
        states.join_country(frame, what="made up")
    known = states.join_country(frame[frame["code"] != "QQQ"], what="made up")
    assert known["country"].tolist() == [220]  # a territory is left out


def test_a_code_of_two_states_at_once_is_refused(write):
    text = "code,country,name,first_year,last_year,citation,note\n"
    text += "SRB,345,Y,1992,2006,c,\nSRB,340,S,2006,,c,\n"
    with pytest.raises(SourceError, match="periods of SRB overlap"):
        states.codes(write(text, "codes.csv"))


@pytest.mark.parametrize("content", [b"", b"junk", b"RDX3\nX\n\x00\x00", b"\x1f\x8b\x08\x00bad"])
def test_no_r_data_is_named(write, content):
    path = write(content, "x.rda")
    with pytest.raises(SourceError, match=r"x\.rda is no R data"):
        states.parse(path)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_edit_of_r_data_gives_valid_states_or_one_error(raw, write, data):
    import gzip

    content = (raw / states.NAME).read_bytes()
    plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    start = data.draw(st.integers(0, len(plain) - 1))
    new = data.draw(st.binary(min_size=1, max_size=8))
    path = write(plain[:start] + new + plain[start + 8 :], "f.rda")
    try:
        frame = states.parse(path)
    except SourceError:
        return
    assert not frame.duplicated(["country", "start"]).any()
    assert frame["country"].between(2, 990).all()


def test_columns_of_an_r_frame_are_held_to_their_schema(raw):
    path = raw / states.NAME
    wrong = [Column(name="gwcode", kind="integer", maximum=100), Column(name="renamed")]
    with pytest.raises(SourceError, match="column renamed is missing"):
        read_frame(path, "gwstates", wrong)
    with pytest.raises(
        SourceError, match=r"'gwcode' is missing, no integer or out of range in \d+"
    ):
        read_frame(path, "gwstates", wrong[:1])
    with pytest.raises(SourceError, match="no data frame 'other'"):
        read_frame(path, "other", wrong)
    with pytest.raises(SourceError, match="microstate repeats"):
        read_frame(
            path, "gwstates", [Column(name="microstate", kind="flag")], unique=["microstate"]
        )


def test_missing_numbers_of_r_are_plain(raw):
    frame = read_frame(
        raw / "covariates" / "vdem_simple.rda",
        "vdem_simple",
        [Column(name="v2x_libdem", kind="number", blank=True)],
    )
    missing = frame["v2x_libdem"].to_numpy()[frame["v2x_libdem"].isna()]
    assert len(missing) and set(missing.view(np.uint64)) == {np.float64("nan").view(np.uint64)}
