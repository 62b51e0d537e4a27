"""The public face: what ``import pkstats`` offers, in whatever order its modules are loaded."""

import subprocess
import sys

import pytest

import pkstats as pk


@pytest.mark.parametrize("name", pk.__all__)
def test_every_public_name_is_there(name):
    assert getattr(pk, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'wounded'"):
        _ = pk.wounded


@pytest.mark.parametrize("first", ["pkstats.data.panels", "pkstats.verdicts.verdict"])
def test_functions_stay_callable_whatever_was_imported_before(first):
    code = f"import {first}, pkstats as pk; pk.panels(); pk.estimate.__name__"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_loads_no_heavy_library():
    code = (
        "import sys, pkstats; dir(pkstats); "
        "heavy = {'numpy', 'pandas', 'scipy', 'statsmodels', 'matplotlib'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
