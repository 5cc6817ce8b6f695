"""She left on her own decision: what was tried before, and what is due now. For a week, or until nothing is owed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from carecoord import clock
from medications.checklist import HANDOVER, Checklist
from medications.leaving import NALOXONE
from pathways.models import Departure

LOST_CONTACT = "LOST_CONTACT"
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class DueNow:
    """One thing that is due, in words, and where it is written down."""

    words: str
    url: str


@dataclass(frozen=True)
class LeftEarly:
    """What her pages say of it."""

    tried: list[str]
    due: list[DueNow]


def left_early(checklist: Checklist) -> LeftEarly | None:
    """Nothing where she left as planned, or longer than a week ago. Two queries."""
    entry, left_at = checklist.entries.get("left"), checklist.facts.left_at
    if entry is None or left_at is None or entry.answer != "own_choice" or checklist.now - left_at > A_WEEK:
        return None
    rows = Departure.objects.filter(journey=checklist.journey, event__correction=None, own_decision=True)
    departure = rows.order_by("-pk").first()
    return LeftEarly(list(_tried(departure)) if departure else [], list(_due(checklist)))


def _tried(departure: Departure) -> Iterator[str]:
    for what, tried in (("Her next dose", departure.medicine_tried), ("Naloxone", departure.naloxone_tried)):
        if tried:
            words = Departure.Tried(tried).label
            yield f"{what}: {words[:1].lower()}{words[1:]}"


def _due(checklist: Checklist) -> Iterator[DueNow]:
    journey = checklist.journey
    found = journey.handoffs.open().filter(moment__in=(HANDOVER, NALOXONE, LOST_CONTACT))
    owed = {handoff.moment: handoff for handoff in found.order_by("-due_at")}  # the first due of each stays
    if checklist.in_treatment and not _is_rung(checklist):
        yield DueNow("Due today: ring her prescriber", reverse("leaving_point", args=[journey.pk, "prescriber"]))
    if HANDOVER in owed:
        yield DueNow("Still owed: her next dose, with prescriber and pharmacy", reverse("leaving", args=[journey.pk]))
    if NALOXONE in owed:
        yield DueNow("Still owed: naloxone in hand", reverse("leaving_point", args=[journey.pk, "naloxone"]))
    if lost := owed.get(LOST_CONTACT):
        by = clock.due_in_words(lost.due_at)
        yield DueNow(
            f"Hear from her by {by}; else somebody goes and looks for her", reverse("record", args=[journey.pk])
        )


def _is_rung(checklist: Checklist) -> bool:
    """Whether somebody told her prescriber since she left, or they have said that they have it."""
    entry, left_at = checklist.entries.get("prescriber"), checklist.facts.left_at
    if entry and entry.at and left_at and clock.today(entry.at) >= clock.today(left_at):
        return True
    return checklist.acknowledged("prescriber")
