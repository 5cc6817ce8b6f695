"""How a handoff is usually done in the demonstration: by whom, with what evidence, with what note (answers.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from carecoord.access.demo import POSTS
from pathways.demo.life import Life
from pathways.demo.stories import Told
from pathways.engine import FACT_KINDS, EvidenceKind, Handoff, SubjectKind
from pathways.moments import by_key

_POST_OF = {post.role: name for name, post in reversed(POSTS.items())}
_DAYS_AFTER = {"naloxone_expiry": 700, "next_contact_on": 3}  # dates that lie that long after it was done
_DAYS_AFTER_DUE = {"next_dose_on": 1}  # and after its due time


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))


def recorder_of(kind: str) -> str:
    """The post that usually records this kind of event; blank is her named midwife."""
    return str(_table()["recorded_by"].get(kind, ""))


def contact(life: Life, kind: str, at: datetime, number: int) -> Told:
    """A contact with her; ``number`` chooses among the usual notes."""
    return Told(kind, at, note=_note(life, _table()[kind], number))


def closed_by(handoff: Handoff) -> frozenset[str]:
    """The kinds of event that complete this handoff by themselves, unless it is answered in words all the same."""
    step = by_key[handoff.moment].step(handoff.step)
    if step.completed_by is None or _usual(handoff).get("by_answer"):
        return frozenset()
    return frozenset(step.completed_by.facts)


def is_done_at_the_end(handoff: Handoff) -> bool:
    """Whether it is something that lasts until its due time, like an observation."""
    return bool(_usual(handoff).get("at_the_end"))


def usual_share(handoff: Handoff) -> float | None:
    """After which share of its time it is usually done; None where there is nothing to say."""
    share: float | None = _usual(handoff).get("after_share")
    return share


def answer(life: Life, handoff: Handoff, at: datetime) -> Told:
    """The event that completes a handoff at ``at``."""
    usual = _usual(handoff) | _usual(handoff).get(life.site_code, {})
    note = _note(life, usual, life.pick(f"note/{handoff.moment}.{handoff.step}", 100))
    if kinds := closed_by(handoff):
        kind = min(kinds)
        return Told(kind, at, _baby(handoff), _belonging(handoff, kind), note=note)
    receivers = by_key[handoff.moment].receivers
    by = usual.get("by", next((_POST_OF[role] for role in receivers if role in _POST_OF), ""))
    details = _naming(handoff) | _evidence(life, handoff, at, usual.get("evidence", {}))
    return Told("handoff_completed", at, _baby(handoff), details, "" if by == "midwife" else by, note)


def ending(handoff: Handoff, kind: str, reason: str, at: datetime) -> Told:
    """The event that ends a handoff otherwise: ``kind`` is ``handoff_declined`` or another such answer."""
    return Told(kind, at, _baby(handoff), _naming(handoff) | {"reason": reason})


def _usual(handoff: Handoff) -> dict[str, Any]:
    return dict(_table().get(f"{handoff.moment}.{handoff.step}", {}))


def _baby(handoff: Handoff) -> int | None:
    return handoff.subject.number if handoff.subject.kind is SubjectKind.BABY else None


def _naming(handoff: Handoff) -> dict[str, str]:
    """The details that say which handoff an answer is to."""
    details = {"moment": handoff.moment, "step": handoff.step}
    if handoff.subject.number and _baby(handoff) is None:
        details[handoff.subject.kind.value] = str(handoff.subject.number)
    return details


def _belonging(handoff: Handoff, kind: str) -> dict[str, str]:
    """The details that say what an event belongs to, where events of its kind can say so."""
    subject = handoff.subject.kind.value
    says_so = any(detail.name == subject for detail in FACT_KINDS[kind].details)
    return {subject: str(handoff.subject.number)} if says_so else {}


def _evidence(life: Life, handoff: Handoff, at: datetime, usual: Mapping[str, str]) -> dict[str, str]:
    """Everything that is written down with this step and can be said without words of its own."""
    details = {}
    for item in by_key[handoff.moment].evidence_for(handoff.step):
        if item.key in usual:
            details[item.key] = usual[item.key].format(**life.names)
        elif item.kind is EvidenceKind.DATE:
            from_due = item.key in _DAYS_AFTER_DUE
            day = life.day_of(handoff.due_at if from_due else at)
            after = (_DAYS_AFTER_DUE if from_due else _DAYS_AFTER).get(item.key, 0)
            details[item.key] = (day + timedelta(days=after)).isoformat()
        elif item.choices:
            details[item.key] = item.choices[0][0]
    return details


def _note(life: Life, usual: Mapping[str, Any], number: int) -> str:
    notes: list[str] = usual.get("notes", [""])
    return notes[number % len(notes)].format(**life.names)
