"""Who is told: whoever holds the post for her, is at work, and may know of her at all."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from carecoord import clock
from carecoord.access.models import Conflict, Cover, Membership, Team
from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.alerting.duty import Asked, Roster, is_on_duty
from pathways.models import DutyPost
from pathways.moments.ladders import Post
from tests.factories import journey, staff
from tests.rules.story import at

pytestmark = pytest.mark.django_db

NOW = at("2026-11-18 10:00")  # a Wednesday


def roster(when=None) -> Roster:
    return Roster.of(Site.objects.get(code="ASHF").pk, when or clock.now())


def holders(post, record, moment="HV_ANTENATAL", subject="pregnancy", **more):
    return set(roster().holders(post, Asked(moment, subject, record, **more)))


def away(midwife, covered_by, **days):
    today = clock.today()
    known = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=1), **days}
    return Cover.objects.create(midwife=midwife, covered_by=covered_by, **known)


def of_team(role, kind, site="ASHF"):
    team = Team.objects.filter(site__code=site, kind=kind).order_by("code")[0]
    return staff(role, site=site, team=team.code)


# -- her midwife -------------------------------------------------------------------------------


def test_the_owner_is_whoever_has_it_in_hand():
    midwife, other = staff(), staff()
    record = journey(midwife=midwife)
    assert holders(Post.OWNER, record, owner=other.pk) == {other.pk}


def test_else_her_named_midwife():
    midwife = staff()
    staff()
    assert holders(Post.OWNER, journey(midwife=midwife)) == {midwife.pk}


def test_while_she_is_away_whoever_covers():
    midwife, colleague, buddy = staff(), staff(), staff()
    record = journey(midwife=midwife)
    record.buddy = buddy
    away(midwife, colleague)
    assert holders(Post.OWNER, record) == {colleague.pk}
    assert holders(Post.NAMED_MIDWIFE, record) == {colleague.pk}
    assert holders(Post.NAMED_WORKER, record) == {colleague.pk}


def test_whoever_has_it_in_hand_and_is_away_is_covered_too():
    midwife, other, colleague = staff(), staff(), staff()
    away(other, colleague)
    assert holders(Post.OWNER, journey(midwife=midwife), owner=other.pk) == {colleague.pk}


def test_a_cover_that_was_called_off_or_is_over_covers_nobody():
    midwife, colleague = staff(), staff()
    today = clock.today()
    away(midwife, colleague, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    away(midwife, colleague, starts_on=today, ended_at=clock.now())
    assert holders(Post.OWNER, journey(midwife=midwife)) == {midwife.pk}


def test_with_nobody_covering_who_is_there_the_buddy():
    midwife, colleague, buddy = staff(), staff(), staff()
    away(midwife, colleague)
    away(colleague, midwife)
    record = journey(midwife=midwife)
    record.buddy = buddy
    assert holders(Post.OWNER, record) == {buddy.pk}


def test_a_midwife_who_has_left_is_not_told_but_her_team_is():
    gone, colleague = staff(), staff()
    elsewhere = staff(site="CALD")
    record = journey(midwife=gone)
    Membership.objects.filter(user=gone).update(ends_on=clock.today() - timedelta(days=1))
    found = holders(Post.OWNER, record)
    assert colleague.pk in found
    assert not {gone.pk, elsewhere.pk} & found


def test_nobody_inactive_is_told():
    midwife, colleague = staff(is_active=False), staff()
    assert holders(Post.OWNER, journey(midwife=midwife)) == {colleague.pk}


def test_nobody_in_conflict_with_her_is_told():
    midwife, buddy = staff(), staff()
    record = journey(midwife=midwife)
    record.buddy = buddy
    assert holders(Post.OWNER, record, never=frozenset({midwife.pk})) == {buddy.pk}


# -- others' handoffs --------------------------------------------------------------------------


def test_on_an_admission_the_ward_midwives():
    midwife, ward = staff(), of_team(Role.WARD_MIDWIFE, "ward")
    record = journey(midwife=midwife)
    assert holders(Post.ASSIGNED_MIDWIFE, record, "OST_VERIFY", "admission") == {ward.pk}
    assert holders(Post.OWNER, record, "OST_VERIFY", "admission") == {ward.pk}


def test_a_handoff_without_a_caseload_is_its_senders():
    keyworker = of_team(Role.DRUG_SERVICE_KEYWORKER, "drug_service")
    record = journey(midwife=staff())
    assert holders(Post.OWNER, record, "PN_TX_START") == {keyworker.pk}


def test_once_a_team_has_accepted_it_is_theirs():
    visitor = of_team(Role.HEALTH_VISITOR, "health_visiting")
    team = Team.objects.filter(site__code="ASHF", kind="health_visiting").order_by("code")[0]
    record = journey(midwife=staff())
    assert holders(Post.OWNER, record, accepted_by_team=team.pk) == {visitor.pk}


# -- posts of the site -------------------------------------------------------------------------


def named(post=Post.TEAM_LEAD, **fields):
    person = fields.pop("user", None) or staff()
    place = Site.objects.get(code="ASHF")
    return DutyPost.objects.create(site=place, post=post, user=person, **{"starts_on": date(2026, 1, 1), **fields})


def test_a_post_without_a_row_is_held_by_its_roles():
    manager = of_team(Role.SERVICE_MANAGER, "management")
    assert holders(Post.SERVICE_MANAGER, journey()) == {manager.pk}
    assert holders(Post.TEAM_LEAD, journey()) == set(), "no role leads a team: the site has to say who does"


def test_the_site_says_who_holds_a_post():
    of_team(Role.SERVICE_MANAGER, "management")
    row = named(Post.SERVICE_MANAGER)
    assert holders(Post.SERVICE_MANAGER, journey()) == {row.user_id}


def test_whoever_holds_a_post_and_is_on_leave_or_has_left_is_not_told():
    on_leave, gone, there = named(), named(), named()
    away(on_leave.user, staff())
    Membership.objects.filter(user=gone.user).update(ends_on=clock.today() - timedelta(days=1))
    assert holders(Post.TEAM_LEAD, journey()) == {there.user_id}


def test_outside_the_hours_of_a_named_post_it_is_empty_and_no_role_steps_in():
    of_team(Role.SERVICE_MANAGER, "management")
    named(Post.SERVICE_MANAGER, begins=time(9), ends=time(17))
    assert roster(at("2026-11-18 17:00")).on_duty(Post.SERVICE_MANAGER) == ()
    assert len(roster(at("2026-11-18 16:59")).on_duty(Post.SERVICE_MANAGER)) == 1


def test_a_ladder_of_working_days_leaves_the_hours_aside():
    """It comes due at midnight: whoever leads the team by day is told, and not their manager instead."""
    row = named(begins=time(9), ends=time(17), starts_on=date(2026, 11, 18))
    at_midnight = roster(at("2026-11-19 00:00"))
    assert at_midnight.on_duty(Post.TEAM_LEAD) == ()
    assert at_midnight.on_duty(Post.TEAM_LEAD, by_the_hour=False) == (row.user_id,)
    assert roster(at("2026-11-17 12:00")).on_duty(Post.TEAM_LEAD, by_the_hour=False) == ()


def test_a_row_that_is_over_leaves_the_post_to_its_roles():
    manager = of_team(Role.SERVICE_MANAGER, "management")
    named(Post.SERVICE_MANAGER, ends_on=clock.today() - timedelta(days=1))
    assert set(roster().on_duty(Post.SERVICE_MANAGER)) == {manager.pk}


@pytest.mark.parametrize(
    ("fields", "when", "on_duty"),
    [
        ({}, "2026-11-18 03:00", True),
        ({"begins": time(9), "ends": time(17)}, "2026-11-18 09:00", True),
        ({"begins": time(9), "ends": time(17)}, "2026-11-18 17:00", False),
        ({"begins": time(20), "ends": time(8)}, "2026-11-18 23:00", True),
        ({"begins": time(20), "ends": time(8)}, "2026-11-18 07:59", True),
        ({"begins": time(20), "ends": time(8)}, "2026-11-18 08:00", False),
        # The night of Wednesday is Wednesday's, until Thursday morning.
        ({"begins": time(20), "ends": time(8), "days": [3]}, "2026-11-18 07:00", False),
        ({"begins": time(20), "ends": time(8), "days": [3]}, "2026-11-19 07:00", True),
        ({"begins": time(20), "ends": time(8), "days": [3]}, "2026-11-19 21:00", False),
        ({"begins": time(20), "ends": time(8), "ends_on": date(2026, 11, 17)}, "2026-11-18 07:00", True),
        ({"begins": time(20), "ends": time(8), "starts_on": date(2026, 11, 18)}, "2026-11-18 07:00", False),
        ({"begins": time(8), "ends": time(8), "days": [3]}, "2026-11-19 07:00", True),
        ({"days": [6, 7]}, "2026-11-18 12:00", False),
        # London's hour, whatever the clocks: 08:30 UTC is 09:30 in summer.
        ({"begins": time(9), "ends": time(17)}, "2026-07-15T08:30Z", True),
        ({"begins": time(9), "ends": time(17)}, "2026-11-18T08:30Z", False),
    ],
)
def test_hours_of_a_post(fields, when, on_duty):
    row = DutyPost(post=Post.TEAM_LEAD, **{"starts_on": date(2026, 1, 1), "days": [], **fields})
    assert is_on_duty(row, at(when)) is on_duty


def test_last_nights_row_still_counts_in_the_roster():
    row = named(begins=time(20), ends=time(8), ends_on=date(2026, 11, 17))
    Membership.objects.filter(user=row.user).update(starts_on=date(2026, 1, 1))
    assert roster(at("2026-11-18 07:00")).on_duty(Post.TEAM_LEAD) == (row.user_id,)
    assert roster(at("2026-11-18 09:00")).on_duty(Post.TEAM_LEAD) == ()


# -- when nobody is there ----------------------------------------------------------------------


def test_the_last_resort_is_her_caseload_team_then_everybody_clinical():
    manager = of_team(Role.SERVICE_MANAGER, "management")
    ward = of_team(Role.WARD_MIDWIFE, "ward")
    record = journey()
    asked = Asked("OST_VERIFY", "admission", record)
    assert set(roster().last_resort(asked)) == {ward.pk}
    midwife = staff()
    assert set(roster().last_resort(asked)) == {midwife.pk}
    away(midwife, staff(site="CALD"))
    away(ward, staff(site="CALD"))
    assert set(roster().last_resort(asked)) == {midwife.pk, ward.pk}, "on leave is better than nobody"
    assert manager.pk not in roster().last_resort(asked)


def test_a_conflict_holds_in_the_last_resort_too():
    midwife = staff()
    record = journey()
    Conflict.objects.create(woman=record.woman, user=midwife)
    assert roster().last_resort(Asked("OST_VERIFY", "admission", record, never=frozenset({midwife.pk}))) == ()


def test_reading_a_roster_takes_three_queries(django_assert_num_queries):
    place = Site.objects.get(code="ASHF").pk
    for _ in range(5):
        named()
    with django_assert_num_queries(3):
        Roster.of(place, NOW)
