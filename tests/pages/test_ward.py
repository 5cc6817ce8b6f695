"""The board of a ward, the wall, the critical card, who could come tonight; and what must never stand on them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Conflict, SignIn, Team, User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from medications import feeding, receiving
from medications.models import Decision, Dose, Stay
from medications.pages.board import board_of
from medications.pages.feeding import feeding_lines
from medications.pages.leaving import leaving_lines
from medications.pages.summaries import summaries_of
from pathways.models import Journey
from tests.factories import ago, happened, journey, owed, staff
from tests.medications.test_receiving import stored
from tests.medicine import (
    METHADONE,
    WORDS,
    dose,
    due_dose,
    leaving_entry,
    look,
    observed,
    on_ward,
    plan,
    statement,
    ward_midwife,
)
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db

BOARD, WALL, TONIGHT = "/ward/maple/", "/ward/maple/wall/", "/ward/maple/tonight/"


@pytest.fixture
def nurse() -> Any:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def signed_in(client: Any, nurse: Any) -> Any:
    client.force_login(nurse)
    return client


def verified(record: Journey) -> None:
    """Prescriber and pharmacy say the same."""
    last = ago(1, hours=1)
    statement(record, "prescriber", last_dose_at=last)
    statement(record, "pharmacy", last_dose_at=last)


def given(record: Journey, hours: float = 3, **fields: Any) -> Any:
    """A plan, and a dose some hours ago."""
    prescribed = plan(record, **fields)
    (event,) = happened(record, ("dose_given", ago(hours=hours), {"admission": "1", "medication": METHADONE}))
    dose(prescribed, given_at=event.occurred_at, event=event, given_by=ward_midwife(name="S. Ito"))
    return prescribed


def expected(days: int = 10, **fields: Any) -> Journey:
    """A woman whose baby is due in so many days."""
    record = journey(edd=clock.today() + timedelta(days=days), **fields)
    happened(
        record,
        ("first_contact", ago(60)),
        ("booking_completed", ago(59)),
        ("treatment_started", ago(90), {"medication": METHADONE}),
    )
    return record


def text_of(answer: Any) -> str:
    """What a reader sees: the page without its markup."""
    html = answer.content.decode()
    html = re.sub(r"<(script|style|head|svg)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def row(answer: Any, record: Journey) -> Any:
    (found,) = [each for each in answer.context["board"].women if each.pk == record.pk]
    return found


# -- what must never be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [72, 73, 119, 121, 400])
def test_after_three_days_the_old_dose_is_nowhere_and_a_prescriber_decides_first(signed_in: Any, hours: int) -> None:
    record = on_ward(since=ago(30))
    verified(record)
    due_dose(given(record, hours=hours + 0.01, signed_at=ago(20)), ago(hours=-1))
    for address in (BOARD, f"/ward/maple/{record.pk}/"):
        words = text_of(signed_in.get(address))
        assert "45 mg" not in words
        assert WORDS not in words
        assert "A named prescriber decides first" in words
        assert "Last confirmed dose" in words or address == BOARD
    woman = row(signed_in.get(BOARD), record)
    assert woman.policy is not None
    assert woman.policy.text == record.site.definition.policy(woman.policy.key).text


def test_the_dose_is_shown_until_then(signed_in: Any) -> None:
    record = on_ward(since=ago(30))
    given(record, hours=71.9)
    assert f"“{WORDS}”" in text_of(signed_in.get(BOARD))


@pytest.mark.parametrize("kind", ["reassessed", "restart"])
def test_a_prescribers_decision_brings_it_back(signed_in: Any, kind: str) -> None:
    record = on_ward(since=ago(30))
    given(record, hours=80, signed_at=ago(20))
    known = {"journey": record, "words": "Go on as seen today", "prescriber_words": "Dr P. Anand"}
    recorder = ward_midwife()
    Decision.objects.create(kind=kind, decided_at=ago(hours=9), recorded_by=recorder, **known)
    assert "45 mg" not in text_of(signed_in.get(BOARD))  # decided before the three days were over
    Decision.objects.create(kind="withhold", decided_at=ago(hours=1), recorded_by=recorder, **known)
    assert "45 mg" not in text_of(signed_in.get(BOARD))  # says nothing of how to go on
    Decision.objects.create(kind=kind, decided_at=ago(hours=1), recorded_by=recorder, **known)
    words = text_of(signed_in.get(BOARD))
    assert "45 mg" in words
    assert "Go on as seen today" in words
    assert "Dr P. Anand" in words


def test_the_wall_says_beds_and_times_and_nothing_of_whom(signed_in: Any) -> None:
    record = on_ward(first_name="Zsuzsanna", last_name="Thorsteinsdottir", bed="11")
    verified(record)
    due_dose(plan(record), ago(hours=1))
    expected(first_name="Wilhelmina", last_name="Quist")
    for headers in ({}, {"HX-Request": "true"}):
        html = signed_in.get(WALL, headers=headers).content.decode()
        assert "11" in html
        assert "Overdue" in html
        for word in ("Zsuzsanna", "Thorsteins", "Wilhelmina", "Quist", "Z.T.", "methadone", "45 mg", " mg", "Harbour"):
            assert word not in html.replace("L. Grant", ""), word
        main = html[html.find("<main") :]
        assert not re.search(r"/(ward/maple|journeys|women)/\d+", main)


def test_no_board_shows_an_amount_but_as_a_quotation(signed_in: Any) -> None:
    record = on_ward()
    verified(record)
    given(record)
    words = text_of(signed_in.get(BOARD))
    assert words.count("45 mg") == words.count(f"“{WORDS}”") == 1


def test_who_must_never_see_her_does_not_and_nobody_of_another_ward(client: Any, nurse: Any) -> None:
    record = on_ward(first_name="Maya")
    card = f"/ward/maple/{record.pk}/"
    elsewhere = staff(Role.WARD_MIDWIFE, site="GLEN", team=Team.objects.get(site__code="GLEN", kind="ward").code)
    client.force_login(elsewhere)
    assert client.get(BOARD).status_code == client.get(card).status_code == 404
    Conflict.objects.create(woman=record.woman, user=nurse)
    client.force_login(nurse)
    assert "Maya" not in text_of(client.get(BOARD))
    assert client.get(card).status_code == 404
    assert client.get(f"{card}bed/").status_code == client.post(f"{card}away/").status_code == 404


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.PRIVACY_OFFICER, Role.HEALTH_VISITOR])
def test_a_ward_is_for_those_who_work_with_it(client: Any, role: Role) -> None:
    client.force_login(staff(role))
    for address in ("/ward/", BOARD, WALL, TONIGHT):
        assert client.get(address).status_code == 403


def test_a_plan_about_separation_is_never_named_on_the_ward(signed_in: Any, client: Any) -> None:
    record = expected(midwife=(midwife := staff()))
    happened(record, ("separation_possible", ago(5)))
    for address in (BOARD, TONIGHT):
        words = text_of(signed_in.get(address))
        assert record.woman.list_name in words
        for word in ("separation", "Separation", "plan is not shared", "talked through"):
            assert word not in words, (address, word)
    client.force_login(midwife)
    assert "a plan is not shared yet" in text_of(client.get(TONIGHT))


def test_a_placement_is_never_on_the_board(signed_in: Any) -> None:
    record = on_ward(since=ago(4))
    happened(record, ("baby_born", ago(3), {"place": "hospital"}), ("separated", ago(1)))
    words = text_of(signed_in.get(BOARD)).lower()
    assert "separated" not in words
    assert "placed" not in words
    assert row(signed_in.get(BOARD), record).babies == ()


def test_the_board_asking_by_itself_keeps_nobody_signed_in(signed_in: Any) -> None:
    on_ward()
    signed_in.get(BOARD)
    sign_in = SignIn.objects.get()
    headers = {"HX-Request": "true", "X-Background": "yes"}
    for minutes in (5, 10, 14):
        with time_machine.travel(sign_in.active_at + timedelta(minutes=minutes), tick=False):
            assert signed_in.get(BOARD, headers=headers).status_code == 200
    before = sign_in.active_at
    sign_in.refresh_from_db()
    assert sign_in.active_at == before
    with time_machine.travel(before + timedelta(minutes=16), tick=False):
        answer = signed_in.get(BOARD, headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/accounts/lock/")
    assert b"Tara" not in answer.content


# -- what is written down ----------------------------------------------------------------------------------------


def test_a_board_is_one_look_for_ten_minutes_and_another_when_somebody_joins(signed_in: Any, nurse: Any) -> None:
    record = on_ward()

    def again(page: Any, minutes: int = 0) -> Any:
        proof = re.search(r'data-shown="([^"]+)"', page.content.decode())
        assert proof
        headers = {"HX-Request": "true", "X-Background": "yes", "X-Shown": proof[1]}
        return signed_in.get(BOARD, headers=headers)

    page = signed_in.get(BOARD)
    assert [(read.page, read.purpose, read.women) for read in Read.objects.all()] == [
        ("ward", "in a list", [record.woman_id])
    ]
    page = again(again(page))
    assert Read.objects.count() == 1
    other = on_ward(bed="4", first_name="Ewa")
    page = again(page)
    assert sorted(Read.objects.latest("pk").women) == sorted([record.woman_id, other.woman_id])
    assert Read.objects.count() == 2
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        again(page)
    assert Read.objects.count() == 3


def test_a_proof_of_somebody_else_is_none(signed_in: Any, client: Any) -> None:
    on_ward()
    proof = re.search(r'data-shown="([^"]+)"', signed_in.get(BOARD).content.decode())[1]  # type: ignore[index]
    client.force_login(ward_midwife())
    client.get(BOARD, headers={"HX-Request": "true", "X-Shown": proof})
    signed_in.get(WALL, headers={"HX-Request": "true", "X-Shown": proof})
    assert Read.objects.count() == 3
    assert set(Read.objects.values_list("page", flat=True)) == {"ward", "ward_wall"}


# -- the board ---------------------------------------------------------------------------------------------------


def test_beds_stand_in_bed_order_and_who_has_none_comes_last(signed_in: Any) -> None:
    late = on_ward(bed="11", first_name="Sade")
    due_dose(plan(late), ago(hours=5))
    on_ward(bed="2", first_name="Ife")
    homeless = journey(first_name="Ewa")
    happened(homeless, ("admitted", ago(hours=2), {"reason": "labour"}))
    women = signed_in.get(BOARD).context["board"].women
    assert [(each.bed, each.name.split()[0]) for each in women] == [("2", "Ife"), ("11", "Sade"), ("", "Ewa")]
    assert "no bed yet" in text_of(signed_in.get(BOARD))


def test_a_row_says_what_the_ward_has_to_know(signed_in: Any) -> None:
    record = on_ward(since=ago(4), bed="2", first_name="Ife", last_name="Obi")
    verified(record)
    prescribed = given(record, hours=3)
    due_dose(prescribed, clock.now() + timedelta(hours=21))
    happened(record, ("baby_born", ago(3), {"place": "hospital"}))
    look(observed(record, started_at=ago(2.9)), observed_at=ago(hours=1))
    woman = row(signed_in.get(BOARD), record)
    assert (woman.name, woman.point, woman.bed, woman.place) == ("Ife O.", "day 3", "2", "")
    assert (woman.medicine.kind, woman.medicine.words, woman.medicine.supervised) == ("plan", WORDS, "Every day")
    assert woman.last_by.startswith("S. Ito, ")
    assert woman.confirmed == (("prescriber", True), ("pharmacy", True))
    assert [baby.words for baby in woman.babies] == ["day 3 of 5, with the mother"]
    at = (ago(hours=1) + timedelta(hours=4)).astimezone(clock.LONDON)
    assert woman.babies[0].note in (f"next look {at:%H:%M}", f"next look {at - timedelta(minutes=1):%H:%M}")
    assert woman.feeding == "No feeding plan agreed yet"


@pytest.mark.parametrize(
    ("hours", "state", "word"),
    [(3, "", ""), (0.9, "due_soon", "Due soon, in"), (-0.1, "overdue", "Overdue, "), (-2.1, "missed", "Missed, 2 h")],
)
def test_the_next_dose_stands_by_the_clock(signed_in: Any, hours: float, state: str, word: str) -> None:
    record = on_ward()
    due_dose(plan(record), clock.now() + timedelta(hours=hours, seconds=30))
    due = row(signed_in.get(BOARD), record).due
    assert due.state == state
    assert due.words.startswith(word)


def test_what_was_given_is_not_due_any_more(signed_in: Any) -> None:
    record = on_ward()
    prescribed = plan(record)
    first, later = due_dose(prescribed, ago(hours=1)), due_dose(prescribed, ago(hours=-23), slot=1)
    dose(prescribed, first)
    assert row(signed_in.get(BOARD), record).due.at == later.due_at


def test_without_a_dose_written_ahead_the_plan_says_when(signed_in: Any) -> None:
    record = on_ward(since=ago(2))
    plan(record, first_on=clock.today(ago(1)))
    due = row(signed_in.get(BOARD), record).due
    assert due.big == "09:30"
    assert due.at > clock.now()
    assert not row(signed_in.get(BOARD), record).gap.policy_key


def test_a_dose_that_was_struck_through_is_not_the_last(signed_in: Any) -> None:
    record = on_ward(since=ago(3))
    given(record, hours=3)
    assert row(signed_in.get(BOARD), record).last != "not confirmed"
    known = {"struck_by": ward_midwife(), "struck_with": ward_midwife(), "struck_reason": "Another woman’s"}
    Dose.objects.update(struck_at=clock.now(), **known)
    assert row(signed_in.get(BOARD), record).last == "not confirmed"


def test_unconfirmed_says_so_and_by_when(signed_in: Any) -> None:
    record = on_ward(since=ago(hours=2))
    statement(record, "she_says", words="Thursday morning at the pharmacy", amount="", unit="")
    woman = row(signed_in.get(BOARD), record)
    assert woman.medicine.words == "Not yet confirmed"
    assert "She says: Thursday morning at the pharmacy." in woman.medicine.note
    assert "Keep her informed." in woman.medicine.note
    assert woman.confirmed == (("nobody yet", False),)


def test_what_comes_next_is_in_time_order(signed_in: Any) -> None:
    for bed, hours in (("5", 5), ("11", -1), ("3", 0.5)):
        due_dose(plan(on_ward(bed=bed, first_name=f"Bed{bed}")), clock.now() + timedelta(hours=hours))
    soon = signed_in.get(BOARD).context["board"].soon
    assert [(each.bed, each.state) for each in soon] == [("bed 11", "overdue"), ("bed 3", "due_soon"), ("bed 5", "")]


def test_at_twenty_to_midnight_days_are_the_calendars(signed_in: Any) -> None:
    record = on_ward(since=ago(3))
    at = clock.now().astimezone(clock.LONDON).replace(hour=23, minute=40, second=0, microsecond=0) - timedelta(days=1)
    Stay.objects.update(since=at - timedelta(days=1))
    prescribed = plan(record, signed_at=at)
    due_dose(prescribed, at + timedelta(hours=2))
    happened(record, ("dose_confirmed", at - timedelta(minutes=30), {"confirmed_by": "ward"}))
    (woman,) = summaries_of([record], ward_midwife(), at)
    assert (woman.due.big, woman.last) == ("01:40", "today 23:10")
    assert woman.due.small.startswith("tomorrow, ")
    (woman,) = summaries_of([record], ward_midwife(), at + timedelta(minutes=30))
    assert (woman.due.small, woman.last) == ("today", "yesterday 23:10")


def test_twins_have_a_line_each(signed_in: Any) -> None:
    record = on_ward(since=ago(3))
    happened(
        record,
        ("baby_born", ago(2), {"place": "hospital"}, 1),
        ("baby_born", ago(2), {"place": "hospital"}, 2),
    )
    observed(record, 1, started_at=ago(1.9))
    first, second = row(signed_in.get(BOARD), record).babies
    assert (first.words, first.state) == ("Baby 1: day 2 of 5, with the mother", "overdue")
    assert (second.words, second.state) == ("Baby 2: observation not started, with her", "overdue")


def test_each_part_says_its_own_line(signed_in: Any, nurse: User) -> None:
    """Medicine that she brought, the feeding plan that waits, a closed day on her way home: as their pages say it."""
    record = on_ward()
    own = receiving.identify(record, "Methadone, Bell pharmacy", at=ago(hours=1), by=nurse)
    assert row(signed_in.get(BOARD), record).own_medicine == "Own medicine: explain, and ask her"
    stored(own, nurse, ward_midwife(name="K. Moe"))
    feeding.write_plan(record, "Together", by=nurse)
    happened(
        record, ("mother_discharge_planned", ago(0.1), {"planned_for": (clock.now() + timedelta(days=1)).isoformat()})
    )
    woman = row(signed_in.get(BOARD), record)
    assert woman.own_medicine == "Own medicine: stored, receipt owed"
    assert woman.feeding == feeding_lines([record])[record.pk].words == "Feeding plan waits for a signature"
    assert woman.home == leaving_lines([record], woman_at(signed_in))[record.pk]
    assert woman.home.missing > 5
    sheet = signed_in.get(reverse("handover", args=["maple"])).content.decode()
    assert "Own medicine: stored, receipt owed" in sheet
    assert woman.home.owed in sheet


def woman_at(client: Any) -> Any:
    return client.get(BOARD).context["board"].at


def test_her_way_home_is_told_as_its_page_tells_it(signed_in: Any) -> None:
    """Entries of this admission, the ward's dose and the days without one; nothing of an earlier admission."""
    record = on_ward()
    prescribed = plan(record)
    (event,) = happened(record, ("dose_given", ago(hours=2), {"admission": "1", "medication": METHADONE}))
    dose(prescribed, given_at=event.occurred_at, event=event, given_by=ward_midwife(name="S. Ito"))
    soon = clock.now() + timedelta(hours=30)
    happened(record, ("mother_discharge_planned", ago(0.1), {"planned_for": soon.isoformat()}))
    leaving_entry(record, "naloxone", "supplied", expires_on=clock.today() + timedelta(days=300))
    leaving_entry(record, "next_dose", "agreed", day=clock.today() + timedelta(days=6), source="quay-pharmacy")
    board = signed_in.get(BOARD)
    assert row(board, record).home == leaving_lines([record], board.context["board"].at)[record.pk]
    assert row(board, record).home.uncovered


