"""What the pages of her plans show: what counts, what waits to be signed, who has it, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.engine import OPEN_STATES
from pathways.models import CarePlan, Journey, PlanCopy, PlanSent, PlanSignature
from pathways.plans.kinds import KINDS
from pathways.plans.reading import may_write, plans_open_to, sent_to
from pathways.rules.plans import PlanKind, Receiver, Section, Side
from pathways.timeline.telling import is_pregnant


@dataclass(frozen=True)
class Signed:
    """One of the two sides; ``who`` is "" while nobody has signed for it."""

    side: Side
    who: str
    when: str


@dataclass(frozen=True)
class Held:
    """How it stands with one receiver: not sent (``sent`` is None), sent and waiting, or answered.

    ``changed``: the sections that are new to those who acknowledged an earlier version; ``before``: which one that was.
    """

    receiver: Receiver
    sent: PlanSent | None
    words: str
    is_mine: bool
    before: int
    changed: tuple[str, ...]

    @property
    def state(self) -> str:
        """For the shape: in place, waiting for an answer, or not sent."""
        if self.sent is None:
            return "missing"
        return "in-place" if self.sent.answered else "waiting"


@dataclass(frozen=True)
class Version:
    """One version in words."""

    row: CarePlan
    texts: Sequence[tuple[Section, str]]
    signed: Sequence[Signed]
    copies: Sequence[PlanCopy]

    @property
    def open_sides(self) -> list[Side]:
        """The sides that have not signed yet."""
        return [each.side for each in self.signed if not each.who]

    @property
    def waits_for(self) -> str:
        """``midwife and obstetric doctor``."""
        return " and ".join(side.title[:1].lower() + side.title[1:] for side in self.open_sides)

    def signed_by(self, user: User) -> bool:
        """Whether they have signed it."""
        return any(each.signed_by_id == user.pk for each in self.row.signatures.all())


@dataclass(frozen=True)
class PlanPage:
    """Everything about one kind of plan of hers, as far as its reader may know of it."""

    kind: PlanKind
    current: Version | None
    waiting: Version | None
    before: Sequence[CarePlan]
    held: Sequence[Held]
    may_write: bool
    may_sign: bool
    may_send: bool

    @property
    def outside_sides(self) -> list[Side]:
        """The sides whose yes somebody else writes down."""
        return [side for side in self.waiting.open_sides if side.without_account] if self.waiting else []

    @property
    def told(self) -> PlanCopy | None:
        """When the version that counts was talked through with her, the last time."""
        return self.current.copies[-1] if self.current and self.current.copies else None

    @property
    def answered(self) -> int:
        """How many receivers have answered."""
        return sum(1 for each in self.held if each.state == "in-place")


def plan_page(journey: Journey, kind: PlanKind, reader: User) -> PlanPage | None:
    """The page of one kind; None where the reader may not know of it. Six queries at most."""
    rows = list(with_all(plans_open_to(reader, journey).filter(kind=kind.key)).order_by("-version"))
    writes = may_write(reader, journey, kind)
    if not rows and not writes:
        return None
    current = next((each for each in rows if each.counts), None)
    waiting = next((each for each in rows if each.waits), None)
    abilities = reader.abilities
    shown = version_of(waiting, kind) if waiting else None
    return PlanPage(
        kind=kind,
        current=version_of(current, kind) if current else None,
        waiting=shown,
        before=[each for each in rows if each.ended_at],
        held=_held(current, rows, kind, reader) if current else (),
        may_write=writes and Ability.RECORD_EVENT in abilities,
        may_sign=_may_sign(shown, kind, reader),
        may_send=writes and Ability.HAND_OVER in abilities,
    )


def with_all(plans: QuerySet[CarePlan]) -> QuerySet[CarePlan]:
    """Versions with who signed, who was sent them, and how she was told."""
    sent = PlanSent.objects.select_related("to_team", "acknowledged_by", "sent_by").order_by("pk")
    return plans.select_related("written_by").prefetch_related(
        Prefetch("signatures", PlanSignature.objects.select_related("signed_by", "recorded_by")),
        Prefetch("sent", sent),
        Prefetch("copies", PlanCopy.objects.select_related("recorded_by").order_by("given_at", "pk")),
    )


def version_of(row: CarePlan, kind: PlanKind) -> Version:
    """One version (``with_all``) in words."""
    by_side = {each.side: each for each in row.signatures.all()}
    return Version(
        row=row,
        texts=[(each, text) for each in kind.sections if (text := row.sections.get(each.key, ""))],
        signed=[_signed(side, by_side.get(side.key)) for side in kind.sides],
        copies=list(row.copies.all()),
    )


def _signed(side: Side, signature: PlanSignature | None) -> Signed:
    if signature is None:
        return Signed(side, "", "")
    who = str(signature.signed_by or f"{signature.said_by} (written down by {signature.recorded_by})")
    return Signed(side, who, clock.due_in_words(signature.signed_at))


def _may_sign(waiting: Version | None, kind: PlanKind, reader: User) -> bool:
    if waiting is None or Ability.RECORD_EVENT not in reader.abilities or waiting.signed_by(reader):
        return False
    return bool({side.key for side in kind.sides_of(reader.roles)} & {side.key for side in waiting.open_sides})


def _held(current: CarePlan, rows: Sequence[CarePlan], kind: PlanKind, reader: User) -> list[Held]:
    """How the version that counts stands with each receiver; ``rows``: all versions, the newest first."""
    running = {each.receiver: each for each in current.sent.all() if each.ended_at is None}
    mine = set(sent_to(reader).filter(plan=current, ended_at=None).values_list("pk", flat=True))
    found = []
    for receiver in kind.receivers:
        sent = running.get(receiver.key)
        before = _acknowledged_before(receiver, current, rows) if sent and not sent.answered else None
        found.append(
            Held(
                receiver=receiver,
                sent=sent,
                words=_in_words(sent),
                is_mine=sent is not None and sent.pk in mine,
                before=before.version if before else 0,
                changed=kind.changed(before.sections, current.sections) if before else (),
            )
        )
    return found


def _acknowledged_before(receiver: Receiver, current: CarePlan, rows: Iterable[CarePlan]) -> CarePlan | None:
    """The last version before this one that the receiver said they have."""
    for row in rows:
        theirs = (each for each in row.sent.all() if each.receiver == receiver.key and each.acknowledged_at)
        if row.version < current.version and any(theirs):
            return row
    return None


def _in_words(sent: PlanSent | None) -> str:
    if sent is None:
        return "not sent yet"
    if sent.not_needed:
        return f"not needed: {sent.not_needed}"
    if sent.acknowledged_at:
        return f"{sent.answer_in_words}, {clock.due_in_words(sent.acknowledged_at)}"
    return f"sent to {sent.to_in_words}, {clock.due_in_words(sent.sent_at)}"


# -- one line --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanLine:
    """One kind of plan in a line. ``state`` is a state's name for its shape."""

    title: str
    words: str
    state: str
    url: str


