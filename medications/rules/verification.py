"""How far her medicine is confirmed (pathway 4.3): seven states, worked out from what was said and who was asked.

Prescriber and pharmacy each say it for themselves. It is verified only where both agree, word for word, on what she
takes, how much, how often, and when she had it last. Amounts are compared as they are written, never reckoned with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from medications.rules.products import WARD_PRODUCTS, Frequency

PRESCRIBER, PHARMACY = ASKED = ("prescriber", "pharmacy")
LOST_AFTER = timedelta(hours=72)  # without a confirmed dose, of what is taken by mouth
NAMES = {PRESCRIBER: "The prescriber", PHARMACY: "The pharmacy"}


class State(StrEnum):
    """How far it is confirmed."""

    UNVERIFIED = "unverified"
    REQUESTED = "requested"
    PARTIAL = "partial"
    VERIFIED = "verified"
    CONFLICT = "conflict"
    OOH = "ooh"
    EXPIRED = "expired"


# What may follow by something that is said or asked (pathway 4.3). Whoever says something was asked: what is said at
# once passes through REQUESTED and PARTIAL.
ALLOWED: dict[State, frozenset[State]] = {
    State.UNVERIFIED: frozenset({State.REQUESTED}),
    State.REQUESTED: frozenset({State.PARTIAL, State.CONFLICT, State.OOH}),
    State.PARTIAL: frozenset({State.VERIFIED, State.CONFLICT, State.OOH}),
    State.VERIFIED: frozenset({State.EXPIRED}),
    State.CONFLICT: frozenset({State.VERIFIED}),
    State.OOH: frozenset({State.PARTIAL, State.VERIFIED}),
    State.EXPIRED: frozenset({State.REQUESTED}),
}
PASSED_THROUGH = frozenset({State.REQUESTED, State.PARTIAL})
# What the clock alone does: a source closes over what is not confirmed, and opens again; a verified record grows old.
COVERED = frozenset({State.UNVERIFIED, State.REQUESTED, State.PARTIAL, State.EXPIRED})
BY_CLOCK: dict[State, frozenset[State]] = {
    **{state: frozenset({State.OOH}) for state in COVERED},
    State.OOH: COVERED,
    State.VERIFIED: frozenset({State.EXPIRED, State.OOH}),
    State.CONFLICT: frozenset(),
}


def may_follow(before: State, after: State) -> bool:
    """Whether ``after`` may stand where ``before`` stood and one thing was said or asked."""
    if before is after or after in ALLOWED[before]:
        return True
    return any(may_follow(between, after) for between in ALLOWED[before] & PASSED_THROUGH)


@dataclass(frozen=True)
class Said:
    """What one source said, exactly as it was stated. ``times`` are (time, amount) of the doses of a day."""

    pk: int
    source: str
    admission: int | None
    product: str
    strength: str
    amount: str
    unit: str
    frequency: str
    times: tuple[tuple[str, str], ...]
    words: str
    last_dose_at: datetime | None
    said_at: datetime
    said_by: str = ""
    contact: str = ""
    where: str = ""
    supervised: str = ""
    struck: bool = False


@dataclass(frozen=True)
class Asked:
    """Somebody asked a source, or tried to."""

    source: str
    called_at: datetime
    whom: str = ""
    outcome: str = ""
    opens_at: datetime | None = None
    struck: bool = False


@dataclass(frozen=True)
class Standing:
    """How it stands. ``prescriber`` and ``pharmacy`` are what counts now; ``differs`` names what they disagree on.

    ``missing``: which of the two has to say something yet; ``opens_at``: when the first of those that are closed
    opens. ``because``: why it counts no more, or what is not said, in a sentence.
    """

    state: State
    prescriber: Said | None = None
    pharmacy: Said | None = None
    differs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    opens_at: datetime | None = None
    because: str = ""

    @property
    def is_verified(self) -> bool:
        return self.state is State.VERIFIED


def standing(
    said: Sequence[Said],
    asked: Sequence[Asked],
    *,
    admission: int | None,
    admitted_at: datetime | None,
    last_confirmed_at: datetime | None,
    closed: Mapping[str, datetime | None],
    now: datetime,
    confirmed: Sequence[datetime] = (),
    moved_at: datetime | None = None,
) -> Standing:
    """How far her medicine is confirmed at ``now``.

    On a ward only what was said for this admission counts, since she came. ``closed``: the sources that are closed now,
    with when each opens. ``confirmed``: when she took what doses; ``moved_at``: when another site took her over.
    """
    told = sorted(
        (each for each in said if not each.struck and each.said_at <= now), key=lambda one: (one.said_at, one.pk)
    )
    calls = [each for each in asked if not each.struck and each.called_at <= now]
    doses = sorted({*confirmed, *filter(None, [last_confirmed_at])})
    story = _Story(on_ward=admission is not None, doses=doses, moved_at=moved_at)
    if admission is not None and admitted_at is not None:
        story.tell([each for each in told if not _counts(each, admission, admitted_at)], until=admitted_at)
        story.begin_again(admitted_at)
        told = [each for each in told if _counts(each, admission, admitted_at)]
        calls = [each for each in calls if each.called_at >= admitted_at]
    story.tell(told, until=now)
    return _covered(story.stands(calls), closed)


def content(one: Said) -> dict[str, object]:
    """What is compared of a statement, by name and as it is compared: the last dose to the minute."""
    return {
        "product": one.product,
        "strength": plain(one.strength),
        "amount": (as_written(one.amount), one.unit),
        "frequency": one.frequency,
        "times": _split(one),
        "words": plain(one.words) if is_in_words(one) else "",
        "last_dose": _minute(one.last_dose_at),
    }


def differences(one: Said, other: Said, *, with_last_dose: bool = True) -> tuple[str, ...]:
    """What two sources state differently. A thing that only one of them states is a difference."""
    theirs = content(other)
    names = [name for name, mine in content(one).items() if mine != theirs[name]]
    return tuple(name for name in names if with_last_dose or name != "last_dose")


def as_written(amount: str) -> str:
    """An amount without the noughts that say nothing: ``45.0`` and ``045`` are ``45``. Text, and no arithmetic."""
    whole, point, part = amount.strip().partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0" if whole else "") + (f".{part}" if point and part else "")


def is_in_words(one: Said) -> bool:
    """Whether only the words tell what she takes: a product without a unit, or a rhythm of its own."""
    known = WARD_PRODUCTS.get(one.product)
    return known is None or not known.unit or one.frequency == Frequency.CUSTOM


def lost_after(product: str) -> timedelta:
    """How long without a dose until what was confirmed has to be asked again."""
    known = WARD_PRODUCTS.get(product)
    if known and known.is_injection:
        return timedelta(days=known.every_days + known.window_days)
    return LOST_AFTER


def _counts(one: Said, admission: int, admitted_at: datetime) -> bool:
    """Whether it was said for this admission: since she came, and for no other."""
    return one.said_at >= admitted_at and one.admission in (None, admission)


def plain(text: str) -> str:
    """Words as they are compared: without capitals and spaces."""
    return "".join(text.casefold().split())


def _split(one: Said) -> tuple[tuple[str, str], ...]:
    """The doses of a split day in their order; a single dose's usual time is nothing to disagree on."""
    if len(one.times) < 2 and one.frequency != Frequency.BD:
        return ()
    return tuple(sorted((time, as_written(amount or one.amount)) for time, amount in one.times))


