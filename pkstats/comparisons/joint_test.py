"""JointTest: whether the coefficients before an event are all zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class JointTest:
    """Wald test that q coefficients are all zero.

    Parameters
    ----------
    statistic : float
        :math:`b'V^{-1}b / q`; missing where it is undefined.
    coefficients, df : int
        q, and G* - 1: it refers to F(q, G* - 1).
    p_value : float
        Missing where undefined.
    note : str
        Why it is undefined, or which coefficients it leaves out.
    """

    statistic: float
    coefficients: int
    df: int
    p_value: float
    note: str

    def __str__(self) -> str:
        """One sentence."""
        if not np.isfinite(self.p_value):
            return f"joint test of the leads undefined: {self.note}"
        tail = f" ({self.note})" if self.note else ""
        p = f"= {self.p_value:.4f}" if self.p_value >= 5e-5 else "< 0.0001"
        return (
            f"joint test of the leads: F({self.coefficients}, {self.df}) = {self.statistic:.2f}, "
            f"p {p}{tail}"
        )
