"""After a loss: the page, her words, how she was told, who leads; and what a page says then, and never says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.engine import Stage
from pathways.models import Journey, ToldOfBaby, WordsOfLoss
from pathways.moves.loss import Chosen, Told, record_babys_death, record_loss
from pathways.pages.identity import now_in_words
from tests.factories import ago, happened, journey, staff
from tests.medicine import METHADONE
from tests.pages.test_record import messages_of, sent

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
    words = WordsOfLoss.objects.get(journey=pregnant)
    assert (words.bereavement, words.words) == ("yes", "our daughter Ada")
    page = response.content.decode()
    assert "our daughter Ada" in page
    assert "Nothing about a baby is sent to her" in page


def test_what_was_typed_stays_and_says_what_is_missing(signed_in: Any, pregnant: Journey) -> None:
    page = signed_in.post(reverse("loss", args=[pregnant.pk]), sent(note="She rang at night."), follow=True)
    words = page.content.decode()
    assert "Choose an answer: what happened." in words
    assert "Choose an answer: does she want it spoken of as a bereavement." in words
    assert "She rang at night." in words
    assert not pregnant.events.filter(kind="pregnancy_loss").exists()


def test_her_words_can_change_and_lead_is_named(signed_in: Any, pregnant: Journey) -> None:
    lost(signed_in, pregnant, bereavement="not_asked", her_words="")
    answer = signed_in.post(
        reverse("her_words", args=[pregnant.pk]),
        {"submission": str(uuid.uuid4()), "bereavement": "no", "her_words": "what happened"},
        follow=True,
    )
    assert "She does not speak of it as a bereavement. Use her words." in answer.content.decode()
    named = {"lead": "J. Bell", "next_dose": "tomorrow 9:00, Quay Pharmacy"}
    answer = signed_in.post(reverse("loss_lead", args=[pregnant.pk]), sent(ago(hours=1), **named), follow=True)
    assert "J. Bell" in answer.content.decode()
    answer = signed_in.post(reverse("loss_lead", args=[pregnant.pk]), sent(ago(hours=1), **named), follow=True)
    assert "has been answered meanwhile" in messages_of(answer)


def test_who_does_not_know_yet_is_said_first_and_until_she_knows(signed_in: Any, midwife: User) -> None:
    away = journey(midwife=midwife, edd=clock.today())
    happened(away, ("baby_born", ago(5), {"place": "hospital"}, 1), ("separated", ago(3), {}, 1))
    page = signed_in.get(reverse("baby_died", args=[away.pk])).content.decode()
    assert "She may not know yet" in page
    typed = {"how": "not_yet", "told_by": "R. Ali", "beside_her": "her sister", "words": "", "note": ""}
    answer = signed_in.post(reverse("baby_died", args=[away.pk]), sent(ago(hours=3), **typed), follow=True)
    words = "She does not know yet. R. Ali tells her face to face, with her sister beside her."
    assert words in answer.content.decode()
    told = {"how": "in_person", "told_by": "R. Ali", "beside_her": "her sister", "words": ""}
    answer = signed_in.post(
        reverse("told_of_baby", args=[away.pk, 1]), {"submission": str(uuid.uuid4()), **told}, follow=True
    )
    assert words not in answer.content.decode()
    assert "R. Ali told her face to face, with her sister beside her." in answer.content.decode()
    assert ToldOfBaby.objects.count() == 2


def test_nobody_is_asked_of_a_loss_that_is_not_there(signed_in: Any, pregnant: Journey) -> None:
    for name, *more in (("her_words",), ("loss_lead",), ("told_of_baby", 1)):
        assert signed_in.get(reverse(name, args=[pregnant.pk, *more])).status_code == 404
    assert "after-loss" not in signed_in.get(reverse("journey", args=[pregnant.pk])).content.decode()


# -- condolence-safe -----------------------------------------------------------------------------

# What no page says of a woman after her loss, outside of what was recorded before it.
NEVER = re.compile(
    r"congratulat|\bEDD\b|agreed due date|due date agreed|estimated date|feeding plan|day \d+ after birth|\bday 0\b|"
    r"sleepiness and the baby|"
    r"effects on the baby|pre-birth|birth and ward|new-birth|baby.s observation|not born|\b(?:2[5-9]|[34]\d)\+\d",
    re.IGNORECASE,
)
# What was recorded stays readable: the timeline, what is done, and every entry.
RECORDED = re.compile(r'<section class="card timeline".*?</section>|<(script|style|head)\b.*?</\1>', re.DOTALL)


def said_on(client: Any, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = RECORDED.sub("", answer.content.decode())
    if not re.search(r"/\d+/", address):
        page = page.partition("<footer")[0]  # of a list of several women
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " | ", page))
    return [f"{address}: {text[max(0, found.start() - 60) : found.end() + 40]}" for found in NEVER.finditer(text)]


def after_stillbirth(record: Journey, midwife: User) -> None:
    record_loss(record, "stillbirth", ago(hours=2), Chosen("yes", "Ada"), by=midwife)


def after_the_babys_death(record: Journey, midwife: User) -> None:
    happened(record, ("baby_born", ago(1), {"place": "hospital"}, 1))
    record_babys_death(record, 1, ago(hours=2), Told("was_there"), by=midwife)


@pytest.mark.parametrize("ended", [after_stillbirth, after_the_babys_death])
def test_no_page_speaks_of_a_birth_or_a_baby_to_come(
    client: Any, pregnant: Journey, midwife: User, ended: Callable[[Journey, User], None]
) -> None:
    happened(
        pregnant,
        ("drug_use_disclosed", ago(80), {"opioid": "yes"}),
        ("treatment_started", ago(80), {"medication": METHADONE}),
        ("admitted", ago(2), {"reason": "labour"}),
        ("mother_discharge_planned", ago(1), {"planned_for": ago(-1).isoformat()}),
    )
    pages = {
        "journey": ["", "?around=year", "?timeline=list"],
        "record": [""],
        "her_medicine": [""],
        "leaving": [""],
        "her_words": [""],
        "move": [""],
    }
    hers = [f"{reverse(name, args=[pregnant.pk])}{more}" for name, mores in pages.items() for more in mores]
    on_ward = ["/ward/maple/", f"/ward/maple/{pregnant.pk}/", "/ward/maple/handover/", "/ward/maple/wall/"]
    everything = {midwife: [*hers, "/caseload/?of=all"], staff(Role.WARD_MIDWIFE, team="maple"): [*on_ward, hers[0]]}

    def found() -> list[str]:
        lines = []
        for person, addresses in everything.items():
            client.force_login(person)
            for address in addresses:
                lines += said_on(client, address)
        return lines

    ended(pregnant, midwife)
    assert "\n".join(found()) == ""


def test_the_search_for_such_words_finds_them_before_a_loss(client: Any, pregnant: Journey, midwife: User) -> None:
    client.force_login(midwife)
    assert said_on(client, reverse("journey", args=[pregnant.pk]))
    assert said_on(client, reverse("record", args=[pregnant.pk]))


def test_nothing_counts_on_after_a_loss(pregnant: Journey, midwife: User) -> None:
    assert pregnant.point_on(clock.today()) == "24+0"
    after_stillbirth(pregnant, midwife)
    pregnant.refresh_from_db()
    assert pregnant.point_on(clock.today()) == "–"
    assert now_in_words(pregnant, clock.today()).startswith("After a loss since")
    happened(pregnant, ("closed", ago(hours=1), {"reason": "completed"}))
    pregnant.refresh_from_db()
    assert pregnant.point_on(clock.today()) == "–"
