"""How cost grows: time and peak memory by number of units and by number of draws.

Each point runs in a fresh process with one thread. Usage: ``python benchmarks/growth.py``.
"""

from __future__ import annotations

import os

THREADS = ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "NUMBA", "RAYON")
os.environ.update({f"{name}_NUM_THREADS": "1" for name in THREADS})  # before numpy is loaded

import csv  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

import pkstats as pk  # noqa: E402
from data import describe_machine  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "growth.csv"
PERIODS, SEED = 400, 1
SMALLEST, LARGEST = 60, 5_000
FITS = (60, 150, 400, 1_000, 2_500, LARGEST)
JACKKNIFES = (60, 150, 400)
DRAWS = (100, 1_000, 10_000, 100_000)
PLAN = (
    *(("fit", units, 0) for units in FITS),
    *(("jackknife", units, 0) for units in JACKKNIFES),
    *(("wild bootstrap", SMALLEST, draws) for draws in DRAWS),
    *(("wild score bootstrap", SMALLEST, draws) for draws in DRAWS),
    *(("randomization, linear", SMALLEST, draws) for draws in DRAWS),
    *(("randomization, score", SMALLEST, draws) for draws in DRAWS),
)


def simulate(units: int) -> pk.Panel:
    """Unbalanced panel of rare counts; two steps of the treatment a unit, a cluster a unit."""
    rng = np.random.default_rng(SEED)
    first = rng.integers(0, PERIODS // 3, units)
    last = rng.integers(2 * PERIODS // 3, PERIODS + 1, units)
    unit = np.repeat(np.arange(units), last - first)
    month = np.concatenate([np.arange(f, e) for f, e in zip(first, last, strict=True)])
    age = month - first[unit]
    steps = np.sort(rng.integers(1, (last - first)[:, None] // 6, size=(units, 2)) * 6)
    treatment = (age[:, None] >= steps[unit]).sum(axis=1).astype(float)
    control = rng.normal(size=len(unit))
    log_rate = -3.0 + 0.4 * treatment + 0.2 * control + rng.normal(0, 0.7, units)[unit]
    frame = pd.DataFrame(
        {
            "unit": unit,
            "month": month,
            "treatment": treatment,
            "control": control,
            "renewal": (age % 6 == 0).astype(int),
            "deaths": rng.poisson(np.exp(log_rate + rng.normal(0, 0.4, PERIODS)[month])),
        }
    )
    return pk.Panel.from_frame(frame, unit="unit", time="month")


def specify(family: str, method: str = "CRV1") -> pk.Specification:
    return pk.Specification(
        outcome="deaths",
        treatment="treatment",
        controls=("control",),
        effects=("unit", "month"),
        family=family,
        inference=pk.Inference(cluster="unit", method=method),
    )


def measure(work: str, units: int, draws: int) -> dict[str, object]:
    """CPU seconds of one work and the memory that it adds to panel and libraries."""
    panel = simulate(units)
    family = "linear" if work in ("wild bootstrap", "randomization, linear") else "poisson"
    method = "CRV3" if work == "jackknife" else "CRV1"
    small = pk.estimate(specify(family), panel.where(f"unit < {SMALLEST}"))
    estimate = small if draws else None
    before = read_peak()
    begin = time.process_time()
    if work in ("fit", "jackknife"):
        pk.estimate(specify(family, method), panel)
    elif "bootstrap" in work:
        pk.bootstrap(estimate, draws=draws, seed=SEED)
    else:
        steps = pk.renewal_assignment(panel, treatment="treatment", renewal="renewal", lag=0)
        method = "score" if work.endswith("score") else "exact"
        pk.randomize(estimate, steps, draws=draws, seed=SEED, method=method)
    seconds = time.process_time() - begin
    return {
        "work": work,
        "units": units,
        "draws": draws,
        "rows": len(panel.frame),
        "cpu_seconds": round(seconds, 4),
        "peak_mebibytes": round(read_peak(), 1),
        "added_mebibytes": round(read_peak() - before, 1),
    }


def read_peak() -> float:
    """Largest resident memory of this process, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    """Measure every point of the plan in a fresh process and write the table."""
    machine = describe_machine()
    rows = []
    for step in PLAN:
        busy = os.getloadavg()[0]
        command = [sys.executable, __file__, *map(str, step)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(answer.stdout.splitlines()[-1])
        rows.append(found | {"load_average": round(busy, 2)} | machine)
        print(found, flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
    else:
        main()
