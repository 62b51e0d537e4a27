import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkstats.data.speeches.sentences import count_words, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("\ufeffMr. Annan spoke. He left.", ["Mr. Annan spoke.", "He left."]),
        ("The U.N. Mission in A. B. stays.", ["The U.N. Mission in A. B. stays."]),
        ("1.\tFirst point.\r\n2. Second\npoint.", ["First point.", "Second point."]),
        ("in Timor- Leste and pre- and post-war", ["in Timor-Leste and pre- and post-war"]),
        ("It costs 1.5 million. Yes.", ["It costs 1.5 million.", "Yes."]),
        ("“We stay.” They left.", ["“We stay.", "They left."]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_cuts(text, expected):
    assert split_sentences(text) == expected


@given(st.text())
def test_any_text_is_cut_without_empty_sentences(text):
    sentences = split_sentences(text)
    assert all(sentence.strip() for sentence in sentences)
    assert sentences == split_sentences(text)


@given(st.lists(st.sampled_from(["a", "peace-keeping", "State’s", "19,815", "—", "."])))
def test_words_do_not_depend_on_white_space(words):
    assert count_words(" ".join(words)) == count_words("\n".join(words))


def test_words():
    assert count_words("The peace-keeping force’s mandate (1990) ends.") == 6
