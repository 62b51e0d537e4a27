"""The ``pkstats`` command: rebuild, compare and accept what the project publishes."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING, Any

from pkstats.errors import PkstatsError

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = ("panels", "analyses", "book")
PARTS = ("panels", "results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 after an error or a disagreement."""
    parser = argparse.ArgumentParser(prog="pkstats", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "reproduce", help="data, panels, analyses, comparison with the reference, book, verdict"
    )
    build = commands.add_parser("build", help="build up to one step, without comparing")
    build.add_argument("step", choices=STEPS)
    commands.add_parser("compare", help="compare build/ with the committed reference")
    commands.add_parser("verify", help="check every raw file by its sha256")
    accept = commands.add_parser("accept", help="make build/ the committed reference")
    accept.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    chosen = parser.parse_args(arguments)
    if unknown := set(getattr(chosen, "parts", ())) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}: choose among {', '.join(PARTS)}")

    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(chosen)
    except PkstatsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: build/ holds whole files only; run again to go on", file=sys.stderr)
        return 130


def _run(chosen: argparse.Namespace) -> int:
    from pkstats.command.reproduction import (
        accept,
        build,
        compare,
        find_checkout,
        reproduce,
        verify,
    )

    root = find_checkout()
    match chosen.command:
        case "reproduce":
            return reproduce(root)
        case "build":
            build(root, upto=chosen.step)
        case "compare":
            return compare(root)
        case "verify":
            verify(root)
        case "accept":
            accept(root, parts=tuple(chosen.parts) or PARTS)
    return 0


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
