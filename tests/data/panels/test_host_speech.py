import pandas as pd
import pytest

from pkstats.data.panels import host_speech, store
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.speeches.dictionary import categories


@pytest.fixture(scope="module")
def panel():
    return store.load_panel("host_speech")


@pytest.fixture(scope="module")
def frame(panel):
    return panel.frame.set_index(["country", "year"])


@pytest.fixture(scope="module")
def by_mission(root):
    return pd.read_csv(root / "data/panels/speech_by_mission.csv").set_index(["country", "mission"])


def test_a_rebuild_from_raw_is_the_committed_panel(raw, panel):
    assert canonical_hash(host_speech.build(raw)) == canonical_hash(panel)


def test_companions_rebuild(raw, root, tmp_path):
    for name in ("speech_validity", "speech_by_mission"):
        written = store.write_table(getattr(host_speech, name)(raw), tmp_path / f"{name}.csv")
        assert written.read_bytes() == (root / f"data/panels/{name}.csv").read_bytes()


def test_sentences_of_host_years(frame):
    hosting = frame[frame["hosting"] == 1]
    assert hosting["mission_sentences"].sum() == 524
    assert hosting["by_acronym"].sum() == 430
    either = frame["by_acronym"] + frame["by_name"]
    assert (frame["mission_sentences"].dropna() <= either.dropna()).all()
    for name in categories():
        counts = frame[[f"{name}_sentences", "mission_sentences"]].dropna()
        assert (counts.iloc[:, 0] <= counts.iloc[:, 1]).all()


def test_years_without_a_speech_are_missing_not_zero(frame):
    for key in ((520, 1993), (432, 2020), (450, 2005), (626, 2020), (345, 1999)):
        assert pd.isna(frame.loc[key, "words"])
        assert pd.isna(frame.loc[key, "mission_sentences"])
    assert frame.loc[(432, 2012), "mission_sentences"] == 0


def test_mali_asks_minusma_to_leave(frame):
    assert frame.loc[(432, 2023), "exit_sentences"] >= 4
    assert frame.loc[(432, 2013) : (432, 2019), "exit_sentences"].sum() == 0


def test_dr_congo_speaks_of_exit_with_monusco_alone(by_mission):
    monuc, monusco = by_mission.loc[(490, "MONUC")], by_mission.loc[(490, "MONUSCO")]
    assert (monuc["sentences"], monuc["exit"]) == (16, 0)
    assert (monusco["sentences"], monusco["exit"]) == (34, 17)


def test_stabilization_missions_are_never_called_impartial(by_mission):
    missions = ["MONUSCO", "MINUSTAH", "MINUSCA"]
    assert by_mission[by_mission.index.isin(missions, level=1)]["impartiality"].sum() == 0


def test_context_years(frame):
    context = frame[frame["hosting"] == 0]
    assert context["missions"].isna().all()
    assert frame[frame["hosting"] == 1]["missions"].notna().all()
