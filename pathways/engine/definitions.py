"""What a critical moment is: the typed form in which clinicians' decisions are declared.

Nothing here computes. ``openings``, ``due`` and ``state`` read these declarations, the boards and
the reference page read them too, and ``checks`` proves at start-up that they are complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from carecoord.access.labels import Label
from carecoord.access.roles import Role
from pathways.engine.conditions import Condition
from pathways.engine.facts import Fact
from pathways.engine.offsets import Offset, parse_offset
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.site import Nation
from pathways.engine.stage import Stage
from pathways.engine.subjects import Subject, SubjectKind


class Tier(StrEnum):
    """``core`` moments come first; ``ext`` extend them."""

    CORE = "core"
    EXT = "ext"


class Severity(StrEnum):
    """How fast somebody has to act."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"

    @property
    def in_words(self) -> str:
        return {"S1": "at once, day and night", "S2": "same day", "S3": "next working day", "S4": "for the dashboard"}[
            self.value
        ]


class Anchor(StrEnum):
    """The instant that a window counts from; the value is how it reads in a sentence."""

    GESTATION = "the estimated date of delivery"
    FIRST_CONTACT = "first contact"
    TRIGGER = "the fact that opens it"
    BOOKING = "booking"
    CONCERN = "the concern was accepted"
    PLAN_CHANGED = "the plan changed"
    ADMISSION = "admission"
    CONFLICT_LOGGED = "the conflict was logged"
    BIRTH = "birth"
    SEPARATION = "the separation"
    HER_CARE_ALONE = "the later of the separation and her going home"
    HER_DISCHARGE = "she went home"
    TRANSFER_REQUEST = "the request"
    LOSS = "the loss"
    PREGNANCY_END = "the end of the pregnancy"
    LAST_CONTACT = "the last contact that reached her"
    VERIFICATION = "the medicine was confirmed"
    OWN_MEDICINE = "her own medicine was identified"
    LAST_CONFIRMED_DOSE = "the last confirmed dose, or the prescriber's decision"
    # Those below are not the opening fact: each is looked up for itself.
    BABYS_BIRTH = "the baby's birth"
    FIRST_BIRTH = "the first birth"
    LEAVING = "the time she leaves"
    HER_PLANNED_DISCHARGE = "her planned discharge"
    BABYS_PLANNED_DISCHARGE = "the baby's planned discharge"
    FIRST_SOURCE_OPENING = "the first opening after admission of a source that was closed then"
    NEXT_USUAL_DOSE = "her next usual dose time"
    SCHEDULED_DOSE = "the scheduled time"
    NEXT_INJECTION = "the injection falls due"
    NEXT_DOSE_DATE = "the next dose date"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that each site may set for itself, within bounds; texts as in a site's file."""

    name: str
    default: str
    lowest: str
    highest: str
    in_words: str


@dataclass(frozen=True, slots=True)
class DateParameter:
    """A date that a site may set for itself; without one nothing is left out."""

    name: str
    in_words: str


class Clock(StrEnum):
    """Whose time a window counts; the value continues "counted in …"."""

    ELAPSED = ""
    PHARMACY_OPEN = "the pharmacy's opening hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a step is due: a gestation, or an offset from an anchor, for one nation or both.

    ``offset`` is the declared default. Where ``parameter`` is set, the site's value of it counts instead.
    ``only_if`` is tested on the opening fact. A rule that is ``measure_only`` makes no handoff. ``clock`` is for hours.
    """

    anchor: Anchor
    offset: Offset
    parameter: Parameter | None = None
    only_in: Nation | None = None
    only_if: Condition | None = None
    not_before: Offset | None = None
    clock: Clock = Clock.ELAPSED
    measure_only: bool = False


def after(
    anchor: Anchor,
    window: str | Parameter,
    *,
    only_in: Nation | None = None,
    only_if: Condition | None = None,
    not_before: str = "",
    clock: Clock = Clock.ELAPSED,
) -> Rule:
    """Due ``window`` after ``anchor``; a negative window is before it."""
    parameter = window if isinstance(window, Parameter) else None
    return Rule(
        anchor=anchor,
        offset=parse_offset(parameter.default if parameter else str(window)),
        parameter=parameter,
        only_in=only_in,
        only_if=only_if,
        not_before=parse_offset(not_before) if not_before else None,
        clock=clock,
    )


def at_gestation(
    week: str | Parameter, *, only_in: Nation | None = None, not_before: str = "", measure_only: bool = False
) -> Rule:
    """Due at 24:00 local on the day that a gestation is reached."""
    parameter = week if isinstance(week, Parameter) else None
    return Rule(
        anchor=Anchor.GESTATION,
        offset=parse_offset(parameter.default if parameter else str(week)),
        parameter=parameter,
        only_in=only_in,
        not_before=parse_offset(not_before) if not_before else None,
        measure_only=measure_only,
    )


class Combine(StrEnum):
    """Which of several rules of a step counts."""

    EARLIER = "the earlier"
    LATER = "the later"


class Pick(StrEnum):
    """Which of the facts that could open a moment does."""

    FIRST = "the first that meets its condition"
    VERY_FIRST = "the first of all, if it meets its condition"
    ALL_HAPPENED = "the later of the first of each kind"
    LATEST = "the latest"
    NEXT_AFTER_COMPLETION = "the first, and after each completion the next"
    EVERY = "every one: each moves it on or starts the next"


@dataclass(frozen=True, slots=True)
class On:
    """A kind of fact that can open a moment, and what must hold for it."""

    kind: str
    conditions: tuple[Condition, ...] = ()

    def is_met(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        """Whether all conditions hold for a fact of this kind."""
        return all(condition.holds(pregnancy, fact, subject) for condition in self.conditions)


def on(kind: str, *conditions: Condition) -> On:
    """A fact of this kind, where all conditions hold."""
    return On(kind, conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a moment exists for a subject.

    ``needs_exposure``: opens at the later of its fact and the first one that shows opioid exposure.
    ``not_after``: does not open after the first fact of one of these kinds (of its subject, where they have one).
    ``not_later_than``: nor when more than this has passed since the fact it opens on.
    ``starts_again_on``: a superseded one starts again with such a fact.
    ``from_date``: not for an admission before the date that the site names there.
    """

    on: tuple[On, ...]
    pick: Pick = Pick.FIRST
    needs_exposure: bool = False
    not_after: tuple[str, ...] = ()
    not_later_than: Parameter | None = None
    starts_again_on: str = ""
    from_date: DateParameter | None = None


