"""The stage of a pregnancy: one declared table of transitions, applied to the facts in order (rules, section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pathways.engine.facts import Fact, in_order
from pathways.engine.whereabouts import Whereabouts, born_in_hospital


class Stage(StrEnum):
    """Where she is on the pathway. One at a time; a woman of whom nothing is known yet has none."""

    BOOKING = "booking"
    ANTENATAL = "antenatal"
    INTRAPARTUM = "intrapartum"
    POSTNATAL_INPATIENT = "postnatal_inpatient"
    POSTNATAL_COMMUNITY = "postnatal_community"
    RESIDENTIAL_PLACEMENT = "residential_placement"
    SEPARATED = "separated"
    BEREAVEMENT = "bereavement"
    CLOSED = "closed"


STAGE_ORDER: dict[Stage, int] = {
    Stage.BOOKING: 0,
    Stage.ANTENATAL: 1,
    Stage.INTRAPARTUM: 2,
    Stage.POSTNATAL_INPATIENT: 3,
    Stage.POSTNATAL_COMMUNITY: 4,
    Stage.RESIDENTIAL_PLACEMENT: 4,
    Stage.SEPARATED: 5,
    Stage.BEREAVEMENT: 5,
    Stage.CLOSED: 6,
}

PREGNANCY_STAGES = frozenset({Stage.BOOKING, Stage.ANTENATAL, Stage.INTRAPARTUM})
POSTNATAL_STAGES = frozenset({Stage.POSTNATAL_INPATIENT, Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT})

Guard = Callable[[Fact, Whereabouts], bool]


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the stage table.

    ``fact`` moves a pregnancy from any of ``sources`` (None: no stage yet) to ``to``, where ``guard``
    holds with the fact applied. ``to`` None means the stage that she had before it was closed.
    """

    fact: str
    sources: tuple[Stage | None, ...]
    to: Stage | None
    guard: Guard = lambda fact, where: True
    guard_in_words: str = ""

    @property
    def from_any(self) -> bool:
        """Whether it leads out of most stages; ``sources`` then lacks the few that it does not leave."""
        return len(self.sources) > len(Stage) // 2


def _any_but(*stages: Stage) -> tuple[Stage | None, ...]:
    return (None, *(stage for stage in Stage if stage not in stages))


def _at_home(fact: Fact, _: Whereabouts) -> bool:
    return not born_in_hospital(fact)


def _in_hospital(fact: Fact, _: Whereabouts) -> bool:
    return born_in_hospital(fact)


def _in_labour(fact: Fact, _: Whereabouts) -> bool:
    return fact.details.get("reason") == "labour"


def _after_birth(fact: Fact, _: Whereabouts) -> bool:
    return fact.details.get("reason") == "postnatal"


def _nobody_born(_: Fact, where: Whereabouts) -> bool:
    return not where.born


def _no_baby_left_behind(_: Fact, where: Whereabouts) -> bool:
    return bool(where.born) and not where.with_her_in_hospital


def _everybody_home(_: Fact, where: Whereabouts) -> bool:
    return not where.mother_in_hospital and not where.with_her_in_hospital


def _no_baby_left_with_her(_: Fact, where: Whereabouts) -> bool:
    return bool(where.living) and not where.with_her


def _no_baby_lives(_: Fact, where: Whereabouts) -> bool:
    return not where.living


