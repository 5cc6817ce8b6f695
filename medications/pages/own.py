"""What the pages of her own medicine show: what she brought, how far it is, what is next; and the ward's cupboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Prefetch
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from medications.models import OwnMedicine, OwnMedicineStep, OwnMedicineTaken
from medications.pages.summaries import summaries_of
from pathways.models import Journey
from pathways.visibility import journeys_visible_to
from pathways.wording.entries import time_in_words

Kind, Consent = OwnMedicineStep.Kind, OwnMedicineStep.Consent

FEW = 8  # below this a number of women who are not open to the reader is not told
MONTHS = 12


@dataclass(frozen=True)
class Step:
    """One step as a line: done with when and by whom, the next one, or still to come."""

    title: str
    state: str  # done, next, later
    lines: tuple[str, ...] = ()
    url: str = ""
    button: str = ""


@dataclass(frozen=True)
class Own:
    """One medicine of hers and how far it is."""

    row: OwnMedicine
    what: str
    where: str
    state: str
    steps: tuple[Step, ...]
    checks: tuple[OwnMedicineStep, ...]
    ways: tuple[tuple[str, str], ...]
    is_kept: bool
    is_over: bool
    declined: bool
    needs_check: bool
    url: str
    receipt_url: str = ""


def own_medicines(journey: Journey) -> list[OwnMedicine]:
    """What she brought, newest first, with the steps that count. Two queries."""
    steps = OwnMedicineStep.objects.filter(struck_at=None).select_related("by", "second").order_by("at", "pk")
    rows = OwnMedicine.objects.filter(journey=journey).select_related("identified_by", "struck_by")
    return list(rows.prefetch_related(Prefetch("steps", steps, to_attr="counted")).order_by("-identified_at", "-pk"))


def own_of(row: OwnMedicine, now: datetime) -> Own:
    """One medicine in words; ``row`` comes from ``own_medicines``. No query."""
    last = {step.kind: step for step in row.counted}  # type: ignore[attr-defined]
    asked, stored, ended = last.get(Kind.ASKED), last.get(Kind.STORED), last.get(Kind.OUTCOME)
    checks = tuple(step for step in row.counted if step.kind in (Kind.CHECKED, Kind.MOVED))  # type: ignore[attr-defined]
    kept = stored is not None and ended is None
    checked = max((step.at for step in (stored, *checks) if step), default=now)
    return Own(
        row=row,
        what=row.what,
        where=_where(last),
        state=_state(last),
        steps=tuple(_steps(row, last)),
        checks=checks,
        ways=tuple(_ways(row)) if kept and row.stands else (),
        is_kept=kept,
        is_over=ended is not None,
        declined=bool(asked and asked.answer == Consent.NO and not stored),
        needs_check=kept and clock.today(checked) < clock.today(now),
        url=reverse("one_own", args=[row.journey_id, row.pk]),
        receipt_url=reverse("own_receipt", args=[row.journey_id, row.pk]) if stored else "",
    )


def _where(last: dict[str, OwnMedicineStep]) -> str:
    if ended := last.get(Kind.OUTCOME):
        return OwnMedicineStep.Outcome(ended.answer).label
    moved, stored = last.get(Kind.MOVED), last.get(Kind.STORED)
    if stored:
        return (moved if moved and moved.at > stored.at else stored).place
    return "With her"


def _state(last: dict[str, OwnMedicineStep]) -> str:
    """A state of the engine for the edge and the word of a card."""
    if {Kind.RECEIPT, Kind.KEPT_BY_HER, Kind.OUTCOME} & last.keys():
        return "completed_on_time"
    return "due_soon"


def _steps(row: OwnMedicine, last: dict[str, OwnMedicineStep]) -> Iterator[Step]:
    """The way from her hands to the receipt; one step is next."""
    yield Step("She brought it", "done", (f"{time_in_words(row.identified_at)}, seen by {row.identified_by}",))
    asked = last.get(Kind.ASKED)
    if asked is None:
        yield _next(row, "asked", "Explain, then ask her", "Record what she answered")
    else:
        answer = OwnMedicineStep.Consent(asked.answer).label
        again = reverse("own_step", args=[row.journey_id, row.pk, "asked"])
        yield Step("Explained and asked", "done", (answer, *_quoted(asked), _signed(asked)), again, "Ask her again")
    if asked and asked.answer == Consent.NO and Kind.STORED not in last:
        yield from _kept_by_her(row, last)
        return
    yield from _stored(row, last)
    if ended := last.get(Kind.OUTCOME):
        yield Step(str(OwnMedicineStep.Outcome(ended.answer).label), "done", (*_quoted(ended), _signed(ended)))


def _stored(row: OwnMedicine, last: dict[str, OwnMedicineStep]) -> Iterator[Step]:
    stored, receipt = last.get(Kind.STORED), last.get(Kind.RECEIPT)
    if stored:
        where = f"“{stored.quantity}”, register page {stored.register_page}, {stored.place}"
        yield Step("Measured and stored by two people", "done", (where, _signed(stored)))
    elif Kind.ASKED in last:
        yield _next(row, "stored", "Measure it with a second person, and store it", "Record it, and sign")
    else:
        yield Step("Measured and stored by two people", "later")
    if receipt:
        at = receipt.next_dose_at
        shown = (f"Next dose shown to her: {time_in_words(at)}",) if at else ()
        yield Step("Receipt given, next dose shown", "done", (*shown, *_quoted(receipt), _signed(receipt)))
    elif stored:
        yield _next(row, "given", "Give her the receipt, and show her when the next dose comes", "She has the receipt")
    else:
        yield Step("Receipt given, next dose shown", "later")


def _kept_by_her(row: OwnMedicine, last: dict[str, OwnMedicineStep]) -> Iterator[Step]:
    if kept := last.get(Kind.KEPT_BY_HER):
        yield Step("Agreed how she keeps it", "done", (f"“{kept.words}”", _signed(kept)))
    else:
        yield _next(row, "kept", "It stays hers. Agree with her how it is kept", "Record what was agreed")


def _next(row: OwnMedicine, step: str, title: str, button: str) -> Step:
    return Step(title, "next", (), reverse("own_step", args=[row.journey_id, row.pk, step]), button)


def _quoted(step: OwnMedicineStep) -> tuple[str, ...]:
    return (f"“{step.words}”",) if step.words else ()


def _signed(step: OwnMedicineStep) -> str:
    both = f"{step.by} and {step.second}" if step.second_id else str(step.by)
    return f"{both}, {time_in_words(step.at)}"


def _ways(row: OwnMedicine) -> Iterator[tuple[str, str]]:
    for step, label in (
        ("checked", "Daily check"),
        ("moved", "It goes to another ward"),
        ("outcome", "What became of it"),
    ):
        yield label, reverse("own_step", args=[row.journey_id, row.pk, step])


def next_dose(journey: Journey, reader: User, now: datetime) -> datetime | None:
    """When her next dose is due, as the ward's board says; None where nobody has scheduled one."""
    (summary,) = summaries_of([journey], reader, now)
    due = summary.due
    return due.at if due.at and not due.lead and due.big != "Decision" else None


