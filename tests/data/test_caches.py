"""What the data room remembers is bounded, and the bound holds what it is meant to hold."""

import importlib
import inspect
import pkgutil
from functools import _lru_cache_wrapper

import pandas as pd

import pkstats.data
from pkstats.data import registry
from pkstats.data.panels import codebook, coded_mandates
from pkstats.data.panels.coded_mandates import CodedMandates


def list_caches():
    """Every remembering function of the data room, by name."""
    for found in pkgutil.walk_packages(pkstats.data.__path__, "pkstats.data."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, _lru_cache_wrapper) and value.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", value


def test_every_cache_with_arguments_is_bounded():
    caches = dict(list_caches())
    assert {"pkstats.data.registry._hash", "pkstats.data.panels.codebook._read"} <= set(caches)
    unbounded = [
        name
        for name, function in caches.items()
        if inspect.signature(function).parameters and function.cache_info().maxsize is None
    ]
    assert unbounded == []


def test_the_codebooks_all_fit():
    assert len(codebook.names()) <= codebook.KEPT


def test_the_hashes_of_a_raw_folder_with_unpacked_bundles_fit(compiled):
    members = sum(len(pd.read_csv(path)) for path in compiled.glob("*/members.csv"))
    assert 10_000 < members + len(registry.files()) <= registry.HASHES


def test_a_file_is_hashed_once_and_anew_when_it_changed(write):
    registry._hash.cache_clear()
    path = write("alpha", "a.txt")
    assert registry.hash_file(path) == registry.hash_file(path)
    assert registry._hash.cache_info().misses == 1
    before = registry.hash_file(path)
    assert registry.hash_file(write("alphabet", "a.txt")) != before
    assert registry._hash.cache_info().misses == 2


def test_coded_mandates_are_coded_once_and_each_callers_own(tmp_path, monkeypatch):
    coded = []

    def read(raw):
        coded.append(raw)
        return pd.DataFrame({"resolution": [1], "source": ["xml"]})

    one = pd.DataFrame({"mission": ["UNMIL"], "resolution": [1], "poc": [1]})
    monkeypatch.setattr(coded_mandates, "verify", lambda raw, names: {"a": str(raw)})
    monkeypatch.setattr(coded_mandates.resolutions, "read", read)
    for name in ("frame_readings", "count_words", "code_preambles", "list_places"):
        monkeypatch.setattr(coded_mandates, name, lambda *args, **options: one.copy())
    monkeypatch.setattr(coded_mandates, "read_missions", lambda paragraphs: [])
    coded_mandates._code.cache_clear()
    try:
        first = coded_mandates.code_mandates(tmp_path)
        assert isinstance(first, CodedMandates)
        for frame in vars(first).values():
            frame["poc"] = 99
        again = coded_mandates.code_mandates(tmp_path)
        assert [frame["poc"].tolist() for frame in vars(again).values()] == [[1]] * 4
        assert coded == [tmp_path]
        for number in range(5):
            coded_mandates.code_mandates(tmp_path / str(number))
        assert coded_mandates._code.cache_info().currsize == coded_mandates.KEPT
    finally:
        coded_mandates._code.cache_clear()
