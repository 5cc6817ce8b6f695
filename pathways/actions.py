"""Every change to a woman's record is one of these verbs.

Each takes its object first and ``by`` last, checks permission, writes the event and what
follows from it in one transaction, and raises rather than half-do: PermissionDenied, Refused
(with the field and a sentence for the person), AlreadyAnswered. Screens, commands, the import
and the demonstration call the same verbs; ``by=None`` is the product itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.identifiers import InvalidNumber, clean_chi_number, clean_nhs_number
from carecoord.refused import Refused as Refused
from carecoord.sites.definitions import site_codes
from carecoord.sites.models import Site
from pathways import engine
from pathways.engine import State
from pathways.grants import reserve_woman, write_grants
from pathways.models import Correction, Event, Handoff, Identifier, Journey, Woman
from pathways.models.contact import note_contact
from pathways.moments import validate_details
from pathways.projection import refresh
from pathways.visibility import check_may, check_may_at, women_visible_to

TWO_YEARS = timedelta(days=731)
LONGEST_PREGNANCY = timedelta(days=44 * 7)
FULL_TERM = timedelta(days=engine.DAYS_TO_EDD)

ANSWERS: dict[str, State] = {
    "handoff_completed": State.COMPLETED_ON_TIME,
    "handoff_declined": State.DECLINED,
    "handoff_not_applicable": State.NOT_APPLICABLE,
    "handoff_unable": State.UNABLE,
}


class AlreadyAnswered(Refused):
    """Somebody else ended this handoff first."""


@dataclass(frozen=True)
class Draft:
    """An event about to be recorded."""

    kind: str
    occurred_at: datetime
    baby: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    recorded_by: User | None = None
    submission: UUID | None = None


@dataclass(frozen=True)
class Person:
    """What is known of a woman when she is added. ``safe_contact`` is how she can be reached, told in one text."""

    first_name: str
    last_name: str
    date_of_birth: date
    preferred_name: str = ""
    pronouns: str = ""
    nhs_number: str = ""
    chi_number: str = ""
    safe_contact: str = ""
    person_ref: str = ""


# -- a woman and her journeys ------------------------------------------------------------------


@transaction.atomic
def add_woman(site: Site, person: Person, *, submission: UUID | None = None, by: User | None) -> Woman:
    """Add a woman at ``site``. Raises Refused, also for a number that is another woman's."""
    check_may_at(by, Ability.ADD_WOMAN, site_id=site.pk)
    for name in ("first_name", "last_name"):
        if not getattr(person, name).strip():
            raise Refused("Enter a name. If she has not given one, write what she is called.", field=name)
    check_date_of_birth(person.date_of_birth)
    woman = Woman(
        pk=reserve_woman(by) if by else None,
        site=site,
        submission=submission,
        **{
            name: getattr(person, name)
            for name in ("first_name", "last_name", "date_of_birth", "preferred_name", "pronouns", "person_ref")
        },
    )
    woman.save(force_insert=True)
    if person.safe_contact.strip():
        note_contact(woman, person.safe_contact, by=by)
    for kind in Identifier.Kind:
        add_number(woman, kind, getattr(person, f"{kind.value}_number"), by=by)
    return woman


@transaction.atomic
def add_number(woman: Woman, kind: Identifier.Kind, text: str, *, by: User | None) -> Identifier | None:
    """Add her NHS or CHI number; nothing for an empty text. Raises Refused, also for one of a woman whom ``by`` sees.

    A number of a woman whom they may not see is kept as disputed: a refusal would tell that she is here. Somebody
    who may see both looks at it (matching).
    """
    check_may(by, Ability.ADD_WOMAN, woman_id=woman.pk)
    if not text.strip():
        return None
    column = f"{kind.value}_number"
    try:
        value = clean_nhs_number(text) if kind == Identifier.Kind.NHS else clean_chi_number(text)
    except InvalidNumber as problem:
        raise Refused(str(problem), field=column) from problem
    seen = women_visible_to(by) if by else Woman.objects.all()
    if seen.filter(identifiers__kind=kind, identifiers__value=value).exclude(pk=woman.pk).exists():
        raise Refused(f"This {kind.label} belongs to another woman. Check the number, or look her up.", field=column)
    woman.matched_at = None  # somebody may have this number elsewhere
    Woman.objects.filter(pk=woman.pk).update(matched_at=None)
    try:
        with transaction.atomic():
            return Identifier.objects.create(woman=woman, kind=kind, value=value)
    except IntegrityError:
        return Identifier.objects.create(woman=woman, kind=kind, value=value, disputed=True)


