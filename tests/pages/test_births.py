"""The pages of birth: what each asks, what it shows of where babies are, and how a woman comes whom nobody knows."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from pathways.engine import Stage
from pathways.models import Journey, Woman
from tests.factories import ago, claimed, happened, journey, owed, staff
from tests.medicine import observed, on_ward
from tests.pages.test_add_woman import BORN, boxes
from tests.pages.test_journey import text_of
from tests.pages.test_record import local, messages_of, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client: Any) -> User:
    made = staff(Role.LABOUR_WARD_COORDINATOR, team="maple", name="L. Grant")
    client.force_login(made)
    return made


@pytest.fixture
def record(nurse: User) -> Journey:
    """Admitted and in labour since six hours."""
    made = journey(edd=clock.today())
    happened(made, ("booking_completed", ago(90)), ("admitted", ago(hours=6), {"reason": "labour"}))
    return made


def url(record: Journey, name: str) -> str:
    return reverse(name, args=[record.pk])


def births(first: int = 1, **fields: str) -> dict[str, str]:
    """A form of births as a browser sends it; each field with the baby's number."""
    return {"first": str(first), "submission": str(uuid.uuid4()), **fields}


def of_baby(number: int, outcome: str = "hospital", now: str = "with_mother", **when: float) -> dict[str, str]:
    at = local(ago(**(when or {"hours": 2})))
    return {f"at_{number}": at, f"outcome_{number}": outcome, f"now_{number}": now}


# -- births --


def test_one_baby_is_asked_for_unless_the_page_is_asked_for_more(client: Any, record: Journey) -> None:
    page = url(record, "birth")
    assert "Baby 1" not in text_of(client.get(page))
    for query in ("?babies=0", "?babies=9", "?babies=x"):
        assert client.get(page + query).context["form"].numbers == [1]
    assert client.get(f"{page}?babies=3").context["form"].numbers == [1, 2, 3]


def test_when_she_came_in_is_asked_only_where_nobody_wrote_it_down(client: Any, nurse: User, record: Journey) -> None:
    assert "came_in_at" not in client.get(url(record, "birth")).context["form"].fields
    at_home = journey(edd=clock.today())
    claimed(at_home, nurse)
    answer = client.post(url(at_home, "birth"), births(**of_baby(1)))
    assert "Nobody has written down that she was admitted" in text_of(answer)
    client.post(url(at_home, "birth"), births(**of_baby(1), came_in_at=local(ago(hours=3))))
    at_home.refresh_from_db()
    assert at_home.stage == Stage.POSTNATAL_INPATIENT


def test_twins_are_recorded_together_and_each_has_its_place(client: Any, record: Journey) -> None:
    form = births(**of_baby(1), **of_baby(2, now="neonatal_unit", hours=1))
    answer = client.post(url(record, "birth") + "?babies=2", form, follow=True)
    assert messages_of(answer).startswith("Recorded.")
    words = text_of(client.get(url(record, "journey")))
    assert "Baby 1, with her" in words
    assert "Baby 2, in the neonatal unit" in words


def test_the_same_form_again_counts_once(client: Any, record: Journey) -> None:
    form = births(**of_baby(1))
    for _ in range(2):
        assert client.post(url(record, "birth"), form).status_code == 302
    assert record.babies.count() == 1


def test_who_was_slower_reads_that_a_birth_was_recorded_and_keeps_what_they_typed(client: Any, record: Journey) -> None:
    client.post(url(record, "birth"), births(**of_baby(1)))
    answer = client.post(url(record, "birth"), births(**of_baby(1), note="At dawn."))
    assert "Somebody recorded a birth while you were writing" in text_of(answer)
    assert "At dawn." in text_of(answer)
    assert record.babies.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_form", [True, False])
def test_two_browsers_at_once_record_one_baby(same_form: bool) -> None:
    made = journey(edd=clock.today())
    happened(made, ("booking_completed", ago(90)), ("admitted", ago(hours=6), {"reason": "labour"}))
    browsers = Client(), Client()
    for browser in browsers:
        browser.force_login(staff(Role.WARD_MIDWIFE, team="maple"))
    form, together = births(**of_baby(1)), Barrier(2)

    def send(browser: Client, typed: dict[str, str]) -> int:
        try:
            together.wait()
            return int(browser.post(url(made, "birth"), typed).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, browsers, (form, form if same_form else births(**of_baby(1)))))
    assert sorted(answers) == ([302, 302] if same_form else [200, 302])
    assert made.babies.count() == made.events.filter(kind="baby_born").count() == 1


def test_where_no_baby_lived_the_page_leads_to_the_one_for_a_loss(client: Any, record: Journey) -> None:
    answer = client.post(url(record, "birth"), births(**of_baby(1, "stillborn", "")))
    assert "Record this on the page for a loss" in text_of(answer)
    assert reverse("record_kind", args=[record.pk, "pregnancy_loss"]) in answer.content.decode()
    assert not record.events.filter(kind="pregnancy_loss").exists()


