"""The 25 measures counted again: slowly, one woman at a time, from her raw rows and the words of the definitions.

Nothing here is shared with the product's own counting but the tables, the clock and London's dates. What it is for:
the product's cells have to equal it. Where a definition could be read in two ways, the comment says which was taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from carecoord import clock
from carecoord.access.models import Grant
from pathways.models import Event, Handoff, Journey, LateReason, StayOffer
from referrals.models import Appointment, Referral, Session, TreatmentOption
from tests.gaps.her import ANSWERS, DAY, HOUR, Her, after_days, baby_of, completed, order, start_of

UNKNOWN = -1  # the part of those of whom it cannot be known
NO_VALUE = -1

Cell = tuple[str, int, int]  # table, part, value
Where = tuple[str, str]  # code of the site, YYYY-MM


@dataclass(frozen=True)
class Unit:
    """One thing counted: in which table and part, when it is anchored, from when on it may be counted."""

    table: str
    anchor: datetime
    part: int
    ready: datetime
    value: int = NO_VALUE


@dataclass
class Slow:
    """What is counted in each cell, and in which of them a pregnancy is counted as one woman."""

    count: dict[Cell, Counter[Where]]
    women: dict[Cell, Counter[Where]]

    def cells(self) -> dict[tuple[Cell, Where], tuple[int, int]]:
        """Count and women of every cell that is not empty."""
        return {
            (cell, where): (number, self.women[cell][where])
            for cell, places in self.count.items()
            for where, number in places.items()
            if number
        }


# -- the measures ------------------------------------------------------------------------------


def m01(her: Her) -> Iterator[Unit]:
    """M01 % booked by 10+0 (and by 12+0): booking_at <= EDD-280+70 d (resp. +84 d), of all pregnancies with booking
    completed OR birth unbooked (unbooked = not booked); exclude loss/termination before 10+0 (12+0).

    Parts: by 10+0; by 12+0; later or unbooked; by 10+0 but lost before 12+0; later but lost before 12+0.
    """
    booked, birth = her.when("booking_completed"), her.birth
    anchor = booked or birth
    if anchor is None:
        return
    end = her.first("baby_born", "pregnancy_loss")
    lost = end.occurred_at if end and end.kind == "pregnancy_loss" else None  # not where a twin was born before
    by_10, by_12 = her.on_week(10), her.on_week(12)
    if by_10 is None or by_12 is None:
        yield Unit("M01.booked", anchor, UNKNOWN if booked else 2, anchor)
        return
    if lost and clock.today(lost) < by_10:
        return
    early = booked is not None and clock.today(booked) <= by_10
    if lost and clock.today(lost) < by_12:
        part = 3 if early else 4
    elif early:
        part = 0
    else:
        part = 1 if booked and clock.today(booked) <= by_12 else 2
    yield Unit("M01.booked", anchor, part, anchor)


def came_late(her: Her) -> bool:
    """First contact at 9+0 or later, as far as the due date is known."""
    came, week = her.when("first_contact"), her.on_week(9)
    return came is not None and week is not None and clock.today(came) >= week


def m02(her: Her) -> Iterator[Unit]:
    """M02 Late contact booked within 14 days: booking_at - first_contact_at <= 14 d, of first contacts at GA >= 9+0;
    report late_reason distribution, % unbooked at labour."""
    came = her.when("first_contact")
    if came is None or not came_late(her):
        return
    limit = after_days(came, 14)
    booked, birth = her.when("booking_completed"), her.birth
    if booked and booked <= limit:
        part = 0
    elif birth and (booked is None or booked >= birth):
        part = 2
    else:
        part = 1
    yield Unit("M02.late", came, part, limit)
    said = her.answers("BOOK_LATE_14D", "done", *ANSWERS)  # she may have said it and not booked
    reasons = [event.details["late_reason"] for event in said if event.details.get("late_reason")]
    reasons += [
        row.reason for row in LateReason.objects.filter(journey=her.journey).order_by("pk")
    ]  # asked on its page
    order = ["not_realised_pregnant", "fear", "no_access", "moved", "other", "prefer_not_say"]
    yield Unit("M02.reason", came, order.index(reasons[-1]) if reasons else UNKNOWN, limit)


def m03(her: Her) -> Iterator[Unit]:
    """M03 % in drug treatment by birth: in_treatment=yes at birth_at, of births with a need on record."""
    birth = her.birth
    if birth and her.exposed and her.exposed <= birth:
        yield Unit("M03.born", birth, 0 if her.in_treatment(birth) else 1, birth)


def m04(her: Her) -> Iterator[Unit]:
    """M04 Referral acknowledged <= 3 WD, of referrals sent to the drug service."""
    sent = her.done("DRUG_SERVICE_REFERRAL", "sent")
    for row in her.owed("DRUG_SERVICE_REFERRAL", "acknowledged"):
        if sent:
            yield Unit("M04.ack", sent, 0 if by_due(row) else 1, max(sent, row.due_at))


def by_due(row: Handoff) -> bool:
    return completed(row) and row.ended_at is not None and row.ended_at <= row.due_at


def midwife_contacts(her: Her) -> list[Event]:
    """Her contacts with midwives, up to 28 days after the end of the pregnancy."""
    contacts = her.all("booking_completed", "contact_made", "postnatal_visit")
    return [event for event in contacts if her.end is None or event.occurred_at <= after_days(her.end, 28)]


def m05(her: Her) -> Iterator[Unit]:
    """M05 Continuity: contacts (<= 28 d) by named midwife or her buddy / all midwife contacts >= 50 %, of women with
    >= 4 midwife contacts; also show median."""
    contacts = midwife_contacts(her)
    if her.end is None or len(contacts) < 4:
        return
    own = sum(event.recorded_by_id in named_at(her, event.occurred_at) for event in contacts)
    ready = after_days(her.end, 28)
    yield Unit("M05.half", her.end, 0 if 2 * own >= len(contacts) else 1, ready)
    yield Unit("M05.share", her.end, 0, ready, round(100 * own / len(contacts)))


def named_at(her: Her, when: datetime) -> set[int | None]:
    """Who was her named midwife or her buddy then, as far as it is known: before the first was named, that one."""
    grants = Grant.objects.filter(journey=her.journey, kind="caseload", team=None).order_by("starts_at")
    if not grants:
        return {her.journey.named_midwife_id, her.journey.buddy_id} - {None}
    first = grants[0].starts_at
    return {
        grant.user_id
        for grant in grants
        if (grant.starts_at == first or grant.starts_at <= when) and not (grant.ends_at and grant.ends_at <= when)
    }


def m06(her: Her) -> Iterator[Unit]:
    """M06 (a) distinct attendance-days of women completing pregnancy; (b) contacts delivered in co-located sessions,
    of all scheduled contacts. By phone or video she made no trip."""
    came = [
        each
        for each in Appointment.objects.filter(journey=her.journey, attended__in=["yes", "late", "left"])
        if each.during.lower <= her.at
    ]
    for each in came:
        yield Unit("M06.together", each.during.lower, 0 if together(each) else 1, each.during.lower)
    birth = her.birth
    if birth:
        days = {clock.today(each.during.lower) for each in came if each.during.lower <= birth}
        days |= {
            clock.today(e.occurred_at) for e in her.all("booking_completed", "contact_made") if e.occurred_at <= birth
        }
        if days:
            yield Unit("M06.trips", birth, 0, birth, len(days))


def together(appointment: Appointment) -> bool:
    """Whether several services were in that place on that day, as far as it is known."""
    if appointment.session is None:
        return False
    there = Session.objects.filter(clinic=appointment.session.clinic, cancelled_at=None)
    return len({session.kind for session in there if session.took_place is not False}) > 1


def m07(her: Her) -> Iterator[Unit]:
    """M07 hours admission -> first ward OST dose, of admissions of women on OST staying past the next due time; M07b:
    % given <= 2 h after her due time."""
    for number, admitted in enumerate(her.admissions(), start=1):
        came = admitted.occurred_at
        for row in her.owed("OST_FIRST_DOSE", "given_or_decision", number):
            left = her.left(number)
            if not her.in_treatment(came) or (left and left.occurred_at < row.due_at):
                continue
            limit = row.due_at + 2 * HOUR
            given = [dose.occurred_at for dose in her.ward_doses(number) if dose.occurred_at >= came]
            yield Unit("M07.within", came, 0 if given and given[0] <= limit else 1, limit)
            if given:
                took = given[0] - came
                yield Unit("M07.hours", came, 0, max(limit, given[0]), round(took / (HOUR / 2)))
                spread = [took <= hours * HOUR for hours in (2, 6, 12, 24)]
                yield Unit("M07.spread", came, spread.index(True) if any(spread) else 4, max(limit, given[0]))


def m08(her: Her) -> Iterator[Unit]:
    """M08 status in {given_late, stock_unavailable, not_recorded}, of scheduled ward OST doses. One of which nothing is
    written, and of which nothing is owed any more, was cancelled: it is none."""
    planned: dict[int, list[Event]] = {}
    for event in her.all("dose_scheduled"):
        number = int(event.details.get("dose") or max(planned, default=0) + 1)
        planned.setdefault(number, []).append(event)
    for number, plans in planned.items():
        times = [clock.parse_instant(e.details["scheduled_for"])[0] for e in plans if e.details.get("scheduled_for")]
        time = times[-1] if times else plans[0].occurred_at
        told = [e for e in her.all("dose_given", "dose_outcome_recorded") if e.details.get("dose") == str(number)]
        rows = her.owed("OST_DOSE_LATE", "outcome_recorded", number)
        if not told and rows and rows[-1].state in ("not_applicable", "superseded"):
            continue
        yield Unit("M08.doses", time, what_came_of(told, time), time + DAY)


def what_came_of(told: list[Event], time: datetime) -> int:
    """Parts: in time, late, not recorded, not in stock; what she or her prescriber chose is with the first.

    A dose that was given was given, whatever else was written of it; else the last word counts.
    """
    for event in told:
        if event.kind == "dose_given":
            return 1 if event.occurred_at > time + 2 * HOUR else 0
    outcomes = [event.details.get("outcome", "") for event in told]
    if not outcomes:
        return UNKNOWN
    return {"given_late": 1, "not_recorded": 2, "stock_unavailable": 3}.get(outcomes[-1], 0)


def m09(her: Her) -> Iterator[Unit]:
    """M09 OST verified by two sources <= 4 open hours, of admissions on OST; report ooh separately."""
    for number, admitted in enumerate(her.admissions(), start=1):
        came = admitted.occurred_at
        for row in her.owed("OST_VERIFY", "two_sources", number):
            if her.in_treatment(came):
                closed = row.due_at - came > 4 * HOUR
                yield Unit("M09.verified", came, 2 * closed + (not by_due(row)), row.due_at)


def m10(her: Her) -> Iterator[Unit]:
    """M10 mother_discharge_at < baby_discharge_at by >= 6 h, of live births with NOWS observation or neonatal stay,
    mother alive, not separated at that time; of those, % with stay_offer=available. A baby who died before is none."""
    for baby, birth in her.births().items():
        watched = her.of_baby(baby, "observation_started") or [
            event
            for event in her.of_baby(baby, "baby_place_recorded")
            if event.details.get("place") in ("neonatal_unit", "other_hospital")
        ]
        left = next((e for e in her.all("mother_discharged") if order(e) > order(birth)), None)
        if not watched or left is None:
            continue
        when = left.occurred_at
        died = [event for event in her.of_baby(baby, "baby_died") if event.occurred_at <= when]
        if not her.alive(when) or died or her.apart(baby, when):
            continue
        home = next((e for e in her.of_baby(baby, "baby_discharged") if order(e) > order(birth)), None)
        yield Unit("M10.home", when, before_her_baby(her, baby, when, home), when + 6 * HOUR)


def before_her_baby(her: Her, baby: int, left: datetime, home: Event | None) -> int:
    """Parts: not before her baby; before, with the offer of a place, with none available, with none recorded."""
    if home and home.occurred_at < left + 6 * HOUR:
        return 0
    offers = [
        event.details["stay_offer"]
        for event in her.answers("MOTHER_STAYS", "offer_answered", *ANSWERS)
        if baby_of(event) == baby and event.details.get("stay_offer") and event.occurred_at <= left
    ]
    rows = StayOffer.objects.filter(journey=her.journey, baby=baby, offered_at__lte=left).order_by("pk")
    offers += [row.offer for row in rows]  # what is written on its page counts before what answered the handoff
    return 3 if not offers else 2 if offers[-1] == "not_available" else 1


def m11(her: Her) -> Iterator[Unit]:
    """M11 >= 1 conflict, of babies with feeding_plan; reconciled <= 12 h."""
    if her.done("FEEDING_PLAN", "signed_x2"):
        for baby, birth in her.births().items():
            conflict = her.of_baby(baby, "feeding_conflict_logged")
            yield Unit("M11.logged", birth.occurred_at, 0 if conflict else 1, after_days(birth.occurred_at, 14))
    for row in her.owed("FEEDING_CONFLICT", "reconciled"):
        yield Unit("M11.settled", row.due_at - 12 * HOUR, 0 if by_due(row) else 1, row.due_at)


def m12(her: Her) -> Iterator[Unit]:
    """M12 status in {offered, accepted, declined}, of live births, woman in treatment or wanting it; also
    % not_commissioned / no_place / criteria_not_met; stratify late_entry.

    It cannot be known where nothing is recorded, or that it was completed and not with what.
    """
    birth = her.birth
    if birth is None:
        return
    answers = her.answers("POSTNATAL_TX_OPTIONS", "done", *ANSWERS) + her.answers("PN_TX_START", "outcome", *ANSWERS)
    newest = {row.kind: row.status for row in TreatmentOption.objects.filter(journey=her.journey).order_by("pk")}
    if not her.in_treatment(birth) and not answers and not newest:
        return
    said = {event.details.get("option_status", "") for event in answers} | set(newest.values())
    if said & {"offered", "accepted", "declined"}:
        part = 0
    else:
        reasons = ["not_commissioned", "no_place", "criteria_not_met"]
        part = next((place for place, reason in enumerate(reasons, start=1) if reason in said), 4)
    if part == 4 and all(event.kind == "handoff_completed" for event in answers):
        part = UNKNOWN
    elif came_late(her):
        part += 5
    yield Unit("M12.offered", birth, part, after_days(birth, 28))


def separations(her: Her) -> Iterator[tuple[int, datetime]]:
    """Each separation that she lived to see."""
    for number, event in enumerate(her.all("separated"), start=1):
        if her.alive(event.occurred_at):
            yield number, event.occurred_at


def m13(her: Her) -> Iterator[Unit]:
    """M13 SEP_CONTACT success in time (<= 24 h, <= 72 h), of separations (woman alive). A try is no success."""
    for number, when in separations(her):
        reached = [
            event.occurred_at
            for event in her.answers("SEP_CONTACT", "contact_1")
            if event.details.get("separation") == str(number) and event.details.get("contact_successful") != "no"
        ]
        limit = when + 72 * HOUR
        part = 2 if not reached or reached[0] > limit else 0 if reached[0] <= when + 24 * HOUR else 1
        yield Unit("M13.reached", when, part, limit)


def m14(her: Her) -> Iterator[Unit]:
    """M14 first_contact_at <= P7D, of separations; declined shown separately, stays in denominator."""
    for number, when in separations(her):
        limit = after_days(when, 7)
        seen = her.done("SEP_MH_7D", "first_contact", number)
        declined = any(row.state == "declined" for row in her.owed("SEP_MH_7D", "first_contact", number))
        yield Unit("M14.seen", when, 0 if seen and seen <= limit else 1 if declined else 2, limit)


def m15(her: Her) -> Iterator[Unit]:
    """M15 overdose-risk review <= 7 d AND naloxone in hand, of separations with opioid history."""
    for number, when in separations(her):
        limit = after_days(when, 7)
        reviewed = her.done("SEP_RISK_7D", "clinician_review", number)
        if her.exposed:
            both = reviewed and reviewed <= limit and any(naloxone_by(her, limit))
            yield Unit("M15.both", when, 0 if both else 1, limit)


def naloxone_by(her: Her, limit: datetime) -> Iterator[bool]:
    """Whether she had a kit, by the last word of each step that asks."""
    steps = [("NALOXONE_ANTENATAL", "done"), ("NALOXONE_DISCHARGE", "outcome"), ("SEP_OST_NALOXONE_24H", "done")]
    for moment, step in steps:
        yield in_hand([event for event in her.answers(moment, step) if event.occurred_at <= limit])


def in_hand(answers: list[Event]) -> bool:
    said = [e.details["naloxone_outcome"] for e in answers if e.details.get("naloxone_outcome")]
    return bool(said) and said[-1] in ("supplied", "has_in_date")


def m16(her: Her) -> Iterator[Unit]:
    """M16 in_treatment at day 182 / 365, of those in treatment at pregnancy end and alive at that day. Transfers out
    with unknown status reported as lost, not retained."""
    end = her.end
    if end is None or not her.in_treatment(end):
        return
    for table, days in (("M16.m6", 182), ("M16.m12", 365)):
        day = after_days(end, days)
        if her.alive(day):
            part = 2 if lost_by(her, day) else 0 if kept(her, day) else 1
            yield Unit(table, end, part, day)


def kept(her: Her, day: datetime) -> bool:
    """In treatment on record, or seen by the drug service in the 28 days before and since whatever had ended."""
    if her.in_treatment(day):
        return True
    services = ["drug_service", "prescriber", "family_drug_support"]
    came = Appointment.objects.filter(journey=her.journey, kind__in=services, attended__in=["yes", "late", "left"])
    seen = [each.during.lower for each in came]
    for referral in Referral.objects.filter(journey=her.journey, service__kind__in=services):
        seen += [step.at for step in referral.steps.filter(state="attended")]
    ends = [event.occurred_at for event in her.all("treatment_ended") if event.occurred_at <= day]
    return any(day - 28 * DAY <= when <= day and (not ends or when > ends[-1]) for when in seen)


def lost_by(her: Her, day: datetime) -> bool:
    """Whether her journey stood closed then, because she moved away or asked for it."""
    turns = [event for event in her.all("closed", "reopened") if event.occurred_at <= day]
    return bool(turns) and turns[-1].details.get("reason") in ("moved_out", "withdrew") and turns[-1].kind == "closed"


def m17(her: Her) -> Iterator[Unit]:
    """M17 naloxone outcome in {supplied, has_in_date}, of mother discharges with opioid history. A kit that came later
    than a day after she left was not in her hand."""
    for number in range(1, len(her.admissions()) + 1):
        left = her.left(number)
        if left and her.owed("NALOXONE_DISCHARGE", "outcome", number):
            limit = after_days(left.occurred_at, 1)
            answers = [
                event
                for event in her.answers("NALOXONE_DISCHARGE", "outcome")
                if event.details.get("admission") == str(number) and event.occurred_at <= limit
            ]
            yield Unit("M17.hand", left.occurred_at, 0 if in_hand(answers) else 1, limit)


def m18(her: Her) -> Iterator[Unit]:
    """M18 invited (attended) by d 56 (d 84), of pregnancies that end >= 24+0, woman alive; split separated or not."""
    end = her.end
    first = her.first("baby_born", "pregnancy_loss")
    if end is None or first is None:
        return
    week = her.on_week(24)
    if first.kind == "pregnancy_loss" and (week is None or clock.today(end) < week):
        return
    for table, step, days in (("M18.invited", "invited", 56), ("M18.seen", "seen_or_declined", 84)):
        day = after_days(end, days)
        if her.alive(day):
            done = her.done("GP_6_8W", step)
            apart = "_apart" if her.was_separated(day) else ""
            yield Unit(table + apart, end, 0 if done and done <= day else 1, day)


def m19(her: Her) -> Iterator[Unit]:
    """M19 seen <= PT36H, of mother discharges; split separated or not. The first after the first birth."""
    birth = her.first("baby_born")
    left = next((e for e in her.all("mother_discharged") if birth and order(e) > order(birth)), None)
    if left is None:
        return
    limit = left.occurred_at + 36 * HOUR
    seen = [her.done("PN_MIDWIFE_36H", "seen")]
    # Also of a separation that is dated after her death: it excludes nobody whose going home was recorded.
    numbers = {row.subject_number for row in her.owed("SEP_MIDWIFERY", "first_visit")}
    seen += [her.done("SEP_MIDWIFERY", "first_visit", number) for number in numbers]
    apart = "_apart" if her.was_separated(left.occurred_at) else ""
    in_time = any(when and when <= limit for when in seen)
    yield Unit("M19.visit" + apart, left.occurred_at, 0 if in_time else 1, limit)


def m20(her: Her) -> Iterator[Unit]:
    """M20 both acks <= discharge_at, of mother discharges on OST; plus first community dose taken <= next_dose_on."""
    for number in range(1, len(her.admissions()) + 1):
        left = her.left(number)
        if left is None:
            continue
        when = left.occurred_at
        if her.in_treatment(when) and her.owed("DISCHARGE_OST_HANDOVER", "both_acknowledged", number):
            handed = her.done("DISCHARGE_OST_HANDOVER", "both_acknowledged", number)
            yield Unit("M20.before", when, 0 if handed and handed <= when else 1, when)
        if left.details.get("next_dose_on") and her.owed("FIRST_COMMUNITY_DOSE", "confirmed", number):
            next_on = clock.parse_date(left.details["next_dose_on"])
            taken = [day for day in community_doses(her, number, left) if day <= next_on]
            yield Unit("M20.taken", when, 0 if taken else 1, max(when, start_of(next_on + DAY)))


def community_doses(her: Her, number: int, left: Event) -> Iterator[date]:
    """Days on which a dose after that admission was taken: the pharmacy said so, or the dose itself is confirmed."""
    for event in her.answers("FIRST_COMMUNITY_DOSE", "confirmed"):
        of_it = event.details.get("admission") == str(number)
        if of_it and event.details.get("pharmacy_confirmation") == "taken":
            yield clock.today(event.occurred_at)
    for event in her.all("dose_confirmed"):
        if event.details.get("admission") == str(number) and order(event) > order(left):
            yield clock.today(event.occurred_at)


def m21(her: Her) -> Iterator[Unit]:
    """M21 pre-birth conference on time, of conferences required."""
    for row in her.owed("PREBIRTH_CONFERENCE", "held"):
        if row.state not in ("not_applicable", "superseded"):
            yield Unit("M21.held", row.due_at, 0 if by_due(row) else 1, row.due_at)


def m22(her: Her) -> Iterator[Unit]:
    """M22 told_in_person_at < labour, of planned separations: the first after a plan that included it."""
    planned = her.first("separation_possible")
    apart = next((e for e in her.all("separated") if planned and order(e) > order(planned)), None)
    if apart is None:
        return
    labour = next((e.occurred_at for e in her.admissions() if e.details.get("reason") == "labour"), None)
    limit = labour or her.birth or apart.occurred_at
    told = any(
        event.occurred_at < limit
        for event in her.answers("SEPARATION_PLAN", "told_in_person")
        if "told_in_person_on" in event.details or "told_by" not in event.details  # else it was by phone
    )
    yield Unit("M22.told", apart.occurred_at, 0 if told else 1, apart.occurred_at)


def m23(her: Her) -> Iterator[Unit]:
    """M23 Deaths (mother) within 365 d: count only."""
    died = her.when("mother_died")
    if died and her.end and her.end <= died <= after_days(her.end, 365):
        yield Unit("M23.deaths", died, 0, died)


def m24(her: Her) -> Iterator[Unit]:
    """M24 women with >= 1 valid response; response rate: contacts with an answer within 7 days."""
    for contact in her.all("booking_completed", "contact_made", "postnatal_visit"):
        yield Unit("M24.answered", contact.occurred_at, 1, after_days(contact.occurred_at, 7))


def m25(her: Her) -> Iterator[Unit]:
    """M25 missed (not completed by due+late), of instances that became due, excluding not_applicable/superseded;
    late_entry shown separately. What was missed before it fell away was missed."""
    for row in her.handoffs:
        ended = row.ended_at
        if row.state in ("not_applicable", "superseded") and (ended or row.due_at) <= row.missed_at:
            continue
        in_time = ended is not None and ended <= row.missed_at
        yield Unit(f"M25.{row.moment}", row.due_at, (0 if in_time else 1) + 2 * row.late_entry, row.missed_at)


# Why a referral came back without her having been seen, by what its last step says; all else is "something else".
WHY = {
    2: ["service_full", "service_closed"],
    3: ["service_criteria", "service_late", "service_area", "service_missing"],
    4: ["her_choice", "her_safety", "her_distance", "her_moved", "her_engaged", "her_not_able", "stopped"],
}


def referrals(her: Her) -> Iterator[Unit]:
    """What became of each referral in eight weeks: seen; open; no place; their conditions; her reasons; all else."""
    for referral in Referral.objects.filter(journey=her.journey).exclude(service__kind="other"):
        limit = referral.sent_at + 56 * DAY
        steps = [step for step in referral.steps.order_by("pk") if step.at <= limit]
        if any(step.reason == "our_mistake" for step in steps):
            continue
        back = [step.reason or step.outcome for step in steps if step.state in ("declined", "withdrawn", "ended")]
        if any(step.state == "attended" for step in steps) or back[-1:] in (["helped"], ["partly"]):
            part = 0
        elif not back:
            part = 1
        else:
            part = next((number for number, words in WHY.items() if back[-1] in words), 5)
        yield Unit(f"S.{referral.service.kind}", referral.sent_at, part, limit)


MEASURES: list[Callable[[Her], Iterator[Unit]]] = [
    *(m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12),
    *(m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24, m25),
    referrals,
]


def units_of(journey: Journey, at: datetime) -> list[tuple[Unit, Where]]:
    """All that is counted of one pregnancy, with where and in which month."""
    her = Her(journey, at)
    found = [unit for measure in MEASURES for unit in measure(her)]
    return [
        (unit, (her.site_at(unit.anchor), f"{clock.today(unit.anchor):%Y-%m}"))
        for unit in found
        if unit.anchor <= at and unit.ready <= at
    ]


def slow_count(at: datetime) -> Slow:
    """Every cell there should be at ``at``."""
    slow = Slow(defaultdict(Counter), defaultdict(Counter))
    for journey in Journey.objects.select_related("site", "entered_site").order_by("pk"):
        counted_as_woman = set()
        for unit, where in sorted(units_of(journey, at), key=lambda found: found[0].anchor):
            cell = (unit.table, unit.part, unit.value)
            slow.count[cell][where] += 1
            in_part = (unit.table, where[0], unit.part)
            if in_part not in counted_as_woman:
                counted_as_woman.add(in_part)
                slow.women[cell][where] += 1
    return slow
