"""The page of her medicine and its forms: what the ward sees in each state, and what is refused with nothing lost."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.sites.definitions import site_definition
from medications.models import Call, Source, Statement
from pathways.models import Journey
from tests.factories import ago, claimed, happened, journey, staff
from tests.medicine import METHADONE, WORDS, on_ward, statement, ward_midwife
from tests.pages.test_journey import text_of
from tests.pages.test_record import local, messages_of

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday: everybody is open
NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # a Saturday


@pytest.fixture
def at() -> Iterator[Any]:
    """A clock that a test can move; everybody is open as it begins."""
    with time_machine.travel(DAY) as traveller:
        yield traveller


@pytest.fixture
def nurse(db: None, at: Any) -> User:
    return ward_midwife(name="L. Grant")


@pytest.fixture
def signed_in(client: Any, nurse: User) -> Any:
    client.force_login(nurse)
    return client


@pytest.fixture
def record(nurse: User) -> Journey:
    return on_ward(since=ago(hours=6))


def url(record: Journey, name: str = "her_medicine", *more: object) -> str:
    return reverse(name, args=[record.pk, *more])


def said(**more: str) -> dict[str, str]:
    """The form as a browser sends it: what the pharmacy says."""
    return {
        "place": "bridge-pharmacy",
        "said_by": "J. Ross, pharmacist",
        "said_by_contact": "01632 960121",
        "said_at": local(ago(minutes=5)),
        "words": WORDS,
        "product": METHADONE,
        "strength": "1 mg/ml",
        "amount": "45",
        "unit": "mg",
        "frequency": "od",
        "first_time": "09:30",
        "supervised": "daily",
        "last_dose_at": local(ago(hours=26)),
        "submission": str(uuid.uuid4()),
        **more,
    }


def both(record: Journey, **other: Any) -> None:
    at = ago(hours=1)
    statement(record, said_at=at, last_dose_at=ago(hours=20))
    known = {"said_at": at, "last_dose_at": ago(hours=20), "said_by": "J. Ross", "pharmacy": "bridge-pharmacy", **other}
    statement(record, "pharmacy", **known)


# -- what the ward sees --


def test_nothing_confirmed_says_so_and_whom_to_ring(signed_in: Any, record: Journey) -> None:
    page = text_of(signed_in.get(url(record)))
    assert "Not yet confirmed — do not rely on woman-reported amount alone; keep her informed." in page
    assert "01632 960110 open now, until 17:00" in page
    assert "01632 960121 open now, until 17:30" in page
    assert "Nothing yet." in page


def test_at_night_it_shows_the_local_policy_word_for_word_and_when_they_open(
    signed_in: Any, record: Journey, at: Any
) -> None:
    at.move_to(NIGHT)
    record = on_ward(since=ago(hours=1), bed="4")
    page = text_of(signed_in.get(url(record)))
    policy = site_definition("ASHF").policy("ooh_verification")
    assert policy
    assert "Nobody can confirm it now" in page
    assert policy.text in page
    assert f"{policy.owner} · version {policy.version}" in page
    assert "closed, opens Mon 23 Nov 2026, 09:00" in page
    assert "closed, opens Sat 21 Nov 2026, 09:00" in page
    assert "The hospital’s on-call pharmacist" in page


def test_what_is_for_specialists_says_so(signed_in: Any, record: Journey) -> None:
    free = {"product": "dihydrocodeine_other", "amount": "", "unit": "", "strength": "", "frequency": "custom"}
    statement(record, said_at=ago(hours=1), **free, times=[])
    assert "For specialists only. Written as stated." in text_of(signed_in.get(url(record)))


def test_who_is_dependent_and_not_in_treatment_leads_to_the_local_policy(signed_in: Any, record: Journey) -> None:
    none = {"product": "none_illicit_or_rx_opioid", "amount": "", "unit": "", "strength": "", "frequency": "custom"}
    statement(record, said_at=ago(hours=1), **none, times=[])
    policy = site_definition("ASHF").policy("dependent_not_in_treatment")
    assert policy
    assert policy.text in text_of(signed_in.get(url(record)))


def test_a_missing_policy_is_never_replaced_by_a_general_text(
    signed_in: Any, record: Journey, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from carecoord.sites.definitions import SiteDefinition

    at.move_to(NIGHT)
    record = on_ward(since=ago(hours=1), bed="4")
    monkeypatch.setattr(SiteDefinition, "policy", lambda self, key: None)
    page = text_of(signed_in.get(url(record)))
    assert "No policy text is set up here." in page
    assert "writes down why. What she says" not in page


def test_both_that_agree_stand_side_by_side_with_who_and_when(signed_in: Any, record: Journey) -> None:
    both(record)
    page = text_of(signed_in.get(url(record)))
    assert "Confirmed by both" in page
    assert page.count(f"“{WORDS}”") == 5  # agreed, each side, each entry
    assert "Dr P. Anand" in page
    assert "J. Ross · Bridge Street Pharmacy" in page
    assert "not the same" not in page


def test_a_difference_is_marked_in_words_on_both_sides_and_nothing_is_called_agreed(
    signed_in: Any, record: Journey
) -> None:
    both(record, amount="54", words="54 mg once a day")
    page = text_of(signed_in.get(url(record)))
    assert "They differ on: amount" in page
    assert "45 mg not the same" in page
    assert "54 mg not the same" in page
    assert "Stated by both" not in page
    on_her_journey = text_of(signed_in.get(reverse("journey", args=[record.pk])))
    assert "Prescriber and pharmacy state different things." in on_her_journey
    assert f"“{WORDS}”" not in on_her_journey


def test_what_is_struck_through_stays_readable_and_does_not_count(signed_in: Any, record: Journey) -> None:
    both(record)
    wrong = Statement.objects.get(source="pharmacy")
    answer = signed_in.post(
        url(record, "strike_medicine", "statement", wrong.pk),
        {"reason": "Said of another woman.", "submission": str(uuid.uuid4())},
    )
    assert answer.url == url(record)
    page = text_of(signed_in.get(url(record)))
    assert "Struck through by L. Grant" in page
    assert "Said of another woman." in page
    assert "Pharmacy: not yet" in page
    assert "The pharmacy has not confirmed it yet." in page


def test_what_she_says_stands_in_her_colour_and_confirms_nothing(signed_in: Any, record: Journey) -> None:
    signed_in.post(
        url(record, "say_medicine", "she_says"),
        {
            "words": "45, I had it Thursday morning",
            "product": METHADONE,
            "said_at": local(ago(minutes=5)),
            "submission": str(uuid.uuid4()),
        },
    )
    answer = signed_in.get(url(record))
    assert '<p class="hers__words">“45, I had it Thursday morning”</p>' in answer.content.decode()
    assert "Not yet confirmed" in text_of(answer)


def test_after_a_new_admission_the_old_record_is_not_shown_as_current(signed_in: Any, record: Journey) -> None:
    both(record)
    happened(record, ("mother_discharged", ago(minutes=30)), ("admitted", ago(minutes=10), {"reason": "antenatal"}))
    page = text_of(signed_in.get(url(record)))
    assert "Confirm it again" in page
    assert "She was admitted again" in page
    assert "Prescriber: not yet" in page


def test_the_line_on_her_journey_is_for_those_who_see_her_medicine(client: Any, record: Journey) -> None:
    both(record)
    for role, sees in ((Role.OBSTETRIC_DOCTOR, True), (Role.HEALTH_VISITOR, False), (Role.OST_PRESCRIBER, True)):
        reader = staff(role)
        claimed(record, reader)
        client.force_login(reader)
        assert (f"“{WORDS}”" in text_of(client.get(reverse("journey", args=[record.pk])))) == sees
        assert client.get(url(record)).status_code == (200 if sees else 403)


# -- writing it down --


def test_the_form_asks_the_source_first_and_fills_nothing_in(signed_in: Any, record: Journey) -> None:
    both(record)
    page = text_of(signed_in.get(url(record, "who_says_medicine")))
    assert [who in page for who in ("The prescriber", "The pharmacy", "She herself")] == [True] * 3
    for source in Source.values:
        answer = signed_in.get(url(record, "say_medicine", source)).content.decode()
        form = answer[answer.index('<form class="card') : answer.index("</form>", answer.index('<form class="card'))]
        typed = re.findall(r'<input[^>]* name="(\w+)" type="text" value="([^"]*)"', form)
        assert not re.search(r"<input[^>]* checked", form), source
        assert typed, source
        assert not any(value for _, value in typed), source
        assert not re.search(r"<textarea[^>]*>\s*\S+\s*</textarea>", form), source
        assert "45" not in re.sub(r'<input type="hidden"[^>]*>', "", form), source
        assert 'value="laib_sublocade"' not in form
    assert signed_in.get(url(record, "say_medicine", "neighbour")).status_code == 404


def test_what_was_said_is_written_down_and_the_page_says_how_it_stands(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "say_medicine", "pharmacy"), said(), follow=True)
    assert "Written down. Confirmed by one of two: The prescriber has not confirmed it yet." in messages_of(answer)
    row = Statement.objects.get()
    assert (row.source, row.amount, row.unit, row.pharmacy) == ("pharmacy", "45", "mg", "bridge-pharmacy")
    assert row.times == [{"time": "09:30", "amount": ""}]
    assert (row.supervised, row.takeaway) == ("daily", "unknown")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"unit": "ml"}, "State it in mg, as the prescription does. Ask the source again if it was told in ml."),
        ({"unit": ""}, "State it in mg, as the prescription does. Ask the source again."),
        ({"amount": "forty-five"}, "Write the amount in digits"),
        ({"amount": ""}, "Write the amount in digits"),
        ({"strength": "10 mg/ml"}, "ask the ward pharmacist"),
        ({"first_time": "half nine"}, "Write the time as 14:00."),
        ({"product": "laib_sublocade"}, "Select a valid choice"),
        ({"place": "elsewhere"}, "Write its name."),
        ({"last_dose_at": "2026-11-25 09:00"}, "lies in the future"),
        ({"said_at": "1980-01-01 09:00", "last_dose_at": ""}, "before she was born"),
        ({"words": "x" * 301}, "Shorten this"),
        ({"script_from": "2026-11-24", "script_until": "2026-11-01"}, "before the prescription begins"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_all_that_was_typed_stays(
    signed_in: Any, record: Journey, wrong: dict[str, str], words: str
) -> None:
    sent = said(said_by="J. Ross, the typed one", **wrong)
    answer = signed_in.post(url(record, "say_medicine", "pharmacy"), sent)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in text_of(answer), answer.context["form"].errors
    assert "J. Ross, the typed one" in page
    assert not Statement.objects.exists()


def test_several_things_that_are_wrong_are_said_at_once(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record, "say_medicine", "pharmacy"), said(unit="ml", amount="0", strength=""))
    assert answer.context["form"].errors.keys() == {"unit", "amount", "strength"}


def test_a_form_sent_again_with_other_words_shows_both(signed_in: Any, record: Journey) -> None:
    first = said()
    signed_in.post(url(record, "say_medicine", "pharmacy"), first)
    again = signed_in.post(url(record, "say_medicine", "pharmacy"), {**first, "amount": "54"})
    assert again.status_code == 409
    page = text_of(again)
    assert "45 mg" in page
    assert "54" in page
    assert Statement.objects.count() == 1


def test_whom_somebody_asked_says_when_they_open(signed_in: Any, record: Journey, at: Any) -> None:
    at.move_to(NIGHT)
    record = on_ward(since=ago(hours=1), bed="4")
    sent = {
        "source": "prescriber",
        "whom": "01632 960110",
        "outcome": "closed",
        "called_at": local(ago(minutes=1)),
        "submission": str(uuid.uuid4()),
    }
    answer = signed_in.post(url(record, "asked_medicine"), sent, follow=True)
    assert "It opens Mon 23 Nov 2026, 09:00." in messages_of(answer)
    page = text_of(answer)
    assert "Prescriber asked: 01632 960110, Sat 21 Nov 2026, 01:59: Closed. Opens Mon 23 Nov 2026, 09:00." in page
    assert Call.objects.get().opens_at == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_her_supply_outside_is_recorded_once(signed_in: Any, record: Journey) -> None:
    last = ago(hours=26)
    for source, place in (("prescriber", "harbour"), ("pharmacy", "bridge-pharmacy")):
        signed_in.post(url(record, "say_medicine", source), said(place=place, last_dose_at=local(last)))
    assert "Record that it is held or cancelled" in text_of(signed_in.get(url(record)))
    sent = {"how": "held", "confirmed_by": "J. Ross", "at": local(ago()), "submission": str(uuid.uuid4())}
    answer = signed_in.post(url(record, "community_supply"), sent, follow=True)
    assert "her supply outside waits" in messages_of(answer)
    assert "Record that it is held or cancelled" not in text_of(answer)
    answer = signed_in.post(url(record, "community_supply"), {**sent, "submission": str(uuid.uuid4())}, follow=True)
    assert "answered meanwhile" in messages_of(answer)


def test_a_row_of_another_woman_is_not_there(signed_in: Any, record: Journey) -> None:
    other = on_ward(since=ago(hours=6), bed="9")
    row = statement(other)
    assert signed_in.get(url(record, "strike_medicine", "statement", row.pk)).status_code == 404
    assert signed_in.get(url(record, "strike_medicine", "call", row.pk)).status_code == 404
    assert signed_in.get(url(record, "strike_medicine", "dose", row.pk)).status_code == 404
    assert signed_in.post(url(record, "strike_medicine", "statement", row.pk), {"reason": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.stands


def test_the_page_takes_no_more_queries_however_much_was_said(
    signed_in: Any, record: Journey, django_assert_max_num_queries: Any
) -> None:
    statement(record, said_at=ago(hours=2), last_dose_at=ago(hours=20))
    signed_in.get(url(record))
    with CaptureQueriesContext(connection) as one:
        signed_in.get(url(record))
    for number in range(12):
        statement(record, said_at=ago(hours=1) + timedelta(minutes=number), last_dose_at=ago(hours=20))
    with django_assert_max_num_queries(len(one)):  # whatever the parts of the page ask
        signed_in.get(url(record))


def test_a_woman_at_home_has_the_page_too(client: Any, at: Any, db: None) -> None:
    midwife = staff(name="A. Reid")
    record = journey(midwife=midwife)
    client.force_login(midwife)
    for source in ("prescriber", "pharmacy"):
        statement(record, source, admission=None, said_at=ago(3), last_dose_at=None if source == "pharmacy" else ago(4))
    assert "Confirmed by both" in text_of(client.get(url(record)))
    assert clock.today() == DAY.date()
