"""Whatever a signed-in person sends, the answer is a page that says what to do: never 5xx, and nothing changes.

Every route of the product, as five roles, with ids, addresses and forms that nobody foresaw.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import comb

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from carecoord.access.roles import Role
from pathways.models import Correction, Event, Handoff, Woman
from tests.factories import ago, happened, journey, staff

pytestmark = pytest.mark.django_db

OURS = ("pathways", "carecoord.audit")

BIG = 10**25
ODD_IDS = (0, 1, 2**31, 2**63, BIG)
ODD_WORDS = (
    "done",
    "declined",
    "booking_completed",
    "baby_born",
    "no-such-kind",
    "-",
    "handoff_completed",
    "abuse",
    "a" * 300,
)
ODD_QUERIES = (
    "",
    "?page=-1",
    "?page=99999999999999999999",
    "?page=x&show=%27%3B--&of=%00",
    "?show=action&of=nobody&page=1",
    "?around=elsewhere&view=%F0%9F%92%8A&found=1",
    "?of=" + "a" * 3000,
    "?show[]=1&show=2&show=&%FF=%FE",
)
ODD_VALUES = (
    "",
    "0",
    "-1",
    str(BIG),
    "2026-02-30",
    "31/12/0001",
    "9999",
    "25:61",
    "=HYPERLINK('x')",
    "💊" * 50,
    "\u202eabc\u0301" * 20,
    "a" * 20_000,
    "' OR 1=1 --",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "\x07\x1b[31m",
)
FIELDS = """
    q first_name last_name preferred_name pronouns legal_first_name date_of_birth_0 date_of_birth_1 date_of_birth_2
    nhs_number chi_number team edd_0 edd_1 edd_2 edd first_contact_at_0 first_contact_at_1 first_contact_at_2
    first_contact_at_3 medication safe_contact submission occurred_at_0 occurred_at_1 occurred_at_2 occurred_at_3 baby
    note reason details opioid in_treatment place planned_for_0 to midwife buddy confirmed saved preview not_these
    allergies interpreter what_matters number pregnancy result late_reason mine channel days safe_from safe_until hours
    voicemail email through code_name say who_else take_away seen kind lines postcode begins_on_0 ends_on_0 protected
    safe_to_visit purpose in_words category text
""".split()


def our_patterns() -> list[URLPattern]:
    """Every route that is ours: those at the root, without the sign-in library's and the health pages."""
    found = [pattern for each in get_resolver().url_patterns for pattern in getattr(each, "url_patterns", [each])]
    return [pattern for pattern in found if pattern.callback and pattern.callback.__module__.startswith(OURS)]


def in_pairs(places: list[Sequence[object]]) -> Iterator[tuple[object, ...]]:
    """A value for each place, so often that any two values of any two places meet: with one or two places, all.

    Of a route with four places every combination would be two thousand, nearly all of them the same page that is
    not there.
    """
    if len(places) < 2:
        yield from product(*places)
        return
    met = set()
    for new in range(comb(len(places), 2), 0, -1):  # first those in which the most values meet for the first time
        for chosen in product(*places):
            pairs = set(combinations(enumerate(chosen), 2))
            if len(pairs - met) >= new:
                met |= pairs
                yield chosen


def addresses() -> list[str]:
    """Each route with odd ids and odd words in all its places."""
    found = set()
    for pattern in our_patterns():
        route = str(pattern.pattern)
        parts = [part for part in route.split("/") if part.startswith("<")]
        values = [ODD_IDS if part.startswith("<int") else ODD_WORDS for part in parts]
        for chosen in in_pairs(values):
            address = route
            for part, value in zip(parts, chosen, strict=True):
                address = address.replace(part, str(value), 1)
            found.add("/" + address)
    return sorted(found)


@pytest.fixture
def known() -> dict[str, int]:
    """A woman with a journey on which something stands."""
    record = journey()
    happened(record, ("first_contact", ago(40)), ("booking_completed", ago(30)))
    return {"journey": record.pk, "woman": record.woman_id, "handoff": record.handoffs.first().pk}


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Woman, Event, Correction, Handoff))


@pytest.mark.parametrize(
    ("role", "team"),
    [
        (Role.SPECIALIST_MIDWIFE, "bridge"),
        (Role.WARD_MIDWIFE, "maple"),
        (Role.HEALTH_VISITOR, "hv"),
        (Role.SERVICE_MANAGER, "office"),
        (Role.PRIVACY_OFFICER, "office"),
    ],
)
def test_no_address_answers_5xx_to_anybody(client, known, role, team):
    client.raise_request_exception = False
    client.force_login(staff(role, team=team))
    before = everything()
    tried = 0
    for address in addresses():
        for query in ODD_QUERIES if address.count("/") < 4 else ODD_QUERIES[:2]:
            assert client.get(address + query).status_code < 500, address + query
            tried += 1
    assert tried > 300
    assert everything() == before


def test_no_form_answers_5xx_and_none_of_it_is_stored(client, known):
    client.raise_request_exception = False
    client.force_login(staff())
    chance = random.Random(2026)
    before = everything()
    ids = {"journeys": known["journey"], "women": known["woman"], "handoffs": known["handoff"]}
    for address in addresses():
        first = address.split("/")[1]
        addressed = "/".join(str(ids[first]) if part == "1" and first in ids else part for part in address.split("/"))
        for _ in range(3):
            form = {name: chance.choice(ODD_VALUES) for name in FIELDS if chance.random() < 0.8}
            form["date_of_birth_2"] = chance.choice(("", "1899", "abc"))  # never a woman who could be
            form["occurred_at_2"] = chance.choice(("", "9999", "0001", "abc"))  # never a time that could be
            form["edd_2"] = chance.choice(("", "0", "99999"))
            form["midwife"] = chance.choice(ODD_VALUES)
            assert client.post(addressed, form).status_code < 500, (addressed, form)
    assert everything()[:3] == before[:3]


def test_uploads_and_other_bodies_get_a_clear_answer(client, known):
    client.raise_request_exception = False
    client.force_login(staff())
    sheet = SimpleUploadedFile("women.xlsx", b"PK\x03\x04" + bytes(5000))
    bodies = (
        {"data": {"file": sheet, "first_name": "x"}},
        {"data": b"\x00\xff" * 1000, "content_type": "application/x-www-form-urlencoded"},
        {"data": "first_name=" + "a" * (10 * 1024 * 1024), "content_type": "application/x-www-form-urlencoded"},
        {"data": "{", "content_type": "application/json"},
        {"data": "--x\r\n", "content_type": "multipart/form-data; boundary=x"},
        {"data": "", "content_type": "multipart/form-data"},
        {"data": "&".join(f"f{n}=1" for n in range(2000)), "content_type": "application/x-www-form-urlencoded"},
    )
    for address in ("/women/add/", "/caseload/search/", f"/journeys/{known['journey']}/record/contact_made/"):
        for body in bodies:
            answer = client.post(address, **body)
            assert answer.status_code < 500, (address, body)
    assert Woman.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "head", "trace"])
def test_other_methods_get_an_answer_too(client, known, method):
    client.raise_request_exception = False
    client.force_login(staff())
    for address in ("/caseload/", "/handoffs/", "/women/add/", f"/journeys/{known['journey']}/"):
        assert getattr(client, method)(address).status_code < 500
