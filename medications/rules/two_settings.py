"""Doses on one day from two places: the ward and the community. It says so to both; it judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from carecoord import clock

# What tells of a dose. Of an outcome, these say that something was taken: part of a dose counts.
KINDS = ("dose_given", "dose_confirmed", "dose_outcome_recorded")
_PARTLY = ("part_given", "vomited_after")
_WHO = {"pharmacy": "the pharmacy says", "prescriber": "the drug service says", "clinic": "a clinic says"}


class Setting(StrEnum):
    """Where she took it."""

    WARD = "ward"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Taken:
    """One dose that she took: when, where, and who says so."""

    at: datetime
    setting: Setting
    who: str

    @property
    def in_words(self) -> str:
        """``on the ward, 09:31, L. Grant``."""
        where = "on the ward" if self.setting is Setting.WARD else "in the community"
        return f"{where}, {self.at.astimezone(clock.LONDON):%H:%M}, {self.who}"


def taken_from(kind: str, at: datetime, details: Mapping[str, str], recorded_by: str) -> Taken | None:
    """What an event tells of a dose that she took; None where it tells of none."""
    if kind not in KINDS or (kind == "dose_outcome_recorded" and details.get("outcome") not in _PARTLY):
        return None
    by = details.get("confirmed_by", "")
    if kind == "dose_confirmed" and by != "ward":
        return Taken(at, Setting.COMMUNITY, _WHO.get(by, "her own card"))
    return Taken(at, Setting.WARD, recorded_by or "as recorded")


@dataclass(frozen=True, slots=True)
class BothOnOneDay:
    """A date in London with doses of both settings, in order of time."""

    day: date
    doses: tuple[Taken, ...]


def both_on_one_day(doses: Iterable[Taken]) -> list[BothOnOneDay]:
    """The dates on which she took something in both settings, the newest first."""
    by_day: dict[date, list[Taken]] = {}
    for dose in sorted(doses, key=lambda each: each.at):
        by_day.setdefault(clock.today(dose.at), []).append(dose)
    found = [
        BothOnOneDay(day, tuple(taken)) for day, taken in by_day.items() if len({each.setting for each in taken}) > 1
    ]
    return sorted(found, key=lambda each: each.day, reverse=True)
