"""Windows in plain words: where a due time comes from."""

from __future__ import annotations

from pathways.engine.definitions import Rule, Step
from pathways.engine.offsets import Unit

_NATIONS = {"ENG": "England", "SCO": "Scotland"}


def rule_in_words(rule: Rule) -> str:
    """A rule as it reads in a sentence: ``14 days after first contact, if gestation is under 28+0``."""
    words = [_window(rule)]
    if rule.only_if:
        words.append(f"if {rule.only_if.in_words}")
    if rule.not_before:
        words.append(f"not before {_not_before(rule)}")
    if rule.clock:
        words.append(f"counted in {rule.clock}")
    if rule.only_in:
        words.append(f"in {_NATIONS[rule.only_in]}")
    if rule.measure_only:
        words.append("for measuring only")
    return ", ".join(words)


def step_in_words(step: Step) -> str:
    """All rules of a step in one sentence, with which of them counts."""
    rules = "; ".join(rule_in_words(rule) for rule in step.rules)
    combined = f" ({step.combine.value} counts)" if step.combine else ""
    condition = f", if {step.exists_if.in_words}" if step.exists_if else ""
    return f"{rules}{combined}{condition}"


def _window(rule: Rule) -> str:
    offset = rule.offset
    local = f" (the site's choice of {rule.parameter.in_words})" if rule.parameter else ""
    if offset.is_gestation:
        return f"by {offset.in_words}{local}"
    if offset.amount == 0:
        until = "by the end of the day of" if offset.unit is Unit.END_OF_DAY else "by"
        return f"{until} {rule.anchor.value}{local}"
    side = "before" if offset.amount < 0 else "after"
    return f"{offset.in_words} {side} {rule.anchor.value}{local}"


def _not_before(rule: Rule) -> str:
    offset = rule.not_before or rule.offset
    return offset.in_words if offset.is_gestation else f"{offset.in_words} after {rule.anchor.value}"
