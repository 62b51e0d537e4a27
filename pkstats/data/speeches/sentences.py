"""Speeches cut into numbered sentences, by a rule that gives the same numbers on every machine."""

from __future__ import annotations

import re

_NUMBERED = re.compile(r"(?m)^[ \t]*\d{1,3}\.[ \t]+(?=\S)")
_TITLE = "Mr|Mrs|Ms|Dr|St|No|Nos|Prof|Gen|Col|Lt|Messrs|para|paras|art|vol|cf|vs"
_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-ZÀ-Þ0-9])")
_ABBREVIATED = re.compile(rf"(?:\b(?:{_TITLE})|\b[A-Z]|\b[A-Z]\.[A-Z])\.$")
_BROKEN = re.compile(r"(?<=[^\W\d_])- (?!(?:and|or|to|but)\b)(?=[^\W\d_])")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def split_sentences(text: str) -> list[str]:
    """Cut a speech into sentences, white space collapsed.

    The n-th sentence (from 1) is the one that a reading refers to by number. Paragraph numbers at
    the start of a line go; a line break is white space and a word broken after its hyphen is
    joined; a sentence ends at ``.``, ``!`` or ``?``
    before white space and a capital, a digit or an opening quotation mark, unless the full stop
    closes a title or an initial.
    """
    flat = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    flat = _BROKEN.sub("-", " ".join(_NUMBERED.sub("", flat).split()))
    sentences: list[str] = []
    for piece in _END.split(flat):
        if sentences and _ABBREVIATED.search(sentences[-1][-12:]):
            sentences[-1] = f"{sentences[-1]} {piece}"
        elif piece:
            sentences.append(piece)
    return sentences


def count_words(text: str) -> int:
    """Count words: runs of letters and digits, joined by apostrophe or hyphen."""
    return len(_WORD.findall(text))
