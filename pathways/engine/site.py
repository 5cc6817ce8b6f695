"""What the rules need to know of a site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from carecoord.sites.hours import OpeningHours

Nation = Literal["ENG", "SCO"]
SourceKind = Literal["prescriber", "pharmacy"]


@dataclass(frozen=True)
class SourceOfMedicine:
    """Who can confirm her medicine, and when they are open."""

    kind: SourceKind
    hours: OpeningHours


@dataclass(frozen=True)
class SiteRules:
    """The site that she entered at: a later move changes no due time.

    ``parameters`` are the site's own numbers and windows by name, as text: a declared parameter
    (``nows_hours``) or any window by its moment and step (``FEEDING_PLAN.signed_x2``). ``sources`` are those that the
    site declares, by code and in its order.
    """

    nation: str
    zone: ZoneInfo
    is_working_day: Callable[[date], bool]
    parameters: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, SourceOfMedicine] = field(default_factory=dict)
