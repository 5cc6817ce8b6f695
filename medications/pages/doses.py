"""One dose on its page, what stands beside what somebody sent, and the list of her doses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from medications.checklist import taken_lately
from medications.giving import Entered
from medications.models import Decision, Dose, DueDose, Outcome, Plan, SafetyReport, Signing
from medications.planning import active_plan
from medications.rules.schedule import LATE_AFTER, next_due
from medications.rules.two_settings import BothOnOneDay, Setting, Taken, both_on_one_day
from medications.wording.doses import how_often, outcome_in_words, place_in_words, product_name, when
from medications.wording.times import hour
from pathways.models import Journey

LISTED = timedelta(days=7)
Line = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """One of two entries beside each other: its heading, and its lines."""

    heading: str
    lines: list[Line]


def recorded_side(dose: Dose, now: datetime) -> Side:
    """What stands in the record."""
    what = outcome_in_words(dose.outcome)
    lines = [
        (_when_label(dose.outcome), f"{_time(dose.given_at, now)}, {what}"),
        ("By", str(dose.given_by)),
        ("Watched by", str(dose.witness) if dose.witness else "one signature"),
        ("Where", place_in_words(dose.place)),
        ("Stored", hour(dose.recorded_at, seconds=True)),
        ("Register", dose.register_page or "left empty"),
    ]
    return Side("Recorded", [*lines, ("Because", dose.reason)] if dose.reason else lines)


def yours_side(entered: Entered, by: User, second: User | None, sent_at: datetime) -> Side:
    """What somebody sent, and what was not stored."""
    lines = [
        (_when_label(entered.outcome), f"{_time(entered.given_at, sent_at)}, {outcome_in_words(entered.outcome)}"),
        ("By", str(by)),
        ("Watched by", str(second) if second else "not signed"),
        ("Where", place_in_words(entered.place)),
        ("Sent", hour(sent_at, seconds=True)),
        ("Register", entered.register_page or "left empty"),
    ]
    return Side("Yours, not stored", [*lines, ("Because", entered.reason)] if entered.reason else lines)


def _when_label(outcome: str) -> str:
    return "Given" if outcome in (Outcome.GIVEN, Outcome.GIVEN_LATE) else "When"


def _time(at: datetime, now: datetime) -> str:
    return hour(at) if clock.today(at) == clock.today(now) else when(at, now)


def entered_lines(entered: Entered, now: datetime) -> list[Line]:
    """What the first person entered, for whoever signs second."""
    lines = [
        ("What happened", str(Outcome(entered.outcome).label)),
        ("When", when(entered.given_at, now)),
        ("Where", place_in_words(entered.place)),
        ("Register page", entered.register_page or "left empty"),
    ]
    more = [("Why, or what happened", entered.reason), ("Without a decision, because", entered.override_reason)]
    return [*lines, *((label, words) for label, words in more if words)]


def next_in_words(journey: Journey, now: datetime) -> tuple[str, str] | None:
    """(``09:30``, ``tomorrow, Sat 21 Nov``): what the plan asks for next, whether or not a worker wrote it down."""
    plan = active_plan(journey)
    coming = next_due(plan, now) if plan else None
    return (hour(coming.at), when(coming.at, now).split(" ", 1)[1]) if coming else None


@dataclass(frozen=True)
class Today:
    """What stands of today before another dose is recorded: both settings, or a dose in the community already."""

    both: list[BothOnOneDay]
    community: list[Taken]


def taken_today(journey: Journey, now: datetime) -> Today:
    """Doses of this day in London from two places; or those of the community alone, to which the ward's would add."""
    taken = taken_lately(journey, now)
    both = [each for each in both_on_one_day(taken) if each.day == clock.today(now)]
    if both:
        return Today(both, [])
    doses = (each for each in taken if clock.today(each.at) == clock.today(now))
    return Today([], [each for each in doses if each.setting is Setting.COMMUNITY])


def not_recorded(journey: Journey, now: datetime) -> list[Line]:
    """Doses that are due about now and of which nothing is recorded: (when, the page that records it)."""
    answered = Dose.objects.filter(journey=journey, struck_at=None, due__isnull=False).values("due")
    around = (now - timedelta(days=1), now + LATE_AFTER)
    rows = DueDose.objects.filter(journey=journey, cancelled_at=None, due_at__range=around).exclude(pk__in=answered)
    return [
        (when(each.due_at, now), reverse("medicine_dose", args=[journey.pk, each.pk]))
        for each in rows.order_by("due_at")
    ]


# -- the list of her doses -------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line: what was due and what came of it. ``struck`` says who struck it through, and why."""

    due: str
    status: str
    words: str
    people: str
    state: str = ""
    struck: str = ""
    url: str = ""
    wrong_url: str = ""
    more: str = ""


def doses_panel(journey: Journey, reader: User, now: datetime) -> dict[str, Any] | None:
    """Her plan, what is due, what was given: the part of the page of her medicine. None where nothing is planned."""
    plan = active_plan(journey)
    doses = list(
        Dose.objects.filter(journey=journey, given_at__gt=now - LISTED)
        .select_related("given_by", "witness", "struck_by", "struck_with", "due", "released_by")
        .order_by("-given_at", "-pk")
    )
    may = _allowed(reader, journey, plan)
    if plan is None and not doses and not any(may.values()):
        return None
    coming = next_in_words(journey, now)
    return {
        "journey": journey,
        "plan": plan,
        "product": product_name(plan) if plan else "",
        "often": how_often(plan) if plan else "",
        "next": " ".join(coming) if coming else "",
        "rows": _rows(journey, doses, may["work"], now),
        "waiting": _waiting(journey, now),
        "decisions": _decisions(journey, now),
        "reports": reports_of(journey, now),
        "may": may,
    }


