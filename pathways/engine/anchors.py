"""The instants that windows count from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from pathways.engine.definitions import Anchor
from pathways.engine.facts import instant_in, planned_for
from pathways.engine.medicine import first_opening, leaving, next_dose_due, next_dose_on, next_usual_dose
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.subjects import Subject, SubjectKind
from pathways.engine.times import midnight_before

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
    return leaving(pregnancy, admission)


def _her_planned_discharge(pregnancy: Pregnancy, opened: Opened, _: Subject) -> datetime | None:
    """The latest planned time of the admission that the opening fact belongs to."""
    admission = pregnancy.belonging.subject_of(opened.fact, SubjectKind.ADMISSION)
    return planned_for(pregnancy.facts("mother_discharge_planned", admission)) if admission else None


def _babys_planned_discharge(pregnancy: Pregnancy, _: Opened, baby: Subject) -> datetime | None:
    return planned_for(pregnancy.facts("baby_discharge_planned", baby))


def _first_source_opening(pregnancy: Pregnancy, opened: Opened, _: Subject) -> datetime | None:
    """Where neither opens again within two months, her admission: somebody has to ask elsewhere, and at once."""
    return first_opening(pregnancy, opened.at) or opened.at


def _next_usual_dose(pregnancy: Pregnancy, opened: Opened, admission: Subject) -> datetime | None:
    """Her next usual time, or her admission where it was before: nobody on the ward was late before she came."""
    usual = next_usual_dose(pregnancy, admission)
    return max(usual, opened.at) if usual else None


def _scheduled_dose(pregnancy: Pregnancy, opened: Opened, dose: Subject) -> datetime | None:
    """The latest time set for the dose; where none can be read, when it was scheduled."""
    times = (
        instant_in(plan.details.get("scheduled_for", "")) for plan in reversed(pregnancy.facts("dose_scheduled", dose))
    )
    return next(filter(None, times), opened.at)


def _next_injection(pregnancy: Pregnancy, opened: Opened, _: Subject) -> datetime | None:
    """As the latest dose tells; what opened it, where that is later (an answer) or no dose says when the next is."""
    return max(next_dose_due(pregnancy, opened.fact) or opened.at, opened.at)


def _next_dose_date(pregnancy: Pregnancy, opened: Opened, _: Subject) -> datetime | None:
    """00:00 on the date that the discharge names."""
    day = next_dose_on(opened.fact)
    return midnight_before(day, pregnancy.site.zone) if day else None


_LOOKED_UP: Mapping[Anchor, _Find] = {
    Anchor.FIRST_BIRTH: _first_birth,
    Anchor.BABYS_BIRTH: _babys_birth,
    Anchor.LEAVING: _leaving,
    Anchor.HER_PLANNED_DISCHARGE: _her_planned_discharge,
    Anchor.BABYS_PLANNED_DISCHARGE: _babys_planned_discharge,
    Anchor.FIRST_SOURCE_OPENING: _first_source_opening,
    Anchor.NEXT_USUAL_DOSE: _next_usual_dose,
    Anchor.SCHEDULED_DOSE: _scheduled_dose,
    Anchor.NEXT_INJECTION: _next_injection,
    Anchor.NEXT_DOSE_DATE: _next_dose_date,
}
