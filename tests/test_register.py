import pytest

import pkstats as pk
from pkstats.errors import HypothesisError
from pkstats.register import claim, parse_register


def test_the_leading_claim_is_registered_with_its_source():
    found = claim("J4")
    assert found.kind == "cause"
    assert "Jørgensen" in found.source
    assert "27 February 2023" in found.source


def test_claims_come_as_tuple_or_frame():
    register = pk.claims()
    frame = pk.claims(as_frame=True)
    assert [c.id for c in register] == frame["id"].tolist()
    assert frame["statement"].str.len().min() > 20


def test_an_unknown_claim_lists_the_known_ones():
    with pytest.raises(HypothesisError, match="J4"):
        claim("Z99")


def test_every_breach_of_a_register_is_named():
    text = """
    [documents.a]
    author = "A"
    title = "T"
    outlet = "O"
    date = 2020-01-01
    url = "u"
    [[claim]]
    id = "X1"
    document = "b"
    passage = "p"
    kind = "cause"
    statement = "s"
    [[claim]]
    id = "X1"
    document = "a"
    passage = "p"
    kind = "guess"
    statement = "s"
    mood = "m"
    """
    with pytest.raises(HypothesisError) as raised:
        parse_register(text)
    message = str(raised.value)
    assert "4 breaches" in message
    for part in ("listed twice", "unknown document 'b'", "unknown kind 'guess'", "field 'mood'"):
        assert part in message
