"""Gated models: the models of a gated H1 hypothesis, by what it varies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pkstats.families.declaration import Estimand, Model, Role
from pkstats.families.declared_model import declare_model
from pkstats.families.robustness.attacks import CONTROLS, MISSION_AND_YEAR, SAMPLE

SHORTER: Final = "month >= '2000-01-01' and month <= '2024-07-01'"
HOST_AND_YEAR: Final = ("host", "year")
YEAR: Final = ("year",)
RATE: Final = "incident_days_rate"


@dataclass(frozen=True, kw_only=True)
class GatedModels:
    """Treatment, outcomes and contrast of one hypothesis, and the models that follow from them.

    Parameters
    ----------
    name : str
        Of the hypothesis, without its family.
    treatment : str
        Column, before any lag.
    outcome, second : str
        Of the primary model, and of the secondary one (a count of deaths).
    effects : tuple of str
        The contrast: within missions, within hosts, or between missions of a year.
    sample : str
        Rows kept, as a pandas query.
    family : {"poisson", "linear"}
        Of the primary model.
    scheme : str
        Assignments of the randomization test.
    randomized : bool
        Whether a scheme is known.
    resets : bool
        Whether the treatment was also coded under the other reset rules.
    """

    name: str
    treatment: str
    outcome: str = "hostile_incident_days"
    second: str = "hostile_deaths_uniformed"
    effects: tuple[str, ...] = MISSION_AND_YEAR
    sample: str = SAMPLE
    family: Literal["poisson", "linear"] = "poisson"
    scheme: str = "renewal timing"
    randomized: bool = True
    resets: bool = False

    def model(
        self,
        label: str,
        role: Role,
        *,
        estimand: Estimand = "total",
        outcome: str = "",
        suffix: str = "lag1",
        reset: str = "",
        effects: tuple[str, ...] | None = None,
        sample: str = "",
        family: Literal["poisson", "linear", "logit"] | None = None,
        randomized: bool = False,
    ) -> Model:
        """Name and build one model; what is not given is that of the primary one."""
        treatment = f"{self.treatment}{reset}_{suffix}"
        lead = suffix.startswith("lead")
        controls = (*CONTROLS, f"{self.treatment}_lag1") if lead else CONTROLS
        kind = family or self.family
        return declare_model(
            "-".join(part for part in (self.name, label) if part),
            outcome or self.outcome,
            role,
            estimand=estimand,
            treatment=treatment,
            sample=sample or self.sample,
            controls=controls,
            effects=self.effects if effects is None else effects,
            exposure="personnel" if estimand == "risk per person" else None,
            family=kind,
            randomized=randomized and self.randomized,
            scheme=self.scheme,
        )

    @property
    def primary(self) -> Model:
        """The model that is judged."""
        estimand: Estimand = "probability" if self.family == "linear" else "total"
        return self.model("", "main", estimand=estimand, randomized=True)

    @property
    def secondary(self) -> tuple[Model, ...]:
        """The same on the second outcome, a count of deaths."""
        return (self.model("deaths", "secondary outcome", outcome=self.second, family="poisson"),)

    @property
    def alternatives(self) -> tuple[Model, ...]:
        """Models that depart from the primary one in a single respect."""
        days, estimand = "hostile_incident_days", self.primary.estimand
        found = [
            self.model(
                "without-last-six-months", "sample variant", estimand=estimand, sample=SHORTER,
                randomized=True,
            )
        ] if self.sample == SAMPLE else []  # fmt: skip
        if self.resets:
            found += [
                self.model(
                    reset.replace("_", "-"), "reset variant", estimand=estimand,
                    reset=f"_{reset}", randomized=True,
                )
                for reset in ("never_reset", "always_reset")
            ]  # fmt: skip
        others = {"within-mission": MISSION_AND_YEAR, "within-host": HOST_AND_YEAR, "between": YEAR}
        found += [
            self.model(label, "alternative effects", estimand=estimand, effects=effects)
            for label, effects in others.items()
            if effects != self.effects
        ]
        if self.family == "linear":
            found += [
                self.model("logit", "other design", estimand=estimand, family="logit"),
                self.model("rate", "other outcome", estimand="rate", outcome=RATE),
            ]
        found += [
            self.model(
                "risk", "other design", estimand="risk per person", outcome=days,
                family="poisson",
            ),
            self.model("lag3", "other lag", estimand=estimand, suffix="lag3"),
            self.model("lead6", "lead", estimand=estimand, suffix="lead6"),
        ]  # fmt: skip
        return tuple(found)
