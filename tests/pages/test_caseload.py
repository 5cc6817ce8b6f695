"""The caseload: who is on it, in which order, what a row says, and what it costs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from carecoord.access.abilities import ABILITIES, Ability
from carecoord.access.models import Cover, Membership, Team
from carecoord.access.roles import Role
from pathways.actions import assign_named_midwife
from pathways.engine import Stage, State
from pathways.models import Journey, Offer
from pathways.moments import ALL
from pathways.pages.caseload import PAGE_SIZE
from pathways.projection import refresh
from tests.factories import ago, claimed, happened, journey, offer_of, owed, staff, stand_at
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db

STAGES = ("", *(stage.value for stage in Stage if stage != Stage.CLOSED))


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


def of(midwife: Any, *, stage: str = Stage.ANTENATAL, **fields: Any) -> Journey:
    """A journey on her caseload."""
    record = journey(midwife=midwife, **fields)
    stand_at(record, stage)
    return record


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["rows"]]


def row_of(answer: Any) -> Any:
    (row,) = answer.context["rows"]
    return row


def chip_counts(answer: Any) -> dict[str, int]:
    return {label: count for label, count, _, _ in answer.context["chips"]}


# -- order and words ---------------------------------------------------------------------------


def test_missed_then_overdue_then_due_soon_then_on_track_then_nothing_open(signed_in: Any, midwife: Any) -> None:
    of(midwife, first_name="Nothing")
    owed(of(midwife, first_name="Track"), due=ago(-30))
    owed(of(midwife, first_name="Soon"), due=ago(-2))
    owed(of(midwife, first_name="Late"), due=ago(1))
    owed(of(midwife, first_name="Earlier"), due=ago(2))
    owed(of(midwife, first_name="Missed"), due=ago(0.5), missed_at=ago(0.1))  # due last, but missed at once
    answer = signed_in.get("/caseload/")
    assert names(answer) == ["Missed R.", "Earlier R.", "Late R.", "Soon R.", "Track R.", "Nothing R."]
    assert [row.state for row in answer.context["rows"]] == "missed overdue overdue due_soon on_track on_track".split()
    assert [words for _, words, _ in answer.context["counts"]] == ["1 missed", "2 overdue", "1 due soon"]


def test_a_row_shows_the_most_urgent_thing_not_the_one_due_first(signed_in: Any, midwife: Any) -> None:
    record = of(midwife)
    owed(record, "HV_ANTENATAL", due=ago(1), missed_at=ago(-9))
    owed(record, "FEEDING_PLAN", due=ago(0, hours=2), missed_at=ago(0, hours=1))
    owed(record, "NAMED_MIDWIFE", due=ago(9), state=State.COMPLETED_LATE)
    row = row_of(signed_in.get("/caseload/"))
    assert (row.state, row.next) == ("missed", "Feeding plan, signed by both")
    assert "1 more needs action" in row.note


def test_what_is_due_shows_although_no_sweep_has_run(signed_in: Any, midwife: Any) -> None:
    handoff = owed(of(midwife), due=ago(0, minutes=1))
    assert handoff.state == State.PENDING
    assert row_of(signed_in.get("/caseload/")).state == "overdue"


def test_a_row_says_when_how_late_with_whom_and_the_last_contact(client: Any, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 20, 9, 5, tzinfo=UTC), tick=False)
    midwife = staff(name="A. Reid")
    record = of(midwife, first_name="Siân", last_name="O’Connor-Łukasz", edd=date(2027, 1, 20))
    Journey.objects.filter(pk=record.pk).update(edd=date(2027, 1, 20), last_contact_at=ago(2))
    owed(record, due=datetime(2026, 11, 18, 0, 0, tzinfo=UTC), late_entry=True, missed_at=ago(-3))
    client.force_login(midwife)
    answer = client.get("/caseload/")
    row = row_of(answer)
    assert (row.name, row.where) == ("Siân O’C.", "31+2")
    assert (row.due, row.lateness, row.is_late) == ("Tue 17 Nov", "3 days late", True)
    assert (row.next, row.whom) == ("Antenatal health-visitor contact", "you → health visitor")
    assert row.note == "catch-up · opened 4 Nov"
    assert (row.last_contact, row.last_contact_in_words) == ("2 d", "2 days ago")
    assert "Fri 20 Nov 2026, 09:05" in answer.content.decode()


@pytest.mark.parametrize(
    ("moment", "whom"),
    [
        ("BOOK_10W", "you"),
        ("INFO_DRUG_EFFECTS", "you and neonatal team"),
        ("HV_ANTENATAL", "you → health visitor"),
        ("SEP_EXPLAIN", "Social worker"),
        ("NEONATAL_ALERT", "→ Neonatal team"),
        ("MIDWIFERY_END_HANDOVER", "you → health visitor and 2 more"),
    ],
)
def test_with_whom_is_seen_from_the_reader(signed_in: Any, midwife: Any, moment: str, whom: str) -> None:
    owed(of(midwife), moment, due=ago(1))
    assert row_of(signed_in.get("/caseload/")).whom == whom


@pytest.mark.parametrize(("answer", "words"), [("offered", "not accepted"), ("accepted", "accepted")])
def test_whether_the_other_side_has_said_yes(signed_in: Any, midwife: Any, answer: str, words: str) -> None:
    record = of(midwife)
    made = offer_of(record, handoff=owed(record, due=ago(1)))
    if answer == "accepted":
        Offer.objects.filter(pk=made.pk).update(state=answer, answered_at=clock.now(), answered_by=midwife)
    assert row_of(signed_in.get("/caseload/")).whom == f"you → health visitor, {words}"


def test_a_colleagues_woman_is_with_her_midwife_by_name(signed_in: Any, midwife: Any) -> None:
    her = of(staff(name="R. Ali"))
    owed(her, "BOOK_10W", due=ago(1))
    claimed(her, midwife)
    row = row_of(signed_in.get("/caseload/?of=all"))
    assert (row.whom, row.name_note) == ("R. Ali", "R. Ali")


def test_two_women_with_one_short_name_are_told_apart_by_their_birthdays(signed_in: Any, midwife: Any) -> None:
    of(midwife, last_name="Reid", date_of_birth=date(1991, 4, 3))
    of(midwife, last_name="Rowe", date_of_birth=date(1999, 12, 31))
    assert {row.name_note for row in signed_in.get("/caseload/").context["rows"]} == {
        "born 3 Apr 1991",
        "born 31 Dec 1999",
    }


def test_no_row_gives_away_why_she_is_on_the_caseload(signed_in: Any, midwife: Any) -> None:
    for moment in ALL:
        for step in moment.steps:
            owed(of(midwife, stage=Stage.SEPARATED), moment.key, step.key, due=ago(1))
    telling = re.compile(r"drug|opioid|methadone|naloxone|OST\b|substitut|separat|removal|loss|bereave|abuse", re.I)
    shown = [row for page in (1, 2) for row in signed_in.get(f"/caseload/?page={page}").context["rows"]]
    assert len(shown) == sum(len(moment.steps) for moment in ALL)
    for row in shown:
        words = (row.next, row.note, row.whom, row.where_note, row.name_note, row.status_word)
        assert not telling.search(" ".join(words)), row


def test_a_woman_of_whom_nothing_is_recorded_says_so(signed_in: Any, midwife: Any) -> None:
    of(midwife, stage="")
    row = row_of(signed_in.get("/caseload/"))
    assert (row.next, row.note, row.last_contact, row.where) == (
        "Nothing open",
        "nothing recorded yet",
        "none yet",
        "–",
    )


# -- chips -------------------------------------------------------------------------------------


def test_every_chip_shows_exactly_as_many_rows_as_it_counts(signed_in: Any, midwife: Any) -> None:
    for number, stage in enumerate(STAGES):
        for days in (9, 1, -2, -40)[: 1 + number % 4]:
            owed(of(midwife, stage=stage), "LOST_CONTACT" if number % 2 else "HV_ANTENATAL", due=ago(days))
        of(midwife, stage=stage)
    answer = signed_in.get("/caseload/")
    counts = answer.context["counts"]
    for label, count, url, _ in answer.context["chips"]:
        assert len(signed_in.get(url).context["rows"]) == count, label
    for _, words, url in counts:
        assert len(signed_in.get(url).context["rows"]) == int(words.split()[0]), words
    assert len(counts) == 3


def test_the_stages_add_up_to_all(signed_in: Any, midwife: Any) -> None:
    for stage in STAGES:
        of(midwife, stage=stage)
    counts = chip_counts(signed_in.get("/caseload/"))
    assert counts["All"] == len(STAGES) == 9
    by_stage = ("Antenatal", "On the ward", "Postnatal", "Separated", "After a loss")
    assert [counts[label] for label in by_stage] == [3, 2, 2, 1, 1]


def test_chips_that_are_seldom_used_are_offered_only_when_somebody_is_there(signed_in: Any, midwife: Any) -> None:
    of(midwife)
    assert list(chip_counts(signed_in.get("/caseload/"))) == [
        "All",
        "Needs action",
        "Antenatal",
        "On the ward",
        "Postnatal",
    ]
    assert chip_counts(signed_in.get("/caseload/?show=separated"))["Separated"] == 0


def test_out_of_contact_counts_those_whose_outreach_is_late(signed_in: Any, midwife: Any) -> None:
    owed(of(midwife, first_name="Away"), "LOST_CONTACT", due=ago(1))
    owed(of(midwife, first_name="Reached"), "LOST_CONTACT", due=ago(-1))
    owed(of(midwife, first_name="Late"), "HV_ANTENATAL", due=ago(1))
    assert names(signed_in.get("/caseload/?show=contact")) == ["Away R."]


def test_closed_journeys_are_apart_unless_something_is_still_owed(signed_in: Any, midwife: Any) -> None:
    of(midwife, first_name="Closed", stage=Stage.CLOSED)
    owed(of(midwife, first_name="Owed", stage=Stage.CLOSED), due=ago(1))
    answer = signed_in.get("/caseload/")
    assert names(answer) == ["Owed R."]
    assert chip_counts(answer)["Closed, not finished"] == 1
    closed = signed_in.get(answer.context["closed_url"])
    assert set(names(closed)) == {"Closed R.", "Owed R."}
    assert {row.name: row.status_word for row in closed.context["rows"]} == {"Closed R.": "Closed", "Owed R.": ""}


# -- whose women -------------------------------------------------------------------------------


def test_mine_are_those_i_am_named_for_and_those_i_am_buddy_to(signed_in: Any, midwife: Any) -> None:
    other = staff(name="R. Ali")
    of(midwife, first_name="Mine")
    of(other, first_name="Hers")
    buddied = of(other, first_name="Shared")
    assign_named_midwife(buddied, other, buddy=midwife, by=None)
    answer = signed_in.get("/caseload/")
    assert {row.name: row.name_note for row in answer.context["rows"]} == {
        "Mine R.": "",
        "Shared R.": "you are buddy to R. Ali",
    }


def test_mine_all_open_to_me_and_nobodys(signed_in: Any, midwife: Any) -> None:
    valley = staff(team="valley", name="R. Ali")
    of(midwife, first_name="Mine")
    of(None, first_name="Nobodys")
    of(valley, first_name="Theirs")
    answer = signed_in.get("/caseload/")
    assert (answer.context["total"], chip_counts(answer)["Antenatal"]) == (1, 1)
    assert "1 woman has no named midwife" in re.sub(r"\s+", " ", answer.content.decode())
    assert names(signed_in.get(answer.context["nobody_url"])) == ["Nobodys R."]
    assert [label for label, _, _ in answer.context["scopes"]] == [
        "My caseload",
        "All open to me",
    ]
    assert set(names(signed_in.get("/caseload/?of=all"))) == {"Mine R.", "Nobodys R."}


def test_whom_i_cover_for_is_a_list_of_its_own_while_she_is_away(signed_in: Any, midwife: Any) -> None:
    away = staff(name="R. Ali")
    record = of(away, first_name="Theirs")
    today = clock.today()
    cover = Cover.objects.create(midwife=away, covered_by=midwife, starts_on=today, ends_on=today)
    refresh(record)
    answer = signed_in.get("/caseload/?of=cover")
    assert (answer.context["title"], names(answer)) == ("Covering for R. Ali", ["Theirs R."])
    Cover.objects.filter(pk=cover.pk).update(starts_on=today - timedelta(days=1), ends_on=today - timedelta(days=1))
    refresh(record)
    assert names(signed_in.get("/caseload/?of=all")) == []
    assert signed_in.get("/caseload/?of=cover").context["title"] == "My caseload"


def test_women_whose_midwife_has_left_are_counted_as_nobodys(signed_in: Any, midwife: Any) -> None:
    off, moved, here = staff(is_active=False), staff(), staff(team="valley")
    moved.memberships.update(ends_on=clock.today() - timedelta(days=1))
    Membership.objects.create(user=moved, team=Team.objects.get(code="calder"), role=Role.SPECIALIST_MIDWIFE)
    for name, held_by in (("Off", off), ("Moved", moved), ("Here", here)):
        of(held_by, first_name=name)
    answer = signed_in.get("/caseload/")
    assert answer.context["nobody"] == 2
    nobodys = signed_in.get(answer.context["nobody_url"])
    assert set(names(nobodys)) == {"Off R.", "Moved R."}
    assert chip_counts(nobodys)["All"] == 2


def test_a_chip_of_a_list_stays_with_the_list(signed_in: Any, midwife: Any) -> None:
    of(None)
    chips = {label: url for label, _, url, _ in signed_in.get("/caseload/?of=all").context["chips"]}
    assert chips["Antenatal"] == "/caseload/?of=all&show=antenatal"
    assert len(names(signed_in.get(chips["Antenatal"]))) == 1


def test_women_of_another_site_are_nowhere(signed_in: Any, midwife: Any) -> None:
    journey(site="CALD", midwife=staff(site="CALD"))
    journey(site="CALD")
    for of_whom in ("mine", "all", "nobody"):
        answer = signed_in.get(f"/caseload/?of={of_whom}")
        assert (answer.context["rows"], answer.context["total"], answer.context["nobody"]) == ([], 0, 0)


def test_at_two_sites_nobodys_women_of_both_are_open(client: Any) -> None:
    midwife = staff(site="ASHF")
    cald = Team.objects.filter(site__code="CALD", kind=Team.Kind.CASELOAD).order_by("code")[0]
    Membership.objects.create(user=midwife, team=cald, role=Role.MIDWIFE, starts_on=date(2020, 1, 1))
    journey(site="CALD", first_name="There")
    journey(site="ASHF", first_name="Here")
    client.force_login(midwife)
    assert set(names(client.get("/caseload/?of=all"))) == {"There R.", "Here R."}


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.SPECIALIST_MIDWIFE, "/caseload/"),
        (Role.MIDWIFE, "/caseload/"),
        (Role.WARD_MIDWIFE, "/ward/"),
        (Role.SERVICE_MANAGER, "/gaps/"),
        (Role.SITE_ADMINISTRATOR, "/handoffs/"),
        (Role.PRIVACY_OFFICER, "/privacy/"),
    ],
)
def test_the_first_screen_of_a_role(client: Any, role: Role, first: str) -> None:
    client.force_login(staff(role))
    assert client.get("/").headers["Location"] == first
    assert client.get("/caseload/").status_code == (200 if Ability.SEE_JOURNEY in ABILITIES[role] else 403)


def test_who_has_no_caseload_finds_the_women_in_their_care(client: Any, midwife: Any) -> None:
    reader = staff(Role.WARD_MIDWIFE, team="maple")
    client.force_login(reader)
    here, gone = of(midwife, first_name="Here"), of(midwife, first_name="Gone")
    of(midwife, first_name="Elsewhere")
    happened(here, ("admitted", ago(2)))
    happened(gone, ("admitted", ago(9)), ("mother_discharged", ago(2)))
    answer = client.get("/caseload/")
    assert (answer.context["title"], names(answer)) == ("Women in your care", ["Here R."])
    assert "My caseload" not in text(answer)
    sought = client.post("/caseload/search/", {"q": "Reid"})
    assert names(client.get(sought.url)) == ["Here R."]
    happened(here, ("mother_discharged", ago(0.9)))
    assert names(client.get("/caseload/")) == ["Here R."]  # for a day after she went home
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        client.force_login(reader)  # the page has locked meanwhile
        assert names(client.get("/caseload/")) == []


# -- pages and the way back --------------------------------------------------------------------


def test_long_lists_come_in_pages_that_hold_everybody_once(signed_in: Any, midwife: Any) -> None:
    for number in range(PAGE_SIZE + 3):
        owed(of(midwife), due=ago(-30 - number))
    first, second, beyond = (
        signed_in.get(f"/caseload/?page={page}").context for page in ("1", "2", "99999999999999999999")
    )
    assert (len(first["rows"]), len(second["rows"])) == (PAGE_SIZE, 3)
    assert len({row.pk for row in first["rows"] + second["rows"]}) == PAGE_SIZE + 3
    assert beyond["rows"] == second["rows"]


def test_the_place_is_kept_as_choices_only(signed_in: Any, midwife: Any) -> None:
    of(None)
    signed_in.get("/caseload/?of=all&show=antenatal&page=7&q=Tara&nonsense=%F0%9F%98%80")
    assert signed_in.session["caseload_place"] == "of=all&show=antenatal"
    signed_in.get("/caseload/")
    assert signed_in.session["caseload_place"] == ""


def test_every_row_can_be_come_back_to(signed_in: Any, midwife: Any) -> None:
    record = of(midwife)
    page = signed_in.get("/caseload/").content.decode()
    assert f'id="w{record.pk}"' in page
    assert f'href="/journeys/{record.pk}/"' in page


@pytest.mark.parametrize(
    "query",
    [
        "of=&show=&page=",
        "of=<script>&show=all",
        "of=mine&of=all&show=missed&show=closed",
        "page=-1",
        "page=1e9",
        "page=０",
        "page=" + "9" * 5000,
        "show=closed&page=99999999999",
        "found=1",
        "found=1&page=3",
        "of=%ED%A0%80",
        "%F0%9F%98%80=%E2%80%AE",
    ],
)
def test_odd_addresses_show_a_list(signed_in: Any, midwife: Any, query: str) -> None:
    of(midwife)
    assert signed_in.get(f"/caseload/?{query}").status_code == 200


def test_reading_changes_nothing_and_posting_is_refused(signed_in: Any, midwife: Any) -> None:
    owed(of(midwife), due=ago(9))
    signed_in.get("/caseload/")
    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/caseload/")
    others = [query["sql"] for query in queries if not query["sql"].startswith(("SELECT", *BOOKKEEPING))]
    assert [sql.split(" (")[0] for sql in others] == ["INSERT INTO audit_read"]
    assert signed_in.post("/caseload/").status_code == 405


# -- empty lists say why -----------------------------------------------------------------------


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_an_empty_list_says_why(signed_in: Any, midwife: Any) -> None:
    assert "No women yet" in text(signed_in.get("/caseload/"))
    assert "Every woman has a named midwife" in text(signed_in.get("/caseload/?of=nobody"))
    assert "No closed journeys" in text(signed_in.get("/caseload/?show=closed"))
    of(staff())
    assert "No women yet" in text(signed_in.get("/caseload/"))  # a colleague's are not open to her
    of(None)
    assert "No women here yet" in text(signed_in.get("/caseload/"))
    of(midwife)
    assert "No women match this filter" in text(signed_in.get("/caseload/?show=missed"))


# -- what it costs -----------------------------------------------------------------------------


def statements(client: Any, url: str) -> list[str]:
    """The SQL statements of one page, without those that open and close transactions."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in queries if not query["sql"].startswith(BOOKKEEPING)]


