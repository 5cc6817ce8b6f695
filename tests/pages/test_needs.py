"""The pages of her needs and goals; and what is not met at a site, in numbers that give nobody away."""

from __future__ import annotations

import html
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import HerWords, Journey, Need, NeedStep
from pathways.needs import Came, SeesTo, note_need, write_her_words, write_step
from tests.factories import journey, staff
from tests.pages.test_record import messages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife(client: Any) -> User:
    made = staff(name="A. Reid")
    client.force_login(made)
    return made


@pytest.fixture
def record(midwife: User) -> Journey:
    return journey(midwife=midwife)


def address(record: Journey, name: str = "needs", *more: Any) -> str:
    return reverse(name, args=[record.pk, *more])


def words_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def not_met(record: Journey, by: User, area: str = "people", reason: str = "not_here") -> Need:
    need = note_need(record, area, "Other mothers to talk to", SeesTo(user=by), by=by)
    write_step(need, Came(SeesTo(user=by), "unmet", reason, "x"), by=by)
    return need


def test_her_words_are_written_down_and_end(client: Any, record: Journey) -> None:
    form = {"submission": uuid4(), "kind": "goal", "text": "I want my own door."}
    client.post(address(record, "needs_say"), form)
    client.post(address(record, "needs_say"), form)
    said = HerWords.objects.get()
    assert "“I want my own door.”" in words_of(client.get(address(record)))
    assert "She wants: “I want my own door.”" in words_of(client.get(reverse("journey", args=[record.pk])))
    end = address(record, "needs_end", said.pk)
    assert end in words_of(client.get(address(record)))
    client.post(end, {"submission": uuid4(), "ended": "reached"})
    late = client.post(end, {"submission": uuid4(), "ended": "changed"}, follow=True)
    assert "A. Reid has written down already" in messages_of(late)


def test_a_need_is_added_with_somebody_and_what_came_of_it_is_written_down(client: Any, record: Journey) -> None:
    add = address(record, "need_add")
    form = {"submission": uuid4(), "area": "travel", "text": "The fare", "sees_to": ""}
    assert "every need has somebody" in words_of(client.post(add, form))
    assert "Write who sees to it" in words_of(client.post(add, {**form, "sees_to": "outside"}))
    client.post(add, {**form, "sees_to": "me"})
    step = address(record, "need_step", Need.objects.get().pk)
    shown = client.get(step).context["form"]
    assert (shown["sees_to"].value(), shown["outcome"].value()) == ("me", "open")
    seen = shown["seen"].value()
    form = {"submission": uuid4(), "seen": seen, "sees_to": "me", "outcome": "unmet", "reason": "", "words": ""}
    assert "Choose why it is not met" in words_of(client.post(step, form))
    client.post(step, {**form, "reason": "not_here"})
    assert "Not met: it does not exist here" in words_of(client.get(address(record)))


def test_who_was_not_first_reads_what_was_written_and_sends_it_once_more(
    client: Any, record: Journey, midwife: User
) -> None:
    need = note_need(record, "travel", "The fare", SeesTo(user=midwife), by=midwife)
    step = address(record, "need_step", need.pk)
    seen = client.get(step).context["form"]["seen"].value()
    write_step(need, Came(SeesTo(outside="J. Park"), "partly", words="until May"), by=midwife)
    form = {"submission": uuid4(), "seen": seen, "sees_to": "me", "outcome": "met", "reason": "", "words": ""}
    answer = client.post(step, form)
    assert "partly met: “until May”. Yours is not saved yet" in words_of(answer)
    again = answer.context["form"]["seen"].value()
    client.post(step, {**form, "seen": again})
    assert need.steps.latest("pk").outcome == "met"


def test_every_page_about_her_leaves_one_entry(client: Any, record: Journey, midwife: User) -> None:
    need = not_met(record, midwife)
    said = write_her_words(record, "goal", "x", by=midwife)
    for name, more in (
        *(("needs", ()), ("needs_say", ()), ("need_add", ())),
        *(("needs_end", (said.pk,)), ("need_step", (need.pk,))),
    ):
        before = Read.objects.count()
        assert client.get(address(record, name, *more)).status_code == 200
        assert Read.objects.count() == before + 1, name


def test_what_is_anothers_is_not_found(client: Any, record: Journey, midwife: User) -> None:
    need, other = not_met(record, midwife), journey(midwife=midwife)
    said = write_her_words(record, "goal", "x", by=midwife)
    for name, pk in (("need_step", need.pk), ("needs_end", said.pk)):
        assert client.get(address(other, name, pk)).status_code == 404


# -- at a site ---------------------------------------------------------------------------------------


def unmet(client: Any) -> str:
    return words_of(client.get(reverse("unmet_needs")))


def test_managers_read_what_is_not_met_in_numbers_that_give_nobody_away(client: Any, midwife: User) -> None:
    for _ in range(7):
        not_met(journey(midwife=midwife), midwife)
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    assert "Fewer than 8 women for every need" in unmet(client)
    last = journey(midwife=midwife)
    not_met(last, midwife)
    not_met(last, midwife, reason="too_far")
    assert "Company, peer support, family</th><td>It does not exist here</td>" in unmet(client)
    assert "Women: </span>10</td>" in unmet(client)  # 8, rounded to the nearest 5
    assert "too far away" not in unmet(client)


def test_a_woman_is_counted_once_and_not_when_it_is_met_since(client: Any, midwife: User) -> None:
    rows = [not_met(journey(midwife=midwife), midwife) for _ in range(8)]
    not_met(rows[0].journey, midwife)  # the same woman, twice
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    assert "It does not exist here" in unmet(client)
    write_step(rows[-1], Came(SeesTo(user=midwife), NeedStep.Outcome.MET), by=midwife)
    assert "Fewer than 8 women for every need" in unmet(client)


def test_whoever_sees_all_of_them_reads_the_number_itself(client: Any, midwife: User) -> None:
    not_met(journey(midwife=midwife), midwife)
    assert "Women: </span>1</td>" in unmet(client)


def test_another_sites_needs_are_not_counted(client: Any, midwife: User) -> None:
    away = staff(site="CALD")
    for _ in range(8):
        not_met(journey(site="CALD", midwife=away), away)
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    assert "It does not exist here" not in unmet(client)
    assert "Needs that are not met" in words_of(client.get(reverse("handoffs")))
