"""Three made-up populations, nasty on purpose: what is counted by a limit lies on the limit, a second before or after.

Nothing here is likely. Orders are odd, facts are missing or come twice, clocks change between anchor and limit, months
end at 23:30, women move in between. ``make`` writes one population; ``live_on`` lets a day pass with further events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction

from carecoord import clock
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways import engine
from pathways.actions import Draft, Person, add_woman, open_journey, record_history
from pathways.engine import Fact
from pathways.models import Correction, Event, Journey, Woman
from pathways.projection import answer_for, events_that_count, facts_of, refresh
from pathways.recording import lock
from tests.factories import staff
from tests.gaps.answers import evidence_for
from tests.gaps.corners import corners
from tests.gaps.stories import DAY, HOUR, SECOND, SITES, Kind, Story
from tests.gaps.times import NOW, days_after, local
from tests.gaps.trips import trips_of

CLOCKS_CHANGE = (
    *(date(2024, 3, 31), date(2024, 10, 27), date(2025, 3, 30)),
    *(date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25)),
)
MONTHS_END = (date(2025, 6, 30), date(2025, 12, 31), date(2026, 2, 28), date(2026, 7, 31), date(2026, 10, 31))


KINDS = (
    Kind("births and wards", years=1.4, born=0.92, wards=0.9),
    Kind("separations and late entries", years=1.5, apart=0.8, late=0.75),
    Kind("years with moves and losses", years=4, born=0.6, moves=0.6, again=0.5),
)


# -- writing them down -------------------------------------------------------------------------


def owed_by(journey: Journey, drafts: list[Draft]) -> list[engine.Handoff]:
    """What is owed once these are recorded too."""
    last = max(journey.events.values_list("pk", flat=True), default=0)
    new = [Fact(d.kind, d.occurred_at, last + n, d.baby, d.details) for n, d in enumerate(drafts, start=1)]
    return answer_for(journey, facts_of(events_that_count(journey)) + new, NOW).handoffs


@dataclass
class Population:
    """One population: who works for its women, and what has been made up so far."""

    kind: Kind
    chance: Random
    staff: dict[str, list[User]] = field(default_factory=dict)

    def make(self, women: int) -> None:
        """Write so many women with all their pregnancies, and answers to what is owed to them."""
        with clock.as_of(NOW):
            self.staff = {site: [staff(site=site) for _ in range(3)] for site in SITES}
            for _ in range(women):
                self._woman()

    def make_corners(self) -> None:
        """Write the small stories that stand in the corners of the definitions, at one site."""
        with clock.as_of(NOW):
            for edd, facts in corners():
                self._corner(edd, facts)

    def live_on(self, journeys: int) -> None:
        """Further facts, answers and corrections in so many journeys, as of now or of long ago."""
        chosen = self.chance.sample(sorted(Journey.objects.values_list("pk", flat=True)), journeys)
        with clock.as_of(NOW):
            for pk in chosen:
                self._more(Journey.objects.get(pk=pk))

    @transaction.atomic
    def _woman(self) -> None:
        site = self.chance.choice(SITES)
        born = date(1985, 1, 1) + self.chance.randint(0, 5000) * DAY
        woman = add_woman(Site.objects.get(code=site), Person("A", "B", born), by=None)
        end = self._end()
        number = 1
        while number == 1 or (end < NOW and self.chance.random() < self.kind.again):
            self._journey(woman, number, end, self.staff[site])
            end += self.chance.randint(200, 700) * DAY
            number += 1

    @transaction.atomic
    def change_corners(self) -> None:
        """In a third of them what was written last is wrong; in another treatment has ended. Nothing else happens."""
        by = staff()
        with clock.as_of(NOW):
            for place, journey in enumerate(Journey.objects.order_by("pk")):
                if place % 3 == 0:
                    ended = Draft("treatment_ended", NOW - 600 * DAY)
                    record_history(journey, [ended], source=Event.Source.IMPORT, by=None)
                elif place % 3 == 1:
                    last = journey.events.order_by("-pk")[0]
                    Correction.objects.create(event=last, reason="Another woman's", made_by=by)
                    refresh(lock(journey))

    @transaction.atomic
    def _corner(self, edd: date, facts: list[Draft]) -> None:
        woman = add_woman(Site.objects.get(code="ASHF"), Person("A", "B", date(1992, 2, 2)), by=None)
        with clock.as_of(local(edd - 60 * DAY, time(12))):
            journey = open_journey(woman, edd=edd, by=None)
        record_history(journey, facts, source=Event.Source.IMPORT, by=None)

    def _end(self) -> datetime:
        """When her pregnancy ends: any day, or one from which a limit leads over a change of clocks, or to now."""
        ways = [NOW - self.chance.random() * self.kind.years * 365 * DAY for _ in range(3)]
        change = self.chance.choice(CLOCKS_CHANGE)
        ago = self.chance.choice([0, 1, 3, 7, 14, 28, 56, 84, 182, 365])
        ways.append(local(change - ago * DAY, self.chance.choice([time(0, 30), time(1, 30), time(12)])))
        month_end = self.chance.choice(MONTHS_END)
        ways.append(local(month_end, time(23, 30)))
        for_now = self.chance.choice([28, 56, 84, 182, 365, 10, 3, 0])
        ways.append(days_after(NOW, -for_now) + self.chance.choice([0, 1, -1]) * SECOND)
        return self.chance.choice(ways)

    def _journey(self, woman: Woman, number: int, end: datetime, people: list[User]) -> None:
        lost = self.chance.choice([(9, 6), (10, 0), (11, 6), (12, 0), (23, 6), (24, 0)])
        weeks, days = self.chance.choice([(40, 0), (38, 3), (40, 0), (36, 2), lost])
        edd = clock.today(end) + (280 - 7 * weeks - days) * DAY
        midwife, buddy, other = people
        with clock.as_of(min(end, NOW)):
            journey = open_journey(
                woman,
                number=number,
                edd=edd if self.chance.random() < 0.85 else None,
                named_midwife=midwife if self.chance.random() < 0.9 else None,
                buddy=buddy if self.chance.random() < 0.6 else None,
                by=None,
            )
        kind = self.kind
        if (weeks, days) == lost and self.chance.random() < 0.8:
            kind = Kind(kind.name, kind.years, born=0.0, wards=0.2, apart=0.05, late=kind.late, moves=kind.moves)
        story = Story(self.chance, kind, [midwife, buddy, other], edd)
        story.tell(end)
        owed = owed_by(journey, story.facts)
        record_history(journey, story.facts + self._answers_to(owed), source=Event.Source.IMPORT, by=None)
        if self.chance.random() < 0.3:
            self._correct(journey, 0.05)
        if self.chance.random() < 0.3:
            trips_of(journey, end, self.chance)
        if self.chance.random() < kind.moves:
            self._moved(journey)

    def _answers_to(self, owed: list[engine.Handoff]) -> list[Draft]:
        """Answers on the limits of what is owed, some of them twice, and evidence of every kind."""
        drafts = [draft for handoff in owed if self.chance.random() < 0.75 for draft in self._answers(handoff)]
        return [draft for draft in drafts if draft.occurred_at <= NOW]

    def _answers(self, row: engine.Handoff) -> Iterator[Draft]:
        day = timedelta(days=self.chance.choice([7, 28, 56, 84]))
        later = [row.missed_at, row.missed_at + SECOND, row.opened_at + 72 * HOUR, row.opened_at + day]
        limits = [row.due_at, row.due_at, row.due_at + SECOND, row.due_at - SECOND, *later]
        for _ in range(self.chance.choice([1, 1, 1, 2])):
            kind = self.chance.choice(["completed"] * 7 + ["declined", "not_applicable", "unable"])
            of, number = row.subject
            subject = {of.value: str(number)} if of.value not in ("pregnancy", "baby") else {}
            details = {"moment": row.moment, "step": row.step, **subject}
            details |= evidence_for(row.moment, row.step, self.chance)
            baby = number if of.value == "baby" else None
            at = self.chance.choice(limits)
            if self.chance.random() < 0.3:  # limits that stand in no handoff: when she came, when it began
                at = row.opened_at + self.chance.choice([0, 1, 24, 36, 48]) * HOUR
            yield Draft(f"handoff_{kind}", at, baby=baby, details=details)

    def _correct(self, journey: Journey, share: float) -> None:
        events = journey.events.filter(correction=None).order_by("pk")
        wrong = [event for event in events if self.chance.random() < share]
        for event in wrong:
            if event.kind != "transfer_accepted":
                Correction.objects.create(event=event, reason="Another woman's", made_by=self.staff["ASHF"][0])
        if wrong:
            refresh(lock(journey))

    def _moved(self, journey: Journey) -> None:
        """As the verb of a move leaves it: she entered elsewhere, and is at the site of the last move."""
        moves = journey.events.filter(correction=None, kind__in=["transfer_requested", "transfer_accepted"])
        here, asked = journey.site.code, ""
        for event in moves.order_by("occurred_at", "pk"):
            if event.kind == "transfer_requested":
                asked = event.details.get("to", "")
            elif asked:
                here = asked
        if here != journey.site.code:
            journey.refresh_from_db()
            entered, journey.site = journey.site, Site.objects.get(code=here)
            journey.entered_site = entered
            journey.save(update_fields=["site", "entered_site"])
            refresh(lock(journey))

    @transaction.atomic
    def _more(self, journey: Journey) -> None:
        entered = (journey.entered_site or journey.site).code
        story = Story(self.chance, self.kind, self.staff[entered], journey.edd or clock.today(NOW))
        for _ in range(3):
            story.anything(self.chance.choice([NOW, NOW - 200 * DAY]))
        if self.chance.random() < 0.3:
            story.treatment(NOW - self.chance.randint(0, 300) * DAY)
        owed = [each for each in owed_by(journey, story.facts) if each.state in engine.OPEN_STATES]
        drafts = story.facts + self._answers_to(self.chance.sample(owed, min(3, len(owed))))
        if drafts:
            record_history(journey, drafts, source=Event.Source.SCREEN, by=None)
        self._correct(journey, 0.05)
