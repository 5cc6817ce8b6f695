"""Every page there is, in a real browser, wide and narrow: no violation of WCAG 2.2 AA, nothing to scroll sideways.

A route without a line here fails: a new page is looked at before it lands.
"""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.urls import get_resolver, reverse

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.roles import Role
from carecoord.audit.models import Unusual
from carecoord.audit.unusual.rules import RULES
from pathways.background import record_background
from pathways.contact import Agreed, agree_contact
from pathways.models import Journey
from tests.conftest import assert_accessible
from tests.factories import ago, happened, journey, owed, staff

NO_PAGE = {"start", "search", "confirm_contact", "contact_unsafe"}  # these only lead on to another


@pytest.fixture
def record(transactional_db: None) -> Journey:
    """A woman with something missed, something due soon and something done."""
    made = journey(midwife=staff(name="A. Reid"), edd=clock.today(ago(-100)), nhs_number="9990000018")
    happened(made, ("first_contact", ago(60)), ("booking_completed", ago(40)), ("contact_made", ago(2)))
    owed(made, "FEEDING_CONFLICT", due=ago(40))
    agree_contact(made.woman, Agreed("text", safe_until=time(14)), {}, seen=None, by=made.named_midwife)
    record_background(made.woman, Label.ABUSE, "She decides when to talk about it.", by=made.named_midwife)
    return made


def addresses(record: Journey) -> dict[str, str]:
    """One address for each route, by its name."""
    event, handoff = record.events.first(), record.handoffs.get(moment="NAMED_MIDWIFE")
    her = {"pk": record.pk}
    given = {
        "caseload": {},
        "handoffs": {},
        "add_woman": {},
        "woman_details": {"pk": record.woman_id},
        "add_pregnancy": {"pk": record.woman_id},
        "safe_contact": {"pk": record.woman_id},
        "address": {"pk": record.woman_id},
        "open_contact": {"pk": record.woman_id},
        "background": {"pk": record.woman_id},
        "background_edit": {"pk": record.woman_id, "label": "ethnicity"},
        "background_withdraw": {"pk": record.woman_id, "label": "abuse"},
        "journey": her,
        "looked": her,
        "edd": her,
        "midwife": her,
        "record": her,
        "record_kind": {**her, "kind": "booking_completed"},
        "entry": {**her, "event": event.pk},
        "correct": {**her, "event": event.pk},
        "answer": {"pk": handoff.pk, "answer": "done"},
    }
    return {name: reverse(name, kwargs=arguments) for name, arguments in given.items()}


def test_every_page_is_accessible_and_fits(page: Any, live_server: Any, sign_in: Any, record: Journey) -> None:
    sign_in(record.named_midwife)
    seen = addresses(record)
    routes = [each for found in get_resolver().url_patterns for each in getattr(found, "url_patterns", [found])]
    ours = {each.name for each in routes if each.callback and each.callback.__module__.startswith("pathways")}
    assert seen.keys() == ours - NO_PAGE
    for name, address in seen.items():
        look_at(page, live_server.url + address, name)


def test_the_privacy_officers_screen_is_accessible_and_fits(
    page: Any, live_server: Any, sign_in: Any, record: Journey
) -> None:
    for rule in RULES:
        at = ago(1)
        Unusual.objects.create(
            rule=rule.key,
            on=clock.today(at),
            first_at=at,
            actor_id=record.named_midwife_id,
            woman_id=record.woman_id,
            site_id=record.site_id,
            number=7,
        )
    sign_in(staff(Role.PRIVACY_OFFICER, team="office"))
    look_at(page, f"{live_server.url}/privacy/", "privacy")
    assert page.locator("#unusual tbody tr").count() == len(RULES)
    look_at(page, f"{live_server.url}/privacy/unusual/{Unusual.objects.latest('pk').pk}/", "unusual")


def look_at(page: Any, address: str, name: str) -> None:
    """Wide and narrow, with everything opened."""
    for width, height in ((1280, 900), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(address)
        assert answer.status == 200, name
        page.evaluate("document.querySelectorAll('main details').forEach(more => (more.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert_accessible(page)
