"""Validation: what a specification asks of a panel that is not there, before anything runs."""

from __future__ import annotations

from collections.abc import Iterable

from pkstats.data.panels import Panel
from pkstats.errors import Breaches, SpecificationError
from pkstats.estimation.engines.catalogue import check_engine
from pkstats.estimation.engines.columns import read_columns
from pkstats.estimation.specification import Specification


def validate(
    requests: Iterable[tuple[Specification, Panel]], *, subject: str | Breaches = "specification"
) -> None:
    """Hold specifications against their panels and raise every misuse at once.

    What the data cannot answer (an empty sample, a treatment that never varies) is no misuse and
    passes.

    Parameters
    ----------
    requests : iterable of (Specification, Panel)
        What is about to be estimated.
    subject : str or Breaches
        What was checked, for the first line of the message; or a collector that holds breaches
        already.

    Raises
    ------
    SpecificationError
        Lists every breach, each once: of the engine, or of the columns as
        :func:`~pkstats.estimation.engines.columns.read_columns` notes them.
    """
    breaches = subject if isinstance(subject, Breaches) else Breaches(subject)
    for specification, panel in requests:
        found = Breaches(breaches.subject)
        engine = check_engine(specification, found)
        if engine is not None:
            read_columns(specification, panel, found, engine=engine)
        breaches.adopt(found)
    breaches.raise_as(SpecificationError)