def test_after_a_babys_death_nothing_is_counted(signed_in: Any) -> None:
    record = on_ward(since=ago(3))
    happened(record, ("baby_born", ago(2), {"place": "hospital"}, 1), ("baby_died", ago(1), {}, 1))
    assert row(signed_in.get(BOARD), record).babies == ()


def test_away_from_her_bed_her_doses_go_on(signed_in: Any) -> None:
    record = on_ward(bed="7")
    due_dose(plan(record), ago(hours=1))
    Stay.objects.update(location="theatre", back_at=clock.now() + timedelta(minutes=40))
    woman = row(signed_in.get(BOARD), record)
    assert woman.place.startswith("in theatre, back ")
    assert woman.due.state == "overdue"


def test_who_went_home_is_not_on_the_board(signed_in: Any) -> None:
    record = on_ward()
    happened(record, ("mother_discharged", ago(hours=1)))
    assert signed_in.get(BOARD).context["board"].women == []


def test_one_ward_is_opened_at_once_and_doctors_see_their_sites(client: Any, nurse: Any) -> None:
    client.force_login(nurse)
    assert client.get("/ward/").url == BOARD
    client.force_login(staff(Role.OBSTETRIC_DOCTOR, team="hospital"))
    assert client.get("/ward/", follow=True).status_code == 200


