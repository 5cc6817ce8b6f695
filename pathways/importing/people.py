"""Writes one person: all or nothing, through the same verbs as the screens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from django.db import connection, transaction

from carecoord.sites.models import Site
from pathways import actions
from pathways.actions import Person
from pathways.engine import ANSWER_KINDS, Fact, Subject, SubjectKind, answers_without_handoff
from pathways.importing.events import EventRow
from pathways.importing.women import WomanRow
from pathways.models import Event, Journey, Woman
from pathways.models.contact import newest_contact, note_contact
from pathways.moments import ALL

Rows = Sequence[WomanRow] | Sequence[EventRow]
Warn = Callable[[Rows, str], None]


@dataclass
class Counts:
    """What an import did: rows added, and rows that were here already."""

    women_added: int = 0
    women_here: int = 0
    journeys_added: int = 0
    journeys_here: int = 0
    events_added: int = 0
    events_here: int = 0

    def add(self, other: Counts) -> None:
        """Add what was done for one more person."""
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))


@dataclass
class PersonInFile:
    """One person of the files: her row with what it must have, and the rows of her events by pregnancy.

    ``warn`` takes rows that are worth a look, and a sentence.
    """

    row: WomanRow
    person: Person
    site: Site
    pregnancy: int
    events: Mapping[int, Sequence[EventRow]]
    warn: Warn


@transaction.atomic
def write_person(person: PersonInFile, *, dry_run: bool = False) -> Counts:
    """Add her, or what is new of her, in one transaction. Raises Refused; with ``dry_run`` all of it is undone."""
    counts = Counts()
    _one_import_at_a_time(person)
    woman = _woman(person, counts)
    journeys = {journey.number: actions.lock(journey) for journey in woman.journeys.order_by("number")}
    journeys[person.pregnancy] = _journey(woman, journeys.get(person.pregnancy), person, counts)
    for number, rows in sorted(person.events.items()):
        if number not in journeys:
            raise actions.Refused(f"Pregnancy {number} is not known here.", field="pregnancy")
        _record(journeys[number], rows, person.warn, counts)
    if dry_run:
        transaction.set_rollback(True)
    return counts


def _one_import_at_a_time(person: PersonInFile) -> None:
    """Two imports of the same person wait for each other; the lock goes with the transaction."""
    name = f"import {person.site.code} {person.row.person_ref}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _woman(person: PersonInFile, counts: Counts) -> Woman:
    row = person.row
    women = Woman.objects.filter(site=person.site, person_ref=row.person_ref)
    woman = women.select_for_update(no_key=True).first()
    if woman is None:
        counts.women_added = 1
        return actions.add_woman(person.site, person.person, by=None)
    counts.women_here = 1
    columns = ("first_name", "last_name", "preferred_name", "date_of_birth")
    of_file = {column: getattr(person.person, column) for column in columns}
    actions.fill_blanks(woman, of_file, by=None)
    here = {column: getattr(woman, column) for column in columns}
    of_file["safe_contact"], here["safe_contact"] = _safe_contact(woman, person.person.safe_contact)
    numbers = {identifier.kind: identifier.value for identifier in woman.identifiers.all()}
    for kind, value in row.numbers.items():
        if kind not in numbers:
            actions.add_number(woman, kind, value, by=None)
        here[f"{kind.value}_number"], of_file[f"{kind.value}_number"] = numbers.get(kind, value), value
    _warn_of_differences(person, of_file, here)
    return woman


def _safe_contact(woman: Woman, of_file: str) -> tuple[str, str]:
    """How she can be reached by the file, and as it is known here: what she or somebody said here stays."""
    newest = newest_contact(woman.pk)
    if newest is None and of_file.strip():
        note_contact(woman, of_file, by=None)
        return of_file, of_file
    # What was agreed here, or is on the private side, is more than a line in a file: nothing to compare.
    return of_file, newest.note if newest and newest.note and not newest.channel else of_file


def _journey(woman: Woman, journey: Journey | None, person: PersonInFile, counts: Counts) -> Journey:
    row = person.row
    midwife, team = row.midwife or (None, None)
    if journey is None:
        counts.journeys_added = 1
        return actions.open_journey(
            woman,
            number=person.pregnancy,
            team=team,
            named_midwife=midwife,
            edd=row.edd,
            medication=row.medication,
            by=None,
        )
    counts.journeys_here = 1
    of_file = {"named_midwife": midwife, "edd_at_entry": row.edd, "medication_at_entry": row.medication}
    actions.fill_blanks(journey, of_file, by=None)
    _warn_of_differences(person, of_file, {name: getattr(journey, name) for name in of_file})
    return journey


def _warn_of_differences(person: PersonInFile, of_file: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    names = [name.removesuffix("_at_entry") for name, value in of_file.items() if value and value != here[name]]
    if names:
        person.warn(
            [person.row], f"{', '.join(names)}: not what is here, which stays. Correct it on her page if it is wrong"
        )


def _record(journey: Journey, rows: Sequence[EventRow], warn: Warn, counts: Counts) -> None:
    """Record what is not here yet. A row in the file is here when an event like it is, also one entered in error."""
    here = Counter(_identity(*event) for event in journey.events.values_list("kind", "occurred_at", "baby", "details"))
    new = []
    for row in rows:
        identity = _identity(row.kind, row.occurred_at, row.baby, row.details)
        if here[identity]:
            here[identity] -= 1
            counts.events_here += 1
        else:
            new.append(row)
    if new:
        actions.record_history(journey, [row.draft() for row in new], source=Event.Source.IMPORT, by=None)
        counts.events_added += len(new)
        _warn_of_answers_to_nothing(journey, new, warn)


def _identity(kind: str, occurred_at: Any, baby: int | None, details: Mapping[str, str]) -> tuple[Any, ...]:
    """What makes two events the same; screens repeat the baby of an answer among its details."""
    return kind, occurred_at, baby, frozenset((name, value) for name, value in details.items() if name != "baby")


class _Owed(NamedTuple):
    moment: str
    step: str
    subject: Subject


def _warn_of_answers_to_nothing(journey: Journey, rows: Sequence[EventRow], warn: Warn) -> None:
    answers = {row.line: row for row in rows if row.kind in ANSWER_KINDS}
    if not answers:
        return
    facts = [Fact(row.kind, row.occurred_at, line, row.baby, row.details) for line, row in answers.items()]
    owed = [
        _Owed(moment, step, Subject(SubjectKind(subject), number))
        for moment, step, subject, number in journey.handoffs.values_list("moment", "step", "subject", "subject_number")
    ]
    to_nothing = [answers[fact.sequence] for fact in answers_without_handoff(ALL, facts, owed)]
    if to_nothing:
        warn(to_nothing, "answers a handoff that does not exist (yet); kept as it is")
