"""Recording a dose through its pages: what was typed stays, nothing is stored before both have signed, and once."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from medications.models import Dose, DueDose, Plan, Signing
from medications.planning import sign_plan
from pathways.models import Journey
from tests.factories import ago, staff
from tests.medicine import WORDS, due_dose, on_ward, prescribed, ward_midwife
from tests.medicine import plan as written_plan
from tests.signin import PASSWORD

pytestmark = pytest.mark.django_db


def with_password(**fields: Any) -> User:
    return ward_midwife(password=make_password(PASSWORD), **fields)


@pytest.fixture
def giver() -> User:
    return with_password(name="L. Grant")


@pytest.fixture
def second() -> User:
    return with_password(name="K. Moe")


@pytest.fixture
def doctor() -> User:
    return staff(Role.OBSTETRIC_DOCTOR, team="hospital", name="P. Anand", password=make_password(PASSWORD))


@pytest.fixture
def record() -> Journey:
    return on_ward()


@pytest.fixture
def plan(record: Journey, doctor: User) -> Plan:
    return sign_plan(record, prescribed(), by=doctor)


@pytest.fixture
def due(plan: Plan) -> DueDose:
    found = plan.due_doses.order_by("due_at").first()
    assert found
    return found


def text(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def sent(plan: Plan | None, **fields: Any) -> dict[str, Any]:
    at = clock.now().astimezone(clock.LONDON)
    day = {"given_day_0": str(at.day), "given_day_1": str(at.month), "given_day_2": str(at.year)}
    known = {"outcome": "given", "given_time": f"{at:%H:%M}", "place": "side_room", "register_page": "B 214"}
    kept = {"seen": str(plan.pk if plan else 0), "submission": str(uuid4()), "password": PASSWORD}
    return {**known, **day, **kept, "reason": "", **fields}


def page_of(record: Journey, due: DueDose) -> str:
    return reverse("medicine_dose", args=[record.pk, due.pk])


def signed_first(client: Any, record: Journey, due: DueDose, giver: User, **fields: Any) -> Signing:
    client.force_login(giver)
    answer = client.post(page_of(record, due), sent(due.plan, **fields))
    assert answer.status_code == 302, text(answer)
    return Signing.objects.latest("pk")


def sign_page(record: Journey, signing: Signing) -> str:
    return reverse("medicine_sign", args=[record.pk, signing.pk])


def as_second(second: User | None = None, **fields: Any) -> dict[str, Any]:
    chosen = {"second": str(second.pk)} if second else {}
    return {"submission": str(uuid4()), "password": PASSWORD, **chosen, **fields}


# -- what must never happen ------------------------------------------------------------------------


def test_nothing_is_stored_before_both_have_signed(client: Any, record: Journey, due: DueDose, giver: User) -> None:
    signing = signed_first(client, record, due, giver)
    assert not Dose.objects.exists()
    assert client.get(sign_page(record, signing)).status_code == 200
    assert not Dose.objects.exists()


@pytest.mark.parametrize("password", ["", "not this one"])
def test_the_first_signature_asks_who_it_is(
    client: Any, record: Journey, due: DueDose, giver: User, password: str
) -> None:
    client.force_login(giver)
    answer = client.post(page_of(record, due), sent(due.plan, password=password))
    assert answer.status_code == 200
    assert 'value="B 214"' in answer.content.decode()  # what was typed stays
    assert not Signing.objects.exists()


@pytest.mark.parametrize("own", [True, False])
def test_the_second_signature_asks_who_it_is(
    client: Any, record: Journey, due: DueDose, giver: User, second: User, own: bool
) -> None:
    signing = signed_first(client, record, due, giver)
    if own:
        client.force_login(second)
    answer = client.post(sign_page(record, signing), as_second(None if own else second, password="another’s"))
    assert answer.status_code == 200
    assert "This is not your password" in text(answer)
    assert not Dose.objects.exists()


def test_the_giver_cannot_choose_themselves(client: Any, record: Journey, due: DueDose, giver: User) -> None:
    signing = signed_first(client, record, due, giver)
    with_password(name="O. Other")
    answer = client.post(sign_page(record, signing), as_second(giver))
    assert answer.status_code == 200
    assert not Dose.objects.exists()


def test_another_womans_dose_is_not_there(client: Any, record: Journey, due: DueDose, giver: User) -> None:
    other = on_ward(bed="4")
    client.force_login(giver)
    for method in (client.get, client.post):
        assert method(reverse("medicine_dose", args=[other.pk, due.pk])).status_code == 404
    signing = signed_first(client, record, due, giver)
    assert client.get(reverse("medicine_sign", args=[other.pk, signing.pk])).status_code == 404
    assert client.post(reverse("medicine_sign", args=[other.pk, signing.pk]), as_second()).status_code == 404


def test_a_page_opened_on_the_plan_before_is_refused_and_what_was_typed_stays(
    client: Any, record: Journey, plan: Plan, due: DueDose, giver: User, doctor: User
) -> None:
    changed = sign_plan(record, prescribed(seen=plan.pk, reason="split", words="the new words"), by=doctor)
    due = changed.due_doses.order_by("due_at").first()  # type: ignore[assignment]
    client.force_login(giver)
    answer = client.post(page_of(record, due), sent(plan))
    assert answer.status_code == 409
    assert "by P. Anand. Look at the new one first." in text(answer)
    assert "“the new words”" in text(answer)
    assert 'value="B 214"' in answer.content.decode()
    assert f'name="seen" value="{changed.pk}"' in answer.content.decode()


def test_who_was_faster_stands_beside_what_was_not_stored(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    slow, signing = (signed_first(client, record, due, each) for each in (with_password(name="S. Ito"), giver))
    client.force_login(second)
    assert client.post(sign_page(record, signing), as_second()).status_code == 302
    answer = client.post(sign_page(record, slow), as_second())
    said = text(answer)
    assert answer.status_code == 409
    assert "This dose has already been given" in said
    assert "Do not give it again." in said
    assert "By L. Grant Watched by K. Moe Where Side room Stored" in said
    assert "Yours, not stored" in said
    assert "By S. Ito" in said
    assert "Next due" in said
    assert Dose.objects.count() == 1


def test_whoever_opens_it_afterwards_reads_what_is_recorded(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    signing = signed_first(client, record, due, giver)
    client.post(sign_page(record, signing), as_second(second))
    answer = client.get(page_of(record, due))
    assert answer.status_code == 200
    assert "This dose has already been given" in text(answer)
    late = client.post(page_of(record, due), sent(due.plan))
    assert late.status_code == 409
    assert "Nothing of yours was stored." in text(late)
    assert Dose.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"given_time": "23:59", "given_day_0": "1", "given_day_1": "1", "given_day_2": "2099"}, "lies in the future"),
        ({"given_day_2": "2020"}, "before she came in"),
        ({"outcome": ""}, "Choose what happened."),
        ({"outcome": "refused"}, "Say in a few words why"),
        ({"place": ""}, "Choose where she took it"),
        ({"given_time": ""}, "Enter when it happened"),
        ({"given_time": "half nine"}, "24-hour clock"),
        ({"submission": "x"}, "not whole"),
    ],
)
def test_what_cannot_be_says_why_and_keeps_the_rest(
    client: Any, record: Journey, due: DueDose, giver: User, fields: dict[str, str], says: str
) -> None:
    client.force_login(giver)
    answer = client.post(page_of(record, due), sent(due.plan, **fields))
    assert answer.status_code == 200
    assert says in text(answer)
    assert 'value="B 214"' in answer.content.decode()
    assert not Signing.objects.exists()


def test_no_field_takes_an_amount(client: Any, record: Journey, due: DueDose, giver: User) -> None:
    client.force_login(giver)
    page = client.get(page_of(record, due))
    names = set(re.findall(r'name="([^"]+)"', page.content.decode()))
    assert not {name for name in names if "amount" in name or "unit" in name or "dose" in name}
    assert f"“{WORDS}”" in text(page)
    assert "CareCoord shows what was prescribed. It never works out an amount." in text(page)
    assert not re.search(r'type="radio"[^>]*checked', page.content.decode())  # no outcome beforehand


def test_after_five_minutes_the_first_signature_is_asked_again_with_what_was_entered(
    client: Any, record: Journey, due: DueDose, giver: User, second: User, time_machine: Any
) -> None:
    signing = signed_first(client, record, due, giver, register_page="B 99")
    time_machine.move_to(signing.first_at + timedelta(minutes=5, seconds=1))
    answer = client.post(sign_page(record, signing), as_second(second))
    assert answer.status_code == 409
    assert "Five minutes have passed since the first signature." in text(answer)
    (again,) = re.findall(r'href="([^"]+again=\d+)"', answer.content.decode())
    form = client.get(again).content.decode()
    assert 'value="B 99"' in form
    assert re.search(r'value="given"[^>]*checked', form)
    assert not Dose.objects.exists()


# -- what happens ----------------------------------------------------------------------------------


def test_the_second_signs_in_the_browser_of_the_first_whose_session_stays(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    signing = signed_first(client, record, due, giver)
    before = client.session["_auth_user_id"]
    assert client.post(sign_page(record, signing), as_second(second)).status_code == 302
    made = Dose.objects.get()
    assert (made.given_by, made.witness, made.words) == (giver, second, WORDS)
    assert client.session["_auth_user_id"] == before == str(giver.pk)
    assert Read.objects.filter(actor_id=second.pk, women=[record.woman_id]).exists()
    assert client.get(reverse("journey", args=[record.pk])).status_code == 200


def test_the_second_signs_at_their_own_machine(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    signing = signed_first(client, record, due, giver)
    client.force_login(second)
    page = client.get(sign_page(record, signing))
    assert "Gave it: L. Grant" in text(page)
    assert "You sign as K. Moe" in text(page)
    assert client.post(sign_page(record, signing), as_second()).status_code == 302
    assert Dose.objects.get().witness == second


def test_sent_twice_it_counts_once(client: Any, record: Journey, due: DueDose, giver: User, second: User) -> None:
    client.force_login(giver)
    form = sent(due.plan)
    one, again = (client.post(page_of(record, due), form) for _ in range(2))
    assert one["Location"] == again["Location"]
    signing = Signing.objects.get()
    for _ in range(2):
        assert client.post(sign_page(record, signing), as_second(second)).status_code == 302
    assert Dose.objects.count() == 1


def test_what_she_did_not_take_is_stored_with_one_signature(
    client: Any, record: Journey, due: DueDose, giver: User
) -> None:
    client.force_login(giver)
    answer = client.post(page_of(record, due), sent(due.plan, outcome="refused", place="", reason="not now"))
    assert answer.status_code == 302
    assert Dose.objects.get().outcome == "refused"


def test_a_wrong_record_is_struck_through_with_a_second_person(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    signing = signed_first(client, record, due, giver)
    client.post(sign_page(record, signing), as_second(second))
    made = Dose.objects.get()
    page = reverse("medicine_dose_wrong", args=[record.pk, made.pk])
    refused = client.post(page, as_second(second, reason="wrong bed", password="no"))
    assert "This is not your password" in text(refused)
    assert "wrong bed" in refused.content.decode()
    assert client.post(page, as_second(second, reason="wrong bed")).status_code == 302
    made.refresh_from_db()
    assert (made.struck_with, made.stands) == (second, False)
    assert client.get(page_of(record, due)).status_code == 200


def test_i_did_give_a_dose_too_shows_the_wards_own_policy(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    signing = signed_first(client, record, due, giver)
    client.post(sign_page(record, signing), as_second(second))
    page = reverse("medicine_dose_too", args=[record.pk, Dose.objects.get().pk])
    said = text(client.get(page))
    policy = record.site.definition.policy("double_dose")
    assert policy is not None
    assert policy.text in said
    assert f"Local policy of {policy.owner}, version {policy.version}" in said
    at = clock.now().astimezone(clock.LONDON)
    form = {
        f"happened_at_{place}": part
        for place, part in enumerate([str(at.day), str(at.month), str(at.year), f"{at:%H:%M}"])
    }
    answer = client.post(page, {**form, "words": "at her bed", "submission": str(uuid4())}, follow=True)
    assert "A second dose was given" in text(client.get(reverse("journey", args=[record.pk])))
    assert answer.status_code == 200


def test_a_dose_by_the_plan_before_is_still_recorded_after_a_look_at_the_new_one(
    client: Any, record: Journey, giver: User, second: User, doctor: User
) -> None:
    old = written_plan(record)
    missed = due_dose(old, ago(hours=1))
    changed = sign_plan(record, prescribed(seen=old.pk, reason="other times"), by=doctor)
    client.force_login(giver)
    assert "This dose was due by the one before." in text(client.get(page_of(record, missed)))
    answer = client.post(page_of(record, missed), sent(changed))
    assert answer.status_code == 302, text(answer)


def test_the_plan_form_fills_in_nothing_and_keeps_the_prescribers_words(
    client: Any, record: Journey, doctor: User
) -> None:
    from tests.medicine import statement

    statement(record)
    client.force_login(doctor)
    page = reverse("medicine_plan", args=[record.pk])
    form = client.get(page)
    assert f"“{WORDS}”" in text(form)  # beside the form
    typed = re.findall(r'<input[^>]*type="text"[^>]*>', form.content.decode())
    assert not [each for each in typed if re.search(r'value="[^"]', each)]
    today = clock.today()
    entered = {
        "product": "methadone_oral_1mg_ml",
        "words": "my own words",
        "amount": "45",
        "unit": "mg",
        "frequency": "bd",
        "times": "09:00 and 21:00",
        "first_on_0": str(today.day),
        "first_on_1": str(today.month),
        "first_on_2": str(today.year),
        "gap_hours": "10",
        "supervised": "daily",
        "two_sign": "yes",
        "seen": "0",
        "submission": str(uuid4()),
    }
    for fields, says in (
        ({"unit": ""}, "is written in mg here"),
        ({"amount": "0"}, "Write the amount in digits"),
        ({"amount": "45 mg"}, "Write the amount in digits"),
        ({"times": "09:00"}, "Write two times"),
        ({"times": "9am and 9pm"}, "24-hour clock"),
        ({"gap_hours": "20"}, "closer together than this"),
    ):
        refused = client.post(page, {**entered, **fields})
        assert says in text(refused)
        assert "my own words" in refused.content.decode()
    assert client.post(page, entered).status_code == 302
    made = Plan.objects.get()
    assert (made.words, made.amount, made.unit, made.least_gap) == ("my own words", "45", "mg", timedelta(hours=10))
    assert len(made.based_on) == 1


def test_who_records_an_unscheduled_dose_is_led_to_the_one_that_is_due(
    client: Any, record: Journey, due: DueDose, giver: User
) -> None:
    client.force_login(giver)
    page = client.get(reverse("medicine_unscheduled", args=[record.pk]))
    assert "and is not recorded. If it is that one" in text(page)
    assert page_of(record, due) in page.content.decode()


def test_the_list_of_her_doses_keeps_what_was_struck_through(
    client: Any, record: Journey, due: DueDose, giver: User, second: User
) -> None:
    from medications.correcting import strike_dose
    from medications.pages.doses import doses_panel

    signing = signed_first(client, record, due, giver)
    client.post(sign_page(record, signing), as_second(second))
    strike_dose(Dose.objects.get(), "wrong bed", second=second, by=giver)
    record.refresh_from_db()
    panel = doses_panel(record, giver, clock.now())
    assert panel is not None
    assert any(
        "Struck through by L. Grant and K. Moe" in row.struck and "wrong bed" in row.struck for row in panel["rows"]
    )
    assert any(row.url for row in panel["rows"])  # the dose is due again


def test_every_page_about_her_leaves_one_entry(
    client: Any, record: Journey, plan: Plan, due: DueDose, giver: User, second: User, doctor: User
) -> None:
    signing = signed_first(client, record, due, giver)
    client.post(sign_page(record, signing), as_second(second))
    other = plan.due_doses.exclude(pk=due.pk).order_by("due_at").first()
    waits = signed_first(client, record, other, giver, outcome="given") if other else signing
    made = Dose.objects.get()
    for who, name, arguments in (
        (doctor, "medicine_plan", []),
        (doctor, "medicine_plan_end", [plan.pk]),
        (doctor, "medicine_decide", []),
        (giver, "medicine_unscheduled", []),
        (giver, "medicine_dose", [due.pk]),
        (giver, "medicine_sign", [waits.pk]),
        (giver, "medicine_dose_wrong", [made.pk]),
        (giver, "medicine_dose_too", [made.pk]),
    ):
        client.force_login(who)
        before = Read.objects.count()
        answer = client.get(reverse(name, args=[record.pk, *arguments]))
        assert answer.status_code == 200, name
        assert "Reid" in text(answer), name
        assert Read.objects.count() == before + 1, name
        entry = Read.objects.latest("id")
        assert (entry.actor_id, entry.page, entry.women) == (who.pk, name, [record.woman_id])
