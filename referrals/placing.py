"""One place of a session, given to one woman and taken back: what booking and the waiting list share.

The caller holds the locks: her journey first, then the sessions (seats.locked). That a place, and her time, is given
once is held by the database alone; here its refusal becomes words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord import clock
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.actions import AlreadyAnswered
from pathways.models import Journey, Woman
from pathways.visibility import journeys_visible_to
from referrals import seats
from referrals.models import Appointment, Place, Referral, Session, Visit, Waiting
from referrals.rules.places import free_seat
from referrals.wording.booking import in_a_row
from referrals.wording.clinics import hours_in_words

State, Whose = Appointment.State, Appointment.Whose
IN_ONE_PLACE, GIVEN_ONCE = "a_woman_is_in_one_place", "a_place_is_given_once"
_NOTHING_FREE = "Nothing is free there any more: choose another day, or let her wait for a place."
_NO_INTERPRETER = ("", "not needed", "none", "no")


@dataclass(frozen=True)
class Choice:
    """One time that was chosen: in a session, or with ``session`` None somewhere else (``elsewhere``)."""

    session: Session | None
    starts_at: datetime
    minutes: int
    kind: str
    words: str
    need_key: str = ""
    referral: Referral | None = None
    her_words: str = ""
    needs_interpreter: bool = False
    elsewhere: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def during(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.starts_at, self.ends_at)

    @property
    def on(self) -> date:
        return clock.today(self.starts_at)

    @property
    def place(self) -> Place | None:
        return self.session.clinic.place if self.session else None


class TakenMeanwhile(Refused):
    """Somebody else has this time by now. ``choice`` is which one; nothing was booked."""

    def __init__(self, sentence: str, choice: Choice) -> None:
        super().__init__(sentence, field="starts_at")
        self.choice = choice


def needs_interpreter(woman: Woman) -> bool:
    """Whether her record says that she is spoken to through an interpreter."""
    return woman.interpreter.strip().casefold() not in _NO_INTERPRETER


def visit_of(journey: Journey, choice: Choice) -> Visit:
    """Her visit of that day at that place: the one that is there, or a new one."""
    elsewhere = choice.elsewhere.strip()
    return Visit.objects.get_or_create(journey=journey, on=choice.on, place=choice.place, elsewhere=elsewhere)[0]


def as_they_stand(choices: Sequence[Choice]) -> list[Choice]:
    """The choices, with their sessions as they are now, locked. Raises Refused where one is no more."""
    found = seats.locked(choice.session.pk for choice in choices if choice.session)
    standing = [replace(choice, session=found[choice.session.pk] if choice.session else None) for choice in choices]
    check(standing)
    return standing


def check(choices: Iterable[Choice]) -> None:
    """Raise Refused for what cannot be booked, whoever has what."""
    now = clock.now()
    for choice in choices:
        _check(choice, now)


def _check(choice: Choice, now: datetime) -> None:
    if not choice.words.strip():
        raise Refused("Say what it is for, in a few words.", field="words")
    if choice.minutes < 5:
        raise Refused("An appointment lasts five minutes or more.", field="minutes")
    if choice.ends_at <= now:
        raise Refused("This time has passed. Choose one that is still to come.", field="starts_at")
    session = choice.session
    if session is None:
        if not choice.elsewhere.strip():
            raise Refused("Say where it is.", field="elsewhere")
        return
    if session.cancelled_at or session.clinic.cancelled_at:
        raise Refused("This session was cancelled. Choose another one.", field="starts_at")
    if choice.starts_at < session.during.lower or choice.ends_at > session.during.upper:
        raise Refused(
            f"The session is from {hours_in_words(session.during.lower, session.during.upper).replace('–', ' to ')}. "
            "Choose a time inside it.",
            field="starts_at",
        )
    if session.kind != choice.kind:
        raise Refused(f"This session is for something else: {session.get_kind_display()}.", field="starts_at")


def give(
    journey: Journey,
    visit: Visit,
    choice: Choice,
    *,
    held_until: datetime | None = None,
    submission: UUID | None = None,
    by: User | None,
) -> Appointment:
    """Give her the place. The caller holds the locks. Raises TakenMeanwhile with what is still free, Refused."""
    session, seat = choice.session, None
    _check_she_is_free(journey, choice)
    if session:
        given = seats.given_in([session.pk])[session.pk]
        seat = free_seat(given, session.seats, choice.starts_at, choice.ends_at)
        if seat is None:
            raise _taken(choice, session, by)
    try:
        with transaction.atomic():
            return Appointment.objects.create(
                journey=journey,
                woman=journey.woman,
                visit=visit,
                session=session,
                seat=seat,
                kind=choice.kind,
                during=choice.during,
                words=choice.words.strip(),
                her_words=choice.her_words.strip(),
                need_key=choice.need_key,
                referral=choice.referral,
                needs_interpreter=choice.needs_interpreter or needs_interpreter(journey.woman),
                state=State.HELD if held_until else State.BOOKED,
                held_until=held_until,
                booked_by=by,
                submission=submission,
            )
    except IntegrityError as refused:
        raise _in_words(refused, choice, by) from refused


def _check_she_is_free(journey: Journey, choice: Choice) -> None:
    hers = Appointment.objects.filter(woman=journey.woman_id, during__overlap=choice.during)
    if found := hers.exclude(state=State.CANCELLED).order_by("during").first():
        at = hours_in_words(found.during.lower, found.during.upper)
        raise Refused(f"She has something at that time: {at}, {found.words}. Choose another time.", field="starts_at")


def _in_words(refused: IntegrityError, choice: Choice, by: User | None) -> Exception:
    """What a refusal of the database means, by the name of what refused."""
    name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "")
    if name == GIVEN_ONCE and choice.session:
        return _taken(choice, choice.session, by)
    if name == IN_ONE_PLACE:
        return Refused("She has something else at that time. Choose another time.", field="starts_at")
    return refused


def _taken(choice: Choice, session: Session, by: User | None) -> TakenMeanwhile:
    """Who has it, where that is open to the reader, and what is still free."""
    lasts, at = timedelta(minutes=choice.minutes), hours_in_words(choice.starts_at, choice.ends_at)
    free = [span for span in seats.free_in(session) if span[1] - span[0] >= lasts]
    then = f"Still free there: {in_a_row(free)}." if free else _NOTHING_FREE
    return TakenMeanwhile(f"{_who_has(session, choice, by)} has {at} in {session.room} by now. {then}", choice)


def _who_has(session: Session, choice: Choice, by: User | None) -> str:
    theirs = Appointment.objects.filter(session=session, during__overlap=choice.during).exclude(state=State.CANCELLED)
    if by:
        theirs = theirs.filter(journey__in=journeys_visible_to(by)).select_related("woman")
        if seen := [each.woman.list_name for each in theirs.order_by("during")]:
            return seen[0]
    return "Somebody else"


def taken_back(appointment: Appointment, whose: str, why: str, *, by: User | None) -> Appointment:
    """The place is free again. The caller holds the journey's lock, and writes the grants. Raises AlreadyAnswered."""
    row = Appointment.objects.select_related("session__clinic__place", "session__room", "visit").get(pk=appointment.pk)
    if row.state == State.CANCELLED:
        raise AlreadyAnswered(f"It was cancelled meanwhile: {row.get_cancelled_whose_display().lower()}.")
    if row.recorded_at:
        raise Refused("What became of it is written down already. Change that on the list of the day.")
    row.state, row.held_until = State.CANCELLED, None
    row.cancelled_at, row.cancelled_by = clock.now(), by
    row.cancelled_whose, row.cancelled_why = whose, why.strip()
    row.save(update_fields=["state", "held_until", "cancelled_at", "cancelled_by", "cancelled_whose", "cancelled_why"])
    Waiting.objects.filter(appointment=row, ended="").update(appointment=None)
    return row
