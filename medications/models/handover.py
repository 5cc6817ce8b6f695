"""A ward handed over from one shift to the next. It says who has the ward in hand; nothing waits for it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from carecoord import clock
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason


class Shift(models.TextChoices):
    """The shift that takes over."""

    DAY = "day", "Day"
    LATE = "late", "Late"
    NIGHT = "night", "Night"


class ShiftHandover(models.Model):
    """One ward, one change of shift: signed by who goes, accepted by name by who comes. There is one, whoever signs.

    ``told_at`` is when the worker told the coordinator that nobody had accepted.
    """

    ward = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="shift_handovers")
    to_shift = models.CharField(max_length=8, choices=Shift.choices)
    on_day = models.DateField(help_text="the day on which that shift begins")
    signed_by = person(null=False)
    signed_at = models.DateTimeField(default=clock.now, editable=False)
    accepted_by = person()
    accepted_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["signed_at"], condition=Q(accepted_at=None, told_at=None), name="shift_handovers_to_tell"
            ),
        ]
        constraints = [
            models.UniqueConstraint("ward", "on_day", "to_shift", name="one_handover_of_a_shift"),
            models.CheckConstraint(
                condition=Q(accepted_by=None, accepted_at=None)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="handover_accepted_by_name",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("signed_by")), name="handover_is_between_two"
            ),
        ]

    def __str__(self) -> str:
        return f"shift handover {self.pk}"


class HandedOver(Struck):
    """A woman who was on the ward when it was handed over: where, and what was said of her beside the sheet."""

    handover = models.ForeignKey(ShiftHandover, on_delete=models.PROTECT, related_name="women")
    journey = of_journey("handed_over")
    bed = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        constraints = [
            struck_has_its_reason("handed_over"),
            models.UniqueConstraint("handover", "journey", name="handed_over_once"),
        ]

    def __str__(self) -> str:
        return f"handed over {self.pk}"
