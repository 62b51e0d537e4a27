import pytest

from pkstats.data.sources import missions
from pkstats.data.speeches import coding
from pkstats.data.speeches.dictionary import categories, mission_names, version
from pkstats.errors import SourceError


def test_every_mission_of_the_crosswalk_has_a_name_and_none_besides():
    universe = missions.crosswalk().query("universe == 'peacekeeping'")
    assert set(mission_names()) == set(universe["mission"])


def test_every_official_name_is_found():
    universe = missions.crosswalk().query("universe == 'peacekeeping'")
    for row in universe.itertuples():
        name = mission_names()[row.mission]
        assert name.spelled_out.search(f"the {row.name}"), row.mission
        assert name.acronym.search(row.mission), row.mission


@pytest.mark.parametrize(
    ("mission", "text", "found"),
    [
        ("UNMIS", "UNMISS", False),
        ("UNOSOM II", "UNOSOM", True),
        ("UNAVEM II", "UNAVEM III", True),
        ("MONUC", "MONUSCO", False),
        ("UNOCI", "ONUCI", True),
        ("UNMIL", "unmil", False),
    ],
)
def test_acronyms(mission, text, found):
    assert bool(mission_names()[mission].acronym.search(text)) is found


@pytest.mark.parametrize(
    ("mission", "text"),
    [
        ("MONUSCO", "the United Nations Organisation Stabilization Mission in the Congo"),
        ("UNFICYP", "the UN Peace-keeping Force in Cyprus"),
        ("UNMIL", "the United Nations peacekeeping Mission in Liberia"),
        ("UNAMID", "the African Union-United Nations Hybrid Operation in Darfur"),
    ],
)
def test_variants_of_names(mission, text):
    assert mission_names()[mission].mask(text).endswith("⟦M⟧") or "⟦M⟧" in mission_names()[
        mission
    ].mask(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We ask for the withdrawal of ⟦M⟧ by December.", {"exit", "consent"}),
        ("Israel must withdraw from the territory where ⟦M⟧ patrols.", set()),
        ("⟦H⟧ thanks ⟦M⟧.", {"praise"}),
        ("⟦M⟧ needs a robust mandate.", {"more_robust"}),
        ("⟦M⟧ has taken sides.", {"impartiality"}),
        ("Our army stands side by side with ⟦M⟧.", set()),
        ("⟦M⟧ was set up in 1999.", set()),
    ],
)
def test_categories(text, expected):
    assert {name for name, category in categories().items() if category.matches(text)} == expected


def test_version_is_declared():
    assert version() == "1.0"


def test_a_mission_without_a_name_is_refused(monkeypatch):
    monkeypatch.setattr(coding, "mission_names", dict)
    with pytest.raises(SourceError, match="no names for mission"):
        coding.list_hostings()
