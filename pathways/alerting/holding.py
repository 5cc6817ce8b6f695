"""Who holds an alert back for a while: "I have this", or put off with a reason. Both end by themselves (caps.py).

Whoever may record the act that ends a handoff may also say that they have it. Somebody who was told and may not see
her record, such as a manager, takes an alert by its number, through a function of the database. No verb ends an
alert: the recorded act does, or what happened does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.actions import lock
from pathways.alerting.caps import longest_put_off, longest_taken
from pathways.engine import Severity
from pathways.models import Alert, AlertTo, Flag, Hold, Owner
from pathways.moments import by_key
from pathways.site_rules import rules_of
from pathways.visibility import check_may

TWICE = 2  # how often one level of an alert can be put off
UNDO_WITHIN = timedelta(seconds=60)
# What the form offers; another reason is written in words. The page of honesty counts by these sentences.
PUT_OFF_REASONS = (
    "It is arranged for a time before then",
    "She asked for another time",
    "She cannot be reached before then",
    "We wait for another service's answer",
    "What we need for it is not there yet",
)


class AlreadyHeld(Refused):
    """Somebody else said first that they have it."""


class AlreadyEnded(Refused):
    """What the alert was about has been dealt with meanwhile."""


def severity_of(flag: Flag) -> Severity:
    """How fast somebody has to act on what this flag was raised for."""
    return by_key[flag.handoff_key.split(".")[0]].severity


@transaction.atomic
def take(flag: Flag, *, submission: UUID | None = None, by: User) -> Hold:
    """ "I have this": ``by`` owns the handoff, and nobody further is told until the cap. Raises Refused."""
    flag = _locked(flag, by)
    if earlier := _sent_before(submission):
        return earlier
    at = clock.now()
    _check_free(flag, at, by)
    until = longest_taken(severity_of(flag), at, rules_of(flag.journey.rules_site)).until
    _own(flag, at, by)
    return _hold(flag, Hold.Kind.TAKEN, at, until, "", submission, by)


@transaction.atomic
def put_off(flag: Flag, until: datetime, reason: str, *, submission: UUID | None = None, by: User) -> Hold:
    """Keep a flag from climbing until then, with a reason; twice for one level at most. Raises Refused."""
    flag = _locked(flag, by)
    if earlier := _sent_before(submission):
        return earlier
    at = clock.now()
    _check_free(flag, at, by)
    if not reason.strip():
        raise Refused("Say why it can wait, in a few words.", field="reason")
    if until <= at:
        raise Refused("This time is over already. Choose a later one.", field="until")
    cap = longest_put_off(severity_of(flag), at, rules_of(flag.journey.rules_site))
    if until > cap.until:
        sentence = f"This can be put off until {clock.due_in_words(cap.until)} at most. Choose an earlier time."
        raise Refused(sentence, field="until")
    if times_put_off(flag) >= TWICE:
        raise Refused("This was put off twice already. Take it, or it goes up.", field="until")
    return _hold(flag, Hold.Kind.SNOOZED, at, until, reason.strip(), submission, by)


@transaction.atomic
def undo(hold: Hold, *, by: User) -> None:
    """Take back what one has just said, within a minute; the alert and its owner stand as before. Raises Refused."""
    flag = _locked(hold.flag, by)
    at = clock.now()
    if hold.by_id != by.pk:
        raise PermissionDenied("Everybody takes back their own.")
    if at - hold.at > UNDO_WITHIN:
        raise Refused("This can be taken back within a minute. Tell your colleagues instead.")
    if not Hold.objects.filter(pk=hold.pk, undone_at=None).update(undone_at=at):
        return
    taken = Owner.objects.filter(handoff=flag.handoff_id, user=by, since=hold.at, until=None)
    if hold.kind == Hold.Kind.TAKEN and taken.update(until=at):
        Owner.objects.filter(handoff=flag.handoff_id, until=hold.at).exclude(user=by).update(until=None)
    _copy(flag, at)


def take_alert(alert: int, *, submission: UUID | None = None, by: User) -> None:
    """ "I have this", from somebody who was told and may not see her record. Raises Refused, PermissionDenied.

    The database asks who is acting and whether they were told; see migration 0015.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pathways_take_alert(%s, %s)", [alert, submission])
        answer = cursor.fetchone()[0]
    if answer is None:
        raise PermissionDenied("This alert was not told to you.")
    if answer == "ended":
        raise AlreadyEnded("This has been dealt with meanwhile.")
    if answer == "held":
        raise AlreadyHeld("A colleague has this already.")


def give_back_alert(alert: int, *, by: User) -> None:
    """Take back ``take_alert`` within a minute. Raises Refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pathways_give_back_alert(%s)", [alert])
        if not cursor.fetchone()[0]:
            raise Refused("This can be taken back within a minute. Tell your colleagues instead.")


def times_put_off(flag: Flag) -> int:
    """How often the level that the flag has reached was put off. One or two SQL queries."""
    reached = Alert.objects.filter(flag=flag).order_by("-rung").values_list("made_at", flat=True).first()
    holds = Hold.objects.filter(flag=flag, kind=Hold.Kind.SNOOZED, undone_at=None)
    return (holds.filter(at__gte=reached) if reached else holds).count()


def _locked(flag: Flag, by: User) -> Flag:
    """The flag, locked after its journey, as every verb does. Raises PermissionDenied."""
    journey = lock(flag.journey)
    check_may(by, Ability.ANSWER_HANDOFF, woman_id=journey.woman_id)
    flag = Flag.objects.select_for_update().get(pk=flag.pk)
    flag.journey = journey
    return flag


def _sent_before(submission: UUID | None) -> Hold | None:
    return Hold.objects.filter(submission=submission).first() if submission else None


def _check_free(flag: Flag, at: datetime, by: User) -> None:
    if flag.cleared_at is not None:
        raise AlreadyEnded("This has been dealt with meanwhile. Look at what was recorded.")
    if flag.held_until and flag.held_until > at and flag.held_by and flag.held_by != by:
        raise AlreadyHeld(f"{flag.held_by} has this until {clock.due_in_words(flag.held_until)}. Speak with them.")


def _own(flag: Flag, at: datetime, by: User) -> None:
    """Nobody else has it in hand from now on."""
    running = Owner.objects.filter(handoff=flag.handoff_id, until=None)
    if running.filter(user=by).exists():
        return
    running.update(until=at)
    Owner.objects.create(
        journey_id=flag.journey_id,
        handoff_id=flag.handoff_id,
        handoff_key=flag.handoff_key,
        user=by,
        how=Owner.How.TAKEN,
        since=at,
        by=by,
    )


def _hold(
    flag: Flag, kind: Hold.Kind, at: datetime, until: datetime, reason: str, submission: UUID | None, by: User
) -> Hold:
    held = Hold.objects.create(
        flag=flag,
        journey_id=flag.journey_id,
        kind=kind,
        by=by,
        at=at,
        until=until,
        reason=reason,
        submission=submission,
    )
    AlertTo.objects.filter(alert__flag=flag, user=by, seen_at=None).update(seen_at=at)
    _copy(flag, at)
    return held


def _copy(flag: Flag, at: datetime) -> None:
    """Write on the flag which hold counts: the newest that was not taken back and runs."""
    running = Hold.objects.filter(flag=flag, undone_at=None, until__gt=at).order_by("-at", "-pk").first()
    flag.held_until = running.until if running else None
    flag.held_by_id = running.by_id if running else None
    flag.save(update_fields=["held_until", "held_by"])
