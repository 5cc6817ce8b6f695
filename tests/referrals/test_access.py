"""Who sees a woman because of a referral or an appointment, from when until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from carecoord import clock
from carecoord.access.models import Grant, Team
from carecoord.access.roles import Role
from pathways.covering import write_grants_of
from pathways.models import Journey
from referrals.models import Appointment, Referral, ReferralConsent
from tests.factories import UserFactory, ago, journey, staff
from tests.services import appointment, clinic, referral, service, session

pytestmark = pytest.mark.django_db

TEAM = "harbour"


def grants(record: Journey, reason: str) -> list[Grant]:
    write_grants_of(record)
    return list(Grant.objects.filter(journey=record, reason=reason))


def sent(record: Journey, **fields: object) -> Referral:
    return referral(record, service("drug_service", team=TEAM), **fields)


@pytest.mark.parametrize("consent", ["agreed", "override"])
def test_the_team_sees_her_from_the_sending_on(consent: str) -> None:
    record = journey()
    made = sent(record, consent=consent)

    (grant,) = grants(record, f"referral {made.pk}")

    assert (grant.team, grant.starts_at, grant.ends_at) == (Team.objects.get(code=TEAM), made.sent_at, None)


@pytest.mark.parametrize("consent", ["refused", "withdrawn"])
def test_without_her_agreement_nobody_there_sees_her(consent: str) -> None:
    record = journey()
    made = sent(record, consent=consent)

    assert grants(record, f"referral {made.pk}") == []


def test_what_she_said_last_counts() -> None:
    record = journey()
    made = sent(record)
    assert grants(record, f"referral {made.pk}")

    ReferralConsent.objects.create(referral=made, purpose="share", answer="withdrawn", by=UserFactory())

    (grant,) = grants(record, f"referral {made.pk}")
    assert grant.ends_at is not None
    assert grant.ends_at <= clock.now()


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_who_does_not_take_her_on_sees_her_no_longer(state: str) -> None:
    record = journey()
    made = sent(record)
    assert grants(record, f"referral {made.pk}")

    closed = state == "withdrawn"
    Referral.objects.filter(pk=made.pk).update(state=state, flag_at=None if closed else clock.now())

    (grant,) = grants(record, f"referral {made.pk}")
    assert grant.ends_at is not None
    assert grant.ends_at <= clock.now()


def test_after_it_ended_they_can_still_write_letters_for_four_weeks() -> None:
    record = journey()
    made = sent(record, sent_at=ago(60), since=ago(3), state="ended", flag_at=None)

    (grant,) = grants(record, f"referral {made.pk}")

    assert grant.ends_at == made.since + timedelta(days=28)


def test_whoever_she_comes_to_sees_her_from_a_week_before() -> None:
    record = journey()
    clinician = staff(Role.PERINATAL_MENTAL_HEALTH, team="mental-health")
    day = clock.today() + timedelta(days=20)
    made = appointment(record, session(clinic(day), "mental_health", clinician=clinician))

    (grant,) = grants(record, "appointments")

    assert (grant.user, grant.team) == (clinician, None)
    assert grant.starts_at == made.during.lower - timedelta(days=7)
    assert grant.ends_at == made.during.upper + timedelta(days=28)


def test_where_nobody_is_named_the_team_of_the_service_does() -> None:
    record = journey()
    appointment(record, session(clinic(), "drug_service", service=service("drug_service", team=TEAM)))

    (grant,) = grants(record, "appointments")

    assert grant.team == Team.objects.get(code=TEAM)


def test_a_cancelled_appointment_shows_her_to_nobody() -> None:
    record = journey()
    made = appointment(record, session(clinic(), "drug_service", service=service("drug_service", team=TEAM)))
    Appointment.objects.filter(pk=made.pk).update(state="cancelled", cancelled_at=clock.now(), cancelled_whose="hers")

    assert grants(record, "appointments") == []
