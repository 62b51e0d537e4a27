"""H1 on other months: nothing but the sample is exchanged, and it is frozen."""

import tomllib
from dataclasses import replace

import pytest

import pkstats as pk
from pkstats.errors import HypothesisError
from pkstats.families import find_family, verify, write_freeze
from pkstats.families.amendment import read_amendments
from pkstats.families.declaration import write_out
from pkstats.families.robustness import attacks, longer

CODES = ("H1-1990", "H1-1990s")
H1 = find_family("H1")


@pytest.fixture(scope="module")
def ready():
    return H1.make_ready(pk.load_panel("mission_month"))


def strip_sample(model) -> dict:
    plain = dict(write_out(model))
    del plain["name"], plain["sample"]
    return plain


@pytest.mark.parametrize("code", CODES)
def test_models_are_those_of_h1_but_for_the_sample(code):
    family = find_family(code)
    mark = {"H1-1990": "1990", "H1-1990s": "1990s"}[code]
    for mine, frozen in zip(family.hypotheses, H1.hypotheses, strict=True):
        theirs = {m.name: m for m in frozen.models}
        for model in mine.models:
            assert strip_sample(model) == strip_sample(theirs[model.name.removesuffix(f"-{mark}")])
        for name in ("expected_sign", "estimand", "estimand_symbols", "design", "panel", "unit"):
            assert getattr(mine, name) == getattr(frozen, name), name
        assert mine.smallest_effect.value == frozen.smallest_effect.value
        assert mine.smallest_effect.unit == frozen.smallest_effect.unit
        assert mine.seen == "estimates" and mine.threats[0].startswith("Extended, not confirm")
        assert mine.claims == ()  # the frozen hypothesis alone answers the claim


def test_what_runs_is_what_runs_for_h1():
    for family in map(find_family, CODES):
        assert family.designs == H1.designs and family.prepare is H1.prepare
        for name in ("draws", "seed", "joint_draws", "curve_method", "panels"):
            assert getattr(family, name) == getattr(H1, name), name


def test_a_variant_is_left_out_only_where_it_would_repeat_another():
    counts = {
        code: [len(h.models) for h in find_family(code).hypotheses] for code in ("H1", *CODES)
    }
    assert counts == {"H1": [15, 15], "H1-1990": [15, 15], "H1-1990s": [14, 13]}
    nineties = {m.role for h in find_family("H1-1990s").hypotheses for m in h.models}
    assert {"main", "secondary outcome", "other lag", "lead", "reset variant"} <= nineties


def test_samples_hold_the_months_they_name(ready):
    spans = {code: find_family(code).hypotheses[0].primary.sample for code in ("H1", *CODES)}
    months = {code: ready.where(sample).frame["month"] for code, sample in spans.items()}
    text = {c: [str(m.min())[:7], str(m.max())[:7]] for c, m in months.items()}
    assert text == {
        "H1": ["2000-01", "2025-01"],
        "H1-1990": ["1990-11", "2025-01"],
        "H1-1990s": ["1990-11", "1999-12"],
    }
    rows = {code: len(found) for code, found in months.items()}
    assert rows["H1"] + rows["H1-1990s"] == rows["H1-1990"]


def test_the_smallest_effect_is_held_against_the_rate_of_the_own_sample():
    for family in map(find_family, CODES):
        for member in family.hypotheses:
            assert member.smallest_effect.baseline == member.primary.sample


def test_reported_months_are_all_but_the_interpolated_ones(ready):
    whole = ready.where(longer.LONGER_SAMPLE).frame["personnel_source"]
    kept = ready.where(longer.REPORTED).frame["personnel_source"]
    assert len(kept) == whole.notna().sum() - (whole == "interpolated").sum()
    frozen = next(m for m in H1.hypotheses[1].models if m.name.endswith("observed-personnel"))
    old = set(ready.where(frozen.sample).frame["personnel_source"])
    assert old == {"ipi", "un_monthly"}  # H1's variant reads the direct reports alone


@pytest.mark.parametrize("code", CODES)
def test_every_choice_finds_its_columns(ready, code):
    family = find_family(code)
    for member in family.hypotheses:
        multiverse = family.find_multiverse(member)
        listed = multiverse.list_specifications()
        assert listed[0][1:] == (member.primary.specification, member.primary.sample)
        for labels, specification, sample in listed:
            assert set(specification.columns) <= set(ready.frame.columns), labels
            assert sample.startswith(longer.FIRST)
        own = {k: v for k, v in family.choose(member).items() if k != "sample"}
        first = H1.find("H1-robustness-attacks")
        theirs = {k: v for k, v in H1.choose(first).items() if k != "sample"}
        assert own == theirs


def test_both_families_stand_as_frozen(root):
    text = (root / "pkstats/families/robustness/frozen.toml").read_text("utf-8")
    frozen, now = tomllib.loads(text), tomllib.loads(write_freeze(*map(find_family, CODES)))
    second = [a.hashes["designs"] for a in read_amendments() if "designs" in a.hashes]
    designs = now.pop("designs")
    assert frozen.pop("designs").keys() == designs.keys()
    assert all(designs[name] == second[-1][name] for name in designs)
    assert frozen == now
    for family in map(find_family, CODES):
        verify(family)


@pytest.mark.parametrize("code", CODES)
def test_a_sample_that_is_bent_is_refused(code):
    family = find_family(code)
    first, second = family.hypotheses
    primary = replace(first.primary, sample=attacks.SAMPLE)
    bent = replace(family, hypotheses=(replace(first, primary=primary), second))
    with pytest.raises(HypothesisError, match=rf"declaration of '{first.name}': frozen [0-9a-f]"):
        verify(bent)
    with pytest.raises(HypothesisError, match=r"draws, seed, panels and cases"):
        verify(replace(family, draws=19))


def test_what_h1_froze_is_as_it_was():
    for code in ("H1", "H1-elements", "H1-context"):
        verify(find_family(code))
