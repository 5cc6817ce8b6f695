"""One handoff in the words of a page: what is owed, from whom to whom, by when, how it stands and why.

For pages about one woman. The full titles here may name a drug or a reason; lists of several women
use the short list titles instead. Reads no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES
from carecoord.access.models import User
from carecoord.access.roles import Role
from carecoord.sites.models import Nation, Site
from pathways.actions import ENDED_BY_REACHING_HER
from pathways.engine import LATE_STATES, Moment, Severity, State, Step, SubjectKind, step_in_words
from pathways.models import Handoff, Journey
from pathways.moments import by_key
from pathways.moments.sources import SOURCES
from pathways.words import STATE_NAMES

LONG_PAST = timedelta(weeks=4)
_CONFIDENCE = {"H": "high", "M": "medium", "L": "low"}
_REFERENCES = re.compile(r"\s*\[[RK][^\]]*\]")  # ids of sources within a text: their titles are listed
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Reasons:
    """Why a handoff matters, and where its time comes from."""

    why: str
    moment_title: str
    rule: str
    origin: str
    urgency: str
    basis: str
    confidence: str
    sources: tuple[str, ...]
    nation: str
    nation_note: str


@dataclass(frozen=True)
class OfferLine:
    """How the newest offer of a handoff stands. ``runs``: it waits, or was accepted."""

    pk: int
    words: str
    runs: bool
    waits: bool

    @property
    def taken(self) -> bool:
        """Whether somebody has accepted it."""
        return self.runs and not self.waits


@dataclass(frozen=True)
class Card:
    """A handoff as its card shows it."""

    pk: int
    state: State
    title: str
    sender: str
    receiver: str
    due: str
    distance: str
    is_late: bool
    is_long_past: bool
    catch_up: bool
    is_calm: bool  # she came late and catches up with it: shown together, and never as missed
    not_before: str
    so_far: tuple[str, ...]
    reasons: Reasons
    offer: OfferLine | None
    by_offer_alone: bool
    by_reaching_her: bool  # no answer ends it
    in_hand: str = ""  # who has it in hand, in words; pages/in_hand.py writes it
    is_nobodys: bool = False
    alerted: tuple[str, ...] = ()  # whom its alert told, level by level, and who holds it


def step_of(handoff: Handoff) -> tuple[Moment, Step]:
    """The declarations behind a handoff. Raises KeyError for a moment that is declared no more."""
    moment = by_key[handoff.moment]
    return moment, moment.step(handoff.step)


def live_state(handoff: Handoff) -> State:
    """Its state by the clock, where the query annotated it; else as it is stored."""
    return State(getattr(handoff, "live_state", handoff.state))


def subject_in_words(kind: str, number: int, *, babies: int = 1) -> str:
    """``baby 2`` where there are several, ``second admission``; nothing where there can be no doubt."""
    if kind == SubjectKind.BABY:
        return f"baby {number}" if babies > 1 else ""
    if kind == SubjectKind.PREGNANCY or number <= 1:
        return ""
    return f"{_ORDINALS[number]} {kind}" if number < len(_ORDINALS) else f"{kind} {number}"


def full_title(handoff: Handoff, *, babies: int = 1) -> str:
    """What is owed, with the baby or admission that it is owed for where that is not plain."""
    return title_in_words(handoff.moment, handoff.step, handoff.subject, handoff.subject_number, babies=babies)


def title_in_words(moment: str, step: str, subject: str, number: int, *, babies: int = 1) -> str:
    """The full title of a step for one subject. Raises KeyError for a moment that is declared no more."""
    title = by_key[moment].step(step).title
    for_whom = subject_in_words(subject, number, babies=babies)
    return f"{title}, {for_whom}" if for_whom else title


def due_in_words(due: datetime, at: datetime) -> str:
    """The due time, with the year where it is not this one."""
    return clock.due_in_words(due, year=clock.today(due).year != clock.today(at).year)


def due_day_in_words(due: datetime, at: datetime) -> str:
    """The day alone; local midnight ends the day before."""
    return day_in_words(due - timedelta(microseconds=1), at)


def day_in_words(instant: datetime, at: datetime) -> str:
    """``Tue 17 Nov``, with the year where it is not this one."""
    day = clock.today(instant)
    return clock.day_in_words(day, year=day.year != clock.today(at).year)


def party(roles: Iterable[Role], words: str, journey: Journey, reader: User) -> str:
    """Who gives or takes: ``you``, her midwife by name, or the words of the declaration.

    A caseload midwife is "you" for the women she holds; for others' women it is their midwife.
    """
    roles = frozenset(roles)
    if reader.roles & roles - CASELOAD_ROLES:
        return "you"
    if not roles & CASELOAD_ROLES:
        return words
    if reader.pk in (journey.named_midwife_id, journey.buddy_id):
        return "you"
    return f"{words} ({journey.named_midwife})" if journey.named_midwife else words


def sender_and_receiver(handoff: Handoff, journey: Journey, reader: User) -> tuple[str, str]:
    """From whom, to whom. Where the reader is both, she takes: the sender keeps its words."""
    moment, _ = step_of(handoff)
    sender = party(moment.senders, moment.sender_words, journey, reader)
    receiver = party(moment.receivers, moment.receiver_words, journey, reader)
    return moment.sender_words if sender == receiver == "you" else sender, receiver


def card_of(
    handoff: Handoff,
    siblings: Sequence[Handoff],
    journey: Journey,
    reader: User,
    at: datetime,
    offer: OfferLine | None = None,
) -> Card:
    """The card of one handoff. ``siblings`` are the other handoffs of the journey, for what has happened so far."""
    state = live_state(handoff)
    sender, receiver = sender_and_receiver(handoff, journey, reader)
    early = handoff.not_before if handoff.not_before and handoff.not_before > at else None
    return Card(
        pk=handoff.pk,
        state=state,
        title=full_title(handoff, babies=babies_among(siblings)),
        sender=sender,
        receiver=receiver,
        due=due_in_words(handoff.due_at, at),
        distance=clock.distance_in_words(handoff.due_at, at),
        is_late=state in LATE_STATES,
        is_long_past=state in LATE_STATES and is_long_past(handoff, at),
        catch_up=handoff.late_entry,
        is_calm=is_caught_up_with(handoff),
        not_before=day_in_words(early, at) if early else "",
        so_far=tuple(_so_far(handoff, siblings, at)),
        reasons=reasons_for(*step_of(handoff), journey.site),
        offer=offer,
        by_offer_alone=handoff.subject == SubjectKind.TRANSFER,
        by_reaching_her=handoff.moment in ENDED_BY_REACHING_HER,
    )


def is_caught_up_with(handoff: Handoff) -> bool:
    """Whether its week was past when she came: then it is never shown as missed, but for immediate safety (S1)."""
    return handoff.late_entry and step_of(handoff)[0].severity is not Severity.S1


def is_long_past(handoff: Handoff, at: datetime) -> bool:
    """Whether it is so late that it asks for a decision rather than the deed; never for immediate safety."""
    moment, _ = step_of(handoff)
    return at - handoff.due_at > LONG_PAST and moment.severity is not Severity.S1


def babies_among(handoffs: Iterable[Handoff]) -> int:
    """How many babies these handoffs are about; at least 1."""
    numbers = {handoff.subject_number for handoff in handoffs if handoff.subject == SubjectKind.BABY}
    return max(len(numbers), 1)


def _so_far(handoff: Handoff, siblings: Iterable[Handoff], at: datetime) -> Iterable[str]:
    """What is known: when it opened, and how the other steps for the same subject ended."""
    yield f"opened {day_in_words(handoff.opened_at, at)}"
    for other in sorted(siblings, key=lambda other: other.ended_at or other.due_at):
        same = (other.moment, other.subject_key) == (handoff.moment, handoff.subject_key)
        if same and other.pk != handoff.pk and other.ended_at and other.state != State.SUPERSEDED:
            _, step = step_of(other)
            yield f"{step.title}: {STATE_NAMES[State(other.state)].lower()}, {day_in_words(other.ended_at, at)}"


# -- why, and where the time comes from ----------------------------------------------------------


def reasons_for(moment: Moment, step: Step, site: Site) -> Reasons:
    """Why this step matters, and where its time comes from at this site."""
    note = moment.england if site.nation == Nation.ENGLAND else moment.scotland
    return Reasons(
        why=_REFERENCES.sub("", moment.why),
        moment_title=moment.title,
        rule=_sentence(step_in_words(step)),
        origin=origin_of(moment, step, site),
        urgency=Severity(moment.severity).in_words,
        basis=moment.basis,
        confidence=_CONFIDENCE.get(moment.confidence, moment.confidence),
        sources=tuple(SOURCES[source].title for source in moment.sources if source in SOURCES),
        nation=Nation(site.nation).label,
        nation_note=note,
    )


def origin_of(moment: Moment, step: Step, site: Site) -> str:
    """Whose number it is: a local parameter with its owner and date, or the default of the pathway."""
    declared = site.definition.parameters
    names = [f"{moment.key}.{step.key}", *(rule.parameter.name for rule in step.rules if rule.parameter)]
    local = next((declared[name] for name in names if name in declared), None)
    if local is None:
        return f"The pathway's default, not yet ratified by a clinician. {site.name} has set no number of its own."
    approved = clock.day_in_words(local.approved_on)
    return f"Set by {site.name}: {local.value}. Owner: {local.owner}. Approved {approved}."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
