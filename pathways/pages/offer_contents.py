"""What can come with an offer: what the pathway asks for, and what the product already knows of her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carecoord import clock
from carecoord.sites.models import Site
from pathways.engine import COMPLETED_STATES, OPEN_STATES, State, SubjectKind
from pathways.models import Handoff, Journey
from pathways.models.contact import newest_contact
from pathways.moments import by_key
from pathways.receivers import receivers_of
from pathways.shown import Shown
from pathways.wording.contact import contact_in_words
from pathways.wording.handoffs import step_of

LONGEST = 200
OUTSIDE = "outside"
# Plans that a receiver asks for whatever is handed over.
PLANS = ("BIRTH_MED_PLAN", "FEEDING_PLAN")


@dataclass(frozen=True)
class Contents:
    """What can be ticked, and what is ticked beforehand: only what the product knows to be there."""

    choices: list[str]
    known: list[str]


def contents_of(handoff: Handoff, journey: Journey, shown: Shown, at: datetime) -> Contents:
    """For one handoff: its evidence, and what is known. Two SQL queries."""
    moment, step = step_of(handoff)
    known = known_of(journey, shown, at, handoff)
    asked = [item.label[:LONGEST] for item in moment.evidence_for(step.key) if item.key != step.completed_by_acceptance]
    return Contents(list(dict.fromkeys([*known, *asked])), known)


def known_of(journey: Journey, shown: Shown, at: datetime, handoff: Handoff | None = None) -> list[str]:
    """What the record holds for whoever takes over; nothing that is under a label the sender does not cover."""
    today = clock.today(at)
    handoffs = shown.handoffs(journey.handoffs.order_by("ended_at", "pk"))
    found = [] if handoff and handoff.subject != SubjectKind.TRANSFER else [_all_open(handoffs)]
    for each in handoffs:
        before = handoff is not None and (each.moment, each.subject_key) == (handoff.moment, handoff.subject_key)
        if State(each.state) in COMPLETED_STATES and each.ended_at and (before or each.moment in PLANS):
            _, step = step_of(each)
            found.append(f"{step.list_title}: done {_day(each.ended_at, at)}")
    contact = newest_contact(journey.woman_id)
    if contact and contact.still_safe and contact.is_confirmed(today) and contact.confirmed_on:
        day = clock.day_in_words(contact.confirmed_on, weekday=False, year=contact.confirmed_on.year != today.year)
        found.append(f"Safe contact: {contact_in_words(contact)}, confirmed {day}")
    if journey.edd and not journey.born_at and not journey.after_loss:
        found.append(f"Agreed due date: {clock.day_in_words(journey.edd, weekday=False)}")
    if journey.woman.interpreter:
        found.append(f"Interpreter: {journey.woman.interpreter}")
    return [words[:LONGEST] for words in dict.fromkeys(found)]


def team_choices(handoff: Handoff, journey: Journey) -> list[tuple[str, str]]:
    """Teams that can be asked, the usual ones first, then whoever has no account."""
    found = receivers_of(handoff, journey)
    choices = [(str(each.team.pk), f"{each.team} (usual)" if each.is_usual else str(each.team)) for each in found]
    step = by_key[handoff.moment].step(handoff.step)
    if handoff.subject == SubjectKind.TRANSFER and not step.completed_by_acceptance:
        return choices
    return [*choices, (OUTSIDE, "Somebody without an account here, for example a GP or a pharmacy")]


def sites_to_move_to(journey: Journey) -> list[tuple[str, str]]:
    """The caseload teams of the other sites. Two SQL queries."""
    sites = Site.objects.exclude(pk=journey.site_id).prefetch_related("teams").order_by("name")
    return [
        (str(team.pk), f"{site}: {team}")
        for site in sites
        for team in sorted(site.teams.all(), key=lambda team: team.name)
        if team.kind == team.Kind.CASELOAD
    ]


def _all_open(handoffs: list[Handoff]) -> str:
    open_now = sum(each.state in OPEN_STATES and each.subject != SubjectKind.TRANSFER for each in handoffs)
    return f"All open handoffs with their first due dates ({open_now})"


def _day(instant: datetime, at: datetime) -> str:
    day = clock.today(instant)
    return clock.day_in_words(day, weekday=False, year=day.year != clock.today(at).year)
