"""Who has the handoffs of one journey in hand, on its cards, and to whom one can be given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from carecoord.access.abilities import ABILITIES, Ability
from carecoord.access.models import Membership, User
from pathways.alerting.listing import Told
from pathways.models import AlertTo, Handoff, Hold, Journey, Owner
from pathways.models.handoffs import HandoffQuerySet
from pathways.owning import InHand, in_hand, span_in_words, who_takes_part, with_owner
from pathways.pages.alerts import told_in_words
from pathways.wording.handoffs import Card, day_in_words, due_in_words

_ANSWERS = [role for role, abilities in ABILITIES.items() if Ability.ANSWER_HANDOFF in abilities]
_HOW = {
    Owner.How.ACCEPTED: "accepted it",
    Owner.How.TAKEN: "said “I have this”",
    Owner.How.ASSIGNED: "was given it",
    Owner.How.PASSED: "had it passed on",
}


def with_hands(cards: Iterable[Card], handoffs: Iterable[Handoff], reader: User, at: datetime) -> list[Card]:
    """The cards, each saying who has it in hand and whom its alert told. The handoffs come ``with_hand``. No SQL."""
    known = {handoff.pk: handoff for handoff in handoffs}
    return [_with_hand(card, known[card.pk], reader, at) for card in cards]


def with_hand(handoffs: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Annotate who has each handoff in hand, whom its open alert told, and who holds that. No query of its own."""
    told = AlertTo.objects.filter(alert__flag__handoff=OuterRef("pk"), alert__flag__cleared_at=None)
    told = told.order_by("alert__rung", "user__name", "pk")
    person = JSONObject(user="user_id", name="user__name", post="post", rung="alert__rung", at="told_at")
    holds = Hold.objects.filter(flag__handoff=OuterRef("pk"), flag__cleared_at=None, undone_at=None, until__gt=at)
    hold = JSONObject(user="by_id", name="by__name", kind="kind", until="until", why="reason")
    return with_owner(handoffs, at).annotate(
        told=ArraySubquery(told.values(known=person)),
        held=Subquery(holds.order_by("-at", "-pk").values(known=hold)[:1]),
    )


def _alerted(handoff: Any, reader: User, at: datetime) -> Iterable[str]:
    """Whom its open alert told, level by level, and who holds it."""
    told = [
        Told(User(pk=each["user"], name=each["name"]), each["post"], each["rung"], datetime.fromisoformat(each["at"]))
        for each in handoff.told
    ]
    if told:
        yield f"Told: {'; '.join(told_in_words(told, reader, at))}"
    if handoff.held:
        until = due_in_words(datetime.fromisoformat(handoff.held["until"]), at)
        mine, name = handoff.held["user"] == reader.pk, handoff.held["name"]
        if handoff.held["kind"] == Hold.Kind.TAKEN:
            yield f"{'You have' if mine else f'{name} has'} this until {until}"
        else:
            yield f"Put off by {'you' if mine else name} until {until}: {handoff.held['why']}"


def hand_in_words(hand: InHand, reader: User, at: datetime) -> str:
    """``In hand: R. Ali, accepted it Mon 16 Nov``; ``In nobody’s hands for 3 hours``."""
    if hand.is_nobodys:
        return f"In nobody’s hands for {span_in_words(hand.since, at)}"
    how = _HOW.get(Owner.How(hand.how)) if hand.how in Owner.How else ""
    more = f", {how} {day_in_words(hand.since, at)}" if how else ", her named midwife"
    who = "you" if hand.user == reader.pk else hand.name
    cover = f"; {hand.covered_by} covers today" if hand.covered_by else ""
    return f"In hand: {who}{more}{cover}"


def people_for(journey: Journey, reader: User) -> list[tuple[str, str]]:
    """Who can be given one of her handoffs: (id, words), the reader first. Four SQL queries."""
    held = Membership.objects.current().filter(user__in=who_takes_part(journey), role__in=_ANSWERS)
    held = held.filter(user__is_active=True).select_related("user", "team")
    words: dict[int, str] = {}
    for each in held.order_by("user__name", "user_id", "team__code"):
        words.setdefault(each.user_id, f"{each.user}, {each.get_role_display().lower()}, {each.team}")
    mine = words.pop(reader.pk, "")
    return [*([(str(reader.pk), "I have this")] if mine else []), *((str(pk), text) for pk, text in words.items())]


def _with_hand(card: Card, handoff: Handoff, reader: User, at: datetime) -> Card:
    hand, alerted = in_hand(handoff), tuple(_alerted(handoff, reader, at))
    return replace(card, in_hand=hand_in_words(hand, reader, at), is_nobodys=hand.is_nobodys, alerted=alerted)
