"""What the demonstration tells of looking for a woman: who was asked about her, and who decided how to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import User
from pathways.demo.parts import Part, Times
from pathways.models import Asked, Journey, LateReason, OutreachDecision, Try
from pathways.moves.outreach import News, Onward, ask_about_her, decide_onward

ASKED_AT = time(11, 20)
TABLES = (Try, Asked, OutreachDecision, LateReason)


@dataclass(frozen=True)
class Story:
    """One woman whom nobody has reached. ``asked`` and ``seen`` are days ago, ``review`` days from now."""

    ref: str
    asked: int
    whom: str
    words: str
    seen: int
    reason: str
    review: int


STORIES = (
    Story(
        "A03", 1, "gp", "She rang the surgery about a cough, and sounded well.", 3,
        "The surgery has heard from her, the pharmacy has not. Talked over with D. Farrow.", 3,
    ),
)  # fmt: skip


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Tell the stories that have not been told."""
    for story in STORIES:
        found = Journey.objects.filter(woman__person_ref=f"DEMO-{story.ref}", asked_about=None)
        if journey := found.exclude(stage="closed").select_related("site").order_by("-number").first():
            _tell(story, journey, staff[email_of("midwife", journey.site.code)], now)


def _tell(story: Story, journey: Journey, midwife: User, now: datetime) -> None:
    seen_on = clock.today(now) - timedelta(days=story.seen)
    asked_at = clock.from_local(datetime.combine(clock.today(now) - timedelta(days=story.asked), ASKED_AT))
    news = News(asked_at, story.whom, Asked.Answer.SEEN, seen_on, story.words)
    ask_about_her(journey, news, by=midwife)
    review = clock.today(now) + timedelta(days=story.review)
    choice = OutreachDecision.Choice.ASK_PARTNERS
    decide_onward(journey, Onward(choice, story.reason, ("pharmacy", "drug_service"), review), by=midwife)


def part() -> Part:
    """How the rows of a search are told, and move with the days."""
    return Part(
        tell=tell,
        times=(
            Times(Try, "journey", ("tried_at", "again_at", "recorded_at")),
            Times(Asked, "journey", ("asked_at", "recorded_at"), ("seen_on",)),
            Times(OutreachDecision, "journey", ("decided_at", "recorded_at"), ("review_on",)),
            Times(LateReason, "journey", ("recorded_at",)),
        ),
        last=tuple((model, "journey", "recorded_at") for model in TABLES),
        kept=tuple((model._meta.db_table, "append_only") for model in TABLES),
    )
