"""``pkstats data verify`` and ``pkstats data fetch`` as a user runs them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pkstats.data import registry

COMMAND = [sys.executable, "-c", "import sys; from pkstats.command import main; sys.exit(main())"]


def run(*words: str, raw: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "data", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PKSTATS_RAW": str(raw), "NO_PROXY": "127.0.0.1"},
        check=False,
    )


@pytest.fixture
def slow() -> Iterator[str]:
    """Template of a server that promises a million bytes and gives them one thousand at a time."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            try:
                for _ in range(1000):
                    self.wfile.write(b"x" * 1000)
                    time.sleep(0.05)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{{repository}}/{{commit}}/{{path}}"
    server.shutdown()
    server.server_close()


def test_all_raw_files_are_whole(raw: Path) -> None:
    answer = run("verify", "--all", raw=raw)
    assert answer.returncode == 0, answer.stdout
    files = registry.files()
    assert f"{len(files)} ok, 0 missing, 0 altered" in answer.stdout
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert [line[3] for line in lines if line[:1] == ["ok"]] == list(files)


def test_what_is_missing_or_altered_is_in_a_table_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "tamm").mkdir()
    (tmp_path / "tamm/tamm.csv").write_text("mission\n")
    answer = run("verify", "tamm", "hks2013", raw=tmp_path)
    assert answer.returncode == 1 and answer.stderr == ""
    rows = [line.split() for line in answer.stdout.splitlines()]
    states = {row[3]: row[0] for row in rows if len(row) > 4 and row[1] == "file"}
    assert states == {
        "tamm/tamm.csv": "altered",
        "tamm/codebook.pdf": "missing",
        "hks2013/hks_ajps_2013.tab": "missing",
    }
    assert answer.stdout.count("remedy: ") == 3
    assert f"expected sha256 {registry.files()['tamm/tamm.csv'].sha256}" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "0 ok, 2 missing, 1 altered"


def test_by_default_what_the_panels_need_is_checked(tmp_path: Path) -> None:
    answer = run("verify", raw=tmp_path / "none")
    rows = [line.split() for line in answer.stdout.splitlines()]
    listed = [row[3] for row in rows if row[:1] in (["missing"], ["ok"])]
    assert listed == list(registry.needed_files())


def test_a_panel_stands_for_its_files(tmp_path: Path) -> None:
    assert registry.choose_files(["conflict_spell"]) == registry.needed_files("conflict_spell")
    assert registry.choose_files(["tamm", "tamm/tamm.csv"]) == (
        "tamm/tamm.csv",
        "tamm/codebook.pdf",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("verify", "tam"), "tam is not in the registry: no file, source or panel"),
        (("verify", "--all", "tamm"), "--all goes without names"),
        (("fetch", "tamm", "--mirror", "nowhere"), "mirror 'nowhere' is no http address"),
    ],
)
def test_bad_words_are_one_error(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    answer = run(*words, raw=tmp_path)
    assert answer.returncode == 1
    assert message in answer.stderr and "Traceback" not in answer.stderr


def test_an_interrupted_fetch_leaves_no_file_under_its_name(tmp_path: Path, slow: str) -> None:
    words = ["fetch", "tamm/tamm.csv", "--mirror", slow, "--raw", str(tmp_path)]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    with subprocess.Popen(
        [*COMMAND, "data", *words],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        # A suite started in the background ignores interrupts, and its children with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        part = tmp_path / "tamm/tamm.csv.part"
        waited = time.monotonic()
        while not (part.is_file() and part.stat().st_size) and time.monotonic() < waited + 30:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "run again to go on" in errors and "Traceback" not in errors
    assert part.stat().st_size > 0 and not (tmp_path / "tamm/tamm.csv").exists()
