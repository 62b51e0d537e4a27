"""The declarations of H2: what they name, and the fact that no survey can answer today."""

from dataclasses import replace

import pandas as pd
import pytest

import pkstats as pk
from pkstats.families import find_family
from pkstats.families.impartiality.facts import compare_bodies

H2 = find_family("H2")
FAMILY = H2.hypotheses


@pytest.mark.parametrize("hypothesis", FAMILY, ids=lambda h: h.name)
def test_every_column_that_a_model_names_is_prepared(hypothesis):
    prepared = H2.make_ready(pk.load_panel(hypothesis.panel))
    for model in hypothesis.models:
        absent = [c for c in model.specification.columns if c not in prepared.frame]
        assert not absent, f"{model.name}: {absent}"
        assert len(prepared.where(model.sample).frame), model.name


@pytest.mark.parametrize("hypothesis", FAMILY, ids=lambda h: h.name)
def test_every_level_is_capped_and_names_its_construct(hypothesis):
    assert hypothesis.cap in ("proxy", "describes")
    assert hypothesis.construct
    assert {m.role for m in hypothesis.alternatives} >= {"reset variant"}
    multiverse = H2.find_multiverse(hypothesis)
    assert multiverse is not None
    assert len(multiverse) >= 3


def test_model_names_are_unique_in_the_family():
    names = [m.name for h in FAMILY for m in h.models]
    assert len(names) == len(set(names))


def test_the_case_that_suggested_it_is_out_of_the_main_model():
    hypothesis = pk.hypothesis("H2-host-governments")
    frame = H2.make_ready(pk.load_panel("host_speech")).where(hypothesis.primary.sample).frame
    assert "COD" not in set(frame["speaker"])


def test_a_panel_with_its_own_mandates_keeps_them():
    panel = pk.load_panel("survey")
    names = ["host_support_index", "host_support_index_never_reset"]
    own = replace(panel, frame=panel.frame.assign(**dict.fromkeys(names, 7.0)))
    assert (H2.make_ready(own).frame[names] == 7.0).all().all()


def test_the_fact_cannot_be_checked_and_could_be():
    panel = pk.load_panel("survey")
    assert pk.check_fact("H2-most-impartial-body").ruling == "cannot be checked"
    world = panel.frame[panel.frame["item"] == "confidence in the United Nations"].head(3)
    for share, holds in ((10.0, True), (99.0, False)):
        other = world.assign(
            names="another force",
            item="confidence in another body",
            row=world["row"] + " other",
            percent_positive=share,
        )
        frame = pd.concat([panel.frame, other], ignore_index=True)
        assert compare_bodies({"survey": replace(panel, frame=frame)}).holds is holds
