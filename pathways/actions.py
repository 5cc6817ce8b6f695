"""Every change to a woman's record is one of these verbs.

Each takes its object first and ``by`` last, checks permission, writes the event and what
follows from it in one transaction, and raises rather than half-do: PermissionDenied, Refused
(with the field and a sentence for the person), AlreadyAnswered. Screens, commands, the import
and the demonstration call the same verbs; ``by=None`` is the product itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.identifiers import InvalidNumber, clean_chi_number, clean_nhs_number
from carecoord.refused import Refused as Refused
from carecoord.sites.models import Site
from pathways import engine
from pathways.engine import State
from pathways.grants import reserve_woman, write_grants
from pathways.guided import moves_for, page_completing
from pathways.models import Correction, Event, Handoff, Identifier, Journey, Woman
from pathways.models.contact import note_contact
from pathways.projection import refresh
from pathways.recording import FULL_TERM as FULL_TERM
from pathways.recording import Draft as Draft
from pathways.recording import answering, append, said_by, sent_before
from pathways.recording import check_draft as check_draft
from pathways.recording import check_edd as check_edd
from pathways.recording import lock as lock
from pathways.seen import Seen, fingerprint
from pathways.visibility import check_may, check_may_at, women_visible_to

TWO_YEARS = timedelta(days=731)

ANSWERS: dict[str, State] = {
    "handoff_completed": State.COMPLETED_ON_TIME,
    "handoff_declined": State.DECLINED,
    "handoff_not_applicable": State.NOT_APPLICABLE,
    "handoff_unable": State.UNABLE,
}


# What another site says by answering an offer (offering.py, transfers.py), and no form of this one's.
SAID_BY_OTHERS = frozenset({"transfer_accepted", "transfer_refused"})


# No answer lets the search for her rest: it ends when she is reached (moves/outreach.py).
ENDED_BY_REACHING_HER = frozenset({"LOST_CONTACT"})


class AlreadyAnswered(Refused):
    """Somebody else ended this handoff first."""


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
def add_woman(site: Site, person: Person, *, submission: UUID | None = None, said: str = "", by: User | None) -> Woman:
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
        fingerprint=said,
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
    if woman.identifiers.filter(kind=kind).exclude(value=value).exists():
        raise Refused(f"She has another {kind.label} already. Look at it before you write down a second.", field=column)
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
def update_woman(
    woman: Woman, changes: Mapping[str, str], *, seen: Seen | None = None, by: User | None
) -> frozenset[str]:
    """Change how she is called and understood, and what matters to her; returns what was changed.

    ``seen`` is what the writer had before them. Raises PermissionDenied, and Changed where others changed the same.
    """
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    woman.refresh_from_db(from_queryset=Woman.objects.select_for_update(no_key=True))
    wanted = seen.merged(vars(woman), changes) if seen else changes
    changed = [name for name, value in wanted.items() if getattr(woman, name) != value]
    for name in changed:
        setattr(woman, name, wanted[name])
    if "what_matters" in changed:
        woman.what_matters_on = clock.today()
    if "preferred_name" in changed:
        woman.matched_at = None
    if changed:
        woman.save(update_fields=[*changed, "what_matters_on", "matched_at", *Woman.KEYS])
    return frozenset(changed)


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
    write_grants(journey, [], [], is_new=True)
    return journey


@transaction.atomic
def fill_blanks(record: Woman | Journey, values: Mapping[str, Any], *, by: User | None) -> list[str]:
    """Write down what is still blank of a woman or a journey; what is there stays. Returns the names filled."""
    her = record if isinstance(record, Woman) else record.woman
    check_may(by, Ability.ADD_WOMAN, woman_id=her.pk)
    rows: QuerySet[Any] = type(record).objects.select_for_update(no_key=True)
    record.refresh_from_db(from_queryset=rows)
    filled = [name for name, value in values.items() if value and not getattr(record, name)]
    for name in filled:
        setattr(record, name, values[name])
    if filled:
        record.save(update_fields=[*filled, *(Woman.KEYS if record is her else ())])
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
    seen: Seen | None = None,
    submission: UUID | None = None,
    by: User | None,
) -> Event:
    """Name her midwife (and buddy), and record that she has one. The same submission counts once.

    Raises Refused; Changed where somebody named others since ``seen``.
    """
    journey = lock(journey)
    check_may(by, Ability.ASSIGN_MIDWIFE, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, midwife.pk, buddy and buddy.pk, team and team.pk)
    if earlier := sent_before(submission, said):
        return earlier
    people = {"midwife": midwife, "buddy": buddy}
    if seen:
        people = seen.merged({"midwife": journey.named_midwife, "buddy": journey.buddy}, people)
    _check_named(journey, **people)
    journey.named_midwife, journey.buddy = people["midwife"], people["buddy"]
    journey.team = team or journey.team
    journey.save(update_fields=["named_midwife", "buddy", "team"])
    draft = Draft("named_midwife_assigned", clock.now(), submission=submission)
    return append(journey, [draft], said=said, by=by)[0]


def _check_named(journey: Journey, midwife: User | None, buddy: User | None) -> None:
    for person in filter(None, (midwife, buddy)):
        if journey.site_id not in person.site_ids or Ability.SEE_CASELOAD not in person.abilities:
            raise Refused(f"{person.name} has no caseload at this site. Choose somebody else.", field="midwife")
    if buddy == midwife:
        raise Refused("Her buddy has to be somebody else.", field="buddy")


# -- events ------------------------------------------------------------------------------------


@transaction.atomic
def record_event(journey: Journey, draft: Draft, *, by: User | None) -> Event:
    """Record one thing that happened. The same submission twice is recorded once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    if earlier := sent_before(draft.submission, said_by(journey, draft)):
        return earlier
    if pages := moves_for(draft.kind):
        raise Refused(f"This has a page of its own, which asks what the moment needs: “{pages[0].title}”.")
    if draft.kind in SAID_BY_OTHERS:
        raise Refused("The other site says this itself, by accepting or declining the move that was offered to it.")
    check_draft(journey, draft)
    return append(journey, [draft], by=by)[0]