@pytest.mark.parametrize("url", ["/caseload/", "/caseload/?of=all&show=action", "/caseload/?of=all&show=closed"])
def test_the_page_costs_the_same_for_3_and_for_60_women(signed_in: Any, midwife: Any, url: str) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            record = of(midwife)
            for moment in ("HV_ANTENATAL", "FEEDING_PLAN", "LOST_CONTACT"):
                owed(record, moment, due=ago(1))
            of(midwife, stage=Stage.CLOSED)

    add(3)
    few = statements(signed_in, url)
    signed_in.get("/caseload/?page=1&of=all")  # so that the place has to be kept anew
    add(57)
    many = statements(signed_in, url)
    assert len(many) == len(few) <= 14, "\n".join(many)


def test_staying_in_touch_is_the_next_thing_only_when_it_is_due_or_alone(client):
    midwife = staff()
    busy, quiet, late = (of(midwife, first_name=name) for name in ("Busy", "Quiet", "Late"))
    for record in (busy, quiet):
        owed(record, "LOST_CONTACT", due=ago(-9))
    owed(busy, "FEEDING_PLAN", due=ago(-20))
    owed(late, "LOST_CONTACT", due=ago(1))
    owed(late, "FEEDING_PLAN", due=ago(-8))
    client.force_login(midwife)
    rows = {row.name: row.next for row in client.get("/caseload/").context["rows"]}
    assert rows == {
        "Busy R.": "Feeding plan, signed by both",
        "Quiet R.": "Contact or outreach",
        "Late R.": "Contact or outreach",
    }


def test_on_the_ward_is_said_of_her_not_of_her_baby(client: Any, db: None) -> None:
    midwife = staff()
    birth = (
        ("first_contact", ago(200)),
        ("booking_completed", ago(190)),
        ("admitted", ago(3), {"reason": "labour"}),
        ("baby_born", ago(2), {"place": "hospital"}),
    )
    happened(journey(midwife=midwife, first_name="Both in"), *birth)
    happened(journey(midwife=midwife, first_name="She is home"), *birth, ("mother_discharged", ago(1)))
    antenatal = (*birth[:2], ("admitted", ago(1), {"reason": "antenatal"}))
    happened(journey(midwife=midwife, first_name="Not born"), *antenatal)
    client.force_login(midwife)
    notes = {row.name: row.where_note for row in client.get("/caseload/").context["rows"]}
    assert notes == {"Both in R.": "on the ward", "She is home R.": "", "Not born R.": "on the ward"}
