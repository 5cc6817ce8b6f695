"""What she still has to be seen for: open handoffs, referrals that were accepted, places that she waits for.

One thing stands here once, by the key that its appointment carries, and no more when it is booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from carecoord.access.models import User
from pathways.models import Handoff, Journey
from pathways.moments import by_key
from pathways.shown import Shown
from referrals.models import Appointment, Referral, Waiting
from referrals.rules.her_days import at_on
from referrals.rules.kinds import BY_KEY
from referrals.rules.loop import State
from referrals.rules.seen_for import SEEN_FOR

TYPED = "typed:"  # begins the key of what somebody typed in, which stands nowhere else
_TO_BE_SEEN = (State.ACCEPTED, State.WAITING)


@dataclass(frozen=True)
class Wanted:
    """One thing that she is to be seen for. ``words`` give no reason away: other teams read them on their day.

    ``service_id``, ``place_id``: only that one will do; None: any of the kind. ``instead_of``: an appointment that
    it takes the place of, and ``her_words`` what she was told to bring.
    """

    key: str
    kind: str
    words: str
    minutes: int
    due_at: datetime | None = None
    not_before: datetime | None = None
    service_id: int | None = None
    place_id: int | None = None
    referral: Referral | None = None
    waiting: Waiting | None = None
    instead_of: Appointment | None = None
    her_words: str = ""

    @property
    def kind_name(self) -> str:
        return BY_KEY[self.kind].name

    @property
    def need_key(self) -> str:
        """What its appointment is for: as of the one whose place it takes; blank where it was typed in."""
        if self.instead_of:
            return self.instead_of.need_key
        return "" if self.key.startswith(TYPED) else self.key


def wanted_of(journey: Journey, reader: User) -> list[Wanted]:
    """What is open and not booked, as far as ``reader`` may see it; what is due first stands first. Four queries."""
    if journey.is_closed:
        return []
    found = {each.key: each for each in _accepted(journey)}
    for handoff, owed in _owed(journey, reader):
        referred = next((each for each in found.values() if _is_evidence(each, handoff)), None)
        found[referred.key if referred else owed.key] = _with_times_of(referred, owed) if referred else owed
    for waited in _waited_for(journey):
        same = found.get(waited.key)
        found[waited.key] = _waiting_too(same, waited) if same else waited
    booked = set(coming(journey).exclude(need_key="").values_list("need_key", flat=True))
    return in_order(each for key, each in found.items() if key not in booked)


def in_order(wanted: Iterable[Wanted]) -> list[Wanted]:
    """What is due first stands first; what has no time stands last."""
    return sorted(wanted, key=lambda each: (each.due_at is None, each.due_at, each.words))


def coming(journey: Journey) -> QuerySet[Appointment]:
    """Her appointments that stand, from today on or without an answer yet: on any journey of hers."""
    standing = Appointment.objects.filter(woman=journey.woman_id, recorded_at=None)
    return standing.exclude(state=Appointment.State.CANCELLED)


def _accepted(journey: Journey) -> Iterator[Wanted]:
    """Referrals that a service said yes to, without an appointment yet."""
    for referral in Referral.objects.filter(journey=journey, state__in=_TO_BE_SEEN).select_related("service"):
        kind = BY_KEY[referral.service.kind]
        yield Wanted(
            f"referral:{referral.pk}",
            kind.key,
            kind.name,
            kind.minutes,
            service_id=referral.service_id,
            referral=referral,
        )


def _owed(journey: Journey, reader: User) -> Iterator[tuple[Handoff, Wanted]]:
    """Open steps of the pathway that she has to be there for, under the titles of lists."""
    for handoff in Shown.to(reader, journey.woman_id).handoffs(journey.handoffs.open()):
        kind = SEEN_FOR.get((handoff.moment, handoff.step))
        if kind and handoff.moment in by_key:
            title = by_key[handoff.moment].step(handoff.step).list_title
            key, minutes = f"handoff:{handoff.key}", BY_KEY[kind].minutes
            yield handoff, Wanted(key, kind, title, minutes, handoff.due_at, handoff.not_before)


def _is_evidence(referred: Wanted, handoff: Handoff) -> bool:
    """Whether being seen by that service is what the handoff asks for."""
    return (handoff.moment, handoff.step) in BY_KEY[referred.kind].seen


def _with_times_of(referred: Wanted, owed: Wanted) -> Wanted:
    return replace(referred, words=owed.words, due_at=owed.due_at, not_before=owed.not_before)


def _waited_for(journey: Journey) -> Iterator[Wanted]:
    for waiting in Waiting.objects.filter(journey=journey, ended=""):
        referral = f"referral:{waiting.referral_id}" if waiting.referral_id else ""
        yield Wanted(
            waiting.need_key or referral or f"waiting:{waiting.pk}",
            waiting.kind,
            waiting.words,
            waiting.minutes,
            due_at=_midnight(waiting.until + timedelta(days=1)) if waiting.until else None,
            not_before=_midnight(waiting.not_before) if waiting.not_before else None,
            service_id=waiting.service_id,
            place_id=waiting.place_id,
            waiting=waiting,
        )


def _waiting_too(same: Wanted, waited: Wanted) -> Wanted:
    """What is owed and waited for: the times of the first, what suits her of the second."""
    return replace(same, minutes=waited.minutes, place_id=waited.place_id, waiting=waited.waiting)


def _midnight(day: date) -> datetime:
    return at_on(day, time.min)


def typed(number: int, kind: str, words: str) -> Wanted:
    """What somebody typed in, as the form's ``number``-th."""
    declared = BY_KEY[kind]
    return Wanted(f"{TYPED}{number}", kind, words.strip() or declared.name, declared.minutes)


def moved(appointment: Appointment) -> Wanted:
    """An appointment for which another time is looked for."""
    lasts = appointment.during.upper - appointment.during.lower
    return Wanted(
        f"appointment:{appointment.pk}",
        appointment.kind,
        appointment.words,
        int(lasts.total_seconds() // 60),
        service_id=appointment.session.service_id if appointment.session else None,
        referral=appointment.referral,
        instead_of=appointment,
        her_words=appointment.her_words,
    )
