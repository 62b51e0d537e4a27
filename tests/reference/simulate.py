"""Write the panels on which R and pkstats are compared: python tests/reference/simulate.py."""

from pathlib import Path

import numpy as np
import pandas as pd

from pkstats.data.panels.simulated import simulate_panel

FOLDER = Path(__file__).with_name("data")

CASES: dict[str, dict] = {
    "balanced": {"balanced": True, "seed": 21},
    "unbalanced": {"seed": 22},
    "exposure": {"exposed": True, "seed": 23},
    "separated": {"base": -3.6, "seed": 24},
}


def simulate_case(name: str) -> pd.DataFrame:
    """Months of 16 missions in 8 hosts; a linear outcome, counts, an indicator, an instrument."""
    panel = simulate_panel(units=16, periods=36, clusters=8, **CASES[name])
    rng = np.random.default_rng(CASES[name]["seed"])
    frame = panel.frame.copy()
    rows = len(frame)
    hidden = rng.normal(size=rows)
    frame["instrument"] = rng.normal(size=rows)
    frame["deployment"] = 0.6 * frame["instrument"] + hidden + rng.normal(size=rows)
    unit = frame["mission"].str[1:].astype(int)
    own = rng.normal(0, [[0.7], [0.5]], (2, 16))[:, unit]
    frame["violence"] = (
        (0.5 + own[1]) * frame["robustness"] - 0.3 * frame["control"]
        + 0.4 * frame["deployment"] - hidden + unit / 9 + frame["year"] % 3 + rng.normal(size=rows)
    )  # fmt: skip
    size = np.log(frame["personnel"] / 1000) + 0.2 * frame["control"] + own[0]
    frame["clashes"] = rng.poisson(np.exp(-1 + size + (0.4 + own[1]) * frame["robustness"]))
    counts = rng.poisson(frame["deaths"] * rng.gamma(1.0, 1.0, rows))
    frame["overdispersed"] = counts
    frame["attacked"] = (frame["deaths"] > 0).astype(int)
    frame["period"] = frame["month"].dt.year * 12 + frame["month"].dt.month
    return frame.drop(columns=["month", "renewal"]).round(8)


def simulate_spells() -> pd.DataFrame:
    """Months at risk of 60 missions in 15 hosts; ``event`` is 1 in the month that ends a spell."""
    rng = np.random.default_rng(25)
    rows = []
    for number in range(60):
        size = rng.normal(0, 0.5)
        step = rng.integers(3, 24)
        for month in range(1, 25):
            mandate = float(month >= step)
            pressure = round(rng.normal() + size, 8)
            hazard = np.exp(-3.2 + 0.7 * mandate + 0.4 * pressure + 0.03 * month)
            event = int(rng.random() < 1 - np.exp(-hazard))
            rows.append((f"M{number:02d}", f"H{number % 15:02d}", month, mandate, pressure, event))
            if event:
                break
    return pd.DataFrame(rows, columns=["mission", "host", "month", "mandate", "pressure", "event"])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    tables = {name: simulate_case(name) for name in CASES} | {"spells": simulate_spells()}
    for name, table in tables.items():
        table.to_csv(FOLDER / f"{name}.csv", index=False, lineterminator="\n")
