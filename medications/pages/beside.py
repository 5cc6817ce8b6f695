"""What the parts of ward medicine say of one woman, each in its own words, read beside her journey for a whole ward.

Babies' observation, the feeding plan, medicine that she brought, going home: their modules say which rows count and
make the line; here they only come with the journeys' query.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import JSONObject

from medications.checklist import accepted_offers, facts_from, made_of, standing_entries, taken_doses
from medications.models import Dose, FeedingPlan, LeavingEntry, OwnMedicine, OwnMedicineStep
from medications.pages.feeding import FeedingLine, standing_plans, unsettled
from medications.pages.feeding import line_of as feeding_line
from medications.pages.leaving import LeavingLine
from medications.pages.leaving import line_of as leaving_line
from medications.pages.observation import BORN, WATCHED, BabyLine, Born, Watched, born, lines_of, watched
from medications.pages.rows import beside, newest, read
from medications.wording.own import own_in_words
from pathways.engine import Fact
from pathways.models import Journey

_ENTRY = ("item", "answer", "day", "source", "admission")


def lines_beside() -> dict[str, Any]:
    """Annotations of a query of journeys: the rows of which the lines below are made."""
    steps = OwnMedicineStep.objects.filter(own=OuterRef("pk"), struck_at=None).order_by("at", "pk")
    steps_json = ArraySubquery(steps.values(json=JSONObject(kind="kind", answer="answer")))
    own = OwnMedicine.objects.filter(struck_at=None).annotate(steps_json=steps_json).order_by("identified_at", "pk")
    accepted = accepted_offers().annotate(number=F("handoff__subject_number"))
    return {
        "watched_json": beside(watched(), *WATCHED),
        "born_json": beside(born(), *BORN),
        "feeding_json": beside(standing_plans(), "version", "agreed_at", "shared_at"),
        "feeding_differs": Exists(unsettled().filter(journey=OuterRef("pk"))),
        "own_json": beside(own, "admission", "steps_json"),
        "entries_json": beside(standing_entries(), *_ENTRY),
        "ward_dose_json": newest(taken_doses(), "given_at", order="-given_at"),
        "accepted_json": beside(accepted, "number"),
    }


def baby_lines(journey: Any, now: datetime) -> list[BabyLine]:
    """Who is observed, or owed the first look."""
    plans = [Watched(**read(row)) for row in journey.watched_json]
    return lines_of(journey, plans, [Born(**read(row)) for row in journey.born_json], now)


def feeding(journey: Any) -> FeedingLine:
    """The agreed plan, what waits, or that advice differs."""
    plans = [FeedingPlan(**read(row)) for row in journey.feeding_json]
    return feeding_line(journey, plans, differs=journey.feeding_differs)


def own(journey: Any, admission: int | None) -> str:
    """How far the medicine is that she brought to this admission; "" where none is written down."""
    return own_in_words(row["steps_json"] for row in journey.own_json if row["admission"] == admission)


def going_home(journey: Any, facts: Sequence[Fact], now: datetime) -> LeavingLine | None:
    """What is owed before she goes home; None while it is not planned."""
    found = facts_from(journey, facts)
    if found.planned_for is None and found.left_at is None:
        return None
    entries = [_entry(row) for row in journey.entries_json if row["admission"] == found.admission]
    last = read(journey.ward_dose_json)
    hers = last and found.admitted_at and last["given_at"] >= found.admitted_at
    accepted = "yes" if any(row["number"] == found.admission for row in journey.accepted_json) else ""
    checklist = made_of(journey, now, found, entries, Dose(given_at=last["given_at"]) if hers else None, accepted)
    return leaving_line(checklist)


def _entry(row: dict[str, Any]) -> LeavingEntry:
    return LeavingEntry(**{**row, "day": date.fromisoformat(row["day"]) if row["day"] else None})


def own_of(journey: Journey, admission: int) -> str:
    """The same of one woman. One query."""
    known = Journey.objects.annotate(own_json=lines_beside()["own_json"]).get(pk=journey.pk)
    return own(known, admission)
