"""What went wrong with a dose, told at once to those who have to know."""

from __future__ import annotations

from django.db import models

from carecoord import clock
from medications.models.doses import Dose
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason


class SafetyReport(Struck):
    """Somebody gave a dose that another had given already. In words; the record of the first dose stays as it is.

    ``told_at`` is when the worker put the messages for coordinator, doctor and pharmacist into the outbox.
    """

    class Kind(models.TextChoices):
        """What it is about."""

        DOUBLE_DOSE = "double_dose", "A second dose was given"

    journey = of_journey("safety_reports")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.DOUBLE_DOSE)
    dose = models.ForeignKey(Dose, on_delete=models.PROTECT, related_name="safety_reports")
    happened_at = models.DateTimeField()
    words = models.CharField(max_length=LONGEST_WORDS)
    reported_by = person(null=False)
    reported_at = models.DateTimeField(default=clock.now, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["reported_at"], condition=models.Q(told_at=None), name="safety_reports_to_tell"),
        ]
        constraints = [
            struck_has_its_reason("safety_report"),
            models.CheckConstraint(condition=~models.Q(words=""), name="a_safety_report_has_its_words"),
        ]

    def __str__(self) -> str:
        return f"safety report {self.pk}"
