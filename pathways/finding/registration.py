"""Adding a woman: first asked whether she is here already, then saved with her journey, all or nothing."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from carecoord import clock
from carecoord.access.models import Team, User
from pathways.actions import Draft, Person, Refused, add_woman, open_journey, record_event
from pathways.carrying import carry_history
from pathways.finding.duplicates import Candidate, Names, possible_duplicates
from pathways.models import Journey, Woman
from pathways.seen import check_same, fingerprint
from pathways.visibility import journeys_visible_to, women_visible_to

_REGISTRATION = 7301  # the first half of the advisory lock's key; the second is the site


@dataclass(frozen=True)
class NewJourney:
    """What is known of a pregnancy when its journey is opened."""

    team: Team
    edd: date | None = None
    medication: str = ""
    first_contact_at: datetime | None = None
    named_midwife: User | None = None
    carries_earlier: bool = False
    carried_words: str = ""


class PossibleDuplicates(Exception):
    """Women already here who could be her; nothing was saved."""

    def __init__(self, candidates: list[Candidate]) -> None:
        super().__init__(f"{len(candidates)} possible duplicates")
        self.candidates = candidates


@transaction.atomic
def register(person: Person, pregnancy: NewJourney, *, not_these: Set[int], submission: UUID, by: User) -> Journey:
    """Add a woman with her first journey. The same submission again gives the journey that it made.

    ``not_these`` are ids of women whom ``by`` has looked at and knows to be somebody else. Raises
    PossibleDuplicates when others could be her, SentOtherwise where the form says something else now, Refused as the
    verbs do.
    """
    # One at a time at each site: of two people who add the same woman at once, the second is shown the first one's.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_REGISTRATION, pregnancy.team.site_id])
    said = _said(person, pregnancy)
    if earlier := Woman.objects.filter(submission=submission).first():
        check_same(earlier, said)
        return _made_by(submission, by)
    names = Names.of((person.preferred_name, person.first_name), person.last_name)
    candidates = possible_duplicates(women_visible_to(by), names, person.date_of_birth, on=clock.today())
    if any(candidate.woman.pk not in not_these for candidate in candidates):
        raise PossibleDuplicates(candidates)
    woman = add_woman(pregnancy.team.site, person, submission=submission, said=said, by=by)
    return open_with(woman, 1, pregnancy, by=by)


@transaction.atomic
def open_with(woman: Woman, number: int, pregnancy: NewJourney, *, by: User) -> Journey:
    """Open the journey of a pregnancy and record its first contact where there was one. Raises Refused."""
    journey = open_journey(
        woman,
        number=number,
        team=pregnancy.team,
        named_midwife=pregnancy.named_midwife,
        edd=pregnancy.edd,
        medication=pregnancy.medication,
        by=by,
    )
    if number > 1:
        carry_history(journey, pregnancy.carries_earlier, pregnancy.carried_words, by=by)
    if pregnancy.first_contact_at:
        record_event(journey, Draft("first_contact", pregnancy.first_contact_at), by=by)
    return journey


def _said(person: Person, pregnancy: NewJourney) -> str:
    rest = {**vars(pregnancy), "team": pregnancy.team.pk, "named_midwife": getattr(pregnancy.named_midwife, "pk", None)}
    return fingerprint(person, rest)


def _made_by(submission: UUID, by: User) -> Journey:
    journey = journeys_visible_to(by).filter(woman__submission=submission).order_by("number").first()
    if journey is None:
        raise Refused("This form has been sent already. Open the page again to add another woman.")
    return journey
