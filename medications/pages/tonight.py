"""If she came in tonight: how ready everything is for each woman, least ready first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from django.db import connection
from django.db.models import BigIntegerField, DateField, Q

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.models import User
from carecoord.compiled import Given
from carecoord.sites.models import Site
from medications.pages.summaries import card_url
from medications.pages.ward_facts import Known, with_ward
from medications.rules.readiness import Prepared, Readiness, SourceNow, readiness
from medications.wording.times import when
from pathways.engine import COMPLETED_STATES, DAYS_TO_EDD, Fact, Stage
from pathways.models import Journey
from pathways.models.contact import CONFIRMED_FOR
from pathways.visibility import OpenJourneys
from pathways.wording.handoffs import live_state

FROM_22_WEEKS = DAYS_TO_EDD - 22 * 7  # days before the EDD
FOUR_WEEKS = 28
FEWEST = 8  # what is fewer is not counted out
PAST_EDD = 28  # days after the EDD: a pregnancy is not longer
PREGNANT = ("", Stage.BOOKING, Stage.ANTENATAL)


@dataclass(frozen=True)
class Expected:
    """One woman who may come, with what is in place for her."""

    pk: int
    woman_id: int
    url: str
    name: str
    initials: str
    point: str
    edd: date
    ready: Readiness


IS_EXPECTED = Q(stage__in=PREGNANT, born_at=None, in_hospital=False) & Q(
    edd__gte=Given("first_edd", DateField()), edd__lte=Given("last_edd", DateField())
)
_AT_SITE = OpenJourneys(lambda open_: with_ward(open_).filter(IS_EXPECTED, site=Given("site", BigIntegerField())))


def expected_at(site_id: int, reader: User, at: datetime) -> list[Journey]:
    """Women of a site from 22 weeks on, not in hospital: those open to ``reader``, with what the ward knows of them."""
    return _AT_SITE(reader, site=site_id, **days_of(at, within=FROM_22_WEEKS))


def days_of(at: datetime, *, within: int) -> dict[str, date]:
    """What ``IS_EXPECTED`` is asked with: an EDD at most ``within`` days ahead."""
    today = clock.today(at)
    return {"first_edd": today - timedelta(days=PAST_EDD), "last_edd": today + timedelta(days=within)}


def not_open(site_id: int, shown: int, at: datetime) -> str:
    """How many more the site expects who are not open to the reader: a number, and no exact one below eight."""
    today = clock.today(at)
    days = [today - timedelta(days=PAST_EDD), today + timedelta(days=FROM_22_WEEKS)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT medications_expected(%s, %s, %s)", [site_id, *days])
        more = int(cursor.fetchone()[0]) - shown
    if more <= 0:
        return ""
    number = f"{more} women" if more >= FEWEST else f"Fewer than {FEWEST} women"
    return f"{number} more from 22 weeks on are with their midwives and not open to you."


def expected_of(found: Iterable[Known], reader: User, now: datetime) -> list[Expected]:
    """Least ready first; of those who miss as much, who is due first. No query."""
    rows = [_expected(known, reader, now) for known in found]
    return sorted(rows, key=lambda row: (-row.ready.missing, row.edd, row.pk))


def _expected(known: Known, reader: User, now: datetime) -> Expected:
    journey = known.journey
    return Expected(
        pk=journey.pk,
        woman_id=journey.woman_id,
        url=card_url(known),
        name=journey.woman.list_name,
        initials=journey.woman.initials,
        point=journey.point_on(clock.today(now)),
        edd=cast("date", journey.edd),  # asked for by its filter
        ready=readiness(prepared(known, reader, now)),
    )


def prepared(known: Known, reader: User, now: datetime) -> Prepared:
    """What the record holds of her, as far as ``reader`` is to know it."""
    own = known.journey.site.definition.policy("own_medicine")
    return Prepared(
        is_treated=known.is_treated,
        confirmed=known.standing.is_verified,
        sources=_sources(known, now),
        plan_on=_done_on(known, "BIRTH_MED_PLAN", "final_and_acknowledged"),
        feeding_on=_done_on(known, "FEEDING_PLAN", "signed_x2"),
        separation=_separation(known, reader),
        contact_confirmed=_is_confirmed(known, clock.today(now)),
        own_medicine_policy=own is not None and not own.is_expired(clock.today(now)),
    )


def _done_on(known: Known, moment: str, step: str) -> str:
    """The day on which a step was completed; "" while it is not."""
    for handoff in known.handoffs:
        if (handoff.moment, handoff.step) == (moment, step) and live_state(handoff) in COMPLETED_STATES:
            day = clock.today(handoff.ended_at) if handoff.ended_at else None
            return clock.day_in_words(day, weekday=False, year=False) if day else "already"
    return ""


def _separation(known: Known, reader: User) -> str | None:
    """Whether a plan about it was talked through with her. The ward learns that it was, never that it was not."""
    if not any(handoff.moment == "SEPARATION_PLAN" for handoff in known.handoffs):
        return None
    done = _done_on(known, "SEPARATION_PLAN", "told_in_person")
    labels = reader.labels_by_woman.get(known.journey.woman_id, frozenset())
    return done if done or Label.CHILD_PROTECTION in labels else None


def _is_confirmed(known: Known, on: date) -> bool:
    contact = known.contact
    if not contact or not contact["still_safe"] or not contact["confirmed_on"]:
        return False
    return 0 <= (on - date.fromisoformat(contact["confirmed_on"])).days <= CONFIRMED_FOR


def _sources(known: Known, now: datetime) -> list[SourceNow]:
    """Those who are named for her, with whether they are open at this hour by the calendar of their nation."""
    named: Fact | None = known.latest("supply_arranged")
    codes = [named.details.get("service", ""), named.details.get("pharmacy", "")] if named else []
    return list(_at_this_hour(known.journey.site, dict.fromkeys(filter(None, codes)), now))


def _at_this_hour(site: Site, codes: Iterable[str], now: datetime) -> Iterable[SourceNow]:
    for code in codes:
        source = site.definition.source(code)
        if source is None:
            continue
        opens = source.hours.next_opening(now)
        words = when(opens, now) if opens else ""
        yield SourceNow(source.kind, source.name, source.hours.is_open(now), words, source.out_of_hours)
