"""The study: every world, every method, in parts that outlive an interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from pkstats.arguments import check_arguments
from pkstats.simulation.design import GRID, LEVEL, METHODS, World, count_replications
from pkstats.simulation.trial import Answer, answer

#: Replications that one process takes at once.
LOT = 25


def run_study(
    folder: Path,
    *,
    worlds: Sequence[World] = GRID,
    groups: Sequence[str] = tuple(METHODS),
    replications: Callable[[World, str], int] = count_replications,
    jobs: int = 2,
    say: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Run every part that the folder does not hold yet, and gather them all.

    Parameters
    ----------
    folder : Path
        Receives one file a part (world and group of methods) as it is done; a part that is
        there is not run again.
    worlds, groups : sequence
        Of the design; by default all of it.
    replications : callable
        From a world and a group to their number.
    jobs : int
        Processes.
    say : callable
        Told of every part.

    Returns
    -------
    DataFrame
        One row a world and method, in the order of the design; columns as :func:`summarise`.
    """
    check_arguments("simulation", jobs=jobs)
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for group in groups:
        for place, world in enumerate(worlds):
            number = replications(world, group)
            name = "-".join([group.replace(" ", "_"), *map(str, world.key), str(number)])
            file = folder / f"{name}.csv"
            if not file.is_file():
                _write_part(world, group, number, file, jobs=jobs)
                say(f"  {group}: {world}")
            parts.append(pd.read_csv(file).assign(place=place))
    names = [method for methods in METHODS.values() for method in methods]
    table = pd.concat(parts, ignore_index=True)
    table["rank"] = table["method"].map(names.index)
    ordered = table.sort_values(["place", "rank"], ignore_index=True)
    return ordered.drop(columns=["place", "rank"])


def _write_part(world: World, group: str, number: int, file: Path, *, jobs: int) -> None:
    from joblib import Parallel, delayed

    lots = [range(first, min(first + LOT, number)) for first in range(0, number, LOT)]
    answers = Parallel(n_jobs=jobs)(delayed(_answer_lot)(world, lot, group) for lot in lots)
    table = summarise(world, [found for lot in answers for found in lot])
    partial = file.with_suffix(".partial")
    table.to_csv(partial, index=False, lineterminator="\n")
    partial.replace(file)


def _answer_lot(world: World, lot: range, group: str) -> list[Answer]:
    return [found for number in lot for found in answer(world, number, group=group)]


def summarise(world: World, answers: Iterable[Answer]) -> pd.DataFrame:
    r"""Summarise the answers of many replications of one world.

    Parameters
    ----------
    world : World
        Where the truth is known.
    answers : iterable of Answer
        All methods of a group, all replications.

    Returns
    -------
    DataFrame
        One row a method: the world, ``method replications answered rejected rejected_error
        coverage coverage_error bias bias_error estimate_sd std_error_mean``. A method answers
        where it gives a p-value; ``rejected`` (at 5%: the size where the effect is zero, else
        the power) and ``coverage`` are shares of the answered, with the Monte Carlo standard
        error :math:`\sqrt{\tilde p (1 - \tilde p) / \tilde n}`, two successes and two failures
        added so that it is never zero. Bias and standard deviation are of all finite estimates.
    """
    table = pd.DataFrame([asdict(found) for found in answers])
    rows = []
    for method, given in table.groupby("method", sort=False):
        answered = given[given["p_value"].notna()]
        rejected = _share(answered["p_value"] <= LEVEL)
        inside = answered["conf_low"].le(world.effect) & answered["conf_high"].ge(world.effect)
        covered = _share(inside[answered["conf_low"].notna()])
        found = given["estimate"].dropna()
        rows.append(
            {
                **asdict(world),
                "method": method,
                "replications": len(given),
                "answered": len(answered),
                "rejected": rejected[0],
                "rejected_error": rejected[1],
                "coverage": covered[0],
                "coverage_error": covered[1],
                "bias": found.mean() - world.effect,
                "bias_error": found.std() / np.sqrt(max(len(found), 1)),
                "estimate_sd": found.std(),
                "std_error_mean": given["std_error"].mean(),
            }
        )
    return pd.DataFrame(rows)


def _share(hits: pd.Series) -> tuple[float, float]:
    """Share of hits and its Monte Carlo standard error; missing where nothing answered."""
    n = len(hits)
    if not n:
        return np.nan, np.nan
    adjusted = (hits.sum() + 2) / (n + 4)
    return float(hits.mean()), float(np.sqrt(adjusted * (1 - adjusted) / (n + 4)))
