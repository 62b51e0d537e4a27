"""H2 among those who look at a mission: populations, and the governments of host states."""

from __future__ import annotations

from typing import Final

from pkstats.families.declaration import Hypothesis, SmallestEffect
from pkstats.families.impartiality.columns import ELEMENTS, INDEX
from pkstats.families.impartiality.models import (
    FAMILY,
    HEARD,
    LESS_CASE,
    RESETS,
    SPOKEN,
    THREATS,
    speech_model,
    survey_model,
)

POPULATIONS: Final = Hypothesis(
    name="H2-populations",
    family=FAMILY,
    claims=("L1", "J3"),
    statement="Where the mandate puts a mission at the side of the state, more people say that it "
    "takes sides.",
    estimand="The change of the log odds that a respondent says the mission takes sides, when the "
    "mandate in force holds one more supporting element, within the same item, population and "
    "host; averaged over hosts with random effects.",
    estimand_symbols=r"\beta = \operatorname{E}_h[\beta_h],\quad \operatorname{logit} p_{hst} = "
    r"\alpha_{hs} + \beta_h S_{ht} + e_{hst}",
    expected_sign=1,
    seen="descriptives",
    smallest_effect=SmallestEffect(
        value=0.2,
        unit="log odds, or five percentage points about one half, per supporting element",
        baseline="",
        scale="coefficient",
        reason=(
            "Two surveys of 1,200 with a design effect of two differ by five points by chance "
            "alone in one of ten pairs: less would be noticed by no mission that reads its polls."
        ),
    ),
    primary=survey_model("partial", "main"),
    secondary=(),
    alternatives=tuple(
        survey_model(
            f"partial-{reset.replace('_', '-')}", "reset variant", treatment=f"{INDEX}_{reset}"
        )
        for reset in RESETS
    ),
    threats=(
        *THREATS,
        "Complicity with armed groups is the nearest repeated item and is another thing than "
        "impartiality.",
        "Questions, samples and regions change from wave to wave.",
    ),
    decisive=(
        "One item on impartiality, asked in the same words before and after a change of mandate in "
        "at least three host states, with samples that reach the regions of the conflict."
    ),
    design="populations",
    panel="survey",
    construct="share of respondents who say that the mission takes sides: items on impartiality, "
    "or on complicity with armed groups as the nearest repeated one",
    cap="proxy",
    unit="log odds ratio per supporting element",
)

HOSTS: Final = Hypothesis(
    name="H2-host-governments",
    family=FAMILY,
    claims=("L1", "J3"),
    statement="Where the mandate puts a mission at the side of the state, its host government "
    "speaks more of the mission's end.",
    estimand="The ratio of the expected share of a government's sentences on its own mission that "
    "speak of the mission's end, when the mandate in force at the General Debate holds one more "
    "supporting element.",
    estimand_symbols=r"\exp(\beta),\quad \log E[X_{ht}] = \log M_{ht} + \beta S_{ht} + \gamma "
    r"\log(1 + a_{ht}) + \alpha_h + \delta_t",
    expected_sign=1,
    seen="descriptives",
    smallest_effect=SmallestEffect(
        value=0.405,
        unit="log ratio of shares per supporting element: half as many again",
        baseline="",
        scale="coefficient",
        reason=(
            "A government that names its mission gives it two or three sentences a year. Half as "
            "many again of those on its end is less than one sentence in a year: nothing smaller "
            "would be heard in the hall."
        ),
    ),
    primary=speech_model("exit", "exit_sentences", "main", randomized=True),
    secondary=(speech_model("praise", "praise_sentences", "secondary outcome"),),
    alternatives=(
        *(
            speech_model(
                f"exit-{reset.replace('_', '-')}",
                "exit_sentences",
                "reset variant",
                treatment=f"{INDEX}_{reset}_lag0",
                randomized=True,
            )
            for reset in RESETS
        ),
        speech_model(
            "exit-with-case", "exit_sentences", "sample variant", sample=SPOKEN, randomized=True
        ),
        speech_model(
            "exit-without-closing-years",
            "exit_sentences",
            "sample variant",
            sample=f"{SPOKEN}{LESS_CASE} and closing == 0",
            randomized=True,
        ),
        speech_model(
            "any-mention",
            "any_mention",
            "other outcome",
            estimand="probability",
            sample=HEARD + LESS_CASE,
            exposure=None,
        ),
        speech_model(
            "exit-all-speeches",
            "exit_sentences",
            "other outcome",
            estimand="rate",
            sample=HEARD + LESS_CASE,
            exposure="sentences",
        ),
        *(
            speech_model(name.replace("_", "-"), f"{name}_sentences", "other outcome")
            for name in ("consent", "more_robust", "impartiality")
        ),
        speech_model(
            "length",
            "sentences",
            "placebo",
            estimand="rate",
            sample=HEARD + LESS_CASE,
            exposure=None,
        ),
        speech_model("exit-lag1", "exit_sentences", "other lag", treatment=f"{INDEX}_lag1"),
        speech_model(
            "exit-lead1",
            "exit_sentences",
            "lead",
            treatment=f"{INDEX}_lead1",
            controls=("log_mission_age", f"{INDEX}_lag0"),
        ),
        *(
            speech_model(
                f"exit-{element.removeprefix('text_').replace('_', '-')}",
                "exit_sentences",
                "element",
                treatment=f"{element}_lag0",
            )
            for element in ELEMENTS
        ),
        speech_model(
            "exit-stabilization-name",
            "exit_sentences",
            "other treatment",
            treatment="stabilization_name_lag0",
        ),
    ),
    threats=(
        *THREATS,
        "A government's wish for an end is not its view of impartiality; a government that is "
        "supported may be content, so that the sign of the claim itself is open here.",
        "One speech a year, diplomacy, and many years of silence.",
        "Words on consent, robustness and impartiality are below the bar of validity and are shown "
        "for completeness alone.",
        "A mandate may already be on its way out when its elements end.",
    ),
    decisive=(
        "Coded statements of host governments in the Security Council, where a host speaks at "
        "every renewal; the texts of those meetings are published but not held here."
    ),
    design="host years",
    panel="host_speech",
    construct="share of a host government's sentences on its own mission that speak of its end; "
    "whether the mission is impartial is hardly ever said",
    cap="proxy",
    unit="log ratio of shares per supporting element",
)
