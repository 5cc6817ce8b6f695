"""The verbs about reaching her, the one way to where she is, and the one way to send her anything."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from carecoord import clock
from carecoord.access.abilities import ABILITIES, Ability
from carecoord.access.acting import acting_as
from carecoord.access.labels import LABELS, Label
from carecoord.access.models import Conflict, Grant, User
from carecoord.access.roles import Role
from pathways.actions import Refused
from pathways.contact import (
    Agreed,
    Opened,
    Place,
    agree_contact,
    confirm_contact,
    mark_unsafe,
    open_contact,
    record_address,
)
from pathways.models import Address, ContactDetail, MessageToHer, Opening, SafeContact, Woman
from pathways.models.contact import newest_contact, note_contact
from pathways.reaching import MESSAGES, NotSafe, may_reach, may_still_go, reach
from tests.factories import ago, claimed, happened, journey, staff, woman
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db

TEN = datetime(2026, 3, 10, 10, tzinfo=clock.LONDON)
TEXT = Agreed("text", safe_until=time(14), voicemail=False)
PRIVATE = {"number": "07700 900123", "code_name": "Jay", "who_else": "her brother"}


@pytest.fixture(autouse=True)
def ten_o_clock() -> Any:
    with time_machine.travel(TEN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def her(midwife: User) -> Woman:
    return in_care_of(midwife)


def in_care_of(*people: User, **fields: Any) -> Woman:
    """A woman whose record is open to these people."""
    record = journey(**fields)
    for person in people:
        claimed(record, person)
    return record.woman


def also(her: Woman, person: User) -> User:
    """Somebody to whom her record is open too."""
    claimed(her.journeys.get(), person)
    return person


def agreed(her: Woman, by: User, agreement: Agreed = TEXT, **details: str) -> SafeContact:
    newest = newest_contact(her.pk)
    return agree_contact(her, agreement, details, seen=newest.pk if newest else None, by=by)


def opened(her: Woman, by: User, purpose: str = "call", words: str = "", form: uuid.UUID | None = None) -> Opened:
    with as_role(WEB), acting_as(by):
        return open_contact(her, purpose, words, submission=form or uuid.uuid4(), by=by)


# -- agreeing, confirming ------------------------------------------------------------------------


def test_what_she_agreed_to_is_kept_in_versions(her: Woman, midwife: User) -> None:
    first = agreed(her, midwife)
    second = agreed(her, midwife, Agreed("call"))
    assert newest_contact(her.pk) == second
    assert SafeContact.objects.get(pk=first.pk).channel == "text"
    assert (second.confirmed_on, second.confirmed_by) == (clock.today(), midwife)


def test_still_right_is_the_same_again_dated_today(her: Woman, midwife: User, ten_o_clock: Any) -> None:
    first = agreed(her, midwife, number="07700 900123")
    ten_o_clock.shift(timedelta(days=29))
    assert not first.is_confirmed(clock.today())
    again = confirm_contact(her, seen=first.pk, by=midwife)
    assert again.agreed == SafeContact.objects.get(pk=first.pk).agreed
    assert again.is_confirmed(clock.today())
    assert opened(her, midwife).details == {"number": "07700 900123"}


def test_pressed_twice_it_counts_once(her: Woman, midwife: User, ten_o_clock: Any) -> None:
    first = agreed(her, midwife)
    ten_o_clock.shift(timedelta(days=1))
    again = confirm_contact(her, seen=first.pk, by=midwife)
    assert confirm_contact(her, seen=first.pk, by=midwife) == again
    assert her.safe_contacts.count() == 2


def test_what_was_changed_meanwhile_is_not_confirmed_unread(her: Woman, midwife: User) -> None:
    first = agreed(her, midwife)
    agreed(her, also(her, staff()), Agreed("call"))
    with pytest.raises(Refused, match="Read it again"):
        confirm_contact(her, seen=first.pk, by=midwife)
    with pytest.raises(Refused, match="Read it again"):
        agree_contact(her, TEXT, {"number": "07700 900123"}, seen=first.pk, by=midwife)
    assert not her.contact_details.exists()


def test_nothing_unsafe_and_nothing_unasked_can_be_confirmed(her: Woman, midwife: User) -> None:
    with pytest.raises(Refused, match="Nothing is agreed"):
        confirm_contact(her, seen=None, by=midwife)
    unsafe = mark_unsafe(her, by=midwife)
    with pytest.raises(Refused, match="Nothing is agreed"):
        confirm_contact(her, seen=unsafe.pk, by=midwife)


@pytest.mark.parametrize(
    ("agreement", "field"),
    [
        (Agreed(""), "channel"),
        (Agreed("pigeon"), "channel"),
        (Agreed("text", safe_from=time(14), safe_until=time(9)), "safe_until"),
        (Agreed("text", note="07700 900123"), "note"),
        (Agreed("text", hours="at 14 Weaver Row"), "hours"),
    ],
)
def test_what_cannot_be_is_refused(her: Woman, midwife: User, agreement: Agreed, field: str) -> None:
    with pytest.raises(Refused) as refused:
        agreed(her, midwife, agreement)
    assert refused.value.field == field
    assert not her.safe_contacts.exists()


def test_a_text_from_a_file_goes_to_the_side_where_it_belongs(her: Woman, midwife: User) -> None:
    assert note_contact(her, "text only", by=None).note == "text only"
    other = in_care_of(midwife, safe_contact="her sister, 07700 900123")
    assert [contact.note for contact in other.safe_contacts.all()] == [""]
    assert opened(other, midwife).details == {"note": "her sister, 07700 900123"}


@pytest.mark.parametrize("verb", [lambda her, by: agreed(her, by), lambda her, by: mark_unsafe(her, by=by)])
def test_somebody_without_the_ability_changes_nothing(her: Woman, verb: Any) -> None:
    with pytest.raises(PermissionDenied):
        verb(her, also(her, staff(Role.SERVICE_MANAGER)))
    assert not her.safe_contacts.exists()


# -- where she is --------------------------------------------------------------------------------

HOME = Place("home", "14 Weaver Row", "ZX1 2AB", safe_to_visit=True)
REFUGE = Place("refuge", "The Limes", "ZX1 4CD", safe_to_write=True)


def test_the_newest_of_a_kind_holds_and_an_end_takes_it_away(her: Woman, midwife: User) -> None:
    for place in (Place("home", "old lines", safe_to_visit=True), HOME, REFUGE):
        record_address(her, place, by=midwife)
    assert {place.lines for place in opened(her, midwife, "other", "a test").places} == {"14 Weaver Row", "The Limes"}
    record_address(her, Place("home", "14 Weaver Row", ends_on=date(2199, 1, 1)), by=midwife)
    assert len(opened(her, midwife, "other", "a test").places) == 2, "she is still there"
    record_address(her, Place("home", "14 Weaver Row", ends_on=date(2026, 1, 1)), by=midwife)
    (left,) = opened(her, midwife, "other", "a test").places
    assert (left.kind, left.protected) == ("refuge", True)
    assert her.addresses.count() == 5


def test_no_fixed_address_is_an_answer(her: Woman, midwife: User) -> None:
    record_address(her, Place("none"), by=midwife)
    assert [place.kind for place in opened(her, midwife, "visit").places] == ["none"]
    with pytest.raises(Refused, match="no lines"):
        record_address(her, Place("none", "14 Weaver Row"), by=midwife)


@pytest.mark.parametrize(
    ("purpose", "details", "places", "withheld"),
    [
        ("call", {"number", "code_name", "who_else"}, set(), 0),
        ("visit", {"code_name", "who_else"}, {"home"}, 1),
        ("write", {"email", "code_name", "who_else"}, {"refuge"}, 1),
        ("hand_over", {"number", "email", "code_name", "who_else"}, {"home", "refuge"}, 0),
        ("other", {"number", "email", "code_name", "who_else"}, {"home", "refuge"}, 0),
    ],
)
def test_a_purpose_shows_what_it_needs_and_no_more(
    her: Woman, midwife: User, purpose: str, details: set[str], places: set[str], withheld: int
) -> None:
    agreed(her, midwife, **PRIVATE, email="jay@mail.example", say="")
    record_address(her, HOME, by=midwife)
    record_address(her, REFUGE, by=midwife)
    shown = opened(her, midwife, purpose, "to the ward")
    assert shown.details.keys() == details
    assert {place.kind for place in shown.places} == places
    assert shown.withheld == withheld


def test_a_detail_that_is_taken_away_is_gone_for_readers(her: Woman, midwife: User) -> None:
    agreed(her, midwife, **PRIVATE)
    agreed(her, midwife, number="")
    assert opened(her, midwife).details.keys() == {"code_name", "who_else"}
    assert her.contact_details.filter(kind="number").count() == 2


def test_every_opening_is_written_down_with_what_it_showed(her: Woman, midwife: User) -> None:
    agreed(her, midwife, **PRIVATE)
    record_address(her, HOME, by=midwife)
    opened(her, midwife, "hand_over", "to D. Farrow")
    opening = Opening.objects.get()
    assert (opening.woman, opening.user, opening.purpose, opening.in_words) == (
        her, midwife, "hand_over", "to D. Farrow",
    )  # fmt: skip
    assert opening.what == "code_name, number, who_else, address: home"


def test_nothing_is_shown_without_the_row_that_says_so(her: Woman, midwife: User) -> None:
    agreed(her, midwife, **PRIVATE)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pathways_opening ADD CONSTRAINT full_up CHECK (id < 0)")
    with pytest.raises(DatabaseError), transaction.atomic():
        opened(her, midwife)


def test_it_is_shown_once(her: Woman, midwife: User) -> None:
    form = uuid.uuid4()
    opened(her, midwife, form=form)
    with pytest.raises(Refused, match="shown once"):
        opened(her, midwife, form=form)
    assert Opening.objects.count() == 1


@pytest.mark.parametrize(("purpose", "words"), [("", ""), ("curiosity", "x"), ("hand_over", " "), ("other", "")])
def test_without_a_purpose_nothing_opens(her: Woman, midwife: User, purpose: str, words: str) -> None:
    with pytest.raises(Refused):
        opened(her, midwife, purpose, words)
    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("role", "team"),
    [(Role.WARD_MIDWIFE, "maple"), (Role.SERVICE_MANAGER, "office"), (Role.PERINATAL_MENTAL_HEALTH, None)],
)
def test_a_role_without_the_label_opens_nothing(her: Woman, role: Role, team: str | None) -> None:
    with pytest.raises(PermissionDenied):
        opened(her, also(her, staff(role, team=team)))
    assert not Opening.objects.exists()


@pytest.mark.parametrize("given", ["the ability", "the label"])
def test_neither_the_ability_nor_the_label_is_enough(her: Woman, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    role = Role.WARD_MIDWIFE
    if given == "the ability":
        monkeypatch.setitem(ABILITIES, role, ABILITIES[role] | {Ability.OPEN_ADDRESS})
    else:
        monkeypatch.setitem(LABELS, role, LABELS[role] | {Label.ADDRESS})
    with pytest.raises(PermissionDenied):
        opened(her, also(her, staff(role, team="maple")))


def test_the_database_opens_nothing_to_nobody(her: Woman) -> None:
    with pytest.raises(DatabaseError, match="no such woman"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT open_contact(%s, 'call', '', %s)", [her.pk, str(uuid.uuid4())])


def asks_the_database(her: Woman, by: User) -> None:
    """Past every check in Python."""
    with as_role(WEB), acting_as(by), connection.cursor() as cursor:
        cursor.execute("SELECT open_contact(%s, 'call', '', %s)", [her.pk, str(uuid.uuid4())])


@pytest.mark.parametrize("who", ["no grant", "no label", "a grant for other labels", "a conflict"])
def test_the_database_asks_for_itself(her: Woman, who: str) -> None:
    role = Role.WARD_MIDWIFE if who == "no label" else Role.SPECIALIST_MIDWIFE
    person = staff(role, site="GLEN")  # a caseload team of her site sees whoever has no midwife
    if who != "no grant":
        also(her, person)
    if who == "a grant for other labels":
        Grant.objects.filter(user=person).update(labels=["general"])
    if who == "a conflict":
        Conflict.objects.create(woman=her, user=person)
    with pytest.raises(DatabaseError, match="no such woman"), transaction.atomic():
        asks_the_database(her, person)
    assert not Opening.objects.exists()
    asks_the_database(her, also(her, staff()))
    assert Opening.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT value FROM pathways_contactdetail",
        "SELECT * FROM pathways_contactdetail",
        "SELECT lines FROM pathways_address",
        "SELECT count(*) FROM pathways_address WHERE kind = 'refuge'",
        "SELECT t FROM pathways_address t",
        "UPDATE pathways_contactdetail SET value = '1'",
        "DELETE FROM pathways_address",
        "INSERT INTO pathways_opening (woman_id) VALUES (1)",
        "UPDATE pathways_opening SET purpose = 'call'",
        "COPY pathways_address TO STDOUT",
    ],
)
@pytest.mark.parametrize("role", [WEB, "cc_worker"])
def test_pages_and_worker_cannot_read_where_she_is(her: Woman, midwife: User, role: str, statement: str) -> None:
    agreed(her, midwife, **PRIVATE)
    record_address(her, HOME, by=midwife)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        as_role(role),
        acting_as(midwife),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_page_writes_of_a_woman_it_sees_and_of_no_other(her: Woman, midwife: User) -> None:
    other, stranger = woman(site="CALD"), staff(site="GLEN")
    with as_role(WEB), acting_as(midwife):
        agreed(her, midwife, **PRIVATE)
        record_address(her, HOME, by=midwife)
    for forbidden in (
        lambda: SafeContact.objects.create(woman=other, channel="call"),
        lambda: ContactDetail.objects.create(woman=other, kind="number", value="1"),
        lambda: Address.objects.create(woman=other, kind="none"),
        lambda: MessageToHer.objects.create(woman=other, channel="text", message="ring_us"),
    ):
        refused = pytest.raises(DatabaseError, match="row-level security")
        with refused, transaction.atomic(), as_role(WEB), acting_as(midwife):
            forbidden()
    with as_role(WEB), acting_as(stranger):
        assert not SafeContact.objects.exists()
        assert newest_contact(her.pk) is None


# -- sending -------------------------------------------------------------------------------------


def test_a_message_waits_to_be_sent_by_the_way_she_agreed_to(her: Woman, midwife: User) -> None:
    agreed(her, midwife)
    message = reach(her, "ring_us", TEN, by=midwife)
    assert (message.woman, message.channel, message.sent_at, message.queued_by) == (her, "text", None, midwife)
    assert may_still_go(message, TEN).allowed
    assert not may_still_go(message, TEN + timedelta(hours=5)).allowed, "it is after 14:00"


def test_after_unsafe_nothing_goes_and_what_waits_is_called_back(her: Woman, midwife: User) -> None:
    agreed(her, midwife)
    message = reach(her, "ring_us", TEN, by=midwife)
    mark_unsafe(her, by=midwife)
    message.refresh_from_db()
    assert message.recalled_at is not None
    assert not may_still_go(message, TEN).allowed
    with pytest.raises(NotSafe):
        reach(her, "ring_us", TEN, by=midwife)
    assert mark_unsafe(her, by=midwife) == newest_contact(her.pk)
    assert her.safe_contacts.count() == 2


def test_after_her_death_nothing_goes(midwife: User) -> None:
    record = journey(midwife=midwife)
    agreed(record.woman, midwife)
    message = reach(record.woman, "ring_us", TEN, by=midwife)
    happened(record, ("first_contact", ago(30)), ("mother_died", ago(1)))
    assert not may_still_go(message, TEN).allowed
    with pytest.raises(NotSafe, match="died"):
        reach(record.woman, "ring_us", TEN, by=midwife)


def test_a_letter_goes_only_where_it_is_safe_to_write(her: Woman, midwife: User) -> None:
    agreed(her, midwife, Agreed("letter"))
    record_address(her, HOME, by=midwife)
    assert not may_reach(her, "letter", TEN).allowed
    record_address(her, REFUGE, by=midwife)
    with as_role("cc_worker"):  # whoever delivers asks again
        assert may_reach(her, "letter", TEN).allowed
    record_address(her, Place("refuge", "The Limes", ends_on=date(2026, 3, 1), safe_to_write=True), by=midwife)
    assert not may_reach(her, "letter", TEN).allowed


def test_a_stranger_does_not_learn_that_there_is_an_address(her: Woman, midwife: User) -> None:
    record_address(her, REFUGE, by=midwife)
    stranger = staff(site="GLEN")
    for person, learns in ((midwife, True), (stranger, False)):
        with as_role(WEB), acting_as(person), connection.cursor() as cursor:
            cursor.execute("SELECT has_address_to_write_to(%s)", [her.pk])
            assert cursor.fetchone() == (learns,)
    with as_role("cc_worker"):
        assert may_reach(her, "letter", TEN).why == "No way is agreed yet."


@pytest.mark.parametrize("channel", ["call", "through", "visits", "none"])
def test_no_message_goes_where_somebody_has_to_speak_to_her(her: Woman, midwife: User, channel: str) -> None:
    agreed(her, midwife, Agreed(channel))
    with pytest.raises(NotSafe):
        reach(her, "ring_us", TEN, by=midwife)


def test_only_a_fixed_text_can_be_sent(her: Woman, midwife: User) -> None:
    agreed(her, midwife)
    with pytest.raises(KeyError):
        reach(her, "Your methadone is ready", TEN, by=midwife)
    for message in MESSAGES:
        reach(her, message, TEN, by=midwife)
    assert MessageToHer.objects.count() == len(MESSAGES)


def test_of_a_thousand_unconfirmed_or_unsafe_none_is_reached(midwife: User) -> None:
    template = woman()
    fields = {name: getattr(template, name) for name in ("site_id", "first_name", "last_name", "date_of_birth")}
    hers = Woman.objects.bulk_create(Woman(**fields, search_key="x", sort_key=f"{n}") for n in range(1000))
    today = clock.today()
    kinds: list[dict[str, Any] | None] = [
        None,  # never asked
        {"channel": "text"},  # never confirmed
        {"channel": "text", "confirmed_on": today - timedelta(days=29)},
        {"channel": "text", "confirmed_on": today + timedelta(days=1)},
        {"channel": "text", "confirmed_on": today, "still_safe": False},
        {"channel": "none", "confirmed_on": today},
        {"channel": "", "note": "text is fine", "confirmed_on": today},
        {"channel": "text", "confirmed_on": today, "safe_from": time(15)},
        {"channel": "text", "confirmed_on": today, "days": [6]},
        {"channel": "email", "confirmed_on": today, "hours": "when he is out"},
    ]
    SafeContact.objects.bulk_create(
        SafeContact(woman=each, **kind) for n, each in enumerate(hers) if (kind := kinds[n % len(kinds)]) is not None
    )
    refusals = 0
    for each in hers:
        with pytest.raises(NotSafe):
            reach(each, "ring_us", TEN, by=midwife)
        refusals += 1
    assert (refusals, MessageToHer.objects.count()) == (1000, 0)


@pytest.mark.django_db(transaction=True)
def test_unsafe_at_the_same_moment_wins_or_comes_after() -> None:
    """Twenty times: whoever is first, no message waits once she has said that it is unsafe."""
    midwife = staff()

    def send(her: Woman) -> None:
        with acting_as(midwife), suppress(NotSafe):
            reach(her, "ring_us", TEN, by=midwife)
        connection.close()

    def unsafe(her: Woman) -> None:
        with acting_as(midwife):
            mark_unsafe(her, by=midwife)
        connection.close()

    for turn in range(20):
        her = in_care_of(midwife)
        agreed(her, midwife)
        threads = [threading.Thread(target=act, args=[her]) for act in ((send, unsafe) if turn % 2 else (unsafe, send))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not MessageToHer.objects.filter(woman=her, recalled_at=None).exists()


def test_nothing_of_the_private_side_is_named_by_a_row(her: Woman, midwife: User) -> None:
    agreed(her, midwife, **PRIVATE)
    record_address(her, HOME, by=midwife)
    rows = [*ContactDetail.objects.all(), *Address.objects.all(), *SafeContact.objects.all()]
    said = " ".join(f"{row} {row!r}" for row in rows)
    assert not [canary for canary in (*PRIVATE.values(), "Weaver", "ZX1") if canary in said]
