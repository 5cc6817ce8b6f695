"""Where on the ward she is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from carecoord import clock
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import of_journey, person


class Stay(models.Model):
    """One bed, or one place away from it, from ``since`` until she moves on. Dose times go on meanwhile."""

    class Location(models.TextChoices):
        """Where she is just now."""

        BED = "bed", "At her bed"
        LABOUR_WARD = "labour_ward", "Labour ward"
        THEATRE = "theatre", "Theatre"
        NEONATAL_UNIT = "neonatal_unit", "With her baby, neonatal unit"
        AWAY = "away", "Away from the ward"

    journey = of_journey("stays")
    ward = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="stays")
    admission = models.PositiveSmallIntegerField()
    bed = models.CharField(max_length=12, blank=True)
    location = models.CharField(max_length=16, choices=Location.choices, default=Location.BED)
    back_at = models.DateTimeField(null=True, help_text="when she is expected back")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    recorded_by = person()

    class Meta:
        constraints = [
            models.UniqueConstraint("journey", condition=Q(until=None), name="in_one_place"),
            models.UniqueConstraint("ward", "bed", condition=Q(until=None) & ~Q(bed=""), name="one_woman_in_a_bed"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="a_stay_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["ward"], condition=Q(until=None), name="stays_on_ward")]

    def __str__(self) -> str:
        return f"stay {self.pk}"


class Visiting(models.Model):
    """Who may visit her, in her words; the newest row of an admission holds, and a blank one takes it back."""

    journey = of_journey("visiting")
    admission = models.PositiveSmallIntegerField()
    words = models.CharField("who may visit", max_length=LONGEST_WORDS, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = person(null=False)

    class Meta:
        verbose_name_plural = "visiting"
        indexes = [models.Index(fields=["journey", "-id"], name="newest_visiting")]

    def __str__(self) -> str:
        return f"visiting {self.pk}"
