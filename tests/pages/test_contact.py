"""Reaching her: what everybody reads, what is opened with a purpose, and what no page ever shows."""

from __future__ import annotations

import re
import uuid
from datetime import time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.labels import LABELS, Label
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.audit.models import Read
from pathways.contact import Agreed, Place, agree_contact, mark_unsafe, newest_address, record_address
from pathways.models import Address, ContactDetail, Journey, MessageToHer, Opening, SafeContact, Try, Woman
from pathways.models.contact import newest_contact
from tests.factories import ago, claimed, happened, journey, owed, staff

pytestmark = pytest.mark.django_db

CANARIES = {
    "number": "07700 900987",
    "email": "canary@mail.example",
    "through": "canary-through",
    "code_name": "canary-code",
    "say": "canary-say",
    "who_else": "canary-who-else",
}
PLACE = Place("refuge", "canary-lines", "ZX9 9ZX", safe_to_visit=True, safe_to_write=True)
ALL_CANARIES = (*CANARIES.values(), PLACE.lines, PLACE.postcode)
NOBODY = 999_999_999_999
SUMMARY = "text only, before 14:00, no voicemail"


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


@pytest.fixture
def record(midwife: Any) -> Journey:
    """Somebody whose every private field is a canary."""
    made = journey(midwife=midwife, edd=clock.today() + timedelta(days=60))
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(2)))
    agreed = Agreed("text", safe_until=time(14), voicemail=False, note="Not to the clinic’s front desk.")
    agree_contact(made.woman, agreed, CANARIES, seen=None, by=midwife)
    record_address(made.woman, PLACE, by=midwife)
    return made


def sees(record: Journey, person: User) -> User:
    """Somebody to whom her record is open."""
    claimed(record, person)
    return person


def url(her: Woman | int, name: str = "safe_contact") -> str:
    return reverse(name, args=[her if isinstance(her, int) else her.pk])


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("&#x27;", "'"))


def sent(answer: Any, **changed: Any) -> dict[str, Any]:
    """What the form of a page would send, with something changed."""
    form = answer.context["form"]
    fields = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**fields, **changed}.items() if value not in (None, "", [])}


def opening(client: Any, her: Woman, purpose: str = "call", words: str = "", **more: str) -> Any:
    form = {"purpose": purpose, "in_words": words, "submission": str(uuid.uuid4()), **more}
    return client.post(url(her, "open_contact"), form)


# -- what everybody reads ------------------------------------------------------------------------


def pages_of(record: Journey) -> list[str]:
    """Every page about her that is not the one answer which shows it."""
    event, handoff = record.events.last(), owed(record, "FEEDING_CONFLICT", due=ago(1))
    her = record.woman_id
    return [
        "/caseload/",
        "/caseload/?show=all",
        "/handoffs/",
        reverse("journey", args=[record.pk]),
        reverse("journey", args=[record.pk]) + "?show=entries&timeline=list&later=all&around=year&ask=contact",
        reverse("journey", args=[record.pk]) + "?show=done",
        reverse("record", args=[record.pk]),
        reverse("record_kind", args=[record.pk, "contact_made"]),
        reverse("entry", args=[record.pk, event.pk]),
        reverse("correct", args=[record.pk, event.pk]),
        reverse("answer", args=[handoff.pk, "done"]),
        reverse("edd", args=[record.pk]),
        reverse("midwife", args=[record.pk]),
        *(
            url(her, name)
            for name in (
                "woman_details", "add_pregnancy", "safe_contact", "address", "open_contact", "background",
            )
        ),
        url(her, "background") + "abuse/",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "team"),
    [
        (Role.SPECIALIST_MIDWIFE, "bridge"),
        (Role.WARD_MIDWIFE, "maple"),
        (Role.HEALTH_VISITOR, "hv"),
        (Role.DRUG_SERVICE_KEYWORKER, None),
        (Role.SERVICE_MANAGER, "office"),
    ],
)
def test_no_page_shows_where_she_is(client: Any, record: Journey, role: Role, team: str | None) -> None:
    client.force_login(sees(record, staff(role, team=team)))
    shown = 0
    for address in pages_of(record):
        answer = client.get(address)
        assert not [canary for canary in ALL_CANARIES if canary in answer.content.decode()], (role, address)
        shown += answer.status_code == 200
    assert shown > 12 or role is Role.SERVICE_MANAGER
    assert not Opening.objects.exists()


