"""Who has a handoff in hand: the one named here, else her named midwife where it is a caseload's, else nobody yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.models.handoffs import Handoff


class Owner(models.Model):
    """Somebody who has one handoff in hand, since when and until when. At most one runs for a handoff."""

    class How(models.TextChoices):
        """How it came to them."""

        ACCEPTED = "accepted", "Accepted it"
        TAKEN = "taken", "Said: I have this"
        ASSIGNED = "assigned", "Was given it"
        PASSED = "passed", "Had it passed on by a colleague"

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="owners")
    handoff = models.ForeignKey(Handoff, null=True, on_delete=models.SET_NULL, related_name="owners")
    handoff_key = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_handoffs")
    how = models.CharField(max_length=10, choices=How.choices)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("handoff", condition=Q(until=None), name="one_owner_at_a_time"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="owned_until_after_since"),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(until=None), name="owned_by"),
            models.Index(fields=["journey"], name="owners_of_journey"),
        ]

    def __str__(self) -> str:
        return f"owner {self.pk}"
