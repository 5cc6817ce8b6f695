"""Conditions that a declaration can set, one small class for each sentence of the rules (sections 3 and 4).

A condition is tested on a fact (the one that would open a moment, or did) for a subject. What it asks
about gestation uses the current EDD; without an EDD no gestation is known and the condition does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pathways.engine.facts import ANSWER_KINDS, Fact, planned_for
from pathways.engine.medicine import (
    closed_sources,
    is_closed_after_leaving,
    medicine_at,
    next_dose_on,
    next_usual_dose,
)
from pathways.engine.offsets import parse_offset
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.stage import Stage
from pathways.engine.subjects import Subject, SubjectKind, subject_answered
from pathways.engine.whereabouts import born_in_hospital


class Condition(Protocol):
    """Something that must hold; ``in_words`` continues "if …"."""

    @property
    def in_words(self) -> str: ...

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool: ...


@dataclass(frozen=True, slots=True)
class GestationUnder:
    """Gestation on the local date of the fact is under ``week``."""

    week: str

    @property
    def in_words(self) -> str:
        return f"gestation is under {self.week}"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        gestation = pregnancy.gestation_at(fact.at)
        return gestation is not None and gestation < parse_offset(self.week).amount


@dataclass(frozen=True, slots=True)
class GestationFrom:
    """Gestation on the local date of the fact is ``week`` or more."""

    week: str

    @property
    def in_words(self) -> str:
        return f"gestation is {self.week} or more"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        gestation = pregnancy.gestation_at(fact.at)
        return gestation is not None and gestation >= parse_offset(self.week).amount


@dataclass(frozen=True, slots=True)
class DetailIs:
    """The fact carries this detail with this value."""

    name: str
    value: str

    @property
    def in_words(self) -> str:
        return f"{self.name.replace('_', ' ')} is {self.value}"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return fact.details.get(self.name) == self.value


@dataclass(frozen=True, slots=True)
class After:
    """A fact of this kind came before."""

    kind: str

    @property
    def in_words(self) -> str:
        return f"{self.kind.replace('_', ' ')} came before"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        first = pregnancy.history.first(self.kind)
        return first is not None and first.order < fact.order


@dataclass(frozen=True, slots=True)
class NotAfter:
    """No fact of this kind came before."""

    kind: str

    @property
    def in_words(self) -> str:
        return f"no {self.kind.replace('_', ' ')} came before"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return not After(self.kind).holds(pregnancy, fact, subject)


@dataclass(frozen=True, slots=True)
class InTreatment:
    """She is in treatment at the time of the fact."""

    in_words: str = "she is in treatment"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return pregnancy.history.in_treatment_at(fact.at)


@dataclass(frozen=True, slots=True)
class NotInLabourWithin:
    """She was not admitted in labour within ``hours`` before or after the fact."""

    hours: int

    @property
    def in_words(self) -> str:
        return f"she was not admitted in labour within {self.hours} hours before or after"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        near = timedelta(hours=self.hours)
        return not any(
            admission.details.get("reason") == "labour" and abs(admission.at - fact.at) <= near
            for admission in pregnancy.history.of("admitted")
        )


@dataclass(frozen=True, slots=True)
class BabyStaysBehind:
    """The baby, born in hospital, is with her and not discharged at the fact, a planned discharge of the mother.

    They leave together, and it does not hold, where the baby's latest planned time is not after hers.
    Without an admission before it, a planned discharge belongs to none and leaves nobody behind.
    """

    in_words: str = "the baby was born in hospital, is with her and stays when she leaves"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        admission = pregnancy.belonging.subject_of(fact, SubjectKind.ADMISSION)
        births = pregnancy.facts("baby_born", subject)
        if admission is None or not births or not born_in_hospital(births[0]) or births[0].order > fact.order:
            return False
        where = pregnancy.whereabouts_after(fact)
        discharged = any(other.order < fact.order for other in pregnancy.facts("baby_discharged", subject))
        return subject.number in where.with_her and not discharged and not _together(pregnancy, admission, subject)


def _together(pregnancy: Pregnancy, admission: Subject, baby: Subject) -> bool:
    hers = planned_for(pregnancy.facts("mother_discharge_planned", admission))
    the_babys = planned_for(pregnancy.facts("baby_discharge_planned", baby))
    return hers is not None and the_babys is not None and the_babys <= hers


@dataclass(frozen=True, slots=True)
class StageIsOneOf:
    """The stage just after the fact is one of these."""

    stages: frozenset[Stage]

    @property
    def in_words(self) -> str:
        return "the stage is " + " or ".join(stage.value for stage in Stage if stage in self.stages)

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return pregnancy.stage_after(fact) in self.stages


@dataclass(frozen=True, slots=True)
class CompletedWith:
    """Another step was completed, and its answer carries this detail with this value."""

    moment: str
    step: str
    detail: str
    value: str

    @property
    def in_words(self) -> str:
        return f"{self.step.replace('_', ' ')} was completed with {self.detail} {self.value}"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        wanted = {"moment": self.moment, "step": self.step, self.detail: self.value}
        return any(wanted.items() <= answer.details.items() for answer in pregnancy.history.of("handoff_completed"))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    conditions: tuple[Condition, ...]

    @property
    def in_words(self) -> str:
        return " or ".join(condition.in_words for condition in self.conditions)

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return any(condition.holds(pregnancy, fact, subject) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Answered:
    """This step was answered for the subject, in whatever way."""

    moment: str
    step: str

    @property
    def in_words(self) -> str:
        return f"{self.step.replace('_', ' ')} was answered"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        answers = pregnancy.answers(self.moment, self.step)
        return any(
            answer.kind in ANSWER_KINDS and subject_answered(answer, subject.kind) == subject for answer in answers
        )


@dataclass(frozen=True, slots=True)
class BothSourcesOpen:
    """Her prescriber and her pharmacy are open at the time of the fact."""

    in_words: str = "both sources are open"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return not any(closed_sources(pregnancy, fact.at))


@dataclass(frozen=True, slots=True)
class ASourceIsClosed:
    """Her prescriber or her pharmacy is closed at the time of the fact."""

    in_words: str = "one of the sources is closed"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return any(closed_sources(pregnancy, fact.at))


@dataclass(frozen=True, slots=True)
class LastDoseKnown:
    """Somebody confirmed the last dose before the ward's first one, and when her next usual one is."""

    in_words: str = "the last confirmed dose is known"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return next_usual_dose(pregnancy, subject) is not None


