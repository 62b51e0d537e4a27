"""What builders read: registered for the panel, and to be had by anyone."""

from importlib import import_module

import pytest

from pkstats.data import registry
from pkstats.data.panels import codebook, load_panel, survey
from pkstats.data.panels.canonical import canonical_hash
from pkstats.data.registry import CHECKOUT


def test_every_input_can_be_fetched_made_or_is_committed():
    for name in registry.needed_files():
        file = registry.files()[name]
        if file.kind == "compiled":
            committed = CHECKOUT / "data" / "compiled" / name
            assert file.redistribute, name
            assert committed.is_file(), f"{name} is compiled and not in data/compiled"
            assert registry.hash_file(committed) == file.sha256, name
        else:
            assert file.kind in ("file", "bundle", "made"), name
            assert file.mirror, name


def test_what_is_committed_stays_small():
    files = [f for f in (CHECKOUT / "data").rglob("*") if f.is_file() and "raw" not in f.parts]
    assert sum(f.stat().st_size for f in files) < 15_000_000


@pytest.mark.slow
@pytest.mark.parametrize("panel", codebook.names())
def test_a_builder_reads_what_is_registered_for_it(raw, panel, monkeypatch):
    read: set[str] = set()
    inspect = registry.inspect

    def note(folder, file):
        read.add(file.name)
        return inspect(folder, file)

    monkeypatch.setattr(registry, "inspect", note)
    builder = import_module(f"pkstats.data.panels.{panel}")
    builder.build(raw)
    for table in codebook.companions(panel):
        getattr(builder, table)(raw)
    assert read == set(registry.needed_files(panel))


def test_compiled_tables_need_no_copy_in_the_raw_folder(tmp_path):
    rebuilt = survey.build(tmp_path)
    assert canonical_hash(rebuilt) == canonical_hash(load_panel("survey"))


def test_no_quotation_is_committed():
    for path in (CHECKOUT / "data" / "compiled" / "perceptions").iterdir():
        assert "quoted_text" not in path.read_text(encoding="utf-8").splitlines()[0], path.name
