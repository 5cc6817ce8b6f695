"""What became of a visit, from one list on the day: did it happen, and was she able to come.

One visit is one contact. It is written down by the verb of looking for her (pathways.moves.outreach), so that a visit
that did not come about counts there as one try, and what we cancelled as none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.actions import correct_event
from pathways.models import Correction, Journey, Try
from pathways.moves.outreach import Attempt, try_to_reach
from pathways.recording import lock
from pathways.visibility import check_may
from referrals.going_along import not_seen, seen
from referrals.models import Appointment, Session, Visit
from referrals.rules.attendance import CAME, Answer, Contact, contact_of

Whose = Appointment.Whose
NOT_HELD = "not_held"  # beside the values of Attended: the session did not happen
ANSWERS = {**dict(Appointment.Attended.choices), NOT_HELD: "It did not take place: that was ours"}
_RESULTS = {Contact.MADE: Try.Result.REACHED, Contact.MISSED: Try.Result.DID_NOT_COME}


@transaction.atomic
def record_attendance(visit: Visit, answers: Mapping[int, str], *, interpreter: bool = False, by: User) -> Visit:
    """Write down what became of her appointments: by id, one of ``ANSWERS``. ``interpreter``: one was with her.

    The same again changes nothing; another answer corrects what was written. Raises Refused.
    """
    journey = lock(visit.journey)
    check_may(by, Ability.BOOK, woman_id=journey.woman_id)
    visit = Visit.objects.select_related("counted").get(pk=visit.pk)
    if interpreter and not visit.interpreter_booked:
        visit.interpreter_booked = True
        visit.save(update_fields=["interpreter_booked"])
    rows = list(
        Appointment.objects.filter(visit=visit, state=Appointment.State.BOOKED)
        .select_related("session", "woman", "visit")
        .order_by("during", "pk")
    )
    known = {row.pk: row for row in rows}
    if unknown := answers.keys() - known.keys():
        raise Refused("One of these was cancelled meanwhile. Look at the list again.", field=f"came_{min(unknown)}")
    for pk, answer in answers.items():
        if answer_of(known[pk]) != answer:
            _write(known[pk], answer, by)
    _count(journey, visit, rows, by)
    return visit


def answer_of(row: Appointment) -> str:
    """What is written down of it, as ``ANSWERS`` names it; blank where nothing is."""
    return NOT_HELD if row.took_place is False else row.attended


def has_interpreter(row: Appointment) -> bool:
    """Whether an interpreter comes: to the session, or to her visit."""
    return row.visit.interpreter_booked or (row.session is not None and row.session.has_interpreter)


def _write(row: Appointment, answer: str, by: User) -> None:
    now, field = clock.now(), f"came_{row.pk}"
    if answer not in ANSWERS:
        raise Refused("Choose what became of it.", field=field)
    if row.during.lower > now:
        raise Refused("It has not begun yet. Write this down when it has.", field=field)
    if answer in CAME and row.needs_interpreter and not has_interpreter(row):
        raise Refused(
            f"She is spoken to through an interpreter ({row.woman.interpreter}). Say that one was with her, or book "
            "another time with one.",
            field=field,
        )
    row.took_place, row.attended = answer != NOT_HELD, "" if answer == NOT_HELD else answer
    row.recorded_at, row.recorded_by = now, by
    row.save(update_fields=["took_place", "attended", "recorded_at", "recorded_by"])
    if answer in CAME:
        seen(row, by=by)
    else:
        not_seen(row, Whose.OURS if answer == NOT_HELD else Whose.HERS, by=by)
    if row.session_id and row.took_place:
        Session.objects.filter(pk=row.session_id).exclude(took_place=True).update(took_place=True)


def _count(journey: Journey, visit: Visit, rows: Sequence[Appointment], by: User) -> None:
    """Make the one fact of the visit what its answers say now."""
    wanted = contact_of(Answer(row.took_place, row.attended) for row in rows)
    before = visit.counted
    if journey.is_closed or (before and wanted and before.kind == wanted.value):
        return
    if before and not Correction.objects.filter(event=before).exists():
        correct_event(before, reason="What became of this visit was written down anew.", by=by)
    visit.counted = None
    if wanted:
        attempt = Attempt(_when(rows, wanted), Try.Way.WHERE_SHE_COMES, _RESULTS[wanted])
        visit.counted = try_to_reach(journey, attempt, by=by).events[0]
    visit.save(update_fields=["counted"])


def _when(rows: Sequence[Appointment], contact: Contact) -> datetime:
    """When the contact was: the beginning of the first to which she came, or was not able to."""
    told = CAME if contact is Contact.MADE else {Appointment.Attended.NO}
    return min(row.during.lower for row in rows if row.attended in told)
