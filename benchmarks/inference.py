"""Speed of inference beside its peers: paired, one thread each, on one simulated panel.

Each row alternates our call with the peer's, and takes medians of CPU seconds; loop peers run some
draws and are scaled. Usage: ``python benchmarks/inference.py [repeats]``.
"""

from __future__ import annotations

import os

THREADS = ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "NUMBA", "RAYON")
os.environ.update({f"{name}_NUM_THREADS": "1" for name in THREADS})  # before numpy is loaded

import csv  # noqa: E402
import platform  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import asdict, dataclass, replace  # noqa: E402
from functools import cached_property  # noqa: E402
from importlib import metadata, util  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pyfixest as pf  # noqa: E402
import statsmodels.api as sm  # noqa: E402

import pkstats as pk  # noqa: E402
from data import describe_machine  # noqa: E402
from pkstats.data.panels.simulated import simulate_panel  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "inference.csv"
PACKAGES = ("pkstats", "numpy", "scipy", "pandas", "pyfixest", "wildboottest", "statsmodels")
UNITS, PERIODS, SEED = 60, 400, 1
REPEATS = 7
DRAWS, HISTORIES, LOOPED = 9_999, 10_000, 100
FORMULA = "deaths ~ robustness + control | mission + month"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One work beside one peer: CPU seconds, their ratio, the goal for it."""

    work: str
    peer: str
    seconds: float
    peer_seconds: float = float("nan")
    ratio: float = float("nan")
    goal: float = float("nan")
    least: float = float("nan")
    most_seconds: float = float("nan")
    repeats: int
    peer_repeats: int = 0
    peer_scaled_from: str = ""
    load_average: float = float("nan")


@dataclass(frozen=True)
class Bench:
    """The panel, its specifications and fits, ours and the peers'."""

    panel: pk.Panel

    @cached_property
    def frame(self) -> pd.DataFrame:
        given = self.panel.frame
        return given.assign(
            log_personnel=np.log(given["personnel"]),
            host_code=pd.factorize(given["host"])[0],  # wildboottest takes no names
        )

    def specify(self, family: str, method: str = "CRV1") -> pk.Specification:
        return pk.Specification(
            outcome="deaths",
            treatment="robustness",
            controls=("control",),
            effects=("mission", "month"),
            exposure="personnel" if family == "poisson" else None,
            family=family,
            inference=pk.Inference(cluster="host", method=method),
        )

    @cached_property
    def estimates(self) -> dict[str, pk.Estimate]:
        return {f: pk.estimate(self.specify(f), self.panel) for f in ("linear", "poisson")}

    @cached_property
    def assignment(self) -> object:
        return pk.renewal_assignment(self.panel, treatment="robustness", renewal="renewal", lag=0)

    def fit_peer(self, frame: pd.DataFrame, family: str = "poisson", vcov: object = None) -> object:
        options = {"vcov": vcov or {"CRV1": "host"}, "ssc": pf.ssc(k_fixef="full")}
        if family == "linear":
            return pf.feols(FORMULA, frame, **options)
        return pf.fepois(FORMULA, frame, offset="log_personnel", **options)

    def fit_dummies(self) -> object:
        cells = self.estimates["poisson"].fit.cells
        used = self.frame.iloc[cells.position]
        dummies = [
            pd.get_dummies(used["mission"], dtype=float),
            pd.get_dummies(used["month"], dtype=float, drop_first=True),
        ]
        X = np.column_stack([used[["robustness", "control"]].to_numpy(float), *dummies])
        model = sm.GLM(cells.outcome, X, family=sm.families.Poisson(), offset=cells.offset)
        return model.fit(cov_type="cluster", cov_kwds={"groups": cells.cluster})

    def leave_out_peer(self) -> list[object]:
        hosts = self.frame["host"].unique()
        return [self.fit_peer(self.frame[self.frame["host"] != h], vcov="iid") for h in hosts]

    def randomize_peer(self, family: str, draws: int) -> list[object]:
        """Fits of the peer to treatments shifted within units, as many as the draws."""
        rng = np.random.default_rng(SEED)
        grouped = self.frame.groupby("mission")["robustness"]
        found = []
        for _ in range(draws):
            moved = grouped.transform(lambda path: np.roll(path, rng.integers(len(path))))
            found.append(self.fit_peer(self.frame.assign(robustness=moved), family))
        return found

    def check(self) -> None:
        """Both sides answer the same question: coefficients and standard errors agree."""
        for family, ours in self.estimates.items():
            peer = self.fit_peer(self.frame, family)
            np.testing.assert_allclose(ours.fit.coefficients, peer.coef(), rtol=1e-4)
            np.testing.assert_allclose(ours.inferred.std_error, peer.se(), rtol=1e-3)


