"""What is written to her about her visits: a reminder, and that we changed a time.

Only by a way that she confirmed as safe, inside her hours, in a fixed text (pathways/reaching.py). The worker asks
every few minutes, so that a message goes as soon as it may. Where none can go, the card of the visit and her slip say
so, and somebody tells her in person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from carecoord import clock
from pathways.models import MessageToHer, SafeContact
from pathways.reaching import EARLIEST, LATEST, NotSafe, decide, reach
from pathways.recording import lock
from referrals.models import Appointment, Visit
from referrals.rules.reminders import CHANGED, Reminder, is_own_care, reminder_of

State, Whose, Channel = Appointment.State, Appointment.Whose, SafeContact.Channel
# A letter would come too late; where she is called, or met, a person tells her.
REMINDS_BY = (Channel.TEXT, Channel.EMAIL)
A_WEEK = timedelta(days=6)
# Whoever moves a time with her on the phone confirms the new one at once: then there is nothing to write.
SETTLES_WITHIN = timedelta(minutes=30)
AT_ONCE = 500  # visits a run; the next run goes on


def reminder_for(visit: Visit, contact: SafeContact | None) -> Reminder | None:
    """The reminder of a visit, as she may be reached; None where no message reaches her in time."""
    if contact is None or contact.channel not in REMINDS_BY:
        return None
    hours = {"since": contact.safe_from or EARLIEST, "until": contact.safe_until or LATEST}
    return reminder_of(visit.on, days=contact.days, **hours)


def standing(visit: Visit) -> QuerySet[Appointment]:
    """What she comes for: booked, not kept for her only."""
    return visit.appointments.filter(state=State.BOOKED)


# -- the day before ------------------------------------------------------------------------------


def remind(at: datetime | None = None) -> int:
    """Remind of every visit whose reminder is due now. Returns how many messages wait to be sent."""
    at = at or clock.now()
    visits = list(_to_remind(at)[:AT_ONCE])
    contacts = _newest_contacts(visits)
    due = (visit for visit in visits if _is_due(visit, contacts.get(visit.journey.woman_id), at))
    return sum(_remind(visit, at) for visit in due)


def _to_remind(at: datetime) -> QuerySet[Visit]:
    """Visits of the coming week that she agreed to, of which nothing was sent."""
    today = clock.today(at)
    to_come = Appointment.objects.filter(visit=OuterRef("pk"), state=State.BOOKED, during__startswith__gt=at)
    nothing_sent = Q(reminder=None) | Q(reminder__recalled_at__isnull=False)
    return (
        Visit.objects.filter(Exists(to_come), nothing_sent, on__gt=today, on__lte=today + A_WEEK)
        .exclude(confirmed_at=None)
        .select_related("journey")
        .order_by("on", "pk")
    )


def _is_due(visit: Visit, contact: SafeContact | None, at: datetime) -> bool:
    reminder = reminder_for(visit, contact)
    return reminder is not None and reminder.is_due(at)


@transaction.atomic
def _remind(visit: Visit, at: datetime) -> bool:
    """Her journey is locked as by every verb: what was cancelled meanwhile is not written about."""
    journey = lock(visit.journey)
    found = _to_remind(at).filter(pk=visit.pk).first()
    contact = _newest_contacts([visit]).get(journey.woman_id)
    reminder = reminder_for(found, contact) if found else None
    if found is None or reminder is None or journey.is_closed:
        return False
    message = _write(found, reminder.message, standing(found).values_list("kind", flat=True), at)
    if message:
        Visit.objects.filter(pk=found.pk).update(reminder=message)
    return message is not None


# -- we changed it -------------------------------------------------------------------------------


def tell_of_changes(at: datetime | None = None) -> int:
    """Write to whoever had a time that we or the service cancelled. Returns how many messages wait to be sent."""
    at = at or clock.now()
    changed = _changed(at).values("visit")
    visits = list(Visit.objects.filter(pk__in=changed).select_related("journey").order_by("on", "pk")[:AT_ONCE])
    contacts = _newest_contacts(visits)
    may = (visit for visit in visits if _may_write(contacts.get(visit.journey.woman_id), at))
    return sum(_tell_of_change(visit, at) for visit in may)


def _changed(at: datetime) -> QuerySet[Appointment]:
    """What was cancelled for her and lay ahead, of which she was not told, and nothing was agreed with her since."""
    agreed = Visit.objects.filter(journey=OuterRef("journey"), confirmed_at__gt=OuterRef("cancelled_at"))
    return (
        Appointment.objects.filter(
            ~Exists(agreed),
            state=State.CANCELLED,
            cancelled_whose__in=[Whose.OURS, Whose.SERVICE],
            cancelled_at__lte=at - SETTLES_WITHIN,
            during__startswith__gt=at,
            booked_by__isnull=False,  # what was only kept for her was never promised
            told_at=None,  # somebody told her
        )
        .exclude(visit__change_told_at__gte=F("cancelled_at"))
        .order_by("pk")
    )


@transaction.atomic
def _tell_of_change(visit: Visit, at: datetime) -> bool:
    journey = lock(visit.journey)
    kinds = list(_changed(at).filter(visit=visit).values_list("kind", flat=True))
    if not kinds or journey.is_closed:
        return False
    message = _write(visit, CHANGED, kinds, at)
    if message:
        Visit.objects.filter(pk=visit.pk).update(change_told_at=at)
    return message is not None


# -- both ----------------------------------------------------------------------------------------


def _write(visit: Visit, message: str, kinds: Iterable[str], at: datetime) -> MessageToHer | None:
    """Queue it, if it is safe now; None where it is not."""
    try:
        return reach(visit.journey.woman, message, at, own_care=is_own_care(kinds), by=None)
    except NotSafe:
        return None


def _may_write(contact: SafeContact | None, at: datetime) -> bool:
    return contact is not None and decide(contact, contact.channel, at).allowed


def _newest_contacts(visits: Iterable[Visit]) -> dict[int, SafeContact]:
    """How each of these women can be reached, as she said it last, by her id. One query."""
    newest = SafeContact.objects.filter(woman__in=[visit.journey.woman_id for visit in visits])
    return {contact.woman_id: contact for contact in newest.order_by("woman_id", "-id").distinct("woman_id")}
