"""What the page of her needs and goals shows, one line of it, and what is not met at a site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Prefetch, Subquery
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.models import HerWords, Journey, Need, NeedStep
from pathways.pages.team_handoffs import SMALLEST_SHOWN, few_or_rounded

YEAR = timedelta(days=365)
Outcome = NeedStep.Outcome
# Which outcomes stand together on the page, in the order in which they are read.
_SHORT = ((Outcome.OPEN, "being seen to"), (Outcome.PARTLY, "partly met"), (Outcome.UNMET, "not met"))
_STANDS = ((Outcome.OPEN, "due_soon"), (Outcome.PARTLY, "due_soon"), (Outcome.UNMET, "overdue"))


@dataclass(frozen=True)
class NeedCard:
    """One need: how it stands, who sees to it, and what was written before."""

    row: Need
    newest: NeedStep
    earlier: Sequence[NeedStep]
    state: str
    when: str

    @property
    def word(self) -> str:
        """How it stands, with why it is not met."""
        words = str(self.newest.get_outcome_display())
        return f"{words}: {_small(self.newest.get_reason_display())}" if self.newest.reason else words


@dataclass(frozen=True)
class NeedsPage:
    """Her words first, then what she needs."""

    strengths: Sequence[HerWords]
    goals: Sequence[HerWords]
    ended_words: Sequence[HerWords]
    standing: Sequence[NeedCard]
    settled: Sequence[NeedCard]
    may_write: bool


def needs_page(journey: Journey, reader: User) -> NeedsPage:
    """Three queries."""
    said = list(journey.her_words.select_related("recorded_by", "ended_by").order_by("said_on", "pk"))
    standing = [each for each in said if not each.ended]
    cards = [_card(each) for each in _needs(journey)]
    order = [outcome for outcome, _ in _STANDS]
    waiting = [card for card in cards if card.newest.outcome in order]
    return NeedsPage(
        strengths=[each for each in standing if each.kind == HerWords.Kind.STRENGTH],
        goals=[each for each in standing if each.kind == HerWords.Kind.GOAL],
        ended_words=[each for each in said if each.ended],
        standing=sorted(waiting, key=lambda card: order.index(Outcome(card.newest.outcome))),
        settled=[card for card in cards if card.newest.outcome not in order],
        may_write=Ability.RECORD_EVENT in reader.abilities,
    )


def _needs(journey: Journey) -> Iterable[Need]:
    steps = NeedStep.objects.select_related("owner", "owner_team", "by").order_by("-pk")
    needs = journey.needs.select_related("noted_by").order_by("pk")
    return needs.prefetch_related(Prefetch("steps", steps, to_attr="from_newest"))


def _card(need: Need) -> NeedCard:
    newest, *earlier = need.from_newest  # type: ignore[attr-defined] # prefetched; none is without one
    state = dict(_STANDS).get(Outcome(newest.outcome), "completed_on_time")
    return NeedCard(need, newest, earlier, state, clock.due_in_words(newest.at))


# -- one line --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NeedsLine:
    """Her needs and goals in a line. ``goal`` is what she said last that she wants."""

    goal: str
    words: str
    url: str


def needs_line(journey: Journey) -> NeedsLine:
    """One query."""
    goals = HerWords.objects.filter(journey=OuterRef("pk"), kind=HerWords.Kind.GOAL, ended="")
    newest = NeedStep.objects.filter(need=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
    needs = Need.objects.filter(journey=OuterRef("pk")).annotate(stands=Subquery(newest)).values("stands")
    goal = Subquery(goals.order_by("-said_on", "-pk").values("text")[:1])
    said, outcomes = Journey.objects.filter(pk=journey.pk).values_list(goal, ArraySubquery(needs)).get()
    parts = [f"{number} {words}" for outcome, words in _SHORT if (number := outcomes.count(outcome))]
    words = f"Needs: {', '.join(parts)}" if parts else "No need waits" if outcomes else "No needs written down yet"
    return NeedsLine(said or "", words, reverse("needs", args=[journey.pk]))


# -- what is not met at a site ---------------------------------------------------------------------


@dataclass(frozen=True)
class Unmet:
    """One kind of need, why it is not met, and of how many women."""

    area: str
    reason: str
    women: str


def unmet_at(site_id: int, at: datetime) -> list[Unmet]:
    """What was not met in the last twelve months, most women first. One SQL query, past the wall.

    A row whose number may not be shown is left out, so that no row tells that there is somebody; whoever sees all of
    its women anyway reads it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT area, reason, women, seen FROM pathways_unmet_needs(%s, %s)", [site_id, at - YEAR])
        rows = sorted(cursor.fetchall(), key=lambda row: -row[2])
    return [
        Unmet(
            str(Need.Area(area).label),
            str(NeedStep.Reason(reason).label),
            str(women) if women == seen else few_or_rounded(women),
        )
        for area, reason, women, seen in rows
        if women == seen or women >= SMALLEST_SHOWN
    ]


def _small(words: object) -> str:
    text = str(words)
    return text[:1].lower() + text[1:]


def since_in_words(at: datetime) -> str:
    """From when on needs are counted."""
    return clock.day_in_words(clock.today(at - YEAR))
