"""One entry of a record in words: what happened, with its details. Reads no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carecoord import clock
from carecoord.sites.definitions import site_definition
from pathways.engine import ANSWER_KINDS, FACT_KINDS, AboutBaby, DetailType, EvidenceKind
from pathways.models import Event
from pathways.moments import by_key
from pathways.moments.products import PRODUCTS
from pathways.wording.handoffs import subject_in_words

PRODUCT_NAMES = {product.key: product.name for product in PRODUCTS.values()}
YES_NO = {"yes": "Yes", "no": "No"}
_NAMED_BY_TITLE = frozenset({"moment", "step", "baby", "admission", "separation", "transfer", "dose"})
_EVIDENCE_TYPES = {
    EvidenceKind.DATE: DetailType.DATE,
    EvidenceKind.YES_NO: DetailType.YES_NO,
    EvidenceKind.TEXT: DetailType.TEXT,
}


def title_of(event: Event, *, babies: int = 1) -> str:
    """``Midwife saw her at home``; an answer says to what: ``First visit: she declined``."""
    if event.kind in ANSWER_KINDS:
        return f"{answered_title(event, babies=babies)}: {_answer_in_words(event.kind)}"
    declared = FACT_KINDS.get(event.kind)
    words = declared.label if declared else event.kind
    if declared and declared.about_baby is not AboutBaby.NO and babies > 1:
        whom = f"baby {event.baby}" if event.baby else "all babies"
        return f"{words} ({whom})"
    return words


def answered_title(event: Event, *, babies: int = 1) -> str:
    """The full title of the handoff that an answer is about; its keys where it is declared no more."""
    moment = by_key.get(event.details.get("moment", ""))
    if moment is None:
        return " ".join(filter(None, (event.details.get("moment"), event.details.get("step"))))
    titles = {step.key: step.title for step in moment.steps}
    title = titles.get(event.details.get("step", ""), moment.title)
    kind = moment.subject.value
    number = event.baby if kind == "baby" else _number(event.details, kind)
    subject = subject_in_words(kind, number or 1, babies=babies)
    return f"{title}, {subject}" if subject else title


def details_of(event: Event, *, with_words: bool = True) -> list[tuple[str, str]]:
    """What was written down with it, as (label, words); perhaps without what somebody wrote in words of their own."""
    labels = _labels(event)
    found = []
    for name, value in event.details.items():
        answers_title = event.kind in ANSWER_KINDS and name in _NAMED_BY_TITLE
        if value and not answers_title:
            label, kind, choices = labels.get(name, (name, DetailType.TEXT, {}))
            if kind is DetailType.TEXT and not with_words:
                continue
            found.append((label, value_in_words(str(value), kind, choices)))
    return found


def time_in_words(instant: datetime, *, year: bool = True) -> str:
    """``Fri 20 Nov 2026, 10:00``: when something happened or was recorded."""
    local = instant.astimezone(clock.LONDON)
    return f"{clock.day_in_words(local.date(), year=year)}, {local:%H:%M}"


def value_in_words(value: str, kind: DetailType, choices: Mapping[str, str]) -> str:
    """A stored value as people read it; what cannot be read is shown as it is."""
    try:
        match kind:
            case DetailType.DATE:
                return clock.day_in_words(clock.parse_date(value))
            case DetailType.TIME:
                return time_in_words(clock.parse_instant(value)[0])
            case DetailType.SITE:
                return site_definition(value).name
    except (ValueError, KeyError):
        return value
    known = {DetailType.YES_NO: YES_NO, DetailType.PRODUCT: PRODUCT_NAMES}.get(kind, choices)
    return known.get(value, value)


def _labels(event: Event) -> dict[str, tuple[str, DetailType, dict[str, str]]]:
    declared = FACT_KINDS.get(event.kind)
    known = declared.details if declared else ()
    labels = {detail.name: (detail.label, detail.type, dict(detail.choices)) for detail in known}
    moment = by_key.get(event.details.get("moment", "")) if event.kind in ANSWER_KINDS else None
    for item in moment.evidence if moment else ():
        labels[item.key] = (item.label, _EVIDENCE_TYPES.get(item.kind, DetailType.CHOICE), dict(item.choices))
    return labels


def _answer_in_words(kind: str) -> str:
    return {"handoff_completed": "done"}.get(kind, FACT_KINDS[kind].label.lower())


def _number(details: Mapping[str, str], kind: str) -> int | None:
    text = str(details.get(kind, ""))
    return int(text) if text.isdecimal() else None