def plan_lines(journey: Journey, reader: User, *, also: Iterable[PlanKind] = ()) -> list[PlanLine]:
    """One line for each kind of which there is something to read, and for those of ``also``. Four queries at most."""
    rows = list(with_all(plans_open_to(reader, journey).filter(ended_at=None)))
    by_kind: dict[str, list[CarePlan]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    kinds = [kind for kind in KINDS if kind.key in by_kind or kind in also]
    return [_line(journey, kind, by_kind.get(kind.key, [])) for kind in kinds]


def asked_for(journey: Journey, reader: User) -> list[PlanKind]:
    """The kinds that wait to be written: what prepares for a birth while she is pregnant, the rest while it is owed."""
    return [kind for kind in KINDS if may_write(reader, journey, kind) and _is_asked_for(journey, kind)]


def _is_asked_for(journey: Journey, kind: PlanKind) -> bool:
    if kind.only_where_owed:
        return journey.handoffs.filter(moment=kind.moment, state__in=OPEN_STATES).exists()
    return is_pregnant(journey)


def _line(journey: Journey, kind: PlanKind, rows: Iterable[CarePlan]) -> PlanLine:
    url = reverse("plan", args=[journey.pk, kind.key])
    standing = {each.counts: version_of(each, kind) for each in rows}
    current, waiting = standing.get(True), standing.get(False)
    parts, state = ["Not written yet"], ""
    if current:
        answered = {each.receiver for each in current.row.sent.all() if each.ended_at is None and each.answered}
        parts = [_agreed_in_words(current), f"{len(answered)} of {len(kind.receivers)} have it"]
        parts.append("talked through with her" if current.copies else "not talked through with her yet")
        whole = len(answered) == len(kind.receivers) and bool(current.copies)
        state = "completed_on_time" if whole else "due_soon"
    if waiting:
        words = f"version {waiting.row.version} waits for {waiting.waits_for} to sign"
        parts = [*parts, words] if current else [words[:1].upper() + words[1:]]
        state = "due_soon"
    return PlanLine(kind.title, " · ".join(parts), state, url)


def _agreed_in_words(version: Version) -> str:
    at: datetime = version.row.agreed_at or version.row.written_at
    return f"Version {version.row.version}, signed {clock.day_in_words(clock.today(at), weekday=False, year=False)}"


# -- what was sent to the reader's teams -----------------------------------------------------------


@dataclass(frozen=True)
class SentRow:
    """One plan that waits for the reader's team to say that they have it."""

    journey: Journey
    kind: PlanKind
    sent: PlanSent
    when: str
    url: str


def waiting_for(reader: User, open_journeys: QuerySet[Journey]) -> list[SentRow]:
    """What was sent to teams of the reader and is not acknowledged, the oldest first. Two queries."""
    rows = sent_to(reader).filter(acknowledged_at=None, ended_at=None, journey__in=open_journeys)
    found = rows.select_related("plan", "journey__woman", "to_team", "sent_by").order_by("sent_at", "pk")
    return [
        SentRow(
            each.journey,
            kind := KINDS[each.plan.kind],
            each,
            clock.due_in_words(each.sent_at),
            reverse("plan", args=[each.journey_id, kind.key]),
        )
        for each in found
    ]


def for_her(version: Version) -> list[tuple[str, str]]:
    """The sections of her copy, under headings that speak to her."""
    return [(section.for_her, text) for section, text in version.texts if section.for_her]


def waiting_count(reader: User, open_journeys: QuerySet[Journey]) -> int:
    """How many plans wait for the reader's teams. One query."""
    rows = sent_to(reader).filter(acknowledged_at=None, ended_at=None, journey__in=open_journeys)
    return rows.count()
