"""Store: panels on disk, checked against their codebook and their canonical hash."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from pkstats.data.panels import codebook as definitions
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.panels.panel import Panel
from pkstats.data.panels.variable import Variable
from pkstats.data.registry import find_shipped
from pkstats.errors import Breaches, PanelError, SourceError, name_some


def panels() -> tuple[str, ...]:
    """Names of the panels that pkstats holds: those that have a codebook and are stored."""
    return tuple(name for name in definitions.names() if _is_stored(name))


def _is_stored(name: str) -> bool:
    try:
        return find_shipped(f"panels/{name}.parquet").is_file()
    except SourceError:
        return False


def load_panel(name: str) -> Panel:
    """Load a panel that pkstats holds.

    Parameters
    ----------
    name : str
        One of :func:`panels`.

    Returns
    -------
    Panel

    Raises
    ------
    PanelError
        There is no such panel; the stored one breaks its codebook or is not the one that
        ``datapackage.json`` identifies.

    Notes
    -----
    A file of the very bytes that ``datapackage.json`` names is that panel; of any other file the
    canonical text decides, since writers of parquet differ.
    """
    definitions.describe(name)
    try:
        path = find_shipped(f"panels/{name}.parquet")
        package = find_shipped("datapackage.json")
    except SourceError as error:
        raise PanelError(f"panel {name!r}: {error}") from error
    panel = read(path.parent, name)
    resources = json.loads(package.read_text("utf-8"))["resources"]
    known: dict[str, str] = next((r for r in resources if r["name"] == name), {})
    if known.get("hash") == hash_bytes(path):
        return panel
    expected, found = known.get("canonical_sha256", "none"), canonical_hash(panel)
    if found != expected:
        raise PanelError(
            f"panel {name!r} in {path} is altered: expected canonical sha256 {expected}, found "
            f"{found}. Remedy: restore data/panels and data/datapackage.json of one version"
        )
    return panel


def hash_bytes(path: Path) -> str:
    """Sha256 of a file as a data package writes it: ``sha256:<64 digits>``."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def read(folder: Path, name: str) -> Panel:
    """Read a panel from a folder of panels and hold it to its codebook; as :func:`load_panel`."""
    path = folder / f"{name}.parquet"
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise PanelError(f"panel {name!r}: {path} cannot be read: {error}") from error
    about = definitions.describe(name)
    panel = Panel.from_frame(
        frame,
        unit=about["unit"],
        time=about["time"],
        name=name,
        codebook=definitions.codebook(name),
    )
    validate(panel)
    return panel


def write(panel: Panel, folder: Path) -> Path:
    """Check a panel against its codebook and write it as parquet, whole or not at all.

    Returns
    -------
    Path
        ``folder / <name>.parquet``.

    Raises
    ------
    PanelError
        The panel breaks its codebook.
    """
    validate(panel)
    path = folder / f"{panel.name}.parquet"
    replace_file(
        path, lambda partial: panel.frame.to_parquet(partial, index=False, compression="zstd")
    )
    return path


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a companion table as CSV, whole or not at all."""
    replace_file(path, lambda partial: table.to_csv(partial, index=False, lineterminator="\n"))
    return path


def replace_file(path: Path, fill: Callable[[Path], object]) -> None:
    """Fill a temporary file beside the target and put it in place when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    os.close(handle)
    partial = Path(name)
    try:
        fill(partial)
        partial.chmod(0o644)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def validate(panel: Panel) -> None:
    """Hold a panel to its codebook.

    Raises
    ------
    PanelError
        Names every breach: column absent or not in the codebook, wrong type, value outside its
        range or categories, missing without a reason, present outside its window.
    """
    breaches = Breaches(f"panel {panel.name!r} against its codebook")
    known = [variable.name for variable in panel.codebook]
    for name in known:
        if name not in panel.frame:
            breaches.add(f"column {name!r} is absent")
    extra = [name for name in panel.frame if name not in known]
    if extra:
        breaches.add(f"not in the codebook: {name_some(extra)}")
    for variable in panel.codebook:
        if variable.name in panel.frame:
            _check_variable(panel, variable, breaches)
    breaches.raise_as(PanelError)


def _check_variable(panel: Panel, variable: Variable, breaches: Breaches) -> None:
    values = panel.frame[variable.name]
    if not _has_type(values, variable):
        breaches.add(f"{variable.name!r} is of type {values.dtype}, no {variable.kind}")
        return

    def note(what: str, rows: pd.Series) -> None:
        wrong = rows.to_numpy(dtype=bool, na_value=False)
        if wrong.any():
            where = panel.frame.loc[wrong]
            keys = where[[panel.unit, panel.time]].astype(str).agg(" ".join, axis=1)
            breaches.add(f"{variable.name!r} {what} in {len(where)} rows: {name_some(keys)}")

    inside = find_window(panel, variable)
    if variable.window and variable.name != panel.time:
        note(f"is present outside {' to '.join(variable.window)}", values.notna() & ~inside)
    if not variable.missing:
        note("is missing without a reason", values.isna() & inside)
    if variable.minimum is not None:
        note(f"is below {variable.minimum:g}", values < variable.minimum)
    if variable.maximum is not None:
        note(f"is above {variable.maximum:g}", values > variable.maximum)
    if variable.kind == "binary":
        note("is neither 0 nor 1", values.notna() & ~values.isin([0, 1]))
    if variable.categories:
        note("has an unknown value", values.notna() & ~values.isin(variable.categories))
    if variable.kind in ("continuous", "share"):
        note("is infinite", pd.Series(np.isinf(values.to_numpy(dtype=float)), index=values.index))


def find_window(panel: Panel, variable: Variable) -> pd.Series:
    """Say of each row whether it lies in the window of a variable; years count whole."""
    time = panel.frame[panel.time]
    if not variable.window:
        return pd.Series(True, index=time.index)
    first, last = (pd.Timestamp(day) for day in variable.window)
    if pd.api.types.is_integer_dtype(time):
        return time.between(first.year, last.year)
    return time.between(first, last)


def _has_type(values: pd.Series, variable: Variable) -> bool:
    types = pd.api.types
    if variable.kind == "date":
        return types.is_datetime64_any_dtype(values)
    if variable.kind in ("count", "binary"):
        return types.is_integer_dtype(values)
    if variable.kind in ("continuous", "share"):
        return types.is_float_dtype(values)
    if variable.kind == "key":
        return types.is_string_dtype(values) or types.is_integer_dtype(values)
    return types.is_string_dtype(values)
