"""Recording what happened, reading an entry, and marking one as entered in error."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carecoord import clock
from carecoord.access.roles import Role
from pathways.actions import correct_event
from pathways.engine import FACT_KINDS, Stage
from pathways.guided import moves_for
from pathways.models import Event, Journey
from pathways.pages.recordable import GROUPS, LIKELY, OFFERED
from pathways.projection import differences
from tests.factories import ago, happened, journey, staff
from tests.pages.test_journey import edd_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: Any) -> Journey:
    made = journey(midwife=midwife, edd=edd_in(34))
    happened(made, ("first_contact", ago(5)))
    return made


def url(record: Journey, kind: str = "") -> str:
    return reverse("record_kind", args=[record.pk, kind]) if kind else reverse("record", args=[record.pk])


def local(instant: Any) -> str:
    return instant.astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M")


def sent(when: Any = None, **more: str) -> dict[str, str]:
    """A form as a browser sends it."""
    return {"occurred_at": local(when or ago(1)), "submission": str(uuid.uuid4()), **more}


def messages_of(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


# -- choosing --


def test_every_kind_that_is_offered_is_declared_and_stands_in_one_group() -> None:
    kinds = [kind for _, kinds in GROUPS for kind in kinds]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) <= FACT_KINDS.keys()
    assert {kind for likely in LIKELY.values() for kind in likely} <= OFFERED
    assert set(LIKELY) == {"", *Stage}


def test_what_fits_the_stage_stands_first_and_handoff_answers_are_not_in_the_list(
    signed_in: Any, record: Journey
) -> None:
    groups = signed_in.get(url(record)).context["groups"]
    assert groups[0][0] == "Most likely now"
    assert groups[0][1][0] == ("Booking appointment held", url(record, "booking_completed"))
    labels = [label for _, kinds in groups for label, _ in kinds]
    assert len(labels) == len(set(labels))
    assert not {"Handoff completed", "She declined", "Dose given"} & set(labels)


def test_what_concerns_a_baby_is_offered_once_there_is_one(signed_in: Any, record: Journey) -> None:
    assert "Observation of the baby started" not in text_of(signed_in.get(url(record)))
    assert signed_in.get(url(record, "observation_started")).status_code == 404
    happened(record, ("baby_born", ago(1), {"place": "home"}))
    assert "Observation of the baby started" in text_of(signed_in.get(url(record)))
    assert signed_in.get(url(record, "observation_started")).status_code == 200


def test_the_edd_and_the_midwife_have_pages_of_their_own(signed_in: Any, record: Journey) -> None:
    assert signed_in.get(url(record, "dating_agreed")).url == reverse("edd", args=[record.pk])
    assert signed_in.get(url(record, "named_midwife_assigned")).url == reverse("midwife", args=[record.pk])


@pytest.mark.parametrize("kind", ["nonsense", "handoff_completed", "dose_given"])
def test_a_kind_that_cannot_be_recorded_here_is_missing(signed_in: Any, record: Journey, kind: str) -> None:
    assert signed_in.get(url(record, kind)).status_code == 404
    assert signed_in.post(url(record, kind), sent()).status_code == 404


@pytest.mark.parametrize("kind", sorted(kind for kind in OFFERED if not moves_for(kind)))
def test_every_form_opens_and_refuses_nothing_with_a_sentence(signed_in: Any, kind: str) -> None:
    born = journey()
    happened(born, ("baby_born", ago(3), {"place": "home"}, 1), ("baby_born", ago(3), {"place": "home"}, 2))
    answer = signed_in.get(url(born, kind), follow=True)
    assert answer.status_code == 200
    empty = signed_in.post(answer.request["PATH_INFO"], {})
    assert empty.status_code == 200
    assert "There is something to put right" in text_of(empty)
    assert born.events.count() == 2


# -- recording --


def test_a_booking_opens_what_follows_and_the_page_says_so(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "booking_completed"), sent(note="at the hub"), follow=True)
    assert answer.redirect_chain == [(reverse("journey", args=[record.pk]) + "?ask=contact", 302)]
    said = messages_of(answer)
    assert said.startswith("Recorded: Booking appointment held, ")
    assert "New: " in said
    assert "Done on time: Booking appointment held." in said
    event = record.events.get(kind="booking_completed")
    assert (event.note, event.recorded_by.name, event.source) == ("at the hub", "A. Reid", "screen")
    record.refresh_from_db()
    assert record.stage == Stage.ANTENATAL
    assert differences(record, clock.now()) == []


def test_a_contact_says_where_the_next_one_moved(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "contact_made"), sent(ago(0.1)), follow=True)
    assert "Moved: " in messages_of(answer)


def test_a_form_sent_twice_is_recorded_once(signed_in: Any, record: Journey) -> None:
    form = sent(ago(1))
    first, second = (signed_in.post(url(record, "contact_made"), form, follow=True) for _ in range(2))
    assert record.events.filter(kind="contact_made").count() == 1
    assert "Recorded: Contact with her" in messages_of(first)
    assert "Recorded: Contact with her" in messages_of(second)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param(local(clock.now() + timedelta(days=2)), "lies in the future", id="in two days"),
        ("1890-01-01 10:00", "Check the year"),
        ("1991-04-03 10:00", "before she was born"),
        ("2026-03-29 01:30", "the clocks went forward"),
        ("31/02/2026 10:00", "There is no day"),
        ("nonsense", "Enter"),
        ("2026-10-10 25:00", "24-hour clock"),
        ("", "Enter when it happened"),
    ],
)
def test_a_wrong_time_is_said_at_its_field_and_what_was_typed_is_kept(
    signed_in: Any, record: Journey, written: str, said: str
) -> None:
    answer = signed_in.post(url(record, "contact_made"), sent(note="a note") | {"occurred_at": written})
    assert answer.status_code == 200
    assert said in " ".join(answer.context["form"].errors["occurred_at"])
    assert "a note" in text_of(answer)
    assert record.events.count() == 1


def test_details_are_asked_as_they_are_declared_and_kept(signed_in: Any, record: Journey) -> None:
    signed_in.post(url(record, "treatment_started"), sent(detail_medication="buprenorphine_sl"))
    assert record.events.get(kind="treatment_started").details == {"medication": "buprenorphine_sl"}
    signed_in.post(url(record, "drug_use_disclosed"), sent(detail_opioid="yes", detail_in_treatment=""))
    assert record.events.get(kind="drug_use_disclosed").details == {"opioid": "yes"}
    happened(record, ("baby_born", ago(1), {"place": "hospital"}, 1))
    planned = sent(detail_planned_for="2026-12-01 11:30")
    signed_in.post(url(record, "baby_discharge_planned"), planned)
    assert record.events.get(kind="baby_discharge_planned").details == {"planned_for": "2026-12-01T11:30+00:00"}


def test_a_choice_that_is_not_offered_is_refused(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "drug_use_disclosed"), sent(detail_opioid="perhaps"))
    assert answer.context["form"].errors["detail_opioid"]
    assert not record.events.filter(kind="drug_use_disclosed").exists()


def test_the_baby_is_asked_for_only_where_there_is_a_choice(signed_in: Any) -> None:
    one, two = journey(), journey(first_name="Maya")
    happened(one, ("baby_born", ago(3), {"place": "hospital"}))
    happened(two, ("baby_born", ago(3), {"place": "hospital"}, 1), ("baby_born", ago(3), {"place": "hospital"}, 2))
    assert "baby" not in signed_in.get(url(one, "observation_started")).context["form"].fields
    signed_in.post(url(one, "observation_started"), sent())
    assert one.events.get(kind="observation_started").baby == 1
    signed_in.post(url(two, "observation_started"), sent(baby="2"))
    assert two.events.get(kind="observation_started").baby == 2


def test_late_booking_asks_kindly_and_keeps_the_reason_where_the_pathway_wants_it(signed_in: Any) -> None:
    late = journey(edd=edd_in(15))
    happened(late, ("first_contact", ago(3)))
    assert "What made it hard to come earlier?" in text_of(signed_in.get(url(late, "booking_completed")))
    form = sent(late_reason="not_realised_pregnant")
    for _ in range(2):
        assert signed_in.post(url(late, "booking_completed"), form).status_code == 302
    answer = late.events.get(kind="handoff_completed")
    assert answer.details["moment"] == "BOOK_LATE_14D"
    assert answer.details["late_reason"] == "not_realised_pregnant"
    assert late.handoffs.get(moment="BOOK_LATE_14D").state == "completed_on_time"
    assert late.events.filter(kind="booking_completed").count() == 1


def test_booking_in_time_asks_nothing_of_the_kind(signed_in: Any, record: Journey) -> None:
    assert "late_reason" not in signed_in.get(url(record, "booking_completed")).context["form"].fields


def test_a_note_that_is_too_long_is_refused_with_its_length(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "contact_made"), sent(note="x" * 4001))
    assert "Shorten this to 4000 characters" in text_of(answer)
    assert record.events.count() == 1


def test_a_form_without_its_one_time_key_is_not_recorded(signed_in: Any, record: Journey) -> None:
    for key in ("", "nonsense"):
        answer = signed_in.post(url(record, "contact_made"), sent() | {"submission": key})
        assert "This form is not whole" in text_of(answer)
    assert record.events.count() == 1


# -- entries --


def entry_url(event: Event, name: str = "entry") -> str:
    return reverse(name, args=[event.journey_id, event.pk])


def test_an_entry_says_when_it_happened_and_when_and_by_whom_it_was_recorded(signed_in: Any, record: Journey) -> None:
    signed_in.post(
        url(record, "treatment_started"), sent(detail_medication="buprenorphine_sl", note="rang the pharmacy")
    )
    words = text_of(signed_in.get(entry_url(record.events.get(kind="treatment_started"))))
    for expected in (
        "Opioid replacement started",
        "Buprenorphine sublingual tablet",
        "rang the pharmacy",
        "by A. Reid",
    ):
        assert expected in words


def test_an_entry_of_another_journey_is_missing(signed_in: Any, record: Journey) -> None:
    other = journey(first_name="Other")
    (event,) = happened(other, ("first_contact", ago(1)))
    assert signed_in.get(reverse("entry", args=[record.pk, event.pk])).status_code == 404
    assert signed_in.get(reverse("correct", args=[record.pk, event.pk])).status_code == 404


def test_what_a_correction_changes_is_shown_before_it_is_saved(signed_in: Any, record: Journey) -> None:
    (booking,) = happened(record, ("booking_completed", ago(1)))
    answer = signed_in.get(entry_url(booking, "correct"))
    preview = answer.context["preview"]
    assert "Pre-birth assessment" in " ".join(line.title for line in preview.gone)
    assert [line.title for line in preview.reopened] == ["Booking appointment held"]
    assert not hasattr(record.events.get(pk=booking.pk), "correction")


def test_a_correction_needs_a_reason_and_keeps_the_entry_readable(signed_in: Any, record: Journey) -> None:
    (booking,) = happened(record, ("booking_completed", ago(1)))
    page = entry_url(booking, "correct")
    key = {"submission": str(uuid.uuid4())}
    refused = signed_in.post(page, {"reason": "  ", **key})
    assert "Say what was wrong" in text_of(refused)
    answer = signed_in.post(page, {"reason": "another woman's", **key}, follow=True)
    assert "Marked as entered in error" in messages_of(answer)
    assert "Open again: Booking appointment held." in messages_of(answer)
    words = text_of(answer)
    assert "Entered in error: another woman's" in words
    assert f"Marked by A. Reid, {clock.day_in_words(clock.today())}" in words
    assert "<s>Booking appointment held</s>" in answer.content.decode()
    record.refresh_from_db()
    assert record.stage == Stage.BOOKING
    assert Event.objects.filter(pk=booking.pk).exists()
    assert differences(record, clock.now()) == []


def test_a_correction_sent_twice_says_that_it_is_marked_already(signed_in: Any, record: Journey, midwife: Any) -> None:
    (booking,) = happened(record, ("booking_completed", ago(1)))
    correct_event(booking, reason="first", by=midwife)
    for answer in (
        signed_in.get(entry_url(booking, "correct"), follow=True),
        signed_in.post(
            entry_url(booking, "correct"), {"reason": "first", "submission": str(uuid.uuid4())}, follow=True
        ),
    ):
        assert "already marked" in messages_of(answer)
    late = signed_in.post(entry_url(booking, "correct"), {"reason": "second", "submission": str(uuid.uuid4())})
    assert late.status_code == 409
    assert "first" in text_of(late)
    assert "second" in text_of(late)
    assert booking.correction.reason == "first"


# -- who may --


@pytest.mark.parametrize("page", ["", "contact_made"])
def test_another_site_and_a_manager_are_kept_out(client: Any, record: Journey, page: str) -> None:
    client.force_login(staff(site="TAYM"))
    assert client.get(url(record, page)).status_code == 404
    if page:
        assert client.post(url(record, page), sent()).status_code == 404
    client.force_login(staff(Role.SERVICE_MANAGER))
    assert client.get(url(record, page)).status_code == 403
    assert record.events.count() == 1


def test_what_was_recorded_waits_in_no_cookie(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "treatment_started"), sent(detail_medication="buprenorphine_sl"))
    assert answer.status_code == 302
    assert "messages" not in answer.cookies
    assert "Opioid" in messages_of(signed_in.get(answer.url))


ODD = [
    "",
    " ",
    "x" * 100_000,
    "\u202e\U0001f476",
    "-1",
    "9" * 400,
    "1e309",
    "[]",
    "{{ 7 }}",
    "<b>",
    "2026-11-31 10:00",
    "None",
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_answers_never_break_a_form_and_change_nothing(signed_in: Any, record: Journey, odd: str) -> None:
    happened(record, ("baby_born", ago(2), {"place": "home"}, 1), ("baby_born", ago(2), {"place": "home"}, 2))
    event, handoff = record.events.first(), record.handoffs.open().exclude(moment="LOST_CONTACT").first()
    before = record.events.count()
    pages = [
        *(url(record, kind) for kind in ("treatment_started", "drug_use_disclosed")),
        *(reverse(name, args=[record.pk]) for name in ("outreach_try", "outreach_ask", "outreach_decide")),
        *(reverse(name, args=[record.pk]) for name in ("separation_arrange", "named_worker")),
        reverse("edd", args=[record.pk]),
        reverse("midwife", args=[record.pk]),
        reverse("answer", args=[handoff.pk, "done"]),
        reverse("answer", args=[handoff.pk, "unable"]),
    ]
    for page in pages:
        asked = signed_in.get(page).context["form"].fields
        fields = dict.fromkeys(asked, odd)
        dates = [name for name, field in asked.items() if hasattr(field.widget, "draws_boxes")]
        boxes = {f"{name}_{box}": odd for name in dates for box in range(4)}
        for form in (fields, {**fields, **boxes, "submission": str(uuid.uuid4())}):
            answer = signed_in.post(page, form)
            assert answer.status_code == 200, page
    correct = reverse("correct", args=[record.pk, event.pk])
    assert signed_in.post(correct, {"reason": odd}).status_code == 200
    assert record.events.count() == before
