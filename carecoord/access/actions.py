"""Opening a record by saying why, closing it, and looking at what others opened.

The database decides (access/migrations/0006): it finds the woman, weighs seal and conflict, writes the grant, tells
her midwife, and writes down every asking. What is typed to find her is not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import Ground, Notice, Opening, Reason, User
from carecoord.refused import Refused

SHORTEST_REASON = 20  # characters, for a sealed record


@dataclass(frozen=True)
class Sought:
    """Two things that identify a woman: her date of birth, and a number or the folded words of both her names."""

    born: date
    number: str = ""
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Claimed:
    """What came of asking: ``opened``, ``already``, ``sealed``, ``too_many`` or ``nothing``; and which woman, by id."""

    said: str
    woman_id: int | None = None


@transaction.atomic
def claim(sought: Sought, reason: Reason, note: str = "", *, by: User) -> Claimed:
    """Open the record of exactly one woman of ``by``'s sites for twelve hours. Raises PermissionDenied.

    A sealed record is answered so only to those who may open one; to everybody else it is not there.
    """
    _check(by, Ability.CLAIM)
    asked = (sought.number, [*sought.names], sought.born, reason, note.strip())
    found = Claimed(*_call("SELECT * FROM access_claim(%s, %s, %s, %s, %s)", *asked))
    if found.said == "nothing" or (found.said == "sealed" and Ability.BREAK_GLASS not in by.abilities):
        return Claimed("nothing")
    return found


@transaction.atomic
def break_glass(woman_id: int, ground: Ground, reason: str, labels: Collection[Label], *, by: User) -> int | None:
    """Open a sealed record that ``by`` has just asked for, for an hour: the id of the opening, or None.

    Only the labels asked for, and of those only what the person's role may see. Raises PermissionDenied, Refused.
    """
    _check(by, Ability.BREAK_GLASS)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(f"Say in a sentence why: {SHORTEST_REASON} characters or more.", field="reason")
    wanted = sorted({Label.GENERAL, *labels} & by.labels)
    return _call("SELECT access_break_glass(%s, %s, %s, %s)", woman_id, wanted, ground, reason.strip())[0]


def close_opening(opening_id: int, *, by: User) -> bool:
    """End an opening of ``by``'s own before its time; whether there was one that ran."""
    _check(by, Ability.CLAIM)
    return bool(_call("SELECT access_close_opening(%s)", opening_id)[0])


@transaction.atomic
def review_opening(opening: Opening, outcome: Opening.Outcome, note: str, *, by: User) -> None:
    """Write down what a privacy officer of its site found. Raises PermissionDenied, and Refused when it is done."""
    _check(by, Ability.REVIEW_ACCESS)
    if opening.user_id == by.pk or opening.site_id not in by.site_ids:
        raise PermissionDenied("Somebody else looks at this opening.")
    if outcome != Opening.Outcome.JUSTIFIED and not note.strip():
        raise Refused("Say in a few words what you found, and what happens now.", field="note")
    known = {"reviewed_by": by, "reviewed_at": clock.now(), "outcome": outcome, "note": note.strip()}
    if not Opening.objects.filter(pk=opening.pk, reviewed_by=None).update(**known):
        raise Refused("Somebody has looked at this opening meanwhile. Read what they found.")


def see_notices(*, by: User) -> None:
    """Mark everything that ``by`` was told until now as seen."""
    _check(by, Ability.SEE_NOTICES)
    Notice.objects.filter(user=by, seen_at=None).update(seen_at=clock.now())


def _check(by: User, ability: Ability) -> None:
    if ability not in by.abilities:
        raise PermissionDenied("Your role does not open this page.")


def _call(statement: str, *arguments: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row: tuple[Any, ...] = cursor.fetchone()
    return row
