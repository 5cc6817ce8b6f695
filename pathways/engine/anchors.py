"""The instants that windows count from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from pathways.engine.definitions import Anchor
from pathways.engine.facts import planned_for
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.subjects import Subject, SubjectKind

_Find = Callable[[Pregnancy, Opened, Subject], datetime | None]


def anchor_time(anchor: Anchor, pregnancy: Pregnancy, opened: Opened, subject: Subject) -> datetime | None:
    """When an anchor is, in UTC: the opening fact's own time unless the anchor is looked up; None while unknown."""
    find = _LOOKED_UP.get(anchor)
    return find(pregnancy, opened, subject) if find else opened.at


def _first_birth(pregnancy: Pregnancy, _: Opened, __: Subject) -> datetime | None:
    birth = pregnancy.history.first("baby_born")
    return birth.at if birth else None


def _babys_birth(pregnancy: Pregnancy, _: Opened, baby: Subject) -> datetime | None:
    births = pregnancy.facts("baby_born", baby)
    return births[0].at if births else None


def _leaving(pregnancy: Pregnancy, _: Opened, admission: Subject) -> datetime | None:
    """Her first discharge of the admission; before it, the latest planned time."""
    discharges = pregnancy.facts("mother_discharged", admission)
    return discharges[0].at if discharges else planned_for(pregnancy.facts("mother_discharge_planned", admission))


def _her_planned_discharge(pregnancy: Pregnancy, opened: Opened, _: Subject) -> datetime | None:
    """The latest planned time of the admission that the opening fact belongs to."""
    admission = pregnancy.belonging.subject_of(opened.fact, SubjectKind.ADMISSION)
    return planned_for(pregnancy.facts("mother_discharge_planned", admission)) if admission else None


def _babys_planned_discharge(pregnancy: Pregnancy, _: Opened, baby: Subject) -> datetime | None:
    return planned_for(pregnancy.facts("baby_discharge_planned", baby))


def _not_known_yet(_: Pregnancy, __: Opened, ___: Subject) -> datetime | None:
    return None


_LOOKED_UP: Mapping[Anchor, _Find] = {
    Anchor.FIRST_BIRTH: _first_birth,
    Anchor.BABYS_BIRTH: _babys_birth,
    Anchor.LEAVING: _leaving,
    Anchor.HER_PLANNED_DISCHARGE: _her_planned_discharge,
    Anchor.BABYS_PLANNED_DISCHARGE: _babys_planned_discharge,
    Anchor.FIRST_SOURCE_OPENING: _not_known_yet,
    Anchor.NEXT_USUAL_DOSE: _not_known_yet,
    Anchor.NEXT_INJECTION: _not_known_yet,
    Anchor.NEXT_DOSE_DATE: _not_known_yet,
}
