"""Whom to tell: the women whose appointment we cancelled, as far as their record is open to the reader."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import SafeContact
from pathways.visibility import journeys_visible_to
from pathways.wording.contact import contact_in_words
from referrals.cancelling import to_be_told
from referrals.models import Appointment
from referrals.wording.clinics import hours_in_words


class ToTell(NamedTuple):
    """One appointment that she does not know of yet."""

    appointment: Appointment
    woman: int
    name: str
    point: str
    what: str
    when: str
    why: str
    reach: str


def lines_for(reader: User) -> list[ToTell]:
    """Soonest first. Two queries."""
    cancelled = list(_open_to(reader).select_related("journey__woman").order_by("during", "pk"))
    hers = SafeContact.objects.filter(woman__in={each.woman_id for each in cancelled})
    newest = {each.woman_id: each for each in hers.order_by("woman", "-id").distinct("woman")}
    return [_line(each, newest.get(each.woman_id)) for each in cancelled]


def to_tell_count(reader: User) -> int:
    """How many appointments that are; none for whoever books none."""
    return _open_to(reader).count() if Ability.BOOK in reader.abilities else 0


def _open_to(reader: User) -> QuerySet[Appointment]:
    return to_be_told().filter(journey__in=journeys_visible_to(reader))


def _line(appointment: Appointment, contact: SafeContact | None) -> ToTell:
    journey, since = appointment.journey, appointment.during.lower
    return ToTell(
        appointment,
        journey.woman_id,
        journey.woman.list_name,
        journey.point_on(clock.today()),
        appointment.words,
        f"{clock.day_in_words(clock.today(since))}, {hours_in_words(since, appointment.during.upper)}",
        appointment.cancelled_why,
        contact_in_words(contact),
    )
