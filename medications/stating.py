"""The verbs of what is known of her medicine: what a source says, whom somebody asked, what was wrong.

As in ``pathways.actions``: object first, ``by`` last, one transaction, permission checked, and a refusal says what to
do. Where prescriber and pharmacy come to agree, the pathway is told in the same transaction: of times, not amounts.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.access.roles import Role
from medications.admissions import Admission, admission_of
from medications.models import Call, Source, Statement
from medications.models.statements import ASKED, LONGEST_WORDS
from medications.models.struck import LONGEST_REASON
from medications.pages.standings import known_of
from medications.rules.stated import Stated, problems
from medications.rules.usual import next_usual_dose
from medications.rules.verification import PHARMACY, PRESCRIBER, Said, content
from medications.supply import DETAIL, KIND, arranged_of, supply_of
from pathways.actions import AlreadyAnswered, Draft, Refused, answer_handoff, lock
from pathways.models import Correction, Event, Handoff, Journey
from pathways.projection import refresh
from pathways.recording import append
from pathways.seen import check_same, fingerprint
from pathways.visibility import check_may

VERIFIED, CONFIRMED = "ost_verified", "dose_confirmed"
NOTICE = "OST_ADMISSION_NOTICE"
HELD = {"held": "Held", "cancelled": "Cancelled"}


# -- what a source says ----------------------------------------------------------------------------


@transaction.atomic
def state(journey: Journey, stated: Stated, *, by: User) -> Statement:
    """Write down what one source said, exactly as it was said. The same submission counts once. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, by.pk, stated)
    if stated.submission and (earlier := Statement.objects.filter(submission=stated.submission).first()):
        check_same(earlier, said)
        return earlier
    check_stated(journey, stated, by=by)
    admission = admission_of(journey)
    row = Statement.objects.create(
        journey=journey,
        admission=admission.number if admission else None,
        obtained_by=by,
        fingerprint=said if stated.submission else "",
        **_columns(stated),
    )
    _note_supply(journey, row, by=by)
    _note_verified(journey, by=by)
    return row


def check_stated(journey: Journey, stated: Stated, *, by: User) -> None:
    """Raise Refused, with the first thing that has to be put right and its field."""
    for field, sentence in what_is_wrong(journey, stated, by=by):
        raise Refused(sentence, field=field)


def what_is_wrong(journey: Journey, stated: Stated, *, by: User) -> list[tuple[str, str]]:
    """All that has to be put right before it can be written down: (field, what to do)."""
    found = list(
        problems(
            stated,
            born=journey.woman.date_of_birth,
            now=clock.now(),
            any_strength=Role.PHARMACIST in by.roles,
        )
    )
    if stated.source not in Source.values:
        found.append(("source", "Choose who said it."))
    site = journey.site.definition
    for kind, code in ((PRESCRIBER, stated.service), (PHARMACY, stated.pharmacy)):
        source = site.source(code) if code else None
        if code and (source is None or source.kind != kind):
            found.append((DETAIL[kind], "Choose one of this site, or write its name."))
    if len(stated.words) > LONGEST_WORDS:
        found.append(("words", f"Shorten this to {LONGEST_WORDS} characters."))
    return found


def _columns(stated: Stated) -> dict[str, object]:
    """The statement's columns, as they were written."""
    texts = (
        *("words", "said_by", "said_by_contact", "strength", "form", "heart_note", "service_words", "pharmacy_words"),
        *("amount", "unit"),
    )
    plain = (
        *("source", "product", "frequency", "supervised", "service", "pharmacy", "script_from", "script_until"),
        *("last_dose_at", "last_dose_supervised", "takeaway", "said_at", "submission"),
    )
    return {
        **{name: getattr(stated, name).strip() for name in texts},
        **{name: getattr(stated, name) for name in plain},
        "times": [{"time": time, "amount": amount} for time, amount in stated.times],
        "collection_days": list(stated.collection_days),
        "other_sedatives": list(stated.other_sedatives),
    }


