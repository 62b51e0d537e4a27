"""Chapter: the page of a family, from its declaration and its results.

``show("X1")`` makes a whole chapter; ``open_chapter("X1")`` gives its sections one by one to a page
that has more to say between them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pkstats.display.number import write_list
from pkstats.families import find_family
from pkstats.report import captions, page
from pkstats.report.build import find_build
from pkstats.report.parts import (
    bars,
    compatibility,
    declaration,
    estimates,
    identification,
    judgement,
    models,
    overview,
    refits,
    sources,
)
from pkstats.report.record import Record, read_family_tables, read_records
from pkstats.report.results import write_records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pkstats.families import Family

#: Hypotheses of a family beyond which each is folded away below its name.
MANY: Final = 4


def show(code: str, *, folder: Path | None = None) -> None:
    """Show the whole chapter of a family.

    Parameters
    ----------
    code : str
        Of the family, such as ``H1``.
    folder : Path, optional
        Of the results; those of the build by default.

    Raises
    ------
    HypothesisError
        Unknown code.
    ResultsError
        A results table is absent or not as declared.
    """
    open_chapter(code, folder=folder).show()


def open_chapter(code: str, *, folder: Path | None = None, after: Chapter | None = None) -> Chapter:
    """Read the results of a family and open its chapter; as :func:`show`.

    Its figures are numbered on from those of `after`, another chapter on the same page.
    """
    numbers = after.numbers if after else None
    return Chapter(find_family(code), folder or find_build() / "results", numbers=numbers)


class Chapter:
    """A page of a family: its sections, and the numbers of its figures.

    Parameters
    ----------
    family : Family
        The declaration.
    folder : Path
        Holds its results.
    numbers : iterator of int, optional
        Of the figures; from 1 by default.
    """

    def __init__(
        self, family: Family, folder: Path, *, numbers: Iterator[int] | None = None
    ) -> None:
        self.family = family
        self.folder = Path(folder)
        self.records: tuple[Record, ...] = read_records(family, folder)
        self.facts = read_family_tables(family, folder).get("facts")
        self.names = overview.name_hypotheses(self.records)
        self.numbers = numbers or itertools.count(1)

    @property
    def folded(self) -> bool:
        """Whether the family has too many hypotheses to be shown one below the other."""
        return len(self.records) > MANY

    def find(self, name: str) -> Record:
        """Return the record of one hypothesis; an unknown name raises, and lists the known."""
        member = self.family.find(name)
        return next(record for record in self.records if record.hypothesis is member)

    def show(self) -> None:
        """Show every section in order."""
        self.show_head()
        for heading, method in captions.SECTIONS.items():
            if self.records or method == "show_claims":
                page.show_text(f"## {heading}")
                getattr(self, method)()
        if self.family.facts:
            page.show_text("## The facts")
            self.show_facts()
        page.show_text("## Data and results")
        self.show_sources()

    def show_figure(self, draw: Callable[..., Figure], *, name: str, caption: str) -> None:
        """Show a figure with the next number of the page and its caption."""
        page.show_captioned(draw, name=name, caption=caption, number=next(self.numbers))

    def show_head(self) -> None:
        """Show the question, and each ruling with what was found."""
        page.show_text(f"**{self.family.question or self.family.title}**")
        if self.folded:
            page.show_text(overview.count_rulings(self.records))
        else:
            self._show_each(self._show_ruling)
        if self.facts is not None:
            counted = Counter(self.facts["ruling"])
            listed = write_list(f"{number} {ruling}" for ruling, number in counted.most_common())
            page.show_text(f"Facts of context: {listed}.")

    def _show_ruling(self, record: Record) -> None:
        page.show_badge(record.ruling)
        said = [
            judgement.say_ruling(record),
            "" if record.primary is None else estimates.say_primary(record),
            judgement.say_amendment(record),
        ]
        page.show_text(" ".join(part for part in said if part))

    def show_claims(self, *further: str) -> None:
        """Show every claim, and some that stand beside: document, passage, paraphrase, caveat."""
        named = declaration.list_claims(self.family, *further)
        if not named:
            page.show_text("No claim of a document stands behind this: the question is its own.")
        for claim in named:
            page.show_text(declaration.introduce_claim(claim))
            page.show_quote(claim.statement)
            if claim.caveat:
                page.show_text(claim.caveat)

    def show_measures(self) -> None:
        """Show how each hypothesis is measured; of later ones only what differs."""
        for place, record in enumerate(self.records):
            against = self.records[0] if place else None
            text = declaration.say_measures(record, against=against)
            self._show_part(record, text, differs="" if place == 0 else "What differs:")

    def show_design(self) -> None:
        """Show quantity, equation, inference and smallest effect."""
        for record in self.records:
            statement = f"**Hypothesis.** {record.hypothesis.statement}"
            self._show_part(record, f"{statement}\n\n{declaration.say_estimand(record)}")
        page.show_text(declaration.say_inference(self.records))
        page.show_text("**Smallest effect of interest.**")
        self._show_once(declaration.say_smallest)

    def show_seen(self) -> None:
        """Show what was known of the data when the hypotheses were declared."""
        self._show_once(declaration.say_seen)

    def show_estimates(self, *names: str) -> None:
        """Show the forest of every model and the table behind it."""
        if self.folded and not names:
            self.show_overview()
        for record in self.pick(*names):
            notes = models.list_notes(record)
            table = models.tabulate_models(record)
            if not self.folded:
                self._show_estimate(record, alone=bool(names))
            title = f"{self.names[record.hypothesis.name]}: every model"
            page.show_folded(title, table, text=notes, wide=True)

    def _show_estimate(self, record: Record, *, alone: bool) -> None:
        """Show the primary estimate and the forest; alone, with the hypothesis and its ruling."""
        if alone:
            page.show_badge(record.ruling)
            page.show_text(declaration.say_level(record))
        else:
            self._name(record)
        said = [estimates.say_primary(record), estimates.say_detectable(record)]
        if record.primary is None:
            said.append(judgement.say_reason(record))
        else:
            said.insert(1, estimates.say_randomization(record))
        page.show_text(" ".join(part for part in said if part))
        self._show_forest(record)

    def show_overview(self) -> None:
        """Show all hypotheses beside one another, as a table; where there are many, as a forest."""
        if self.folded and any(record.ratio for record in self.records):
            self.show_figure(
                partial(overview.draw_overview, self.records, self.names),
                name="hypotheses",
                caption=captions.OVERVIEW,
            )
        page.show_table(overview.tabulate_rulings(self.records, names=self.names))

    def _show_forest(self, record: Record) -> None:
        if models.lay_out_forest(record)["estimate"].notna().any():
            self.show_figure(
                partial(models.draw_models, record),
                name=f"models-{record.hypothesis.name.lower()}",
                caption=f"{models.say_forest(record)} {models.say_variants(record)}".strip(),
            )

    def show_natural(self) -> None:
        """Show the estimates as changes of the observed rate, share or mean."""
        if not self.folded:
            self._show_each(lambda record: page.show_text(estimates.say_natural(record)))
        table = estimates.tabulate_effects(self.records, names=self.names)
        if len(table):
            page.show_folded("On the natural scale: every primary and second model", table)

    def show_curves(self, *names: str) -> None:
        """Show the specification curve of each hypothesis."""
        if self.folded:
            said = dict.fromkeys(estimates.say_curve(record) for record in self.records)
            page.show_text("\n\n".join(said))
            return
        for record in self.pick(*names):
            text = estimates.say_curve(record)
            if record.keep("specifications")["estimate"].notna().any():
                self._name(record, alone=len(names) == 1)
                self.show_figure(
                    partial(estimates.draw_specifications, record),
                    name=f"specifications-{record.hypothesis.name.lower()}",
                    caption=f"{text} {captions.CURVE}",
                )
            else:
                self._show_part(record, text)

    def show_refits(self, *names: str) -> None:
        """Show the estimate without each unit and group."""
        for record in self.pick(*names):
            text = refits.say_refits(record)
            empty = record.primary is None or record.keep_primary("leave_one_out").empty
            if empty or self.folded:
                self._show_part(record, text)
            else:
                self._name(record, alone=len(names) == 1)
                self.show_figure(
                    partial(refits.draw_record, record),
                    name=f"left-out-{record.hypothesis.name.lower()}",
                    caption=text,
                )

    def show_identification(self, *names: str) -> None:
        """Show which clusters carry each coefficient, and the gate."""
        for record in self.pick(*names):
            hosts, text = record.keep_primary("identification"), identification.say_leverage(record)
            table = identification.tabulate_identification(hosts)
            title = self.names[record.hypothesis.name]
            if self.folded:
                page.show_folded(title, table, text=text, wide=True)
                continue
            self._name(record, alone=len(names) == 1)
            if hosts["leverage"].notna().any():
                self.show_figure(
                    partial(identification.draw_record, record),
                    name=f"leverage-{record.hypothesis.name.lower()}",
                    caption=text,
                )
                page.show_folded(f"{title}: by cluster", table)
            else:
                page.show_text(text)

    def show_bars(self, *names: str) -> None:
        """Show each bar, what must hold and what was found, with the tables behind it."""
        picked = self.pick(*names)
        if any(len(record.keep("negative_control")) for record in picked):
            page.show_text(f"{bars.CONTROLS} The contrast is $\\beta$ in\n\n{captions.CONTROL}")
            page.show_text("where $h_k$ is one for the outcome and zero for the control.")
        for record in picked:
            self._show_part(record, bars.say_bars(record))
            title = self.names[record.hypothesis.name]
            controls, hazard = bars.tabulate_controls(record), bars.tabulate_hazard(record)
            if len(controls):
                text = bars.say_control_rows(record)
                page.show_folded(f"{title}: negative controls", controls, text=text)
            if len(hazard):
                text = bars.say_hazard(record)
                page.show_folded(f"{title}: what predicts a step", hazard, text=text)

    def show_compatibility(self) -> None:
        """Show the confidence curve of each estimate, and how far it moves readers."""
        for record in self.records:
            rows, name = record.keep(compatibility.TABLE), record.hypothesis.name
            text = compatibility.say_compatibility(record)
            if self.folded or rows.empty:
                self._show_part(record, text)
                continue
            self._name(record)
            self.show_figure(
                partial(compatibility.draw_record, record),
                name=f"compatibility-{name.lower()}",
                caption=f"{text} {captions.COMPATIBILITY}",
            )
            table = compatibility.tabulate_readers(rows, ratio=record.ratio)
            page.show_folded(f"{self.names[name]}: readers and their priors", table)

    def show_verdict(self) -> None:
        """Show rulings, every condition of the rule, and the rule itself."""
        for record in self.records:
            title = f"{self.names[record.hypothesis.name]}: {record.ruling}"
            said = judgement.say_verdict(record)
            if not self.folded:
                self._name(record)
                page.show_badge(record.ruling)
                page.show_text(said)
            text = said if self.folded else ""
            page.show_folded(title, judgement.tabulate_steps(record.steps), text=text)
        page.show_text(
            "The rule asks in this order, and the first answer rules; no hypothesis changes it:"
        )
        page.show_text(judgement.list_rule(self.records))

    def show_threats(self) -> None:
        """Show what could make the estimates wrong."""
        self._show_once(declaration.list_threats)

    def show_changes_of_mind(self) -> None:
        """Show what would change the rulings: as declared, then as the numbers tell."""
        self._show_once(lambda record: f"- {record.hypothesis.decisive}")
        for record in self.records:
            points = judgement.list_changes_of_mind(record)
            if points:
                self._show_part(record, points)

    def show_facts(self) -> None:
        """Show each fact: what was asked and what was found."""
        for row in [] if self.facts is None else write_records(self.facts):
            page.show_text(judgement.say_fact(row))

    def show_rows_lost(self) -> None:
        """Show the rows that each primary model could not use."""
        for record in self.records:
            table = identification.tabulate_rows_lost(record)
            title = self.names[record.hypothesis.name]
            if len(table):
                page.show_folded(f"{title}: rows lost", table)
            else:
                self._show_part(record, "No row of the sample was lost.")

    def show_sources(self) -> None:
        """Show the results files, to download, with their codebook."""
        files = sources.list_files(self.family, self.folder)
        page.show_text(sources.say_files(files))

    def pick(self, *names: str) -> tuple[Record, ...]:
        """Records of some hypotheses; all of them by default."""
        return tuple(map(self.find, names)) if names else self.records

    def _show_each(self, show_one: Callable[[Record], None]) -> None:
        for record in self.records:
            self._name(record)
            show_one(record)

    def _show_once(self, say: Callable[[Record], str]) -> None:
        """Show what several hypotheses share once, and the rest under their names."""
        said: dict[str, list[str]] = {}
        for record in self.records:
            said.setdefault(say(record), []).append(self.names[record.hypothesis.name])
        for text, named in said.items():
            if len(said) == 1:
                page.show_text(text)
            elif self.folded:
                page.show_folded(write_list(named), text=text)
            else:
                page.show_text(f"*{write_list(named)}*\n\n{text}")

    def _show_part(self, record: Record, text: str, *, differs: str = "") -> None:
        """Show a text of one hypothesis below its name, folded where there are many."""
        if self.folded:
            page.show_folded(self.names[record.hypothesis.name], text=text)
        else:
            self._name(record)
            page.show_text(f"{differs}\n\n{text}".strip())

    def _name(self, record: Record, *, alone: bool = False) -> None:
        """Name the hypothesis that follows; a family of one goes without."""
        if len(self.records) > 1 and not alone:
            page.show_text(f"*{self.names[record.hypothesis.name]}*")
