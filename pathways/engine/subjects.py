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
_STARTS = {
    SubjectKind.ADMISSION: "admitted",
    SubjectKind.SEPARATION: "separated",
    SubjectKind.TRANSFER: "transfer_requested",
}
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


class Belonging:
    """Which facts belong to which subject, worked out once from the facts in their order."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._facts: dict[tuple[str, Subject], list[Fact]] = {}
        self._owners: dict[Fact, list[Subject]] = {}
        self._subjects: dict[SubjectKind, list[Subject]] = {SubjectKind.PREGNANCY: [THE_PREGNANCY]}
        self._born: set[int] = set()
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
        if fact.kind in _ABOUT_A_BABY:
            yield Subject(SubjectKind.BABY, fact.baby_number)
        if fact.kind in _ABOUT_ONE_OR_ALL_BABIES:
            concerned = babies_concerned(fact, self._born)
            yield from (Subject(SubjectKind.BABY, number) for number in sorted(concerned))
            if fact.kind == "reunified":
                yield from (subject for subject, babies in self._babies_of_separation.items() if babies & concerned)

    def _bear(self, number: int) -> None:
        if number not in self._born:
            self._born.add(number)
            self._subjects.setdefault(SubjectKind.BABY, []).append(Subject(SubjectKind.BABY, number))
