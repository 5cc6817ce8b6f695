"""The verbs of her own words, and of what she needs.

As in ``actions``: object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. Her
words are written down as she says them and never changed. How a need stands is its newest step, and every step names
who sees to it: a need that nobody sees to is not written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import HerWords, Journey, Need, NeedStep
from pathways.recording import lock
from pathways.seen import Changed
from pathways.visibility import check_may


@dataclass(frozen=True)
class SeesTo:
    """Who sees to a need: somebody here, a team, or somebody outside. One of the three is filled."""

    user: User | None = None
    team: Team | None = None
    outside: str = ""


@dataclass(frozen=True)
class Came:
    """What came of a need so far, and who sees to it from now on."""

    sees_to: SeesTo
    outcome: str = NeedStep.Outcome.OPEN
    reason: str = ""
    words: str = ""


# -- her own words ---------------------------------------------------------------------------------


@transaction.atomic
def write_her_words(
    journey: Journey, kind: str, text: str, *, said_on: date | None = None, submission: UUID | None = None, by: User
) -> HerWords:
    """Write down what she wants, or is good at, as she said it."""
    journey = _locked(journey, by)
    if submission and (earlier := HerWords.objects.filter(submission=submission).first()):
        return earlier
    if kind not in HerWords.Kind.values:
        raise Refused("Choose what she speaks of.", field="kind")
    if not text.strip():
        raise Refused("Write it as she says it.", field="text")
    said_on = said_on or clock.today()
    if said_on > clock.today():
        raise Refused("This day lies in the future. Enter the day on which she said it.", field="said_on")
    return HerWords.objects.create(
        journey=journey, kind=kind, text=text.strip(), said_on=said_on, recorded_by=by, submission=submission
    )


@transaction.atomic
def end_her_words(words: HerWords, ended: str, *, by: User) -> HerWords:
    """She reached it, wants something else, or it was written down wrongly. It stays readable."""
    _locked(words.journey, by)
    words = HerWords.objects.get(pk=words.pk)
    if ended not in HerWords.Ended.values:
        raise Refused("Choose what became of it.", field="ended")
    if words.ended:
        raise AlreadyAnswered(f"{words.ended_by} has written down already: {words.get_ended_display().lower()}.")
    words.ended, words.ended_at, words.ended_by = ended, clock.now(), by
    words.save(update_fields=["ended", "ended_at", "ended_by"])
    return words


# -- needs -----------------------------------------------------------------------------------------


@transaction.atomic
def note_need(
    journey: Journey, area: str, text: str, sees_to: SeesTo, *, submission: UUID | None = None, by: User
) -> Need:
    """Write down what she needs, and who sees to it."""
    journey = _locked(journey, by)
    if submission and (earlier := Need.objects.filter(submission=submission).first()):
        return earlier
    if area not in Need.Area.values:
        raise Refused("Choose what it is about.", field="area")
    if not text.strip():
        raise Refused("Write what she needs, in a few words.", field="text")
    _check_sees_to(sees_to)
    need = Need.objects.create(journey=journey, area=area, text=text.strip(), noted_by=by, submission=submission)
    _step(need, Came(sees_to), None, by)
    return need


@transaction.atomic
def write_step(
    need: Need, came: Came, *, seen: int | None = None, submission: UUID | None = None, by: User
) -> NeedStep:
    """Write down what came of a need so far. ``seen``: the step that the writer had before them.

    Raises Changed where somebody wrote another since.
    """
    _locked(need.journey, by)
    if submission and (earlier := NeedStep.objects.filter(submission=submission).first()):
        return earlier
    newest = need.steps.order_by("-pk").first()
    if seen is not None and newest and newest.pk != seen:
        raise Changed(["outcome"])
    _check_sees_to(came.sees_to)
    if came.outcome not in NeedStep.Outcome.values:
        raise Refused("Choose what came of it.", field="outcome")
    if came.outcome == NeedStep.Outcome.UNMET and came.reason not in NeedStep.Reason.values:
        raise Refused("Choose why it is not met: what does not exist here is counted.", field="reason")
    if came.reason == NeedStep.Reason.OTHER and not came.words.strip():
        raise Refused("Write the reason in a few words.", field="words")
    return _step(need, came, submission, by)


def _locked(journey: Journey, by: User) -> Journey:
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    return journey


def _check_sees_to(sees_to: SeesTo) -> None:
    if sum(map(bool, (sees_to.user, sees_to.team, sees_to.outside.strip()))) != 1:
        raise Refused("Choose who sees to it: somebody here, a team, or somebody outside.", field="sees_to")


def _step(need: Need, came: Came, submission: UUID | None, by: User) -> NeedStep:
    return NeedStep.objects.create(
        need=need,
        by=by,
        owner=came.sees_to.user,
        owner_team=came.sees_to.team,
        owner_outside=came.sees_to.outside.strip(),
        outcome=came.outcome,
        reason=came.reason if came.outcome == NeedStep.Outcome.UNMET else "",
        words=came.words.strip(),
        submission=submission,
    )
