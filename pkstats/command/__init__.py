"""The ``pkstats`` command: fetch and check raw data, rebuild, compare and accept the rest."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkstats.errors import PkstatsError

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = ("panels", "analyses", "book")
PARTS = ("panels", "results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 after an error or a disagreement."""
    parser = _declare_parser()
    chosen = parser.parse_args(arguments)
    if unknown := set(getattr(chosen, "parts", ())) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}: choose among {', '.join(PARTS)}")

    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run_data(chosen) if chosen.command == "data" else _run(chosen)
    except PkstatsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: whole files only are in place; run again to go on", file=sys.stderr)
        return 130


def _declare_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pkstats", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "reproduce", help="data, panels, analyses, comparison with the reference, book, verdict"
    )
    build = commands.add_parser("build", help="build up to one step, without comparing")
    build.add_argument("step", choices=STEPS)
    study = commands.add_parser("simulate", help="run the simulation again and compare it")
    study.add_argument("--accept", action="store_true", help="make it the reference instead")
    _declare_calibration(commands)
    commands.add_parser("compare", help="compare build/ with the committed reference")
    accept = commands.add_parser("accept", help="make build/ the committed reference")
    accept.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    data = commands.add_parser("data", help="raw files: check them, fetch them")
    _declare_data(data.add_subparsers(dest="action", required=True))
    return parser


def _declare_calibration(commands: Any) -> None:
    worlds = commands.add_parser(
        "calibrate", help="judge the placebo and power worlds and compare them"
    )
    worlds.add_argument("--worlds", type=int, help="of each block; by default as declared")
    worlds.add_argument("--jobs", default="2", help="processes, or dask for the active client")
    worlds.add_argument("--accept", action="store_true", help="commit their rows instead")
    worlds.add_argument("--tune", action="store_true", help="tune the worlds' parameters instead")


def _declare_data(actions: Any) -> None:
    for name, about in (
        ("verify", "state of each raw file by its sha256, and the remedy; 1 unless all are whole"),
        ("fetch", "download what is missing from the public mirrors; nothing is overwritten"),
    ):
        action = actions.add_parser(name, help=about, description=about)
        action.add_argument(
            "names",
            nargs="*",
            help="files, sources or panels of the registry; by default what panels are built from",
        )
        action.add_argument("--all", action="store_true", help="every file of the registry")
        action.add_argument(
            "--raw", type=Path, help="folder of raw files; by default PKSTATS_RAW, else data/raw"
        )
        if name == "fetch":
            action.add_argument(
                "--mirror", help="address with {repository}, {commit} and {path} to fill in"
            )


def _run_data(chosen: argparse.Namespace) -> int:
    from pkstats.command import data

    raw = data.find_folder(chosen.raw)
    names = data.choose(chosen.names, everything=chosen.all)
    if chosen.action == "fetch":
        return data.fetch(raw, names, mirror=chosen.mirror)
    return data.verify(raw, names)


def _run(chosen: argparse.Namespace) -> int:
    from pkstats.command.reproduction import (
        accept,
        build,
        compare,
        find_checkout,
        reproduce,
    )

    root = find_checkout()
    match chosen.command:
        case "reproduce":
            return reproduce(root)
        case "build":
            build(root, upto=chosen.step)
        case "simulate":
            from pkstats.command.simulation import simulate

            return simulate(root, accept=chosen.accept)
        case "calibrate":
            from pkstats.command import calibration

            if chosen.tune:
                return calibration.tune_worlds()
            jobs = calibration.read_jobs(chosen.jobs)
            return calibration.calibrate(
                root, worlds=chosen.worlds, jobs=jobs, accept=chosen.accept
            )
        case "compare":
            return compare(root)
        case "accept":
            accept(root, parts=tuple(chosen.parts) or PARTS)
    return 0


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