@pytest.mark.parametrize("place", [CANARIES["number"], "canary-lines", "ZX9 9ZX", "canary-code"])
def test_nobody_is_found_by_where_she_is(signed_in: Any, record: Journey, place: str) -> None:
    assert list(signed_in.post("/caseload/search/", {"q": place}, follow=True).context["rows"]) == []
    assert len(signed_in.post("/caseload/search/", {"q": record.woman.last_name}, follow=True).context["rows"]) == 1


@pytest.mark.parametrize(("role", "team"), [(Role.SPECIALIST_MIDWIFE, "bridge"), (Role.WARD_MIDWIFE, "maple")])
def test_the_summary_stands_where_somebody_is_about_to_reach_her(
    client: Any, record: Journey, role: Role, team: str
) -> None:
    client.force_login(sees(record, staff(role, team=team)))
    handoff = owed(record, "FEEDING_CONFLICT", due=ago(1))
    for address in (
        reverse("journey", args=[record.pk]),
        reverse("record_kind", args=[record.pk, "contact_made"]),
        reverse("answer", args=[handoff.pk, "done"]),
    ):
        words = text(client.get(address))
        assert SUMMARY in words, address
        assert "(she confirmed" in words


def test_a_confirmation_of_five_weeks_ago_is_to_be_asked_again(signed_in: Any, midwife: Any) -> None:
    made = journey(midwife=midwife)
    SafeContact.objects.create(
        woman=made.woman, channel="text", confirmed_on=clock.today() - timedelta(days=35), confirmed_by=midwife
    )
    assert "(ask her again: she confirmed" in text(signed_in.get(reverse("journey", args=[made.pk])))


# -- asked again at each contact -----------------------------------------------------------------


def contact_sent(**more: str) -> dict[str, str]:
    at = ago(0.1).astimezone(clock.LONDON)
    parts = dict(zip("0123", (str(at.day), str(at.month), str(at.year), f"{at:%H:%M}"), strict=True))
    return {f"occurred_at_{place}": part for place, part in parts.items()} | {"submission": str(uuid.uuid4())} | more


