"""Calendars that somebody subscribes to: making an address, ending it, and what is read there.

The address is a key: whoever has it reads the calendar without signing in, so it tells times and neutral titles and
nothing else. Only its hash is kept; it is shown once. Whoever leaves the site reads nothing more.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.visibility import check_may_at
from referrals.models import Feed, Place
from referrals.rules.ical import Entry, calendar_of

TITLES = {"appointment": "Appointment", "clinic": "Clinic"}
OWN = "Appointments"


@transaction.atomic
def make_feed(place: Place | None, *, by: User) -> str:
    """A calendar of a place, or of ``by``'s own appointments: its secret, which nobody can be told again.

    The address before it, if there was one, opens nothing from then on.
    """
    for site in [place.site_id] if place else by.site_ids:
        check_may_at(by, Ability.SEE_CLINICS, site_id=site)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two clicks at once make one
    Feed.objects.filter(user=by, place=place, ended_at=None).update(ended_at=clock.now())
    token = secrets.token_urlsafe(32)
    Feed.objects.create(user=by, place=place, token_hash=_hash(token))
    return token


@transaction.atomic
def end_feed(feed: Feed, *, by: User) -> None:
    """Its address opens nothing from now on. Raises Refused for somebody else's."""
    if feed.user_id != by.pk:
        raise Refused("This calendar is somebody else's.")
    Feed.objects.filter(pk=feed.pk, ended_at=None).update(ended_at=clock.now())


def read_feed(token: str) -> bytes | None:
    """The calendar behind an address; None where there is none, or not any more. Two queries, one where none."""
    with connection.cursor() as cursor:
        cursor.callproc("referrals_read_feed", [_hash(token)])
        (found,) = cursor.fetchone()
    if found is None:
        return None
    known: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    if Ability.SEE_CLINICS not in User.objects.get(pk=known["reader"]).abilities:
        return None
    # A day of a place, and somebody's own part of that day, are two entries for who has both calendars.
    whose = "" if known["place"] else f"-of-{known['reader']}"
    return calendar_of(known["place"] or OWN, [_entry(each, whose) for each in known["entries"]])


def _entry(told: dict[str, Any], whose: str) -> Entry:
    is_clinic = told["what"] == "clinic"
    return Entry(
        uid=f"{told['what']}-{told['number']}{whose if is_clinic else ''}@carecoord",
        title=TITLES[told["what"]],
        where=told["place"],
        starts=_instant(told["starts"]),
        ends=_instant(told["ends"]),
        standing=told["standing"],
        busy=not is_clinic and told["standing"] != "CANCELLED",
        revision=int(told["revision"]),
        revised_at=_instant(told["revised_at"]),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _hash(token: str) -> bytes:
    """Of 256 random bits nothing can be guessed: one round is enough."""
    return sha256(token.encode()).digest()
