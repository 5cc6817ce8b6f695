"""What is counted of each pregnancy, the sums of it, and what of them was told.

``CaseCount`` and ``Cell`` are exact, and no web process may read them. ``Block`` is what was told, once and for all
(rules/releases.py); ``Standing`` is worked out from blocks alone, so that a page reads one row a site.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

LONGEST_TABLE = 40


class ToCount(models.Model):
    """A pregnancy whose record has changed since it was counted; written by triggers, taken by the refresh."""

    journey = models.ForeignKey("pathways.Journey", on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name_plural = "to count"

    def __str__(self) -> str:
        return f"to count: journey {self.journey_id}"


class CaseCount(models.Model):
    """What one pregnancy adds to the sums: see counting.py for the shape of ``units``.

    Those units stand in the cells whose ``counts_from`` is not after ``counted_until``; ``next_at`` is when the next
    one counts, None where all do.
    """

    journey = models.OneToOneField("pathways.Journey", primary_key=True, on_delete=models.CASCADE, related_name="+")
    units = models.JSONField(default=list)
    counted_until = models.DateTimeField()
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="case_counts_to_come")]

    def __str__(self) -> str:
        return f"counts of journey {self.journey_id}"


class Cell(models.Model):
    """How many units of one table, at one site, in one month (its first day, of the anchor in London), are in one part.

    ``part`` is -1 for those of whom it cannot be known. ``value`` is of medians, else -1. ``women``: those of them who
    are in this part of this table at this site for the first time.
    """

    of_table = models.CharField(max_length=LONGEST_TABLE, help_text="M01.booked")
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    part = models.SmallIntegerField()
    value = models.IntegerField(default=-1)
    count = models.IntegerField(default=0)
    women = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("of_table", "site", "month", "part", "value", name="one_cell_of_each"),
            models.CheckConstraint(condition=Q(women__gte=0, count__gte=F("women")), name="a_cell_counts_up"),
        ]

    def __str__(self) -> str:
        return f"cell {self.of_table} {self.month}"


class Told(models.Model):
    """That a table was asked for what can be told up to ``until`` (a month's first day), whether or not it was."""

    of_table = models.CharField(max_length=LONGEST_TABLE)
    until = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "told"
        constraints = [models.UniqueConstraint("of_table", "until", name="each_step_is_taken_once")]

    def __str__(self) -> str:
        return f"told: {self.of_table} until {self.until}"


class Block(models.Model):
    """What was told of one table at one site (None: of all together) for the months from ``since`` to before ``until``.

    ``groups`` and ``parts`` are zeros and multiples of 5; both None where the block is hidden for good, ``parts`` where
    only groups are told. ``missing`` is None where it is hidden. ``spread``: the quartiles of medians.
    """

    of_table = models.CharField(max_length=LONGEST_TABLE)
    site = models.ForeignKey("sites.Site", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    until = models.DateField()
    groups = ArrayField(models.IntegerField(), null=True)
    parts = ArrayField(models.IntegerField(), null=True)
    missing = models.IntegerField(null=True)
    spread = ArrayField(models.FloatField(), null=True, size=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="a_block_has_a_length"),
            models.CheckConstraint(
                condition=Q(groups__isnull=False) | Q(parts__isnull=True), name="parts_are_told_with_their_groups"
            ),
            ExclusionConstraint(
                name="nothing_is_told_twice",
                expressions=[
                    ("of_table", RangeOperators.EQUAL),
                    (Coalesce("site", Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (Func("since", "until", function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.of_table} {self.since}"


class Standing(models.Model):
    """How a table stands at one site, or of all together: the last window, the one before, and what the chart says.

    ``lines`` by line: ``some``, ``whole`` (both None where hidden), ``change`` (a word) and ``since`` (of a signal).
    Worked out from blocks, and written anew whenever one is told.
    """

    of_table = models.CharField(max_length=LONGEST_TABLE)
    site = models.ForeignKey("sites.Site", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    until = models.DateField()
    hidden_months = models.SmallIntegerField(default=0)
    missing = models.IntegerField(null=True)
    spread = ArrayField(models.FloatField(), null=True, size=3)
    lines = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint("of_table", "site", nulls_distinct=False, name="one_standing_of_each")]

    def __str__(self) -> str:
        return f"standing {self.of_table}"