@transaction.atomic
def record_history(journey: Journey, drafts: Sequence[Draft], *, source: Event.Source, by: User | None) -> list[Event]:
    """Record many events at once, in their order, and work out what follows once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    return append(journey, drafts, source=source, by=by)


@transaction.atomic
def correct_event(event: Event, *, reason: str, by: User) -> Correction:
    """Mark an event as entered in error; it stays readable. Raises Refused without a reason, and when it is marked."""
    journey = lock(event.journey)
    check_may(by, Ability.CORRECT_ENTRY, woman_id=journey.woman_id)
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="reason")
    if event.kind == "transfer_accepted" and journey.entered_site_id:
        raise Refused("She has moved by this. If that was wrong, ask the other site to send her back.", field="reason")
    if Correction.objects.filter(event=event).exists():
        raise AlreadyAnswered("This entry is already marked as entered in error.")
    correction = Correction.objects.create(event=event, reason=reason, made_by=by)
    refresh(journey)
    return correction


@transaction.atomic
def agree_edd(
    journey: Journey,
    edd: date,
    *,
    note: str = "",
    seen: Seen | None = None,
    submission: UUID | None = None,
    by: User,
) -> Event:
    """Agree the estimated date of delivery; every due time that counts in weeks moves with it.

    Raises Refused; Changed where another one was agreed since ``seen``.
    """
    journey = lock(journey)
    check_may(by, Ability.AGREE_EDD, woman_id=journey.woman_id)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, edd, note)
    if earlier := sent_before(submission, said):
        return earlier
    if seen:
        seen.check({"edd": journey.edd}, {"edd": edd})
    details = {"edd": edd.isoformat()}
    draft = Draft("dating_agreed", clock.now(), details=details, note=note, submission=submission)
    check_draft(journey, draft)
    return append(journey, [draft], said=said, by=by)[0]


@transaction.atomic
def answer_handoff(handoff: Handoff, draft: Draft, *, by: User) -> Event:
    """Complete or end a handoff: ``draft.kind`` is a key of ANSWERS, its details the evidence or the reason.

    Raises AlreadyAnswered when it has ended meanwhile, Refused when a reason or evidence is missing.
    """
    if handoff.subject == engine.SubjectKind.TRANSFER:
        raise Refused("The other site answers this: offer it to them, or take the move back on the offer's page.")
    if draft.kind == "handoff_completed" and (page := page_completing(handoff.moment)):
        raise Refused(f"This is completed on a page of its own: “{page.title}”.")
    if handoff.moment in ENDED_BY_REACHING_HER:
        raise Refused(
            "Only reaching her ends this. Write down each try, and decide how to go on, on the page for that."
        )
    return end_handoff(handoff, draft, by=by)


@transaction.atomic
def end_handoff(handoff: Handoff, draft: Draft, *, by: User | None) -> Event:
    """``answer_handoff`` for whatever handoff: a step of a move is ended by its offer alone."""
    journey = lock(handoff.journey)
    check_may(by, Ability.ANSWER_HANDOFF, woman_id=journey.woman_id)
    said = fingerprint(handoff.key, said_by(journey, draft))
    if earlier := sent_before(draft.submission, said):
        return earlier
    handoff.refresh_from_db()
    if handoff.state not in engine.OPEN_STATES:
        raise AlreadyAnswered(
            "This handoff has been answered meanwhile. Look at what was recorded before you add to it."
        )
    if draft.kind != "handoff_completed" and not draft.details.get("reason", "").strip():
        raise Refused("Say why, in a few words.", field="reason")
    answer = answering(handoff, draft)
    check_draft(journey, answer)
    return append(journey, [answer], said=said, by=by)[0]