def test_after_a_contact_she_is_asked_in_one_press(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(reverse("record_kind", args=[record.pk, "contact_made"]), contact_sent(), follow=True)
    assert "Is this still the safe way to reach her?" in text(answer)
    newest = newest_contact(record.woman_id)
    assert newest
    again = signed_in.post(url(record.woman, "confirm_contact"), {"seen": newest.pk}, follow=True)
    assert "she confirmed today" in text(again)
    assert record.woman.safe_contacts.count() == 2


def test_after_no_contact_she_is_not_asked(signed_in: Any, record: Journey) -> None:
    tried = {
        **contact_sent(),
        "at": ago(0.1).astimezone(clock.LONDON).strftime("%Y-%m-%d %H:%M"),
        "way": "text",
        "result": "no_answer",
    }
    answer = signed_in.post(reverse("outreach_try", args=[record.pk]), tried, follow=True)
    assert Try.objects.count() == 1
    assert "Is this still the safe way" not in text(answer)


def test_where_nothing_is_agreed_it_asks_how(signed_in: Any, midwife: Any) -> None:
    made = journey(midwife=midwife)
    words = text(signed_in.get(reverse("journey", args=[made.pk]) + "?ask=contact"))
    assert "How can she safely be reached?" in words
    assert "Still right" not in words


def test_somebody_who_records_nothing_is_not_asked(client: Any, record: Journey) -> None:
    client.force_login(sees(record, staff(Role.SERVICE_MANAGER, team="office")))
    assert client.post(url(record.woman, "confirm_contact"), {"seen": "1"}).status_code == 403
    assert client.post(url(record.woman, "contact_unsafe")).status_code == 403


def test_she_says_it_is_not_safe_in_one_press(signed_in: Any, record: Journey) -> None:
    answer = signed_in.post(url(record.woman, "contact_unsafe"), follow=True)
    assert "do not reach her: she said that it is not safe" in text(answer)
    assert "Still right" not in text(answer)
    newest = newest_contact(record.woman_id)
    assert newest
    assert not newest.still_safe


@pytest.mark.parametrize("seen", ["", "x", "-1", "0", "9" * 30, "²"])
def test_an_odd_version_confirms_nothing(signed_in: Any, record: Journey, seen: str) -> None:
    SafeContact.objects.create(woman=record.woman, channel="call", confirmed_on=clock.today() - timedelta(days=2))
    assert signed_in.post(url(record.woman, "confirm_contact"), {"seen": seen}).status_code == 302
    assert record.woman.safe_contacts.count() == 2


@pytest.mark.parametrize("name", ["confirm_contact", "contact_unsafe"])
def test_a_link_changes_nothing(signed_in: Any, record: Journey, name: str) -> None:
    assert signed_in.get(url(record.woman, name)).status_code == 405
    assert record.woman.safe_contacts.count() == 1


# -- the form ------------------------------------------------------------------------------------


def test_what_has_changed_is_a_new_version_and_the_private_side_stays(signed_in: Any, record: Journey) -> None:
    page = signed_in.get(url(record.woman))
    form = sent(page, channel="call", days=["1", "2"], safe_from="9.30", safe_until="", number="07700 900555")
    assert signed_in.post(url(record.woman), form).status_code == 302
    newest = newest_contact(record.woman_id)
    assert newest
    assert newest.agreed == {
        "channel": "call", "days": [1, 2], "safe_from": time(9, 30), "safe_until": None, "hours": "",
        "voicemail": False, "note": "Not to the clinic’s front desk.",
    }  # fmt: skip
    words = text(opening(signed_in, record.woman))
    assert "07700 900555" in words
    assert CANARIES["number"] not in words
    assert CANARIES["code_name"] in words


def test_what_is_taken_away_is_shown_no_more(signed_in: Any, record: Journey) -> None:
    form = sent(signed_in.get(url(record.woman)), take_away=["number", "who_else"])
    signed_in.post(url(record.woman), form)
    words = text(opening(signed_in, record.woman, "other", "a test"))
    assert CANARIES["number"] not in words
    assert CANARIES["who_else"] not in words
    assert CANARIES["email"] in words


@pytest.mark.parametrize(
    ("field", "wrong", "says"),
    [
        ("channel", "", "Choose the one way"),
        ("channel", "pigeon", "valid choice"),
        ("safe_from", "25:61", "Write the time as 14:00"),
        ("safe_from", "15:00", "end before they begin"),
        ("note", "ring 07700 900555", "Everybody who works with her reads this"),
        ("hours", "at 14 Weaver Row", "Everybody who works with her reads this"),
        ("number", "ask her sister", "Write the number with digits"),
        ("email", "x", "valid email"),
        ("note", "x" * 2001, "it has 2001"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    signed_in: Any, record: Journey, field: str, wrong: str, says: str
) -> None:
    answer = signed_in.post(url(record.woman), sent(signed_in.get(url(record.woman)), **{field: wrong}))
    assert answer.status_code == 200
    assert says in " ".join(str(error) for errors in answer.context["form"].errors.values() for error in errors)
    assert record.woman.safe_contacts.count() == 1
    assert ContactDetail.objects.count() == len(CANARIES)


def test_what_somebody_else_saved_meanwhile_is_not_written_over(signed_in: Any, record: Journey) -> None:
    form = sent(signed_in.get(url(record.woman)), channel="letter")
    mark_unsafe(record.woman, by=sees(record, staff()))
    answer = signed_in.post(url(record.woman), form)
    assert answer.status_code == 409
    assert "she said that it is not safe to reach her this way" in text(answer)
    newest = newest_contact(record.woman_id)
    assert newest
    assert not newest.still_safe


def test_where_she_is_is_written_and_not_shown_again(signed_in: Any, record: Journey) -> None:
    form = {"kind": "home", "lines": "14 Weaver Row", "postcode": "ZX1 2AB", "begins_on": "2026-03-01"}
    form |= sent(signed_in.get(url(record.woman, "address")))
    answer = signed_in.post(url(record.woman, "address"), form, follow=True)
    assert "Where she is is saved" in text(answer)
    assert "Weaver" not in text(answer)
    assert "Weaver" not in text(signed_in.get(url(record.woman, "address")))
    assert Address.objects.filter(woman=record.woman, kind="home", begins_on="2026-03-01").count() == 1


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "No fixed address is an answer"),
        ({"kind": "home"}, "Write the address"),
        ({"kind": "none", "lines": "x"}, "no lines to write"),
        ({"kind": "home", "lines": "x", "begins_on": "2026-03-02", "ends_on": "2026-03-01"}, "ends before it begins"),
    ],
)
def test_an_address_that_cannot_be_is_refused(signed_in: Any, record: Journey, form: dict[str, str], says: str) -> None:
    assert says in text(
        signed_in.post(url(record.woman, "address"), form | {"seen": str(newest_address(record.woman_id))})
    )
    assert Address.objects.count() == 1


