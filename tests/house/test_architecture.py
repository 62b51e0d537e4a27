"""The architecture page: true, and short enough to be read."""

import re
from pathlib import Path

LINES_OF_A_SCREEN = 50
WIDTH_OF_A_SCREEN = 110


def count_screens(text: str) -> float:
    """Screens of a text whose long lines are wrapped."""
    lines = sum(max(1, -(-len(line) // WIDTH_OF_A_SCREEN)) for line in text.splitlines())
    return lines / LINES_OF_A_SCREEN


def test_the_page_fits_on_three_screens(root: Path) -> None:
    assert count_screens((root / "ARCHITECTURE.md").read_text("utf-8")) <= 3


def test_every_file_that_the_page_names_exists(root: Path) -> None:
    text = (root / "ARCHITECTURE.md").read_text("utf-8")
    named = {n for n in re.findall(r"`([\w./]+/[\w.*]*)`", text) if "<" not in n}
    assert len(named) > 15
    places = (root, root / "pkstats")
    absent = [n for n in named if not any(list(p.glob(n.rstrip("/"))) for p in places)]
    assert set(absent) <= {"build/"}


def test_every_room_has_its_line(root: Path) -> None:
    text = (root / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {f.name for f in (root / "pkstats").iterdir() if (f / "__init__.py").is_file()}
    assert rooms == set(re.findall(r"^\| `(\w+)/` \|", text, flags=re.M))
