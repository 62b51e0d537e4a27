"""Survey microdata: shares, design effects, and files that break their schema."""

import numpy as np
import pandas as pd
import pytest

import pkstats as pk
from pkstats.data.microdata import Schema, read_microdata
from pkstats.errors import SourceError
from pkstats.simulation.surveys import AGAINST, IN_FAVOUR, draw_respondents, make_schema


@pytest.fixture(scope="module")
def respondents() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return draw_respondents(rng, effect=0.5, step=2, log_odds=-0.5, n=300)


def test_weights_move_the_share():
    frame = pd.DataFrame(
        {
            "DATE": "2015-05-01",
            "PSU": [1, 1, 2, 2],
            "WEIGHT": [3.0, 1.0, 1.0, 1.0],
            "Q1": [AGAINST, IN_FAVOUR, IN_FAVOUR, 8],
            "Q2": [AGAINST, AGAINST, IN_FAVOUR, 9],
        }
    )
    panel = pk.read_microdata([(frame, make_schema("MINUSMA"))])
    rows = panel.frame.set_index("item")
    assert rows.loc["takes sides", "percent_negative"] == pytest.approx(50)
    assert rows.loc["takes sides", "percent_other"] == pytest.approx(100 / 6)
    assert rows.loc["takes sides: another force", "percent_negative"] == pytest.approx(80)
    assert rows.loc["takes sides: another force", "n"] == 3  # refused is no answer
    assert rows.loc["takes sides", "host"] == "Mali"


def test_answers_alike_within_clusters_cost_respondents(respondents):
    clustered = respondents.assign(Q1=np.where(respondents["PSU"] % 2 == 0, AGAINST, IN_FAVOUR))
    single = respondents.assign(PSU=range(len(respondents)), WEIGHT=1.0)
    schema = make_schema("MINUSMA")
    whole = read_microdata([(clustered, schema)]).frame.query("names == 'mission'")
    alone = read_microdata([(single, schema)]).frame.query("names == 'mission'")
    assert (whole["effective_n"] < 0.2 * whole["n"]).all()
    assert alone["design_effect"].between(1, 1.01).all()


def test_waves_and_regions_are_rows_of_their_own(respondents):
    region = np.where(respondents.index % 2 == 0, "Gao", "Mopti")
    schema = make_schema("MINUSMA", region="PLACE")
    frame = read_microdata([(respondents.assign(PLACE=region), schema)]).frame
    assert len(frame) == 5 * 2 * 2
    assert set(frame["region"]) == {"Gao", "Mopti"}
    assert (frame["national"] == 0).all()


def test_files_of_three_formats_read_alike(respondents, tmp_path):
    schema = make_schema("MINUSMA")
    expected = read_microdata([(respondents, schema)]).frame
    respondents.to_csv(tmp_path / "a.csv", index=False)
    respondents.to_parquet(tmp_path / "a.parquet", index=False)
    respondents.to_stata(tmp_path / "a.dta", write_index=False)
    for name in ("a.csv", "a.parquet", "a.dta"):
        pd.testing.assert_frame_equal(read_microdata([(tmp_path / name, schema)]).frame, expected)


def test_a_schema_is_read_from_a_file(tmp_path):
    path = tmp_path / "mali.toml"
    path.write_text(
        'survey = "Own survey"\nmission = "MINUSMA"\nweight = "W"\ncluster = "EA"\ndate = "D"\n'
        '[[items]]\ncolumn = "Q81"\nname = "takes sides"\nconstruct = "impartiality"\n'
        "positive = [2]\nnegative = [1]\nother = [8]\nmissing = [9]\n",
        encoding="utf-8",
    )
    schema = Schema.read(path)
    assert schema.items[0].negative == (1,)
    assert schema.columns == ("W", "EA", "D", "Q81")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"survey": "S"}, "no item"),
        ({"items": [{"column": "Q"}]}, "item 1"),
        ({"survey": "S", "items": [{"column": "Q", "colour": 1}]}, "colour"),
    ],
)
def test_a_schema_that_lacks_something_is_refused(content, message):
    with pytest.raises(SourceError, match=message):
        Schema.from_dict(content)


BAD = {
    "column PSU is absent": lambda f: f.drop(columns="PSU"),
    "no cluster in 1 rows: 3": lambda f: f.assign(PSU=f["PSU"].astype(float).mask(f.index == 3)),
    "no date in 1 rows": lambda f: f.assign(DATE=f["DATE"].mask(f.index == 0, "soon")),
    "code 5 is not declared in 1 rows": lambda f: f.assign(Q1=f["Q1"].mask(f.index == 7, 5)),
    "has one cluster": lambda f: f.assign(PSU=1),
    "no respondent": lambda f: f.head(0),
    "holds no answer": lambda f: f.assign(Q1=9),
}


@pytest.mark.parametrize("message", list(BAD))
def test_a_bad_file_is_refused_by_name(message, respondents):
    with pytest.raises(SourceError, match=message):
        read_microdata([(BAD[message](respondents), make_schema("MINUSMA"))])


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf, "heavy", None])
def test_weights_are_checked(respondents, weight):
    weights = respondents["WEIGHT"].astype(object).mask(respondents.index == 2, weight)
    with pytest.raises(SourceError, match=r"'WEIGHT': no positive weight in 1 rows: 2\. Remedy"):
        read_microdata([(respondents.assign(WEIGHT=weights), make_schema("MINUSMA"))])


@pytest.mark.parametrize("weight", [0.0, -2.0, np.nan])
def test_a_file_without_any_weight_is_refused(respondents, weight):
    count = len(respondents)
    with pytest.raises(SourceError, match=f"no positive weight in {count} rows"):
        read_microdata([(respondents.assign(WEIGHT=weight), make_schema("MINUSMA"))])


@pytest.mark.parametrize("unit", [1e306, 1e-300, 1e-320, 7.0])
def test_the_unit_of_weights_is_no_matter(respondents, unit):
    plain = read_microdata([(respondents.assign(WEIGHT=1.0), make_schema("MINUSMA"))]).frame
    scaled = read_microdata([(respondents.assign(WEIGHT=unit), make_schema("MINUSMA"))]).frame
    numbers = ["percent_negative", "percent_positive", "effective_n", "design_effect"]
    np.testing.assert_allclose(scaled[numbers], plain[numbers], rtol=1e-12)


def test_every_breach_of_a_file_stands_in_one_message(respondents):
    frame = respondents.assign(WEIGHT=-1.0, Q1=respondents["Q1"].mask(respondents.index == 7, 5))
    with pytest.raises(SourceError) as caught:
        read_microdata([(frame, make_schema("MINUSMA"))])
    assert "2 breaches" in str(caught.value)


def test_unknown_missions_formats_and_empty_lists_are_refused(respondents, tmp_path):
    with pytest.raises(SourceError, match="unknown mission 'MINUSMAA'"):
        read_microdata([(respondents, make_schema("MINUSMAA"))])
    with pytest.raises(SourceError, match=r"no reader for \.sav"):
        read_microdata([(tmp_path / "a.sav", make_schema("MINUSMA"))])
    with pytest.raises(SourceError, match="cannot be read"):
        read_microdata([(tmp_path / "absent.csv", make_schema("MINUSMA"))])
    with pytest.raises(SourceError, match="no survey file"):
        read_microdata([])