# -- opening -------------------------------------------------------------------------------------


def test_it_opens_with_a_purpose_once_and_is_written_down(signed_in: Any, record: Journey, midwife: Any) -> None:
    form = str(uuid.uuid4())
    answer = opening(signed_in, record.woman, "call", submission=form)
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert CANARIES["number"] in text(answer)
    assert "canary-lines" not in text(answer), "nobody needs the address to call her"
    assert "Close this" in text(answer)
    row = Opening.objects.get()
    assert (row.user, row.woman, row.purpose) == (midwife, record.woman, "call")
    look = Read.objects.get(page="opened_contact")
    assert (look.actor_id, look.women, look.labels) == (midwife.pk, [record.woman_id], ["address"])
    again = opening(signed_in, record.woman, "call", submission=form)
    assert CANARIES["number"] not in text(again)
    assert "shown once already" in text(again)
    assert opening(
        signed_in, record.woman, submission=str(again.context["form"]["submission"].value())
    ).status_code == 200  # fmt: skip
    assert Opening.objects.count() == 2


def test_a_visitor_sees_the_place_and_that_it_is_protected(signed_in: Any, record: Journey) -> None:
    words = text(opening(signed_in, record.woman, "visit"))
    assert "canary-lines" in words
    assert "ZX9 9ZX" in words
    assert "protected" in words
    assert CANARIES["number"] not in words


def test_a_place_that_is_not_safe_is_not_shown_to_a_visitor(signed_in: Any, record: Journey, midwife: Any) -> None:
    record_address(record.woman, Place("refuge", "canary-lines"), by=midwife)
    words = text(opening(signed_in, record.woman, "visit"))
    assert "canary-lines" not in words
    assert "One more place is recorded that she did not call safe" in words


@pytest.mark.parametrize(("purpose", "words"), [("", ""), ("x", ""), ("hand_over", ""), ("other", " ")])
def test_without_a_purpose_nothing_is_shown(signed_in: Any, record: Journey, purpose: str, words: str) -> None:
    answer = opening(signed_in, record.woman, purpose, words)
    assert not [canary for canary in ALL_CANARIES if canary in answer.content.decode()]
    assert not Opening.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role in LABELS])
def test_exactly_the_roles_with_the_label_open_it(client: Any, record: Journey, role: Role) -> None:
    client.force_login(sees(record, staff(role)))
    answer = opening(client, record.woman, "other", "a test")
    found = [canary for canary in ALL_CANARIES if canary in answer.content.decode()]
    may = Label.ADDRESS in LABELS[role]
    assert (answer.status_code, len(found)) == ((200, len(ALL_CANARIES)) if may else (403, 0))
    assert Opening.objects.count() == may


