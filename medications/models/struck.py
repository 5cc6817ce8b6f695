"""What was written stays readable. A wrong row is struck through, once, with a reason; nothing else of it changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

LONGEST_REASON = 500


def person(*, null: bool = True) -> models.ForeignKey:
    """A member of staff, whom rows never lose."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=null, on_delete=models.PROTECT, related_name="+")


def of_journey(name: str) -> models.ForeignKey:
    """The journey that a row belongs to; ``name`` is what the journey calls its rows."""
    return models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name=name)


class Struck(models.Model):
    """A row that can be struck through. ``kept_as_written`` (migration 0002) is the trigger that keeps the rest."""

    struck_at = models.DateTimeField(null=True, editable=False)
    struck_by = person()
    struck_reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        abstract = True

    @property
    def stands(self) -> bool:
        """Whether it counts."""
        return self.struck_at is None


def struck_has_its_reason(table: str) -> models.CheckConstraint:
    """Who strikes a row through says why, and stands there by name."""
    return models.CheckConstraint(
        condition=Q(struck_at=None, struck_by=None, struck_reason="")
        | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_reason="")),
        name=f"{table}_struck_with_reason",
    )


# A positive number as it is written, without a sign or a unit; blank where its product has none.
AMOUNT_AS_STATED = r"^(|[0-9]{1,4}([.][0-9]{1,3})?)$"
NOTHING = r"^[0.]+$"


def amount_is_as_stated(table: str) -> models.CheckConstraint:
    """An amount is a positive number in digits, exactly as its source wrote it."""
    return models.CheckConstraint(
        condition=Q(amount__regex=AMOUNT_AS_STATED) & ~Q(amount__regex=NOTHING),
        name=f"{table}_amount_as_stated",
    )
