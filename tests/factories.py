"""Rows that tests start from, made through the same verbs as the product's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import factory
from django.db import transaction

from carecoord import clock
from carecoord.access.models import Grant, Membership, Team, User
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.actions import Draft, Person, add_woman, open_journey, record_history
from pathways.covering import write_grants_of
from pathways.engine import Stage, State
from pathways.models import Event, Handoff, Journey, Offer, OfferQuestion, Woman
from pathways.moments import ALL


class UserFactory(factory.django.DjangoModelFactory):
    """A member of staff without a role; see ``staff``."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@hospital.example")
    name = factory.Sequence(lambda n: f"P. Person{n}")


def staff(role: Role = Role.SPECIALIST_MIDWIFE, *, site: str = "ASHF", team: str | None = None, **fields: Any) -> User:
    """A member of staff with ``role`` at a site, in the named team or its first caseload team."""
    user = UserFactory(**fields)
    teams = Team.objects.filter(site__code=site)
    chosen = teams.get(code=team) if team else teams.filter(kind=Team.Kind.CASELOAD).order_by("code")[0]
    Membership.objects.create(user=user, team=chosen, role=role, starts_on=clock.today() - timedelta(days=30))
    return user


def woman(*, site: str = "ASHF", **fields: Any) -> Woman:
    """A woman at a site."""
    known = {"first_name": "Tara", "last_name": "Reid", "date_of_birth": date(1991, 4, 3), **fields}
    return add_woman(Site.objects.get(code=site), Person(**known), by=None)


def journey(*, site: str = "ASHF", midwife: User | None = None, edd: date | None = None, **fields: Any) -> Journey:
    """A journey without events, of a new woman unless ``woman`` is given."""
    her = fields.pop("woman", None) or woman(site=site, **fields)
    number = her.journeys.count() + 1
    return open_journey(her, number=number, edd=edd, named_midwife=midwife, by=None)


def claimed(record: Journey, by: User) -> Grant:
    """Somebody who said that they care for her."""
    at = clock.now()
    return Grant.objects.create(
        woman=record.woman, user=by, kind=Grant.Kind.SELF_CLAIM, starts_at=at, ends_at=at + timedelta(hours=12)
    )


def happened(record: Journey, *history: tuple[Any, ...]) -> list[Event]:
    """Record ``(kind, occurred_at)`` or ``(kind, occurred_at, details)`` or ``(…, details, baby)`` on a journey."""
    drafts = []
    for kind, occurred_at, *rest in history:
        details, baby = (*rest, {}, None)[:2] if rest else ({}, None)
        drafts.append(Draft(kind, occurred_at, baby=baby if len(rest) > 1 else None, details=details))
    events = record_history(record, drafts, source=Event.Source.SCREEN, by=None)
    record.refresh_from_db()
    return events


# One declared move into each stage: the stage before, what happened, its details.
_WAYS: dict[Stage, tuple[str, str, dict[str, str]]] = {
    Stage.BOOKING: ("", "first_contact", {}),
    Stage.ANTENATAL: ("", "booking_completed", {}),
    Stage.INTRAPARTUM: ("", "admitted", {"reason": "labour"}),
    Stage.POSTNATAL_INPATIENT: ("", "baby_born", {"place": "hospital"}),
    Stage.POSTNATAL_COMMUNITY: ("", "baby_born", {"place": "home"}),
    Stage.RESIDENTIAL_PLACEMENT: ("postnatal_community", "residential_placement_started", {}),
    Stage.SEPARATED: ("", "separated", {}),
    Stage.BEREAVEMENT: ("", "pregnancy_loss", {}),
    Stage.CLOSED: ("", "closed", {"reason": "completed"}),
}


def stand_at(record: Journey, stage: Stage | str) -> None:
    """Put her in a stage past the engine, for a test of what lists say of it: nothing else follows from it."""
    if not stage:
        return
    before, kind, details = _WAYS[Stage(stage)]
    event = Event.objects.create(journey=record, kind=kind, occurred_at=ago(hours=1), details=details)
    Journey.objects.filter(pk=record.pk).update(stage=stage, stage_before=before, stage_by=event)
    record.refresh_from_db()


def ago(days: float = 0, **more: float) -> datetime:
    """An instant before now."""
    return clock.now() - timedelta(days=days, **more)


def after_a_loss(record: Journey) -> Journey:
    """Another journey of the same woman: her baby has died, and nobody leads yet."""
    lost = journey(woman=record.woman, midwife=record.named_midwife)
    happened(lost, ("baby_born", ago(2), {"place": "hospital"}, 1), ("baby_died", ago(1), {}, 1))
    return lost


def after_her_death(record: Journey) -> Journey:
    """Another journey of the same woman, on which her death is recorded."""
    died = journey(woman=record.woman, midwife=record.named_midwife)
    happened(died, ("first_contact", ago(30)), ("mother_died", ago(hours=2)))
    return died


@transaction.atomic
def offer_of(record: Journey, to_team: str = "hv", **fields: Any) -> Offer:
    """A handoff of hers (the health visitor's) offered to a team of her site, with a question; past the verbs."""
    handoff = fields.pop("handoff", None) or record.handoffs.open().get(moment="HV_ANTENATAL")
    by = fields.pop("by", None) or record.named_midwife or UserFactory()
    known = {
        "to_team": Team.objects.get(site=record.site, code=to_team) if to_team else None,
        "from_team": record.team,
        "brings": ["Safe contact"],
        "note": "She likes mornings.",
        "told": Offer.Told.NOT_YET,
        "answer_by": ago(-1),
        **fields,
    }
    made = Offer.objects.create(journey=record, handoff=handoff, handoff_key=handoff.key, offered_by=by, **known)
    OfferQuestion.objects.create(offer=made, asked_by=by, text="Which day suits her?")
    write_grants_of(record)
    return made


def owed(record: Journey, moment: str = "HV_ANTENATAL", step: str = "", *, due: datetime, **fields: Any) -> Handoff:
    """A handoff row (first step), written past the engine: pending, warned of 7 days before, missed 3 days after."""
    times = {
        "opened_at": due - timedelta(days=14),
        "warn_at": due - timedelta(days=7),
        "missed_at": due + timedelta(days=3),
    }
    step = step or next(each for each in ALL if each.key == moment).steps[0].key
    known = {"subject": "pregnancy", "state": State.PENDING, **times, **fields}
    return Handoff.objects.create(journey=record, site=record.site, moment=moment, step=step, due_at=due, **known)
