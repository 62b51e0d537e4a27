"""The coding curve: estimates under other readings, against an oracle and by relations."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pkstats.checks.detectable import interval
from pkstats.data.mandates.contestable import Alternative, list_alternatives, read_contestable
from pkstats.data.panels import load_panel
from pkstats.data.panels.recoding import recode_panel
from pkstats.errors import HypothesisError
from pkstats.estimation.estimate import estimate
from pkstats.families import find_family
from pkstats.results import find_table
from pkstats.results.validity import list_breaches
from pkstats.verdicts.codings import (
    AS_CODED,
    CodedEstimate,
    convert_smallest,
    estimate_codings,
    find_turns,
    list_readings,
    pair_codings,
    tabulate_codings,
    weigh_quickly,
)

H1 = find_family("H1")
TOTAL, RISK = H1.hypotheses
ALTERNATIVES = {a.name: a for a in list_alternatives(read_contestable())}


def take(*names: str) -> tuple[Alternative, ...]:
    return tuple(ALTERNATIVES[name] for name in names)


@pytest.fixture(scope="module")
def found() -> list[CodedEstimate]:
    asked = [(), take("1313-gives"), take("1334-gives"), take("1313-gives", "2284-protects")]
    return list(estimate_codings(H1.hypotheses, H1, readings=asked))


def pick(found: list[CodedEstimate], hypothesis: str, label: str) -> CodedEstimate:
    return next(c for c in found if (c.hypothesis, c.label) == (hypothesis, label))


def test_as_coded_is_the_primary_model(found: list[CodedEstimate]) -> None:
    ready = H1.make_ready(load_panel("mission_month"))
    for hypothesis in H1.hypotheses:
        coded = pick(found, hypothesis.name, AS_CODED)
        model = hypothesis.primary
        alone = estimate(model.specification, ready.where(model.sample))
        assert coded.estimate is not None
        assert coded.estimate.coefficient == pytest.approx(alone.coefficient, abs=1e-12)
        assert coded.estimate.std_error == pytest.approx(alone.std_error, abs=1e-12)
        assert coded.months == 0


def test_unamsil_1313_moves_the_total_as_two_readers_found(found: list[CodedEstimate]) -> None:
    """With UNOCI 2284 as it was coded then: .395 to .230, and .190 to .021."""
    label = "1313-gives + 2284-protects"
    total, risk = (pick(found, h.name, label).estimate for h in H1.hypotheses)
    assert total is not None and risk is not None
    assert total.coefficient == pytest.approx(0.230, abs=5e-4)
    assert risk.coefficient == pytest.approx(0.021, abs=5e-4)
    assert pick(found, TOTAL.name, "1313-gives").months == 49


def test_an_oracle_agrees_on_another_reading() -> None:
    panel = recode_panel(
        load_panel("mission_month"), load_panel("mandate"), take("1313-gives", "2147-gives-none")
    )
    model = RISK.primary
    asked = model.specification
    frame = H1.make_ready(panel).where(model.sample).frame
    columns = [asked.outcome, asked.treatment, *asked.controls, "personnel"]
    frame = frame.dropna(subset=columns).query("personnel > 0")
    kept = frame.groupby("mission")[asked.outcome].transform("sum").gt(0)
    frame = frame.loc[kept & frame.groupby("year")[asked.outcome].transform("sum").gt(0)]
    regressors = frame[[asked.treatment, *asked.controls]].astype(float)
    effects = pd.get_dummies(frame[["mission", "year"]].astype(str), dtype=float)
    effects = effects.drop(columns=[c for c in effects if c.startswith("year_")][:1])
    oracle = sm.GLM(
        frame[asked.outcome].astype(float),
        pd.concat([regressors, effects], axis=1),
        family=sm.families.Poisson(),
        offset=np.log(frame["personnel"].astype(float)),
    ).fit(tol=1e-12)
    asked_for = [take("1313-gives", "2147-gives-none")]
    (coded,) = estimate_codings([RISK], H1, readings=asked_for)
    assert coded.estimate is not None
    assert coded.estimate.coefficient == pytest.approx(oracle.params[asked.treatment], abs=1e-6)


def test_the_wider_estimate_has_the_larger_p(found: list[CodedEstimate]) -> None:
    for coded in found:
        assert coded.estimate is not None and coded.by_unit is not None
        p = [float(e.tidy()["p_value"].iloc[0]) for e in (coded.estimate, coded.by_unit)]
        assert coded.wider is (coded.estimate, coded.by_unit)[int(np.argmax(p))]
        assert coded.describe()["p_value"] == max(p)
    clusters = {c.wider.specification.inference.cluster for c in found if c.wider}
    assert clusters == {"host", "mission"}


def test_rows_are_what_the_results_declare(found: list[CodedEstimate]) -> None:
    ready = H1.make_ready(load_panel("mission_month"))
    smallest = convert_smallest(H1.hypotheses, H1, ready)
    table = tabulate_codings(found, smallest=smallest)
    for name in ("coding_readings", "coding_curve"):
        assert not list_breaches(table, find_table(name, prefix="h1").table)
    assert table["main"].sum() == 2
    wider = found[2].wider
    assert wider is not None
    assert table.loc[2, ["conf_low_90", "conf_high_90"]].tolist() == list(
        interval(wider, level=0.90)
    )
    narrow = tabulate_codings(found, smallest=dict.fromkeys(smallest, 0.01))
    assert find_turns(narrow).empty
    turned = find_turns(table)
    own = table[table["main"]].set_index("hypothesis")["quick_ruling"]
    assert (turned["quick_ruling"] != turned["hypothesis"].map(own)).all()


def row(p: float, low: float, high: float, status: str = "identified") -> dict[object, object]:
    return {"p_value": p, "conf_low_90": low, "conf_high_90": high, "status": status}


def test_quick_rulings_follow_the_order_of_the_rule() -> None:
    assert weigh_quickly(row(0.01, 0.1, 0.2), 0.5) == "away from zero"
    assert weigh_quickly(row(0.10, -0.1, 0.2), 0.5) == "inside the smallest effect"
    assert weigh_quickly(row(0.0999, 0.01, 0.2), 0.5) == "away from zero"
    assert weigh_quickly(row(0.3, -0.1, 0.5), 0.5) == "neither"
    assert weigh_quickly(row(0.3, -0.5, 0.4), 0.5) == "neither"
    assert weigh_quickly(row(float("nan"), float("nan"), float("nan")), 0.5) == "neither"
    assert weigh_quickly(row(0.01, 0.1, 0.2, "gate not passed"), 0.5) == "gate not passed"
    assert weigh_quickly(row(0.01, 0.1, 0.2, "no estimate"), 0.5) == "no estimate"


def test_turns_are_other_rulings_and_other_signs_of_decided_ones() -> None:
    table = pd.DataFrame(
        {
            "hypothesis": ["a"] * 4 + ["b"] * 3,
            "readings": ["as coded", "x", "y", "x + y", "as coded", "x", "y"],
            "main": [True, False, False, False, True, False, False],
            "estimate": [0.5, 0.4, -0.5, 0.1, 0.1, -0.1, 0.1],
            "quick_ruling": ["away from zero"] * 3 + ["neither"] * 3 + ["gate not passed"],
        }
    )
    turned = find_turns(table)
    assert list(zip(turned["hypothesis"], turned["readings"], strict=True)) == [
        ("a", "y"),
        ("a", "x + y"),
        ("b", "y"),
    ]


def test_pairs_name_what_is_read_otherwise() -> None:
    pairs = pair_codings(TOTAL, H1, alternatives=take("2147-gives-none", "1334-gives"))
    assert [label for label, _ in pairs] == [AS_CODED, "2147-gives-none", "1334-gives"]
    values = [found.coefficient for _, found in pairs if found is not None]
    assert values[0] == pytest.approx(0.3955, abs=5e-5)
    assert values[2] < values[0] < values[1]
    singles, combined = list_readings()
    assert len(singles) == len(ALTERNATIVES)
    assert combined[0] == ()


def test_a_failure_of_the_data_is_a_row(found: list[CodedEstimate]) -> None:
    lost = replace(found[0], estimate=None, by_unit=None, gate_passes=False, failure="separated")
    table = tabulate_codings([found[0], lost], smallest={TOTAL.name: 0.2})
    assert table["status"].tolist() == ["identified", "no estimate"]
    assert table["quick_ruling"].tolist() == ["neither", "no estimate"]
    assert table.loc[1, "note"] == "separated"
    assert len(find_turns(table.assign(main=[True, False]))) == 1


def test_other_panels_are_refused() -> None:
    foreign = replace(TOTAL, panel="country_month")
    with pytest.raises(HypothesisError, match="H1-robustness-attacks: readings of mandates"):
        list(estimate_codings([foreign], H1, readings=[()]))
