"""Download: one file by HTTP, resumed where it stopped, in place only when its hash agrees."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from pkstats.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import requests
    from urllib3.response import BaseHTTPResponse

ATTEMPTS = 4
BUSY = (429, 500, 502, 503, 504)
CHUNK = 1 << 16
PART = ".part"
SECONDS_TO_CONNECT, SECONDS_TO_READ = 10, 30
MOST_SECONDS_TO_WAIT = 60


@dataclass(frozen=True, kw_only=True)
class Download:
    """What to fetch and where to put it.

    Parameters
    ----------
    name : str
        Name in messages: the path below the raw folder.
    address : str
        Where it is.
    target : Path
        Where it goes; ``<target>.part`` holds what has come so far.
    sha256 : str
        Expected hash; empty where the hash of what is made of the file is the proof.
    """

    name: str
    address: str
    target: Path
    sha256: str


@dataclass
class Progress:
    """Counts downloads and bytes, keeps one line on a terminal up to date, stops them all."""

    total: int
    files: int = 0
    bytes: int = 0
    stopped: Event = field(default_factory=Event)
    _shown: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        """Add what has come."""
        with self._lock:
            self.files += files
            self.bytes += size
            now = time.monotonic()
            if sys.stderr.isatty() and (now - self._shown > 0.2 or self.files == self.total):
                self._shown = now
                end = "\n" if self.files == self.total else ""
                line = f"\r  {self.files:,} of {self.total:,} downloads, {self.bytes / 1e6:.1f} MB"
                print(line, end=end, file=sys.stderr, flush=True)


def open_session(*, connections: int) -> requests.Session:
    """Session that waits and asks again where a server is busy."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    session = requests.Session()
    session.headers["Accept-Encoding"] = "identity"

    class Patience(Retry):
        """Waits as long as a server asks, within reason."""

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            seconds = super().get_retry_after(response)
            return None if seconds is None else min(seconds, MOST_SECONDS_TO_WAIT)

    patience = Patience(
        connect=1,
        read=0,  # a broken transfer is resumed, not begun again
        status=4,
        status_forcelist=BUSY,
        backoff_factor=0.5,
        raise_on_status=False,
    )
    adapter = HTTPAdapter(pool_maxsize=connections, max_retries=patience)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def download(job: Download, *, session: requests.Session, progress: Progress) -> None:
    """Download one file; go on where an earlier run stopped.

    Raises
    ------
    SourceError
        The server does not give the file, the transfer breaks off again and again, the hash is
        another, or a file stands at the target: it is never overwritten.
    """
    import requests

    part = job.target.with_name(job.target.name + PART)
    problem = ""
    try:
        job.target.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(ATTEMPTS):
            resumed = part.exists()
            try:
                _receive(job.address, part, session=session, progress=progress)
            except requests.RequestException as error:
                size = part.stat().st_size if part.exists() else 0
                problem = f"broke off after {size:,} bytes ({error}); fetch again to go on"
                continue
            with part.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found == job.sha256 or not job.sha256:
                place(part, job.target)
                progress.advance(files=1)
                return
            problem = f"expected sha256 {job.sha256}, found {found}"
            part.unlink()
            if not resumed:
                break
    except OSError as error:
        problem = f"cannot be written: {error}"
    raise SourceError(f"{job.name} from {job.address}: {problem}")


def _receive(address: str, part: Path, *, session: requests.Session, progress: Progress) -> None:
    offset = part.stat().st_size if part.exists() else 0
    ask = {"Range": f"bytes={offset}-"} if offset else {}
    limits = (SECONDS_TO_CONNECT, SECONDS_TO_READ)
    with session.get(address, headers=ask, stream=True, timeout=limits) as answer:
        if answer.status_code == 416 and offset:
            return  # nothing follows: the part is whole, or its hash tells that it is not
        if answer.status_code not in (200, 206):
            raise SourceError(f"{address} answers {answer.status_code} {answer.reason}")
        with part.open("ab" if answer.status_code == 206 else "wb") as file:
            for chunk in answer.iter_content(CHUNK):
                file.write(chunk)
                progress.advance(size=len(chunk))
                if progress.stopped.is_set():
                    raise SourceError(f"{address} stopped midway; fetch again to go on")


def place(part: Path, target: Path) -> None:
    """Give a whole file its name; unlike a rename this never replaces another file.

    Raises
    ------
    SourceError
        A file of that name stands there.
    """
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise SourceError(f"{target} stands there already and is left as it is") from error
    except OSError:  # a file system without hard links
        if target.exists():
            raise SourceError(f"{target} stands there already and is left as it is") from None
        part.replace(target)
    part.unlink(missing_ok=True)
