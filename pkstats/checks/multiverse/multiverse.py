"""Multiverse: every combination of declared choices about one specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from pkstats.arguments import check_jobs
from pkstats.checks.identification import check_gate
from pkstats.checks.multiverse.choices import SAMPLE, Options, read_choices
from pkstats.checks.multiverse.curve import SpecificationCurve
from pkstats.data.panels import Panel
from pkstats.errors import (
    Breaches,
    EstimationError,
    PanelError,
    SpecificationError,
    name_some,
)
from pkstats.estimation.engines.catalogue import check_engine
from pkstats.estimation.estimate import Estimate, estimate
from pkstats.estimation.specification import Specification
from pkstats.estimation.validation import validate

Jobs = int | Literal["dask"]
#: Labels, specification and sample of each combination.
Listed = tuple[tuple[dict[str, str], Specification, str], ...]
#: Specifications that travel to a worker of Dask together.
BATCH = 16
MEASURES = (
    *("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
    *("rows", "clusters", "events", "status", "note"),
)


@dataclass(frozen=True, repr=False)
class Multiverse:
    r"""Specifications that differ in choices of no interest and share one estimand.

    Parameters
    ----------
    specification : Specification
        The main one: outcome, treatment, exposure and scale of the coefficient.
    choices : mapping of str to options
        Fields of the specification to options, each as a sequence or by label, the main option
        first; ``"sample"`` takes pandas queries (``""`` for all rows). ``exposure`` and
        ``estimator`` are refused: they change what the coefficient means, so that each estimand
        has a curve of its own. Outcomes and samples must be of one estimand and one population;
        that is for the researcher to see to.

    Raises
    ------
    SpecificationError
        Lists every breach of the choices.

    References
    ----------
    Steegen, Tuerlinckx, Gelman and Vanpaemel 2016; Simonsohn, Simmons and Nelson 2020.
    """

    specification: Specification
    choices: Mapping[str, Options]

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", read_choices(self.specification, self.choices))

    def __len__(self) -> int:
        """Number of specifications."""
        return int(np.prod([len(options) for options in self.choices.values()]))

    def list_specifications(self) -> Listed:
        """Labels, specification and sample of every combination, the main one first.

        Raises
        ------
        SpecificationError
            Lists every combination that is no specification, such as one column in two roles.
        """
        listed = []
        breaches = Breaches("Multiverse")
        named = [[(f, label, o) for label, o in _pairs(opts)] for f, opts in self.choices.items()]
        for combination in product(*named):
            labels = {field: label for field, label, _ in combination}
            changed: dict[str, Any] = {f: o for f, _, o in combination if f != SAMPLE}
            sample = next((str(o) for f, _, o in combination if f == SAMPLE), "")
            try:
                listed.append((labels, replace(self.specification, **changed), sample))
            except SpecificationError as error:
                breaches.add(f"{', '.join(map(str, labels.values()))}: {error}")
        breaches.raise_as(SpecificationError)
        return tuple(listed)

    def validate(self, panel: Panel) -> None:
        """Refuse every misuse in every specification at once, before anything is estimated.

        Raises
        ------
        SpecificationError
            As :meth:`run`.
        """
        self._check_contrast(panel)
        draw_samples(self.list_specifications(), panel)

    def run(self, panel: Panel, *, jobs: Jobs = 1) -> SpecificationCurve:
        """Estimate every specification.

        A sample is drawn once for all specifications that share it, and specifications that
        differ in the method of inference alone share their fit.

        Parameters
        ----------
        panel : Panel
            Whole; it holds every column that a specification names.
        jobs : int or "dask"
            Processes, or the workers of the active ``dask.distributed.Client``.

        Returns
        -------
        SpecificationCurve

        Raises
        ------
        SpecificationError
            Jobs below one; ``"dask"`` without a client; effects that change the contrast: some
            options absorb the panel's unit and others do not. Or, before anything is estimated,
            every misuse in every specification at once: a column that the panel lacks or that is
            not what it is taken for, an option that is not served, a sample whose query fails.
        """
        self._check_contrast(panel)
        listed = self.list_specifications()
        samples = draw_samples(listed, panel)
        order: dict[str, list[int]] = {}
        for place, (_, _, sample) in enumerate(listed):
            order.setdefault(sample, []).append(place)
        size = _size_batches(len(listed), jobs)
        tasks = []
        for sample, places in order.items():
            kept = _narrow(samples[sample], listed, places)
            for start in range(0, len(places), size):
                part = places[start : start + size]
                tasks.append((part, [listed[p][1] for p in part], kept))
        found: dict[int, dict[str, object]] = {}
        for part, records in _run_tasks(tasks, jobs):
            found.update(zip(part, records, strict=True))
        rows = [
            {
                "specification": p,
                "main": p == 0,
                **labels,
                "term": spec.treatment,
                **found[p],
            }
            for p, (labels, spec, _) in enumerate(listed)
        ]
        return SpecificationCurve(self.specification, tuple(self.choices), pd.DataFrame(rows))

    def _check_contrast(self, panel: Panel) -> None:
        options = self.choices.get("effects", {})
        within = {
            label: panel.unit in ((effects,) if isinstance(effects, str) else tuple(effects))
            for label, effects in _pairs(options)
        }
        if len(set(within.values())) > 1:
            without = [label for label, unit in within.items() if not unit]
            raise SpecificationError(
                f"effects without {panel.unit!r} compare {panel.unit}s, the others do not: "
                f"{name_some(without)}. Remedy: make one multiverse for each contrast"
            )

    def __repr__(self) -> str:
        parts = [f"{f}: {', '.join(map(str, o))}" for f, o in self.choices.items()]
        return f"Multiverse of {len(self)} specifications\n  " + "\n  ".join(parts)


def draw_samples(listed: Listed, panel: Panel) -> dict[str, Panel]:
    """Rows of every sample, once all specifications have been held against them.

    Raises
    ------
    SpecificationError
        Lists every query that fails and every misuse, each once.
    """
    breaches = Breaches(f"Multiverse on panel {panel.name!r}")
    samples: dict[str, Panel] = {}
    for sample in dict.fromkeys(sample for _, _, sample in listed):
        try:
            samples[sample] = panel.where(sample) if sample else panel
        except PanelError as error:
            breaches.add(f"sample {sample!r}: {error}", remedy="a pandas query on its columns")
    plain = dict.fromkeys((replace(s, inference=s.inference.plain), q) for _, s, q in listed)
    for found in dict.fromkeys(s for _, s, _ in listed):
        check_engine(found, breaches)
    requests = [(s, samples.get(q, panel)) for s, q in plain]
    validate(requests, subject=breaches)
    return samples


def _pairs(options: Any) -> list[tuple[str, Any]]:
    return list(options.items())


def _size_batches(count: int, jobs: Jobs) -> int:
    if jobs == "dask":
        return BATCH
    check_jobs(jobs)
    return max(1, -(-count // (4 * jobs))) if jobs > 1 else count


def _narrow(panel: Panel, listed: tuple[Any, ...], places: list[int]) -> Panel:
    """Keep the columns that the specifications read: less travels to the workers."""
    columns = {c for p in places for c in listed[p][1].columns} | {panel.unit, panel.time}
    return replace(panel, frame=panel.frame[[c for c in panel.frame if c in columns]], codebook=())


def _run_tasks(tasks: list[tuple[list[int], list[Specification], Panel]], jobs: Jobs) -> Any:
    if jobs == 1:
        return [(part, estimate_all(specs, panel)) for part, specs, panel in tasks]
    from joblib import Parallel, delayed, parallel_config

    calls = [delayed(estimate_all)(specs, panel) for _, specs, panel in tasks]
    if jobs == "dask":
        find_client()
        with parallel_config(backend="dask"):
            results = Parallel()(calls)
    else:
        results = Parallel(n_jobs=jobs)(calls)
    return [(task[0], records) for task, records in zip(tasks, results, strict=True)]


def find_client() -> None:
    """Refuse work for Dask where there is no client.

    Raises
    ------
    SpecificationError
        ``distributed`` is not installed, or no client is active.
    """
    try:
        from distributed import get_client

        get_client()
    except ImportError as error:
        raise SpecificationError(
            "jobs='dask' needs distributed. Remedy: install pkstats[scale]"
        ) from error
    except ValueError as error:
        raise SpecificationError(
            "jobs='dask' finds no client. Remedy: client = distributed.Client(...) first"
        ) from error


def estimate_all(specifications: list[Specification], panel: Panel) -> list[dict[str, object]]:
    """Estimate specifications on one sample; a record of :data:`MEASURES` for each."""
    fits: dict[Specification, Estimate | str] = {}
    records = []
    for specification in specifications:
        plain = replace(specification, inference=specification.inference.plain)
        if plain not in fits:
            fits[plain] = _try(plain, panel)
        records.append(_record(fits[plain], specification))
    return records


def _try(specification: Specification, panel: Panel) -> Estimate | str:
    try:
        return estimate(specification, panel)
    except EstimationError as error:
        return str(error)


def _record(found: Estimate | str, specification: Specification) -> dict[str, object]:
    empty: dict[str, object] = dict.fromkeys(MEASURES, np.nan)
    if isinstance(found, str):
        return empty | {"rows": 0, "clusters": 0, "status": "no estimate", "note": found}
    passes, reasons = check_gate(found)
    own = found.with_inference(specification.inference)
    line = own.tidy().iloc[0]
    notes = [own.note, "" if passes else "; ".join(reasons)]
    return {
        **{name: float(line[name]) for name in MEASURES[:7]},
        "rows": own.rows,
        "clusters": own.clusters,
        "events": own.events,
        "status": "identified" if passes else "gate not passed",
        "note": "; ".join(n for n in notes if n),
    }
