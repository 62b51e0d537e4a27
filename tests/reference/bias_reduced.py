"""Write data/bias_reduced.csv, the panel on which bias_reduced.R and pkstats are compared."""

from pathlib import Path

from pkstats.data.panels.simulated import simulate_panel

FILE = Path(__file__).with_name("data") / "bias_reduced.csv"

if __name__ == "__main__":
    panel = simulate_panel(units=12, periods=36, clusters=6, exposed=True, seed=1)
    frame = panel.frame.assign(month=panel.frame["month"].dt.strftime("%Y-%m-%d"))
    FILE.parent.mkdir(exist_ok=True)
    frame.to_csv(FILE, index=False, float_format="%.17g", lineterminator="\n")
