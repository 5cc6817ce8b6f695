"""Checks that the declarations are complete and agree with each other. They run at start-up, and raise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from pathways.engine.definitions import Anchor, DateParameter, Moment, Opening, Parameter, Pick, Rule, Step
from pathways.engine.fact_kinds import FACT_KINDS
from pathways.engine.facts import ANSWER_KINDS, date_in
from pathways.engine.offsets import Offset, Unit, parse_offset
from pathways.engine.site import SiteRules
from pathways.engine.stage import STAGE_ORDER, TRANSITIONS, Stage


class DefinitionError(ValueError):
    """Declarations or a site's parameters are wrong; the message names each problem, one a line."""


def check_definitions(definitions: Sequence[Moment], ladders: Collection[str], sources: Collection[str]) -> None:
    """Raise DefinitionError where a moment is incomplete, names something unknown or contradicts itself."""
    _raise_for(
        [
            *_repeated("moment", [moment.key for moment in definitions]),
            *(problem for moment in definitions for problem in _problems_of(moment, ladders, sources)),
            *_problems_of_stages(),
        ]
    )


def check_site(definitions: Sequence[Moment], site: SiteRules) -> None:
    """Raise DefinitionError where a site's parameters name or hold something that the rules cannot read."""
    _raise_for(
        [
            problem
            for name, value in site.parameters.items()
            for problem in _problems_of_parameter(name, value, definitions)
        ]
    )


def parameters_of(definitions: Sequence[Moment]) -> dict[str, Parameter]:
    """Every declared parameter, by name."""
    found = [rule.parameter for moment in definitions for step in moment.steps for rule in step.rules]
    found += [moment.opens.not_later_than for moment in definitions]
    return {parameter.name: parameter for parameter in found if parameter}


def date_parameters_of(definitions: Sequence[Moment]) -> dict[str, DateParameter]:
    """Every date that a site may set, by name."""
    openings = [step.opens or moment.opens for moment in definitions for step in moment.steps]
    return {opening.from_date.name: opening.from_date for opening in openings if opening.from_date}


def _raise_for(problems: Sequence[str]) -> None:
    if problems:
        raise DefinitionError("\n".join(problems))


def _repeated(what: str, keys: Sequence[str]) -> Iterator[str]:
    yield from (f"{what} {key} is declared twice" for key, times in Counter(keys).items() if times > 1)


def _problems_of(moment: Moment, ladders: Collection[str], sources: Collection[str]) -> Iterator[str]:
    named = (
        ("title", moment.title),
        ("list title", moment.list_title),
        ("why", moment.why),
        ("stages", moment.stages),
        ("steps", moment.steps),
        ("senders", moment.senders),
        ("receivers", moment.receivers),
        ("evidence", moment.evidence),
        ("sources", moment.sources),
    )
    found = [f"has no {name}" for name, value in named if not value]
    if moment.ladder not in ladders:
        found.append(f"unknown ladder {moment.ladder}")
    found += [f"unknown source {source}" for source in moment.sources if source not in sources]
    found += _repeated("step", [step.key for step in moment.steps])
    found += _repeated("evidence", [item.key for item in moment.evidence])
    step_keys = {step.key for step in moment.steps}
    found += [
        f"evidence {item.key} names an unknown step" for item in moment.evidence if not step_keys.issuperset(item.steps)
    ]
    found += [f"evidence {item.key} has the name of another detail" for item in moment.evidence if item.key in _TAKEN]
    found += [f"no evidence for step {step.key}" for step in moment.steps if not moment.evidence_for(step.key)]
    if moment.warn.amount > 0 or moment.late.amount < 0:
        found.append("warns after, or is missed before, it is due")
    if moment.early_warning and moment.early_warning.offset.amount > 0:
        found.append("warns early after it is due")
    found += _problems_of_opening(moment.opens, moment)
    for step in moment.steps:
        found += (f"step {step.key} {problem}" for problem in _problems_of_step(step, moment))
    yield from (f"{moment.key}: {problem}" for problem in found)


