"""The verbs about reaching her: agree how, confirm it, say that it is safe no more, write down where she is, open that.

As in ``actions``: object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. A
version is never changed; what she said last is a new row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways import seen as sight
from pathways.actions import Refused
from pathways.models import Address, ContactDetail, MessageToHer, Opening, SafeContact, Woman
from pathways.models.contact import newest_contact
from pathways.private import gives_away
from pathways.visibility import check_may, labels_for

Channel, Purpose = SafeContact.Channel, Opening.Purpose
_SAID_IN_WORDS = (Purpose.HAND_OVER, Purpose.OTHER)
_NOT_HERE = "Everybody who works with her reads this. Write numbers, streets and e-mail in the boxes below."


@dataclass(frozen=True)
class Agreed:
    """What she agreed to; nothing in it says where she is."""

    channel: str
    days: tuple[int, ...] = ()
    safe_from: time | None = None
    safe_until: time | None = None
    hours: str = ""
    voicemail: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Place:
    """Where she is, or that there is no such place, as it is written down now."""

    kind: str
    lines: str = ""
    postcode: str = ""
    begins_on: date | None = None
    ends_on: date | None = None
    protected: bool = False
    safe_to_visit: bool = False
    safe_to_write: bool = False


@dataclass(frozen=True)
class Opened:
    """What an opening shows: no more than its purpose needs. ``withheld``: places that are not safe for it."""

    details: Mapping[str, str]
    places: tuple[Place, ...]
    withheld: int


# -- how she can be reached --------------------------------------------------------------------


@transaction.atomic
def agree_contact(
    woman: Woman, agreed: Agreed, details: Mapping[str, str], *, seen: int | None, by: User | None
) -> SafeContact:
    """Write down how she can be reached from now on, as she says it today. Raises Refused.

    ``details`` holds only what changes of the private side; a blank one is taken away. ``seen`` is the version that
    the writer had before them: she agreed to one whole, so what others wrote since is never mixed in (Changed).
    """
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    one_at_a_time(woman.pk)
    newest = newest_contact(woman.pk)
    if newest and newest.pk != seen and _says(newest, agreed, by):
        record_details(woman, details, by=by)
        return newest  # the same form sent twice
    _refuse_if_changed(newest, seen)
    if agreed.channel not in Channel.values:
        raise Refused("Choose the one way that is safe.", field="channel")
    if agreed.safe_from and agreed.safe_until and agreed.safe_from >= agreed.safe_until:
        raise Refused("The safe hours end before they begin. Check both times.", field="safe_until")
    for name in ("hours", "note"):
        if gives_away(getattr(agreed, name)):
            raise Refused(_NOT_HERE, field=name)
    record_details(woman, details, by=by)
    return SafeContact.objects.create(
        woman=woman, **{**vars(agreed), "days": list(agreed.days)}, **_confirmed(by), recorded_by=by
    )


def record_details(woman: Woman, details: Mapping[str, str], *, by: User | None) -> None:
    """Write what is new on the private side. Nobody can see from here what was there before."""
    ContactDetail.objects.bulk_create(
        ContactDetail(woman=woman, kind=ContactDetail.Kind(kind), value=value.strip(), recorded_by=by)
        for kind, value in details.items()
    )


@transaction.atomic
def confirm_contact(woman: Woman, *, seen: int | None, by: User) -> SafeContact:
    """She was asked, and it is still right: the same again, dated today. Twice counts once. Raises Refused."""
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    one_at_a_time(woman.pk)
    newest = newest_contact(woman.pk)
    if newest is None or not newest.still_safe:
        raise Refused("Nothing is agreed that could be confirmed. Ask her how she can be reached, and write it down.")
    if newest.pk != seen and (newest.confirmed_on, newest.confirmed_by_id) == (clock.today(), by.pk):
        return newest  # the same button pressed twice
    _refuse_if_changed(newest, seen)
    return SafeContact.objects.create(woman=woman, **newest.agreed, **_confirmed(by), recorded_by=by)


@transaction.atomic
def mark_unsafe(woman: Woman, *, by: User) -> SafeContact:
    """She said that it is safe no more: nothing is sent from this moment, and what waits is called back.

    It counts also over what was agreed since the page was opened: the page says so afterwards.
    """
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    one_at_a_time(woman.pk)
    newest = newest_contact(woman.pk)
    if newest and not newest.still_safe:
        return newest
    _call_back(woman)
    agreed = newest.agreed if newest else {}
    return SafeContact.objects.create(woman=woman, **agreed, still_safe=False, recorded_by=by)


@transaction.atomic
def doubt_contact(woman: Woman, *, by: User | None) -> SafeContact | None:
    """It seems not to be hers any more: what she agreed to is not confirmed until she was asked. None where none is.

    Nothing is sent to her meanwhile, and what waits is called back.
    """
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    one_at_a_time(woman.pk)
    newest = newest_contact(woman.pk)
    if newest is None or not newest.still_safe or newest.confirmed_on is None:
        return newest
    _call_back(woman)
    return SafeContact.objects.create(woman=woman, **newest.agreed, recorded_by=by)


def _call_back(woman: Woman) -> None:
    """What waits to be sent to her is not sent any more."""
    waiting = MessageToHer.objects.filter(woman=woman, sent_at=None, recalled_at=None)
    waiting.update(recalled_at=clock.now())


@transaction.atomic
def record_address(woman: Woman, place: Place, *, seen: int | None = None, by: User | None) -> Address:
    """Write down where she is, or that she is there no more; what was there of this kind no longer holds.

    ``seen`` is the newest one when the page was opened, 0 where there was none. Raises Refused, and Changed where
    somebody has written one down since: nobody can see from here which kind it is.
    """
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    if place.kind not in Address.Kind.values:
        raise Refused("Choose what sort of place it is.", field="kind")
    if place.kind == Address.Kind.NONE and (place.lines or place.postcode):
        raise Refused("With no fixed address there are no lines to write. Choose another kind.", field="lines")
    if place.begins_on and place.ends_on and place.ends_on < place.begins_on:
        raise Refused("It ends before it begins. Check both days.", field="ends_on")
    one_at_a_time(woman.pk)
    if seen is not None and newest_address(woman.pk) != seen:
        raise sight.Changed(["lines"], "Somebody wrote down where she is while you were writing.", field="lines")
    values = vars(place) | {"protected": place.protected or place.kind == Address.Kind.REFUGE}
    return Address.objects.create(woman=woman, **values, recorded_by=by)


def newest_address(woman_id: int) -> int:
    """Which one was written down last, 0 for none: a page may know no more of it."""
    return Address.objects.filter(woman=woman_id).order_by("-id").values_list("id", flat=True).first() or 0


# -- opening -----------------------------------------------------------------------------------


@transaction.atomic
def open_contact(woman: Woman, purpose: str, in_words: str, *, submission: UUID, by: User) -> Opened:
    """Where she is, as far as ``purpose`` needs it; the opening is written down with it. Raises Refused.

    ``by`` is who is acting: the database asks for itself whether they may, and writes down that it was them.
    """
    check_may(by, Ability.OPEN_ADDRESS, woman_id=woman.pk)
    if Label.ADDRESS not in labels_for(by, woman.pk):
        raise PermissionDenied("Your role does not open this.")
    if purpose not in Purpose.values:
        raise Refused("Choose what you open it for.", field="purpose")
    if purpose in _SAID_IN_WORDS and not in_words.strip():
        raise Refused("Say to whom, or for what, in a few words.", field="in_words")
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_contact(%s, %s, %s, %s)", [woman.pk, purpose, in_words.strip(), str(submission)])
        (found,) = cursor.fetchone()
    if found is None:
        raise Refused("This was shown once already. Say again what you open it for.", field="purpose")
    return _opened(json.loads(found) if isinstance(found, str) else found)


def _opened(found: Mapping[str, Any]) -> Opened:
    places = [
        {**place, **{name: _day(place[name]) for name in ("begins_on", "ends_on")}} for place in found["addresses"]
    ]
    return Opened(found["details"], tuple(Place(**place) for place in places), found["withheld"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# -- shared ------------------------------------------------------------------------------------


def one_at_a_time(woman_id: int) -> None:
    """Whoever else changes or uses how she is reached waits; the lock goes with the transaction."""
    sight.one_at_a_time(f"contact {woman_id}")


def _confirmed(by: User | None) -> dict[str, Any]:
    return {"confirmed_on": clock.today(), "confirmed_by": by}


def _says(newest: SafeContact, agreed: Agreed, by: User | None) -> bool:
    return (
        newest.still_safe and newest.recorded_by == by and newest.agreed == {**vars(agreed), "days": list(agreed.days)}
    )


def _refuse_if_changed(newest: SafeContact | None, seen: int | None) -> None:
    if newest and newest.pk != seen:
        raise sight.Changed(
            SafeContact.AGREED,
            "Somebody changed how she is reached while you were writing. Read it again before you save.",
        )
