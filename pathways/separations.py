"""What is known of each separation: its facts, and the versions of what stands under the label of child protection.

The fact says that a baby is placed away, and no more. Where the baby is, on which legal ground and who decided it is
kept apart, for those whose role covers it; the newest version holds, the earlier stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.models import Event, Journey, PlacedAway, PlacedBaby
from pathways.models.separation import Written
from pathways.projection import events_that_count
from pathways.recording import lock
from pathways.rules.legal_basis import LEGAL_BASES
from pathways.seen import check_same, fingerprint
from pathways.visibility import check_covers, check_may

Row = TypeVar("Row", bound=Written)
PROTECTED = Label.CHILD_PROTECTION


@dataclass(frozen=True)
class Known:
    """What is known of one separation now. ``with_whom``: a PlacedBaby.With for each baby, by its number."""

    setting: str
    with_whom: Mapping[int, str] = field(default_factory=dict)
    legal_basis: str = ""
    decided_by: str = ""


def separations_of(journey: Journey) -> list[Event]:
    """The facts by which a baby was placed away, in their order: the nth is separation n."""
    return [event for event in events_that_count(journey) if event.kind == "separated"]


def placement_of(event: Event) -> PlacedAway | None:
    """The version that holds, with its babies; None where nothing is written down yet."""
    return event.placements.prefetch_related("babies").select_related("recorded_by").order_by("-id").first()


@transaction.atomic
def write_known(
    journey: Journey, event: Event, known: Known, *, submission: UUID | None = None, by: User
) -> PlacedAway:
    """Write down what is known of a separation now; the version before stays. Raises Refused."""
    journey = lock(journey)
    check_protected(journey, by)
    said = fingerprint(event.pk, known.setting, sorted(known.with_whom.items()), known.legal_basis, known.decided_by)
    if earlier := written_before(PlacedAway, submission, said):
        return earlier
    return add_known(journey, event, known, submission=submission, said=said, by=by)


def add_known(
    journey: Journey, event: Event, known: Known, *, submission: UUID | None = None, said: str = "", by: User
) -> PlacedAway:
    """``write_known`` inside another verb, which holds the journey's lock and has asked who may. Raises Refused."""
    if known.legal_basis and known.legal_basis not in dict(LEGAL_BASES[journey.site.nation]):
        raise Refused("Choose a legal basis of this nation, or leave it open.", field="legal_basis")
    made = PlacedAway.objects.create(
        woman_id=journey.woman_id,
        event=event,
        setting=known.setting,
        legal_basis=known.legal_basis,
        decided_by=known.decided_by.strip(),
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )
    PlacedBaby.objects.bulk_create(
        PlacedBaby(placement=made, baby=number, with_whom=whom) for number, whom in sorted(known.with_whom.items())
    )
    return made


def check_protected(journey: Journey, by: User) -> None:
    """Raise PermissionDenied unless ``by`` records on her journey, and their role covers child protection."""
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    check_covers(by, PROTECTED, woman_id=journey.woman_id)


def written_before(model: type[Row], submission: UUID | None, said: str) -> Row | None:
    """What this very form has written already. Raises SentOtherwise where it said something else then."""
    earlier = model._default_manager.filter(submission=submission).first() if submission else None
    if earlier:
        check_same(earlier, said)
    return earlier
