"""Paragraph labels of a resolution from its (number, text) blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable

ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv")
_RECITAL = re.compile(
    r"^(Acting|Determining|Recalling|Reaffirming|Welcoming|Stressing|Emphasizing|Noting|Affirming"
    r"|Recognizing|Having|Expressing|Mindful|Convinced|Considering|Concerned|Bearing)\b"
)


def label_blocks(blocks: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Label the blocks of a resolution's body.

    Parameters
    ----------
    blocks : iterable of (number, text)
        In document order. The number is as printed ("4.", "(a)", "–"), "#" marks a heading, ""
        a block without number, which continues the one before unless it opens a recital.

    Returns
    -------
    list of (kind, paragraph, text)
        kind is "operative" or "heading"; paragraph like "4", "4(a)", "4(a)(ii)"; bullets share
        the label of the point they stand under.
    """
    rows: list[tuple[str, str, str]] = []
    main, letter, roman = 0, "", ""
    for number, text in blocks:
        token = re.sub(r"[\s.,()]", "", number).lower()
        if number == "#":
            rows.append(("heading", _label(main, "", ""), text))
            continue
        if token.isdigit() and "(" not in number and _continues(int(token), main, rows):
            main, letter, roman = int(token), "", ""
        elif re.fullmatch(r"[a-z]{1,5}", token) and number:
            letter, roman = _nest(token, letter, roman, rows)
        elif not number and _RECITAL.match(text):
            rows.append(("operative", f"pre-{main + 1}", text))
            continue
        elif not number and rows and rows[-1][0] == "operative" and _continuation(rows[-1]):
            rows[-1] = (*rows[-1][:2], f"{rows[-1][2]} {text}")
            continue
        rows.append(("operative", _label(main, letter, roman), text))
    return rows


def _continues(number: int, main: int, rows: list[tuple[str, str, str]]) -> bool:
    restart = number == 1 and bool(rows) and rows[-1][0] == "heading"
    return main < number <= main + 4 or restart


def _continuation(row: tuple[str, str, str]) -> bool:
    return not row[1].startswith("pre-") and not re.search(r"[;.:]\s*(and|or)?\s*$", row[2])


def _nest(token: str, letter: str, roman: str, rows: list[tuple[str, str, str]]) -> tuple[str, str]:
    """Decide whether a token such as (i) is the ninth letter or a roman one below a letter."""
    if token not in ROMAN:
        return token, ""
    if roman in ROMAN and ROMAN.index(token) == ROMAN.index(roman) + 1:
        return letter, token
    opened = bool(rows) and rows[-1][2].rstrip().endswith(":")
    follows = len(token) == 1 and len(letter) == 1 and ord(token) == ord(letter) + 1
    if follows and not opened:
        return token, ""
    return letter, token


def _label(main: int, letter: str, roman: str) -> str:
    text = str(main) if main else ""
    return text + (f"({letter})" if letter else "") + (f"({roman})" if roman else "")
