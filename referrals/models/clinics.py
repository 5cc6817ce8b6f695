"""Clinics: days on which several services are in one place. A room and a clinician are in one session at a time.

Nothing here is a woman's. A day is made from a series, or by hand; what a series makes can be changed for that day.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS, person, revised_at, revision
from referrals.models.services import Place, Room, Service
from referrals.rules import days, kinds
from referrals.rules.days import OnHoliday


class Series(models.Model):
    """A clinic that comes again: every ``every_weeks`` weeks on the weekday of ``first_on``. Times are London's."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="series")
    first_on = models.DateField()
    every_weeks = models.PositiveSmallIntegerField(default=1)
    until = models.DateField(null=True, blank=True, help_text="the last day")
    on_holiday = models.CharField(max_length=4, choices=days.CHOICES, default=OnHoliday.SKIP)
    creche_from = models.TimeField(null=True, blank=True)
    creche_until = models.TimeField(null=True, blank=True)
    creche_places = models.PositiveSmallIntegerField(default=0)
    made_on_until = models.DateField(null=True, help_text="its days are made up to this one")
    made_by = person()

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(condition=Q(every_weeks__gte=1), name="a_series_comes_again"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("first_on")), name="a_series_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"series {self.pk}"


class SeriesSession(models.Model):
    """One session of each day of a series: who is in which room from when until when."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=kinds.CHOICES)
    clinician = person()
    clinician_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=30, help_text="of one appointment")
    seats = models.PositiveSmallIntegerField(default=1, help_text="women at the same time; more than one is a group")
    has_interpreter = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="a_series_session_lasts"),
            models.CheckConstraint(condition=Q(seats__gte=1, minutes__gte=5), name="a_series_session_has_room"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk} of series {self.series_id}"


class Clinic(models.Model):
    """One day at one place."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="clinics")
    on = models.DateField()
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT, related_name="clinics")
    moved_from = models.DateField(null=True, help_text="the bank holiday it would have been on")
    creche_from = models.TimeField(null=True, blank=True)
    creche_until = models.TimeField(null=True, blank=True)
    creche_places = models.PositiveSmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=LONGEST_WORDS, blank=True)
    cancelled_by = person()

    class Meta:
        ordering = ["on", "place_id"]
        constraints = [
            models.UniqueConstraint("place", "on", name="one_clinic_a_day"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_why="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_why="")),
                name="a_clinic_cancelled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"clinic {self.pk}"


class Session(models.Model):
    """One service in one room during one stretch of a day (``during``, an instant range, closed below, open above).

    ``seats``: how many women at the same time. ``took_place``: None until somebody says so; False where we cancelled.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="sessions")
    line = models.ForeignKey(
        SeriesSession,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="what put it there, where it comes again",
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="sessions")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=24, choices=kinds.CHOICES)
    clinician = person()
    clinician_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    during = DateTimeRangeField()
    minutes = models.PositiveSmallIntegerField(default=30, help_text="of one appointment")
    seats = models.PositiveSmallIntegerField(default=1)
    has_interpreter = models.BooleanField(default=False)
    took_place = models.BooleanField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=LONGEST_WORDS, blank=True)
    cancelled_by = person()
    revision = revision()
    revised_at = revised_at()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_session_in_a_room",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at=None),
            ),
            ExclusionConstraint(
                name="a_clinician_is_in_one_place",
                expressions=[("clinician", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(cancelled_at=None, clinician__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="a_session_lasts",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1, minutes__gte=5), name="a_session_has_room"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_why="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_why="")),
                name="a_session_cancelled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Feed(models.Model):
    """A calendar that somebody subscribes to: their own appointments (``user``), or those of a place.

    Whoever has the address reads it without signing in, so it holds times and neutral titles and nothing else. Only
    the hash of its token is kept.
    """

    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="feeds", help_text="whose it is")
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="feeds")
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    made_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, help_text="last read by a calendar")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "place", condition=Q(ended_at=None), nulls_distinct=False, name="one_feed_of_each_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"
