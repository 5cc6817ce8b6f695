"""Tells the referrals of the demonstration, each step as of the day on which somebody wrote it down."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import Grant, User
from pathways.demo.parts import Part, times_of
from pathways.models import Journey
from referrals.looping import Sending, Stepping, send, step
from referrals.models import Referral, ReferralConsent, ReferralLink, ReferralStep, Service
from referrals.rules.loop import State

FILE = Path(__file__).parent / "referrals.toml"
SENT_AT = time(10)
JUST_NOW = timedelta(minutes=5)
AN_HOUR = timedelta(hours=1)
Row = Mapping[str, Any]


def part() -> Part:
    """The referrals, as the demonstration's loader takes them."""
    through = ((ReferralStep, "at"), (ReferralConsent, "at"), (ReferralLink, "made_at"))
    times = (times_of(Referral), *(times_of(model, "referral__journey") for model, _ in through))
    last = ((Referral, "journey", "since"), *((model, "referral__journey", name) for model, name in through))
    return Part(tell, times, last, (("referrals_referralstep", "stays"), ("referrals_referralconsent", "stays")))


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Tell the referrals that are not here yet."""
    here = set(Referral.objects.values_list("journey__woman__person_ref", "service__name"))
    rows = [row for row in _written() if (f"DEMO-{row['of']}", row["service"]) not in here]
    refs = {f"DEMO-{row['of']}" for row in rows}
    found = Journey.objects.filter(woman__person_ref__in=refs).select_related("site", "woman", "named_midwife")
    journeys = {each.woman.person_ref: each for each in found.order_by("number")}  # the newest of each
    for row in rows:
        if journey := journeys.get(f"DEMO-{row['of']}"):
            _tell(journey, row, staff, now)


def _written() -> list[Row]:
    rows: list[Row] = tomllib.loads(FILE.read_text(encoding="utf-8"))["referrals"]
    return rows


def _tell(journey: Journey, row: Row, staff: Mapping[str, User], now: datetime) -> None:
    midwife = journey.named_midwife
    service = Service.objects.filter(site=journey.site, name=row["service"], ended_on=None).first()
    if midwife is None or service is None:
        return  # somebody has changed the demonstration: nothing of it is put back
    sent_at = _on_day(row["days"], now)
    # The product wrote these when the demonstration was loaded; by the story they began with her journey.
    caseload = Grant.objects.filter(journey=journey, kind=Grant.Kind.CASELOAD, starts_at__gt=journey.woman.created_at)
    caseload.update(starts_at=journey.woman.created_at)
    with clock.as_of(sent_at):
        referral = send(journey, _sending(journey, service, row), by=midwife)
    said_at = sent_at
    for each in row.get("steps", ()):
        said_at = max(_on_day(each["days"], now), min(said_at + AN_HOUR, now - JUST_NOW))
        by = staff[email_of(each["by"], journey.site.code)] if "by" in each else midwife
        with clock.as_of(said_at):
            step(referral, _stepping(each, now), by=by)


def _sending(journey: Journey, service: Service, row: Row) -> Sending:
    before = Referral.objects.filter(journey=journey, service__name=row.get("instead_of")).first()
    contact = row.get("contact", ReferralConsent.Answer.AGREED)
    return Sending(
        service=service,
        asks=row["asks"],
        shared=row["shared"],
        consents={"share": ("agreed", ""), "contact": (contact, ""), "report": ("agreed", "")},
        instead_of=before,
    )


def _stepping(row: Row, now: datetime) -> Stepping:
    ahead = row.get("appointment_in", -row.get("appointment_days", 0))
    return Stepping(
        state=State(row["state"]),
        reason=row.get("reason", ""),
        words=row.get("words", ""),
        outcome=row.get("outcome", ""),
        by_outside=row.get("outside", ""),
        appointment_at=_on_day(-ahead, now, ahead=True) if ahead else None,
    )


def _on_day(days: int, now: datetime, *, ahead: bool = False) -> datetime:
    """So many days before today at the usual hour; of today, a moment ago at the latest, unless it lies ahead."""
    at = datetime.combine(clock.today(now) - timedelta(days=days), SENT_AT, clock.LONDON)
    return at if ahead else min(at, now - JUST_NOW)