# -- whom somebody asked ---------------------------------------------------------------------------


@transaction.atomic
def asked(
    journey: Journey,
    source: str,
    whom: str,
    outcome: str,
    *,
    called_at: datetime,
    note: str = "",
    submission: UUID | None = None,
    by: User,
) -> Call:
    """Write down that a source was asked, or could not be; with when it opens next where it was closed then."""
    journey = lock(journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    if submission and (earlier := Call.objects.filter(submission=submission).first()):
        return earlier
    if source not in dict(ASKED):
        raise Refused("Choose whom you asked: the prescriber or the pharmacy.", field="source")
    if outcome not in Call.Outcome.values:
        raise Refused("Choose what came of it.", field="outcome")
    if not whom.strip():
        raise Refused("Write whom you asked: a name, or the number that you rang.", field="whom")
    if called_at > clock.now():
        raise Refused("This time is in the future. Write when you asked.", field="called_at")
    if clock.today(called_at) <= journey.woman.date_of_birth:
        raise Refused("This is before she was born. Check the year.", field="called_at")
    admission, hers = admission_of(journey), supply_of(journey).source(source)
    closed = hers is not None and not hers.hours.is_open(called_at)
    return Call.objects.create(
        journey=journey,
        admission=admission.number if admission else None,
        source=source,
        whom=whom.strip(),
        outcome=outcome,
        note=note.strip(),
        called_at=called_at,
        called_by=by,
        opens_at=hers.hours.next_opening(called_at) if hers and closed else None,
        submission=submission,
    )


# -- what was wrong --------------------------------------------------------------------------------


@transaction.atomic
def strike(row: Statement | Call, reason: str, *, by: User) -> None:
    """Strike a statement or a call through: it stays readable and counts no more. Raises AlreadyAnswered, Refused.

    What had been confirmed by it alone is marked as entered in error, so that it is owed again.
    """
    journey = lock(row.journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    row.refresh_from_db()
    if not row.stands:
        raise AlreadyAnswered("This is struck through already.")
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(f"Shorten this to {LONGEST_REASON} characters.", field="reason")
    row.struck_at, row.struck_by, row.struck_reason = clock.now(), by, reason.strip()
    row.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    if isinstance(row, Statement):
        if row.admission is not None:
            _take_back(journey, row.admission, reason.strip(), by=by)
        _note_verified(journey, by=by)


# -- the supply outside ----------------------------------------------------------------------------


@transaction.atomic
def community_supply(
    journey: Journey, how: str, confirmed_by: str, *, at: datetime, submission: UUID | None = None, by: User
) -> Event:
    """The pharmacy holds or has cancelled her supply while she is on the ward: completes OST_ADMISSION_NOTICE."""
    journey = lock(journey)
    check_may(by, Ability.STATE_MEDICINE, woman_id=journey.woman_id)
    if how not in HELD:
        raise Refused("Choose whether it is held or cancelled.", field="how")
    if not confirmed_by.strip():
        raise Refused("Write who confirmed it: their name and what they are.", field="confirmed_by")
    handoff = notice_of(journey, admission_of(journey))
    if handoff is None:
        raise Refused("This can be recorded once prescriber and pharmacy have confirmed her medicine on the ward.")
    draft = Draft(
        "handoff_completed",
        at,
        details={"community_supply": how, "confirmed_by": confirmed_by.strip()},
        submission=submission,
    )
    return answer_handoff(handoff, draft, by=by)


def notice_of(journey: Journey, admission: Admission | None) -> Handoff | None:
    """The handoff that tells her pharmacy that the ward gives it now; None where nothing was confirmed yet."""
    if admission is None:
        return None
    return journey.handoffs.filter(moment=NOTICE, subject_number=admission.number).order_by("-occurrence").first()


# -- what follows ----------------------------------------------------------------------------------


def _note_supply(journey: Journey, row: Statement, *, by: User) -> None:
    """Tell the pathway where her medicine comes from, where a source names another place than was known."""
    stated = {name: code for name in DETAIL.values() if (code := getattr(row, name))}
    before: dict[str, str] = {}
    for event in arranged_of(journey):
        if event.occurred_at <= row.said_at:
            before.update({name: event.details[name] for name in DETAIL.values() if event.details.get(name)})
    if stated and {**before, **stated} != before:
        append(journey, [Draft(KIND, row.said_at, details={**before, **stated})], by=by)


def _note_verified(journey: Journey, *, by: User) -> None:
    """Tell the pathway that both agree, once for an admission and what they agree on, and when she had it last."""
    known = known_of([journey], clock.now())[journey.pk]
    admission, found = known.admission, known.standing(clock.now())
    if not (admission and found.is_verified and found.prescriber and found.pharmacy):
        return
    said = [one for one in known.said if not one.struck]
    agreed = content(found.pharmacy)
    if any(
        agreed in _agreed_by(event, said, known.statements) for event in _events(journey, VERIFIED, admission.number)
    ):
        return
    if (last_dose := found.pharmacy.last_dose_at) is None:
        return  # nothing is verified on a ward without it
    common = {"admission": str(admission.number), "medication": found.pharmacy.product}
    verified_at = max(found.prescriber.said_at, found.pharmacy.said_at)
    drafts = [Draft(VERIFIED, verified_at, details={**common, "last_dose_at": _iso(last_dose)})]
    if not any(event.occurred_at == last_dose for event in _events(journey, CONFIRMED, admission.number)):
        due = _next_due(found.pharmacy, found.prescriber, last_dose, admission)
        timed = {"next_due": _iso(due)} if due else {}
        drafts.append(Draft(CONFIRMED, last_dose, details={**common, **timed, "confirmed_by": PHARMACY}))
    append(journey, drafts, by=by)


def _next_due(one: Said, other: Said, last_dose: datetime, admission: Admission) -> datetime | None:
    """Her next usual time, by the times that either of them states."""
    times = [time for time, _ in (one.times or other.times)]
    return next_usual_dose(one.product, one.frequency, times, last_dose, not_before=admission.since)


def _take_back(journey: Journey, admission: int, reason: str, *, by: User) -> None:
    """Mark what the pathway was told as entered in error where no two statements stand behind it any more."""
    known = known_of([journey], clock.now())[journey.pk]
    said = [one for one in known.said if not one.struck]
    told = _events(journey, VERIFIED, admission)
    wrong = [event for event in told if not _agreed_by(event, said, known.statements)]
    still = {event.details.get("last_dose_at") for event in told if event not in wrong}
    lost = {event.details.get("last_dose_at") for event in wrong} - still
    doses = [event for event in _events(journey, CONFIRMED, admission) if _iso(event.occurred_at) in lost]
    for event in [*wrong, *doses]:
        Correction.objects.create(event=event, reason=f"Struck through: {reason}"[:LONGEST_REASON], made_by=by)
    if wrong:
        refresh(journey)


def _events(journey: Journey, kind: str, admission: int) -> list[Event]:
    rows = Event.objects.filter(journey=journey, kind=kind, correction=None)
    return list(rows.filter(details__admission=str(admission)))


def _agreed_by(event: Event, said: list[Said], rows: list[Statement]) -> list[dict[str, object]]:
    """On what prescriber and pharmacy agreed when the pathway was told, by the statements that stand today."""
    then = {row.pk for row in rows if row.recorded_at <= event.recorded_at}
    told = {source: [content(one) for one in said if one.source == source and one.pk in then] for source in DETAIL}
    product, last_dose = event.details.get("medication"), event.details.get("last_dose_at")
    return [
        each
        for each in told[PRESCRIBER]
        if each in told[PHARMACY] and each["product"] == product and _iso(each["last_dose"]) == last_dose
    ]


def _iso(at: object) -> str:
    """An instant as an event keeps it: London's clocks, to the minute, with the offset."""
    return at.astimezone(clock.LONDON).isoformat(timespec="minutes") if isinstance(at, datetime) else ""
