"""A service closes: its referrals come back, its clinics are cancelled, and nothing of it is lost."""

from __future__ import annotations

import html
from datetime import time
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from referrals.directory import confirm_service, end_service
from referrals.looping import bring_back_from_ended
from referrals.models import Series, SeriesSession
from tests.factories import journey, staff
from tests.services import appointment, clinic, place, referral, room, service, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(db: None) -> User:
    return staff(Role.SERVICE_MANAGER, team="office", name="H. Quinn")


def words_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_what_has_ended_is_not_changed_any_more(keeper: User) -> None:
    made = service()
    with pytest.raises(Refused, match="Say why it closed"):
        end_service(made, " ", by=keeper)
    end_service(made, "Funding ended", by=keeper)
    made.refresh_from_db()
    assert (made.ended_on, made.ended_why) == (clock.today(), "Funding ended")
    for verb in (confirm_service, lambda row, by: end_service(row, "x", by=by)):
        with pytest.raises(Refused, match="ended on"):
            verb(made, by=keeper)


def test_a_closed_service_sends_its_referrals_back_and_leaves_the_clinics(keeper: User) -> None:
    midwife = staff(name="A. Reid")
    record = journey(midwife=midwife)
    closing = service("mental_health", team="mental-health")
    sent = referral(record, closing, owner=midwife)
    done = referral(journey(midwife=midwife), closing, state="ended", flag_at=None)
    coming = session(clinic(), "mental_health", service=closing)
    other = session(clinic(), "scan", room=room("Room 2"))
    hers = appointment(record, coming, "10:00")
    series = Series.objects.create(place=place(), first_on=clock.today())
    times = {"starts": time(10), "ends": time(12)}
    SeriesSession.objects.create(series=series, room=room(), kind="mental_health", service=closing, **times)

    end_service(closing, "Funding ended", by=keeper)
    bring_back_from_ended()  # as the worker does within the minute

    for row in (sent, done, coming, other, hers):
        row.refresh_from_db()
    assert (sent.state, done.state) == ("declined", "ended")
    step = sent.steps.latest("pk")
    assert (step.reason, step.words) == ("service_closed", "Funding ended")
    assert (hers.state, hers.cancelled_whose) == ("cancelled", "ours")
    assert coming.cancelled_why == "Funding ended"
    assert other.cancelled_at is None
    assert not SeriesSession.objects.exists()


def test_who_sees_none_of_its_women_can_close_a_service(client: Any) -> None:
    midwife = staff(name="A. Reid")
    record = journey(midwife=midwife)
    closing = service("mental_health", team="mental-health")
    sent = referral(record, closing, owner=midwife)
    hers = appointment(record, session(kind="mental_health", service=closing))
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    end = reverse("service_end", args=[closing.pk])
    assert "Say why it closed" in words_of(client.post(end, {"why": ""}))
    answer = client.post(end, {"why": "Funding ended"}, follow=True)
    assert "has ended. Its open referrals go back to who sent them today." in words_of(answer)
    assert closing not in [card.service for card in answer.context["found"].here]
    bring_back_from_ended()  # as the worker does within the minute
    for row in (sent, hers):
        row.refresh_from_db()
    assert (sent.state, hers.cancelled_whose) == ("declined", "ours")
    assert client.post(end, {"why": "x"}).status_code == 404
    assert "It closed on" in words_of(client.get(reverse("service", args=[closing.pk])))
