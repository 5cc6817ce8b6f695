"""Writes ``docs/pathway-reference.md`` from the declarations, so that a clinician can check what the product does.

``python -m pathways.moments.reference`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pathways.engine import (
    STAGE_ORDER,
    TRANSITIONS,
    Moment,
    Stage,
    Step,
    Transition,
    date_parameters_of,
    parameters_of,
    step_in_words,
)
from pathways.engine.definitions import Evidence
from pathways.engine.offsets import Offset
from pathways.moments import ALL
from pathways.moments.ladders import LADDERS
from pathways.moments.products import PRODUCTS
from pathways.moments.sources import SOURCES

_INTRODUCTION = """# Pathway reference

Generated from `pathways/engine/stage.py` and `pathways/moments/` by `python -m pathways.moments.reference`.
Do not edit it here.

**Research draft, not clinically ratified.** Every window is a local parameter with a default. *Design* means that
no source gives the number and it is proposed by this project. Confidence says how well the rule, with its number,
reflects its sources: high, medium, low."""

_CONFIDENCE = {"H": "high", "M": "medium", "L": "low"}


def reference_markdown() -> str:
    """The whole page, ending in a newline."""
    parts = [
        _INTRODUCTION,
        "## Stages",
        "\n".join(_stage_table()),
        "\n".join(_diagram()),
        "## Critical moments",
        *(_moment_section(number, moment) for number, moment in enumerate(ALL, start=1)),
        "## Local parameters",
        "\n".join(_parameter_table()),
        "## Who is told next",
        "\n".join(_ladder_table()),
        "## Medicines that a record can name",
        "\n".join(_table(("Key", "Name", "Form"), ((f"`{p.key}`", p.name, p.form) for p in PRODUCTS.values()))),
        "## Sources",
        "`R` sources were read to the extent given. `K` sources are known and were not read again; "
        "the last column says how sure we are.",
        "\n".join(_table(("Id", "Source", "Read, or how sure"), ((s.id, s.title, s.extent) for s in SOURCES.values()))),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _stage_table() -> Iterator[str]:
    rows = ((f"`{move.fact}`", move.guard_in_words or "always", _sources(move), _target(move)) for move in TRANSITIONS)
    yield from _table(("Fact", "If", "From", "To"), rows)
    yield ""
    order = ", ".join(f"{stage.value} {place}" for stage, place in STAGE_ORDER.items())
    yield f"Order of stages: {order}. She is in one stage at a time; from `closed` only `reopened` leads out."


def _sources(move: Transition) -> str:
    if move.from_any:
        left_out = [stage.value for stage in Stage if stage not in move.sources]
        return "any but " + ", ".join(left_out)
    return ", ".join(stage.value if stage else "none" for stage in move.sources)


def _target(move: Transition) -> str:
    return move.to.value if move.to else "the stage before"


def _diagram() -> Iterator[str]:
    """The same table as a picture; moves out of most stages start at one box."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    any: any stage"
    for move in TRANSITIONS:
        to = move.to.value if move.to else "any"
        label = f"{move.fact}, {move.guard_in_words}" if move.guard_in_words else move.fact
        for source in ["any"] if move.from_any else [stage.value if stage else "[*]" for stage in move.sources]:
            yield f"    {source} --> {to}: {label}"
    yield "```"


def _moment_section(number: int, moment: Moment) -> str:
    opening = f"{moment.trigger} (per {moment.subject.value})"
    lines = [
        f"### {number}. {moment.title}",
        "",
        f"`{moment.key}` · {moment.tier.value} · list title “{moment.list_title}”",
        "",
        moment.why,
        "",
        f"- **From → to:** {moment.sender_words} → {moment.receiver_words}",
        f"- **Opens:** {opening}",
        f"- **Stages:** {', '.join(stage.value for stage in moment.stages)}",
        f"- **Due:** {moment.due}",
        *(f"  - `{step.key}` {step.title}: {step_in_words(step)}{_by_acceptance(step)}" for step in moment.steps),
        f"- **Due soon:** {_warn(moment)}. **Missed:** {_late(moment.late)}",
        f"- **Severity:** {moment.severity.value}, {moment.severity.in_words}. **Ladder:** {moment.ladder}",
        f"- **Evidence:** {'; '.join(_evidence(item) for item in moment.evidence)}",
        f"- **Basis:** {moment.basis}; confidence {_confidence(moment.confidence)}",
        f"- **Sources:** {', '.join(moment.sources)}",
    ]
    if moment.survives:
        lines.append(f"- **Survives:** {', '.join(sorted(ending.value for ending in moment.survives))}")
    if moment.falls_away_on:
        lines.append(f"- **Falls away on:** {', '.join(sorted(ending.value for ending in moment.falls_away_on))}")
    if moment.for_the_birth:
        lines.append("- **For the birth:** put away when a loss is recorded, also where it was late")
    if moment.england:
        lines.append(f"- **England:** {moment.england}")
    if moment.scotland:
        lines.append(f"- **Scotland:** {moment.scotland}")
    return "\n".join(lines)


def _by_acceptance(step: Step) -> str:
    return "; done when the receiver accepts" if step.completed_by_acceptance else ""


def _warn(moment: Moment) -> str:
    usual = f"{moment.warn.in_words} before" if moment.warn.amount else "not announced"
    early = moment.early_warning
    return f"{usual}, {early.offset.in_words} before if {early.only_if.in_words}" if early else usual


def _late(offset: Offset) -> str:
    return f"{offset.in_words} after" if offset.amount else "at the due time"


def _evidence(item: Evidence) -> str:
    return f"{item.label} ({', '.join(label for _, label in item.choices)})" if item.choices else item.label


def _confidence(letters: str) -> str:
    """``H(SCO)/M(ENG)`` as ``high (SCO), medium (ENG)``."""
    words = [f"{_CONFIDENCE[part[0]]} {part[1:]}".strip() for part in letters.split("/")]
    return ", ".join(words)


def _parameter_table() -> Iterator[str]:
    rows = (
        (f"`{one.name}`", one.in_words, one.default, f"{one.lowest} to {one.highest}")
        for one in parameters_of(ALL).values()
    )
    yield from _table(("Name", "Is", "Default", "Bounds"), rows)
    for one in date_parameters_of(ALL).values():
        yield f"| `{one.name}` | {one.in_words} | none | a date |"
    yield ""
    yield "Any other window can be set by its moment and step, for example `FEEDING_PLAN.signed_x2`."


def _ladder_table() -> Iterator[str]:
    yield (
        "While nobody has taken a handoff, counted from its due time. A level with nobody on duty is skipped upwards, "
        "never dropped."
    )
    yield ""
    yield from _table(("Ladder", "Told"), ((ladder.key, ladder.in_words) for ladder in LADDERS.values()))


if __name__ == "__main__":
    print(reference_markdown(), end="")
