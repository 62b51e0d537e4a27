import pandas as pd
import pytest

from pkstats.data.panels import store, survey
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.sources import perceptions


@pytest.fixture(scope="module")
def panel():
    return store.load_panel("survey")


@pytest.fixture(scope="module")
def frame(panel):
    return panel.frame


def pick(frame, **values):
    found = frame
    for name, value in values.items():
        found = found[found[name] == value]
    assert len(found) == 1, found["row"].tolist()
    return found.iloc[0]


def test_a_rebuild_from_raw_is_the_committed_panel(raw, panel):
    assert canonical_hash(survey.build(raw)) == canonical_hash(panel)


def test_every_published_line_is_in_one_row(frame):
    published = frame[~frame["survey"].str.startswith(("Afrobarometer", "World Values"))]
    lines = published["lines"].str.split(";").explode().astype(int)
    assert sorted(lines) == list(range(2, 114))


def test_complicity_is_the_repeated_item(frame):
    rows = frame[frame["item"] == "reproach: complicit with armed groups"]
    assert rows.sort_values("month")["percent_negative"].tolist() == [40.1, 32.1, 32.0]
    assert set(rows["construct"]) == {"complicity"}
    assert rows["base_stated"].eq(0).all()
    assert rows["effective_n"].isna().all()


def test_no_item_measures_impartiality(frame):
    assert "impartiality" not in set(frame["construct"])


def test_dr_congo(frame):
    item = {"item": "stay or leave", "region": "national"}
    early = pick(frame, survey="Congo Research Group and BERCI", **item)
    late = pick(frame, survey="Groupe d’étude sur le Congo, Ebuteli and BERCI", **item)
    assert (early["percent_negative"], early["percent_positive"]) == (29.4, 45.0)
    assert early["percent_alternative"] == 55.1
    assert (early["n"], early["effective_n"]) == (7545, 3772.5)
    assert (late["percent_negative"], late["percent_alternative"]) == (44.7, 44.0)
    assert pd.isna(late["n"])
    assert (early["mandate_resolution"], late["mandate_resolution"]) == (2277, 2612)
    good = frame[frame["item"] == "good job protecting civilians"].sort_values("month")
    assert good["percent_positive"].tolist() == [63.0, 23.6]


def test_a_national_size_is_no_size_of_a_region(frame):
    regions = frame[
        (frame["survey"] == "Congo Research Group and BERCI") & (frame["national"] == 0)
    ]
    assert set(regions["region"]) == {"Nord-Kivu", "Sud-Kivu"}
    assert regions["n"].isna().all()


def test_nested_responses_are_collapsed(frame):
    row = pick(frame, survey="Mali-Mètre 6", item="mandate fulfilled")
    sides = (row["percent_positive"], row["percent_negative"], row["percent_other"])
    assert sides == (32.3, 45.0, 22.4)
    row = pick(frame, survey="Mali-Mètre 14", region="national", population="adults")
    assert (row["percent_positive"], row["percent_negative"]) == (23.0, 57.0)
    assert row["date_precision"] == "year"
    assert row["mandate_resolution"] == 2640


def test_a_second_report_stands_beside_the_first(frame):
    row = pick(frame, survey="Mali-Mètre 13", item="satisfaction")
    assert (row["percent_negative"], row["percent_alternative"]) == (58.0, 59.0)


def test_only_the_influence_organisation_is_not_credible(frame):
    poor = frame[frame["credible"] == 0]
    assert poor["mission"].tolist() == ["MINUSCA"]
    assert poor["survey"].tolist() == ["Foundation for the Protection of National Values"]


def test_surveys_after_a_mission_say_so(frame):
    rows = frame[frame["mission_active"] == 0]
    assert set(rows["survey"]) == {"Mali-Mètre 15"}
    assert rows["mandate_resolution"].isna().all()


def test_rows_that_name_no_mission_are_flagged(frame):
    assert frame["mission"].isna().sum() == 69
    assert set(frame.loc[frame["mission"].isna(), "names"]) == {"United Nations"}
    assert (frame["names"] == "neither").sum() == 1


def test_shares_never_exceed_the_whole(frame):
    sides = frame[[f"percent_{side}" for side in survey.SIDES]].sum(axis=1)
    assert sides.le(101).all()  # rounding of printed figures


def test_afrobarometer_leaves_small_groups_out(frame):
    rows = frame[frame["survey"] == "Afrobarometer, round 7"]
    assert len(rows) == 12
    national = rows[(rows["national"] == 1) & (rows["subgroup"] == 0)].iloc[0]
    assert (national["percent_positive"], national["percent_negative"]) == (57.9, 38.9)
    assert (national["n"], national["effective_n"]) == (1200, 600)
    assert rows["mandate_resolution"].isna().all()  # 2017 has two mandates


def test_missing_sizes_are_never_filled(raw, frame):
    published = perceptions.read(raw).set_index("line")
    for row in frame[~frame["survey"].str.startswith(("Afro", "World"))].itertuples():
        part = published.loc[[int(line) for line in row.lines.split(";")]]
        sizes = set(part.loc[part["n_scope"].isna(), "n"].dropna())
        assert ({row.n} if not pd.isna(row.n) else set()) == sizes


def test_every_row_is_cited(frame):
    assert frame["citation"].str.len().gt(20).all()
    assert frame["url"].notna().all()


def test_mandate_periods_are_of_known_missions(raw):
    periods = perceptions.mandate_periods()
    assert (periods["end"].isna() | (periods["end"] > periods["start"])).all()
    assert periods["citation"].str.startswith("S/RES/").all()
