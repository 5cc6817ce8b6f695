"""Tells the plans, needs and goals of the demonstration's women, through the verbs that screens use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import Team, User
from pathways.demo.parts import Part, Times
from pathways.models import CarePlan, HerWords, Journey, Need, NeedStep, PlanCopy, PlanSent, PlanSignature
from pathways.needs import Came, SeesTo, note_need, write_her_words, write_step
from pathways.plans import copies, sending, writing
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from pathways.plans.copies import Given
from pathways.plans.sending import To

SITE = "ASHF"
HERS = "DEMO-A01"
DRAFTED, SIGNED = "DEMO-A14", "DEMO-A32"
WRITTEN = {
    "her_words": "I want to hold my baby first. Tell me what you do before you do it. Ask me, not my mother.",
    "people": "Her sister is with her. Her mother may visit when she says so, and is not told what she takes.",
    "medicine": "Harbour drug service prescribes. By night ring the on-call pharmacist. She brings her own: "
    "write the receipt with her. Waiting is what frightens her; tell her the time, and keep to it.",
    "pain": "Seen by the anaesthetist at 33 weeks: an epidural is possible and she would like to be asked early.",
    "birth": "In hospital. Upright for as long as she can, low light, few people.",
    "baby": "They stay together in one room. She knows what the observation is and does the settling herself.",
    "home": "A. Reid visits the day after. Collection at Bridge Street Pharmacy is agreed. Naloxone is at home.",
    "hers": "You stay with your baby. We ask you before we do anything. You are told the time of your medicine, and we "
    "keep to it. Your sister can be with you, day and night. Your midwife comes to see you the day after you go home.",
    "ward": "Knock. Talk about her medicine in the side room, never across the bay.",
}


def part() -> Part:
    """Plans, needs and goals, as the demonstration's loader takes them."""
    times = (
        Times(CarePlan, "journey", ("written_at", "agreed_at", "ended_at")),
        Times(PlanSignature, "plan__journey", ("signed_at", "recorded_at")),
        Times(PlanSent, "journey", ("sent_at", "acknowledged_at", "ended_at", "messaged_at")),
        Times(PlanCopy, "plan__journey", ("given_at", "recorded_at")),
        Times(HerWords, "journey", ("recorded_at", "ended_at"), ("said_on",)),
        Times(Need, "journey", ("noted_at",)),
        Times(NeedStep, "need__journey", ("at",)),
    )
    last = tuple((each.model, each.owner, name) for each in times for name in each.instants if name != "messaged_at")
    return Part(tell, times, last, tuple((each.model._meta.db_table, "kept_as_written") for each in times))


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Tell whose papers are not written yet. One query where all are."""
    untold = Journey.objects.filter(woman__person_ref__in=(HERS, DRAFTED, SIGNED), her_words=None)
    for journey in untold.select_related("site", "woman", "named_midwife").order_by("pk"):
        if journey.woman.person_ref == HERS:
            _needs(journey, staff)
        else:
            _goals(journey, staff)
            _plan(journey, staff)


def _plan(journey: Journey, staff: Mapping[str, User]) -> None:
    """One woman's plan waits for its second signature; the other's is signed, and not everybody has it."""
    midwife = journey.named_midwife or _post(staff, "midwife")
    plan = writing.write(journey, BIRTH_AND_WARD, WRITTEN, by=midwife)
    writing.sign(plan, signer=midwife, by=midwife)
    if journey.woman.person_ref == DRAFTED:
        return
    prescriber = _post(staff, "prescriber")
    plan = writing.sign(plan, signer=prescriber, by=prescriber)
    for receiver, code in zip(BIRTH_AND_WARD.receivers, ("maple", "harbour", "hospital"), strict=False):
        sending.send(plan, receiver, To(team=Team.objects.get(site=journey.site, code=code)), by=midwife)
    sending.acknowledge(plan.sent.get(receiver="prescriber"), by=prescriber)
    copies.give_copy(plan, Given(PlanCopy.How.READ, clock.now(), her_words="That is how I want it."), by=midwife)


def _goals(journey: Journey, staff: Mapping[str, User]) -> None:
    midwife = journey.named_midwife or _post(staff, "midwife")
    write_her_words(journey, HerWords.Kind.STRENGTH, "I get up every morning, whatever the night was.", by=midwife)
    write_her_words(journey, HerWords.Kind.GOAL, "I want to go home with my baby.", by=midwife)


def _needs(journey: Journey, staff: Mapping[str, User]) -> None:
    midwife, keyworker = (_post(staff, post) for post in ("midwife", "keyworker"))
    write_her_words(journey, HerWords.Kind.STRENGTH, "I do not give up on people.", by=midwife)
    write_her_words(journey, HerWords.Kind.GOAL, "I want to see him twice a week, and be on time.", by=midwife)
    note_need(journey, Need.Area.ADVOCACY, "Somebody beside her at the hearing", SeesTo(user=midwife), by=midwife)
    bus = note_need(journey, Need.Area.TRAVEL, "The fare to where she meets Leo", SeesTo(user=keyworker), by=midwife)
    paid = Came(SeesTo(user=keyworker), NeedStep.Outcome.PARTLY, words="Paid until the end of the month.")
    write_step(bus, paid, by=midwife)
    group = note_need(
        journey, Need.Area.PEOPLE, "Other mothers whose children are not with them", SeesTo(user=midwife), by=midwife
    )
    write_step(group, Came(SeesTo(user=midwife), NeedStep.Outcome.UNMET, NeedStep.Reason.NOT_HERE), by=midwife)


def _post(staff: Mapping[str, User], post: str) -> User:
    return staff[email_of(post, SITE)]