def _allowed(reader: User, journey: Journey, plan: Plan | None) -> dict[str, bool]:
    return {
        "work": Ability.WORK_ON_WARD in reader.abilities and journey.in_hospital,
        "prescribe": Ability.PRESCRIBE in reader.abilities and journey.in_hospital,
        "decide": Ability.STATE_MEDICINE in reader.abilities,
        "end": Ability.PRESCRIBE in reader.abilities and plan is not None,
    }


def _rows(journey: Journey, doses: Sequence[Dose], may_work: bool, now: datetime) -> list[Row]:
    """The last seven days and what is due, newest first."""
    answered = {each.due_id for each in doses if each.stands}
    due = DueDose.objects.filter(journey=journey, due_at__gt=now - LISTED).order_by("due_at")
    open_rows = [(each.due_at, _due_row(each, journey, may_work, now)) for each in due if each.pk not in answered]
    done = [(each.given_at, _dose_row(each, journey, may_work, now)) for each in doses]
    return [row for _, row in sorted([*open_rows, *done], key=lambda pair: pair[0], reverse=True)]


def _due_row(due: DueDose, journey: Journey, may_work: bool, now: datetime) -> Row:
    at = when(due.due_at, now)
    if due.cancelled_at:
        return Row(at, "Cancelled", f"Cancelled: {due.cancelled_because}", "")
    url = reverse("medicine_dose", args=[journey.pk, due.pk]) if may_work else ""
    if now > due.due_at + LATE_AFTER:
        return Row(at, "Missed", "Not recorded", "", state="missed", url=url)
    if now >= due.due_at:
        return Row(at, "Overdue", "Due now, not recorded yet", "", state="overdue", url=url)
    return Row(at, "Due", "To come", "", state="due_soon" if due.due_at - now < timedelta(hours=1) else "", url=url)


def _dose_row(dose: Dose, journey: Journey, may_work: bool, now: datetime) -> Row:
    people = " and ".join(str(each) for each in (dose.given_by, dose.witness) if each)
    wrong = reverse("medicine_dose_wrong", args=[journey.pk, dose.pk]) if may_work and dose.stands else ""
    struck = ""
    if dose.struck_at:
        by = " and ".join(str(each) for each in (dose.struck_by, dose.struck_with) if each)
        struck = f"Struck through by {by}, {when(dose.struck_at, now)}: {dose.struck_reason}"
    late = dose.outcome == Outcome.GIVEN_LATE
    words = f"{Outcome(dose.outcome).label!s}, {when(dose.given_at, now)}"
    more = " · ".join(
        filter(
            None,
            [
                place_in_words(dose.place) if dose.place else "",
                f"register {dose.register_page}" if dose.register_page else "",
                dose.reason,
                f"without a decision, because: {dose.override_reason}" if dose.override_reason else "",
            ],
        )
    )
    due = when(dose.due.due_at, now) if dose.due else "not scheduled"
    status = "Given late" if late else ("Given" if dose.outcome == Outcome.GIVEN else "Recorded")
    return Row(due, status, words, people, struck=struck, wrong_url=wrong, more=more)


def _waiting(journey: Journey, now: datetime) -> list[tuple[str, str]]:
    """First signatures that wait for the second: (words, address)."""
    signed = Signing.objects.filter(journey=journey, dose=None, struck_at=None).select_related("first_by")
    return [
        (f"{each.first_by} signed at {hour(each.first_at)}", reverse("medicine_sign", args=[journey.pk, each.pk]))
        for each in signed.order_by("first_at")
        if each.waits(now)
    ]


def _decisions(journey: Journey, now: datetime) -> list[dict[str, str]]:
    """What prescribers decided, newest first."""
    rows = Decision.objects.filter(journey=journey, decided_at__gt=now - LISTED).select_related(
        "prescriber", "struck_by"
    )
    return [
        {
            "words": each.words,
            "kind": str(Decision.Kind(each.kind).label).split(":")[0],
            "who": f"{each.prescriber_words or each.prescriber}, {when(each.decided_at, now)}",
            "struck": f"Struck through by {each.struck_by}: {each.struck_reason}" if each.struck_at else "",
        }
        for each in rows.order_by("-decided_at", "-pk")
    ]


def reports_of(journey: Journey, now: datetime) -> list[dict[str, str]]:
    """Second doses that were reported in the last days."""
    rows = SafetyReport.objects.filter(journey=journey, struck_at=None, reported_at__gt=now - LISTED)
    return [
        {
            "words": each.words,
            "who": f"{each.reported_by}, {when(each.reported_at, now)}",
            "when": when(each.happened_at, now),
            "told": f"Coordinator, doctor and pharmacist were told {when(each.told_at, now)}."
            if each.told_at
            else "Coordinator, doctor and pharmacist are being told. If nobody comes, ring them.",
        }
        for each in rows.select_related("reported_by").order_by("-reported_at")
    ]


def safety_panel(journey: Journey, reader: User, now: datetime) -> dict[str, Any] | None:
    """On the page of her journey: a second dose that somebody reported."""
    found = reports_of(journey, now) if Ability.SEE_WARD in reader.abilities else []
    return {"reports": found} if found else None
