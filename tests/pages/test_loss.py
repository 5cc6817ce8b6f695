"""After a loss: the page, her words, how she was told, who leads; and what a page says then, and never says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from pathways.engine import Stage
from pathways.models import HerWords, Journey
from tests.factories import ago, happened, journey, staff
from tests.pages.test_record import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff()


@pytest.fixture
def signed_in(client: Any, midwife: User) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def pregnant(midwife: User) -> Journey:
    """A woman at 24 weeks."""
    made = journey(midwife=midwife, edd=clock.today() + timedelta(weeks=16))
    happened(made, ("first_contact", ago(90)), ("booking_completed", ago(80)))
    return made


def lost(client: Any, record: Journey, **more: str) -> Any:
    typed = {"kind": "stillbirth", "bereavement": "yes", "her_words": "our daughter Ada", "note": "", **more}
    return client.post(reverse("loss", args=[record.pk]), sent(ago(hours=2), **typed), follow=True)


def test_a_loss_is_recorded_with_her_words(signed_in: Any, pregnant: Journey) -> None:
    response = lost(signed_in, pregnant)
    assert response.redirect_chain[-1][0] == f"/journeys/{pregnant.pk}/"
    pregnant.refresh_from_db()
    assert pregnant.stage == Stage.BEREAVEMENT
    words = HerWords.objects.get(journey=pregnant)
    assert (words.bereavement, words.words) == ("yes", "our daughter Ada")
    page = response.content.decode()
    assert "our daughter Ada" in page
    assert "Nothing about a baby is sent to her" in page
