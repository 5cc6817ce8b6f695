"""What every page about her medicine on the ward shows around it: her bed first, what is prescribed, who is on duty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from carecoord import clock
from carecoord.access.models import Membership, Team, User
from carecoord.access.roles import ROLE_NAMES, Role
from medications.models import Plan, Statement, Stay
from medications.pages.standings import standings_of
from medications.wording.doses import FOOT, product_name, when
from medications.wording.times import hour
from medications.wording.verification import confirmed_by
from pathways.alerting.duty import Roster
from pathways.models import Event, Journey
from pathways.moments.ladders import Post
from pathways.pages.identity import Fact, banner

ON_CALL = ((Post.WARD_COORDINATOR, "Coordinator"), (Post.ON_CALL_OBSTETRICIAN, "Doctor on call"))
ON_CALL_TOO = ((Post.ON_CALL_PHARMACIST, "Pharmacist on call"),)


def around_her_bed(journey: Journey, now: datetime) -> dict[str, Any]:
    """Context of every page about her medicine on the ward. ``back`` leads to her ward, or to her medicine."""
    stay = _stay(journey)
    known = banner(journey, now)
    bed = f"Bed {stay.bed}" if stay and stay.bed else ""
    core = [*known.core, Fact("Interpreter", journey.woman.interpreter or "not asked yet")]
    standing = standings_of([journey], now)[journey.pk]
    words, url = way_back(journey, stay)
    return {
        "journey": journey,
        "bed": bed,
        "banner": known._replace(core=core, rest=[]),
        "confirmed": confirmed_by(standing, dated=True),
        "opens": f"opens {when(standing.opens_at, now)}" if standing.opens_at else "",
        "her_url": reverse("journey", args=[journey.pk]),
        "back": url,
        "back_words": words,
        "medicine_url": reverse("her_medicine", args=[journey.pk]),
        "foot": FOOT,
        "now": now,
    }


def _stay(journey: Journey) -> Stay | None:
    return Stay.objects.filter(journey=journey, until=None).select_related("ward").first()


def address_back(journey: Journey) -> str:
    """``back`` of the above alone, for an answer that leads there. One query."""
    return way_back(journey, _stay(journey))[1]


def way_back(journey: Journey, stay: Stay | None) -> tuple[str, str]:
    """In words and as an address."""
    if stay:
        return stay.ward.name, reverse("ward", args=[stay.ward.code])
    return "her medicine", reverse("her_medicine", args=[journey.pk])


@dataclass(frozen=True)
class Quote:
    """What is prescribed, word for word, and where that comes from."""

    words: str
    product: str
    often: str
    signed: str
    sources: list[str] = field(default_factory=list)
    last: str = ""


def quote_of(plan: Plan, now: datetime) -> Quote:
    """The prescription as its prescriber wrote it, what the sources had said, and her last dose."""
    often = ", ".join(each["time"] for each in plan.times)
    signed = f"{plan.prescriber}, {when(plan.signed_at, now)}, version {plan.version}"
    return Quote(plan.words, product_name(plan), often, signed, _sources(plan, now), last_dose_in_words(plan, now))


def _sources(plan: Plan, now: datetime) -> list[str]:
    said = Statement.objects.filter(journey=plan.journey_id, pk__in=plan.based_on, struck_at=None).order_by("said_at")
    return [
        f"{each.said_by} ({each.get_source_display().lower()}), {when(each.said_at, now)}: "
        + ("the same words" if each.words.strip() == plan.words.strip() else f"“{each.words}”")
        for each in said
    ]


def last_dose_in_words(plan: Plan, now: datetime) -> str:
    """``last dose 09:40 yesterday, S. Ito and K. Moe``; as it was confirmed where the ward did not give it."""
    doses = Event.objects.filter(
        journey=plan.journey_id, kind__in=("dose_given", "dose_confirmed"), correction=None, occurred_at__lte=now
    )
    last = doses.order_by("-occurred_at", "-pk").first()
    if last is None:
        return "no dose is confirmed yet"
    given = plan.journey.doses.filter(event=last).select_related("given_by", "witness").first()
    people = " and ".join(str(each) for each in (given.given_by, given.witness) if each) if given else ""
    by = last.details.get("confirmed_by", "").replace("_", " ")
    more = people or (f"confirmed by {by}" if by else "")
    return f"last dose {when(last.occurred_at, now)}" + (f", {more}" if more else "")


def on_duty(journey: Journey, now: datetime) -> list[tuple[str, str]]:
    """Who holds the posts of the ward at this hour: (post, names)."""
    roster = Roster.of(journey.site_id, now)
    held = [(words, roster.on_duty(post)) for post, words in (*ON_CALL, *ON_CALL_TOO)]
    names = dict(User.objects.filter(pk__in=[pk for _, people in held for pk in people]).values_list("pk", "name"))
    return [
        (words, ", ".join(names[pk] for pk in people[:3] if pk in names) or "nobody named") for words, people in held
    ]


def seconds_of(journey: Journey, *, without: User) -> list[User]:
    """Who could sign as the second person: on her ward or in a hospital team of her site, today."""
    from carecoord.access.abilities import Ability, roles_with

    ward = Stay.objects.filter(journey=journey, until=None).values_list("ward", flat=True).first()
    members = Membership.objects.current().filter(
        role__in=roles_with(Ability.WITNESS), team__site=journey.site_id, user__is_active=True
    )
    wards = members.filter(team__kind=Team.Kind.WARD)
    there = (wards.filter(team=ward) if ward else wards) | members.filter(team__kind=Team.Kind.HOSPITAL)
    people: dict[int, User] = {}
    for each in there.exclude(user=without).select_related("user").order_by("user__name", "pk"):
        people.setdefault(each.user_id, each.user)
    Membership.objects.read_for(people.values())
    return list(people.values())


def named(person: User) -> str:
    """``K. Moe, ward midwife``."""
    roles = [ROLE_NAMES[Role(each.role)] for each in person.current_memberships[:1]]
    return ", ".join([str(person), *(role[0].lower() + role[1:] for role in roles)])


def clock_words(now: datetime) -> str:
    """``Fri 20 Nov 2026 · the time is now 09:33``."""
    return f"{clock.day_in_words(clock.today(now))} · the time is now {hour(now)}"
