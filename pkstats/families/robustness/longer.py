"""H1 on a longer record: 1990-11 to 2025-01, and the 1990s alone, extended and not confirmatory.

Both families ask of other months what H1 asks of 2000 to 2025: the same estimands, outcomes,
treatment, controls, effects, lags, clusters, design, choices and draws. Nothing but the sample is
exchanged, and what only the sample makes different:

- A variant that repeats another is left out: months without the last six, whose causes of death
  are still open, concern 2025 alone; personnel "as reported" leaves out interpolated months, of
  which the 1990s have none.
- The other coding of mandates (TAMM) ends in 2015.
- The base rate of the smallest effect. H1 takes that of the 1990s, which lay outside its sample;
  no month lies outside this one. So each family takes the rate of its own sample, as the amended
  rule does everywhere: 1990-11 to 2025-01 here, and the 1990s, for the 1990s, are H1's words
  unchanged. The value, 0.1 fatal incident-days per 1,000 personnel-years and index point, stays.

Neither family answers a claim of the register: H1 does, by its frozen ruling on 2000 to 2025.

**Which design leads the page** was fixed in these words before any gate was looked at: of the three
samples (1990-2025, 1990-1999, 2000-2025) the one leads whose identification gate passes, blind to
the outcome's answer, for both estimands' primary models, with the most hosts that have events
around a switch of their own (24 months each side; the smaller of the two counts where the
estimands differ). Where two are equal, and where none passes, 2000-2025 leads. Leading is an order
of pages: the frozen ruling on 2000-2025 is the front answer in any case, and the other two stand
beside it as "extended, not confirmatory". What was known then: estimates since 2000, and that the
longer record has more switching hosts than the shorter (twelve against seven, by a first count).

**What the gate then showed**, blind, on the panels as they stood before the coding of the 1990s was
mended (``h1_longer_blind_gates`` holds the figures of the build), for the total and the risk alike:

==========  ======  ================  ==============================  ===============  ==========
Sample      Gate    Switching hosts   Hosts with events around their  Events around a  Largest
                    with events       own switch                      switch           leverage
==========  ======  ================  ==============================  ===============  ==========
1990-2025   passes  11                9                               147              27%, 24%
1990-1999   fails   3                 3                               71               64%, 63%
2000-2025   passes  8                 6                               76               36%, 35%
==========  ======  ================  ==============================  ===============  ==========

Somalia, Rwanda and the Former Yugoslavia join. By the rule above 1990 to 2025 leads the page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pkstats.families.declaration import Hypothesis, Model, SmallestEffect
from pkstats.families.robustness import attacks
from pkstats.families.robustness.choices import list_treatments

if TYPE_CHECKING:
    from pkstats.checks.multiverse.choices import Options


@dataclass(frozen=True, kw_only=True)
class Period:
    """Months of a family, and the months of its variants.

    Parameters
    ----------
    family : str
        Code.
    mark : str
        Ends the names of the models, which are unique over all families.
    months : str
        In words.
    sample : str
        Rows of the main models, as a pandas query.
    samples : dict of str to str
        Rows of a variant by the rows it has in H1; a variant whose rows are in neither is left
        out.
    """

    family: str
    mark: str
    months: str
    sample: str
    samples: dict[str, str]


FIRST: Final = "month >= '1990-11-01'"
LONGER_SAMPLE: Final = f"{FIRST} and month <= '2025-01-01'"
NINETIES_SAMPLE: Final = f"{FIRST} and month <= '1999-12-01'"
SHORTER: Final = f"{FIRST} and month <= '2024-07-01'"
#: As H1's own variant; the table of contributors and missions carries the UN's figures.
REPORTED: Final = (
    f"{LONGER_SAMPLE} and personnel_source in ('ipi', 'un_monthly', 'un_mission_contributor')"
)
_H1: Final = {m.name: m.sample for h in attacks.HYPOTHESES for m in h.models}
_TAMM: Final = _H1["total-incident-days-tamm-chapter-vii"]

LONGER: Final = Period(
    family="H1-1990",
    mark="1990",
    months="November 1990 to January 2025",
    sample=LONGER_SAMPLE,
    samples={
        attacks.SAMPLE: LONGER_SAMPLE,
        _TAMM: f"{FIRST} and month <= '2015-12-01'",
        _H1["total-incident-days-without-last-six-months"]: SHORTER,
        _H1["risk-incident-days-observed-personnel"]: REPORTED,
    },
)
NINETIES: Final = Period(
    family="H1-1990s",
    mark="1990s",
    months="November 1990 to December 1999",
    sample=NINETIES_SAMPLE,
    samples={attacks.SAMPLE: NINETIES_SAMPLE, _TAMM: NINETIES_SAMPLE},
)
PERIODS: Final = (LONGER, NINETIES)

THREATS: Final = (
    "Extended, not confirmatory: estimates of the same models since 2000 had been seen when this "
    "was declared, and for the longer record they are part of it.",
    "The publisher of the casualties warns that figures before 2000 may be incomplete.",
    "Mandates before 2000 are short and were coded from plain texts, read by one reader only.",
)
REASON: Final = (
    "A mission of 10,000 would see one more fatal attack a year for each point of the index, as "
    "for H1: less than that no commander, contributor or Council member could notice in a yearly "
    "report. The rate of the sample itself turns it into a rate ratio."
)


def extend(hypothesis: Hypothesis, period: Period) -> Hypothesis:
    """Exchange the sample of an H1 hypothesis; all else stays."""
    name = hypothesis.name.removeprefix(f"{attacks.FAMILY}-")
    kept = [m for m in hypothesis.models if m.sample in period.samples]
    models = [_exchange(model, period) for model in kept]
    secondary = len(hypothesis.secondary)
    return replace(
        hypothesis,
        name=f"{period.family}-{name}",
        family=period.family,
        claims=(),
        statement=f"{hypothesis.statement.removesuffix('.')}, {period.months}.",
        smallest_effect=take_own_rate(hypothesis.smallest_effect, period),
        primary=models[0],
        secondary=tuple(models[1 : 1 + secondary]),
        alternatives=tuple(models[1 + secondary :]),
        threats=(*THREATS, *hypothesis.threats),
        seen="estimates",
    )


def take_own_rate(effect: SmallestEffect, period: Period) -> SmallestEffect:
    """Hold the smallest effect of H1 against the rate of the sample itself."""
    return replace(effect, baseline=period.sample, reason=REASON)


def _exchange(model: Model, period: Period) -> Model:
    name = f"{model.name}-{period.mark}"
    return replace(model, name=name, sample=period.samples[model.sample])


def choose(hypothesis: Hypothesis) -> dict[str, Options]:
    """Choices about a primary model, as those of H1 but for the rows.

    Treatments, controls and effects are H1's. Samples leave out the last six months and, for the
    risk per person, months whose personnel is interpolated, where the record reaches them, and the
    first six months of a mission.
    """
    choices = list_treatments(hypothesis)
    sample = hypothesis.primary.sample
    samples = {
        "all months": sample,
        "after the first six months": f"{sample} and mission_age_months >= 6",
    }
    if sample == LONGER_SAMPLE:
        samples["to July 2024"] = SHORTER
        if hypothesis.primary.specification.exposure:
            samples["personnel as reported"] = REPORTED
    return {**choices, "sample": samples}


LONGER_HYPOTHESES: Final = tuple(extend(h, LONGER) for h in attacks.HYPOTHESES)
NINETIES_HYPOTHESES: Final = tuple(extend(h, NINETIES) for h in attacks.HYPOTHESES)
