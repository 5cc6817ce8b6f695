"""The places of sessions as the database holds them: locked while one is given, and what everybody else has.

Whose a place is, is not asked here: a function of the database tells times and numbers alone (taken.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection

from carecoord.refused import Refused
from referrals.models import Place, Session, Visit
from referrals.rules.places import Given, Span, free_spans
from referrals.taken import taken_in


def locked(sessions: Iterable[int]) -> dict[int, Session]:
    """The sessions, by id, each locked until the transaction ends: its places are given one after another.

    In one order, after her journey: two who book the same sessions never wait for each other in a circle.
    """
    rows = Session.objects.select_for_update(of=("self",), no_key=True).select_related("clinic__place", "room")
    return {session.pk: session for session in rows.filter(pk__in=set(sessions)).order_by("pk")}


def given_in(sessions: Iterable[int]) -> Mapping[int, list[Given]]:
    """The places that somebody has, by session. One query."""
    found: dict[int, list[Given]] = defaultdict(list)
    for taken in taken_in(list(sessions)):
        found[taken.session].append(Given(taken.seat, taken.since, taken.until))
    return found


def free_in(session: Session) -> list[Span]:
    """When a place of the session is free. One query."""
    return free_spans(session.during.lower, session.during.upper, given_in([session.pk])[session.pk], session.seats)


def lock_creche(place: Place | None, on: date) -> None:
    """Lock the day of a clinic until the transaction ends: before its sessions, as whoever changes the day does."""
    if place:
        list(place.clinics.select_for_update(of=("self",), no_key=True).filter(on=on))


def check_children(visit: Visit) -> None:
    """Raise Refused where fewer children can be looked after than hers. The caller holds the lock of the day."""
    clinic = visit.place.clinics.filter(on=visit.on).first() if visit.place else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_children(%s, %s, %s)", [visit.place_id, visit.on, visit.pk])
        expected = int(cursor.fetchone()[0])
    left = max((clinic.creche_places if clinic else 0) - expected, 0)
    if visit.children > left:
        free = f"{left} {'is' if left == 1 else 'are'}" if left else "None is"
        raise Refused(
            f"{free} free in the crèche that day. Choose another day, or ask who else can be with her children.",
            field="children",
        )
