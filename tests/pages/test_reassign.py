"""Giving women another midwife: whose, which, how much everybody has, looked at, done and counted; and who has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Conflict, Membership, User
from carecoord.access.roles import Role
from pathways.covering import arrange_cover, regrant
from pathways.models import Journey, Owner
from pathways.pages.midwives import workloads
from tests.factories import ago, claimed, journey, owed, staff, stand_at
from tests.pages.test_journey import text_of
from tests.pages.test_record import messages_of
from tests.roles import BOOKKEEPING, WEB, as_role

pytestmark = pytest.mark.django_db

URL = "/caseload/reassign/"


@pytest.fixture
def reid() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def ali() -> User:
    return staff(name="R. Ali", team="valley")


@pytest.fixture
def signed_in(client: Any, reid: User) -> Any:
    client.force_login(reid)
    return client


def sent(to: User, *women: Journey, **more: str) -> dict[str, Any]:
    return {"women": [str(each.pk) for each in women], "to": str(to.pk), "place": "midwife", **more}


# -- how much everybody has --


def test_the_whole_workload_is_shown_also_of_women_whom_the_reader_may_not_see(
    signed_in: Any, reid: User, ali: User
) -> None:
    hidden = [journey(midwife=ali) for _ in range(3)]
    owed(hidden[0], due=ago(1))
    Journey.objects.filter(pk=hidden[1].pk).update(buddy=reid)
    stand_at(hidden[1], "separated")
    words = text_of(signed_in.get(reverse("midwife", args=[journey(midwife=reid).pk])))
    assert "R. Ali, Valley caseload team: 3 women (weight 4), 1 with something overdue" in words
    assert "A. Reid, Bridge caseload team: 1 woman (weight 1), buddy for 1" in words


def test_a_woman_the_reader_must_never_see_is_in_no_number(signed_in: Any, reid: User, ali: User) -> None:
    feared = journey(midwife=ali)
    Conflict.objects.create(woman=feared.woman, user=reid)
    assert "R. Ali Valley caseload team 0 women 0 weight" in text_of(signed_in.get(URL))


def test_the_workload_is_for_midwives_of_the_site_alone(client: Any, reid: User) -> None:
    record = journey(midwife=reid)
    for person, known in (
        (reid, True),
        (staff(site="GLEN"), False),
        (staff(Role.SERVICE_MANAGER, team="office"), False),
    ):
        with acting_as(person), as_role(WEB):
            assert (reid.pk in workloads(record.site_id, clock.now())) is known


# -- whose --


def test_who_has_left_stands_first_then_nobody_then_who_is_leaving(signed_in: Any, reid: User, ali: User) -> None:
    gone = staff(name="Z. Gone")
    soon = staff(name="S. Soon")
    for midwife in (reid, gone, None, soon):
        journey(midwife=midwife)
    Membership.objects.filter(user=gone).update(ends_on=clock.today() - timedelta(days=1))
    Membership.objects.filter(user=soon).update(ends_on=clock.today() + timedelta(days=9))
    arrange_cover(soon, reid, clock.today(), clock.today(), by=None)
    regrant()
    sources = signed_in.get(URL).context["sources"]
    assert [each.name for each in sources] == ["Z. Gone", "Nobody is named", "S. Soon", "You"]
    assert sources[0].note.startswith("has left after ")
    assert sources[2].note.startswith("last day ")


def test_only_women_who_are_open_to_the_reader_stand_there(signed_in: Any, reid: User, ali: User) -> None:
    journey(midwife=ali)
    assert signed_in.get(URL).context["sources"] == []
    assert "No women to give on" in text_of(signed_in.get(URL))
    assert "Whose women?" in text_of(signed_in.get(URL, {"of": str(ali.pk)}))


@pytest.mark.parametrize("of", ["0", "x", "9" * 40, ""])
def test_an_address_that_names_nobody_shows_whose_there_are(signed_in: Any, of: str) -> None:
    assert signed_in.get(URL, {"of": of}).templates[0].name == "pathways/reassign_whose.html"


# -- which, to whom --


def test_asked_looked_at_done_and_counted(signed_in: Any, reid: User, ali: User) -> None:
    women = [journey(midwife=reid, first_name=name) for name in ("Ann", "Beth", "Cath")]
    Conflict.objects.create(woman=women[2].woman, user=ali)
    here = f"{URL}?of={reid.pk}"
    answer = signed_in.post(here, {"everyone": "on", "to": str(ali.pk), "place": "midwife"})
    words = text_of(answer)
    assert "Nothing is saved yet." in words
    assert "R. Ali has now 0 women Then 3 women (weight 3)" in words
    assert not Journey.objects.filter(named_midwife=ali).exists()
    done = signed_in.post(here, sent(ali, *women, seen="on"), follow=True)
    assert messages_of(done) == (
        "2 women: R. Ali is their named midwife now. "
        "1 woman left out: R. Ali must not see their record. Choose somebody else for them."
    )
    again = signed_in.post(here, sent(ali, *women, seen="on"), follow=True)
    assert "named midwife now" not in messages_of(again)
    assert Journey.objects.filter(named_midwife=ali).count() == 2


def test_changing_something_keeps_what_was_chosen(signed_in: Any, reid: User, ali: User) -> None:
    women = [journey(midwife=reid), journey(midwife=reid)]
    answer = signed_in.post(f"{URL}?of={reid.pk}", sent(ali, women[0], edit="1"))
    assert answer.templates[0].name == "pathways/reassign.html"
    assert answer.context["form"]["women"].value() == [str(women[0].pk)]


def test_nobody_ticked_or_somebody_strange_is_refused(signed_in: Any, reid: User, ali: User) -> None:
    mine, foreign = journey(midwife=reid), journey(midwife=ali)
    journey(midwife=reid)
    here = f"{URL}?of={reid.pk}"
    assert signed_in.post(here, sent(ali)).context["form"].errors["women"] == [
        "Tick at least one woman, or all of them."
    ]
    assert signed_in.post(here, sent(ali, foreign, seen="on")).context["form"].errors["women"]
    assert signed_in.post(here, sent(staff(site="GLEN"), mine, seen="on")).context["form"].errors["to"]
    assert not Journey.objects.filter(named_midwife=ali, pk=mine.pk).exists()


def test_the_number_of_queries_does_not_grow_with_the_women(signed_in: Any, reid: User, ali: User) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(address).status_code == 200
        return len([query for query in queries if not query["sql"].startswith(BOOKKEEPING)])

    journey(midwife=reid)
    addresses = (URL, f"{URL}?of={reid.pk}")
    before = [asked(each) for each in addresses]
    for _ in range(20):
        journey(midwife=reid)
    for number in range(4):
        journey(midwife=staff(name=f"C. Colleague{number}"))
    assert [asked(each) for each in addresses] == before
    assert max(before) <= 14


# -- one handoff --


def test_a_handoff_is_taken_given_and_given_back_on_its_own_page(signed_in: Any, reid: User) -> None:
    record, bright = journey(midwife=reid), staff(Role.HEALTH_VISITOR, name="O. Bright")
    claimed(record, bright)
    handoff = owed(record, due=ago(1))
    here = reverse("handoff_owner", args=[handoff.pk])
    assert "Back to her named midwife" not in text_of(signed_in.get(here))
    for _ in range(2):
        answer = signed_in.post(here, {"user": str(bright.pk)}, follow=True)
    assert messages_of(answer).startswith("In hand: O. Bright, was given it ")
    assert "In hand: O. Bright, was given it" in text_of(answer)
    answer = signed_in.post(here, {"user": "back"}, follow=True)
    assert messages_of(answer) == "In hand: you, her named midwife."
    assert Owner.objects.count() == 1


def test_somebody_who_takes_no_part_in_her_care_cannot_be_chosen(signed_in: Any, reid: User, ali: User) -> None:
    handoff = owed(journey(midwife=reid), due=ago(1))
    here = reverse("handoff_owner", args=[handoff.pk])
    for chosen in (str(ali.pk), "x", "", "9" * 40):
        assert signed_in.post(here, {"user": chosen}).context["form"].errors["user"]
    assert not Owner.objects.exists()


def test_a_handoff_that_has_ended_leads_back_to_her(signed_in: Any, reid: User) -> None:
    handoff = owed(journey(midwife=reid), due=ago(2), state="completed_late", ended_at=ago(1))
    answer = signed_in.get(reverse("handoff_owner", args=[handoff.pk]), follow=True)
    assert messages_of(answer) == "This handoff has ended meanwhile. Nobody needs to have it in hand any more."


def test_her_page_names_midwife_buddy_and_cover(signed_in: Any, reid: User, ali: User) -> None:
    record = journey(midwife=reid)
    Journey.objects.filter(pk=record.pk).update(buddy=ali)
    last = clock.today() + timedelta(days=6)
    arrange_cover(reid, ali, clock.today(), last, by=None)
    words = text_of(signed_in.get(reverse("journey", args=[record.pk])))
    assert f"A. Reid named midwife, away until {clock.day_in_words(last)}: R. Ali covers" in words
    assert "R. Ali buddy" in words


def test_the_unowned_queue_shows_how_long_it_has_been_nobodys(client: Any, reid: User) -> None:
    owed(journey(), due=ago(-9), opened_at=ago(0, hours=3))
    owed(journey(midwife=reid), due=ago(-9))
    client.force_login(reid)
    answer = client.get("/handoffs/", {"show": "unowned"})
    assert [row.midwife for row in answer.context["rows"]] == ["nobody for 3 hours"]