def time_call(call: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def compare(row: Row, ours: Callable[[], object], peer: Callable[[], object], scale: float) -> Row:
    """Alternate ours and the peer after one call of each; medians and their ratio."""
    ours()
    load = os.getloadavg()[0]
    mine, theirs = [], []
    for turn in range(max(row.repeats, row.peer_repeats)):
        if turn < row.peer_repeats:
            theirs.append(time_call(peer) * scale)
        if turn < row.repeats:
            mine.append(time_call(ours))
    seconds, peer_seconds = median(mine), median(theirs or [float("nan")])
    return replace(
        row,
        seconds=seconds,
        peer_seconds=peer_seconds,
        ratio=peer_seconds / seconds,
        load_average=load,
    )


def list_rows(bench: Bench, repeats: int) -> Iterator[Row]:
    """Every row of the table, measured one after another."""
    poisson, linear = bench.estimates["poisson"], bench.estimates["linear"]
    spec, jackknife = bench.specify("poisson"), bench.specify("poisson", "CRV3")
    blank = Row(work="", peer="", seconds=0.0, repeats=repeats, peer_repeats=repeats)

    def fit() -> object:
        return pk.estimate(spec, bench.panel)

    work = "FE-Poisson fit, two-way, CRV1"
    row = replace(blank, work=work, peer="pyfixest fepois", goal=5)
    yield compare(row, fit, lambda: bench.fit_peer(bench.frame), 1)
    row = replace(blank, work=work, peer="statsmodels GLM on indicators", goal=500, peer_repeats=1)
    yield compare(row, fit, bench.fit_dummies, 1)
    row = replace(
        blank, work=f"FE-Poisson CRV3, {UNITS} clusters", peer="loop of pyfixest fepois", goal=30,
        least=12, peer_repeats=2,
    )  # fmt: skip
    yield compare(row, lambda: pk.estimate(jackknife, bench.panel), bench.leave_out_peer, 1)
    yield compare_bootstrap(bench, blank)
    row = replace(
        blank, work=f"wild score bootstrap FE-Poisson, {DRAWS:,} draws", peer="", peer_repeats=0,
        most_seconds=1,
    )  # fmt: skip
    yield compare(row, lambda: pk.bootstrap(poisson, draws=DRAWS, seed=SEED), fit, 1)
    for family, method, goal, least in (
        ("poisson", "score", 100, np.nan),
        ("poisson", "exact", 10, np.nan),
        ("linear", "exact", 100, 50),
    ):
        estimate = poisson if family == "poisson" else linear
        name = "FE-Poisson, " + method if family == "poisson" else "linear, unbalanced"
        row = replace(
            blank, work=f"randomization inference {name}, {HISTORIES:,} histories", goal=goal,
            peer=f"loop of pyfixest {'fepois' if family == 'poisson' else 'feols'}", least=least,
            repeats=1 if method == "exact" and family == "poisson" else 3, peer_repeats=1,
            peer_scaled_from=f"{LOOPED} histories",
        )  # fmt: skip
        yield compare(
            row,
            lambda e=estimate, m=method: pk.randomize(
                e, bench.assignment, draws=HISTORIES, seed=SEED, method=m
            ),
            lambda f=family: bench.randomize_peer(f, LOOPED),
            HISTORIES / LOOPED,
        )


def compare_bootstrap(bench: Bench, blank: Row) -> Row:
    """Wild cluster bootstrap of the linear model; pyfixest hands it to wildboottest."""
    row = replace(
        blank,
        work=f"wild cluster bootstrap, two-way effects, {DRAWS:,} draws",
        peer="pyfixest with wildboottest",
        goal=50,
    )
    fitted = bench.fit_peer(bench.frame, "linear")

    def peer() -> object:
        return fitted.wildboottest(param="robustness", cluster="host_code", reps=DRAWS, seed=SEED)

    if util.find_spec("wildboottest") is None:
        row = replace(row, peer=f"{row.peer} (not installed)", peer_repeats=0)
    else:
        peer()  # compiles
    linear = bench.estimates["linear"]
    return compare(row, lambda: pk.bootstrap(linear, draws=DRAWS, seed=SEED), peer, 1)


def name_versions() -> str:
    """Versions of python and of every package that is compared."""
    found = [f"python {platform.python_version()}"]
    for package in PACKAGES:
        if util.find_spec(package):
            found.append(f"{package} {metadata.version(package)}")
    return "; ".join(found)


def main(repeats: int = REPEATS) -> None:
    """Measure every row and write the table."""
    warnings.simplefilter("ignore")
    panel = simulate_panel(
        units=UNITS, periods=PERIODS, clusters=UNITS, base=-3.0, exposed=True, seed=SEED
    )
    bench = Bench(panel)
    bench.check()
    machine = describe_machine() | {"versions": name_versions()}
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = None
        for row in list_rows(bench, repeats):
            record = asdict(row) | {"rows": len(panel.frame)} | machine
            record = {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in record.items()}
            record = {k: "" if v == "nan" else v for k, v in record.items()}
            writer = writer or csv.DictWriter(file, list(record), lineterminator="\n")
            if row.work and file.tell() == 0:
                writer.writeheader()
            writer.writerow(record)
            file.flush()
            print(f"{row.work} / {row.peer}: {row.seconds:.4f} s, {row.ratio:.1f} x", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