@pytest.mark.parametrize("name", ["birth", "baby_places", "baby_home", "readmitted", "home_undelivered"])
def test_nothing_and_nonsense_are_refused_with_sentences(client: Any, nurse: User, name: str) -> None:
    made = journey()
    stages = [("admitted", ago(1), {"reason": "labour"})]
    if name in ("baby_places", "baby_home", "readmitted"):
        stages += [("baby_born", ago(0.9), {"place": "hospital"}, number) for number in (1, 2)]
    happened(made, *stages)
    claimed(made, nurse)
    before = made.events.count()
    for form in ({}, dict.fromkeys(client.get(url(made, name)).context["form"].fields, "nonsense")):
        answer = client.post(url(made, name), form)
        assert answer.status_code == 200
        assert "There is something to put right" in text_of(answer)
    assert made.events.count() == before


# -- in and out of hospital --


def test_the_page_of_what_happened_offers_what_fits(client: Any, record: Journey) -> None:
    def offered() -> set[str]:
        answer = client.get(url(record, "record"))
        return {label for _, kinds in answer.context["groups"] for label, _ in kinds}

    assert {"A baby is born", "Labour has not started: she goes home"} <= offered()
    assert not {"Admitted, not in labour", "Where each baby is", "A baby goes home from hospital"} & offered()
    client.post(url(record, "birth"), births(**of_baby(1)))
    assert {"Where each baby is", "A baby goes home from hospital", "A baby is born"} <= offered()
    assert "Labour has not started: she goes home" not in offered()


def test_home_undelivered_asks_for_the_next_dose_of_who_is_in_treatment(client: Any, record: Journey) -> None:
    assert "next_dose_on" not in client.get(url(record, "home_undelivered")).context["form"].fields
    happened(record, ("treatment_started", ago(60), {"medication": "buprenorphine_sl"}))
    assert "next_dose_on" in client.get(url(record, "home_undelivered")).context["form"].fields
    answer = client.post(url(record, "home_undelivered"), sent(ago(hours=1), own_decision="no"), follow=True)
    assert "New: " in messages_of(answer)
    record.refresh_from_db()
    assert (record.stage, record.in_hospital) == (Stage.ANTENATAL, False)


def test_a_baby_goes_home_whatever_is_open_and_the_page_names_it(client: Any, record: Journey) -> None:
    client.post(url(record, "birth"), births(**of_baby(1)))
    owed(record, "PREDISCHARGE_MEETING", due=ago(-1), subject="baby", subject_number=1)
    client.force_login(staff(Role.WARD_COORDINATOR, team="maple"))
    words = text_of(client.get(url(record, "baby_home")))
    assert "The meeting before going home comes first" in words
    answer = client.post(url(record, "baby_home"), sent(ago(hours=1), to="with_mother"))
    assert answer.status_code == 302
    assert record.events.filter(kind="baby_discharged", baby=1).exists()


def test_a_baby_back_with_her_in_hospital_is_asked_for(client: Any, record: Journey) -> None:
    happened(record, ("baby_born", ago(hours=5), {"place": "hospital"}, 1))
    happened(record, ("baby_discharged", ago(hours=3), {}, 1), ("mother_discharged", ago(hours=3)))
    assert "Her baby, with her" in text_of(client.get(url(record, "journey")))
    form = sent(ago(hours=1), with_her_1="no")
    client.post(url(record, "readmitted"), form)
    assert "Her baby, at home, she is in hospital" in text_of(client.get(url(record, "journey")))


# -- on the ward --


def test_the_board_says_where_each_baby_is_as_it_was_said_last(client: Any, nurse: User) -> None:
    made = on_ward(since=ago(2), edd=clock.today())
    happened(made, *[("baby_born", ago(1), {"place": "hospital"}, number) for number in (1, 2)])
    client.post(url(made, "baby_places"), sent(ago(hours=1), place_1="transitional_care", place_2="neonatal_unit"))
    for page in (reverse("ward", args=["maple"]), reverse("ward_woman", args=["maple", made.pk])):
        words = text_of(client.get(page))
        assert "Baby 1: observation not started, in transitional care, with her" in words
        assert "Baby 2: observation not started, in the neonatal unit" in words


def test_a_baby_who_came_back_with_her_stands_on_the_board(client: Any, nurse: User) -> None:
    made = journey(edd=clock.today())
    happened(made, ("booking_completed", ago(90)), ("baby_born", ago(4), {"place": "home"}, 1))
    claimed(made, nurse)
    client.post(url(made, "readmitted"), sent(ago(hours=1), with_her_1="yes"))
    (woman,) = client.get(reverse("ward", args=["maple"])).context["board"].women
    assert [baby.words for baby in woman.babies] == ["with her"]


