"""Whether what somebody wrote is a fact that the rules can read. Import and screens ask here, in the same words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from carecoord import clock
from pathways.engine.definitions import Evidence, EvidenceKind, Moment
from pathways.engine.fact_kinds import FACT_KINDS, AboutBaby, Detail, DetailType
from pathways.engine.facts import ANSWER_KINDS

Problem = tuple[str, str]  # the column of events.csv, and what is wrong and what to do
MOST_BABIES = 9


@dataclass(frozen=True)
class Vocabulary:
    """The names that details may refer to. ``sites`` None: site codes are not checked."""

    moments: Mapping[str, Moment] = field(default_factory=dict)
    products: Collection[str] = ()
    sites: Collection[str] | None = None


def problems_in_fact(
    kind: str, baby: int | str | None, details: Mapping[str, str], vocabulary: Vocabulary
) -> list[Problem]:
    """What is wrong with a fact's kind, baby and details, as (column, problem); empty when nothing is."""
    declared = FACT_KINDS.get(kind)
    if declared is None:
        return [("event", f"unknown event {kind!r}")]
    problems = [*_problems_with_baby(baby, details.get("baby"), declared.about_baby)]
    allowed = {detail.name: detail for detail in declared.details}
    if kind in ANSWER_KINDS:
        allowed |= _evidence_details(details, vocabulary)
    for name, value in details.items():
        if name == "baby":
            continue
        if name not in allowed:
            problems.append(("details", f"{name}: {declared.label.lower()} has no such detail; take it out"))
        elif value.strip() and (problem := _problem_with_value(allowed[name], value, details, vocabulary)):
            problems.append(("details", f"{name}: {problem}"))
    for detail in declared.details:
        if detail.required and not details.get(detail.name, "").strip():
            problems.append(("details", f"{detail.name}: missing; write {detail.name}=…"))
    return list(dict.fromkeys(problems))


def baby_in(text: str) -> int | None:
    """The baby's number in a column: None for a blank and for ``all``. Raises ValueError for anything else."""
    text = text.strip()
    if text in ("", "all"):
        return None
    if text.isdecimal() and 1 <= int(text) <= MOST_BABIES:
        return int(text)
    raise ValueError(f"not a baby's number; write 1 to {MOST_BABIES}")


def _problems_with_baby(column: int | str | None, detail: str | None, about: AboutBaby) -> Iterator[Problem]:
    """A baby may be named in its column or in the details, once."""
    named = {str(text).strip() for text in (column, detail) if text is not None and str(text).strip()}
    if len(named) > 1:
        yield "baby", f"the column and the details name different babies: {' and '.join(sorted(named))}"
    for text in sorted(named):
        try:
            baby_in(text)
        except ValueError as problem:
            yield "baby", str(problem)
            continue
        if about is AboutBaby.NO:
            yield "baby", "this event is not about a baby; leave it blank"
        elif text == "all" and about is not AboutBaby.ONE_OR_ALL:
            yield "baby", f"this event is about one baby; write 1 to {MOST_BABIES}"


def _evidence_details(details: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, Detail]:
    """What may be written down with an answer: the evidence of the step that it names."""
    moment = vocabulary.moments.get(details.get("moment", ""))
    evidence = moment.evidence_for(details.get("step", "")) if moment else ()
    return {item.key: _detail_of(item) for item in evidence}


def _detail_of(evidence: Evidence) -> Detail:
    kinds = {
        EvidenceKind.TEXT: DetailType.TEXT,
        EvidenceKind.DATE: DetailType.DATE,
        EvidenceKind.YES_NO: DetailType.YES_NO,
        EvidenceKind.CHOICE: DetailType.CHOICE,
    }
    return Detail(evidence.key, kinds[evidence.kind], evidence.label, choices=evidence.choices)


def _problem_with_value(detail: Detail, value: str, details: Mapping[str, str], vocabulary: Vocabulary) -> str | None:
    value = value.strip()
    match detail.type:
        case DetailType.DATE:
            return _problem_with_date(value)
        case DetailType.TIME:
            return _problem_with_time(value)
        case DetailType.NUMBER:
            return None if value.isdecimal() and 1 <= int(value) <= 999 else "not a number; count from 1"
        case DetailType.STEP:
            moment = vocabulary.moments.get(details.get("moment", "").strip())
            steps = [step.key for step in moment.steps] if moment else [value]
            return None if value in steps else f"unknown step; write one of {', '.join(steps)}"
        case DetailType.TEXT:
            return None
    known = _known_values(detail, vocabulary)
    if known is None or value in known:
        return None
    named = f"; write one of {', '.join(known)}" if len(known) <= 12 else ""
    return f"unknown {detail.type.value}{named}"


def _known_values(detail: Detail, vocabulary: Vocabulary) -> Collection[str] | None:
    """The values that a detail may have; None where every text will do."""
    return {
        DetailType.YES_NO: ("yes", "no"),
        DetailType.CHOICE: tuple(value for value, _ in detail.choices),
        DetailType.PRODUCT: vocabulary.products,
        DetailType.SITE: vocabulary.sites,
        DetailType.MOMENT: vocabulary.moments,
    }.get(detail.type)


def _problem_with_date(value: str) -> str | None:
    try:
        clock.parse_date(value)
    except ValueError:
        return "not a date; write it as 2026-03-04 or 04/03/2026"
    return None


def _problem_with_time(value: str) -> str | None:
    try:
        clock.parse_instant(value)
    except clock.SkippedTime as skipped:
        return str(skipped)
    except ValueError:
        return "not a time; write it as 2026-03-04 09:30 or 04/03/2026 09:30"
    return None
