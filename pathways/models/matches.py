"""Two records that could be one woman's, at sites whose midwives cannot see both."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from carecoord import clock


class MatchReview(models.Model):
    """A pair of women that somebody has to look at, and what they found. ``woman`` has the lower id."""

    class Because(models.TextChoices):
        """Why the two were put side by side."""

        NUMBER = "number", "They have the same number."
        NAMES = "names", "Their names are alike, and so are their dates of birth."

    class Outcome(models.TextChoices):
        """What the privacy officer found."""

        SAME = "same", "The same person"
        DIFFERENT = "different", "Different people"

    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    because = models.CharField(max_length=6, choices=Because.choices)
    found_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, blank=True, choices=Outcome.choices)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("woman", "other", name="match_once"),
            models.CheckConstraint(condition=Q(woman__lt=F("other")), name="match_of_two_in_order"),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, outcome="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome=""),
                name="match_decision_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["found_at"], name="matches_to_look_at", condition=Q(decided_by=None))]

    def __str__(self) -> str:
        return f"match {self.pk}"
