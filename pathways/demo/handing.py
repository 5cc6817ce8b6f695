"""Handoffs of the demonstration between their two sides: offered, accepted, declined, asked about.

Through the verbs of offering.py; then their times are set back to when the story says that they happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import Grant, Team, User
from pathways import offering
from pathways.demo.following import append_only_lifted
from pathways.engine.times import days_later
from pathways.models import DemoWoman, Handoff, Offer, OfferQuestion, Owner
from pathways.offering import Proposal

SAFE = "Safe contact, as she confirmed it"
SUMMARY = "Birth summary and blood results"
FIRST_DATES = "All open handoffs with their first due dates"


@dataclass(frozen=True)
class Story:
    """One offer. ``to`` is a team's code, ``SITE/code`` at another site, or who it is outside.

    ``sent`` and ``answered`` are days from today; ``by`` and ``answers`` are posts, of the team's site.
    """

    her: str
    step: str
    by: str
    to: str
    sent: int
    brings: tuple[str, ...]
    told: str = ""
    note: str = ""
    answered: int | None = None
    answers: str = ""
    acknowledged: str = ""
    declined: tuple[str, str] | None = None
    asks: str = ""
    at: time = time(9, 40)


STORIES = (
    Story("A01", "SEP_MH_7D.first_contact", "midwife", "mental-health", -10, (SAFE,), "somebody there will ring you"),
    Story(
        "A04", "FEEDING_PLAN.signed_x2", "midwife", "neonatal", -12, ("Feeding plan, draft 2",),
        "Dr Chen reads it with you", answered=-9, answers="neonatal",
    ),
    Story(
        "A05", "POSTNATAL_TX_OPTIONS.done", "midwife", "harbour", -6, (SAFE, "What matters to her, in her words"),
        answered=-4, answers="keyworker", declined=("missing", "We need to know which days she can come"),
    ),
    Story(
        "A07", "HV_NEW_BABY.visit", "midwife", "hv", -13, (SUMMARY, SAFE), "O. Bright will visit",
        answered=-12, answers="hv",
    ),
    Story(
        "A08", "DISCHARGE_OST_HANDOVER.both_acknowledged", "coordinator", "bridge", -1,
        (SUMMARY, "Plan for milk, wound, blood pressure", "Next dose: when and where, agreed with pharmacy", SAFE),
        "A. Reid will visit", "She would like to go home in the afternoon.", at=time(7, 50),
    ),
    Story(
        "A12", "HV_ANTENATAL.contact", "midwife", "hv", -8, (SAFE,), "O. Bright will ring", answered=-6, answers="hv",
    ),
    Story(
        "A14", "BIRTH_MED_PLAN.final_and_acknowledged", "midwife", "maple", -2, ("Birth and ward plan, final",),
        "S. Ito has your plan", answers="ward", asks="Which pharmacy is open on Sundays?",
    ),
    Story("A17", "DRUG_KW_7D.contact", "coordinator", "harbour", -1, (SUMMARY, SAFE), "D. Farrow will come here first"),
    Story(
        "C01", "SITE_TRANSFER.accepted", "midwife", "ASHF/bridge", -1,
        (FIRST_DATES, "Birth plan, draft 2", "Interpreter: not needed"), "she chose to move", at=time(15, 25),
    ),
    Story("C03", "BIRTH_MED_PLAN.final_and_acknowledged", "midwife2", "birch", -3, ("Birth and ward plan, final",)),
    Story("C08", "HV_NEW_BABY.visit", "midwife2", "hv", -2, (SUMMARY, SAFE), "M. Dyson will visit"),
    Story(
        "C09", "GP_6_8W.seen_or_declined", "midwife", "Dr Shah, Mill Lane surgery", -9, (SUMMARY,),
        "Dr Shah will write", answered=-8, acknowledged="J. Ross, practice nurse",
    ),
    Story("C12", "LOST_CONTACT.outreach", "keyworker", "calder", -1, (SAFE,), note="She comes to us on Tuesdays."),
    Story(
        "G01", "MH_4_6W.enquiry", "midwife", "mental-health", -5, (SAFE,), "T. Pirie will meet you here",
        answered=-4, answers="mentalhealth",
    ),
    Story("G05", "LOST_CONTACT.outreach", "midwife", "bridgeend", -1, (SAFE,)),
    Story("G07", "LOST_CONTACT.outreach", "keyworker", "glen", -2, (SAFE,), note="She has a new phone."),
    Story("T09", "DRUG_KW_7D.contact", "coordinator", "kelso", -1, (SUMMARY, SAFE), "L. Imrie will come here first"),
    Story(
        "T05", "LOST_CONTACT.outreach", "keyworker", "tay", -1, (SAFE,),
        answers="midwife", asks="Does she still come on Fridays?",
    ),
)  # fmt: skip


def hand_over(staff: Mapping[str, User], now: datetime) -> None:
    """Tell the stories that have not been told; a handoff that was offered once stays as people left it."""
    owed = Handoff.objects.open().filter(
        journey__woman__in=DemoWoman.objects.values("pk"),
        journey__woman__person_ref__in={f"DEMO-{story.her}" for story in STORIES},
        offers=None,
    )
    waiting = {
        (each.journey.woman.person_ref, f"{each.moment}.{each.step}"): each
        for each in owed.select_related("journey__woman", "journey__site").order_by("-pk")
    }
    for story in STORIES:
        if handoff := waiting.get((f"DEMO-{story.her}", story.step)):
            _tell(story, handoff, staff, now)


def _tell(story: Story, handoff: Handoff, staff: Mapping[str, User], now: datetime) -> None:
    here = handoff.journey.site.code
    there, _, code = story.to.rpartition("/") if "/" in story.to else (here, "", story.to)
    team = Team.objects.filter(site__code=there, code=code).first()
    sent_at = _at(story.sent, story.at, now)
    if sent_at < handoff.opened_at:
        sent_at = min(handoff.opened_at + timedelta(minutes=5), now)
    made = offering.offer(
        handoff,
        Proposal(
            to_team=team,
            to_outside="" if team else story.to,
            brings=story.brings,
            note=story.note,
            told=Offer.Told.YES if story.told else Offer.Told.NOT_YET,
            told_words=story.told,
        ),
        by=staff[email_of(story.by, here)],
    )
    answerer = staff[email_of(story.answers, there)] if story.answers else None
    if story.asks and answerer:
        question = offering.ask(made, story.asks, by=answerer)
        OfferQuestion.objects.filter(pk=question.pk).update(asked_at=min(sent_at + timedelta(hours=3), now))
    _answer(story, made, answerer, staff[email_of(story.by, here)])
    _as_then(story, made, sent_at, now)


def _answer(story: Story, made: Offer, answerer: User | None, sender: User) -> None:
    if story.acknowledged:
        offering.acknowledge(made, story.acknowledged, at=clock.now(), by=sender)
    elif story.declined and answerer:
        offering.decline(made, *story.declined, by=answerer)
    elif story.answered is not None and answerer:
        offering.accept(made, by=answerer)


def _as_then(story: Story, made: Offer, sent_at: datetime, now: datetime) -> None:
    """Set the times to those of the story."""
    times = (
        {"offered_at": sent_at, "answer_by": offering.usual_answer_by(made.handoff, sent_at)} if made.handoff else {}
    )
    if story.answered is not None:
        times["answered_at"] = max(_at(story.answered, time(11, 20), now), sent_at)
        Owner.objects.filter(handoff=made.handoff_id, until=None).update(since=times["answered_at"])
    grants = Grant.objects.filter(journey=made.journey_id, reason=f"offer {made.pk}")
    if story.declined:
        grants.delete()  # long over
    else:
        grants.update(starts_at=sent_at)
    with append_only_lifted():
        Offer.objects.filter(pk=made.pk).update(**times)


def _at(days: int, at: time, now: datetime) -> datetime:
    """That time of day, so many days from today; never in the future."""
    midnight = clock.from_local(datetime.combine(clock.today(now), at))
    return min(days_later(midnight, days, clock.LONDON), now)
