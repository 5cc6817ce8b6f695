"""What a woman says made it later that she came. It says something of the services, and is held against nobody."""

from __future__ import annotations

from django.db import models

from pathways.models.journeys import Journey
from pathways.models.outreach import Kept


class LateReason(Kept):
    """What she said, if she wanted to say; the newest holds. Asked at booking it stands with that handoff's answer."""

    class Reason(models.TextChoices):
        """Her reason; the values are those that the pathway asks for with a late booking."""

        NOT_REALISED = "not_realised_pregnant", "She had not realised that she was pregnant"
        FEAR = "fear", "She was afraid"
        NO_ACCESS = "no_access", "She could not get to a service"
        MOVED = "moved", "She moved"
        OTHER = "other", "Something else"
        PREFERS_NOT_TO_SAY = "prefer_not_say", "She prefers not to say"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="late_reasons")
    reason = models.CharField(max_length=24, choices=Reason.choices)

    class Meta:
        indexes = [models.Index(fields=["journey", "-id"], name="newest_late_reason")]

    def __str__(self) -> str:
        return f"late reason {self.pk} of journey {self.journey_id}"
