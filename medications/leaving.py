"""Going home: writing the checklist down, and that she left. Her own decision is never refused: then it is owed.

Her discharge asks for what pathways/moves/leaving.py asks (a place with every baby who stays), and why, where her
medicine or naloxone is not arranged yet.

When nothing is missing and both pharmacy and prescriber have said that they have it, the handoff of her medicine
(DISCHARGE_OST_HANDOVER) completes with what was written, in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from medications.checklist import HANDOVER, Checklist, checklist_of
from medications.models import Dose, Item, LeavingEntry
from medications.rules.closed_days import why_closed
from medications.rules.leaving import ACKNOWLEDGED, ANSWERS, MEDICINE_ITEMS, NOT_DONE
from pathways.actions import end_handoff
from pathways.engine import Stage
from pathways.guided import Move
from pathways.models import Event, Handoff, Journey
from pathways.moves.leaving import Leaving, leave_hospital
from pathways.moves.together import is_in_hospital
from pathways.recording import Draft, lock, sent_before
from pathways.visibility import check_may

NALOXONE = "NALOXONE_DISCHARGE"
FURTHEST_DOSE = timedelta(days=60)

LEFT = Move(
    key="left",
    title="She goes home",
    lead="When she left, and which babies left with her.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="left",
    offered=is_in_hospital,
    kinds=("mother_discharged",),
    likely=frozenset({Stage.POSTNATAL_INPATIENT.value}),
)
LEFT_EARLY = Move(
    key="left_early",
    title="She leaves on her own decision",
    lead="She may leave whenever she wants to. Try what can be tried before she goes, and ring her prescriber today.",
    group="Hospital",
    ability=Ability.RECORD_EVENT,
    page="left_early",
    offered=is_in_hospital,
)


@dataclass(frozen=True)
class Entry:
    """One point of the checklist, about to be written down; see LeavingEntry for what each field holds."""

    item: str
    answer: str
    day: date | None = None
    source: str = ""
    words: str = ""
    who: str = ""
    at: datetime | None = None
    expires_on: date | None = None
    submission: UUID | None = None


@transaction.atomic
def write(journey: Journey, entry: Entry, *, by: User) -> LeavingEntry:
    """Write one point down; a later one of the same point replaces it. The same submission counts once.

    Raises Refused with what to do; nothing of it stops her from leaving.
    """
    journey = lock(journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    if entry.submission and (earlier := LeavingEntry.objects.filter(submission=entry.submission).first()):
        return earlier
    now = clock.now()
    checklist = checklist_of(journey, now)
    _check(checklist, entry, now)
    row = _create(journey, checklist.facts.admission, entry, by)
    if entry.item == Item.NALOXONE and entry.answer != NOT_DONE:
        _complete_naloxone(journey, checklist, entry, by)
    complete_if_whole(journey, by=by)
    return row


@transaction.atomic
def leave(journey: Journey, leaving: Leaving, *, by: User) -> Event:
    """Write down that she left, and close what is whole. The same submission counts once.

    Raises Refused for a time that cannot be; of a discharge that is not her own decision also where something has to
    be written down first.
    """
    journey = lock(journey)
    move = LEFT_EARLY if leaving.own_decision else LEFT
    check_may(by, move.ability, woman_id=journey.woman_id)
    checklist = checklist_of(journey, clock.now())
    if not sent_before(leaving.submission, leaving.said(journey)):
        _check_leaving(checklist, leaving)
    next_dose = checklist.entries.get("next_dose")
    details = {"next_dose_on": next_dose.day.isoformat()} if next_dose and next_dose.day else {}
    recorded = leave_hospital(journey, move, replace(leaving, details=details), by=by)
    if recorded.again:
        return recorded.events[0]
    answer = "own_choice" if leaving.own_decision else "planned"
    entry = Entry(Item.LEFT, answer, at=recorded.events[0].occurred_at, words=leaving.words)
    _create(journey, checklist.facts.admission, entry, by)
    complete_if_whole(journey, by=by)
    return recorded.events[0]


def not_arranged(checklist: Checklist) -> list[str]:
    """What she would go home without, in words: her medicine's handover, naloxone."""
    admission = checklist.facts.admission
    missing = checklist.in_treatment and not set(MEDICINE_ITEMS).isdisjoint(checklist.missing)
    owed = {
        "her medicine": missing or _open(checklist.journey, HANDOVER, admission) is not None,
        "naloxone": _open(checklist.journey, NALOXONE, admission) is not None,
    }
    return [words for words, is_owed in owed.items() if is_owed]