def test_night_is_remembered_by_the_machine(signed_in: Any) -> None:
    assert 'data-theme="night"' not in signed_in.get(BOARD).content.decode()
    assert signed_in.post("/ward/look/", {"look": "night", "next": BOARD}).url == BOARD
    assert 'data-theme="night"' in signed_in.get(BOARD).content.decode()
    signed_in.post("/ward/look/", {"look": "day", "next": "https://elsewhere.example/"})
    assert 'data-theme="night"' not in signed_in.get(BOARD).content.decode()
    assert signed_in.post("/ward/look/", {"look": "day", "next": "https://elsewhere.example/"}).url == "/ward/"


# -- her card ----------------------------------------------------------------------------------------------------


def test_every_woman_of_the_ward_is_two_clicks_away(signed_in: Any) -> None:
    records = [on_ward(bed=str(bed), first_name=f"Woman{bed}") for bed in range(1, 4)]
    page = signed_in.get("/ward/", follow=True).content.decode()
    for record in records:
        address = reverse("ward_woman", args=["maple", record.pk])
        assert f'href="{address}"' in page
        assert signed_in.get(address).status_code == 200


def test_the_card_says_allergies_and_naloxone_and_needs_no_plan(signed_in: Any) -> None:
    record = on_ward(since=ago(1))
    record.woman.allergies = "latex"
    record.woman.save()
    words = text_of(signed_in.get(f"/ward/maple/{record.pk}/"))
    for word in ("latex", "Naloxone", "not recorded", "Not yet confirmed", "Bed 3"):
        assert word in words


