"""Numerical failures of libraries, told from bugs by what they say."""

from __future__ import annotations

import numpy as np

#: Classes that libraries raise where numbers fail them, and for much else.
FAILURES = (np.linalg.LinAlgError, ValueError, ArithmeticError)
#: What they say where numbers fail them: numpy, scipy, statsmodels, linearmodels and diff-diff.
WORDS = (
    "singular",
    "not positive definite",
    "did not converge",
    "infs or nans",
    "nan, inf or invalid value",
    "returned a nan",
    "full column rank",
)


def is_numerical(error: Exception) -> bool:
    """Whether numbers failed a library; any other error of these classes is a bug, and is raised.

    Divisions by zero, overflows and floating point errors always are: no other cause has them.
    """
    said = str(error).lower()
    return isinstance(error, ArithmeticError) or any(words in said for words in WORDS)
