"""A journey is one pregnancy and the year after it; events are what happened on it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models

from carecoord import clock
from carecoord.sites.models import Site
from pathways.engine import CLOSING_REASONS, Stage, gestation_on
from pathways.moments.products import PRODUCTS
from pathways.words import STAGE_NAMES

STAGE_CHOICES = [(stage.value, STAGE_NAMES[stage]) for stage in Stage]
PRODUCT_CHOICES = [(product.key, product.name) for product in PRODUCTS.values()]


class Journey(models.Model):
    """One pregnancy of one woman. Everything below the line is a copy of what the events say."""

    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="journeys")
    number = models.PositiveSmallIntegerField(default=1, help_text="1 for the first pregnancy known here")
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="journeys", help_text="where she is now"
    )
    entered_site = models.ForeignKey(
        "sites.Site",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="where she entered, if she has moved since: its rules keep counting",
    )
    team = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="journeys")
    named_midwife = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="caseload"
    )
    buddy = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="buddy_caseload"
    )
    edd_at_entry = models.DateField("EDD she came with", null=True, blank=True)
    medication_at_entry = models.CharField(max_length=40, blank=True, choices=PRODUCT_CHOICES)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # Counted by a trigger with every change above the line; a new copy below it has to be named there (0014, 0018).
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    # -- copies, written with the events that move them; `recompute --check` proves them --
    stage = models.CharField(max_length=24, blank=True, choices=STAGE_CHOICES, editable=False)
    stage_since = models.DateTimeField(null=True, editable=False)
    # What led to the stage: a trigger refuses a stage to which no declared move leads (engine/stage.py).
    stage_before = models.CharField(max_length=24, blank=True, default="", db_default="", editable=False)
    stage_by = models.ForeignKey(
        "pathways.Event", null=True, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    edd = models.DateField("current EDD", null=True, editable=False)
    born_at = models.DateTimeField("first birth", null=True, editable=False)
    last_contact_at = models.DateTimeField(null=True, editable=False)
    in_hospital = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("woman", "number", name="one_journey_per_pregnancy"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="pregnancies_count_from_1"),
        ]
        indexes = [
            models.Index(fields=["named_midwife", "stage"], name="journey_of_midwife"),
            models.Index(fields=["team", "stage"], name="journey_of_team"),
        ]

    def __str__(self) -> str:
        return f"journey {self.pk}"

    @property
    def rules_site(self) -> Site:
        """The site whose windows and calendar count, also after a move (rules, section 3)."""
        return self.entered_site or self.site

    @property
    def is_closed(self) -> bool:
        return self.stage == Stage.CLOSED

    def day_after_birth(self, on: date) -> int | None:
        """Day n on that London date; the day of the first birth is day 0. None before a birth."""
        return (on - clock.today(self.born_at)).days if self.born_at else None

    @property
    def after_loss(self) -> bool:
        """Whether no baby of this pregnancy lives any more; also once the journey was closed after that."""
        return Stage.BEREAVEMENT in (self.stage, self.stage_before if self.is_closed else "")

    def point_on(self, on: date) -> str:
        """Where she is on that London date: ``31+4``, ``day 12``, or a dash when neither is known.

        After a loss nothing counts on: no week of a pregnancy that has ended, no day of a baby who died.
        """
        if self.after_loss:
            return "–"
        day = self.day_after_birth(on)
        if day is not None:
            return f"day {day}"
        if self.edd:
            weeks, days = gestation_on(self.edd, on)
            return f"{weeks}+{days}"
        return "–"


class Baby(models.Model):
    """A live-born baby of a journey; twins are two. Made by the event of the birth."""

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="babies")
    number = models.PositiveSmallIntegerField()
    born_at = models.DateTimeField()
    place = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name_plural = "babies"
        constraints = [models.UniqueConstraint("journey", "number", name="baby_number_once")]

    def __str__(self) -> str:
        return f"baby {self.number} of journey {self.journey_id}"


class Event(models.Model):
    """A fact: something that happened, when it happened and when and by whom it was recorded.

    Append-only: a trigger refuses UPDATE and DELETE. A wrong one is marked with a Correction.
    Facts count in order of ``occurred_at``, ties in order of ``id``.
    """

    class Source(models.TextChoices):
        """How it came in."""

        SCREEN = "screen", "entered here"
        IMPORT = "import", "from an imported file"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    baby = models.PositiveSmallIntegerField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.SCREEN)
    submission = models.UUIDField(null=True, unique=True, editable=False, help_text="The form it came from, once")
    fingerprint = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False, help_text="Of what that form said"
    )

    class Meta:
        indexes = [models.Index(fields=["journey", "occurred_at", "id"], name="events_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(occurred_at__lte=models.F("recorded_at")), name="nothing_happened_in_the_future"
            ),
            # New rows only: what was closed in free words before stays as it was written (migration 0018).
            models.CheckConstraint(
                condition=~models.Q(kind="closed") | models.Q(details__reason__in=[key for key, _ in CLOSING_REASONS]),
                name="closed_for_a_declared_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class Correction(models.Model):
    """Marks an event as entered in error. The event stays readable, struck through, with the reason."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="correction")
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"correction of event {self.event_id}"