def _minute(at: datetime | None) -> datetime | None:
    return at.replace(second=0, microsecond=0) if at else None


class _Story:
    """What was said, one after the other: who says what now, whether it was agreed, and what put an end to that."""

    def __init__(self, *, on_ward: bool, doses: Sequence[datetime], moved_at: datetime | None) -> None:
        self.on_ward, self.doses, self.moved_at = on_ward, doses, moved_at
        self.says: dict[str, Said] = {}
        self.agreed = False
        self.ended: tuple[datetime, str] | None = None  # when and why what was agreed ceased to count
        self.differs: tuple[str, ...] = ()
        self.in_conflict = False  # only agreement ends it

    def tell(self, told: Iterable[Said], *, until: datetime) -> None:
        """Hear them in their order, and let time pass up to ``until``."""
        for each in told:
            if each.source in ASKED:
                self._pass(each.said_at)
                self._hear(each)
        self._pass(until)

    def begin_again(self, admitted_at: datetime) -> None:
        """She is admitted: what was confirmed before is asked again."""
        if self.agreed or self.ended:
            self.ended = (admitted_at, "She was admitted again: what was confirmed before is asked again.")
        self.says, self.agreed, self.differs, self.in_conflict = {}, False, (), False

    def _hear(self, one: Said) -> None:
        was_agreed, before = self.agreed, self.says.get(one.source)
        self.says[one.source] = one
        self.differs = self._compared()
        self.agreed = len(self.says) == len(ASKED) and not self.differs and not self._unsaid()
        self.in_conflict = bool(self.differs)
        if was_agreed and not self.agreed:
            self.says = {one.source: one}  # the other said it before this changed, and is asked again
            self.differs = differences(before, one, with_last_dose=self.on_ward) if before else ()
            self.in_conflict = False
            self.ended = (one.said_at, f"{NAMES[one.source]} says otherwise now: the other has to be asked again.")
        elif self.agreed:
            self.ended = None

    def _compared(self) -> tuple[str, ...]:
        if len(self.says) < len(ASKED):
            return ()
        one, other = (self.says[source] for source in ASKED)
        both_told = one.last_dose_at is not None and other.last_dose_at is not None
        found = differences(one, other, with_last_dose=self.on_ward and both_told)
        return found or (("last_dose",) if self.in_conflict and self._unsaid() else ())

    def _unsaid(self) -> tuple[str, ...]:
        """Who has not said when she had it last. In the community nobody is asked that in advance."""
        return tuple(
            source
            for source in ASKED
            if self.on_ward and source in self.says and self.says[source].last_dose_at is None
        )

    def _pass(self, until: datetime) -> None:
        """Let time pass: what was agreed ends with a gap, or with a move to another site."""
        if not self.agreed:
            return
        agreed_at = max(one.said_at for one in self.says.values())
        ends = [(at, f"{_long(self._product)} without a confirmed dose: ask both again.") for at in self._gaps()]
        if self.moved_at:
            ends.append((self.moved_at, "She has moved to this site: what was confirmed before is asked again."))
        if reached := sorted(end for end in ends if agreed_at < end[0] <= until):
            self.says, self.agreed, self.ended = {}, False, reached[0]

    @property
    def _product(self) -> str:
        return next(iter(self.says.values())).product

    def _gaps(self) -> list[datetime]:
        """When a dose had been due for so long that it counts as lost."""
        if not self.on_ward:
            return []
        limit = lost_after(self._product)
        known = [one.last_dose_at for one in self.says.values() if one.last_dose_at]
        taken = sorted({*self.doses, *known})
        following: list[datetime | None] = [*taken[1:], None]
        return [at + limit for at, then in zip(taken, following, strict=True) if then is None or then - at >= limit]

    def stands(self, calls: Sequence[Asked]) -> Standing:
        """How it stands with all that was heard, whatever is closed."""
        prescriber, pharmacy = (self.says.get(source) for source in ASKED)
        unsaid = self._unsaid()
        missing = tuple(source for source in ASKED if source not in self.says or source in unsaid)
        because = self.ended[1] if self.ended else ""
        if self.agreed:
            return Standing(State.VERIFIED, prescriber, pharmacy)
        if prescriber and pharmacy and self.differs:
            return Standing(State.CONFLICT, prescriber, pharmacy, self.differs)
        if self.ended and not self._asked_since(self.ended[0], calls):
            return Standing(State.EXPIRED, prescriber, pharmacy, self.differs, missing, because=because)
        if self.says:
            if unsaid and not because:
                because = f"{NAMES[unsaid[0]]} has not said when she had it last."
            return Standing(State.PARTIAL, prescriber, pharmacy, (), missing, because=because)
        return Standing(State.REQUESTED if calls else State.UNVERIFIED, missing=missing, because=because)

    def _asked_since(self, since: datetime, calls: Sequence[Asked]) -> bool:
        """Whether somebody was asked, or said something, after what was agreed had ceased to count."""
        return any(call.called_at > since for call in calls) or any(one.said_at > since for one in self.says.values())


def _covered(found: Standing, closed: Mapping[str, datetime | None]) -> Standing:
    """The same, where nobody can be asked now: all who have something to say are closed."""
    opens = min((at for source in found.missing if (at := closed.get(source))), default=None)
    nobody_there = bool(found.missing) and all(source in closed for source in found.missing)
    state = State.OOH if nobody_there and found.state in COVERED else found.state
    return Standing(
        state, found.prescriber, found.pharmacy, found.differs, found.missing, opens_at=opens, because=found.because
    )


def _long(product: str) -> str:
    limit = lost_after(product)
    return "72 hours" if limit == LOST_AFTER else f"{limit.days} days"
