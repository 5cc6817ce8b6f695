"""The chapter after birth: at home, apart from her baby, treatment that goes on or stops, the end. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from pathways.scale.before import is_in_touch
from pathways.scale.telling import Telling
from pathways.scale.usual import AFTER, AFTER_THE_END, APART

YEAR = 365
_DAY = timedelta(days=1)


def parts(telling: Telling, at: datetime, home: datetime) -> None:
    """A baby is placed away: what is owed to her then, and perhaps the baby comes back."""
    number = str(sum(one.kind == "separated" for one in telling.told) + 1)
    telling.tell("separated", at, "safeguarding", baby="all")
    telling.anchors |= {"apart": at, "apart home": max(at, home)}
    telling.known.discard("with her")
    telling.usually(APART, share=telling.rates.after_apart, separation=number)
    if telling.happens(0.22):
        telling.tell("reunified", telling.by_day(at + telling.between(20, 150)), "safeguarding", baby="all")


def is_visited(telling: Telling, left: datetime) -> None:
    """The midwife comes home: first within 36 hours, then for some weeks."""
    if telling.happens(telling.keeps("PN_MIDWIFE_36H", telling.rates.kept + 0.1)):
        first = left + telling.between(0.4, 1.4)
    else:
        first = left + telling.between(1.7, 5)
    telling.tell("postnatal_visit", first, "named" if telling.happens(telling.rates.named) else "midwife")
    is_in_touch(telling, first, left + 24 * _DAY, 9, "postnatal_visit")


def lives_on(telling: Telling, until: datetime) -> None:
    """The months after the end of the pregnancy, up to the end of the story."""
    end = telling.anchors["end"]
    if "birth" in telling.anchors:
        telling.usually(AFTER, ends=until)
        _is_looked_after_by_others(telling, end + 35 * _DAY, until)
        is_in_touch(telling, end + 60 * _DAY, min(until, end + 330 * _DAY), 110)
    else:
        is_in_touch(telling, end, min(until, end + 40 * _DAY), 8)
        _is_looked_after_by_others(telling, end + 41 * _DAY, until)
    telling.usually(AFTER_THE_END, ends=until)
    _is_checked(telling, end)
    if "in treatment" in telling.known and not telling.happens(telling.rates.retained):
        stops = telling.by_day(end + telling.between(14, 360))
        if stops < until:
            telling.tell("treatment_ended", stops, "prescriber")
            if telling.happens(0.25):
                telling.tell("treatment_started", telling.by_day(stops + telling.between(15, 90)), "prescriber")


def _is_looked_after_by_others(telling: Telling, at: datetime, until: datetime) -> None:
    """The midwife's contacts end, and somebody says who has her now."""
    if at < until and telling.happens(telling.keeps("LOST_CONTACT")):
        telling.tell("handoff_not_applicable", telling.by_day(at), moment="LOST_CONTACT", step="outreach",
                     reason="keyworker and health visitor see her")  # fmt: skip


def _is_checked(telling: Telling, end: datetime) -> None:
    """The GP check, which a loss before 24 weeks has not."""
    if "birth" not in telling.anchors and (end - telling.conceived).days < 168:
        return
    invited = telling.answered("GP_6_8W", "invited", end + 25 * _DAY, end + 42 * _DAY,
                               telling.keeps("GP_6_8W", telling.rates.gp + 0.15), "keyworker")  # fmt: skip
    if invited:
        telling.answered("GP_6_8W", "seen_or_declined", end + 43 * _DAY, end + 56 * _DAY,
                         telling.keeps("GP_6_8W", telling.rates.gp), "keyworker")  # fmt: skip


def ends(telling: Telling) -> datetime:
    """How the story ends: after the year, by moving away, seldom by her death. Returns when."""
    end = telling.anchors["end"]
    drawn = telling.chance.random()
    if drawn < 0.004:
        return telling.tell("mother_died", end + telling.between(10, 360), "keyworker")
    if drawn < 0.04:
        return telling.tell("closed", telling.by_day(end + telling.between(60, 350)), reason="moved_out")
    if drawn < 0.045:
        return telling.tell("closed", telling.by_day(end + telling.between(60, 350)), reason="withdrew")
    return telling.tell("closed", telling.by_day(end + telling.between(YEAR + 2, YEAR + 45)), reason="completed")
