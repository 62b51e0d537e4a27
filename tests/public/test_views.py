"""Every view in a notebook shows names as text, whatever they are."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import pkstats

#: Names that HTML or markdown would read as markup, before the plain name.
MARKS = {
    "script and entities": "<script>alert(1)</script>a&b &amp;",
    "image and quotes": '<img src=x onerror=1>"quoted"\'s',
    "markdown and lines": "|pipe|`tick` ` <!-- gone -->\ntwo",
}
ALLOWED = {"p", "b", "br", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
#: Views that hold numbers and fixed words alone.
NAMELESS = {"EValue", "EquivalenceTest", "ProportionalSelection", "Staggered", "RobustnessValue"}


class View(HTMLParser):
    """Tags of a view, and its text as a browser shows it."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def list_viewed() -> set[str]:
    """Classes of the package that show themselves as HTML."""
    found = set()
    for module in pkgutil.walk_packages(pkstats.__path__, "pkstats."):
        held = vars(importlib.import_module(module.name))
        found |= {
            name
            for name, one in held.items()
            if inspect.isclass(one)
            and one.__module__.startswith("pkstats")
            and "_repr_html_" in vars(one)
        }
    return found


@pytest.fixture(scope="module", params=list(MARKS))
def marked(request: pytest.FixtureRequest, make_objects: Callable) -> tuple[str, dict]:
    mark = MARKS[request.param]
    made = make_objects(lambda name: f"{mark}{name}")
    equal, linear = made["EquivalenceTest"], made["RobustnessValue"]
    made["EquivalenceTest, undefined"] = replace(equal, std_error=np.nan, note=mark)
    made["RobustnessValue, benchmark"] = replace(
        linear, bounds=linear.bounds.assign(**{mark: [mark] * len(linear.bounds)})
    )
    return mark, made


def test_every_class_with_a_view_is_looked_at(objects: dict[str, object]) -> None:
    viewed = list_viewed()
    assert len(viewed) > 10
    assert viewed == {type(o).__name__ for o in objects.values() if hasattr(o, "_repr_html_")}


def test_no_name_is_read_as_markup_in_any_view(marked: tuple[str, dict]) -> None:
    mark, made = marked
    first = mark.splitlines()[0]
    wrong = []
    for kind, one in made.items():
        if not hasattr(one, "_repr_html_"):
            continue
        view = View(one._repr_html_())
        known = view.attributes <= {"border", "class", "style"}
        if view.open or not set(view.tags) <= ALLOWED or not known:
            wrong.append(f"{kind}: {sorted(set(view.tags) - ALLOWED)} {view.open}")
        if kind not in NAMELESS and first not in view.text:
            wrong.append(f"{kind} does not show {first!r}")
    assert not wrong, "\n".join(wrong)
