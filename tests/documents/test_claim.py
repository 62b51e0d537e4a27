"""The register of claims: complete, valid, and in our own words."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

import pkstats as pk
from pkstats.documents.claim import claim, documents, parse_documents, parse_register
from pkstats.errors import HypothesisError

LONGEST_SHARED_RUN = 7
"""Words in a row that a claim may share with a document."""

CHECKLIST = {
    "jorgensen2023": "J1 J2 J3 J4 J4b J5 J6 J7 J8 J9 J10 J11 J12 J13 J14 J15 J16",
    "hickendorff2021": "K1 K1b K2 K3 K4 K4b K5 K6 K7 K8 K9 K10 K11 K12 K13",
    "labuda2020": "L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13 L14 L15 L16 L17 L18 L19 L20",
    "lowy2022": "W1 W2 W3 W4 W5 W6 W7 W8 W9 W10 W11",
    "puc2024": "P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12",
}

FOUND_MISSING = {
    "jorgensen2023": "J5b J28 J29",
    "hickendorff2021": "K25 K26",
    "labuda2020": "L57 L58 L59 L60 L61 L62 L63 L64 L65 L66 L67 L68",
    "lowy2022": "W16",
    "puc2024": "P20 P21",
}
"""Claims that a second reading of the documents found missing."""

DOCUMENT = """
[documents.a]
author = "A"
title = "T"
outlet = "O"
date = "2020-01-01"
url = ""
"""

CLAIM = {
    "id": "X1",
    "document": "a",
    "passage": "p",
    "kind": "cause",
    "data": "strong",
    "status": "open",
    "statement": "s",
    "test": "t",
}


def write_claim(**changes: str | None) -> str:
    """A valid claim as TOML, with fields changed or (None) left out."""
    row = {key: value for key, value in {**CLAIM, **changes}.items() if value is not None}
    return "[[claim]]\n" + "".join(f'{key} = "{value}"\n' for key, value in row.items())


def split_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))


def list_runs(text: str, *, length: int) -> set[tuple[str, ...]]:
    words = split_words(text)
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    folder = os.environ.get("PKSTATS_DOCUMENTS", "")
    found = sorted(Path(folder).glob("*.txt")) if folder else []
    if not found:
        pytest.skip(
            "NOT CHECKED, no claim was held against the documents' wording: set PKSTATS_DOCUMENTS "
            "to the folder of their texts (*.txt)"
        )
    return {path.name: path.read_text(encoding="utf-8") for path in found}


@pytest.mark.parametrize("document", list(CHECKLIST))
def test_every_claim_of_the_checklist_is_registered(document: str):
    registered = {c.id for c in pk.claims() if c.document == document}
    listed = f"{CHECKLIST[document]} {FOUND_MISSING[document]}".split()
    assert [i for i in listed if i not in registered] == []


def test_what_turned_peacekeeping_is_a_claim_apart_from_the_turn():
    trend, cause = claim("J10"), claim("J10b")
    assert (trend.kind, trend.data) == ("context", "strong")
    assert (cause.kind, cause.status) == ("cause", "no data")
    assert trend.passage == cause.passage
    assert {name for fact in pk.facts() for name in fact.claims} & {"J10", "J10b"} == {"J10"}


@pytest.mark.parametrize(
    ("name", "data"),
    [("L29", "partial"), ("L48", "partial"), ("P5", "partial"), ("L50", "proxy"), ("P16", "proxy")],
)
def test_a_claim_that_a_source_at_hand_speaks_to_is_open(name: str, data: str):
    assert (claim(name).data, claim(name).status) == (data, "open")


def test_the_register_goes_beyond_the_checklist_in_every_document():
    counted = Counter(c.document for c in pk.claims())
    assert all(counted[key] > len(ids.split()) for key, ids in CHECKLIST.items())
    initials = {"J": "jorgensen2023", "K": "hickendorff2021", "L": "labuda2020"}
    initials |= {"W": "lowy2022", "P": "puc2024"}
    assert [c.id for c in pk.claims() if c.document != initials[c.id[0]]] == []


def test_the_leading_claim_is_registered_with_its_source():
    found = claim("J4")
    assert (found.kind, found.data, found.status) == ("cause", "strong", "open")
    assert "Jørgensen" in found.source
    assert "27 February 2023" in found.source


def test_documents_give_the_details_they_print():
    found = {d.key: d for d in documents()}
    assert set(found) == set(CHECKLIST)
    assert found["labuda2020"].published == "May 2020"
    assert found["lowy2022"].published == "13 January 2022"
    assert found["puc2024"].published == "2024"
    assert [d.key for d in found.values() if not (d.url and d.outlet) and not d.note] == []


def test_claims_come_as_tuple_or_frame():
    register = pk.claims()
    frame = pk.claims(as_frame=True)
    assert [c.id for c in register] == frame["id"].tolist()
    assert frame["statement"].str.len().min() > 20
    assert frame["test"].str.len().min() > 20
    assert not frame["statement"].duplicated().any()


def test_statements_are_one_or_two_sentences():
    assert [c.id for c in pk.claims() if not c.statement.endswith(".")] == []
    assert [c.id for c in pk.claims() if len(split_words(c.statement)) > 50] == []


def test_hypotheses_answer_registered_claims_that_data_can_speak_to():
    registered = {c.id: c for c in pk.claims()}
    named = {i for hypothesis in pk.hypotheses() for i in hypothesis.claims}
    assert named
    assert {registered[i].status for i in named} == {"open"}


def test_no_claim_shares_a_run_of_words_with_a_document(texts: dict[str, str]):
    length = LONGEST_SHARED_RUN + 1
    known = {name: list_runs(text, length=length) for name, text in texts.items()}
    assert min(len(runs) for runs in known.values()) > 500
    shared = [
        f"{c.id} with {name}: {' '.join(run)}"
        for c in pk.claims()
        for text in (c.statement, c.test, c.caveat)
        for run in list_runs(text, length=length)
        for name, runs in known.items()
        if run in runs
    ]
    assert shared == []


def test_a_copied_sentence_would_be_found(texts: dict[str, str]):
    name, text = next(iter(texts.items()))
    copied = " ".join(split_words(text)[200:220])
    known = list_runs(text, length=LONGEST_SHARED_RUN + 1)
    assert list_runs(copied, length=LONGEST_SHARED_RUN + 1) <= known, name


def test_an_unknown_claim_lists_the_known_ones():
    with pytest.raises(HypothesisError, match="J4"):
        claim("Z99")


def test_a_valid_register_is_read():
    (found,) = parse_register(DOCUMENT + write_claim())
    assert (found.id, found.source, found.caveat) == ("X1", "A, T, O, 1 January 2020", "")


@pytest.mark.parametrize(
    ("changes", "breach"),
    [
        ({"document": "b"}, "claim X1: unknown document 'b'"),
        ({"kind": "guess"}, "claim X1: unknown kind 'guess'"),
        ({"data": "rich"}, "claim X1: unknown data 'rich'"),
        ({"status": "judged"}, "claim X1: unknown status 'judged'"),
        ({"mood": "m"}, "claim X1: unknown field 'mood'"),
        ({"test": None}, "claim X1: no field 'test'"),
        ({"statement": " "}, "claim X1: statement is empty"),
        ({"status": "no data"}, "claim X1: status 'no data' with kind 'cause' and data 'strong'"),
        ({"data": "none"}, "status 'open' with kind 'cause' and data 'none'. Remedy: 'no data'"),
        ({"kind": "norm", "data": "none"}, "Remedy: 'recommendation'"),
        ({"kind": "norm", "status": "recommendation"}, "data 'strong' for a recommendation"),
    ],
)
def test_one_breach_of_a_claim_is_named(changes: dict[str, str | None], breach: str):
    with pytest.raises(HypothesisError) as raised:
        parse_register(DOCUMENT + write_claim(**changes))
    assert "register of claims: 1 breach\n" in str(raised.value)
    assert breach in str(raised.value)


def test_every_breach_of_a_register_is_named_at_once():
    text = DOCUMENT.replace("2020-01-01", "May") + write_claim(document="b", kind="guess")
    with pytest.raises(HypothesisError) as raised:
        parse_register(text + write_claim(mood="m", data="rich", status="fine"))
    message = str(raised.value)
    assert "7 breaches" in message
    for part in (
        "listed twice", "unknown document 'b'", "unknown kind 'guess'", "unknown field 'mood'",
        "unknown data 'rich'", "unknown status 'fine'", "'May' is no year, month or day",
    ):  # fmt: skip
        assert part in message


@pytest.mark.parametrize(
    ("line", "replaced", "breach"),
    [
        ('date = "2020-01-01"', 'date = "2020-13"', "'2020-13' is no year"),
        ('date = "2020-01-01"', "date = 2020-01-01", "document a: date is no text"),
        ('author = "A"', 'author = ""', "document a: author is empty"),
        ('author = "A"', "", "document a: no field 'author'"),
        ('url = ""', 'url = ""\nmood = "m"', "document a: unknown field 'mood'"),
    ],
)
def test_breaches_of_documents_are_named(line: str, replaced: str, breach: str):
    for parse in (parse_documents, parse_register):
        with pytest.raises(HypothesisError) as raised:
            parse(DOCUMENT.replace(line, replaced) + write_claim())
        assert breach in str(raised.value)


def test_a_register_that_is_no_toml_is_refused():
    with pytest.raises(HypothesisError, match="no TOML"):
        parse_register("[[claim")
