"""Every route of the URLconf, for tests that must leave none out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

# Pages of the ward, whose looks and accessibility are tested in files of their own: tests/pages/test_ward.py,
# tests/medications/ and tests/browser/test_ward.py, test_dose.py, test_shift.py.
OF_THE_WARD = tuple(
    f"medications.views.{module}"
    for module in ("ward", "beds", "doses", "plans", "corrections", "handover", "own", "feeding", "policies")
)

# Her plans, needs and goals: tests/pages/test_plans.py, tests/pages/test_needs.py and tests/browser/test_plans.py.
OF_PLANS = ("pathways.views.plans", "pathways.views.plans_sent", "pathways.views.needs")

# Referrals, clinics, appointments, trips, calendars, the map of services: tests of these names in tests/pages,
# tests/gaps and tests/browser.
OF_REFERRALS = tuple(
    f"referrals.views.{module}"
    for module in (
        "about",
        "attendance",
        "booking",
        "calendars",
        "clinic_setup",
        "clinics",
        "day_list",
        "for_whom",
        "link",
        "links",
        "planning",
        "referrals",
        "sending",
        "service_map",
        "visits",
        "waiting",
    )
)

# Where care breaks, in numbers: tests/gaps/test_pages.py and tests/browser/test_gaps.py. No woman stands on any.
OF_GAPS = ("pathways.gaps.views",)


def named_views(*modules: str) -> set[str]:
    """The names of all routes whose views stand in these modules."""
    found = [each for one in get_resolver().url_patterns for each in getattr(one, "url_patterns", [one])]
    return {str(each.name) for each in found if each.callback and each.callback.__module__.startswith(modules)}


@dataclass(frozen=True)
class Route:
    """One route: how it reads in the URLconf, its view, and how its address is made."""

    path: str  # /journeys/<int:pk>/
    name: str
    view: Callable[..., Any]
    shape: str  # /journeys/%(pk)s/
    converters: Mapping[str, str] = field(hash=False)  # {"pk": "Int"}; "String" for a regular expression's groups

    def address(self, **values: Any) -> str:
        """The address with these values in their places."""
        return self.shape % values


@cache
def routes() -> tuple[Route, ...]:
    """All of them, the sign-in library's and the health pages too, in the URLconf's order."""
    return tuple(_below(get_resolver().url_patterns, "/", "/", {}))


def _below(patterns: Any, path: str, shape: str, converters: Mapping[str, str]) -> Iterator[Route]:
    for each in patterns:
        part = each.pattern
        (form, names), *_ = normalize(part.regex.pattern)
        kinds = {name: type(part.converters[name]).__name__ for name in names if name in part.converters}
        found = {**converters, **{name: kinds.get(name, "String").removesuffix("Converter") for name in names}}
        read = path + re.sub(r"^\^|\$$|\\Z$", "", str(part))
        if isinstance(each, URLResolver):
            yield from _below(each.url_patterns, read, shape + form, found)
        elif isinstance(each, URLPattern):
            yield Route(read, each.name or "", each.callback, shape + form, found)
