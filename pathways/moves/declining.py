"""She does not want a service for now: the offer stays open, she is asked again on a day, and nothing is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.guided import Move, check_offered
from pathways.models import Journey, ServiceChoice
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, lock
from pathways.rules.apart import why_not_asked_on
from pathways.seen import fingerprint
from pathways.visibility import check_may

DECLINING = Move(
    key="declining",
    title="She does not want a service for now",
    lead="It is her choice, and it closes nothing: the offer stays open, her medicine and naloxone stay arranged, and "
    "she is asked again on a day that suits her.",
    group="Her choices",
    ability=Ability.RECORD_EVENT,
    page="declining",
    offered=lambda standing: not standing.closed,
    kinds=("service_declined",),
)


@dataclass(frozen=True)
class Choice:
    """What she said of one service, when, and when she is asked again."""

    service: str
    chosen_at: datetime
    review_on: date | None = None
    words: str = ""
    submission: UUID | None = None


@transaction.atomic
def decline_service(journey: Journey, choice: Choice, *, by: User) -> Recorded:
    """She does not want a service for now; also when she was asked again and still does not. Raises Refused."""
    if choice.review_on is None:
        raise Refused("Choose the day on which she is asked again.", field="review_on")
    details = {"service": choice.service, "review_on": choice.review_on.isoformat()}
    draft = Draft("service_declined", choice.chosen_at, details=details, submission=choice.submission)
    journey = lock(journey)
    if wrong := why_not_asked_on(choice.service, choice.review_on, clock.today()):
        raise Refused(wrong, field="review_on")
    recorded = record_move(journey, DECLINING, [draft], said=fingerprint(journey.pk, choice), by=by)
    if not recorded.again:
        _keep(journey, choice, ServiceChoice.Choice.DECLINES, recorded, by)
    return recorded


@transaction.atomic
def take_up_service(journey: Journey, choice: Choice, *, by: User) -> ServiceChoice:
    """She wants a service that she had declined. Raises Refused where she has not."""
    journey = lock(journey)
    check_may(by, DECLINING.ability, woman_id=journey.woman_id)
    if choice.submission and (earlier := ServiceChoice.objects.filter(submission=choice.submission).first()):
        return earlier
    check_offered(DECLINING, journey)
    if choice.service not in {each.service for each in declined(journey)}:
        raise Refused("She has not declined this, or takes it up already.")
    return _keep(journey, choice, ServiceChoice.Choice.TAKES_UP, None, by)


def declined(journey: Journey) -> list[ServiceChoice]:
    """What she does not want for now, by the day on which she is asked again. One query."""
    standing = journey.service_choices.filter(event__correction=None)
    newest = standing.order_by("service", "-pk").distinct("service")
    return sorted(
        (each for each in newest if each.choice == ServiceChoice.Choice.DECLINES),
        key=lambda each: (each.review_on or date.max, each.service),
    )


def _keep(journey: Journey, choice: Choice, which: str, recorded: Recorded | None, by: User) -> ServiceChoice:
    return ServiceChoice.objects.create(
        journey=journey,
        service=choice.service,
        choice=which,
        chosen_at=choice.chosen_at,
        review_on=choice.review_on if recorded else None,
        words=choice.words.strip(),
        event=recorded.events[0] if recorded else None,
        recorded_by=by,
        submission=choice.submission,
    )