def check_date_of_birth(day: date) -> None:
    """Raise Refused unless a woman born that day is between 10 and 70 years old today."""
    years = (clock.today() - day).days / 365.25
    if not 10 <= years <= 70:
        raise Refused("Check the date of birth: she would be younger than 10 or older than 70.", field="date_of_birth")


@transaction.atomic
def update_woman(woman: Woman, changes: Mapping[str, str], *, by: User | None) -> None:
    """Change how she is called and understood, and what matters to her. Raises PermissionDenied."""
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    changed = [name for name, value in changes.items() if getattr(woman, name) != value]
    for name in changed:
        setattr(woman, name, changes[name])
    if "what_matters" in changed:
        woman.what_matters_on = clock.today()
    if "preferred_name" in changed:
        woman.matched_at = None
    if changed:
        woman.save()


@transaction.atomic
def open_journey(
    woman: Woman,
    *,
    number: int = 1,
    team: Team | None = None,
    named_midwife: User | None = None,
    buddy: User | None = None,
    edd: date | None = None,
    medication: str = "",
    by: User | None,
) -> Journey:
    """Open a journey for one pregnancy, with the team that holds her caseload. Raises Refused."""
    check_may(by, Ability.ADD_WOMAN, woman_id=woman.pk)
    if edd is not None:
        check_edd(edd, on=clock.today(), field="edd", tolerance=TWO_YEARS)
    team = team or Team.objects.filter(site=woman.site_id, kind=Team.Kind.CASELOAD).order_by("code").first()
    if team is None or team.site_id != woman.site_id:
        raise Refused("Choose a team of this site.", field="team")
    try:
        with transaction.atomic():
            journey = Journey.objects.create(
                woman=woman,
                number=number,
                site=woman.site,
                team=team,
                named_midwife=named_midwife,
                buddy=buddy,
                edd_at_entry=edd,
                edd=edd,  # the one copy that follows from no event
                medication_at_entry=medication,
            )
    except IntegrityError as problem:
        raise Refused(f"Pregnancy {number} is already here. Open it instead.", field="pregnancy") from problem
    write_grants(journey, [], [])
    return journey


@transaction.atomic
def fill_blanks(record: Woman | Journey, values: Mapping[str, Any], *, by: User | None) -> list[str]:
    """Write down what is still blank of a woman or a journey; what is there stays. Returns the names filled."""
    her = record if isinstance(record, Woman) else record.woman
    check_may(by, Ability.ADD_WOMAN, woman_id=her.pk)
    filled = [name for name, value in values.items() if value and not getattr(record, name)]
    for name in filled:
        setattr(record, name, values[name])
    if filled:
        record.save()
    if filled and isinstance(record, Journey):
        refresh(record)
    return filled


@transaction.atomic
def assign_named_midwife(
    journey: Journey,
    midwife: User,
    *,
    buddy: User | None = None,
    team: Team | None = None,
    submission: UUID | None = None,
    by: User | None,
) -> Event:
    """Name her midwife (and buddy), and record that she has one. The same submission counts once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.ASSIGN_MIDWIFE, woman_id=journey.woman_id)
    if earlier := _sent_before(submission):
        return earlier
    for person in filter(None, (midwife, buddy)):
        if journey.site_id not in person.site_ids or Ability.SEE_CASELOAD not in person.abilities:
            raise Refused(f"{person.name} has no caseload at this site. Choose somebody else.", field="midwife")
    if buddy == midwife:
        raise Refused("Her buddy has to be somebody else.", field="buddy")
    journey.named_midwife, journey.buddy = midwife, buddy
    journey.team = team or journey.team
    journey.save(update_fields=["named_midwife", "buddy", "team"])
    return _record(journey, [Draft("named_midwife_assigned", clock.now(), submission=submission)], by=by)[0]


# -- events ------------------------------------------------------------------------------------


@transaction.atomic
def record_event(journey: Journey, draft: Draft, *, by: User | None) -> Event:
    """Record one thing that happened. The same submission twice is recorded once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if earlier := _sent_before(draft.submission):
        return earlier
    check_draft(journey, draft)
    return _record(journey, [draft], by=by)[0]


