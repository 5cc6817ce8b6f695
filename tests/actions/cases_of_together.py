"""What the database refuses of staying together: rows that say half, or that are changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models

from pathways.models import Departure, Event, Journey, Placement, StayOffer
from tests.factories import UserFactory, ago, journey
from tests.together import soon, stay_row


def event(record: Journey, kind: str) -> Event:
    return Event.objects.create(journey=record, kind=kind, occurred_at=ago(hours=1))


def departure(**fields: Any) -> Departure:
    record = journey()
    known = {"own_decision": False, "event": event(record, "mother_discharged"), "recorded_by": UserFactory(), **fields}
    return Departure.objects.create(journey=record, site=record.site, **known)


def placement(**fields: Any) -> Placement:
    record = journey()
    known = {"kind": "rehab", "out_of_area": False, "recorded_by": UserFactory(), **fields}
    return Placement.objects.create(journey=record, event=event(record, "residential_placement_started"), **known)


CASES: dict[str, tuple[type[models.Model], Callable[[], object]]] = {
    "no_place_says_why": (StayOffer, lambda: stay_row(journey(), because="")),
    "she_chose_what_there_was": (StayOffer, lambda: stay_row(journey(), choice="stays")),
    "apart_with_a_plan": (StayOffer, lambda: stay_row(journey(), visiting="")),
    "another_reason_is_told": (StayOffer, lambda: stay_row(journey(), because="other")),
    "not_offered_in_the_future": (StayOffer, lambda: stay_row(journey(), offered_at=soon())),
    "tried_before_she_left_by_herself": (Departure, lambda: departure(medicine_tried="tried")),
    "a_prescriber_who_said_yes": (Placement, lambda: placement(prescriber="The Willows’ doctor")),
}
TRIGGERS: dict[str, Callable[[], object]] = {
    "pathways_stayoffer": lambda: (stay_row(journey()), StayOffer.objects.update(choice="goes_home")),
    "pathways_departure": lambda: (departure(), Departure.objects.update(words="x")),
    "pathways_placement": lambda: (placement(), Placement.objects.all().delete()),
}
