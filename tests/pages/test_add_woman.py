"""Adding a woman: what is asked, the question before saving, and what cannot be saved."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from carecoord import clock
from carecoord.access.models import Team
from carecoord.access.roles import Role
from pathways.finding import registration
from pathways.finding.duplicates import near_dates, possible_duplicates
from pathways.models import Event, Identifier, Journey, Woman
from tests.factories import journey, staff, woman

URL = "/women/add/"
BORN = date(1994, 3, 4)


@pytest.fixture
def signed_in(client: Any, db: None) -> Any:
    client.force_login(staff(name="A. Reid"))
    return client


def boxes(name: str, day: date) -> dict[str, str]:
    return {f"{name}_0": str(day.day), f"{name}_1": str(day.month), f"{name}_2": str(day.year)}


def filled(**fields: Any) -> dict[str, str]:
    """A form that can be saved."""
    known = {
        "submission": str(uuid.uuid4()),
        "preferred_name": "Shan",
        "last_name": "O’Connor-Łukasz",
        **boxes("date_of_birth", BORN),
        "team": str(Team.objects.get(code="bridge", site__code="ASHF").pk),
    }
    return {**known, **fields}


def sent(client: Any, **fields: Any) -> Any:
    return client.post(URL, filled(**fields))


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# -- saving ------------------------------------------------------------------------------------


def test_a_name_and_a_date_of_birth_are_enough(signed_in: Any) -> None:
    answer = sent(signed_in)
    her = Woman.objects.get()
    record = her.journeys.get()
    assert answer.headers["Location"] == f"/journeys/{record.pk}/"
    assert (her.first_name, her.preferred_name, her.called, her.date_of_birth) == ("Shan", "", "Shan", BORN)
    assert (record.number, record.team.code, record.stage, record.named_midwife) == (1, "bridge", "", None)
    assert not Event.objects.exists()


def test_everything_that_is_known_is_saved(signed_in: Any) -> None:
    today = clock.today()
    edd = today + timedelta(days=150)
    contact = {**boxes("first_contact_at", today - timedelta(days=3)), "first_contact_at_3": "09:05"}
    sent(
        signed_in,
        legal_first_name="Siân",
        pronouns="she/her",
        nhs_number="999 000 0018",
        chi_number="310298 0007",
        safe_contact="text only 😀",
        medication="buprenorphine_sl",
        **boxes("edd", edd),
        **contact,
    )
    her = Woman.objects.get()
    record = her.journeys.get()
    assert (her.first_name, her.preferred_name, her.pronouns) == ("Siân", "Shan", "she/her")
    assert her.safe_contacts.get().note == "text only 😀"
    assert {number.kind: number.value for number in her.numbers} == {"nhs": "9990000018", "chi": "3102980007"}
    assert (record.edd_at_entry, record.edd, record.medication_at_entry) == (edd, edd, "buprenorphine_sl")
    (first,) = record.events.all()
    assert (first.kind, first.recorded_by.name) == ("first_contact", "A. Reid")
    assert first.occurred_at.astimezone(clock.LONDON).strftime("%H:%M") == "09:05"
    assert record.stage == "booking"
    assert record.handoffs.exists()


def test_the_same_form_sent_twice_makes_one_woman(signed_in: Any) -> None:
    form = filled()
    answers = [signed_in.post(URL, form) for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert (Woman.objects.count(), Journey.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_form", [True, False])
def test_two_browsers_at_once_make_one_woman(same_form: bool, monkeypatch: Any) -> None:
    both_have_looked = Barrier(2)

    def look_together(*args: Any, **kwargs: Any) -> Any:
        found = possible_duplicates(*args, **kwargs)
        with suppress(BrokenBarrierError):  # only one of them gets here at a time
            both_have_looked.wait(0.5)
        return found

    def send(typed: dict[str, str], browser: Client) -> Any:
        try:
            return browser.post(URL, typed)
        finally:
            connection.close()

    monkeypatch.setattr(registration, "possible_duplicates", look_together)
    browsers = Client(), Client()
    for browser in browsers:
        browser.force_login(staff())
    form = filled()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, (form, form if same_form else filled()), browsers))
    assert Woman.objects.count() == 1
    assert sorted(answer.status_code for answer in answers) == ([302, 302] if same_form else [200, 302])


# -- is she here already? ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "preferred", "last", "born"),
    [
        ("Shan", "", "O'Connor Lukasz", BORN),  # accents, hyphens
        ("Siân", "Shan", "O’Connor-Łukasz", BORN),  # the name she uses
        ("Shan", "", "Oconner-Lukasz", BORN),  # a slip
        ("O’Connor-Łukasz", "", "Shan", BORN),  # the wrong way round
        ("Shan", "", "Murphy", BORN),  # married
        ("Jane", "", "O’Connor-Łukasz", BORN),  # another first name
        ("Shan", "", "O’Connor-Łukasz", date(1994, 4, 3)),  # day and month swapped
        ("Shan", "", "O’Connor-Łukasz", date(1994, 3, 14)),  # a digit
        ("Shan", "", "O’Connor-Łukasz", date(1989, 3, 4)),  # a year
    ],
)
def test_who_could_be_her_is_shown_before_anything_is_saved(
    signed_in: Any, first: str, preferred: str, last: str, born: date
) -> None:
    her = journey(
        first_name=first, preferred_name=preferred, last_name=last, date_of_birth=born, nhs_number="9990000018"
    )
    answer = sent(signed_in, pronouns="they/them", safe_contact="only by text")
    page = text(answer)
    assert Woman.objects.count() == 1
    assert f'href="/journeys/{her.pk}/"' in page
    for shown in (
        her.woman.full_name.replace("'", "&#x27;"),
        f"born {born.day} {born:%b %Y}",
        "999 000 0018",
        "Bridge",
    ):
        assert shown in page
    for typed in ("they/them", "only by text", 'value="Shan"', 'value="O’Connor-Łukasz"', 'value="1994"'):
        assert typed in page


@pytest.mark.parametrize(
    ("first", "last", "born"),
    [
        ("Shan", "Murphy", date(1994, 4, 3)),
        ("Amina", "Yusuf", BORN),
        ("Shan", "O’Connor-Łukasz", date(1987, 11, 27)),
    ],
)
def test_others_do_not_stand_in_the_way(signed_in: Any, first: str, last: str, born: date) -> None:
    woman(first_name=first, last_name=last, date_of_birth=born)
    assert sent(signed_in).status_code == 302


def test_somebody_else_is_saved_once_that_is_said(signed_in: Any) -> None:
    twin = journey(first_name="Shan", last_name="O’Connor-Łukasz", date_of_birth=BORN).woman
    form = filled()
    answer = signed_in.post(URL, form)
    assert f'name="not_these" value="{twin.pk}"' in answer.content.decode()
    answer = signed_in.post(URL, {**form, "not_these": str(twin.pk)})
    assert answer.status_code == 302
    assert Woman.objects.count() == 2


def test_saying_so_of_one_does_not_say_so_of_another_who_came_since(signed_in: Any) -> None:
    first = journey(first_name="Shan", last_name="O’Connor-Łukasz", date_of_birth=BORN).woman
    journey(first_name="Shan", last_name="O’Connor-Łukasz", date_of_birth=BORN)
    assert sent(signed_in, not_these=f"{first.pk},x,-1,{10**40}").status_code == 200
    assert Woman.objects.count() == 2


def test_women_of_another_site_are_not_shown(signed_in: Any) -> None:
    woman(site="CALD", first_name="Shan", last_name="O’Connor-Łukasz", date_of_birth=BORN)
    assert sent(signed_in).status_code == 302


def test_a_number_that_is_taken_is_refused_with_a_way_there(signed_in: Any) -> None:
    her = journey(first_name="Holder", nhs_number="9990000018")
    answer = sent(signed_in, nhs_number="999 000 0018", not_these=str(her.woman.pk))
    page = text(answer)
    assert "This NHS number belongs to another woman." in page
    assert f'href="/journeys/{her.pk}/"' in page
    assert "This is somebody else" not in page
    assert Woman.objects.count() == 1


@pytest.mark.parametrize("site", ["ASHF", "CALD"])
def test_a_number_of_a_woman_one_may_not_see_reads_like_any_other(signed_in: Any, site: str) -> None:
    journey(site=site, midwife=staff(site=site), first_name="Holder", nhs_number="9990000018")
    pages = []
    for name, number in (("Ada", "9990000018"), ("Eve", "9990000034")):
        answer = sent(signed_in, preferred_name=name, last_name=name, nhs_number=number)
        her = Woman.objects.get(last_name=name).journeys.get()
        assert (answer.status_code, answer.url) == (302, f"/journeys/{her.pk}/")
        page = signed_in.get(answer.url).content.decode()
        for own in (f"/{her.pk}/", f"/{her.woman_id}/", number, f"{number[:3]} {number[3:6]} {number[6:]}", name):
            page = page.replace(own, "")
        pages.append(re.sub(r'value="[^"]*"|#w\d+', "", page))
    assert pages[0] == pages[1]
    assert Identifier.objects.filter(disputed=True).count() == 1


def test_dates_that_are_easily_mistyped() -> None:
    near = near_dates(date(1994, 3, 4), on=date(2026, 11, 20))
    assert {date(1994, 4, 3), date(1994, 3, 14), date(1994, 3, 5), date(1984, 3, 4), date(2001, 3, 4)} <= near
    assert near.isdisjoint({date(1994, 3, 4), date(1994, 5, 15), date(1994, 4, 4 + 1)})
    assert near_dates(date(2000, 2, 29), on=date(2026, 11, 20))


# -- what cannot be saved ----------------------------------------------------------------------


def in_days(days: int) -> dict[str, str]:
    return boxes("edd", clock.today() + timedelta(days=days))


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"preferred_name": " "}, "preferred_name", "Enter the name she uses."),
        ({"last_name": ""}, "last_name", "Enter her last name."),
        ({"preferred_name": "Shan😀"}, "preferred_name", "Take out ‘😀’."),
        ({"last_name": "Reid\u202enoitadnuof"}, "last_name", "Take out hidden signs."),
        ({"last_name": "---"}, "last_name", "Write the name with letters."),
        ({"preferred_name": "x" * 201}, "preferred_name", "Shorten this to 200 characters; it has 201."),
        ({"last_name": "Ł" * 1_000_000}, "last_name", "Shorten this to 200 characters; it has 1000000."),
        ({"safe_contact": "x" * 2001}, "safe_contact", "Shorten this to 2000 characters"),
        ({"date_of_birth_0": ""}, "date_of_birth", "Enter the day too"),
        ({"date_of_birth_0": "31", "date_of_birth_1": "2"}, "date_of_birth", "There is no day 31/2/1994."),
        ({"date_of_birth_2": "2999"}, "date_of_birth", "Check the year"),
        ({"date_of_birth_2": "2026", "date_of_birth_1": "1"}, "date_of_birth", "younger than 10"),
        ({"date_of_birth_2": "1930"}, "date_of_birth", "older than 70"),
        ({"date_of_birth_2": "9" * 5000}, "date_of_birth", "four digits"),
        ({"nhs_number": "9990000019"}, "nhs_number", "the check digit does not fit"),
        ({"nhs_number": "999000"}, "nhs_number", "10 digits are needed"),
        ({"chi_number": "3102980008"}, "chi_number", "the check digit does not fit"),
        ({"team": "999999999999999999999"}, "team", "Choose a team of your site."),
        ({"team": "x"}, "team", "Choose a team of your site."),
        ({"medication": "aspirin"}, "medication", "aspirin"),
        ({"submission": "x"}, "submission", "Open the page again"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(
    signed_in: Any, wrong: dict[str, str], field: str, says: str
) -> None:
    answer = sent(signed_in, pronouns="xe/xem", **wrong)
    assert answer.status_code == 200
    assert says in " ".join(answer.context["form"].errors[field])
    assert "There is something to put right" in text(answer)
    assert 'value="xe/xem"' in answer.content.decode()
    assert not Woman.objects.exists()


def test_an_edd_that_cannot_be_is_refused(signed_in: Any) -> None:
    for days in (281, 700, -397, -3000):
        answer = sent(signed_in, **in_days(days))
        assert "Check the EDD" in " ".join(answer.context["form"].errors["edd"]), days
    assert not Woman.objects.exists()
    assert sent(signed_in, **in_days(280)).status_code == 302


def test_first_contact_is_neither_in_the_future_nor_before_the_pregnancy(signed_in: Any) -> None:
    today = clock.today()
    for days, says in ((1, "lies in the future"), (-200, "not pregnant yet")):
        contact = {**boxes("first_contact_at", today + timedelta(days=days)), "first_contact_at_3": "09:05"}
        answer = sent(signed_in, **in_days(200), **contact)
        assert says in " ".join(answer.context["form"].errors["first_contact_at"])
    answer = sent(signed_in, **boxes("first_contact_at", today))
    assert "time" in " ".join(answer.context["form"].errors["first_contact_at"])
    assert not Woman.objects.exists()


def test_a_form_without_its_key_is_refused(signed_in: Any) -> None:
    form = filled()
    del form["submission"]
    assert "Open the page again" in text(signed_in.post(URL, form))
    assert not Woman.objects.exists()


def test_nul_and_ten_megabytes_are_refused_as_a_whole(signed_in: Any) -> None:
    assert sent(signed_in, preferred_name="Sh\0an").status_code == 400
    assert sent(signed_in, safe_contact="x" * 10_000_000).status_code == 400
    assert not Woman.objects.exists()


def test_a_refused_number_leaves_no_half_of_her(signed_in: Any) -> None:
    journey(chi_number="3102980007")
    sent(signed_in, nhs_number="9990000018", chi_number="3102980007")
    assert (Woman.objects.count(), Identifier.objects.count()) == (1, 1)


# -- who may -----------------------------------------------------------------------------------


def test_a_woman_cannot_be_added_at_another_site(signed_in: Any) -> None:
    elsewhere = Team.objects.filter(site__code="CALD", kind=Team.Kind.CASELOAD)[0]
    assert "Choose a team" in text(sent(signed_in, team=str(elsewhere.pk)))
    assert not Woman.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.WARD_MIDWIFE, 200), (Role.SERVICE_MANAGER, 403), (Role.DRUG_SERVICE_KEYWORKER, 403)]
)
def test_who_may_add(client: Any, db: None, role: Role, status: int) -> None:
    client.force_login(staff(role))
    assert client.get(URL).status_code == status
    assert client.post(URL, {}).status_code == status


def test_ones_own_team_is_chosen_beforehand(client: Any, db: None) -> None:
    client.force_login(staff(team="valley"))
    valley = Team.objects.get(code="valley")
    assert f'<option value="{valley.pk}" selected>' in client.get(URL).content.decode()


def test_a_midwife_who_adds_a_woman_finds_her_on_her_caseload_unless_she_says_otherwise(client: Any, db: None) -> None:
    midwife = staff()
    client.force_login(midwife)
    sent(client, mine="on")
    sent(client, preferred_name="Zahra", last_name="Quill", **boxes("date_of_birth", date(1984, 1, 2)))
    first, second = Journey.objects.order_by("pk")
    assert (first.named_midwife, second.named_midwife) == (midwife, None)


def test_somebody_without_a_caseload_is_not_asked(client: Any, db: None) -> None:
    client.force_login(staff(Role.WARD_MIDWIFE, team="maple"))
    assert "mine" not in client.get(URL).context["form"].fields
