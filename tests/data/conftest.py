from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def compiled(root: Path) -> Path:
    """The folder of the hand-compiled tables."""
    return root / "data" / "compiled"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes text or bytes to a temporary file and gives its path."""

    def fill(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return fill