@dataclass(frozen=True, slots=True)
class LastDoseUnknown:
    """Nobody has confirmed the last dose before the ward's first one."""

    in_words: str = "the last dose is unknown"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return next_usual_dose(pregnancy, subject) is None


@dataclass(frozen=True, slots=True)
class InTreatmentWith:
    """She is in treatment at the time of the fact, with one of these medicines."""

    medicines: frozenset[str]
    in_words: str

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return pregnancy.history.in_treatment_at(fact.at) and medicine_at(pregnancy, fact) in self.medicines


@dataclass(frozen=True, slots=True)
class InTreatmentWithout:
    """She is in treatment at the time of the fact, with none of these medicines; with what is unknown, too."""

    medicines: frozenset[str]
    in_words: str

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return pregnancy.history.in_treatment_at(fact.at) and medicine_at(pregnancy, fact) not in self.medicines


@dataclass(frozen=True, slots=True)
class NextDoseDateGiven:
    """The fact, a discharge, names the date of her next dose."""

    in_words: str = "the next dose date is given"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return next_dose_on(fact) is not None


@dataclass(frozen=True, slots=True)
class PharmacyClosedAfterLeaving:
    """Her pharmacy does not open on the day after the one on which she leaves."""

    in_words: str = "the pharmacy is closed on the day after she leaves"

    def holds(self, pregnancy: Pregnancy, fact: Fact, subject: Subject) -> bool:
        return is_closed_after_leaving(pregnancy, subject)
