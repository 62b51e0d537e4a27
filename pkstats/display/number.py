"""Numbers as the book prints them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

MISSING = "n/a"


def write_number(value: Any, *, decimals: int = 2) -> str:
    """Write a number with thousands separators; counts without decimals, missing as ``n/a``."""
    if value is None or pd.isna(value):
        return MISSING
    if isinstance(value, str | bool | np.bool_):
        return str(value)
    number = float(value)
    if not np.isfinite(number):
        return "infinite"
    if number == int(number) and (isinstance(value, int | np.integer) or abs(number) >= 10):
        return f"{int(number):,}"
    return f"{number:,.{decimals}f}"


def write_count(value: Any) -> str:
    """Write a count, rounded to a whole number."""
    if value is None or pd.isna(value):
        return MISSING
    return f"{round(float(value)):,}"


def write_ratio(log_ratio: Any) -> str:
    """Write the exponential of a log rate ratio with two or, when small or large, three digits."""
    if log_ratio is None or pd.isna(log_ratio):
        return MISSING
    logged = float(log_ratio)
    if abs(logged) > np.log(1e4):
        return "over 10,000" if logged > 0 else "under 0.0001"
    ratio = np.exp(logged)
    return f"{ratio:.2f}" if 0.1 <= ratio < 100 else f"{ratio:,.3g}"


def write_interval(low: Any, high: Any) -> str:
    """Write an interval of log rate ratios as rate ratios."""
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return "undefined"
    return f"{write_ratio(low)} to {write_ratio(high)}"


def write_change(log_ratio: float) -> str:
    """Write a log rate ratio as a change in percent, with its direction."""
    change = 100 * (np.exp(log_ratio) - 1)
    if abs(change) < 0.5:
        return "no change to the nearest percent"
    return f"{abs(change):,.0f}% {'more' if change > 0 else 'fewer'}"


def write_p(value: Any) -> str:
    """Write a p-value with three decimals, never as zero."""
    if value is None or pd.isna(value):
        return MISSING
    number = float(value)
    return "< .001" if number < 0.001 else f"{number:.3f}"


def write_power(value: float) -> str:
    """Write a power of ten as mathematics, other numbers as they are."""
    power = round(np.log10(value))
    return f"$10^{{{power}}}$" if np.isclose(value, 10.0**power) else f"{value:g}"


def write_share(value: Any) -> str:
    """Write a share of one in percent."""
    if value is None or pd.isna(value):
        return MISSING
    return f"{100 * float(value):.0f}%"


def write_effect(value: Any, *, ratio: bool = True) -> str:
    """Write a coefficient: as a ratio where it is a logarithm, else as it is."""
    return write_ratio(value) if ratio else write_number(value, decimals=3)


def write_bounds(low: Any, high: Any, *, ratio: bool = True) -> str:
    """Write an interval of coefficients, as :func:`write_effect`."""
    if ratio:
        return write_interval(low, high)
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return "undefined"
    return f"{write_number(low, decimals=3)} to {write_number(high, decimals=3)}"


def write_list(names: Iterable[object], *, last: str = "and") -> str:
    """Write names one after the other: ``a, b and c``."""
    listed = [str(name) for name in names]
    head = ", ".join(listed[:-1])
    return f"{head} {last} {listed[-1]}" if head else "".join(listed)


def name_extreme(
    values: pd.Series[Any], *, smallest: bool = False, mark: str = "", most: int = 3
) -> str:
    """Name whatever holds the largest value, with all that hold as much; the smallest likewise.

    Parameters
    ----------
    values : Series
        By name; missing ones are passed over.
    smallest : bool, default False
        Whether the smallest is asked for.
    mark : str
        Put before and after each name, such as a tick for code.
    most : int, default 3
        Names that are written out; further ones are counted.

    Returns
    -------
    str
        ``a``, ``a and b``, or ``a, b, c and 4 more``; empty where nothing is known.
    """
    known = values.dropna()
    if known.empty:
        return ""
    end = float(known.min() if smallest else known.max())
    tied = known.index[np.isclose(known.to_numpy(dtype=float), end, rtol=1e-9, atol=0)]
    names = [f"{mark}{name}{mark}" for name in tied]
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return write_list([*names[:most], *more])
