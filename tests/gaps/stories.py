"""A life of one pregnancy, thought up at random: what is counted by a limit lies on the limit, or just off it.

Nothing here is likely. Orders are odd, facts are missing or come twice, women move in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from carecoord import clock
from carecoord.access.models import User
from pathways.actions import Draft
from pathways.engine import FACT_KINDS
from tests.gaps.times import NOW, days_after, local

SITES = ("ASHF", "CALD", "GLEN", "TAYM")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
METHADONE = {"medication": "methadone_oral_1mg_ml"}


@dataclass(frozen=True)
class Kind:
    """What a population has more of than others: chances from 0 to 1, and how many years it goes back."""

    name: str
    years: float
    born: float = 0.8
    wards: float = 0.5
    apart: float = 0.3
    late: float = 0.3
    moves: float = 0.15
    again: float = 0.0


@dataclass
class Story:
    """The facts of one journey as they are thought up, in any order."""

    chance: Random
    kind: Kind
    staff: list[User]
    edd: date
    facts: list[Draft] = field(default_factory=list)

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def add(self, kind: str, at: datetime, baby: int | None = None, **details: str) -> datetime:
        """Something that happened, by one of the midwives, her buddy, another or nobody. The future is left out."""
        if at <= NOW:
            by = self.chance.choice([*self.staff, None])
            self.facts.append(Draft(kind, at, baby=baby, details=details, recorded_by=by))
        return at

    def near(self, limit: datetime) -> datetime:
        """On the limit, a second off it, an hour off it, or well to one side."""
        off = self.chance.choice([0 * DAY, 0 * DAY, SECOND, -SECOND, HOUR, -HOUR, 2 * DAY, -DAY / 2, DAY / 3])
        return limit + off

    def week(self, weeks: int, days: int = 0) -> datetime:
        """Within that day of the pregnancy: at its edges, or in it."""
        day = self.edd - (280 - 7 * weeks - days) * DAY
        return local(day, self.chance.choice([time(0), time(23, 30), time(23, 59, 59), time(0, 30), time(11, 20)]))

    # -- the parts of a story ------------------------------------------------------------------

    def tell(self, end: datetime) -> None:
        self.beginning(end)
        self.treatment(end)
        if self.likely(self.kind.born):
            self.births(end)
        else:
            self.add("pregnancy_loss", end)
        if self.likely(self.kind.wards):
            for _ in range(self.chance.choice([1, 1, 2, 3])):
                self.ward(self.near(end + self.chance.choice([-60, -9, -1, 0, 0, 0, 2]) * DAY), end)
        if self.likely(self.kind.apart):
            self.separation(end)
        self.after(end)
        self.moving(end)
        for _ in range(self.chance.choice([0, 0, 0, 1, 2])):
            self.anything(end)

    def beginning(self, end: datetime) -> None:
        came = self.week(*self.chance.choice([(6, 1), (8, 6), (9, 0), (9, 1)]))
        if self.likely(self.kind.late):
            came = self.chance.choice([self.week(*self.chance.choice([(11, 0), (28, 0), (38, 6)])), end - 3 * DAY])
        if self.likely(0.9):
            self.add("first_contact", came)
        if self.likely(0.3):
            agreed = self.edd + self.chance.choice([-9, -1, 1, 8]) * DAY
            if self.likely(0.5):
                self.edd = agreed
            self.add("dating_agreed", came + 3 * DAY, edd=agreed.isoformat())
        if self.likely(0.85):
            weeks = [self.week(10, 0), self.week(10, 1), self.week(12, 0), self.week(12, 1)]
            early = self.chance.choice([*weeks, days_after(came, 14), days_after(came, 3)])
            self.add("booking_completed", self.near(days_after(came, 14)) if self.likely(0.5) else early)
        for _ in range(self.chance.randint(0, 6)):
            self.add(self.chance.choice(["contact_made", "contact_made", "contact_missed"]), self.some_day(came, end))
        if self.likely(0.3):
            self.add("concern_accepted", came + 60 * DAY)
        if self.likely(0.6):
            self.add("named_midwife_assigned", came + 5 * DAY)

    def treatment(self, end: datetime) -> None:
        if self.likely(0.7):
            said = {
                "opioid": self.chance.choice(["yes", "yes", "no"]),
                "in_treatment": self.chance.choice(["yes", "no", "no"]),
            }
            self.add("drug_use_disclosed", self.near(end - self.chance.choice([0, 150, 200]) * DAY), **said)
        if self.likely(0.8):
            start = end - self.chance.choice([0, 1, 100, 150]) * DAY
            self.add("treatment_started", self.near(start) if self.likely(0.3) else start - HOUR, **METHADONE)
        if self.likely(0.5):
            stop = self.chance.choice([end, days_after(end, 182), days_after(end, 365), end + 182 * DAY])
            self.add("treatment_ended", self.near(stop))
            if self.likely(0.3):
                self.add("treatment_started", self.near(days_after(end, 182)), **METHADONE)

    def births(self, end: datetime) -> None:
        for baby in range(1, self.chance.choice([1, 1, 1, 2, 3]) + 1):
            number = None if baby == 1 and self.likely(0.3) else baby
            place = self.chance.choice(["hospital", "hospital", "home"])
            born = self.add(
                "baby_born", end + (baby - 1) * self.chance.choice([timedelta(minutes=9), DAY]), number, place=place
            )
            if self.likely(0.6):
                self.add("observation_started", self.near(born + 4 * HOUR), number)
            if self.likely(0.3):
                where = self.chance.choice(["neonatal_unit", "other_hospital", "with_mother", "transitional_care"])
                self.add("baby_place_recorded", born + 2 * HOUR, baby, place=where)
            if self.likely(0.3):
                self.add("feeding_conflict_logged", self.near(born + 30 * HOUR), number)
            if self.likely(0.07):
                self.add("baby_died", self.near(born + self.chance.choice([2, 4]) * DAY), baby)
        if self.likely(0.1):
            self.add("pregnancy_loss", self.near(end))

    def ward(self, came: datetime, end: datetime) -> None:
        reason = self.chance.choice(["labour", "labour", "antenatal", "postnatal"])
        self.add("admitted", came, **({"reason": reason} if self.likely(0.9) else {}))
        number = 1 + sum(draft.kind == "admitted" and draft.occurred_at < came for draft in self.facts)
        named = {"admission": str(number)} if self.likely(0.6) else {}
        if self.likely(0.7):
            last = came - self.chance.choice([20, 22, 30]) * HOUR
            usual = max(came, last + DAY)
            of_it = {"admission": str(number), "next_due": (last + DAY).isoformat()}
            self.add("dose_confirmed", last, confirmed_by="pharmacy", **of_it, **METHADONE)
            self.add("ost_verified", self.near(came + 4 * HOUR), last_dose_at=last.isoformat(), **METHADONE, **named)
            if self.likely(0.8):
                self.add("dose_given", self.near(usual + 2 * HOUR), **METHADONE, **named)
        for dose in range(self.chance.randint(0, 4)):
            self.dose(came + (8 + 24 * dose) * HOUR, named)
        left = self.chance.choice([came + 3 * DAY, end + 2 * DAY, came + 9 * HOUR, came + 26 * HOUR])
        if self.likely(0.7):
            self.add("mother_discharge_planned", came + 5 * HOUR, planned_for=left.isoformat())
        if self.likely(0.9) and left >= came:
            self.leaves(left)

    def dose(self, at: datetime, named: dict[str, str]) -> None:
        number = 1 + sum(draft.kind == "dose_scheduled" for draft in self.facts)
        which = {"dose": str(number), **named}
        when = {"scheduled_for": at.isoformat()} if self.likely(0.9) else {}
        if self.add("dose_scheduled", at - self.chance.choice([HOUR, 9 * HOUR]), **which, **when, **METHADONE) > NOW:
            return
        if self.likely(0.6):
            self.add("dose_given", self.near(at + 2 * HOUR), **which, **METHADONE)
        if self.likely(0.4):
            outcomes = [value for value, _ in FACT_KINDS["dose_outcome_recorded"].details[2].choices]
            self.add("dose_outcome_recorded", self.near(at + HOUR), **which, outcome=self.chance.choice(outcomes))

    def leaves(self, left: datetime) -> None:
        """She leaves; her babies about six hours later, or earlier, or never."""
        next_on = {"next_dose_on": str(clock.today(left) + self.chance.choice([0, 1, 2]) * DAY)}
        self.add("mother_discharged", left, **(next_on if self.likely(0.7) else {}))
        for baby in (1, 2, 3):
            if self.likely(0.6):
                self.add("baby_discharged", self.near(left + 6 * HOUR), baby if self.likely(0.8) else None)
        if self.likely(0.5):
            numbered = {"admission": str(sum(draft.kind == "admitted" for draft in self.facts))}
            next_dose = local(clock.today(left) + self.chance.choice([0, 1, 2]) * DAY, time(23, 30))
            self.add("dose_confirmed", self.near(next_dose), confirmed_by="pharmacy", **numbered, **METHADONE)

    def separation(self, end: datetime) -> None:
        if self.likely(0.7):
            self.add("separation_possible", self.near(end - self.chance.choice([40, 1, 0]) * DAY))
        for _ in range(self.chance.choice([1, 1, 1, 2, 3])):
            day = self.chance.choice([0, 1, 3, 20, 56, 84])
            away = self.near(days_after(end, day))
            baby = self.chance.choice([None, None, 1, 2])
            self.add("separated", away, baby)
            if self.likely(0.3):
                self.add(
                    "reunified", self.near(away + self.chance.choice([1, 30]) * DAY), self.chance.choice([None, baby])
                )
            if self.likely(0.08):
                self.add("mother_died", self.near(self.chance.choice([away, away + 3 * DAY])))

    def after(self, end: datetime) -> None:
        for _ in range(self.chance.randint(0, 4)):
            seen = self.chance.choice([days_after(end, 28), end + 2 * DAY, end + 5 * DAY])
            self.add(self.chance.choice(["postnatal_visit", "contact_made"]), self.near(seen))
        if self.likely(0.12):
            last = self.chance.choice([56, 84, 182, 365])
            self.add("mother_died", self.near(days_after(end, last)))
        elif self.likely(0.25):
            reason = self.chance.choice(["completed", "moved_out", "withdrew", "moved_out"])
            shut = self.add("closed", self.near(days_after(end, self.chance.choice([182, 365, 182]))), reason=reason)
            if self.likely(0.3):
                self.add("reopened", self.near(shut + 2 * DAY))
        if self.likely(0.1):
            self.add("residential_placement_started", end + 4 * DAY)

    def moving(self, end: datetime) -> None:
        """She moves, perhaps at the very time of what is counted; some moves are refused, or nobody asked for them."""
        while self.likely(self.kind.moves):
            at = self.near(end + self.chance.choice([-200, -100, -1, 0, 0, 1, 30]) * DAY)
            asked = {"to": self.chance.choice(SITES)} if self.likely(0.9) else {}
            if self.likely(0.9):
                self.add("transfer_requested", at - self.chance.choice([0, 1, 5]) * DAY, **asked)
            self.add(self.chance.choice(["transfer_accepted", "transfer_accepted", "transfer_refused"]), at)

    def anything(self, end: datetime) -> None:
        """Something at a time at which it makes no sense."""
        bare = [
            *(
                "first_contact",
                "booking_completed",
                "pregnancy_loss",
                "baby_born",
                "separated",
                "reunified",
                "admitted",
            ),
            *("mother_discharged", "treatment_started", "treatment_ended", "transfer_accepted", "separation_possible"),
            *("observation_started", "baby_discharged", "feeding_conflict_logged", "dose_given", "dose_scheduled"),
        ]
        self.add(self.chance.choice(bare), self.some_day(end - 200 * DAY, end + 300 * DAY))

    def some_day(self, first: datetime, last: datetime) -> datetime:
        return first + self.chance.random() * (last - first)