def _check_leaving(checklist: Checklist, leaving: Leaving) -> None:
    """Raise Refused for a time that cannot be, and for a discharge without what has no reason yet."""
    facts = checklist.facts
    if facts.left_at:
        raise Refused(f"It is written down already that she left, {clock.due_in_words(facts.left_at, year=True)}.")
    if facts.admitted_at and leaving.at and leaving.at < facts.admitted_at:
        raise Refused(
            f"She was admitted on {clock.due_in_words(facts.admitted_at, year=True)}. Check the day.", field="at"
        )
    missing = not_arranged(checklist)
    if missing and not leaving.own_decision and not leaving.words.strip():
        what = " and ".join(missing)
        raise Refused(f"Not arranged yet: {what}. Arrange it, or say why she goes home before it is.", field="words")


def complete_if_whole(journey: Journey, *, by: User) -> bool:
    """Complete the handoff of her medicine where nothing is missing and both have it; says whether it did.

    The journey is locked by whoever calls.
    """
    checklist = checklist_of(journey, clock.now())
    if not (checklist.in_treatment and checklist.is_whole and checklist.both_acknowledged):
        return False
    handoff = _open(journey, HANDOVER, checklist.facts.admission)
    if handoff is None:
        return False
    end_handoff(handoff, Draft("handoff_completed", checklist.now, details=evidence(checklist)), by=by)
    return True


def evidence(checklist: Checklist) -> dict[str, str]:
    """What the checklist says, in the words of the handoff's evidence."""
    entries, cover = checklist.entries, list(checklist.cover.values())
    next_dose, copy = entries.get("next_dose"), entries.get("copy")
    found = {
        "last_ward_dose_at": last_dose_in_words(checklist),
        "next_dose_on": next_dose.day.isoformat() if next_dose and next_dose.day else "",
        "next_dose_place": place_in_words(checklist),
        "pharmacy_acknowledged_by": acknowledged_in_words(checklist, "pharmacy"),
        "prescriber_acknowledged_by": acknowledged_in_words(checklist, "prescriber"),
        "closed_day_cover": "" if any(row.answer == NOT_DONE for row in cover) else _cover(cover),
        "woman_has_written_copy": "yes" if copy and copy.answer == "given" else "no",
    }
    return {key: words for key, words in found.items() if words}


def last_dose_in_words(checklist: Checklist) -> str:
    """``Fri 27 Nov 2026, 09:31, L. Grant and K. Moe``; else why there is none."""
    if checklist.last_dose:
        return dose_in_words(checklist.last_dose)
    entry = checklist.entries.get("last_dose")
    return entry.words if entry else ""


def dose_in_words(dose: Dose) -> str:
    """When a dose was given and who signed, as recorded."""
    people = " and ".join(str(person) for person in (dose.given_by, dose.witness) if person)
    return f"{clock.due_in_words(dose.given_at, year=True)}, {people}"


def place_in_words(checklist: Checklist) -> str:
    """Where the next dose is."""
    entry = checklist.entries.get("next_dose")
    if entry is None:
        return ""
    source = checklist.journey.site.definition.source(entry.source) if entry.source else None
    return ", ".join(filter(None, (source.name if source else "", entry.words)))


def acknowledged_in_words(checklist: Checklist, item: str) -> str:
    """Who said that they have it, and when."""
    entry = checklist.entries.get(item)
    if entry and entry.answer == ACKNOWLEDGED and entry.at:
        return f"{entry.who}, {clock.due_in_words(entry.at, year=True)}"
    return checklist.accepted_by if item == "prescriber" else ""


# -- what each point asks ------------------------------------------------------------------------


def _check(checklist: Checklist, entry: Entry, now: datetime) -> None:
    """Raise Refused unless the point can be written down so."""
    if entry.item not in ANSWERS or entry.item == Item.LEFT:
        raise Refused("Choose a point of the list.")
    if entry.at and entry.at > now:
        raise Refused("This time is in the future. Write it down when it has happened.", field="at")
    if entry.answer == NOT_DONE:
        if not entry.words.strip():
            raise Refused("Say why, in a few words.", field="words")
        return
    if entry.answer not in dict(ANSWERS[entry.item]):
        raise Refused("Choose one of the answers.", field="answer")
    if check := _CHECKS.get(entry.item):
        check(checklist, entry)


