"""Words of appointments: when, where, and who waits."""

from __future__ import annotations

from collections.abc import Iterable

from carecoord import clock
from referrals.models import Appointment, Session
from referrals.rules.kinds import BY_KEY
from referrals.rules.places import Span
from referrals.wording.clinics import clinician_in_words, hours_in_words


def when_in_words(appointment: Appointment) -> str:
    """``Tue 24 Nov 2026, 10:30–11:00``."""
    during = appointment.during
    day = clock.day_in_words(clock.today(during.lower))
    return f"{day}, {hours_in_words(during.lower, during.upper)}"


def where_in_words(appointment: Appointment) -> str:
    """``Mill Lane hub, Room 4``, or where else it is."""
    if appointment.session is None:
        return appointment.visit.elsewhere
    return f"{appointment.session.clinic.place}, {appointment.session.room}"


def who_in_words(session: Session) -> str:
    """``Midwife, A. Reid, Room 1``: which service, with whom, where."""
    return f"{with_in_words(session)}, {session.room}"


def with_in_words(session: Session) -> str:
    """``Midwife, A. Reid``."""
    return ", ".join(filter(None, (BY_KEY[session.kind].name, clinician_in_words(session))))


def session_in_words(session: Session) -> str:
    """``Tue 24 Nov 2026, 09:30–13:00, Mill Lane hub: Midwife, A. Reid, Room 1.``"""
    hours = hours_in_words(session.during.lower, session.during.upper)
    day = clock.day_in_words(session.clinic.on)
    return f"{day}, {hours}, {session.clinic.place}: {who_in_words(session)}."


def state_in_words(appointment: Appointment) -> str:
    """How it stands, where that is not plain: kept for her, cancelled by whom, or what became of it."""
    if appointment.state == Appointment.State.HELD and appointment.held_until:
        return f"Kept for her until {clock.due_in_words(appointment.held_until)}"
    if appointment.state == Appointment.State.CANCELLED:
        return str(appointment.get_cancelled_whose_display())
    if appointment.took_place is False:
        return "It did not take place: that was ours"
    return str(appointment.get_attended_display())


def in_a_row(spans: Iterable[Span]) -> str:
    """``11:00–11:45, 12:30–13:00``."""
    return ", ".join(hours_in_words(*span) for span in spans)
