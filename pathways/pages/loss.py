"""What her page says after a loss: what happened, in whose words, who leads, and that nothing about a baby is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import COMPLETED_STATES, State
from pathways.models import Event, Handoff, Journey, MessageToHer, ToldOfBaby, WordsOfLoss
from pathways.moves.loss import LEAD
from pathways.rules.loss import LOSSES
from pathways.wording.entries import details_of, title_of
from pathways.wording.handoffs import day_in_words, due_in_words

BEREAVEMENT_WORDS = {
    WordsOfLoss.Bereavement.YES: "She speaks of it as a bereavement.",
    WordsOfLoss.Bereavement.NO: "She does not speak of it as a bereavement. Use her words.",
    WordsOfLoss.Bereavement.NOT_ASKED: "She has not been asked yet how she wants it spoken of.",
}


@dataclass(frozen=True)
class TellingLine:
    """How she was told that one baby died. ``not_yet``: she does not know."""

    baby: int
    words: str
    not_yet: bool


@dataclass(frozen=True)
class Lead:
    """Who leads: by name once it is known, else by when it is owed and what its handoff's state is."""

    name: str
    due: str
    state: str


@dataclass(frozen=True)
class AfterLoss:
    """What the panel and the pages after a loss show. ``lines``: what happened and when, in the record's words."""

    journey: Journey
    lines: list[str]
    spoken_of: str
    her_words: str
    asked_on: str
    tellings: list[TellingLine]
    lead: Lead | None
    called_back: int
    may_write: bool


def after_loss(journey: Journey, reader: User, now: datetime) -> AfterLoss | None:
    """The panel of her page; None where nothing was lost. No query for who is pregnant, one where a baby lives."""
    if not (journey.after_loss or journey.born_at):
        return None
    happened = journey.events.filter(kind__in=LOSSES, correction=None).order_by("occurred_at", "id")
    lost = list(happened)
    if not lost:
        return None
    babies = max(journey.babies.count(), 1)
    chosen = WordsOfLoss.objects.filter(journey=journey).order_by("-id").first()
    return AfterLoss(
        journey=journey,
        lines=[line_of(event, babies, now) for event in lost],
        spoken_of=BEREAVEMENT_WORDS[WordsOfLoss.Bereavement(chosen.bereavement if chosen else "not_asked")],
        her_words=chosen.words if chosen else "",
        asked_on=day_in_words(chosen.recorded_at, now) if chosen else "",
        tellings=_tellings(journey, lost, babies),
        lead=_lead(journey, now),
        called_back=_called_back(journey, lost),
        may_write=Ability.RECORD_EVENT in reader.abilities,
    )


def line_of(event: Event, babies: int, now: datetime) -> str:
    """``Stillbirth, Sat 14 Nov``: the kind alone where it is known, never a day counted from it."""
    kinds = [words for _, words in details_of(event)]
    return f"{kinds[0] if kinds else title_of(event, babies=babies)}, {day_in_words(event.occurred_at, now)}"


def _tellings(journey: Journey, lost: Iterable[Event], babies: int) -> list[TellingLine]:
    """How she was told of each baby who died, where somebody has written it down."""
    died = {event.baby or 1 for event in lost if event.kind == "baby_died"}
    if not died:
        return []
    newest: dict[int, ToldOfBaby] = {}
    for told in ToldOfBaby.objects.filter(journey=journey, baby__in=died).order_by("id"):
        newest[told.baby] = told
    return [TellingLine(baby, _told_in_words(told, babies), _not_yet(told)) for baby, told in sorted(newest.items())]


def _not_yet(told: ToldOfBaby) -> bool:
    return told.how == ToldOfBaby.How.NOT_YET


def _told_in_words(told: ToldOfBaby, babies: int) -> str:
    """``She does not know yet. R. Ali tells her, with her sister beside her. Nothing is sent to her until then.``"""
    beside = f", with {told.beside_her} beside her" if told.beside_her else ""
    whose = f"Of baby {told.baby}: " if babies > 1 else ""
    if _not_yet(told):
        words = (
            f"She does not know yet. {told.told_by} tells her face to face{beside}. Nothing is sent to her until then."
        )
    elif told.how == ToldOfBaby.How.WAS_THERE:
        words = f"She was there{beside}."
    else:
        way = "by phone" if told.how == ToldOfBaby.How.BY_PHONE else "face to face"
        words = f"{told.told_by} told her {way}{beside}."
    return " ".join(filter(None, (f"{whose}{words}", told.words)))


def _lead(journey: Journey, now: datetime) -> Lead | None:
    """Who leads from now on, as far as the pathway asks for it."""
    handoff = journey.handoffs.with_live_state(now).filter(moment=LEAD).order_by("-pk").first()
    if handoff is None:
        return None
    if State(handoff.state) in COMPLETED_STATES:
        return Lead(_name_of_lead(journey), "", handoff.state)
    return Lead("", due_in_words(handoff.due_at, now) if handoff.ended_at is None else "", _live(handoff))


def _live(handoff: Handoff) -> str:
    return str(getattr(handoff, "live_state", handoff.state))


def _name_of_lead(journey: Journey) -> str:
    named = (
        journey.events.filter(kind="handoff_completed", details__moment=LEAD, correction=None).order_by("-id").first()
    )
    return str(named.details.get("bereavement_lead", "")) if named else ""


def _called_back(journey: Journey, lost: list[Event]) -> int:
    """How many messages that waited were called back with the loss, or since."""
    first = min(event.recorded_at for event in lost)
    return MessageToHer.objects.filter(woman=journey.woman_id, own_care=False, recalled_at__gte=first).count()
