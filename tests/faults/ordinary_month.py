"""A made-up month of ordinary work, and snoopers planted in it: staff, women, grants, looks and what was recorded.

Nobody in it is real. Names come in the frequencies of a British telephone book: a quarter of the people have one of
a hundred common last names, so that namesakes are as usual as they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from carecoord import clock
from carecoord.access.models import Membership, Team, User
from carecoord.access.roles import Role
from carecoord.audit.reads import LISTED
from carecoord.sites.models import Site
from pathways.models import Woman
from tests.audit import lifted

COMMON = """
    Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson Thompson Wright Walker White
    Edwards Hughes Green Hall Lewis Harris Clarke Patel Jackson Wood Turner Martin Cooper Hill Ward Morris Moore Clark
    Lee King Baker Harrison Morgan Allen James Scott Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell
    Kelly Cook Carter Richardson Bailey Collins Bell Shaw Murphy Miller Cox Richards Khan Marshall Anderson Simpson
    Ellis Adams Singh Begum Wilkinson Foster Chapman Powell Webb Rogers Gray Mason Ali Hunt Hussain Campbell Matthews
    Owen Palmer Holmes Mills Barnes Knight Lloyd Butler Russell Barker Fisher Stevens Jenkins Murray Dixon Harvey
""".split()
_SYLLABLES = "bar len tor wick ham sted by dal ker mor pen tre gar lin sho wen ash cot fen mar nor sel thor wol".split()
INITIALS = "AAABBCCCDDEEEFGHHIJJJKKKLLLMMMMNNOPRRSSSSTTVWZ"
DAYS = 28
# Who opens how many women on a working day, how many of them write something for her, and who works nights.
TEAMS = (
    # kind of team, role, people a site, women a day, share of looks with an entry, works nights
    (Team.Kind.CASELOAD, Role.SPECIALIST_MIDWIFE, 8, 12, 0.6, False),
    (Team.Kind.WARD, Role.WARD_MIDWIFE, 24, 10, 0.7, True),
    (Team.Kind.DRUG_SERVICE, Role.DRUG_SERVICE_KEYWORKER, 10, 8, 0.5, False),
    (Team.Kind.HEALTH_VISITING, Role.HEALTH_VISITOR, 8, 7, 0.5, False),
    (Team.Kind.PARTNER, Role.OBSTETRIC_DOCTOR, 14, 9, 0.5, True),
)
CLAIMS = 0.008  # of looks: "I am caring for her"; nearly all of them write something


@dataclass
class Person:
    """A member of staff of the month."""

    pk: int
    name: str
    site: int
    team: int
    kind: str
    women_a_day: int
    writes: float
    nights: bool
    opened: dict[date, set[int]] = field(default_factory=dict)


@dataclass
class Planted:
    """One snooper: who, whom and on which day it can be seen."""

    pattern: str
    actor: int | None
    woman: int | None
    on: date


@dataclass
class Month:
    """Everything of the month, as rows to be copied in."""

    chance: random.Random
    last: date
    staff: list[Person] = field(default_factory=list)
    women: dict[int, list[int]] = field(default_factory=dict)  # by site
    open_to: dict[int, list[int]] = field(default_factory=dict)  # women by team or, negative, by person
    reads: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    grants: list[tuple[Any, ...]] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        return [self.last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]

    def look(self, who: Person, woman: int, at: datetime, *, wrote: bool) -> None:
        """Two pages of her record, and perhaps an entry."""
        self.reads += [(at, who.pk, "journey", "", [woman]), (at + timedelta(minutes=1), who.pk, "entry", "", [woman])]
        if wrote:
            self.changes.append((at + timedelta(minutes=2), who.pk, woman))

    def grant(self, woman: int, kind: str, begins: datetime, ends: datetime | None, **to: int) -> None:
        self.grants.append((woman, to.get("team"), to.get("user"), kind, begins, ends))

    def at(self, day: date, *, night: bool = False) -> datetime:
        """Some time on that London day; at night after ten."""
        hours = self.chance.uniform(22.1, 23.8) if night else self.chance.uniform(7.5, 19)
        return clock.from_local(datetime.combine(day, time(0))) + timedelta(hours=hours)


def last_name(chance: random.Random) -> str:
    """One of a hundred common ones for a quarter of the people."""
    if chance.random() < 0.25:
        return chance.choices(COMMON, weights=[1 / (place + 12) for place in range(len(COMMON))])[0]
    return "".join(chance.sample(_SYLLABLES, 3)).capitalize()


# -- the place ---------------------------------------------------------------------------------


def populated(chance: random.Random, last: date, sites: Iterable[str], women: int, share: float) -> Month:
    """Sites with staff, women and what opens whom to whom; ``share`` of the usual staff."""
    month = Month(chance, last)
    for code in sites:
        site = Site.objects.get(code=code)
        for kind, role, people, a_day, writes, nights in TEAMS:
            team = Team.objects.filter(site=site, kind=kind).order_by("code").first()
            assert team is not None
            for _ in range(max(2, round(people * share))):
                month.staff.append(_hired(month, site.pk, team, role, a_day, writes, nights))
        made = Woman.objects.bulk_create(_woman(month, site.pk) for _ in range(women))
        month.women[site.pk] = [her.pk for her in made]
        _open(month, site.pk)
    return month


def _hired(month: Month, site: int, team: Team, role: Role, a_day: int, writes: float, nights: bool) -> Person:
    number = len(month.staff)
    name = f"{month.chance.choice(INITIALS)}. {last_name(month.chance)}"
    user = User.objects.create(email=f"month{number}@hospital.example", name=name)
    Membership.objects.create(user=user, team=team, role=role, starts_on=month.last - timedelta(days=400))
    return Person(user.pk, name, site, team.pk, team.kind, a_day, writes, nights)


def _woman(month: Month, site: int) -> Woman:
    first = f"{month.chance.choice(INITIALS)}anna"
    her = Woman(site_id=site, first_name=first, last_name=last_name(month.chance), date_of_birth=date(1995, 1, 1))
    her.search_key = her.sort_key = her.last_name.lower()
    return her


def _open(month: Month, site: int) -> None:
    """Grants that follow care: a midwife each, a stay on the ward for a third, services for most."""
    long_ago = clock.now() - timedelta(days=200)
    of_kind: dict[str, list[Person]] = {}
    for person in month.staff:
        if person.site == site:
            of_kind.setdefault(person.kind, []).append(person)
    for woman in month.women[site]:
        midwife = month.chance.choice(of_kind[Team.Kind.CASELOAD])
        month.grant(woman, "caseload", long_ago, None, user=midwife.pk)
        month.open_to.setdefault(-midwife.pk, []).append(woman)
        for kind, share, as_what in (
            (Team.Kind.DRUG_SERVICE, 0.9, "referral"),
            (Team.Kind.HEALTH_VISITING, 0.6, "referral"),
            (Team.Kind.PARTNER, 0.7, "referral"),
            (Team.Kind.WARD, 0.35, "admission"),
        ):
            if month.chance.random() < share:
                month.grant(woman, as_what, long_ago, None, team=of_kind[kind][0].team)
                month.open_to.setdefault(of_kind[kind][0].team, []).append(woman)


# -- ordinary work -----------------------------------------------------------------------------


def worked(month: Month) -> None:
    """Four weeks of it: five days of seven, a few nights, now and then a claim that care explains."""
    for person in month.staff:
        hers = month.open_to.get(-person.pk, []) + month.open_to.get(person.team, [])
        known = month.chance.sample(hers, min(len(hers), person.women_a_day * 4)) if hers else []
        for day in month.days:
            if known and month.chance.random() < 5 / 7:
                _worked_a_day(month, person, known, day)


def _worked_a_day(month: Month, person: Person, known: list[int], day: date) -> None:
    night = person.nights and month.chance.random() < 0.25
    many = min(len(known), max(1, round(month.chance.gauss(person.women_a_day, 2))))
    for woman in month.chance.sample(known, many):
        at = month.at(day, night=night and person.kind == Team.Kind.WARD)
        month.look(person, woman, at, wrote=month.chance.random() < person.writes)
        person.opened.setdefault(day, set()).add(woman)
    month.reads.append((month.at(day), person.pk, "handoffs", LISTED, known))
    if month.chance.random() < CLAIMS * many:
        woman = month.chance.choice(month.women[person.site])
        at = month.at(day)
        month.grant(woman, "self_claim", at - timedelta(minutes=5), at + timedelta(hours=11), user=person.pk)
        month.look(person, woman, at, wrote=month.chance.random() < 0.9)


# -- snoopers ----------------------------------------------------------------------------------


def _claims(month: Month, who: Person, woman: int, at: datetime) -> None:
    month.grant(woman, "self_claim", at - timedelta(minutes=1), at + timedelta(hours=11), user=who.pk)
    month.look(who, woman, at, wrote=False)


def _called(woman: int, name: str) -> None:
    initial, last = name.split(". ")
    Woman.objects.filter(pk=woman).update(first_name=f"{initial}anna", last_name=last)


def _stranger(month: Month, who: Person, day: date) -> int:
    """A woman of the site whom they do not look after and have not opened."""
    known = {*month.open_to.get(-who.pk, ()), *month.open_to.get(who.team, ()), *who.opened.get(day, ())}
    taken = {each.woman for each in month.planted}
    return month.chance.choice([woman for woman in month.women[who.site] if woman not in known | taken])


def own_record(month: Month, who: Person, day: date) -> Planted:
    woman = _stranger(month, who, day)
    _called(woman, who.name)
    _claims(month, who, woman, month.at(day))
    return Planted("own record", who.pk, woman, day)


def family(month: Month, who: Person, day: date) -> Planted:
    woman = _stranger(month, who, day)
    _called(woman, f"Q. {who.name.split('. ')[1]}")
    _claims(month, who, woman, month.at(day))
    return Planted("family", who.pk, woman, day)


def colleague(month: Month, who: Person, day: date) -> Planted:
    woman = _stranger(month, who, day)
    _called(woman, month.chance.choice([each.name for each in month.staff if each.site == who.site and each != who]))
    month.grant(woman, "referral", month.at(day) - timedelta(days=2), None, team=who.team)
    month.look(who, woman, month.at(day), wrote=False)
    return Planted("colleague", who.pk, woman, day)


def after_duty(month: Month, who: Person, day: date) -> Planted:
    woman = _stranger(month, who, day)
    month.grant(woman, "cover", month.at(day) - timedelta(days=90), month.at(day) - timedelta(days=60), user=who.pk)
    _claims(month, who, woman, month.at(day))
    return Planted("after duty", who.pk, woman, day)


def own_word(month: Month, who: Person, day: date) -> Planted:
    woman = _stranger(month, who, day)
    at = month.at(day)
    month.grant(woman, "break_glass", at - timedelta(minutes=1), at + timedelta(minutes=59), user=who.pk)
    month.look(who, woman, at, wrote=False)
    return Planted("own word", who.pk, woman, day)


def volume(month: Month, who: Person, day: date) -> Planted:
    for woman in month.chance.sample(month.women[who.site], max(50, 4 * who.women_a_day)):
        month.look(who, woman, month.at(day), wrote=False)
    return Planted("volume", who.pk, None, day)


def at_night(month: Month, who: Person, day: date) -> Planted:
    for _ in range(7):
        woman = _stranger(month, who, day)
        month.grant(woman, "referral", month.at(day) - timedelta(days=2), None, team=who.team)
        month.look(who, woman, month.at(day, night=True), wrote=False)
    return Planted("at night", who.pk, None, day)


def watched(month: Month, who: Person, day: date) -> Planted:
    woman = _stranger(month, who, day)
    month.grant(woman, "referral", month.at(day) - timedelta(days=20), None, team=who.team)
    for back in range(0, 14, 2):
        month.look(who, woman, month.at(day - timedelta(days=back)), wrote=False)
    return Planted("watched", who.pk, woman, day)


PATTERNS: tuple[Callable[[Month, Person, date], Planted], ...] = (
    own_record,
    family,
    colleague,
    after_duty,
    own_word,
    volume,
    at_night,
    watched,
)


def plant(month: Month, number: int) -> None:
    """That many snoopers, of each pattern in turn, in the second half of the month."""
    for place in range(number):
        day = month.chance.choice(month.days[DAYS // 2 :])
        month.planted.append(PATTERNS[place % len(PATTERNS)](month, month.chance.choice(month.staff), day))


# -- into the database -------------------------------------------------------------------------


def store(month: Month) -> None:
    """Copy the rows in, under the times they tell of; only the owner of the tables can."""
    with lifted(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO access_grant (woman_id, team_id, user_id, kind, labels, starts_at, ends_at, reason, made_at)"
            " VALUES (%s, %s, %s, %s, '{}', %s, %s, 'of the month', now())",
            month.grants,
        )
        execute_values(
            cursor.cursor,
            "INSERT INTO audit_read (at, actor_id, page, purpose, women) VALUES %s",
            month.reads,
            "(%s, %s, %s, %s, %s::bigint[])",
            page_size=2000,
        )
        execute_values(
            cursor.cursor,
            'INSERT INTO audit_change (at, actor_id, woman_id, "table", op) VALUES %s',
            month.changes,
            "(%s, %s, %s, 'pathways_event', 'I')",
            page_size=2000,
        )
        cursor.execute("ANALYZE audit_read, audit_change, access_grant, pathways_woman")