def test_a_sealed_woman_on_the_ward_has_her_card(signed_in: Any) -> None:
    from carecoord.access.models import Seal

    record = on_ward()
    Seal.objects.create(woman=record.woman, level=2, reason="staff", made_by=staff())
    assert signed_in.get(f"/ward/maple/{record.pk}/").status_code == 200


def test_a_bed_is_given_on_her_card_and_a_taken_one_keeps_what_was_typed(signed_in: Any) -> None:
    on_ward(bed="3", first_name="Maya")
    record = journey(first_name="Ewa")
    happened(record, ("admitted", ago(hours=2), {"reason": "labour"}))
    ward = str(Team.objects.get(site__code="ASHF", code="maple").pk)
    address = f"/ward/maple/{record.pk}/bed/"
    answer = signed_in.post(address, {"ward": ward, "bed": "3"})
    assert "Bed 3 is taken. Choose another, or move who is there." in text_of(answer)
    assert "Maya" not in text_of(answer)
    assert 'value="3"' in answer.content.decode()
    assert signed_in.post(address, {"ward": ward, "bed": "5"}).url == f"/ward/maple/{record.pk}/"
    away = f"/ward/maple/{record.pk}/away/"
    assert "Write the time as 11:00" in text_of(signed_in.post(away, {"location": "away", "back_at": "noon"}))
    assert signed_in.post(away, {"location": "neonatal_unit", "back_at": "9.5"}).status_code == 200
    assert signed_in.post(away, {"location": "neonatal_unit", "back_at": ""}).status_code == 302
    assert row(signed_in.get(BOARD), record).place == "with her baby, neonatal unit"


