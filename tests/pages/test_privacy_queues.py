"""What a privacy officer looks at: openings, who asked in vain, and records that could be one woman's."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.actions import Sought, claim, review_opening
from carecoord.access.models import Conflict, Membership, Notice, Opening, Reason, Seal, User
from carecoord.access.roles import Role
from carecoord.refused import Refused
from pathways.actions import Person
from pathways.finding import matching
from pathways.finding.registration import NewJourney, register
from pathways.models import Identifier, Journey, MatchReview, Woman
from pathways.pages.privacy import review_due
from tests.factories import ago, journey, staff
from tests.pages.test_add_woman import boxes
from tests.pages.test_journey import text_of
from tests.pages.test_record import messages_of
from tests.roles import BOOKKEEPING, as_role

pytestmark = pytest.mark.django_db

BORN = date(1991, 4, 3)
SOMEBODY_ELSE = {"first_name": "Ewa", "last_name": "Low", "date_of_birth": date(1980, 1, 1)}


@pytest.fixture
def officer() -> User:
    return staff(Role.PRIVACY_OFFICER, team="office", name="N. Adeyemi")


@pytest.fixture
def ito() -> User:
    return staff(Role.WARD_MIDWIFE, team="maple", name="S. Ito")


def opened(by: User, **fields: Any) -> Opening:
    """``by`` has said that they care for a woman of their site."""
    made = journey(site=by.current_memberships[0].team.site.code, **fields)
    with acting_as(by):
        names = (made.woman.first_name.lower(), made.woman.last_name.lower())
        assert claim(Sought(BORN, names=names), Reason.CAME_IN, by=by).said == "opened"
    return Opening.objects.get(woman=made.woman)


def at(name: str, *arguments: object) -> str:
    return reverse(name, args=arguments)


# -- reviews -------------------------------------------------------------------------------------


def test_an_opening_is_looked_at_and_what_was_found_stays(client: Any, officer: User, ito: User) -> None:
    opening = opened(ito)
    client.force_login(officer)
    listed = text_of(client.get("/privacy/reviews/"))
    assert "S. Ito" in listed
    assert f"reference {opening.woman_id}" in listed
    assert "Tara" not in listed
    page = text_of(client.get(at("review", opening.pk)))
    assert "She has come to the ward or the labour ward" in page
    assert "Tara" not in page
    assert client.post(at("review", opening.pk), {"outcome": "talk"}).context["form"].errors["note"]
    sent = {"outcome": "talk", "note": "Rang her; she meant somebody else."}
    assert "Your review is saved." in messages_of(client.post(at("review", opening.pk), sent, follow=True))
    opening.refresh_from_db()
    assert (opening.outcome, opening.reviewed_by, opening.note) == ("talk", officer, sent["note"])
    again = client.post(at("review", opening.pk), {"outcome": "justified"}, follow=True)
    assert "Somebody has looked at this opening meanwhile. Read what they found." in messages_of(again)
    with pytest.raises(Refused, match="meanwhile"):  # both had the page open
        review_opening(opening, Opening.Outcome.JUSTIFIED, "", by=officer)
    assert "Nothing waits." in text_of(client.get("/privacy/reviews/"))


def test_nobody_reviews_their_own_nor_another_sites_nor_one_in_conflict(client: Any, officer: User, ito: User) -> None:
    opening = opened(ito)
    both = staff(Role.WARD_MIDWIFE, team="maple")
    Membership.objects.create(user=both, team=officer.current_memberships[0].team, role=Role.PRIVACY_OFFICER)
    own = opened(both, first_name="Ewa")
    conflicted = staff(Role.PRIVACY_OFFICER, team="office")
    Conflict.objects.create(woman=opening.woman, user=conflicted)
    foreign = staff(Role.PRIVACY_OFFICER, site="GLEN", team="office")
    for person, which in ((both, own), (conflicted, opening), (foreign, opening)):
        client.force_login(person)
        for send in (client.get, client.post):
            answer = send(at("review", which.pk), {"outcome": "justified"})
            assert answer.status_code == 404
        assert f"/privacy/reviews/{which.pk}/" not in client.get("/privacy/reviews/").content.decode()
        with as_role("none"), acting_as(person):  # the wall says the same where a page forgets
            assert Opening.objects.filter(pk=which.pk).exists() is (person == both)
            with suppress(ProgrammingError), transaction.atomic():
                Opening.objects.filter(pk=which.pk).update(reviewed_by=person, reviewed_at=ago(0), outcome="justified")
    assert set(Opening.objects.values_list("reviewed_by", flat=True)) == {None}


@pytest.mark.parametrize("role", [Role.SERVICE_MANAGER, Role.SITE_ADMINISTRATOR, Role.SPECIALIST_MIDWIFE])
def test_the_queues_are_for_privacy_officers(client: Any, role: Role) -> None:
    client.force_login(staff(role))
    for address in ("/privacy/reviews/", "/privacy/matches/", at("review", 1), at("match", 1)):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    ("site", "opened_at", "due"),
    [
        ("ASHF", "2026-11-18 09:00", "Thu 19 Nov"),
        ("ASHF", "2026-11-20 23:00", "Mon 23 Nov"),
        ("ASHF", "2026-12-24 09:00", "Tue 29 Dec"),  # Christmas Day, the weekend, Boxing Day's Monday
        ("GLEN", "2026-12-31 09:00", "Tue 5 Jan"),  # 4 January is a holiday in Scotland alone
        ("ASHF", "2026-12-31 09:00", "Mon 4 Jan"),
    ],
)
def test_a_review_is_due_within_one_working_day(site: str, opened_at: str, due: str) -> None:
    record = journey(site=site)
    opening = Opening(woman=record.woman, site=record.site, at=clock.parse_instant(opened_at)[0])
    assert clock.due_in_words(review_due(opening)) == due


def test_what_is_overdue_stands_first_and_says_so(client: Any, officer: User, ito: User) -> None:
    new, old = opened(ito), opened(ito, first_name="Ewa")
    Opening.objects.filter(pk=old.pk).update(at=ago(9))
    client.force_login(officer)
    page = client.get("/privacy/reviews/")
    assert [(row.opening, row.is_overdue) for row in page.context["waiting"]] == [(old, True), (new, False)]
    assert "Overdue" in text_of(page)


def test_the_list_takes_no_more_queries_however_long(client: Any, officer: User, ito: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/privacy/reviews/")
        return len([query for query in queries if not query["sql"].startswith(BOOKKEEPING)])

    opened(ito)
    client.force_login(officer)
    few = count()
    for name in ("Ewa", "Mia", "Zoe"):
        opened(staff(Role.WARD_MIDWIFE, team="maple"), first_name=name)
    assert count() == few


def test_a_review_tells_which_pages_were_opened_where_reads_are_written_down(
    client: Any, officer: User, ito: User
) -> None:
    opening, other = opened(ito), opened(ito, first_name="Ewa")
    with connection.cursor() as cursor:
        if "audit_read" not in connection.introspection.table_names(cursor):
            cursor.execute("CREATE TABLE audit_read (actor_id bigint, page text, women bigint[], at timestamptz)")
        for actor, page, woman, moment in (
            (ito.pk, "journey", opening.woman_id, clock.now()),
            (ito.pk, "journey", opening.woman_id, clock.now()),
            (ito.pk, "woman_details", opening.woman_id, clock.now()),
            (ito.pk, "edd", other.woman_id, clock.now()),
            (officer.pk, "edd", opening.woman_id, clock.now()),
        ):
            cursor.execute("INSERT INTO audit_read (actor_id, page, women, at) VALUES (%s, %s, %s, %s)", (
                actor, page, [woman], moment,
            ))  # fmt: skip
    client.force_login(officer)
    page = text_of(client.get(at("review", opening.pk)))
    assert "Pages journey (2), woman details (1) Review due" in page


def test_who_asked_in_vain_is_told_by_reference(client: Any, officer: User, ito: User) -> None:
    record = journey()
    Conflict.objects.create(woman=record.woman, user=ito)
    for _ in range(2):
        with acting_as(ito):
            assert claim(Sought(BORN, names=("tara", "reid")), Reason.VISIT, by=ito).said == "nothing"
    client.force_login(officer)
    page = text_of(client.get("/privacy/reviews/"))
    assert f"S. Ito reference {record.woman_id}" in page
    assert "2 times" in page
    client.force_login(staff(Role.PRIVACY_OFFICER, site="GLEN", team="office"))
    assert "S. Ito" not in text_of(client.get("/privacy/reviews/"))


def test_notices_are_counted_until_they_are_read(client: Any, officer: User, ito: User) -> None:
    opening = opened(ito)
    client.force_login(officer)
    page = client.get("/notices/")
    assert "1 waiting" in text_of(page)
    assert "A colleague opened a record by saying that they care for her. " in text_of(page)
    assert f"reference {opening.woman_id}" in text_of(page)
    assert "Tara" not in page.content.decode()
    assert Notice.objects.get().seen_at is None, "a GET changes nothing"
    client.post("/notices/")
    assert "waiting" not in text_of(client.get("/notices/"))


# -- matching ------------------------------------------------------------------------------------


@pytest.fixture
def glen_midwife() -> User:
    return staff(site="GLEN")


def registered(by: User, **fields: Any) -> Journey:
    person = Person(**{"first_name": "Tara", "last_name": "Reid", "date_of_birth": BORN, **fields})
    team = by.current_memberships[0].team
    with as_role("none"), acting_as(by):
        return register(person, NewJourney(team), not_these=frozenset(), submission=uuid.uuid4(), by=by)


def matched() -> list[tuple[int, int, str]]:
    with as_role("cc_worker"):
        while matching.match():
            pass
    return list(MatchReview.objects.order_by("pk").values_list("woman", "other", "because"))


def test_a_number_or_a_person_of_another_site_is_found_by_the_worker_alone(glen_midwife: User) -> None:
    one = journey(nhs_number="9990000018").woman
    number = registered(glen_midwife, **SOMEBODY_ELSE, nhs_number="9990000018")
    name = registered(glen_midwife, first_name="Tarra")
    assert Identifier.objects.get(woman=number.woman).disputed
    assert not MatchReview.objects.exists()
    assert matched() == [(one.pk, number.woman_id, "number"), (one.pk, name.woman_id, "names")]
    assert not Woman.objects.filter(matched_at=None).exists()


def test_matching_again_finds_nothing_new_and_asks_little(glen_midwife: User, django_assert_num_queries: Any) -> None:
    journey()
    registered(glen_midwife)
    assert len(matched()) == 1
    with as_role("cc_worker"), django_assert_num_queries(1):
        assert matching.match() == 0
    Woman.objects.update(matched_at=None)
    assert len(matched()) == 1


def test_a_number_added_later_is_compared_too(glen_midwife: User) -> None:
    from pathways.actions import add_number

    journey(nhs_number="9990000018")
    late = registered(glen_midwife, **SOMEBODY_ELSE)
    assert matched() == []
    with as_role("none"), acting_as(glen_midwife):
        add_number(late.woman, Identifier.Kind.NHS, "9990000018", by=glen_midwife)
    assert len(matched()) == 1


@pytest.mark.parametrize("shared", ["number", "person", "both"])
def test_adding_somebody_of_another_site_is_the_same_page(client: Any, glen_midwife: User, shared: str) -> None:
    """T16, small: as if she were new everywhere."""
    journey(nhs_number="9990000018")
    client.force_login(glen_midwife)
    team = str(glen_midwife.current_memberships[0].team.pk)
    known = {
        "number": {"preferred_name": "Zoe", "nhs_number": "9990000018", **boxes("date_of_birth", date(1977, 1, 1))},
        "person": {"preferred_name": "Tara", "nhs_number": "9990000034", **boxes("date_of_birth", BORN)},
        "both": {"preferred_name": "Tara", "nhs_number": "9990000018", **boxes("date_of_birth", BORN)},
    }
    new = {"preferred_name": "Mia", "nhs_number": "9990000026", **boxes("date_of_birth", date(1985, 6, 6))}
    seen = []
    for her in (new, known[shared]):
        form = {"last_name": "Reid", "team": team, "submission": str(uuid.uuid4()), **her}
        answer = client.post("/women/add/", form)
        page = client.get(answer.headers.get("Location", "/"))
        seen.append((answer.status_code, sorted(answer.headers), messages_of(page), len(page.content) // 1000))
    assert seen[0] == seen[1]
    assert seen[0][0] == 302


def test_both_stand_side_by_side_with_nothing_of_their_care(client: Any, officer: User, glen_midwife: User) -> None:
    one = journey(nhs_number="9990000018", midwife=staff(name="A. Reid"))
    Woman.objects.filter(pk=one.woman_id).update(allergies="Penicillin", what_matters="Quiet")
    other = registered(glen_midwife, nhs_number="9990000018")
    Journey.objects.filter(pk=other.pk).update(named_midwife=glen_midwife)
    matched()
    pair = MatchReview.objects.get()
    for person in (officer, staff(Role.PRIVACY_OFFICER, site="GLEN", team="office")):
        client.force_login(person)
        page = text_of(client.get("/privacy/matches/"))
        assert page.count("Tara Reid") == 2
        assert page.count("NHS number 999 000 0018") == 2
        assert "Ashford Bridge" in page
        assert "Glenmore" in page
        assert not any(word in page for word in ("Penicillin", "Quiet"))
    client.force_login(officer)
    client.post(at("match", pair.pk), {"outcome": "same", "note": "Rang Glenmore."})
    pair.refresh_from_db()
    assert (pair.outcome, pair.decided_by, pair.note) == ("same", officer, "Rang Glenmore.")
    told = set(Notice.objects.filter(key="same_person").values_list("user", flat=True))
    assert {one.named_midwife_id, glen_midwife.pk} <= told
    assert "No pairs to look at" in text_of(client.get("/privacy/matches/"))
    assert "The same person" in text_of(client.get(at("match", pair.pk)))
    client.post(at("match", pair.pk), {"outcome": "different"})
    pair.refresh_from_db()
    assert pair.outcome == "same"


def test_a_third_site_one_in_conflict_and_a_seal(client: Any, officer: User, glen_midwife: User) -> None:
    one = journey(nhs_number="9990000018")
    registered(glen_midwife, nhs_number="9990000018", first_name="Tarra")
    matched()
    pair = MatchReview.objects.get()
    conflicted = staff(Role.PRIVACY_OFFICER, team="office")
    Conflict.objects.create(woman=one.woman, user=conflicted)
    for person in (staff(Role.PRIVACY_OFFICER, site="CALD", team="office"), conflicted):
        client.force_login(person)
        assert "No pairs to look at" in text_of(client.get("/privacy/matches/"))
        assert client.get(at("match", pair.pk)).status_code == 404
        assert client.post(at("match", pair.pk), {"outcome": "same"}).status_code == 404
    Seal.objects.create(woman=one.woman, reason="in hiding")
    client.force_login(staff(Role.PRIVACY_OFFICER, site="GLEN", team="office"))
    page = text_of(client.get("/privacy/matches/"))
    assert "Her record is sealed. Ask the privacy officer of her site." in page
    assert "Tara Reid" not in page
    client.force_login(officer)
    assert "Tara Reid" in text_of(client.get("/privacy/matches/"))
    assert client.get(at("match", 10**30)).status_code == 404
    pair.refresh_from_db()
    assert pair.outcome == ""


def test_the_first_screen_says_what_waits_and_leads_there(client: Any, officer: User, ito: User) -> None:
    client.force_login(officer)
    assert "No opened record waits for" in text_of(client.get("/privacy/"))
    opening = opened(ito)
    Opening.objects.filter(pk=opening.pk).update(at=ago(20))
    opened(ito, first_name="Ewa")
    one, other = Woman.objects.order_by("pk")
    MatchReview.objects.create(woman=one, other=other, because="names")
    page = client.get("/privacy/")
    words = text_of(page)
    assert "2 opened records to review , 1 overdue" in words or "2 opened records to review, 1 overdue" in words
    assert "1 pair of records that could be one woman" in words
    html = page.content.decode()
    assert at("reviews") in html
    assert at("matches") in html