# Details of every answer; ``result`` alone is evidence too, of the enquiry that can open a referral.
_TAKEN = {"baby"} | {detail.name for kind in ANSWER_KINDS for detail in FACT_KINDS[kind].details} - {"result"}


def _problems_of_opening(opening: Opening, moment: Moment) -> Iterator[str]:
    kinds = [on.kind for on in opening.on] + list(opening.not_after) + [opening.starts_again_on or opening.on[0].kind]
    yield from (f"unknown fact {kind}" for kind in kinds if kind not in FACT_KINDS)
    one_step_only = opening.starts_again_on or opening.pick in (Pick.NEXT_AFTER_COMPLETION, Pick.EVERY)
    if one_step_only and len(moment.steps) != 1:
        yield "opens again, which needs exactly one step"


def _problems_of_step(step: Step, moment: Moment) -> Iterator[str]:
    if not step.rules:
        yield "has no rule"
    if step.opens:
        yield from _problems_of_opening(step.opens, moment)
    if step.completed_by_acceptance and step.completed_by_acceptance not in {
        item.key for item in moment.evidence_for(step.key)
    }:
        yield f"is completed by an acceptance that is not among its evidence: {step.completed_by_acceptance}"
    if not set(step.taken_by) <= set(moment.receivers):
        yield "is taken by somebody who does not receive the moment"
    if step.completed_by:
        yield from (f"completes by unknown fact {kind}" for kind in step.completed_by.facts if kind not in FACT_KINDS)
    for nation in ("ENG", "SCO"):
        rules = [rule for rule in step.rules if not rule.measure_only and rule.only_in in (None, nation)]
        if not rules:
            yield f"has no rule in {nation}"
        unconditional = [rule for rule in rules if rule.only_if is None]
        if len(unconditional) > 1 and step.combine is None:
            yield f"has several rules in {nation} and does not say which counts"
    for rule in step.rules:
        yield from _problems_of_rule(rule)


def _problems_of_rule(rule: Rule) -> Iterator[str]:
    if (rule.anchor is Anchor.GESTATION) != rule.offset.is_gestation:
        yield f"counts {rule.offset} from {rule.anchor.value}"
    if rule.offset.unit is Unit.WORKING_DAYS and rule.offset.amount == 0:
        yield "counts no working days"


def _problems_of_stages() -> Iterator[str]:
    yield from (f"stage {stage} has no place in the order" for stage in Stage if stage not in STAGE_ORDER)
    yield from (f"transition on unknown fact {move.fact}" for move in TRANSITIONS if move.fact not in FACT_KINDS)
    reached = {move.to for move in TRANSITIONS}
    yield from (f"no transition leads to {stage}" for stage in Stage if stage not in reached)


def _problems_of_parameter(name: str, value: str, definitions: Sequence[Moment]) -> Iterator[str]:
    if name in date_parameters_of(definitions):
        if date_in(value) is None:
            yield f"{name}: {value!r} is no date; write it as 2026-12-01"
        return
    try:
        offset = parse_offset(value)
    except ValueError as problem:
        yield f"{name}: {problem}"
        return
    if declared := parameters_of(definitions).get(name):
        yield from _out_of_bounds(name, offset, declared)
        return
    rules = [
        rule
        for moment in definitions
        for step in moment.steps
        if f"{moment.key}.{step.key}" == name
        for rule in step.rules
    ]
    if not rules:
        yield f"{name}: no such parameter, and no such MOMENT.step"
    elif not any(rule.offset.is_gestation == offset.is_gestation for rule in rules):
        yield f"{name}: {value} does not fit; the window is {rules[0].offset} by default"


def _out_of_bounds(name: str, offset: Offset, declared: Parameter) -> Iterator[str]:
    lowest, highest = parse_offset(declared.lowest), parse_offset(declared.highest)
    if offset.unit is not lowest.unit or not lowest.amount <= offset.amount <= highest.amount:
        yield f"{name}: {offset} is not between {lowest} and {highest}"
