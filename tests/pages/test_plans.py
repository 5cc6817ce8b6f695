"""The pages of her plans: written, signed in two ways, sent, acknowledged, talked through with her, on paper."""

from __future__ import annotations

import html
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.models import CarePlan, Journey, PlanCopy, PlanSent
from pathways.plans import copies, sending, writing
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.copies import Given
from pathways.plans.kinds import KINDS
from tests.choosing import chosen
from tests.factories import ago, happened, journey, staff
from tests.pages.test_record import messages_of, sent
from tests.plans import TEXTS, agreed, doctor_for, sent_to_ward, settled_elsewhere
from tests.routes import OF_PLANS, named_views

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def midwife(client: Any) -> User:
    made = staff(name="A. Reid")
    client.force_login(made)
    return made


@pytest.fixture
def record(midwife: User) -> Journey:
    made = journey(midwife=midwife, edd=ago(-60).date(), first_name="Xanthippe", last_name="Quillfeather")
    happened(made, ("booking_completed", ago(90)))
    return made


@pytest.fixture
def doctor(record: Journey) -> User:
    return doctor_for(record)


@pytest.fixture
def nurse() -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")


def page(record: Journey, name: str = "plan", *more: Any) -> str:
    which = [] if name == "plans" else ["birth_and_ward"]
    return reverse(name, args=[record.pk, *which, *more])


def words_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def opened(client: Any, address: str) -> dict[str, str]:
    """What the form at that address carries hidden."""
    form = client.get(address).context["form"]
    return {"submission": form["submission"].value(), "stood": form["stood"].value()}


def test_her_plans_stand_on_her_journey_with_the_feeding_plan_beside_them(client: Any, record: Journey) -> None:
    here = words_of(client.get(reverse("journey", args=[record.pk])))
    assert "Birth and ward plan:</b> Not written yet" in here
    assert page(record, "plans") in here
    listed = words_of(client.get(page(record, "plans")))
    assert "Birth and ward plan" in listed
    assert "No feeding plan agreed yet" in listed


def test_after_a_loss_her_page_asks_for_no_plan_of_a_birth(
    client: Any, record: Journey, midwife: User, doctor: User
) -> None:
    agreed(record, midwife, doctor)
    happened(record, ("pregnancy_loss", ago(hours=1), {"kind": "stillbirth"}))
    assert "Birth and ward plan:</b>" not in words_of(client.get(reverse("journey", args=[record.pk])))
    other = journey(midwife=midwife, edd=ago(-60).date())
    happened(other, ("booking_completed", ago(90)), ("pregnancy_loss", ago(hours=1), {"kind": "stillbirth"}))
    assert "Not written yet" not in words_of(client.get(page(other, "plans")))


def test_a_version_is_written_signed_by_both_and_counts(client: Any, record: Journey, doctor: User) -> None:
    hidden = opened(client, page(record, "plan_write"))
    answer = client.post(page(record, "plan_write"), {**TEXTS, **hidden}, follow=True)
    assert messages_of(answer).startswith("Version 1 is written.")
    sign = page(record, "plan_sign", 1)
    assert "What matters to her, in her words" in words_of(client.get(sign))
    answer = client.post(sign, {"submission": uuid4()}, follow=True)
    assert messages_of(answer) == "Signed. The other side is still to sign."
    client.force_login(doctor)
    assert sign in words_of(client.get(page(record)))
    assert messages_of(client.post(sign, {"submission": uuid4()}, follow=True)).startswith("Both have signed")
    assert CarePlan.objects.get().counts


def test_the_other_side_signs_beside_the_first_with_what_is_theirs(
    client: Any, record: Journey, midwife: User, doctor: User
) -> None:
    doctor.set_password(PASSWORD)
    doctor.save()
    writing.write(record, BIRTH_AND_WARD, TEXTS, by=midwife)
    beside = f"{page(record, 'plan_sign', 1)}?beside=1"
    form = {"submission": uuid4(), "second": doctor.pk}
    assert "Enter your password" in words_of(client.post(beside, form))
    answer = client.post(beside, {**form, "password": PASSWORD}, follow=True)
    assert messages_of(answer) == "Signed. The other side is still to sign."
    assert CarePlan.objects.get().signatures.get().signed_by == doctor


def test_the_last_version_stands_in_the_form_and_goes_on_counting(
    client: Any, record: Journey, midwife: User, doctor: User
) -> None:
    agreed(record, midwife, doctor)
    shown = client.get(page(record, "plan_write"))
    assert shown.context["form"]["birth"].value() == TEXTS["birth"]
    assert "Version 1 goes on counting" in words_of(shown)
    hidden = opened(client, page(record, "plan_write"))
    client.post(page(record, "plan_write"), {**TEXTS, **hidden, "birth": "In water."})
    here = words_of(client.get(page(record)))
    assert "In water." in here
    assert TEXTS["birth"] in here


