"""Columns that the tables of referrals share."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from carecoord import clock

LONGEST_NAME = 120
LONGEST_WORDS = 500
LONGEST_NOTE = 2000


def person(*, null: bool = True) -> models.ForeignKey:
    """A member of staff, whom rows never lose."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=null, on_delete=models.PROTECT, related_name="+")


def of_journey(name: str) -> models.ForeignKey:
    """The journey that a row belongs to; ``name`` is what the journey calls its rows."""
    return models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name=name)


def submission() -> models.UUIDField:
    """The form that wrote a row: the same one counts once."""
    return models.UUIDField(null=True, unique=True, editable=False)


def revision() -> models.PositiveSmallIntegerField:
    """How often the time of a row changed, or whether it stands; a trigger counts, for calendars to tell by."""
    return models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)


def revised_at() -> models.DateTimeField:
    """When that was last; at first, when the row was made."""
    return models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
