"""Time and memory of the data layer: every panel rebuilt from raw, every panel loaded.

Each measurement runs in a fresh process; this one imports nothing heavy, so that its own memory
is never taken for theirs. Usage: ``python benchmarks/data.py`` with PKSTATS_RAW set.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "data.csv"
PACKAGES = ("numpy", "pandas", "pyarrow", "scipy")
ALL = "all panels"
MOST_SECONDS, MOST_MEBIBYTES, MOST_SECONDS_TO_LOAD = 180, 2048, 0.5
REPEATS = 5
BUSY = 0.5  # load average from which wall time holds other work
COLUMNS = (
    "measure",
    "panel",
    "wall_seconds",
    "cpu_seconds",
    "peak_mebibytes",
    "seconds_again",
    "load_average_before",
)


def measure_build(panel: str) -> dict[str, float]:
    """Build one panel, or all of them in one process as `make data` does."""
    from pkstats.data.panels.building import build_panels
    from pkstats.data.registry import raw_folder

    names = None if panel == ALL else [panel]
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        build_panels(raw_folder(), Path(folder), names)
        return {
            "wall_seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
        }


def measure_load(panel: str) -> dict[str, float]:
    """Load one panel for the first time in a process, then again; imports are not counted."""
    import pyarrow.parquet  # noqa: F401

    from pkstats.data.panels.store import load_panel

    seconds = []
    cpu = time.process_time()
    for _ in range(1 + REPEATS):
        wall = time.perf_counter()
        load_panel(panel)
        seconds.append(time.perf_counter() - wall)
        if len(seconds) == 1:
            cpu = time.process_time() - cpu
    return {"wall_seconds": seconds[0], "cpu_seconds": cpu, "seconds_again": median(seconds[1:])}


def name_panels() -> list[str]:
    """Panels that have a codebook."""
    return sorted(file.stem for file in (ROOT / "pkstats/data/panels/codebooks").glob("*.toml"))


def run(measure: str, panel: str) -> dict[str, object]:
    """One measurement in a fresh process."""
    busy = os.getloadavg()[0]
    command = [sys.executable, __file__, measure, panel]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    found["load_average_before"] = busy
    row = {"measure": measure, "panel": panel} | {k: round(v, 3) for k, v in found.items()}
    print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return row


def describe_machine() -> dict[str, object]:
    """Cores, memory, system and versions, in general terms."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = [f"python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in PACKAGES]
    return {
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gibibytes": round(pages / 2**30),
        "system": f"{sys.platform} {platform.machine()}",
        "versions": "; ".join(versions),
    }


def find_misses(rows: list[dict[str, object]]) -> list[str]:
    """Targets that a measurement misses: by wall time, or by CPU time where the machine was busy.

    What runs here is one thread at work, save the reading of parquet, so on an idle machine the two
    are the same.
    """
    misses = []
    for row in rows:
        clock = "wall" if float(row["load_average_before"]) < BUSY else "cpu"
        seconds, memory = float(row[f"{clock}_seconds"]), float(row["peak_mebibytes"])
        most = MOST_SECONDS if row["measure"] == "build" else MOST_SECONDS_TO_LOAD
        if seconds > most:
            misses.append(
                f"{row['measure']} of {row['panel']}: {seconds} s ({clock}), target {most} s"
            )
        if memory > MOST_MEBIBYTES:
            misses.append(f"{row['measure']} of {row['panel']}: {memory} MiB of {MOST_MEBIBYTES}")
    return misses


def main() -> int:
    """Measure everything, write the results, and return 1 where a target is missed."""
    machine = describe_machine()
    panels = name_panels()
    plan = [("build", panel) for panel in [*panels, ALL]] + [("load", panel) for panel in panels]
    rows = [run(*step) | machine for step in plan]
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *machine], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    misses = find_misses(rows)
    print("\n".join(misses) or "every target is met")
    return int(bool(misses))


if __name__ == "__main__":
    if sys.argv[1:]:
        measures = {"build": measure_build, "load": measure_load}
        found = measures[sys.argv[1]](sys.argv[2])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        kibibytes = peak / 1024 if sys.platform == "darwin" else peak
        print(json.dumps({**found, "peak_mebibytes": kibibytes / 1024}))
    else:
        sys.exit(main())
