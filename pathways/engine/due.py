"""When a step is due, when it is worth a warning and when it counts as missed (rules, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pathways.engine.anchors import anchor_time
from pathways.engine.definitions import Clock, Combine, Moment, Parameter, Rule, Step
from pathways.engine.gestation import date_at_gestation
from pathways.engine.medicine import pharmacy_time_later
from pathways.engine.offsets import Offset, Unit, parse_offset
from pathways.engine.opened import Opened
from pathways.engine.pregnancy import Pregnancy
from pathways.engine.site import SiteRules
from pathways.engine.stage import STAGE_ORDER, Stage
from pathways.engine.subjects import Subject
from pathways.engine.times import (
    days_later,
    hours_later,
    local_date,
    midnight_after,
    midnight_before,
    working_days_later,
)

CATCH_UP = parse_offset("P14D")
CATCH_UP_LATE_IN_PREGNANCY = parse_offset("P3WD")
LATE_IN_PREGNANCY = parse_offset("28+0")


@dataclass(frozen=True, slots=True)
class Due:
    """The instants of one handoff, in UTC. ``by_gestation``: its rule is a gestation, also where it is a late entry."""

    at: datetime
    warn_at: datetime
    missed_at: datetime
    not_before: datetime | None
    late_entry: bool
    by_gestation: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    rule: Rule
    at: datetime

    @property
    def by_gestation(self) -> bool:
        return self.rule.offset.is_gestation


def due_of(pregnancy: Pregnancy, moment: Moment, step: Step, opened: Opened, subject: Subject) -> Due | None:
    """When a step of an open moment is due; None where no rule applies, or its anchor is not known."""
    chosen = _choose(_candidates(pregnancy, moment, step, opened, subject), step.combine, opened)
    if chosen is None:
        return None
    at, late_entry = chosen.at, False
    if chosen.by_gestation and at <= opened.at:
        at, late_entry = _catch_up(pregnancy, opened), True
    if step.only_if_ahead and at <= opened.at:
        return None
    return Due(
        at=at,
        warn_at=_warn_at(pregnancy, moment, opened, subject, at),
        missed_at=shift(at, moment.late, pregnancy.site),
        not_before=_not_before(pregnancy, chosen.rule, opened, subject),
        late_entry=late_entry,
        by_gestation=chosen.by_gestation,
    )


def offset_at(site: SiteRules, moment: Moment, step: Step, rule: Rule) -> Offset:
    """The window of a rule at a site: its own ``MOMENT.step`` of the same kind, else the parameter or the default."""
    own = site.parameters.get(f"{moment.key}.{step.key}")
    if own and parse_offset(own).is_gestation == rule.offset.is_gestation:
        return parse_offset(own)
    return parameter_at(site, rule.parameter) if rule.parameter else rule.offset


def parameter_at(site: SiteRules, parameter: Parameter) -> Offset:
    """The value of a parameter at a site: its own, or the default."""
    return parse_offset(site.parameters.get(parameter.name) or parameter.default)


def shift(instant: datetime, offset: Offset, site: SiteRules) -> datetime:
    """The instant that lies ``offset`` from ``instant`` on the site's clock and calendar, in UTC."""
    if offset.unit is Unit.END_OF_DAY:
        return midnight_after(local_date(instant, site.zone), site.zone)
    if offset.amount == 0:
        return instant
    if offset.unit is Unit.HOURS:
        return hours_later(instant, offset.amount)
    if offset.unit is Unit.DAYS:
        return days_later(instant, offset.amount, site.zone)
    return working_days_later(instant, offset.amount, site.zone, site.is_working_day)


def _warn_at(pregnancy: Pregnancy, moment: Moment, opened: Opened, subject: Subject, due_at: datetime) -> datetime:
    """When it is worth a warning: as usual, or earlier where the moment declares why."""
    early = moment.early_warning
    is_early = early is not None and early.only_if.holds(pregnancy, opened.fact, subject)
    return shift(due_at, early.offset if early and is_early else moment.warn, pregnancy.site)


def _candidates(pregnancy: Pregnancy, moment: Moment, step: Step, opened: Opened, subject: Subject) -> list[_Candidate]:
    """Every rule of the step that applies here, with its instant."""
    found = []
    for rule in step.rules:
        if rule.measure_only or rule.only_in not in (None, pregnancy.site.nation):
            continue
        if rule.only_if and not rule.only_if.holds(pregnancy, opened.fact, subject):
            continue
        offset = offset_at(pregnancy.site, moment, step, rule)
        if offset.is_gestation:
            at = _at_gestation(pregnancy, offset, opened)
        else:
            anchor = anchor_time(rule.anchor, pregnancy, opened, subject)
            at = _shift_by(pregnancy, rule, anchor, offset) if anchor else None
        if at:
            found.append(_Candidate(rule, at))
    return found


def _shift_by(pregnancy: Pregnancy, rule: Rule, anchor: datetime, offset: Offset) -> datetime:
    """The anchor shifted by the clock that the rule names: by open hours where they are known."""
    if rule.clock is Clock.PHARMACY_OPEN and offset.unit is Unit.HOURS:
        return pharmacy_time_later(pregnancy, anchor, offset.amount) or shift(anchor, offset, pregnancy.site)
    return shift(anchor, offset, pregnancy.site)


def _at_gestation(pregnancy: Pregnancy, offset: Offset, opened: Opened) -> datetime | None:
    """24:00 local on the date of a gestation; none without an EDD, nor from labour on."""
    stage = pregnancy.stage_after(opened.fact)
    if pregnancy.edd is None or (stage and STAGE_ORDER[stage] >= STAGE_ORDER[Stage.INTRAPARTUM]):
        return None
    return midnight_after(date_at_gestation(pregnancy.edd, offset.amount), pregnancy.site.zone)


def _choose(candidates: list[_Candidate], combine: Combine | None, opened: Opened) -> _Candidate | None:
    """The rule that counts. A gestation already past when the moment opened is dropped if another rule remains."""
    if len(candidates) > 1:
        candidates = [one for one in candidates if not (one.by_gestation and one.at <= opened.at)] or candidates
    if not candidates:
        return None
    pick = max if combine is Combine.LATER else min
    return pick(candidates, key=lambda one: one.at)


def _catch_up(pregnancy: Pregnancy, opened: Opened) -> datetime:
    """Late entry: 14 days, or 3 working days from 28+0 on; nothing is ever born missed."""
    gestation = pregnancy.gestation_at(opened.at)
    late = gestation is not None and gestation >= LATE_IN_PREGNANCY.amount
    return shift(opened.at, CATCH_UP_LATE_IN_PREGNANCY if late else CATCH_UP, pregnancy.site)


def _not_before(pregnancy: Pregnancy, rule: Rule, opened: Opened, subject: Subject) -> datetime | None:
    """The start of the window in which it is to be done: the start of the day where it is a gestation."""
    if rule.not_before is None:
        return None
    if rule.not_before.is_gestation:
        edd, zone = pregnancy.edd, pregnancy.site.zone
        return midnight_before(date_at_gestation(edd, rule.not_before.amount), zone) if edd else None
    anchor = anchor_time(rule.anchor, pregnancy, opened, subject)
    return shift(anchor, rule.not_before, pregnancy.site) if anchor else None
