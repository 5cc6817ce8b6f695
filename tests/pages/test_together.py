"""The pages of staying together: what is asked, what is refused and kept, what her page and the ward's board show."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Grant, User
from carecoord.access.roles import Role
from pathways.models import Departure, Journey, Placement, StayOffer
from tests.factories import ago, happened, staff
from tests.pages.test_journey import text_of
from tests.together import offered, on_ward_with_babies, soon, stage_of, stay_row

pytestmark = pytest.mark.django_db
BOARD = "/ward/maple/"
NO_BED = {
    "offer": "not_available",
    "because": "no_bed",
    "choice": "wanted_to_stay",
    "visiting": "10:00 to 16:00, by taxi",
    "feeding": "her own milk",
    "medicine_from": "Quay Pharmacy",
}


@pytest.fixture
def nurse() -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="L. Grant")


@pytest.fixture
def record() -> Journey:
    return on_ward_with_babies(first_name="Xanthippe", last_name="Quillfeather")


@pytest.fixture
def signed_in(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    return client


def at(name: str, record: Journey) -> str:
    return reverse(name, args=[record.pk])


def sent(**more: str) -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), **more}


def boxes(name: str, instant: datetime) -> dict[str, str]:
    """A time as its four boxes are sent."""
    local = instant.astimezone(clock.LONDON)
    parts = (str(local.day), str(local.month), str(local.year), f"{local:%H:%M}")
    return {f"{name}_{number}": part for number, part in enumerate(parts)}


def page(client: Client, url: str) -> str:
    return text_of(client.get(url))


class TestPlanning:
    def test_where_the_baby_stays_the_offer_is_asked_next(self, signed_in: Client, record: Journey) -> None:
        answer = signed_in.post(at("plan_home", record), sent(**boxes("planned_for", soon()), baby_1="stays"))
        assert answer.headers["Location"] == at("stay_offer", record)
        assert record.handoffs.filter(moment="MOTHER_STAYS").exists()

    def test_where_they_leave_together_it_is_not(self, signed_in: Client, record: Journey) -> None:
        answer = signed_in.post(at("plan_home", record), sent(**boxes("planned_for", soon()), baby_1="with_her"))
        assert answer.headers["Location"] == at("journey", record)
        assert not record.handoffs.filter(moment="MOTHER_STAYS").exists()

    def test_the_same_form_twice_counts_once(self, signed_in: Client, record: Journey) -> None:
        form = sent(**boxes("planned_for", soon()), baby_1="stays")
        for _ in range(2):
            assert signed_in.post(at("plan_home", record), form).status_code == 302
        assert record.events.filter(kind="mother_discharge_planned").count() == 1


class TestOffer:
    def test_the_handoff_s_button_leads_to_the_page(self, signed_in: Client, record: Journey) -> None:
        signed_in.post(at("plan_home", record), sent(**boxes("planned_for", soon()), baby_1="stays"))
        owed = record.handoffs.get(moment="MOTHER_STAYS")
        answer = signed_in.get(reverse("answer", args=[owed.pk, "done"]))
        assert answer.headers["Location"] == at("stay_offer", record)

    def test_written_down_twice_it_counts_once_and_completes_what_is_owed(
        self, signed_in: Client, record: Journey
    ) -> None:
        signed_in.post(at("plan_home", record), sent(**boxes("planned_for", soon()), baby_1="stays"))
        form = sent(**NO_BED)
        for _ in range(2):
            assert signed_in.post(at("stay_offer", record), form).status_code == 302
        assert StayOffer.objects.get().recorded_by.name == "L. Grant"
        assert record.handoffs.get(moment="MOTHER_STAYS").state == "completed_on_time"

    def test_what_is_refused_stands_at_its_field_and_keeps_what_was_typed(
        self, signed_in: Client, record: Journey
    ) -> None:
        answer = signed_in.post(at("stay_offer", record), sent(**{**NO_BED, "medicine_from": ""}))
        words = text_of(answer)
        assert "Write where she gets her medicine on the days when she visits." in words
        assert "her own milk" in answer.content.decode()
        assert not StayOffer.objects.exists()

    def test_with_other_words_it_is_not_saved_over(self, signed_in: Client, record: Journey) -> None:
        form = sent(**NO_BED)
        signed_in.post(at("stay_offer", record), form)
        answer = signed_in.post(at("stay_offer", record), {**form, "feeding": "bottles"})
        assert "saved already, with other words" in text_of(answer)
        assert StayOffer.objects.get().feeding == "her own milk"

    def test_of_twins_it_asks_which_baby(self, signed_in: Client) -> None:
        twins = on_ward_with_babies(2)
        assert "Which baby?" in page(signed_in, at("stay_offer", twins))
        signed_in.post(at("stay_offer", twins), sent(baby="2", **NO_BED))
        assert StayOffer.objects.get().baby == 2

    def test_without_a_baby_in_hospital_it_says_so(self, signed_in: Client) -> None:
        assert "This does not fit where she is now" in page(signed_in, at("stay_offer", on_ward_with_babies(0)))


class TestLeaving:
    def test_without_her_baby_the_page_leads_to_the_offer(self, signed_in: Client, record: Journey) -> None:
        answer = signed_in.post(at("left", record), sent(baby_1="stays", where="home", words="her lift came early"))
        assert "Before she goes home without her baby: offer her a place" in text_of(answer)
        assert at("stay_offer", record) in answer.content.decode()
        record.refresh_from_db()
        assert record.in_hospital

    def test_without_her_medicine_arranged_it_asks_why(self, signed_in: Client, record: Journey, nurse: User) -> None:
        offered(record, by=nurse)
        form = sent(baby_1="stays", where="home", words="")
        assert "Not arranged yet: her medicine" in text_of(signed_in.post(at("left", record), form))
        signed_in.post(at("left", record), {**form, "words": "The pharmacy rings her at three."})
        assert Departure.objects.get().staying == [1]
        assert stage_of(record) == "postnatal_inpatient"

    def test_to_a_placement_its_page_comes_next(self, signed_in: Client, record: Journey) -> None:
        answer = signed_in.post(
            at("left", record), sent(baby_1="with_her", where="placement", words="All is arranged at the placement.")
        )
        assert answer.headers["Location"] == at("placement_start", record)
        form = sent(
            kind="rehab", lines="The Willows", protected="no", out_of_area="yes", prescriber="Dr Moss’s clinic",
            confirmed_by="Dr E. Moss",
        )  # fmt: skip
        signed_in.post(at("placement_start", record), form)
        assert Placement.objects.get().confirmed_by == "Dr E. Moss"
        words = page(signed_in, at("journey", record))
        assert "Mother-and-baby residential treatment" in words
        assert "Ask another site to take her on" in words
        assert "The Willows" not in words

    def test_on_her_own_decision_she_is_never_kept_and_what_is_due_stands_on_her_page(
        self, signed_in: Client, record: Journey
    ) -> None:
        words = page(signed_in, at("left_early", record))
        assert "Nothing here keeps her" in words
        answer = signed_in.post(
            at("left_early", record), sent(baby_1="stays", words="", medicine_tried="tried"), follow=True
        )
        words = text_of(answer)
        assert "Due today: ring her prescriber" in words
        assert "Still owed: naloxone in hand" in words
        assert "Her next dose: tried; she left before it was arranged." in words
        assert "Hear from her by" in words
        record.refresh_from_db()
        assert not record.in_hospital
        assert Departure.objects.get().medicine_tried == "tried"

    def test_that_her_prescriber_was_rung_is_written_with_it(self, signed_in: Client, record: Journey) -> None:
        form = sent(baby_1="stays", words="", rung="Dr P. Anand, prescriber")
        for _ in range(2):
            signed_in.post(at("left_early", record), form)
        told = record.leaving_entries.get(item="prescriber")
        assert (told.who, told.answer) == ("Dr P. Anand, prescriber", "told")
        assert "Due today: ring her prescriber" not in page(signed_in, at("journey", record))


class TestApart:
    @pytest.fixture
    def at_home(self, record: Journey, nurse: User) -> Journey:
        offered(record, by=nurse, offered_at=ago(1))
        happened(record, ("mother_discharged", ago(0.5)))
        return record

    def test_her_page_says_so_and_how_it_goes(self, signed_in: Client, at_home: Journey) -> None:
        words = page(signed_in, at("journey", at_home))
        assert "She has gone home and her baby is in hospital." in words
        assert "Discharged, her baby in hospital · day 2 after birth" in words
        assert "10:00 to 16:00 each day, by taxi" in words
        assert "Quay Pharmacy, before she comes" in words

    def test_the_ward_expects_her_visits(self, signed_in: Client, at_home: Journey) -> None:
        words = page(signed_in, BOARD)
        assert "Expected visits" in words
        assert "Xanthippe Q." in words.split("Expected visits")[1]
        assert "10:00 to 16:00 each day, by taxi" in words
        happened(at_home, ("baby_discharged", ago(0.1), {}, 1))
        assert "Expected visits" not in page(signed_in, BOARD)

    def test_a_place_beside_her_baby_is_no_parting(self, signed_in: Client, record: Journey, nurse: User) -> None:
        offered(record, by=nurse, offered_at=ago(1), offer="parent_room", because="", choice="stays")
        happened(record, ("mother_discharged", ago(0.5)))
        words = page(signed_in, at("journey", record))
        assert "She stays with her baby: a parents’ room." in words
        assert "She has gone home" not in words

    def test_without_a_recorded_offer_it_says_that_too(self, signed_in: Client, record: Journey) -> None:
        happened(record, ("mother_discharged", ago(0.5), {"own_decision": "yes"}))
        for url in (at("journey", record), BOARD):
            assert "No place with the baby is written down as offered." in page(signed_in, url)

    def test_the_ward_keeps_her_record_until_the_baby_has_left(self, at_home: Journey) -> None:
        admitted = Grant.objects.filter(woman=at_home.woman, kind=Grant.Kind.ADMISSION)
        assert set(admitted.values_list("ends_at", flat=True)) == {None}
        (left,) = happened(at_home, ("baby_discharged", ago(0.1), {}, 1))
        ends = {ends_at - left.occurred_at for ends_at in admitted.values_list("ends_at", flat=True) if ends_at}
        assert [gap.total_seconds() / 3600 for gap in ends] == [24]


class TestCounted:
    def counted(self, client: Client, user: User) -> dict[str, str]:
        client.force_login(user)
        lines: list[Any] = client.get("/staying-together/").context["sites"]
        return {words: number for site in lines for words, number in site.lines}

    def with_offers(self, number: int, **fields: Any) -> None:
        for _ in range(number):
            stay_row(on_ward_with_babies(born=2), **fields)

    def test_who_sees_none_of_them_is_told_no_number_below_eight(self, client: Client) -> None:
        self.with_offers(7)
        manager = staff(Role.SERVICE_MANAGER, team="office")
        no_bed = "Nothing was offered: no bed or room was free"
        assert self.counted(client, manager)[no_bed] == "fewer than 8"
        self.with_offers(2)
        assert self.counted(client, manager)[no_bed] == "10"  # nine, rounded to the nearest five

    def test_an_empty_line_reads_like_a_small_one(self, client: Client) -> None:
        assert set(self.counted(client, staff(Role.SERVICE_MANAGER, team="office")).values()) == {"fewer than 8"}

    def test_a_baby_counts_once_a_line_and_only_at_its_site(self, client: Client) -> None:
        record = on_ward_with_babies()
        for _ in range(3):
            stay_row(record)
        lead = staff(Role.WARD_COORDINATOR, team="maple")
        assert self.counted(client, lead)["Nothing was offered: no bed or room was free"] == "1"
        other = staff(Role.WARD_COORDINATOR, site="CALD", team="birch")
        assert set(self.counted(client, other).values()) == {"fewer than 8"}

    def test_who_left_before_her_baby_is_counted_until_that_was_an_error(
        self, client: Client, record: Journey, nurse: User
    ) -> None:
        client.force_login(nurse)
        client.post(at("left_early", record), sent(baby_1="stays", words=""))
        lead = staff(Role.WARD_COORDINATOR, team="maple")
        assert self.counted(client, lead)["She was discharged before her baby"] == "1"
        client.force_login(nurse)
        event = record.events.get(kind="mother_discharged")
        client.post(reverse("correct", args=[record.pk, event.pk]), sent(reason="another woman"))
        assert self.counted(client, lead)["She was discharged before her baby"] == "fewer than 8"

    def test_it_is_for_managers_and_ward_leads(self, signed_in: Client) -> None:
        assert signed_in.get("/staying-together/").status_code == 403