def test_who_may_visit_stands_on_her_card_until_she_goes_home(signed_in: Any) -> None:
    record = on_ward(since=ago(3))
    card = f"/ward/maple/{record.pk}/"
    assert "not asked yet" in text_of(signed_in.get(card))
    signed_in.post(f"{card}visitors/", {"words": "Her sister, nobody else"})
    assert "“Her sister, nobody else”" in text_of(signed_in.get(card))
    assert "sister" not in text_of(signed_in.get(BOARD)) + text_of(signed_in.get(WALL))
    signed_in.post(f"{card}visitors/", {"words": ""})
    assert "sister" not in text_of(signed_in.get(card))
    signed_in.post(f"{card}visitors/", {"words": "Her sister"})
    happened(record, ("mother_discharged", ago(hours=2)), ("admitted", ago(hours=1), {"reason": "postnatal"}))
    assert "sister" not in text_of(signed_in.get(card))


# -- who is expected ---------------------------------------------------------------------------------------------


def test_expected_women_stand_least_ready_first(signed_in: Any) -> None:
    ready = expected(5, first_name="Farah")
    happened(
        ready,
        ("handoff_completed", ago(2), {"moment": "FEEDING_PLAN", "step": "signed_x2"}),
        ("handoff_completed", ago(2), {"moment": "BIRTH_MED_PLAN", "step": "final_and_acknowledged"}),
    )
    expected(20, first_name="Nina")
    expected(40, first_name="Later")
    board = signed_in.get(BOARD).context["board"]
    assert [each.name.split()[0] for each in board.expected] == ["Nina", "Farah"]
    words = text_of(signed_in.get(TONIGHT))
    assert "plan not shared with the ward" in words
    assert "plan read by the ward" in words


