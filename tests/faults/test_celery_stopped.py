"""All of Celery stopped for seven days: the lists still show every overdue handoff, and pages say what is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from carecoord import clock
from carecoord.access.models import User
from pathways.engine import LATE_STATES, handoffs
from pathways.models import Alert, Flag, Handoff, Journey
from pathways.moments import ALL
from pathways.projection import events_that_count, facts_of
from pathways.site_rules import rules_of
from pathways.sweep import sweep
from tests.factories import ago, happened, journey, staff, woman
from tests.roles import as_role

pytestmark = pytest.mark.django_db

BAND = "Not up to date: flags were last checked"


def test_the_lists_show_everything_overdue_after_seven_days_without_a_sweep(
    fault: Any, time_machine: Any, capsys: Any
) -> None:
    size = fault.size(full=1_000, small=60)
    midwife = staff()
    journeys = women_of(midwife, fault, size)
    swept()
    browser = Client()
    browser.force_login(midwife)
    assert browser.get("/health/pulse").status_code == 200
    before = set(Handoff.objects.filter(state__in=LATE_STATES).values_list("pk", flat=True))

    time_machine.move_to(clock.now() + timedelta(days=7), tick=False)
    browser = Client()
    browser.force_login(midwife)
    owed = overdue_by_the_rules(journeys)
    assert len(owed) > len(before)
    fault.tried = len(owed)
    compare(fault, "/handoffs/", listed_handoffs(browser), sorted(title for _, title in owed.values()))
    late_women = {journey_id for journey_id, _ in owed.values()}
    compare(fault, "/caseload/", listed_women(browser), sorted(late_women))
    for page in ("/handoffs/", "/caseload/"):
        if BAND not in browser.get(page).content.decode():
            fault.found(f"{page}: nothing says that flags may be out of date")
    if browser.get("/health/pulse").status_code != 503:
        fault.found("the pulse does not tell of it")

    swept()
    flagged = set(Flag.objects.filter(cleared_at=None).values_list("handoff", flat=True))
    told = set(Alert.objects.filter(rung=0).values_list("handoff", flat=True))
    ladderless = {row.pk for row in Handoff.objects.filter(moment="CONTRACEPTION")}  # for reports alone
    compare(fault, "flags after one sweep", sorted(flagged), sorted(owed))
    compare(fault, "alerts after one sweep", sorted(told), sorted(owed.keys() - ladderless))
    if browser.get("/health/pulse").status_code != 200:
        fault.found("the pulse does not come back")
    with capsys.disabled():
        if fault.full:
            print(f"{len(owed)} overdue of {len(late_women)} women, {len(before)} a week before", flush=True)


def women_of(midwife: User, fault: Any, size: int) -> list[Journey]:
    """Women on one caseload, pregnant and after birth, until so many handoffs will be overdue."""
    made: list[Journey] = []
    while 6 * len(made) < size or len(overdue_by_the_rules(made, clock.now() + timedelta(days=7))) < size:
        for _ in range(5):
            weeks = fault.chance.randrange(2, 36)
            number = len(made) + 1
            her = woman(first_name=f"W{number:04}", last_name="Reid")
            edd = clock.today() + timedelta(days=280 - 7 * weeks)
            record = journey(midwife=midwife, woman=her, edd=edd)
            story: list[tuple[Any, ...]] = [("first_contact", ago(7 * weeks - 7)), ("booking_completed", ago(weeks))]
            if number % 3 == 0:
                story.append(("baby_born", ago(fault.chance.randrange(1, 5)), {"place": "hospital"}, 1))
            happened(record, *sorted(story, key=lambda fact: fact[1]))
            made.append(record)
    return made


def overdue_by_the_rules(journeys: list[Journey], at: Any = None) -> dict[int, tuple[int, str]]:
    """What the engine says is overdue or missed: stored id → (journey, moment and step)."""
    at = at or clock.now()
    found = {}
    for record in journeys:
        facts = [fact for fact in facts_of(events_that_count(record)) if fact.occurred_at <= at]
        stored = {(h.moment, h.step, h.subject, h.subject_number, h.occurrence): h.pk for h in record.handoffs.all()}
        for each in handoffs(ALL, rules_of(record.rules_site), facts, at, edd_at_entry=record.edd_at_entry):
            if each.state in LATE_STATES:
                key = (each.moment, each.step, each.subject.kind, each.subject.number, each.occurrence)
                found[stored[key]] = (record.pk, f"{each.moment}.{each.step}")
    return found


def listed_handoffs(browser: Client) -> list[str]:
    """What ``/handoffs/`` lists as needing action, over all its pages."""
    found: list[str] = []
    answer = browser.get("/handoffs/?show=action")
    pages = answer.context["page_obj"].paginator.num_pages
    for number in range(1, pages + 1):
        answer = browser.get(f"/handoffs/?show=action&page={number}")
        found += [f"{row.moment}.{row.step}" for row in answer.context["page_obj"].object_list]
    return sorted(found)


def listed_women(browser: Client) -> list[int]:
    """The journeys that ``/caseload/`` lists as overdue or missed."""
    found: list[int] = []
    number, pages = 1, 1
    while number <= pages:
        answer = browser.get(f"/caseload/?page={number}")
        found += [row.pk for row in answer.context["rows"] if row.is_late]
        pages = answer.context["page_obj"].paginator.num_pages
        number += 1
    return sorted(found)


def compare(fault: Any, where: str, shown: list[Any], expected: list[Any]) -> None:
    """Count what a list leaves out and what it adds."""
    for each in set(expected) - set(shown):
        fault.found(f"{where} leaves out {each}")
    for each in set(shown) - set(expected):
        fault.found(f"{where} adds {each}")
    if len(shown) != len(expected):
        fault.found(f"{where} shows {len(shown)} of {len(expected)}")


def swept() -> None:
    with as_role("cc_worker"):
        assert sweep().failed == 0
