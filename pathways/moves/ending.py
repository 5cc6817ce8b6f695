"""A journey ends, and is opened again (pathway, section 2.3). Nobody's journey ends by itself."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability, abilities_of
from carecoord.access.models import Membership, User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.guided import Move, Standing, check_offered
from pathways.models import Closing, Journey, Reopening
from pathways.moves.at_the_end import known_of
from pathways.moves.recording import Recorded, record_move
from pathways.recording import Draft, lock, sent_before
from pathways.rules.ending import Reason, Said, missing_for
from pathways.seen import fingerprint
from pathways.visibility import check_may


def _may_be_opened_again(standing: Standing) -> bool:
    return standing.closed and not standing.where.mother_died


ENDING = Move(
    key="ending",
    title="End this journey",
    lead="A journey ends when its work is done, or because she decides so. It never ends because a baby was removed, "
    "because nobody reached her, or because she used again.",
    group="The end of this journey",
    ability=Ability.END_JOURNEY,
    page="ending",
    offered=lambda standing: not standing.closed,
    kinds=("closed",),
)
REOPENING = Move(
    key="reopening",
    title="Open this journey again",
    lead="She is back, or it should not have been closed. The journey goes back to the stage before, and what was open "
    "then is open again. Look after her first: a manager can say yes by phone.",
    group="The end of this journey",
    ability=Ability.REOPEN,
    page="reopen",
    offered=_may_be_opened_again,
    kinds=("reopened",),
    likely=frozenset({"closed"}),
)


@transaction.atomic
def close(journey: Journey, reason: Reason, said: Said, *, submission: UUID | None = None, by: User) -> Recorded:
    """Close a journey for one of the declared reasons. The same submission counts once.

    Raises Refused, with the first thing that is missing, at its field where it is asked on the form.
    """
    journey = lock(journey)
    check_may(by, ENDING.ability, woman_id=journey.woman_id)
    form = fingerprint(journey.pk, reason, said)
    if earlier := sent_before(submission, form):
        return Recorded([earlier], again=True)
    now = clock.now()
    standing = check_offered(ENDING, journey)
    for missing in missing_for(reason, known_of(journey, standing, reason, now), said):
        raise Refused(missing.sentence, field=missing.field or None)
    draft = Draft("closed", now, details={"reason": reason.value}, submission=submission)
    recorded = record_move(journey, ENDING, [draft], said=form, by=by)
    Closing.objects.create(
        journey=journey,
        event=recorded.events[0],
        reason=reason.value,
        **asdict(said),
    )
    return recorded


@transaction.atomic
def reopen(journey: Journey, why: str, *, agreed_by: User, submission: UUID | None = None, by: User) -> Recorded:
    """Open a closed journey again, with the yes of a manager of its site. The same submission counts once."""
    journey = lock(journey)
    check_may(by, REOPENING.ability, woman_id=journey.woman_id)
    if agreed_by not in managers_of(journey.site):
        raise Refused("Choose a manager of her site.", field="agreed_by")
    if agreed_by == by:
        raise Refused("Somebody else has to agree. Ask another manager.", field="agreed_by")
    if not why.strip():
        raise Refused("Say why, so that the next reader understands.", field="why")
    draft = Draft("reopened", clock.now(), details={"reason": why.strip()}, submission=submission)
    recorded = record_move(journey, REOPENING, [draft], said=fingerprint(journey.pk, why, agreed_by.pk), by=by)
    if not recorded.again:
        Reopening.objects.create(journey=journey, event=recorded.events[0], opened_by=by, agreed_by=agreed_by)
    return recorded


def managers_of(site: Site) -> list[User]:
    """Who can agree there today that a closed journey is opened again, by name. One query."""
    held = Membership.objects.current().filter(team__site=site, user__is_active=True).select_related("user")
    people = {each.user for each in held if Ability.AGREE_REOPENING in abilities_of([Role(each.role)])}
    return sorted(people, key=lambda person: (person.name, person.pk))
