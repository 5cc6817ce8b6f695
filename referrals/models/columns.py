"""Columns that the tables of referrals share."""

from __future__ import annotations

from django.conf import settings
from django.db import models

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
