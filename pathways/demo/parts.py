"""What other parts of the product add to the demonstration: they name themselves here, in their app's ``ready``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import DateField, DateTimeField, Field, Model
from django.utils.module_loading import import_string

from carecoord.access.models import User


class Times(NamedTuple):
    """The columns of a model that hold times of a woman, and how a row of it finds her or her journey.

    ``ranges`` are ranges of instants. ``apart``: rows of hers must not meet on the way, so they move past each other.
    """

    model: type[Model]
    owner: str
    instants: tuple[str, ...]
    dates: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    apart: bool = False


def times_of(model: type[Model], owner: str = "journey", *, apart: bool = False) -> Times:
    """All columns of a model that hold times."""
    of: dict[type[Field], list[str]] = {}
    for field in model._meta.concrete_fields:
        of.setdefault(type(field), []).append(field.name)
    instants, dates, ranges = (tuple(of.get(kind, ())) for kind in (DateTimeField, DateField, DateTimeRangeField))
    return Times(model, owner, instants, dates, ranges, apart)


LastWord = tuple[type[Model], str, str]


@dataclass(frozen=True)
class Part:
    """``tell`` is asked with the staff, by e-mail, and the time, whenever the demonstration is loaded.

    ``times`` and ``last`` are of journeys, as in ``following``; ``kept`` names the triggers that keep rows as written.
    """

    tell: Callable[[Mapping[str, User], datetime], None]
    times: tuple[Times, ...]
    last: tuple[LastWord, ...]
    kept: tuple[tuple[str, str], ...]


NAMED: list[str] = []


def parts() -> list[Part]:
    """Every part, in the order in which they named themselves."""
    return [import_string(name)() for name in NAMED]
