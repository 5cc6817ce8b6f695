"""Unusual access, from the entries to the rows: what is loaded, and that nobody is told of a thing twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carecoord import clock
from carecoord.access.models import Grant, Membership, Team
from carecoord.access.roles import Role
from carecoord.audit.models import Change, Read, Unusual
from carecoord.audit.reads import LISTED
from carecoord.audit.unusual import find, find_on
from carecoord.audit.unusual.day import load
from carecoord.audit.unusual.rules import Look
from tests.audit import lifted
from tests.factories import staff, woman

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 18)


def at(hour: float, days_before: int = 0, day: date = DAY) -> datetime:
    return clock.from_local(datetime.combine(day - timedelta(days=days_before), time(0))) + timedelta(hours=hour)


def looked(who: Any, *women: Any, when: datetime | None = None, purpose: str = "") -> None:
    with lifted("audit_read"):
        Read.objects.create(
            at=when or at(10), actor_id=who.pk, page="journey", purpose=purpose, women=[her.pk for her in women]
        )


def granted(her: Any, kind: str, begins: datetime, ends: datetime | None = None, **to: Any) -> None:
    Grant.objects.create(woman=her, kind=kind, starts_at=begins, ends_at=ends, **to)


@pytest.fixture
def midwife() -> Any:
    return staff(name="A. Reid")


@pytest.fixture
def her() -> Any:
    made = woman(last_name="Lowe", first_name="Pia")
    Grant.objects.all().delete()
    return made


def only_look() -> Look:
    (found,) = load(DAY).looks
    return found


def test_lists_do_not_count_and_a_day_is_a_london_day(midwife: Any, her: Any) -> None:
    looked(midwife, her, purpose=LISTED)
    looked(midwife, her, when=at(-0.1))
    looked(midwife, her, when=at(24))
    assert load(DAY).looks == []
    looked(midwife, her, when=at(0))
    looked(midwife, her, when=at(23.9))
    assert only_look().first_at == at(0)
    assert only_look().at_night


@pytest.mark.parametrize(("hour", "night"), [(21.9, False), (22, True), (5.9, True), (6, False)])
def test_the_night_is_from_ten_to_six_in_london(midwife: Any, her: Any, hour: float, night: bool) -> None:
    summer = date(2026, 7, 14)
    looked(midwife, her, when=at(hour, day=summer))
    assert load(summer).looks[0].at_night is night


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("caseload", {"has_duty": True, "is_own": True}),
        ("admission", {"has_duty": True, "is_own": True}),
        ("cover", {"has_duty": True, "is_own": True}),
        ("referral", {"has_duty": True, "is_own": False}),
        ("self_claim", {"claimed": True}),
    ],
)
def test_what_held_her_record_open(midwife: Any, her: Any, kind: str, said: dict[str, bool]) -> None:
    granted(her, kind, at(9), at(20), user=midwife)
    looked(midwife, her)
    look = only_look()
    expected = {"has_duty": False, "is_own": False, "had_duty": False, "claimed": False, **said}
    assert {name: getattr(look, name) for name in expected} == expected


def test_a_teams_grant_counts_for_those_who_work_in_it_that_day(midwife: Any, her: Any) -> None:
    team = Team.objects.get(site__code="ASHF", code="bridge")
    granted(her, "caseload", at(9, 30), team=team)
    looked(midwife, her)
    assert only_look().is_own
    Membership.objects.filter(user=midwife).update(starts_on=DAY - timedelta(days=9), ends_on=DAY - timedelta(days=1))
    assert not only_look().is_own


def test_a_grant_that_ended_before_or_began_after(midwife: Any, her: Any) -> None:
    granted(her, "caseload", at(9, 30), at(9), user=midwife)
    granted(her, "referral", at(11), user=midwife)
    looked(midwife, her)
    look = only_look()
    assert (look.has_duty, look.had_duty) == (False, True)


def test_whoever_added_her_has_claimed_nothing(midwife: Any, her: Any) -> None:
    granted(her, "self_claim", at(9), at(20), user=midwife, reason="added her")
    looked(midwife, her)
    assert not only_look().claimed


def wrote(who: Any, her: Any, when: datetime) -> None:
    with lifted("audit_change"):
        Change.objects.create(at=when, actor_id=who.pk, woman_id=her.pk, table="pathways_event", op="I")


def test_what_was_recorded_for_her_explains_a_look(midwife: Any, her: Any) -> None:
    looked(midwife, her)
    assert (only_look().wrote, only_look().wrote_lately) == (False, False)
    wrote(midwife, her, at(12, 5))
    assert (only_look().wrote, only_look().wrote_lately) == (False, True)
    wrote(staff(), her, at(12))
    assert not only_look().wrote
    wrote(midwife, her, at(26))
    assert only_look().wrote


def test_days_firsts_and_what_is_usual(midwife: Any, her: Any) -> None:
    other = woman()
    looked(midwife, her)
    assert (only_look().days, only_look().is_first) == (1, True)
    assert load(DAY).usual == {}
    for days in (1, 4, 13, 20):
        looked(midwife, her, other, when=at(10, days))
    look = only_look()
    assert (look.days, look.is_first) == (4, False)
    assert load(DAY).usual == {midwife.pk: 2.0}
    assert load(DAY).at_site[midwife.current_memberships[0].team.site_id] == {load(DAY).staff[midwife.pk]}


def test_a_find_becomes_a_row_and_is_told_once(midwife: Any) -> None:
    her = woman(last_name="Reid", first_name="Zoe")
    looked(midwife, her)
    assert find_on(DAY) == 1
    row = Unusual.objects.get()
    assert (row.rule, row.on, row.actor_id, row.woman_id) == ("same_last_name", DAY, midwife.pk, her.pk)
    assert (row.site_id, row.first_at, row.number) == (her.site_id, at(10), 1)
    assert find_on(DAY) == 0
    looked(midwife, her, when=at(10, -3))
    assert find_on(DAY + timedelta(days=3)) == 0, "not again within four weeks"
    looked(midwife, her, when=at(10, -40))
    assert find_on(DAY + timedelta(days=40)) == 1


def test_many_women_are_told_of_on_each_day(midwife: Any) -> None:
    women = [woman(last_name=f"Lowe{number}") for number in range(41)]
    looked(midwife, *women)
    looked(midwife, *women, when=at(10, -1))
    assert [find_on(DAY + timedelta(days=days)) for days in (0, 0, 1)] == [1, 0, 1]
    assert set(Unusual.objects.values_list("rule", "woman_id", "number")) == {("volume", None, 41)}


def test_today_and_yesterday_are_gone_through(midwife: Any) -> None:
    for days in (0, 1, 2):
        looked(midwife, woman(last_name="Reid", first_name="Zoe"), when=at(1, days))
    assert find(DAY) == 2
    assert set(Unusual.objects.values_list("on", flat=True)) == {DAY, DAY - timedelta(days=1)}


def test_a_day_costs_a_handful_of_queries(midwife: Any) -> None:
    for _ in range(30):
        looked(staff(Role.MIDWIFE), *[woman() for _ in range(3)])
    with CaptureQueriesContext(connection) as queries:
        find_on(DAY)
    assert len(queries) <= 9
