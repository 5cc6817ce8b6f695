"""The stored copy of the engine's answer, the flags raised from it, and a row for each sweep."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When

from carecoord import clock
from pathways.engine import OPEN_STATES, State
from pathways.words import STATE_NAMES

STATE_CHOICES = [(state.value, STATE_NAMES[state]) for state in State]
OPEN = [state.value for state in OPEN_STATES]


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Handoffs, by what is true now rather than by what the sweep last wrote."""

    def open(self) -> HandoffQuerySet:
        """Those that somebody still owes."""
        return self.filter(state__in=OPEN)

    def ended(self) -> HandoffQuerySet:
        return self.exclude(state__in=OPEN)

    def with_live_state(self, at: datetime | None = None) -> HandoffQuerySet:
        """Annotate ``live_state``: by the clock, so that an overdue handoff shows even when no sweep runs."""
        at = at or clock.now()
        return self.annotate(
            live_state=Case(
                When(~Q(state__in=OPEN), then="state"),
                When(missed_at__lte=at, then=Value(State.MISSED.value)),
                When(due_at__lte=at, then=Value(State.OVERDUE.value)),
                When(warn_at__lte=at, then=Value(State.DUE_SOON.value)),
                default=Value(State.PENDING.value),
                output_field=models.CharField(),
            )
        )


class Handoff(models.Model):
    """One step of one critical moment, owed for one subject. Written by the projection and the sweep only."""

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="handoffs")
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="+", db_index=False, help_text="copy: where she is now"
    )
    moment = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    subject = models.CharField(max_length=12)
    subject_number = models.PositiveSmallIntegerField(default=0, help_text="0 for the pregnancy itself")
    occurrence = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    missed_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=STATE_CHOICES)
    late_entry = models.BooleanField(default=False)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "journey", "moment", "step", "subject", "subject_number", "occurrence", name="one_handoff_ever"
            ),
            models.CheckConstraint(
                condition=Q(warn_at__lte=models.F("due_at")) & Q(due_at__lte=models.F("missed_at")),
                name="warned_then_due_then_missed",
            ),
        ]
        indexes = [
            # Each sweep statement walks one site's part of one of these to the present and stops.
            models.Index(fields=["site", "warn_at"], condition=Q(state="pending"), name="sweep_site_warn"),
            models.Index(
                fields=["site", "due_at"], condition=Q(state__in=["pending", "due_soon"]), name="sweep_site_due"
            ),
            models.Index(
                fields=["site", "missed_at"], condition=Q(state__in=OPEN) & ~Q(state="missed"), name="sweep_site_missed"
            ),
            models.Index(fields=["journey", "due_at"], condition=Q(state__in=OPEN), name="open_by_journey"),
        ]

    def __str__(self) -> str:
        return f"handoff {self.pk}"

    @property
    def subject_key(self) -> str:
        """``pregnancy``, ``baby:1``, ``admission:2``: as in exports and answers."""
        return f"{self.subject}:{self.subject_number}" if self.subject_number else self.subject

    @property
    def key(self) -> str:
        """Names the handoff within its journey, also after its row is gone."""
        return f"{self.moment}.{self.step}.{self.subject_key}.{self.occurrence}"


class Flag(models.Model):
    """Raised once for each handoff that is overdue or missed, until it ends or its time moves.

    It climbs its moment's ladder: ``rung`` is the highest level told (None before the first), ``climbs_at`` when the
    next one is due (None after the last), and nobody further is told before ``held_until``. ``is_over``: the database
    saw its handoff leave the late states; whoever did that clears it, else the next sweep.
    """

    class Level(models.TextChoices):
        """How far past due."""

        OVERDUE = "overdue", "Overdue"
        MISSED = "missed", "Missed"

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="flags")
    handoff = models.ForeignKey(Handoff, null=True, on_delete=models.SET_NULL, related_name="flags")
    handoff_key = models.CharField(max_length=120)
    level = models.CharField(max_length=8, choices=Level.choices)
    raised_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    site = models.ForeignKey("sites.Site", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    rung = models.PositiveSmallIntegerField(null=True)
    climbs_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_over = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("handoff", condition=Q(cleared_at=None), name="one_open_flag_per_handoff")
        ]
        indexes = [
            models.Index(fields=["journey"], condition=Q(cleared_at=None), name="open_flags"),
            models.Index(
                fields=["site", "climbs_at"],
                condition=Q(cleared_at=None, climbs_at__isnull=False),
                name="flags_to_climb",
            ),
            models.Index(fields=["site"], condition=Q(cleared_at=None, is_over=True), name="flags_that_are_over"),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"


class SweepRun(models.Model):
    """One sweep of one site, written when it starts; the newest that finished says how fresh the site's flags are."""

    site = models.ForeignKey("sites.Site", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, db_index=True, help_text="none: it runs, or it was killed")
    as_of = models.DateTimeField()
    examined = models.PositiveIntegerField(default=0)
    flagged = models.PositiveIntegerField(default=0)
    escalated = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0, help_text="alerts that it made")

    class Meta:
        indexes = [models.Index(fields=["site", "-finished_at"], name="newest_sweep_of_site")]

    def __str__(self) -> str:
        return f"sweep {self.pk}"
