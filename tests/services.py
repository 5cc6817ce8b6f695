"""Services, clinics and appointments that tests start from, past the verbs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.sites.models import Site
from pathways.models import Journey
from referrals.models import (
    Appointment,
    Clinic,
    Place,
    Referral,
    ReferralConsent,
    ReferralStep,
    Room,
    Service,
    Session,
    Visit,
    Waiting,
)
from referrals.rules.kinds import BY_KEY
from tests.factories import UserFactory


def place(name: str = "Mill Lane hub", *, site: str = "ASHF", **fields: Any) -> Place:
    """A place of a site; the same name is the same place."""
    known = {"neutral_name": "Mill Lane", **fields}
    return Place.objects.get_or_create(site=Site.objects.get(code=site), name=name, defaults=known)[0]


def room(name: str = "Room 1", *, of: Place | None = None) -> Room:
    """A room; the same name at one place is the same room."""
    return Room.objects.get_or_create(place=of or place(), name=name)[0]


def service(kind: str = "mental_health", *, site: str = "ASHF", team: str = "", **fields: Any) -> Service:
    """A service of a site; ``team``: the code of the team with accounts that receives its referrals."""
    known = {"name": f"{BY_KEY[kind].name}, {site}", "confirmed_on": clock.today(), **fields}
    receiving = Team.objects.get(site__code=site, code=team) if team else None
    return Service.objects.create(site=Site.objects.get(code=site), kind=kind, team=receiving, **known)


def clinic(on: date | None = None, *, at: Place | None = None, **fields: Any) -> Clinic:
    """A day of a place; tomorrow unless another is given. The same day of a place is the same clinic."""
    on = on or clock.today() + timedelta(days=1)
    return Clinic.objects.get_or_create(place=at or place(), on=on, defaults=fields)[0]


def at_time(on: date, at: str) -> datetime:
    """``10:30`` on a London day, as an instant."""
    return datetime.combine(on, time.fromisoformat(at), clock.LONDON)


def session(
    of: Clinic | None = None, kind: str = "midwifery", begins: str = "10:00", ends: str = "12:00", **fields: Any
) -> Session:
    """A session of a clinic, in a room of its own kind unless one is given."""
    of = of or clinic()
    during = DateTimeTZRange(at_time(of.on, begins), at_time(of.on, ends))
    known = {"room": room(f"Room for {kind}", of=of.place), **fields}
    return Session.objects.create(clinic=of, kind=kind, during=during, **known)


@transaction.atomic
def referral(journey: Journey, to: Service | None = None, *, consent: str = "agreed", **fields: Any) -> Referral:
    """A referral that was sent, with what she said to its being shared; past the verbs."""
    to = to or service()
    by: User = fields.pop("sent_by", None) or journey.named_midwife or UserFactory()
    now = clock.now()
    known = {
        "asks": "a first talk",
        "shared": ["name"],
        "from_team": journey.team,
        "to_team": to.team,
        "owner": by,
        "sent_at": now,
        "since": now,
        "answer_by": now + timedelta(days=3),
        "flag_at": now + timedelta(days=3),
        **fields,
    }
    made = Referral.objects.create(journey=journey, service=to, sent_by=by, **known)
    ReferralConsent.objects.create(referral=made, purpose="share", answer=consent, words="as she said", by=by)
    ReferralStep.objects.create(referral=made, state="sent", at=known["sent_at"], by=by)
    return made


def visit(journey: Journey, on: date, at: Place | None = None) -> Visit:
    """Her visit of a day at a place; the same day and place is the same visit."""
    return Visit.objects.get_or_create(journey=journey, on=on, place=at or place())[0]


def appointment(journey: Journey, of: Session, begins: str = "10:00", minutes: int = 30, **fields: Any) -> Appointment:
    """A place of a session, booked for her past the verbs; seat 1 unless another is given."""
    starts = at_time(of.clinic.on, begins)
    known = {"seat": 1, "words": BY_KEY[of.kind].name, **fields}
    return Appointment.objects.create(
        journey=journey,
        woman=journey.woman,
        visit=visit(journey, of.clinic.on, of.clinic.place),
        session=of,
        kind=of.kind,
        during=DateTimeTZRange(starts, starts + timedelta(minutes=minutes)),
        **known,
    )


def waiting(journey: Journey, kind: str = "mental_health", **fields: Any) -> Waiting:
    """Somebody who waits for a place, past the verbs."""
    by = fields.pop("by", None) or journey.named_midwife or UserFactory()
    known = {"words": BY_KEY[kind].name, **fields}
    return Waiting.objects.create(journey=journey, kind=kind, by=by, **known)
