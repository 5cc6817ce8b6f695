"""What a row of the caseload says: words for one woman's next thing.

A row never says why she is on the caseload: titles are the short list titles, and of the stages only those are
named that give nothing away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import CASELOAD_ROLES
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.engine import Moment, Stage
from pathways.models import Handoff, Journey, Offer
from pathways.pages.caseload import Urgency
from pathways.wording.handoffs import due_in_words, step_of
from pathways.words import inside_a_sentence, roles_in_lists

if TYPE_CHECKING:
    from pathways.pages.caseload import Listed

STATES = {
    Urgency.MISSED: "missed",
    Urgency.OVERDUE: "overdue",
    Urgency.DUE_SOON: "due_soon",
    Urgency.ON_TRACK: "on_track",
    Urgency.NOTHING_OPEN: "on_track",
}
# Gestation and day already tell pregnant from postnatal.
WHERE_NOTES = {Stage.BOOKING: "not booked", Stage.INTRAPARTUM: "in labour"}


@dataclass(frozen=True)
class Row:
    """One row; see templates/components/row.html. Texts are for reading, ``url`` leads to her journey."""

    pk: int
    url: str
    state: str
    status_word: str
    name: str
    name_note: str
    where: str
    where_note: str
    next: str
    note: str
    due: str
    lateness: str
    is_late: bool
    whom: str
    last_contact: str
    last_contact_in_words: str


def rows(
    journeys: Iterable[Listed],
    handoffs: dict[int, Handoff],
    reader: User,
    at: datetime,
    notes: Mapping[int, str] | None = None,
) -> list[Row]:
    """The rows of annotated journeys (``caseload.with_urgency``), in the order given. No SQL query.

    ``notes`` say something more of some of them, by the journey's id.
    """
    journeys = list(journeys)
    called = Counter(journey.woman.list_name for journey in journeys)
    made = [
        _row(journey, handoffs.get(journey.pk), reader, at, namesake=called[journey.woman.list_name] > 1)
        for journey in journeys
    ]
    notes = notes or {}
    return [replace(row, note=" · ".join(filter(None, (notes.get(row.pk, ""), row.note)))) for row in made]


def _row(journey: Listed, handoff: Handoff | None, reader: User, at: datetime, *, namesake: bool) -> Row:
    urgency = Urgency(journey.urgency)
    short, words = _last_contact(journey, at)
    return Row(
        pk=journey.pk,
        url=reverse("journey", args=[journey.pk]),
        state=STATES[urgency],
        status_word="Closed" if journey.is_closed and handoff is None else "",
        name=journey.woman.list_name,
        name_note=_name_note(journey, reader, namesake=namesake),
        where=journey.point_on(clock.today(at)),
        where_note=_where_note(journey),
        next=step_of(handoff)[1].list_title if handoff else "Nothing open",
        note=_note(journey, handoff),
        due=due_in_words(handoff.due_at, at) if handoff else "",
        lateness=clock.distance_in_words(handoff.due_at, at) if handoff else "",
        is_late=urgency <= Urgency.OVERDUE,
        whom=f"{_with_whom(journey, step_of(handoff)[0], reader)}{_between(handoff)}" if handoff else "",
        last_contact=short,
        last_contact_in_words=words,
    )


def _name_note(journey: Journey, reader: User, *, namesake: bool) -> str:
    """Whose she is, and when she was born where another row has the same short name."""
    born = f"born {clock.day_in_words(journey.woman.date_of_birth, weekday=False)}" if namesake else ""
    return " · ".join(filter(None, (born, _whose(journey, reader))))


def _whose(journey: Journey, reader: User) -> str:
    """Who has her, where it is not the reader: her midwife's name."""
    if journey.named_midwife_id == reader.pk:
        return ""
    if journey.buddy_id == reader.pk:
        return f"you are buddy to {journey.named_midwife}" if journey.named_midwife else "you are buddy"
    return str(journey.named_midwife) if journey.named_midwife else "no named midwife"


def _where_note(journey: Journey) -> str:
    """Where she is herself: on the postnatal ward may be her baby alone, and she may be in before a birth."""
    known = WHERE_NOTES.get(Stage(journey.stage), "") if journey.stage else ""
    return known or ("on the ward" if journey.in_hospital else "")


def _note(journey: Listed, handoff: Handoff | None) -> str:
    """The quiet line: where the next thing stands, and how many others need action."""
    if handoff is None:
        return "" if journey.stage else "nothing recorded yet"
    parts = ["catch-up"] if handoff.late_entry else []
    parts.append(f"opened {clock.day_in_words(clock.today(handoff.opened_at), weekday=False, year=False)}")
    others = journey.late - 1
    if others > 0:
        parts.append(f"{others} more {'needs' if others == 1 else 'need'} action")
    return " · ".join(parts)


def _between(handoff: Handoff) -> str:
    """Whether the other side has said yes, where it was asked."""
    words: dict[str | None, str] = {Offer.State.OFFERED: ", not accepted", Offer.State.ACCEPTED: ", accepted"}
    return words.get(getattr(handoff, "offered", None), "")


def _with_whom(journey: Journey, moment: Moment, reader: User) -> str:
    """Who has it, from where the reader sits: ``you``, ``you → health visitor``, ``→ Neonatal team``.

    Until somebody accepts, the giver stays responsible: so both sides are named where the giver is known by name.
    What is first of all for the woman herself is with the one who gives it.
    """
    giver, taker = _person(moment.senders, journey, reader), _person(moment.receivers, journey, reader)
    if moment.receivers[0] is Role.WOMAN:
        return _givers(moment.senders, giver)
    if taker:
        return taker
    names = roles_in_lists([role for role in moment.receivers if role is not Role.WOMAN])
    return f"{giver} → {inside_a_sentence(names)}" if giver else f"→ {names}"


def _givers(roles: Collection[Role], known: str) -> str:
    """``you and keyworker``: the one who is known by name, then the others."""
    if not known:
        return roles_in_lists(roles)
    others = roles_in_lists([role for role in roles if role not in CASELOAD_ROLES])
    return f"{known} and {inside_a_sentence(others)}" if others else known


def _person(roles: Collection[Role], journey: Journey, reader: User) -> str:
    """The one person whom a role stands for here: ``you``, or her midwife by name; nothing where it is a team."""
    if CASELOAD_ROLES.isdisjoint(roles):
        return "you" if reader.roles.intersection(roles) else ""
    if reader.pk in (journey.named_midwife_id, journey.buddy_id):
        return "you"
    return str(journey.named_midwife) if journey.named_midwife else ""


def _last_contact(journey: Journey, at: datetime) -> tuple[str, str]:
    """How long ago she was last reached: for the column, and in words for a screen reader."""
    if journey.last_contact_at is None:
        return "none yet", "none yet"
    days = (clock.today(at) - clock.today(journey.last_contact_at)).days
    if days == 0:
        return "today", "today"
    return f"{days} d", "1 day ago" if days == 1 else f"{days} days ago"