def test_a_place_that_a_look_has_seen_since_stands_in_its_place(client: Any, nurse: User) -> None:
    made = on_ward(since=ago(2), edd=clock.today())
    happened(made, ("baby_born", ago(1), {"place": "hospital"}, 1))
    client.post(url(made, "baby_places"), sent(ago(hours=3), place_1="neonatal_unit"))
    observed(made, started_at=ago(hours=2))
    assert "in the neonatal unit" not in text_of(client.get(reverse("ward", args=["maple"])))
    client.post(url(made, "baby_places"), sent(ago(hours=1), place_1="other_hospital"))
    assert "Day 1 of 5, in another hospital" in text_of(client.get(reverse("ward", args=["maple"])))


# -- in labour, and nobody knows her --


def comes(**fields: str) -> dict[str, str]:
    team = Team.objects.get(code="bridge", site__code="ASHF").pk
    known = {"preferred_name": "Kim", **boxes("date_of_birth", BORN), "arrived_at": local(ago(hours=0.5))}
    return {**known, "team": str(team), "submission": str(uuid.uuid4()), **fields}


def test_her_name_her_date_of_birth_and_the_hour_are_enough(client: Any, nurse: User) -> None:
    answer = client.post(reverse("add_in_labour"), comes(), follow=True)
    assert "She is on the record and on the ward." in messages_of(answer)
    made = Journey.objects.get()
    assert (made.woman.full_name, made.stage, made.in_hospital) == ("Kim Unknown", Stage.INTRAPARTUM, True)
    assert "write her first record" in text_of(answer)
    assert "Kim U." in text_of(client.get(reverse("ward", args=["maple"])))


def test_what_is_missing_is_said_and_nothing_is_saved(client: Any, nurse: User) -> None:
    answer = client.post(reverse("add_in_labour"), {})
    for words in ("Enter what she is called.", "Enter her date of birth", "Enter when she came"):
        assert words in text_of(answer)
    assert not Woman.objects.exists()


def test_a_medicine_is_kept_with_her_treatment_alone(client: Any, nurse: User) -> None:
    answer = client.post(reverse("add_in_labour"), comes(product="buprenorphine_sl"))
    assert "Say that she is in treatment, or leave the medicine open." in text_of(answer)
    client.post(reverse("add_in_labour"), comes(product="buprenorphine_sl", in_treatment="yes"))
    assert Journey.objects.get().events.get(kind="treatment_started").details == {"medication": "buprenorphine_sl"}


def test_who_could_be_her_is_shown_first_and_saved_as_somebody_else(client: Any, nurse: User) -> None:
    for _ in range(2):
        answer = client.post(reverse("add_in_labour"), comes())
    assert "Is she here already?" in text_of(answer)
    here = Woman.objects.get()
    client.post(reverse("add_in_labour"), comes(not_these=str(here.pk)))
    assert Woman.objects.count() == 2


def test_the_same_form_with_other_words_adds_nobody(client: Any, nurse: User) -> None:
    form = comes()
    client.post(reverse("add_in_labour"), form)
    assert client.post(reverse("add_in_labour"), {**form, "used": "yes"}).status_code == 409
    assert Woman.objects.count() == 1


def test_her_first_record_asks_what_is_not_known_and_ends_what_is_owed(client: Any, nurse: User) -> None:
    client.post(reverse("add_in_labour"), comes(used="yes"))
    made = Journey.objects.get()
    page = url(made, "first_record")
    assert not {"used", "in_treatment"} & set(client.get(page).context["form"].fields)
    form = {"submission": str(uuid.uuid4()), "bloods": "yes", **boxes("midwife_told_on", clock.today())}
    answer = client.post(page, {**form, "weeks": "36", "edd": "1 3 2027"})
    assert "not both" in text_of(answer)
    client.post(page, {**form, "weeks": "36", "allergies": "latex", "note": "Her sister comes at nine."})
    made.refresh_from_db()
    assert made.point_on(clock.today()) == "36+0"
    assert made.handoffs.get(moment="UNBOOKED_LABOUR", step="minimum_dataset").state == "completed_on_time"
    assert "does not fit" in text_of(client.get(page))
    assert "write her first record" not in text_of(client.get(url(made, "journey")))


def test_whoever_writes_the_first_record_second_reads_what_stands_and_keeps_their_words(
    client: Any, nurse: User
) -> None:
    client.post(reverse("add_in_labour"), comes())
    page = url(Journey.objects.get(), "first_record")
    form = {"submission": str(uuid.uuid4()), "bloods": "no"}
    client.post(page, {**form, "allergies": "latex"})
    answer = client.post(page, {**form, "submission": str(uuid.uuid4()), "allergies": "penicillin", "used": "yes"})
    assert "Somebody wrote “latex” meanwhile." in text_of(answer)
    assert 'value="penicillin"' in answer.content.decode()
    assert Woman.objects.get().allergies == "latex"


def test_the_way_to_it_stands_where_she_would_be_added(client: Any, nurse: User) -> None:
    way = reverse("add_in_labour")
    for page in (reverse("add_woman"), reverse("ward", args=["maple"])):
        assert way in client.get(page).content.decode()