def test_somebody_elses_woman_is_answered_like_one_who_is_not_there(signed_in: Any) -> None:
    foreign = journey(site="CALD").woman_id
    names = ("safe_contact", "confirm_contact", "contact_unsafe", "address", "open_contact")
    for name in names:
        for pk in (foreign, NOBODY, 10**30):
            for method in ("get", "post"):
                answer = getattr(signed_in, method)(f"{url(1, name)}".replace("/1/", f"/{pk}/"))
                expected = {404} if method == "post" or name not in names[1:3] else {405}
                assert {answer.status_code} == expected, (name, method)
    assert not SafeContact.objects.filter(woman=foreign).exists()
    assert not Opening.objects.exists()


# -- what is sent and was not asked for ----------------------------------------------------------


def every_field() -> dict[str, str]:
    """Every field of every model of ours, by its name, with something to put there."""
    models = [model for label in ("pathways", "access") for model in apps.get_app_config(label).get_models()]
    names = {column for model in models for field in model._meta.fields for column in (field.name, field.attname)}
    return dict.fromkeys(sorted(names), "7")


def test_fields_that_were_not_asked_for_change_nothing(signed_in: Any, record: Journey) -> None:
    other = journey(first_name="Ewa").woman
    fields = every_field()
    assert len(fields) > 90
    her = Woman.objects.filter(pk=record.woman_id).values().get()
    for name, own in (
        ("safe_contact", sent(signed_in.get(url(record.woman)))),
        ("address", {"kind": "none", "seen": str(newest_address(record.woman_id))}),
        ("open_contact", {"purpose": "call", "submission": str(uuid.uuid4())}),
        ("woman_details", sent(signed_in.get(url(record.woman, "woman_details")))),
    ):
        asked = signed_in.get(url(record.woman, name)).context["form"].fields
        extra = {key: value for key, value in fields.items() if key not in asked}
        signed_in.post(url(record.woman, name), extra | own)
    newest, place = newest_contact(record.woman_id), Address.objects.latest("id")
    assert newest
    assert (newest.still_safe, newest.confirmed_on, newest.woman_id) == (True, clock.today(), record.woman_id)
    assert newest.recorded_by == place.recorded_by == Opening.objects.get().user == record.named_midwife
    assert (place.woman_id, place.recorded_at.date()) == (record.woman_id, clock.now().date())
    assert Woman.objects.filter(pk=record.woman_id).values().get() == her
    assert not other.safe_contacts.exists()
    assert not MessageToHer.objects.exists()


def test_no_log_line_and_no_session_holds_it(signed_in: Any, record: Journey, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    signed_in.post(url(record.woman), sent(signed_in.get(url(record.woman)), **CANARIES))
    place = {"kind": "home", "lines": PLACE.lines, "postcode": PLACE.postcode}
    signed_in.post(url(record.woman, "address"), place | {"seen": str(newest_address(record.woman_id))})
    for purpose in ("call", "visit", "other"):
        assert opening(signed_in, record.woman, purpose, "a test").status_code == 200
    logged = [line for line in caplog.messages if not line.startswith("(")]  # the database's own lines, in tests only
    kept = [str(dict(signed_in.session.items())), *logged, str(signed_in.cookies)]
    assert logged
    assert not [canary for canary in ALL_CANARIES if any(canary in line for line in kept)]


# -- what it costs -------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_the_versions(signed_in: Any, record: Journey) -> None:
    addresses = [reverse("journey", args=[record.pk]), url(record.woman), url(record.woman, "open_contact")]

    def counted(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(address).status_code == 200
        return len(queries)

    before = [counted(address) for address in addresses]
    SafeContact.objects.bulk_create(SafeContact(woman=record.woman, channel="call") for _ in range(50))
    ContactDetail.objects.bulk_create(ContactDetail(woman=record.woman, kind="number", value="1") for _ in range(50))
    assert [counted(address) for address in addresses] == before
