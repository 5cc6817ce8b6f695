"""The first of two signatures: what somebody entered and signed, waiting for the second person. It is no dose yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from carecoord import clock
from medications.models.doses import Dose, DueDose
from medications.models.plans import Plan
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason

HOLDS = timedelta(minutes=5)


class Signing(Struck):
    """What the first person entered and signed. Both signatures store one ``dose``, once; after five minutes none.

    ``entered`` is what the form said, as text: outcome, given_at, place, register_page, reason, decision,
    override_reason. It holds no amount. Struck through: the first person took it back.
    """

    journey = of_journey("signings")
    due = models.ForeignKey(DueDose, null=True, on_delete=models.PROTECT, related_name="signings")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="signings")
    plan_version = models.PositiveSmallIntegerField()
    entered = models.JSONField()
    first_by = person(null=False)
    first_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    dose = models.OneToOneField(Dose, null=True, on_delete=models.PROTECT, related_name="signing")

    class Meta:
        indexes = [models.Index(fields=["journey", "-first_at"], name="signings_of_journey")]
        constraints = [struck_has_its_reason("signing")]

    def __str__(self) -> str:
        return f"signing {self.pk}"

    @property
    def holds_until(self) -> datetime:
        """Until when the second person can sign."""
        return self.first_at + HOLDS

    def waits(self, now: datetime) -> bool:
        """Whether the second signature is still to come."""
        return self.stands and self.dose_id is None and now <= self.holds_until
