import pandas as pd
import pytest

from pkstats.data.mandates import missions
from pkstats.data.mandates.council_words import STEMS, codes, count_words, find_codes


class Read:
    """What `count_words` needs of a reading."""

    def __init__(self, acronym: str, resolution: int = 1) -> None:
        self.mission = next(m for m in missions() if m.acronym == acronym)
        self.resolution = resolution


def paragraphs(*texts: tuple[str, str]) -> pd.DataFrame:
    kinds, words = zip(*texts, strict=True)
    return pd.DataFrame({"resolution": 1, "kind": kinds, "text": words})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("notes obstacles and demands an end to obstruction of patrols", {"obstruction"}),
        ("demands unhindered access for relief", set()),
        ("deplores violations of the SOFA", {"sofa_violation"}),
        ("deplores the attack in which MINUSMA personnel died", {"attack"}),
        ("deplores attacks on the market", set()),
        ("recalls the consent of the parties", {"consent"}),
        ("stresses that it acts impartially", {"impartiality"}),
        ("concerned by disinformation and false and falsified information", {"disinformation"}),
        ("neutralize armed groups", set()),
    ],
)
def test_codes(text, found):
    assert find_codes(text, {"MINUSMA"}) == found


def test_each_paragraph_counts_once_and_the_preamble_apart():
    table = count_words(
        paragraphs(
            ("preamble", "Recalling consent, and consent again,"),
            ("heading", "consent"),
            ("operative", "Stresses consent;"),
        ),
        [Read("MINUSMA")],
    )
    row = table.iloc[0]
    assert (row["consent"], row["preamble_consent"]) == (2, 1)
    assert (row["words"], row["preamble_words"]) == (7, 5)


def test_a_paragraph_on_another_mission_counts_for_that_one_alone():
    table = count_words(
        paragraphs(("operative", "Condemns attacks on UNMIL;"), ("operative", "Recalls consent;")),
        [Read("UNMIL"), Read("UNOCI")],
    ).set_index("mission")
    assert table["attack"].to_dict() == {"UNMIL": 1, "UNOCI": 0}
    assert table["consent"].to_dict() == {"UNMIL": 1, "UNOCI": 1}


def test_every_pattern_needs_a_stem():
    examples = {
        "obstruction": "impeding",
        "sofa_violation": "violation of the status-of-forces agreement",
        "attack": "United Nations personnel were killed",
        "consent": "consent",
        "impartiality": "impartiality",
        "disinformation": "misinformation",
    }
    assert set(examples) == set(codes())
    for code, text in examples.items():
        assert codes()[code][1].search(text), code
        assert any(stem in text.lower() for stem in STEMS), code
