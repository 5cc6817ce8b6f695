"""The team's list of handoffs: whose, how many, in which order; numbers only for those who may not see women."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carecoord.access.models import Team
from carecoord.access.roles import Role
from pathways.models import Journey
from pathways.moments import by_key
from pathways.pages.team_handoffs import CHIPS, PAGE_SIZE, few_or_rounded, moments_of
from tests.factories import ago, journey, owed, staff
from tests.pages.test_journey import text_of
from tests.roles import BOOKKEEPING

pytestmark = pytest.mark.django_db

URL = "/handoffs/"


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def signed_in(client: Any, midwife: Any) -> Any:
    client.force_login(midwife)
    return client


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["rows"]]


def counts(answer: Any) -> dict[str, int]:
    return {label: count for label, count, _, _ in answer.context["chips"]}


def valley(record: Journey) -> Journey:
    """Moved to the site's other team, without a midwife of the first one."""
    Journey.objects.filter(pk=record.pk).update(team=Team.objects.get(site__code="ASHF", code="valley"))
    return record


# -- whose --


def test_a_midwife_sees_the_women_of_her_teams_and_those_she_holds(signed_in: Any, midwife: Any) -> None:
    for name, midwife_of, moved in (("Team", None, False), ("Held", midwife, True), ("Other", None, True)):
        record = journey(first_name=name, midwife=midwife_of)
        owed(valley(record) if moved else record, due=ago(1))
    assert sorted(names(signed_in.get(URL))) == ["Held R.", "Team R."]


def test_another_role_sees_what_it_gives_or_receives_at_its_site(client: Any) -> None:
    record = journey(first_name="Here")
    owed(record, "HV_ANTENATAL", due=ago(1))
    owed(record, "FEEDING_PLAN", due=ago(1))
    owed(journey(first_name="There", site="GLEN"), "HV_ANTENATAL", due=ago(1))
    client.force_login(staff(Role.HEALTH_VISITOR))
    answer = client.get(URL)
    assert names(answer) == ["Here R."]
    assert [row.receiver for row in answer.context["rows"]] == ["you"]


def test_the_moments_of_a_role_are_those_that_name_it() -> None:
    keys = moments_of(staff(Role.HEALTH_VISITOR))
    assert "HV_ANTENATAL" in keys
    assert "SEP_OST_NALOXONE_24H" not in keys


# -- which, and how many --


def test_counts_equal_lists_for_every_part(signed_in: Any, midwife: Any) -> None:
    record, unnamed = journey(midwife=midwife), journey(first_name="Unnamed")
    owed(record, "HV_ANTENATAL", due=ago(5), state="missed")
    owed(record, "FEEDING_PLAN", due=ago(1))
    owed(record, "BIRTH_MED_PLAN", due=ago(-3))
    owed(record, "CONTRACEPTION", due=ago(-30))
    owed(record, "MH_4_6W", due=ago(2), state="completed_on_time", ended_at=ago(3))
    owed(record, "GP_6_8W", due=ago(20), state="declined", ended_at=ago(20))
    owed(record, "PN_TX_START", due=ago(2), state="superseded", ended_at=ago(3))
    owed(unnamed, "CONTRACEPTION", due=ago(-30))
    expected = {"Needs action": 2, "Due soon": 1, "Unowned": 1, "Ended this week": 1}
    for chip in CHIPS:
        answer = signed_in.get(URL, {"show": chip.key})
        assert counts(answer) == expected | dict.fromkeys(
            ("Offered to you", "You wait for others", "Open, accepted"), 0
        )
        assert len(answer.context["rows"]) == expected[chip.label]
        assert answer.content.decode().count("<tr class=") == expected[chip.label]


def test_missed_stand_before_overdue_and_inside_by_due_time(signed_in: Any) -> None:
    for name, days in (("Third", 1), ("Second", 4), ("First", 9), ("Fourth", 0.5)):
        owed(journey(first_name=name), due=ago(days))
    assert names(signed_in.get(URL)) == ["First R.", "Second R.", "Third R.", "Fourth R."]


def test_what_is_overdue_shows_although_no_sweep_has_run(signed_in: Any) -> None:
    owed(journey(), due=ago(1), state="pending")
    (row,) = signed_in.get(URL).context["rows"]
    assert (row.state, row.distance) == ("overdue", "1 day late")