def test_from_22_weeks_for_her_midwife(client: Any) -> None:
    midwife = staff()
    expected(18 * 7, first_name="Early", midwife=midwife)
    expected(18 * 7 + 1, first_name="Tooearly", midwife=midwife)
    client.force_login(midwife)
    assert [each.name.split()[0] for each in client.get(TONIGHT).context["women"]] == ["Early"]


# -- what it costs -----------------------------------------------------------------------------------------------


def queries_of(client: Any, address: str) -> list[str]:
    client.get(address)  # that somebody is there is written down every ten seconds, whatever the page
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries if not query["sql"].startswith(BOOKKEEPING)]


def full_ward(women: int) -> None:
    for number in range(women):
        record = on_ward(bed=str(number + 1), first_name=f"Woman{number}", since=ago(3))
        verified(record)
        due_dose(given(record), clock.now() + timedelta(hours=number % 24))
        owed(record, "MOTHER_STAYS", due=ago(0.1), subject="baby", subject_number=1)
        happened(record, ("baby_born", ago(2), {"place": "hospital"}, 1))
        observed(record, started_at=ago(1.9))
        happened(
            record, ("mother_discharge_planned", ago(1), {"planned_for": (clock.now() + timedelta(1)).isoformat()})
        )
        leaving_entry(record, "naloxone", "supplied", expires_on=clock.today() + timedelta(days=300))
        expected(number % 27, first_name=f"Expected{number}")


def test_forty_women_take_at_most_twelve_queries(signed_in: Any) -> None:
    full_ward(40)
    queries = queries_of(signed_in, BOARD)
    print(len(queries), "queries")
    assert len(signed_in.get(BOARD).context["board"].women) == 40
    assert len(queries) <= 12
    assert len(queries_of(signed_in, WALL)) <= 12
    assert len(queries_of(signed_in, TONIGHT)) <= 13  # and how many more are not open to her


def test_the_sql_is_bounded_in_a_board_of_one_too(
    signed_in: Any, nurse: Any, django_assert_max_num_queries: Any
) -> None:
    on_ward()
    ward = Team.objects.select_related("site").get(site__code="ASHF", code="maple")
    nurse.current_memberships  # noqa: B018 - read by the request already
    with django_assert_max_num_queries(6):
        board_of(ward, nurse, clock.now())