def opens(
    *on_any_of: On,
    pick: Pick = Pick.FIRST,
    needs_exposure: bool = False,
    not_after: Iterable[str] = (),
    not_later_than: Parameter | None = None,
    starts_again_on: str = "",
    from_date: DateParameter | None = None,
) -> Opening:
    """An opening on any of these facts."""
    return Opening(
        on=on_any_of,
        pick=pick,
        needs_exposure=needs_exposure,
        not_after=tuple(not_after),
        not_later_than=not_later_than,
        starts_again_on=starts_again_on,
        from_date=from_date,
    )


class Ending(StrEnum):
    """What can make an open handoff fall away (rules, section 5.3)."""

    LATER_STAGE = "a move to a later stage of the pregnancy"
    POSTNATAL_STAGE = "a move to a postnatal stage"
    SEPARATED_STAGE = "a move to the stage separated"
    BEREAVEMENT_STAGE = "a move to the stage bereavement"
    CLOSED = "closing"
    MOTHER_DIED = "her death"
    BABY_DIED = "the baby's death"
    BABY_PLACED_AWAY = "the baby placed away"
    BABY_BACK = "a baby of the separation back with her"
    TRANSFER_REFUSED = "the transfer refused"
    WENT_HOME = "she went home before it was due"


class Answers(StrEnum):
    """Which answers to a handoff count."""

    ANY_TIME = "whenever given"
    AFTER_OPENING = "only after the fact that opens it"


class EvidenceKind(StrEnum):
    """What kind of answer an evidence field takes."""

    TEXT = "text"
    DATE = "date"
    YES_NO = "yes or no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that is written down when a step is completed.

    ``choices`` are (value, label) pairs, empty where it is no choice. ``steps`` names the steps it
    belongs to; empty means all of them.
    """

    key: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    kind: EvidenceKind = EvidenceKind.TEXT
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoCompletion:
    """Facts that complete a step by themselves: after its opening fact, or before it too."""

    facts: tuple[str, ...]
    also_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a moment, timed for itself.

    ``list_title`` gives away no drug, no reason and no separation. ``opens`` replaces the moment's own.
    ``exists_if`` is tested on the opening fact. ``only_if_ahead``: not where it would be due at its opening already.
    ``completed_by_acceptance`` names the evidence that an acceptance is: whoever accepts the step offered to them has
    done it, and stands there by name. Empty where accepting is a promise. ``taken_by``: only these of the receivers.
    """

    key: str
    title: str
    list_title: str
    rules: tuple[Rule, ...]
    combine: Combine | None = None
    opens: Opening | None = None
    exists_if: Condition | None = None
    only_if_ahead: bool = False
    completed_by: AutoCompletion | None = None
    completed_by_acceptance: str = ""
    taken_by: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """A warning before the usual one, where a condition holds; tested on the opening fact."""

    offset: Offset
    only_if: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One critical moment: where responsibility passes on, to whom, by when, and why it matters.

    ``seen_with`` is the label that a reader's roles must cover, unless one of them gives or receives it.
    ``for_the_birth``: it serves a birth to come, so that after a loss nobody is asked for it, however late it was.
    """

    key: str
    title: str
    list_title: str
    why: str
    tier: Tier
    subject: SubjectKind
    stages: tuple[Stage, ...]
    trigger: str
    due: str
    senders: tuple[Role, ...]
    sender_words: str
    receivers: tuple[Role, ...]
    receiver_words: str
    severity: Severity
    ladder: str
    basis: str
    confidence: str
    sources: tuple[str, ...]
    england: str = ""
    scotland: str = ""
    steps: tuple[Step, ...]
    warn: Offset
    early_warning: EarlyWarning | None = None
    late: Offset
    opens: Opening
    answers: Answers = Answers.ANY_TIME
    survives: frozenset[Ending] = frozenset()
    falls_away_on: frozenset[Ending] = frozenset()
    for_the_birth: bool = False
    evidence: tuple[Evidence, ...]
    seen_with: Label = Label.GENERAL

    def step(self, key: str) -> Step:
        """The step with this key. Raises KeyError."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(f"{self.key} has no step {key!r}")

    def takers(self, step: str) -> tuple[Role, ...]:
        """Whose it is once handed over: those named for the step, else all who receive."""
        return self.step(step).taken_by or self.receivers

    def evidence_for(self, step: str) -> tuple[Evidence, ...]:
        """What is written down when this step is completed."""
        return tuple(item for item in self.evidence if not item.steps or step in item.steps)