def test_a_row_gives_away_no_drug_no_reason_and_no_separation(signed_in: Any) -> None:
    for moment in by_key.values():
        for step in moment.steps:
            owed(journey(), moment.key, step.key, due=ago(1))
    words = " ".join(
        text_of(signed_in.get(URL, {"page": page})) for page in range(1, len(by_key) * 3 // PAGE_SIZE + 2)
    ).lower()
    for giveaway in ("drug", "opioid", "methadone", "separat", "removal", "social care", "abuse", "bereave"):
        assert giveaway not in words, giveaway


def test_a_late_entry_says_catch_up(signed_in: Any) -> None:
    owed(journey(), due=ago(-2), late_entry=True)
    assert "catch-up" in text_of(signed_in.get(URL, {"show": "soon"}))


@pytest.mark.parametrize("chip", CHIPS, ids=[chip.key for chip in CHIPS])
def test_an_empty_part_says_why(signed_in: Any, chip: Any) -> None:
    assert chip.empty in text_of(signed_in.get(URL, {"show": chip.key}))


# -- place, pages, cost --


def test_a_row_leads_to_her_journey_and_back_to_the_same_part_and_page(signed_in: Any) -> None:
    record = journey()
    for number in range(PAGE_SIZE + 1):
        owed(record, due=ago(-1), occurrence=number + 1)
    answer = signed_in.get(URL, {"show": "soon", "page": "2"})
    link = f"{reverse('journey', args=[record.pk])}?from=handoffs"
    assert f'href="{link}"' in answer.content.decode()
    back = signed_in.get(link).context["back"]
    assert back == {"url": f"/handoffs/?show=soon&page=2#w{record.pk}", "words": "Back to handoffs"}
    assert "51 to 51 of 51 handoffs" in text_of(answer)


@pytest.mark.parametrize(
    "query",
    ["page=99999999999999999999", "page=-1", "page=x", f"page={'9' * 6000}", "show=nonsense", "show[]=1", "show="],
)
def test_odd_addresses_show_a_page(signed_in: Any, query: str) -> None:
    owed(journey(), due=ago(1))
    answer = signed_in.get(f"{URL}?{query}")
    assert answer.status_code == 200
    assert len(names(answer)) == 1


@pytest.mark.parametrize("role", [Role.SPECIALIST_MIDWIFE, Role.HEALTH_VISITOR])
def test_no_more_queries_however_long_the_list(client: Any, role: Role) -> None:
    client.force_login(staff(role))
    owed(journey(), due=ago(1))
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for _ in range(30):
        owed(journey(), due=ago(1))
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(many) == len(few)
    assert len([query for query in many if not query["sql"].startswith(BOOKKEEPING)]) <= 10


# -- numbers without women --


def women_owing(number: int, moment: str = "HV_ANTENATAL", site: str = "ASHF") -> None:
    for _ in range(number):
        owed(journey(site=site), moment, due=ago(1))


@pytest.fixture
def manager(client: Any) -> Any:
    client.force_login(staff(Role.SERVICE_MANAGER))
    return client


def test_a_manager_sees_numbers_by_moment_of_the_own_site_and_no_woman(manager: Any) -> None:
    women_owing(9)
    women_owing(12, site="GLEN")
    answer = manager.get(URL)
    (tally,) = answer.context["tallies"]
    assert (tally.title, tally.needs_action, tally.due_soon) == (
        by_key["HV_ANTENATAL"].list_title, "10", "fewer than 8",
    )  # fmt: skip
    html = answer.content.decode()
    assert "/journeys/" not in html
    assert "Tara" not in html


def test_seven_women_are_not_counted_out_and_have_no_row(manager: Any) -> None:
    women_owing(7)
    answer = manager.get(URL)
    assert answer.context["tallies"] == []
    assert "Fewer than 8 women for every moment" in text_of(answer)
    assert not re.search(r"\b7\b", text_of(answer).split("Handoffs", 2)[2])


def test_many_handoffs_of_one_woman_are_one_woman(manager: Any) -> None:
    record = journey()
    for number in range(20):
        owed(record, due=ago(1), occurrence=number + 1)
    assert manager.get(URL).context["tallies"] == []


def test_what_concerns_a_separation_or_a_loss_is_never_shown_for_one_site(manager: Any) -> None:
    women_owing(20, "SEP_MH_7D")
    women_owing(20, "LOSS_BEREAVEMENT")
    assert manager.get(URL).context["tallies"] == []


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "fewer than 8"), (1, "fewer than 8"), (7, "fewer than 8"), (8, "10"), (12, "10"), (13, "15"), (52, "50")],
)
def test_numbers_are_hidden_below_eight_and_rounded_above(number: int, shown: str) -> None:
    assert few_or_rounded(number) == shown