@transaction.atomic
def record_history(journey: Journey, drafts: Sequence[Draft], *, source: Event.Source, by: User | None) -> list[Event]:
    """Record many events at once, in their order, and work out what follows once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    return _record(journey, drafts, source=source, by=by)


@transaction.atomic
def correct_event(event: Event, *, reason: str, by: User) -> Correction:
    """Mark an event as entered in error; it stays readable. Raises Refused without a reason, and when it is marked."""
    journey = lock(event.journey)
    check_may(by, Ability.CORRECT_ENTRY, woman_id=journey.woman_id)
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="reason")
    if Correction.objects.filter(event=event).exists():
        raise AlreadyAnswered("This entry is already marked as entered in error.")
    correction = Correction.objects.create(event=event, reason=reason, made_by=by)
    refresh(journey)
    return correction


@transaction.atomic
def agree_edd(journey: Journey, edd: date, *, note: str = "", submission: UUID | None = None, by: User) -> Event:
    """Agree the estimated date of delivery; every due time that counts in weeks moves with it. Raises Refused."""
    check_may(by, Ability.AGREE_EDD, woman_id=journey.woman_id)
    details = {"edd": edd.isoformat()}
    draft = Draft("dating_agreed", clock.now(), details=details, note=note, submission=submission)
    return record_event(journey, draft, by=by)


@transaction.atomic
def answer_handoff(handoff: Handoff, draft: Draft, *, by: User) -> Event:
    """Complete or end a handoff: ``draft.kind`` is a key of ANSWERS, its details the evidence or the reason.

    Raises AlreadyAnswered when it has ended meanwhile, Refused when a reason or evidence is missing.
    """
    journey = lock(handoff.journey)
    check_may(by, Ability.ANSWER_HANDOFF, woman_id=journey.woman_id)
    if earlier := _sent_before(draft.submission):
        return earlier
    handoff.refresh_from_db()
    if handoff.state not in engine.OPEN_STATES:
        raise AlreadyAnswered(
            "This handoff has been answered meanwhile. Look at what was recorded before you add to it."
        )
    if draft.kind != "handoff_completed" and not draft.details.get("reason", "").strip():
        raise Refused("Say why, in a few words.", field="reason")
    subject = {handoff.subject: str(handoff.subject_number)} if handoff.subject_number else {}
    answer = Draft(
        draft.kind,
        draft.occurred_at,
        baby=handoff.subject_number if handoff.subject == "baby" else None,
        details={"moment": handoff.moment, "step": handoff.step, **subject, **draft.details},
        note=draft.note,
        submission=draft.submission,
    )
    check_draft(journey, answer)
    return _record(journey, [answer], by=by)[0]


# -- shared ------------------------------------------------------------------------------------


def lock(journey: Journey) -> Journey:
    """The journey's row, locked until the transaction ends: one change at a time to one record.

    Without its key, so that a sweep, which writes rows that belong to it, neither waits for a verb nor stops one.
    """
    return (
        Journey.objects.select_for_update(of=("self",), no_key=True).select_related("site", "woman").get(pk=journey.pk)
    )


def check_draft(journey: Journey, draft: Draft) -> None:
    """Raise Refused unless the event could have happened as written. Shared by screens and import."""
    if draft.occurred_at > clock.now():
        raise Refused("This time is in the future. Record it when it has happened.", field="occurred_at")
    if clock.today(draft.occurred_at) <= journey.woman.date_of_birth:
        raise Refused("This is before she was born. Check the year.", field="occurred_at")
    for column, problem in validate_details(draft.kind, draft.baby, draft.details, sites=site_codes()):
        raise Refused(problem, field=column)
    if draft.kind == "dating_agreed":
        check_edd(clock.parse_date(draft.details["edd"]), on=clock.today(draft.occurred_at), field="edd")


def check_edd(edd: date, *, on: date, field: str, tolerance: timedelta = timedelta(0)) -> None:
    """Raise Refused unless she could be pregnant with this EDD on that day, give or take ``tolerance``."""
    conceived = edd - FULL_TERM
    if not conceived - tolerance <= on <= conceived + LONGEST_PREGNANCY + tolerance:
        raise Refused(
            f"With an EDD of {clock.day_in_words(edd)} she could not be pregnant on {clock.day_in_words(on)}. "
            "Check the day, month and year.",
            field=field,
        )


def _sent_before(submission: UUID | None) -> Event | None:
    """The event that this very form has recorded already."""
    return Event.objects.filter(submission=submission).first() if submission else None


def _record(
    journey: Journey, drafts: Iterable[Draft], *, source: Event.Source = Event.Source.SCREEN, by: User | None
) -> list[Event]:
    """Append events to a locked journey and bring its copies up to date."""
    recorded_at = clock.now()
    events = [
        Event(
            journey=journey,
            kind=draft.kind,
            occurred_at=draft.occurred_at,
            baby=draft.baby,
            details=dict(draft.details),
            note=draft.note,
            recorded_at=recorded_at,
            recorded_by=draft.recorded_by or by,
            source=source,
            submission=draft.submission,
        )
        for draft in drafts
    ]
    Event.objects.bulk_create(events)
    refresh(journey, at=recorded_at)
    return events
