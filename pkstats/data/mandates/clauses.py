"""Which words of a paragraph task a mission: the clauses in which it is the subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pkstats.data.mandates.mission_names import Mission

MISSION, OTHER = "⟦M⟧", "⟦X⟧"

OTHER_FORCES = re.compile(
    r"\b(?:the )?(?:french (?:armed )?forces|european (?:union )?(?:force|operation)s?|eufor\w*"
    r"|artemis"
    r"|african union(?:.led)? (?:regional task force|mission in \w+|mission)|amisom|amis\b|amib\b"
    r"|eutm[- ]?\w*|eucap[- ]?\w*|misca|misab|afisma|ecomog|ecowas (?:forces|mission)|ecomil|kfor"
    r"|sfor|ifor|interfet|eurocorps"
    r"|multinational (?:interim |military |security support )?force|multinational security support"
    r" mission|g5.?sahel joint force|joint force of the g5.?sahel|fc.?g5s|regional task force"
    r"|(?:south african development community|sadc) mission\w*|samidrc|barkhane|licorne|serval"
    r"|sangaris|international stabili[sz]ation force|australian defence force)\b",
    re.IGNORECASE,
)
_FORCE_WORDS = (
    "french",
    "europ",
    "eufor",
    "artemis",
    "african",
    "amis",
    "amib",
    "eutm",
    "eucap",
    "misca",
    "misab",
    "afisma",
    "eco",
    "kfor",
    "sfor",
    "ifor",
    "interfet",
    "multinational",
    "g5",
    "fc",
    "regional",
    "sadc",
    "samidrc",
    "barkhane",
    "licorne",
    "serval",
    "sangaris",
    "international",
    "australian",
    "southern",
)
_NAMED = re.compile(r"[A-Z]{4}|United Nations|[Hh]ybrid|[Oo]bserver|presence|Force")
OWN_NOUN = re.compile(
    r"\bthe (?:United Nations )?(?:Mission|Force|Operation|Observer Group)\b"
    r"|\bthe (?:mission|force)(?= shall|’s mandate|'s mandate| is authorized| be authorized)"
    r"|(?<=\bthe )(?:present|current) mandate(?= (?:until|for|to)\b)"
    r"|\bthe United Nations (?:peace-?keeping )?(?:mission|operation)\b"
)
ACTOR = re.compile(
    r"secretary-general|government|authorities|member states|all states|parties|armed forces"
    r"|united nations system|donors|country team|special representative|international community"
    r"|countries|⟦x⟧|police service|all actors|signatory|states? members|presidency|committee",
    re.IGNORECASE,
)
_ADVERB = (
    r"(?:(?:further|also|likewise|in this (?:regard|context|respect)|to this end|in addition"
    r"|therefore|moreover|accordingly|strongly|once again|again|once more|hereby|and|while|thus"
    r"|in particular|unanimously|however|as a consequence|consequently),? )*"
)
_VERB = (
    r"(?:authori[sz]es|decides|requests|mandates|calls (?:up)?on|urges|encourages|stresses"
    r"|emphasi[sz]es|reiterates|reaffirms|affirms|underlines|underscores|recogni[sz]es|notes"
    r"|takes note|takes into account|welcomes|expresses|demands|condemns|invites|directs|instructs"
    r"|recalls|supports|endorses|approves|commends|expects|looks forward|declares|confirms|renews"
    r"|acknowledges|regrets|intends|considers|agrees|determines|asks|reminds|concurs|adopts)"
)
_OPENING = r"(?:emphasi[sz]|stress|reaffirm|reiterat|recall|underlin)ing"
_CLAUSE = re.compile(
    rf"^{_ADVERB}({_OPENING})\b|(?:^|[,;.:]\s+(?:and )?|\band ){_ADVERB}({_VERB})\b", re.IGNORECASE
)
_TASKING = re.compile(
    r"authori|decide|request|mandate|calls|urge|encourage|invite|direct|instruct|asks|approve"
    r"|endorse|declare|confirm|renew|agree|concur|adopt"
)
_GOVERNED = re.compile(
    rf"{_VERB}(?:,? (?:also|further|that|the|both|upon|on|once more|in this regard|\w+ly))*"
    r"(?: to (?:extend|renew|establish|maintain|continue|prolong|authori[sz]e|set up)\b"
    r"[^;]{0,120}?)?"
    r"(?: the)?(?: (?:residual|remaining))?(?: (?:mandate|military component|police component"
    r"|force commander|head|leadership|establishment|deployment|stationing)(?: and \w+)? of"
    r"(?: the)?)?,?\s*",
    re.IGNORECASE,
)
_IDLE = re.compile(r"note|welcom|commend|condemn|express|regret|acknowledg|look|takes|support")
_MODAL = (
    r"(?:shall|should|will|may|must|is (?:hereby )?(?:authori[sz]ed|mandated|to\b|entrusted)"
    r"|has the (?:mandate|authority|following)|have the (?:mandate|following)|to continue"
    r"|be (?:authori[sz]ed|mandated)|are authori[sz]ed|, which (?:shall|will)|can use|to:)"
)
_SUBJECT = re.compile(
    rf"(?:(?<! of )(?<! by )(?<! to )(?<! with )(?<! for )(?<! from )(?<! between )(?<! in )"
    rf"{MISSION}(?:[’']s?)?(?:[ ,]*\((?:[^)]*)\))?(?: (?:\w+[- ]){{0,4}}?\w+)??"
    rf"(?:,[^;:]{{0,220}}?,)?,? {_MODAL}"
    rf"|importance of (?:the )?{MISSION}(?:[’']s)? \w+ing\b|need for (?:the )?{MISSION} to\b"
    rf"|(?:mandates?|tasks?|responsibilit\w+|functions?|objectives?|priorit\w+|terms of reference)"
    rf" (?:and tasks? )?(?:of|for) [^;:]{{0,40}}?{MISSION}[^;:]{{0,80}}? "
    rf"(?:{_MODAL}|includ|compris|consist|as follows|are\b)"
    rf"|objectives of (?:the )?{MISSION}[^;:]{{0,250}}? remain to\b"
    rf"|{MISSION}[’']s? [^;:]{{0,60}}?\bmandate\b[^;:]{{0,80}}? includes?\b"
    rf"|{MISSION}[’']s? (?:authority|responsibility) to\b)"
)
_ANNOUNCED = re.compile(r"(?:the )?following|as follows|shall include|will include|shall be\b")
_REMARK = frozenset({"stresses", "emphasizes", "recalls", "underlines", "recognizes", "reiterates"})


@dataclass(frozen=True)
class Task:
    """Words that task the mission, and the paragraph they stand in."""

    paragraph: str
    verb: str
    text: str
    listed: bool


def mark_forces(text: str) -> str:
    """Write ⟦X⟧ for the forces that are no United Nations mission."""
    lowered = text.lower()
    named = any(word in lowered for word in _FORCE_WORDS)
    return OTHER_FORCES.sub(OTHER, text) if named else text


def mark(text: str, *, mission: Mission, others: re.Pattern[str], own: bool) -> str:
    """Write ⟦M⟧ for the mission and ⟦X⟧ for other missions.

    `own` says whether "the Mission" or "the Force" means this mission in this resolution.
    """
    text = mission.any_name.sub(MISSION, text)
    text = others.sub(OTHER, text) if _NAMED.search(text) else text
    return OWN_NOUN.sub(MISSION, text) if own else text


def tasks(rows: pd.DataFrame) -> Iterator[Task]:
    """Yield what tasks ⟦M⟧ in the marked operative paragraphs of one resolution, in order.

    A point of a list is a task if the last clause before the list makes the mission the subject,
    or an earlier one announces its tasks and only remarks follow.
    """
    main, prefix, verb = "", None, ""
    for paragraph, text in zip(rows["paragraph"], rows["text"], strict=True):
        number = paragraph.split("(")[0]
        opening = number != main
        if opening:
            main, prefix, verb = number, None, ""
        if prefix is not None and not opening and paragraph.startswith(prefix):
            yield Task(paragraph, verb, text, True)
            continue
        if MISSION not in text:
            continue
        clauses = split_clauses(text)
        parts = [subject_part(clause_verb, clause) for clause_verb, clause in clauses]
        for (clause_verb, _), part in zip(clauses, parts, strict=True):
            if part is not None:
                yield Task(paragraph, clause_verb, part, False)
        announced = clauses[-1][0] if parts[-1] is not None else _announcing(clauses, parts)
        if parts[-1] is not None or announced:
            prefix, verb = (number if opening else paragraph), announced


def _announcing(clauses: list[tuple[str, str]], parts: list[str | None]) -> str:
    """The verb of a clause that announces the mission's task list, if no other clause takes it."""
    if clauses[-1][0] not in _REMARK:
        return ""
    for (verb, _), part in zip(clauses, parts, strict=True):
        if part is not None and _TASKING.match(verb) and _ANNOUNCED.search(part):
            return verb
    return ""


def split_clauses(text: str) -> list[tuple[str, str]]:
    """Cut a paragraph into (verb, clause), the verb in lower case, "" before the first."""
    cuts = list(_CLAUSE.finditer(text))
    if not cuts:
        return [("", text)]
    ends = [cut.start() for cut in cuts[1:]] + [len(text)]
    verbs = [cut.lastindex or 0 for cut in cuts]
    return [
        (cut[verb].lower(), text[cut.start(verb) : end])
        for cut, verb, end in zip(cuts, verbs, ends, strict=True)
    ]


def subject_part(verb: str, clause: str) -> str | None:
    """The part of a clause from the mission as subject onward; None if it is not the subject."""
    if MISSION not in clause or _IDLE.match(verb):
        return None
    before, after = clause.split(MISSION, 1)
    if _TASKING.match(verb):
        bare = re.sub(r"\s*,[^,]*,\s*", " ", before)
        if _GOVERNED.fullmatch(bare) and not ACTOR.search(bare):
            return after
    found = _SUBJECT.search(clause)
    return clause[found.start() :] if found else None
