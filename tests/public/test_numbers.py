"""Every call that takes a level, a share, draws, a seed or jobs refuses one out of range."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

import pkstats
import pkstats as pk
from pkstats.arguments import RANGES
from pkstats.checks.identification import GateRule, check_gate
from pkstats.checks.multiverse import randomize_jointly
from pkstats.checks.negative_control import contrast_control
from pkstats.comparisons import case_study, pooled_ratios, ranking, renewal_windows, switches
from pkstats.data.panels.simulated import simulate_panel
from pkstats.display import terms
from pkstats.errors import PkstatsError
from pkstats.estimation.inference import tabulate
from pkstats.families import design
from pkstats.report.parts.refits import measure_reach
from pkstats.simulation import study
from pkstats.simulation.calibration import study as calibration
from pkstats.simulation.surveys import draw_files
from pkstats.verdicts import gather, inquiry
from pkstats.verdicts.verdict import judge_members

#: Out of range for every name.
BAD = (-1, 0, 95.5, np.nan, np.inf, True, "0.9")
#: Rooms whose calls are another's inner parts: what is asked of them was checked by the caller.
INNER_ROOMS = ("kernels", "engines")
#: Calls that take what a checked call hands on, with who does.
INNER = {
    "arguments.check_jobs": "the check itself",
    "checks.confidence_set.invert": "confidence_set()",
    "checks.detectable.Interval.lies_inside": "a comparison of numbers",
    "checks.identification.tabulate_clusters": "identify(), preview_gate()",
    "checks.multiple_testing.romano_wolf": "draws are an array",
    "checks.randomization.drawing.draw_statistics": "randomize()",
    "checks.randomization.refinement.refine": "randomize()",
    "checks.switching.count_switching": "identify(), preview_gate()",
    "checks.switching.find_switches": "identify(), preview_gate()",
    "command.calibration.calibrate": "run_study()",
    "command.simulation.simulate": "run_study()",
    "display.compatibility.draw_compatibility": "a figure of numbers",
    "display.specification_curve.draw_curve": "a figure of numbers",
    "report.parts.forest.draw_forest": "a figure of numbers",
    "report.parts.identification.draw_leverage": "a figure of numbers",
    "report.chapters.robustness.prose.say_events": "a sentence on results",
    "report.chapters.robustness.prose.say_reverse": "a sentence on results",
    "simulation.calibration.staged.judge_in_stages": "run_study()",
    "verdicts.gathering.gather_ready": "gather(), judge(), inquire()",
    "verdicts.meta_regression.open_gate": "Gate",
    "verdicts.meta_regression.permute_waves": "gather()",
    "verdicts.models.run": "gather()",
    "verdicts.populations.gather": "gather()",
}
Call = Callable[..., object]


def never(_: object) -> None:
    raise AssertionError("nothing is assigned")


def list_calls(made: dict[str, object]) -> dict[str, Call]:
    """Calls by their place in the package; each takes the argument by its name."""
    found, linear, panel = made["Estimate"], made["Estimate, linear"], made["Panel"]
    asked = found.specification
    lagged = made["StackedRenewals"].specification
    event, staggered = made["EventStudy"], made["Staggered"]
    before, stacked = made["BeforeAfter"], made["StackedRenewals"]
    pooled, curve, hosts = before.pooled, made["ConfidenceCurve"], made["Pooled"]
    family, whole = made["Family"], made["Multiverse"]
    (member,) = family.hypotheses
    case = case_study.Case(
        unit="U00", month="2002-01-01", outcome="deaths", exposure="people", steps="on"
    )
    table = found.tidy()
    shown = {"outcome": "y", "scale": "Change"}
    times = event.tidy()
    return {
        "checks.blind_gate.preview_gate": lambda **k: pk.preview_gate(asked, panel, **k),
        "checks.compatibility.ConfidenceCurve.interval": curve.interval,
        "checks.compatibility.ConfidenceCurve.say": curve.say,
        "checks.compatibility.update": lambda **k: importlib.import_module(
            "pkstats.checks.compatibility"
        ).update(curve, **k),
        "checks.confidence_set.confidence_set": lambda **k: pk.confidence_set(
            linear, **{"seed": 1} | k
        ),
        "checks.detectable.minimum_detectable_effect": lambda **k: pk.minimum_detectable_effect(
            found, **k
        ),
        "checks.detectable.interval": lambda **k: pk.interval(found, **k),
        "checks.detectable.power_curve": lambda **k: pk.power_curve(found, **k),
        "checks.equivalence.equivalence_test": lambda **k: pk.equivalence_test(
            found, **{"smallest_effect": 0.2} | k
        ),
        "checks.equivalence.equivalence_bound": lambda **k: pk.equivalence_bound(found, **k),
        "checks.identification.identify": lambda **k: pk.identify(found, **k),
        "checks.identification.check_gate": lambda **k: check_gate(found, **k),
        "checks.identification.GateRule": lambda **k: GateRule(**k),
        "checks.multiverse.joint_randomization.randomize_jointly": lambda **k: randomize_jointly(
            whole, panel, never, **{"seed": 1} | k
        ),
        "checks.multiverse.multiverse.Multiverse.run": lambda **k: whole.run(panel, **k),
        "checks.negative_control.contrast_control": lambda **k: contrast_control(
            asked, panel, control="score", **k
        ),
        "checks.randomization.randomization.randomize": lambda **k: pk.randomize(
            linear, lambda rng: rng.normal(size=len(panel.frame)), **{"seed": 1} | k
        ),
        "checks.sensitivity.omitted_variable.robustness_value": lambda **k: pk.robustness_value(
            linear, **k
        ),
        "checks.sensitivity.rate_ratio.e_value": lambda **k: pk.e_value(found, **k),
        "checks.wild_bootstrap.bootstrap": lambda **k: pk.bootstrap(linear, **{"seed": 1} | k),
        "comparisons.before_after.BeforeAfter.tidy": before.tidy,
        "comparisons.before_after.BeforeAfter.average": before.average,
        "comparisons.before_after.BeforeAfter.plot": before.plot,
        "comparisons.before_after.before_after": lambda **k: pk.before_after(asked, panel, **k),
        "comparisons.case_study.interrupt": lambda **k: case_study.interrupt(case, panel, **k),
        "comparisons.event_study.EventStudy.tidy": event.tidy,
        "comparisons.event_study.EventStudy.average": event.average,
        "comparisons.event_study.EventStudy.average_leads": event.average_leads,
        "comparisons.event_study.EventStudy.plot": event.plot,
        "comparisons.pooled_ratios.PooledRatios.tell_mean": pooled.tell_mean,
        "comparisons.pooled_ratios.PooledRatios.tell_spread": pooled.tell_spread,
        "comparisons.pooled_ratios.PooledRatios.tell_new": pooled.tell_new,
        "comparisons.pooled_ratios.PooledRatios.tell_steps": pooled.tell_steps,
        "comparisons.pooled_ratios.summarise": lambda **k: pooled_ratios.summarise(
            np.arange(3.0), np.ones(3), **k
        ),
        "comparisons.ranking.rank_units": lambda **k: ranking.rank_units(
            panel.frame.head(1), unit="unit", events="deaths", **{"seed": 1} | k
        ),
        "comparisons.renewal_windows.draw_windows": lambda **k: renewal_windows.draw_windows(
            lagged, panel, renewal="renewal", **k
        ),
        "comparisons.stacked_renewals.StackedRenewals.tidy": stacked.tidy,
        "comparisons.stacked_renewals.StackedRenewals.plot": stacked.plot,
        "comparisons.stacked_renewals.stacked_renewals": lambda **k: pk.stacked_renewals(
            lagged, panel, renewal="renewal", **k
        ),
        "comparisons.staggered.Staggered.tidy": staggered.tidy,
        "comparisons.staggered.Staggered.average": staggered.average,
        "comparisons.staggered.Staggered.plot": staggered.plot,
        "comparisons.switches.list_switches": lambda **k: switches.list_switches(
            panel, ["on"], outcomes=["deaths"], exposure="people", **k
        ),
        "data.panels.simulated.simulate_panel": simulate_panel,
        "display.terms.format_terms": lambda **k: terms.format_terms(table, **k),
        "display.terms.write_terms": lambda **k: terms.write_terms(table, **k),
        "display.terms.draw_terms": lambda **k: terms.draw_terms(table, **shown, **k),
        "display.terms.draw_event_times": lambda **k: terms.draw_event_times(
            times, reference=-1, time="t", **shown, **k
        ),
        "estimation.estimate.Estimate.tidy": found.tidy,
        "estimation.estimate.Estimate.unit_effects": made["Estimate, mixed"].unit_effects,
        "estimation.estimate.Estimate.plot": found.plot,
        "estimation.inference.tabulate": lambda **k: tabulate(
            found.fit.cells.terms, found.fit.coefficients, found.inferred, **k
        ),
        "families.design.Gate": design.Gate,
        "families.design.PrePeriod": design.PrePeriod,
        "families.family.Family": lambda **k: replace(family, **k),
        "report.parts.refits.measure_reach": lambda **k: measure_reach(table.assign(df=3.0), **k),
        "simulation.study.run_study": lambda **k: study.run_study(None, **k),
        "simulation.calibration.study.run_study": lambda **k: calibration.run_study(
            None, panel, **k
        ),
        "simulation.surveys.draw_files": lambda **k: draw_files(effect=0.0, **k),
        "verdicts.gathering.gather": lambda **k: gather(member, panel, family=family, **k),
        "verdicts.inquiry.inquire": lambda **k: inquiry.inquire(family, {}, **k),
        "verdicts.inquiry.run": lambda **k: inquiry.run("X1", panels=None, results=None, **k),
        "verdicts.meta_regression.Pooled.interval": hosts.interval,
        "verdicts.meta_regression.Pooled.detect": hosts.detect,
        "verdicts.models.Result.read_interval": made["Result"].read_interval,
        "verdicts.verdict.judge": lambda **k: pk.judge(member, panel, family=family, **k),
        "verdicts.verdict.judge_members": lambda **k: judge_members(family, **k),
    }


#: Classes that are declared by a researcher: their fields are arguments.
DECLARED = ("checks.identification.GateRule", "families.design.Gate", "families.design.PrePeriod",
            "families.family.Family")  # fmt: skip


def list_takers() -> Iterator[tuple[str, list[str]]]:
    """Public functions, methods and declarations that take an argument of a known range."""
    for module in pkgutil.walk_packages(pkstats.__path__, "pkstats."):
        place = module.name.removeprefix("pkstats.")
        if any(room in place.split(".") for room in INNER_ROOMS):
            continue
        for name, one in vars(importlib.import_module(module.name)).items():
            if name.startswith("_") or getattr(one, "__module__", None) != module.name:
                continue
            if f"{place}.{name}" in DECLARED or inspect.isfunction(one):
                yield f"{place}.{name}", list_known(one)
            elif inspect.isclass(one):
                for method, function in vars(one).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        yield f"{place}.{name}.{method}", list_known(function)


def list_known(function: Call) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name in RANGES]


TAKERS = {place: names for place, names in list_takers() if names}
ASKED = [(place, name) for place, names in TAKERS.items() if place not in INNER for name in names]


@pytest.fixture(scope="module")
def calls(objects: dict[str, object]) -> dict[str, Call]:
    return list_calls(objects)


def test_every_call_that_takes_such_a_number_is_asked(calls: dict[str, Call]) -> None:
    assert len(TAKERS) > 60
    assert set(calls) | set(INNER) == set(TAKERS)
    assert not set(calls) & set(INNER)


def test_no_call_that_takes_a_level_goes_unasked() -> None:
    assert not [place for place in INNER if "level" in TAKERS[place]]


@pytest.mark.parametrize(("place", "name"), ASKED)
def test_a_number_out_of_range_is_refused(calls: dict[str, Call], place: str, name: str) -> None:
    """One error that names the argument and its value and says what to give instead."""
    values = [*BAD, *({95} if RANGES[name].holds(0.5) and name != "smallest_effect" else {1.5})]
    if name == "seed":
        values.remove(0)
    for value in values:
        if RANGES[name].holds(value):
            continue
        with pytest.raises(PkstatsError, match=r"is out of range\. Remedy: ") as caught:
            calls[place](**{name: value})
        assert f"{name}={value!r} is out of range" in str(caught.value)


@pytest.mark.parametrize("place", [p for p in TAKERS if p not in INNER and "level" in TAKERS[p]])
def test_a_level_in_range_is_answered(calls: dict[str, Call], place: str) -> None:
    import matplotlib.pyplot as plt

    if place.endswith(("confidence_set", "rank_units")):
        calls[place](level=0.9, draws=19)
    else:
        assert calls[place](level=0.9) is not None
    plt.close("all")
