"""Small stories that each stand exactly in one corner of a definition, where made-up lives seldom come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from pathways.actions import Draft
from tests.gaps.times import NOW, days_after

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
END = datetime(2025, 3, 20, 12, 0, tzinfo=UTC)
METHADONE = {"medication": "methadone_oral_1mg_ml"}

Corner = list[Draft]


def fact(kind: str, at: datetime, baby: int | None = None, **details: str) -> Draft:
    """Something that happened."""
    return Draft(kind, at, baby=baby, details=details)


def done(moment: str, step: str, at: datetime, baby: int | None = None, **details: str) -> Draft:
    """A handoff completed."""
    return fact("handoff_completed", at, baby, moment=moment, step=step, **details)


def corners() -> Iterator[tuple[date, Corner]]:
    """The due date that she came with, and what happened."""
    at_term = END.date()
    for corner in (*in_pregnancy(), *on_the_ward(), *at_the_birth(), *in_the_year_after()):
        yield at_term, corner
    for corner in still_open():
        yield NOW.date() + 200 * DAY, corner
    # Booked at 10+0, and lost a day before that, at 11+6, and at 12+0.
    ten_weeks = END - 210 * DAY
    for days in (-1, 13, 14):
        yield at_term, [fact("booking_completed", ten_weeks), fact("pregnancy_loss", ten_weeks + days * DAY)]


def in_pregnancy() -> Iterator[Corner]:
    came = END - 20 * DAY
    # Booked at the very time of the birth; a birth before anybody booked her within the two weeks.
    yield [fact("first_contact", came), fact("booking_completed", END), fact("baby_born", END)]
    yield [fact("first_contact", came), fact("baby_born", came + DAY), fact("booking_completed", came + 2 * DAY)]
    # Opioids are spoken of, or treatment begins, at the birth, and a second after it.
    yield [fact("baby_born", END), fact("treatment_started", END, **METHADONE)]
    yield [fact("baby_born", END), fact("treatment_started", END + SECOND, **METHADONE)]
    yield [fact("baby_born", END), fact("drug_use_disclosed", END, opioid="yes")]
    # The reason was told again; it was told by one who did not want to be booked.
    late = {"moment": "BOOK_LATE_14D", "step": "done"}
    yield [
        fact("first_contact", came),
        fact("handoff_declined", came + DAY, **late, late_reason="fear"),
        fact("handoff_completed", came + 2 * DAY, **late, late_reason="moved"),
        fact("handoff_completed", came + 3 * DAY, **late),
    ]
    # A conference that was required, and then was not: before it was due, and a loss in between.
    required = fact("concern_accepted", END - 200 * DAY)
    conference = {"moment": "PREBIRTH_CONFERENCE", "step": "held"}
    yield [required, fact("handoff_not_applicable", END - 150 * DAY, **conference)]
    yield [required, fact("pregnancy_loss", END - 180 * DAY)]
    yield [fact("booking_completed", END - 200 * DAY), required, fact("pregnancy_loss", END - 180 * DAY)]
    yield [required, fact("handoff_declined", END - 150 * DAY, **conference)]


def on_the_ward() -> Iterator[Corner]:
    came, last = END - 2 * DAY, END - 3 * DAY + 3 * HOUR
    in_treatment = [fact("treatment_started", END - 90 * DAY, **METHADONE), fact("admitted", came, reason="labour")]
    due = came + 5 * HOUR
    known = fact("dose_confirmed", last, admission="1", next_due=due.isoformat(), confirmed_by="pharmacy", **METHADONE)
    # She left when her dose was due; the dose of this admission was written down for a time before it.
    yield [*in_treatment, known, fact("mother_discharged", due)]
    yield [*in_treatment, known, fact("mother_discharged", due - SECOND)]
    yield [*in_treatment, known, fact("dose_given", due + 2 * HOUR, admission="1")]
    yield [*in_treatment, known, fact("dose_given", due + 2 * HOUR + SECOND, admission="1")]
    yield [*in_treatment, known, fact("dose_given", came - HOUR, admission="1"), fact("dose_given", due, admission="1")]
    # Treatment began on the ward, or ended there.
    began = [fact("admitted", came), fact("treatment_started", came + HOUR, **METHADONE)]
    yield [
        *began,
        fact("mother_discharge_planned", came + 2 * HOUR, planned_for=END.isoformat()),
        fact("mother_discharged", END),
    ]
    yield [
        *in_treatment,
        fact("mother_discharge_planned", came + HOUR, planned_for=END.isoformat()),
        fact("treatment_ended", END),
        fact("mother_discharged", END),
    ]
    # A dose set to another time; two things written of one dose; a dose given, and her sick after it.
    dose = {"dose": "1", "admission": "1"}
    planned = fact("dose_scheduled", came + HOUR, **dose, scheduled_for=due.isoformat())
    yield [
        *in_treatment,
        planned,
        fact("dose_scheduled", came + 2 * HOUR, **dose, scheduled_for=(due + 4 * HOUR).isoformat()),
        fact("dose_given", due + 6 * HOUR, **dose),
    ]
    yield [
        *in_treatment,
        planned,
        fact("dose_outcome_recorded", due, **dose, outcome="stock_unavailable"),
        fact("dose_outcome_recorded", due + HOUR, **dose, outcome="refused"),
    ]
    yield [
        *in_treatment,
        planned,
        fact("dose_given", due + 3 * HOUR, **dose),
        fact("dose_outcome_recorded", due + 4 * HOUR, **dose, outcome="vomited_after"),
    ]
    # The dose outside: said by the pharmacy, confirmed as a dose, of another admission, before she left.
    left = [*in_treatment, fact("mother_discharged", END, next_dose_on=str(END.date() + DAY))]
    tomorrow = END + DAY
    yield [*left, done("FIRST_COMMUNITY_DOSE", "confirmed", tomorrow, admission="1", pharmacy_confirmation="taken")]
    yield [
        *left,
        done("FIRST_COMMUNITY_DOSE", "confirmed", tomorrow, admission="1", pharmacy_confirmation="not_attended"),
    ]
    yield [*left, fact("dose_confirmed", tomorrow, admission="1", confirmed_by="pharmacy")]
    yield [*left, fact("dose_confirmed", tomorrow + DAY, admission="1", confirmed_by="pharmacy")]
    yield [*left, fact("dose_confirmed", tomorrow, confirmed_by="pharmacy")]
    yield [*left, fact("dose_confirmed", END - HOUR, admission="1", confirmed_by="pharmacy")]
    # Naloxone: the last word counts, if it came within a day of her leaving.
    for first, second, when in (
        ("declined", "supplied", DAY),
        ("supplied", "declined", HOUR),
        ("declined", "has_in_date", DAY + SECOND),
    ):
        yield [
            *left,
            done("NALOXONE_DISCHARGE", "outcome", END, admission="1", naloxone_outcome=first),
            done("NALOXONE_DISCHARGE", "outcome", END + when, admission="1", naloxone_outcome=second),
        ]
    yield [*left, done("NALOXONE_DISCHARGE", "outcome", END, naloxone_outcome="supplied")]


def at_the_birth() -> Iterator[Corner]:
    born = [fact("baby_born", END, 1), fact("observation_started", END + HOUR, 1)]
    left = fact("mother_discharged", END + 2 * DAY)
    six = left.occurred_at + 6 * HOUR
    planned = fact("mother_discharge_planned", END + DAY, planned_for=left.occurred_at.isoformat())
    offer = {"moment": "MOTHER_STAYS", "step": "offer_answered"}
    yield [*born, left, fact("baby_discharged", six, 1)]
    yield [*born, left, fact("baby_discharged", six - SECOND, 1)]
    yield [*born, planned, left, fact("handoff_completed", left.occurred_at, 1, **offer, stay_offer="parent_room")]
    yield [
        *born,
        planned,
        left,
        fact("handoff_completed", left.occurred_at + SECOND, 1, **offer, stay_offer="parent_room"),
    ]
    yield [*born, left, fact("handoff_unable", END + DAY, 1, **offer, stay_offer="not_available")]
    twins = [
        *born,
        fact("baby_born", END + HOUR, 2),
        fact("baby_place_recorded", END + 2 * HOUR, 2, place="other_hospital"),
    ]
    yield [*twins, left, fact("handoff_completed", END + DAY, 2, **offer, stay_offer="near_site")]
    # Placed away, or dead, or back again, at the time at which she leaves; the second twin after the first was taken.
    yield [*twins, fact("separated", left.occurred_at, 2), left]
    yield [*twins, fact("separated", END + DAY), fact("reunified", left.occurred_at, 1), left]
    yield [
        *born,
        fact("separated", END + 2 * HOUR),
        fact("baby_born", END + 3 * HOUR, 2),
        fact("observation_started", END + 4 * HOUR, 2),
        left,
    ]
    yield [*born, fact("baby_died", left.occurred_at, 1), left]
    yield [*born, fact("mother_died", END + DAY), left]
    yield [*born, fact("baby_born", END + HOUR, 1), left]
    # Contradictory advice about one twin; a plan that was made after the birth.
    plan = [fact("booking_completed", END - 200 * DAY), done("FEEDING_PLAN", "signed_x2", END - 60 * DAY)]
    yield [
        *plan,
        *twins,
        fact("feeding_conflict_logged", END + DAY, 2),
        done("FEEDING_CONFLICT", "reconciled", END + DAY + 12 * HOUR, 2),
    ]
    yield [
        *plan,
        *twins,
        fact("feeding_conflict_logged", END + DAY, 1),
        done("FEEDING_CONFLICT", "reconciled", END + DAY + 12 * HOUR + SECOND, 1),
    ]
    # What became of the options: nothing but that it was done, that it was not possible, two that stood in the way.
    options = {"moment": "POSTNATAL_TX_OPTIONS", "step": "done"}
    booked = fact("booking_completed", END - 200 * DAY)
    yield [booked, *born, fact("handoff_completed", END - DAY, **options)]
    yield [booked, *born, fact("handoff_unable", END - DAY, **options)]
    yield [
        booked,
        *born,
        fact("handoff_unable", END - DAY, **options, option_status="criteria_not_met"),
        fact("handoff_completed", END + DAY, moment="PN_TX_START", step="outcome", option_status="no_place"),
    ]
    yield [
        booked,
        *born,
        fact("handoff_completed", END - DAY, **options, option_status="no_place"),
        fact("handoff_completed", END + DAY, moment="PN_TX_START", step="outcome", option_status="declined"),
    ]


def in_the_year_after() -> Iterator[Corner]:
    born = [fact("treatment_started", END - 90 * DAY, **METHADONE), fact("baby_born", END)]
    # Told at the very time of labour; a separation that came before there was a plan.
    labour = fact("admitted", END - HOUR, reason="labour")
    plan, away = fact("separation_possible", END - 30 * DAY), fact("separated", END + DAY)
    for at in (labour.occurred_at, labour.occurred_at - SECOND):
        yield [*born, plan, labour, away, done("SEPARATION_PLAN", "told_in_person", at)]
    yield [*born, plan, away, done("SEPARATION_PLAN", "told_in_person", END)]
    yield [
        *born,
        plan,
        labour,
        away,
        fact("handoff_unable", END - DAY, moment="SEPARATION_PLAN", step="told_in_person"),
    ]
    yield [*born, away, fact("separation_possible", END + 2 * DAY), fact("separated", END + 3 * DAY)]
    # A try is no contact; she dies at the separation, or on the day that is asked about.
    reached = {"moment": "SEP_CONTACT", "step": "contact_1", "separation": "1"}
    tried = fact("handoff_completed", END + DAY + HOUR, **reached, contact_successful="no")
    yield [*born, away, tried]
    yield [*born, away, tried, fact("handoff_completed", END + 4 * DAY, **reached, contact_successful="yes")]
    yield [*born, away, fact("mother_died", away.occurred_at)]
    for days in (7, 56, 84, 182, 365):
        yield [*born, fact("mother_died", days_after(END, days))]
        yield [*born, fact("separated", days_after(END, days)), fact("mother_died", days_after(END, days) + SECOND)]
    yield [fact("mother_died", END - DAY), *born]
    yield [*born, fact("closed", days_after(END, 182), reason="withdrew")]
    yield [*born, fact("closed", END + 9 * DAY, reason="moved_out"), fact("reopened", days_after(END, 182))]
    yield [*born, fact("closed", END + 9 * DAY, reason="completed"), fact("treatment_ended", days_after(END, 182))]
    # Not her business any more, but only after it had been missed.
    visit = {"moment": "HV_NEW_BABY", "step": "visit"}
    yield [*born, fact("handoff_not_applicable", END + 60 * DAY, 1, **visit)]
    yield [*born, fact("handoff_unable", END + 60 * DAY, 1, **visit)]


def still_open() -> Iterator[Corner]:
    """What has not been followed up long enough, by so little."""
    treated = fact("treatment_started", NOW - 90 * DAY, **METHADONE)
    yield [fact("first_contact", days_after(NOW, -14) + SECOND)]
    yield [fact("first_contact", days_after(NOW, -14))]
    yield [fact("contact_made", days_after(NOW, -7))]
    yield [
        fact("drug_use_disclosed", NOW - 30 * HOUR, opioid="yes", in_treatment="no"),
        done("DRUG_SERVICE_REFERRAL", "sent", NOW - HOUR),
    ]
    yield [treated, fact("admitted", NOW - HOUR)]
    ward = [treated, fact("admitted", NOW - DAY)]
    yield [*ward, fact("dose_scheduled", NOW - 20 * HOUR, dose="1", scheduled_for=(NOW - 19 * HOUR).isoformat())]
    yield [*ward, fact("dose_scheduled", NOW - DAY, dose="1", scheduled_for=days_after(NOW, -1).isoformat())]
    home = fact("mother_discharged", NOW - 3 * HOUR, next_dose_on=str(NOW.date() + DAY))
    yield [*ward, fact("baby_born", NOW - 20 * HOUR), fact("observation_started", NOW - 9 * HOUR), home]
    yield [*ward, fact("baby_born", NOW - 20 * HOUR), fact("separated", NOW - 70 * HOUR)]
    yield [
        *ward,
        fact("baby_born", NOW - 6 * DAY),
        fact("separated", NOW - 6 * DAY),
        fact("feeding_conflict_logged", NOW - 11 * HOUR),
    ]