# -- on the page of her medicine -------------------------------------------------------------------


@dataclass(frozen=True)
class OnHerMedicine:
    """The part of her medicine's page about what she brought."""

    medicines: list[Own]
    taken: int
    url: str
    may_add: str


def on_her_medicine(journey: Journey, reader: User, now: datetime) -> OnHerMedicine | None:
    """What she brought; None where nothing is written down and nobody here could."""
    rows = [row for row in own_medicines(journey) if row.stands]
    taken = OwnMedicineTaken.objects.filter(journey=journey, struck_at=None).count()
    may_add = journey.in_hospital and Ability.WORK_ON_WARD in reader.abilities
    if not rows and not taken and not may_add:
        return None
    add = reverse("bring_own", args=[journey.pk]) if may_add else ""
    return OnHerMedicine([own_of(row, now) for row in rows], taken, reverse("own_medicines", args=[journey.pk]), add)


# -- on the ward -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """How often medicine was taken without consent or receipt in one month, in words."""

    month: date
    words: str


def kept_on(ward: Team, reader: User, now: datetime) -> list[Own]:
    """What is stored on a ward for women who are open to the reader, oldest first."""
    here = journeys_visible_to(reader).filter(stays__ward=ward, stays__until=None)
    steps = OwnMedicineStep.objects.filter(struck_at=None).select_related("by", "second").order_by("at", "pk")
    rows = OwnMedicine.objects.filter(journey__in=here, struck_at=None).select_related(
        "identified_by", "journey__woman"
    )
    found = rows.prefetch_related(Prefetch("steps", steps, to_attr="counted")).order_by("identified_at", "pk")
    return [own for own in (own_of(row, now) for row in found) if not own.is_over]


def taken_by_month(ward: Team, now: datetime) -> list[Month]:
    """The last twelve months with one, newest first. Small numbers of women who are not open stay numbers under 8."""
    since = (clock.today(now).replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT month, number, seen FROM medications_own_taken(%s, %s)", [ward.pk, since])
        return [Month(month, _told(number, seen)) for month, number, seen in cursor.fetchall()]


def _told(number: int, seen: int) -> str:
    return str(number) if number >= FEW or number == seen else f"fewer than {FEW}"
