"""One woman's pregnancy as its raw rows tell it, for the slow count. It shares nothing with the product's counting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from carecoord import clock
from pathways.models import Correction, Event, Handoff, Journey

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# All the ways to answer a handoff.
ANSWERS = ("handoff_completed", "handoff_declined", "handoff_not_applicable", "handoff_unable")


class Her:
    """One journey as its rows tell it: facts up to ``at`` that nobody marked as wrong, in order; its handoffs."""

    def __init__(self, journey: Journey, at: datetime) -> None:
        wrong = set(Correction.objects.filter(event__journey=journey).values_list("event_id", flat=True))
        events = Event.objects.filter(journey=journey, occurred_at__lte=at)
        self.journey = journey
        self.events = sorted((e for e in events if e.pk not in wrong), key=lambda e: (e.occurred_at, e.pk))
        self.handoffs = list(Handoff.objects.filter(journey=journey).order_by("pk"))
        self.at = at

    # -- facts ---------------------------------------------------------------------------------

    def all(self, *kinds: str) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]

    def first(self, *kinds: str) -> Event | None:
        return next(iter(self.all(*kinds)), None)

    def when(self, *kinds: str) -> datetime | None:
        first = self.first(*kinds)
        return first.occurred_at if first else None

    @property
    def due_date(self) -> date | None:
        """The due date that was agreed last; before one was agreed, the one she came with."""
        agreed = self.all("dating_agreed")
        return date.fromisoformat(agreed[-1].details["edd"]) if agreed else self.journey.edd_at_entry

    def on_week(self, weeks: int) -> date | None:
        """The date on which she was that many weeks pregnant."""
        return self.due_date - 280 * DAY + 7 * weeks * DAY if self.due_date else None

    @property
    def birth(self) -> datetime | None:
        return self.when("baby_born")

    @property
    def end(self) -> datetime | None:
        """The end of the pregnancy: its first birth, or its loss."""
        return self.when("baby_born", "pregnancy_loss")

    @property
    def exposed(self) -> datetime | None:
        """The first time that it is written down that she uses opioids, or is treated for it."""
        for event in self.all("drug_use_disclosed", "treatment_started"):
            if event.kind == "treatment_started" or event.details.get("opioid") == "yes":
                return event.occurred_at
        return None

    def in_treatment(self, instant: datetime) -> bool:
        told = [e for e in self.all("treatment_started", "treatment_ended") if e.occurred_at <= instant]
        return bool(told) and told[-1].kind == "treatment_started"

    def alive(self, instant: datetime) -> bool:
        died = self.when("mother_died")
        return died is None or died > instant

    # -- babies --------------------------------------------------------------------------------

    def births(self) -> dict[int, Event]:
        """The birth of each baby."""
        found: dict[int, Event] = {}
        for event in self.all("baby_born"):
            found.setdefault(baby_of(event), event)
        return found

    def of_baby(self, baby: int, *kinds: str) -> list[Event]:
        return [event for event in self.all(*kinds) if baby_of(event) == baby]

    def apart(self, baby: int, instant: datetime) -> bool:
        """Whether that baby is placed away at that time. A fact without a baby is about all that are born by then."""
        away, born = False, set()
        for event in self.all("baby_born", "separated", "reunified"):
            if event.occurred_at > instant:
                break
            if event.kind == "baby_born":
                born.add(baby_of(event))
            elif baby == named_baby(event) or (named_baby(event) is None and baby in born):
                away = event.kind == "separated"
        return away

    def was_separated(self, instant: datetime) -> bool:
        """Whether a baby of hers has been placed away by then, be it back with her or not."""
        return any(event.occurred_at <= instant for event in self.all("separated"))

    # -- admissions ----------------------------------------------------------------------------

    def admissions(self) -> list[Event]:
        return self.all("admitted")

    def left(self, number: int) -> Event | None:
        """How admission ``number`` ended: the first time she left after it and before the next."""
        latest = 0
        for event in self.all("admitted", "mother_discharged"):
            if event.kind == "admitted":
                latest += 1
            elif latest == number:
                return event
        return None

    def ward_doses(self, number: int) -> list[Event]:
        """Doses given in that admission: those that name it, and those that name none after it and before the next."""
        found, latest = [], 0
        for event in self.all("admitted", "dose_given"):
            if event.kind == "admitted":
                latest += 1
            elif int(event.details.get("admission") or latest) == number and latest >= number:
                found.append(event)
        return found

    # -- handoffs ------------------------------------------------------------------------------

    def owed(self, moment: str, step: str, subject: int | None = None) -> list[Handoff]:
        """The handoffs of a step: of one subject, or of all."""
        found = [row for row in self.handoffs if (row.moment, row.step) == (moment, step)]
        return [row for row in found if subject in (None, row.subject_number)]

    def done(self, moment: str, step: str, subject: int = 0) -> datetime | None:
        """When the step was completed for that subject; None where it was not."""
        rows = [row for row in self.owed(moment, step, subject) if completed(row)]
        return rows[0].ended_at if rows else None

    def answers(self, moment: str, step: str, *kinds: str) -> list[Event]:
        """All entries that complete it (or end it in another of ``kinds``), in order."""
        said = self.all(*(kinds or ("handoff_completed",)))
        return [e for e in said if (e.details.get("moment"), e.details.get("step")) == (moment, step)]

    # -- sites ---------------------------------------------------------------------------------

    def site_at(self, instant: datetime) -> str:
        """The site that had her then: where she entered; after an accepted move, the site that it was asked of."""
        code = (self.journey.entered_site or self.journey.site).code
        asked = ""
        for event in self.all("transfer_requested", "transfer_accepted"):
            if event.occurred_at > instant:
                break
            if event.kind == "transfer_requested":
                asked = event.details.get("to", "")
            elif asked:
                code = asked
        return code


def named_baby(event: Event) -> int | None:
    """The baby that an entry names, in its column or among its details."""
    return event.baby if event.baby is not None else (int(event.details["baby"]) if event.details.get("baby") else None)


def baby_of(event: Event) -> int:
    """The baby that an entry is about; a blank means baby 1."""
    return named_baby(event) or 1


def subject_of(event: Event, subject: str) -> int | None:
    """The number of what an answer is about; 0 for the pregnancy."""
    if subject == "pregnancy":
        return 0
    return baby_of(event) if subject == "baby" else int(event.details.get(subject) or 0)


def completed(row: Handoff) -> bool:
    return row.state in ("completed_on_time", "completed_late")


def after_days(instant: datetime, days: int) -> datetime:
    """The same time by London's clocks so many days later (rules, section 4)."""
    wall = instant.astimezone(clock.LONDON).replace(tzinfo=None) + days * DAY
    return wall.replace(tzinfo=clock.LONDON, fold=0).astimezone(UTC)


def start_of(day: date) -> datetime:
    """00:00 in London."""
    return datetime(day.year, day.month, day.day, tzinfo=clock.LONDON).astimezone(UTC)


def order(event: Event) -> tuple[datetime, int]:
    return event.occurred_at, event.pk
