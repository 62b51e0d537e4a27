"""Study: every block of worlds, resumable, by processes or by the workers of a Dask client."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from pkstats.arguments import COUNT, check_jobs, note_argument
from pkstats.checks.multiverse.multiverse import find_client
from pkstats.errors import Breaches, SpecificationError
from pkstats.families import find_family
from pkstats.simulation.calibration.blocks import Block
from pkstats.simulation.calibration.design import FAMILY, KINDS, WorldKind
from pkstats.simulation.calibration.ground import Ground, lay_ground
from pkstats.simulation.calibration.trial import hash_design, try_world
from pkstats.simulation.calibration.tuning import read_violence
from pkstats.simulation.calibration.world import Violence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pkstats.data.panels import Panel
    from pkstats.families import Family

Jobs = int | Literal["dask"]
#: Worlds that one process takes at once; a killed worker loses no more than these.
LOT: Final = 4
#: Seconds between two lines on the progress.
PAUSE: Final = 20.0
MINUTE: Final = 60


@dataclass(frozen=True)
class Task:
    """Worlds of one block that are still to be done."""

    block: Block
    ground: Ground
    violence: Violence
    numbers: tuple[int, ...]


def declare_blocks(
    family: Family | None = None, *, kinds: Sequence[WorldKind] = KINDS
) -> tuple[Block, ...]:
    """List the blocks of the design: every kind of world for every member of the family.

    A world has no effect of one estimand alone: where personnel answers the mandate, no effect on
    the risk per person is an effect on the total. So each member has worlds of its own.
    """
    home = family or find_family(FAMILY)
    return tuple(
        Block(kind, h.name, hash_design(home, h, kind, read_violence(h.name, kind)))
        for kind in kinds
        for h in home.hypotheses
    )


def run_study(
    folder: Path,
    panel: Panel,
    *,
    family: Family | None = None,
    kinds: Sequence[WorldKind] = KINDS,
    worlds: int | None = None,
    jobs: Jobs = 2,
    say: Callable[[str], None] = print,
) -> None:
    """Judge every world that the folder does not hold yet.

    Parameters
    ----------
    folder : Path
        Receives a file a block, rows added lot by lot as they are done. A line that an
        interruption left unfinished is cut off and its world judged again.
    panel : Panel
        Mission-months as observed.
    family : Family, optional
        By default the declared one.
    kinds : sequence of WorldKind
        By default all.
    worlds : int, optional
        Of each block; by default as declared, and never more.
    jobs : int or "dask"
        Processes, or the workers of the active ``dask.distributed.Client``.
    say : callable
        Told of the progress and the time left.

    Raises
    ------
    SpecificationError
        Worlds or jobs below one; ``"dask"`` without a client.
    SourceError
        A file of the folder is damaged or of another design.
    """
    _check_numbers(worlds, jobs)
    home = family or find_family(FAMILY)
    folder.mkdir(parents=True, exist_ok=True)
    blocks = declare_blocks(home, kinds=kinds)
    for block in blocks:
        if block.mend(folder):
            say(f"  {block.file}: an unfinished line was cut off; its world is judged again")
    todo = {block: list_missing(block, folder, worlds=worlds) for block in blocks}
    left = sum(map(len, todo.values()))
    say(f"  {left:,} worlds to judge")
    clock, grounds = Clock(left), {}
    for block, numbers in todo.items():
        if not numbers:
            continue
        if block.hypothesis not in grounds:
            grounds[block.hypothesis] = lay_ground(home, home.find(block.hypothesis), panel)
        violence = read_violence(block.hypothesis, block.kind)
        task = Task(block, grounds[block.hypothesis], violence, numbers)
        for rows in _judge(home, task, jobs):
            block.append(rows, folder)
            clock.tell(len(rows), block, say)
        block.settle(folder)


def list_missing(block: Block, folder: Path, *, worlds: int | None) -> tuple[int, ...]:
    """Numbers of the worlds that a folder does not hold."""
    wanted = min(worlds or block.kind.worlds, block.kind.worlds)
    held = set(block.read(folder)["number"])
    return tuple(number for number in range(wanted) if number not in held)


def _check_numbers(worlds: int | None, jobs: Jobs) -> None:
    breaches = Breaches("calibration")
    if worlds is not None:
        note_argument(breaches, "worlds", worlds, COUNT)
    breaches.raise_as(SpecificationError)
    check_jobs(jobs)
    if jobs == "dask":
        find_client()


def _judge(family: Family, task: Task, jobs: Jobs) -> Iterator[list[dict[str, object]]]:
    """Rows of one lot after another, in the order in which they are done."""
    numbers = task.numbers
    lots = [numbers[first : first + LOT] for first in range(0, len(numbers), LOT)]
    if jobs == 1:
        yield from (judge_lot(family, task.block.kind, task, lot) for lot in lots)
        return
    from joblib import Parallel, delayed, parallel_config

    calls = (delayed(judge_lot)(family, task.block.kind, task, lot) for lot in lots)
    options: dict[str, Any] = {"return_as": "generator_unordered"}
    if jobs == "dask":
        with parallel_config(backend="dask"):
            yield from Parallel(**options)(calls)
    else:
        yield from Parallel(n_jobs=jobs, **options)(calls)


def judge_lot(
    family: Family, kind: WorldKind, task: Task, lot: Sequence[int]
) -> list[dict[str, object]]:
    """Judge some worlds of one block."""
    return [try_world(family, task.ground, kind, task.violence, number) for number in lot]


class Clock:
    """Says how many worlds are done and how long the rest will take."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.start = self.said = time.monotonic()

    def tell(self, number: int, block: Block, say: Callable[[str], None]) -> None:
        """Count some worlds, and speak unless it has just spoken."""
        self.done += number
        now = time.monotonic()
        if now - self.said < PAUSE and self.done < self.total:
            return
        self.said = now
        minutes = (now - self.start) / self.done * (self.total - self.done) / MINUTE
        say(
            f"  {block.kind.name}, {block.hypothesis}: {self.done:,} of {self.total:,} worlds, "
            f"about {minutes:.0f} minutes left"
        )


def gather_rows(folder: Path, *, family: Family | None = None) -> pd.DataFrame:
    """Read the rows of every block of the design that a folder holds.

    Raises
    ------
    SourceError
        A file is damaged, of another design, or of no block at all.
    """
    blocks = declare_blocks(family)
    found = [block.read(folder) for block in blocks]
    held = [table for table in found if len(table)]
    return pd.concat(held, ignore_index=True) if held else found[0]