def test_two_who_write_at_once_see_both_texts_and_choose(client: Any, record: Journey, midwife: User) -> None:
    write = page(record, "plan_write")
    mine = opened(client, write)
    writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, by=midwife)
    answer = client.post(write, {**TEXTS, **mine, "birth": "At home."})
    assert answer.status_code == 409
    assert "In water." in words_of(answer)
    again = client.post(write, chosen(answer, **{**TEXTS, "birth": "At home."}))
    assert again.status_code == 302
    assert CarePlan.objects.latest("version").sections["birth"] == "At home."


def test_it_is_sent_to_a_team_that_reads_it_in_its_list_and_says_that_it_has_it(
    client: Any, record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    agreed(record, midwife, doctor)
    address = page(record, "plan_send", "ward")
    team = nurse.current_memberships[0].team_id
    answer = client.post(address, {"submission": uuid4(), "to": team}, follow=True)
    assert messages_of(answer) == "Sent to Maple ward. They see it from now on."
    client.force_login(nurse)
    assert "Plans sent to you (1)" in words_of(client.get(reverse("handoffs")))
    assert page(record) in words_of(client.get(reverse("sent_plans")))
    have_it = page(record, "plan_have_it", PlanSent.objects.get().pk)
    assert have_it in words_of(client.get(page(record)))
    client.post(have_it, {"submission": uuid4()})
    assert "No plan waits for your team" in words_of(client.get(reverse("sent_plans")))
    client.force_login(midwife)
    assert "S. Ito, Maple ward" in words_of(client.get(page(record)))


@pytest.mark.parametrize(
    ("filled", "problem"),
    [
        ({}, "Choose an answer: to whom."),
        ({"to": "outside"}, "Write who it is sent to"),
        ({"to": "not_needed"}, "Write why nobody there needs it"),
    ],
)
def test_sending_says_what_is_missing(
    client: Any, record: Journey, midwife: User, doctor: User, filled: dict[str, str], problem: str
) -> None:
    agreed(record, midwife, doctor)
    answer = client.post(page(record, "plan_send", "ward"), {"submission": uuid4(), **filled})
    assert problem in words_of(answer)
    assert not PlanSent.objects.exists()


def test_somebody_outside_said_so_on_the_phone(client: Any, record: Journey, midwife: User, doctor: User) -> None:
    agreed(record, midwife, doctor)
    client.post(page(record, "plan_send", "pharmacy"), {"submission": uuid4(), "to": "outside", "outside": "J. Moss"})
    row = PlanSent.objects.get()
    have_it = page(record, "plan_have_it", row.pk)
    assert "Write who said so" in words_of(client.post(have_it, {"submission": uuid4()}))
    boxes = {name.replace("occurred_at", "at"): value for name, value in sent(clock.now()).items()}
    answer = client.post(have_it, {**boxes, "who": "J. Moss, pharmacist"}, follow=True)
    assert "J. Moss, pharmacist, by phone" in words_of(answer)


def test_what_changed_since_they_had_it_is_said(
    client: Any, record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    sending.acknowledge(sent_to_ward(agreed(record, midwife, doctor), midwife), by=nurse)
    agreed(record, midwife, doctor, birth="In water.")
    here = words_of(client.get(page(record)))
    assert "Changed since they had version 1:</b> Labour and birth" in here


def test_taken_back_and_sent_again(client: Any, record: Journey, midwife: User, doctor: User, nurse: User) -> None:
    row = sent_to_ward(agreed(record, midwife, doctor), midwife)
    client.post(page(record, "plan_take_back", row.pk), {"submission": uuid4()})
    assert "not sent yet" in words_of(client.get(page(record)))
    row = sent_to_ward(CarePlan.objects.get(), midwife)
    sending.acknowledge(row, by=nurse)
    client.post(page(record, "plan_send_again", row.pk), {"submission": uuid4()})
    assert PlanSent.objects.get(ended_at=None).acknowledged_at is None


def test_her_copy_speaks_to_her_and_holds_nothing_of_the_ward_alone(
    client: Any, record: Journey, midwife: User, doctor: User
) -> None:
    agreed(record, midwife, doctor, ward="Knock before you come in.")
    hers = words_of(client.get(page(record, "her_plan", 1)))
    for section in BIRTH_AND_WARD.sections:
        assert (TEXTS[section.key] in hers) == bool(section.for_her), section.key
    assert "What we agreed with you" in hers
    assert "Quillfeather" not in hers
    assert "Reid" not in hers[hers.index("<article") : hers.index("</article")]
    paper = words_of(client.get(page(record, "plan_print", 1)))
    assert "Knock before you come in." in paper
    assert "Xanthippe Quillfeather" in paper


def test_talked_through_with_her_is_written_down_once(
    client: Any, record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    plan = agreed(record, midwife, doctor)
    settled_elsewhere(plan, midwife)
    sending.acknowledge(sent_to_ward(plan, midwife), by=nurse)
    given = page(record, "plan_given")
    boxes = {name.replace("occurred_at", "at"): value for name, value in sent(clock.now()).items()}
    for _ in range(2):
        client.post(given, {**boxes, "how": "paper", "her_words": "That is how I want it."})
    assert PlanCopy.objects.count() == 1
    assert "“That is how I want it.”" in words_of(client.get(page(record)))
    assert record.handoffs.get(moment="BIRTH_MED_PLAN", step="final_and_acknowledged").ended_at


def test_the_handoff_leads_to_the_page_on_which_it_ends(client: Any, record: Journey) -> None:
    handoff = record.handoffs.get(moment="BIRTH_MED_PLAN", step="draft")
    assert page(record) in words_of(client.get(reverse("answer", args=[handoff.pk, "done"])))
    other = record.handoffs.get(moment="FEEDING_PLAN")
    assert "This ends by itself" not in words_of(client.get(reverse("answer", args=[other.pk, "done"])))


def test_an_earlier_version_stays_readable(client: Any, record: Journey, midwife: User, doctor: User) -> None:
    agreed(record, midwife, doctor)
    agreed(record, midwife, doctor, birth="In water.")
    old = words_of(client.get(page(record, "plan_version", 1)))
    assert "does not count any more" in old
    assert TEXTS["birth"] in old
    assert "Do not give it to her" in words_of(client.get(page(record, "her_plan", 1)))


def test_every_page_about_a_plan_leaves_one_entry(client: Any, record: Journey, midwife: User, doctor: User) -> None:
    plan = agreed(record, midwife, doctor)
    staff(Role.WARD_MIDWIFE, team="maple")
    row = sent_to_ward(plan, midwife)
    writing.write(record, BIRTH_AND_WARD, {**TEXTS, "birth": "In water."}, by=midwife)
    given = {
        **dict.fromkeys(("plans", "plan", "plan_write", "plan_given"), ()),
        **dict.fromkeys(("plan_version", "plan_print", "her_plan"), (1,)),
        "plan_sign": (2,),
        "plan_send": ("pharmacy",),
        **dict.fromkeys(("plan_have_it", "plan_take_back", "plan_send_again"), (row.pk,)),
    }
    needs = {"needs", "needs_say", "needs_end", "need_add", "need_step", "unmet_needs"}
    assert given.keys() | {"sent_plans", "plan_said_yes"} == named_views(*OF_PLANS) - needs
    for name, more in given.items():
        before = Read.objects.count()
        assert client.get(page(record, name, *more)).status_code == 200, name
        assert Read.objects.count() == before + 1, name


def test_a_plan_that_is_not_hers_or_is_not_there_is_not_found(
    client: Any, record: Journey, midwife: User, doctor: User, nurse: User
) -> None:
    row = sent_to_ward(agreed(record, midwife, doctor), midwife)
    other = journey(midwife=midwife)
    for address in (
        page(other, "plan_version", 1),
        page(other, "plan_have_it", row.pk),
        page(record, "plan_version", 9),
        page(record, "plan_send", "nobody"),
        page(record, "plan_said_yes", 1, "midwife"),
        page(other, "plan_given"),
        reverse("plan", args=[record.pk, "nothing"]),
    ):
        assert client.get(address).status_code == 404, address
    assert KINDS.get("nothing") is None


def test_the_panel_takes_no_more_queries_however_many_versions_there_are(
    client: Any, record: Journey, midwife: User, doctor: User, django_assert_max_num_queries: Any
) -> None:
    plan = agreed(record, midwife, doctor)
    copies.give_copy(plan, Given(PlanCopy.How.PAPER, clock.now()), by=midwife)
    address = page(record, "plans")
    with django_assert_max_num_queries(60) as first:
        client.get(address)
    for word in ("one", "two", "three"):
        agreed(record, midwife, doctor, birth=word)
    with django_assert_max_num_queries(len(first)):
        client.get(address)