_NOT_CLOSED = _any_but(Stage.CLOSED)
_BEFORE_BIRTH = (None, Stage.BOOKING, Stage.ANTENATAL)
_BIRTH_COUNTS = _any_but(Stage.SEPARATED, Stage.BEREAVEMENT, Stage.CLOSED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition("first_contact", (None,), Stage.BOOKING),
    Transition("booking_completed", (None, Stage.BOOKING), Stage.ANTENATAL),
    Transition("admitted", _BEFORE_BIRTH, Stage.INTRAPARTUM, _in_labour, "in labour"),
    Transition("baby_born", _BIRTH_COUNTS, Stage.POSTNATAL_INPATIENT, _in_hospital, "in hospital"),
    Transition("baby_born", _BIRTH_COUNTS, Stage.POSTNATAL_COMMUNITY, _at_home, "at home"),
    Transition("admitted", (Stage.POSTNATAL_COMMUNITY,), Stage.POSTNATAL_INPATIENT, _after_birth, "for postnatal care"),
    Transition("mother_discharged", (Stage.INTRAPARTUM,), Stage.ANTENATAL, _nobody_born, "still pregnant"),
    Transition(
        "mother_discharged",
        (Stage.POSTNATAL_INPATIENT,),
        Stage.POSTNATAL_COMMUNITY,
        _no_baby_left_behind,
        "after a birth, and no baby with her is in hospital",
    ),
    Transition(
        "baby_discharged",
        (Stage.POSTNATAL_INPATIENT,),
        Stage.POSTNATAL_COMMUNITY,
        _everybody_home,
        "neither she nor a baby with her is in hospital",
    ),
    Transition(
        "separated",
        _NOT_CLOSED,
        Stage.SEPARATED,
        _no_baby_left_with_her,
        "a baby of this pregnancy lives and none is left with her",
    ),
    Transition("reunified", (Stage.SEPARATED,), Stage.POSTNATAL_COMMUNITY),
    Transition(
        "residential_placement_started",
        (Stage.POSTNATAL_INPATIENT, Stage.POSTNATAL_COMMUNITY),
        Stage.RESIDENTIAL_PLACEMENT,
    ),
    Transition("residential_placement_ended", (Stage.RESIDENTIAL_PLACEMENT,), Stage.POSTNATAL_COMMUNITY),
    Transition("pregnancy_loss", _NOT_CLOSED, Stage.BEREAVEMENT, _no_baby_lives, "no baby of this pregnancy lives"),
    Transition("baby_died", _NOT_CLOSED, Stage.BEREAVEMENT, _no_baby_lives, "no living baby of this pregnancy is left"),
    Transition("mother_died", _NOT_CLOSED, Stage.CLOSED),
    Transition("closed", _NOT_CLOSED, Stage.CLOSED),
    Transition("reopened", (Stage.CLOSED,), None),
)


# No machine decides these: only what somebody has written down leads to them (pathway, section 2.3).
NEVER_BY_ITSELF = frozenset(
    transition.fact for transition in TRANSITIONS if transition.to in (Stage.SEPARATED, Stage.BEREAVEMENT, Stage.CLOSED)
)


def declared_moves() -> set[tuple[str, str, str]]:
    """(stage before, kind of fact, stage) of every move that TRANSITIONS declare; "" before there is a stage.

    What leads back to the stage before (``reopened``) leads to any that is not closed.
    """
    return {
        (before.value if before else "", transition.fact, to)
        for transition in TRANSITIONS
        for before in transition.sources
        for to in ([transition.to.value] if transition.to else _ANY_OPEN)
    }


_ANY_OPEN = tuple(stage.value if stage else "" for stage in _NOT_CLOSED)


@dataclass(frozen=True, slots=True)
class StageMove:
    """A fact that changed the stage: ``before`` it (None: no stage yet) and from it on."""

    fact: Fact
    before: Stage | None
    stage: Stage | None

    @property
    def since(self) -> datetime:
        """When the stage began, in UTC."""
        return self.fact.at


def stage_history(facts: Iterable[Fact]) -> list[StageMove]:
    """Every change of stage that ``facts`` (in any order) make, in order; the last one is the current stage."""
    return moves_of(in_order(facts))


def moves_of(facts: Sequence[Fact]) -> list[StageMove]:
    """The changes of stage that facts in their order make."""
    moves: list[StageMove] = []
    where = Whereabouts()
    stage: Stage | None = None
    before_closing: Stage | None = None
    for fact in facts:
        where.apply(fact)
        transition = _transition(stage, fact, where)
        if transition is None:
            continue
        before, stage = stage, transition.to if transition.to else before_closing
        if stage is Stage.CLOSED:
            before_closing = before
        if stage is not before:
            moves.append(StageMove(fact, before, stage))
    return moves


def _transition(stage: Stage | None, fact: Fact, where: Whereabouts) -> Transition | None:
    for transition in _BY_FACT.get(fact.kind, ()):
        if stage in transition.sources and transition.guard(fact, where):
            return transition
    return None


_BY_FACT: dict[str, tuple[Transition, ...]] = {
    kind: tuple(transition for transition in TRANSITIONS if transition.fact == kind)
    for kind in {transition.fact for transition in TRANSITIONS}
}