def _check_next_dose(checklist: Checklist, entry: Entry) -> None:
    definition = checklist.journey.site.definition
    source = definition.source(entry.source)
    if entry.day is None:
        raise Refused("Enter the day of her next dose.", field="day")
    if not checklist.leaving_on < entry.day <= checklist.leaving_on + FURTHEST_DOSE:
        leaving = clock.day_in_words(checklist.leaving_on)
        raise Refused(f"Her next dose comes after she leaves, {leaving}, within 60 days. Check the day.", field="day")
    if source is None and not entry.words.strip():
        raise Refused("Say where: choose the place, or write it.", field="words")
    if source and not source.hours.opens_on(entry.day) and not entry.words.strip():
        raise Refused(
            f"{source.name} does not open on {clock.day_in_words(entry.day)}: {why_closed(source.hours, entry.day)}. "
            "Choose another day or place, or write how she gets it.",
            field="day",
        )


def _check_cover(checklist: Checklist, entry: Entry) -> None:
    if entry.day is None or entry.day not in {day.on for day in checklist.days if day.needs_cover}:
        raise Refused("This day needs no cover any more. Look at the list again.", field="day")
    if entry.answer != "alt_pharmacy":
        return
    source = checklist.journey.site.definition.source(entry.source)
    if source is None and not entry.words.strip():
        raise Refused("Say which pharmacy.", field="words")
    if source and not source.hours.opens_on(entry.day):
        day, because = clock.day_in_words(entry.day), why_closed(source.hours, entry.day)
        raise Refused(f"{source.name} does not open on {day} either: {because}.", field="source")


def _check_told(_: Checklist, entry: Entry) -> None:
    if not entry.who.strip():
        raise Refused("Write who said so: their name and what they are.", field="who")
    if entry.at is None:
        raise Refused("Enter when you spoke with them.", field="at")


def _check_naloxone(_: Checklist, entry: Entry) -> None:
    if entry.answer == "declined":
        return
    if entry.expires_on and entry.expires_on < clock.today():
        raise Refused("This kit is out of date. Give her another.", field="expires_on")


def _check_sent_home(_: Checklist, entry: Entry) -> None:
    if entry.answer == "sent_home" and not entry.who.strip():
        raise Refused("Write with whom, as she named them.", field="who")


_CHECKS = {
    Item.NEXT_DOSE.value: _check_next_dose,
    Item.COVER.value: _check_cover,
    Item.PHARMACY.value: _check_told,
    Item.PRESCRIBER.value: _check_told,
    Item.NALOXONE.value: _check_naloxone,
    Item.OWN_MEDICINE.value: _check_sent_home,
}


# -- shared --------------------------------------------------------------------------------------


def _create(journey: Journey, admission: int, entry: Entry, by: User) -> LeavingEntry:
    return LeavingEntry.objects.create(
        journey=journey,
        admission=admission,
        item=entry.item,
        answer=entry.answer,
        day=entry.day,
        source=entry.source,
        words=entry.words.strip(),
        who=entry.who.strip(),
        at=entry.at,
        expires_on=entry.expires_on,
        recorded_by=by,
        submission=entry.submission,
    )


def _open(journey: Journey, moment: str, admission: int) -> Handoff | None:
    """The handoff of this admission, while somebody still owes it."""
    return journey.handoffs.open().filter(moment=moment, subject_number=admission).first()


def _complete_naloxone(journey: Journey, checklist: Checklist, entry: Entry, by: User) -> None:
    handoff = _open(journey, NALOXONE, checklist.facts.admission)
    if handoff is None:
        return
    details = {"naloxone_outcome": entry.answer, "training_given": "yes" if entry.who.strip() else "no"}
    if entry.expires_on:
        details["naloxone_expiry"] = entry.expires_on.isoformat()
    end_handoff(handoff, Draft("handoff_completed", checklist.now, details=details), by=by)


def _cover(rows: list[LeavingEntry]) -> str:
    """How the closed days are covered; several ways are told by the first."""
    return rows[0].answer if rows else "not_needed"
