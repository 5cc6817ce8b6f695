"""Whom or what a handoff is owed for, and which facts belong to it (rules, sections 1 and 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from pathways.engine.fact_kinds import FACT_KINDS, AboutBaby
from pathways.engine.facts import ANSWER_KINDS, Fact
from pathways.engine.whereabouts import babies_concerned


class SubjectKind(StrEnum):
    """Whom or what a handoff is owed for."""

    PREGNANCY = "pregnancy"
    BABY = "baby"
    ADMISSION = "admission"
    SEPARATION = "separation"
    TRANSFER = "transfer"
    DOSE = "dose"


class Subject(NamedTuple):
    """One subject; the pregnancy has number 0, all others count from 1."""

    kind: SubjectKind
    number: int

    def __str__(self) -> str:
        return self.kind.value if self.kind is SubjectKind.PREGNANCY else f"{self.kind.value}:{self.number}"


THE_PREGNANCY = Subject(SubjectKind.PREGNANCY, 0)

# The nth of these facts is admission, separation or transfer n; the others belong to the latest one before them.
# A dose that is scheduled names its number; without one it is the next.
_STARTS = {
    SubjectKind.ADMISSION: "admitted",
    SubjectKind.SEPARATION: "separated",
    SubjectKind.TRANSFER: "transfer_requested",
}
_STARTS_A_DOSE = "dose_scheduled"
# Facts of medicine on the ward belong to the admission that they name; where they name none, to the latest before them.
# A confirmed dose belongs only to one that it names: most are taken at home, some before she came.
_OF_THE_ADMISSION = frozenset(
    {
        "ost_verified",
        "own_medicine_identified",
        "own_medicine_taken",
        "dose_scheduled",
        "dose_given",
        "dose_outcome_recorded",
    }
)
_OF_AN_ADMISSION_IT_NAMES = frozenset({"dose_confirmed"})
_OF_A_DOSE_IT_NAMES = frozenset({"dose_given", "dose_confirmed", "dose_outcome_recorded"})
_BELONG_TO_LATEST = {
    "mother_discharge_planned": SubjectKind.ADMISSION,
    "mother_discharged": SubjectKind.ADMISSION,
    "transfer_accepted": SubjectKind.TRANSFER,
    "transfer_refused": SubjectKind.TRANSFER,
}
_ABOUT_A_BABY = frozenset(
    kind.kind for kind in FACT_KINDS.values() if kind.about_baby is AboutBaby.ONE and kind.kind not in ANSWER_KINDS
)
_ABOUT_ONE_OR_ALL_BABIES = frozenset(
    kind.kind for kind in FACT_KINDS.values() if kind.about_baby is AboutBaby.ONE_OR_ALL
)

_KINDS_OF: dict[SubjectKind, set[str]] = {kind: set() for kind in SubjectKind}
_KINDS_OF[SubjectKind.BABY] |= _ABOUT_A_BABY | _ABOUT_ONE_OR_ALL_BABIES
_KINDS_OF[SubjectKind.SEPARATION] |= _ABOUT_ONE_OR_ALL_BABIES
for _kind, _fact in _STARTS.items():
    _KINDS_OF[_kind].add(_fact)
for _fact, _kind in _BELONG_TO_LATEST.items():
    _KINDS_OF[_kind].add(_fact)
_KINDS_OF[SubjectKind.ADMISSION] |= _OF_THE_ADMISSION | _OF_AN_ADMISSION_IT_NAMES
_KINDS_OF[SubjectKind.DOSE] |= _OF_A_DOSE_IT_NAMES | {_STARTS_A_DOSE}


def subject_answered(answer: Fact, kind: SubjectKind) -> Subject | None:
    """The subject of a kind that an answer is about; None where it does not say which.

    A blank baby means baby 1. An admission, separation, transfer or dose has to be named: guessing
    could complete the handoff of another one.
    """
    if kind is SubjectKind.PREGNANCY:
        return THE_PREGNANCY
    if kind is SubjectKind.BABY:
        return Subject(kind, answer.baby_number)
    return _named(answer, kind)


def _named(fact: Fact, kind: SubjectKind) -> Subject | None:
    number = fact.details.get(kind.value, "")
    return Subject(kind, int(number)) if number.isdecimal() else None


class Belonging:
    """Which facts belong to which subject, worked out once from the facts in their order."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._facts: dict[tuple[str, Subject], list[Fact]] = {}
        self._owners: dict[Fact, list[Subject]] = {}
        self._subjects: dict[SubjectKind, list[Subject]] = {SubjectKind.PREGNANCY: [THE_PREGNANCY]}
        self._born: set[int] = set()
        self._doses: set[Subject] = set()
        self._babies_of_separation: dict[Subject, set[int]] = {}
        for fact in facts:
            for subject in self._place(fact):
                self._owners.setdefault(fact, []).append(subject)
                self._facts.setdefault((fact.kind, subject), []).append(fact)

    def subjects(self, kind: SubjectKind) -> list[Subject]:
        """All subjects of a kind that there are."""
        return self._subjects.get(kind, [])

    def facts(self, kind: str, subject: Subject) -> list[Fact] | None:
        """The facts of this kind that belong to the subject; None where facts of this kind belong to none such."""
        if kind not in _KINDS_OF[subject.kind]:
            return None
        return self._facts.get((kind, subject), [])

    def subject_of(self, fact: Fact, kind: SubjectKind) -> Subject | None:
        """The subject of a kind that a fact belongs to, if any."""
        return next((subject for subject in self._owners.get(fact, ()) if subject.kind is kind), None)

    def _place(self, fact: Fact) -> Iterable[Subject]:
        for kind, starts in _STARTS.items():
            if fact.kind == starts:
                subject = Subject(kind, len(self.subjects(kind)) + 1)
                self._subjects.setdefault(kind, []).append(subject)
                if kind is SubjectKind.SEPARATION:
                    self._babies_of_separation[subject] = babies_concerned(fact, self._born)
                yield subject
        if kind_of_latest := _BELONG_TO_LATEST.get(fact.kind):
            yield from self.subjects(kind_of_latest)[-1:]
        if fact.kind == "baby_born":
            self._bear(fact.baby_number)
        yield from self._place_medicine(fact)
        if fact.kind in _ABOUT_A_BABY:
            yield Subject(SubjectKind.BABY, fact.baby_number)
        if fact.kind in _ABOUT_ONE_OR_ALL_BABIES:
            concerned = babies_concerned(fact, self._born)
            yield from (Subject(SubjectKind.BABY, number) for number in sorted(concerned))
            if fact.kind == "reunified":
                yield from (subject for subject, babies in self._babies_of_separation.items() if babies & concerned)

    def _place_medicine(self, fact: Fact) -> Iterable[Subject]:
        """The admission and the dose that a fact of medicine on the ward belongs to."""
        if fact.kind in _OF_THE_ADMISSION or fact.kind in _OF_AN_ADMISSION_IT_NAMES:
            if admission := _named(fact, SubjectKind.ADMISSION):
                yield admission
            elif fact.kind in _OF_THE_ADMISSION:
                yield from self.subjects(SubjectKind.ADMISSION)[-1:]
        if fact.kind == _STARTS_A_DOSE:
            yield self._schedule(fact)
        elif fact.kind in _OF_A_DOSE_IT_NAMES and (dose := _named(fact, SubjectKind.DOSE)):
            yield dose

    def _schedule(self, fact: Fact) -> Subject:
        """The dose that is scheduled; named twice, it is the same one at another time."""
        doses = self._subjects.setdefault(SubjectKind.DOSE, [])
        following = Subject(SubjectKind.DOSE, max((dose.number for dose in doses), default=0) + 1)
        dose = _named(fact, SubjectKind.DOSE) or following
        if dose not in self._doses:
            self._doses.add(dose)
            doses.append(dose)
        return dose

    def _bear(self, number: int) -> None:
        if number not in self._born:
            self._born.add(number)
            self._subjects.setdefault(SubjectKind.BABY, []).append(Subject(SubjectKind.BABY, number))
