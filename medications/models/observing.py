"""Observing a newborn baby: that it began, what was seen each time, what the parents were told, that it ended."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from carecoord import clock
from carecoord.sites.definitions import OBSERVATION_TOOLS
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason

LONGEST_NAME = 120
LONGEST_ENTRY = 120


class ObservationPlan(Struck):
    """The observation of one baby: with which tool, how often, until when. ``ends_at`` is what was planned."""

    journey = of_journey("observation_plans")
    baby = models.PositiveSmallIntegerField()
    tool = models.CharField(max_length=24, choices=list(OBSERVATION_TOOLS.items()))
    tool_words = models.CharField("which tool, where it is the site's own", max_length=LONGEST_NAME, blank=True)
    every_hours = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    started_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    event = models.OneToOneField("pathways.Event", on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        constraints = [
            struck_has_its_reason("observationplan"),
            models.UniqueConstraint("journey", "baby", condition=Q(struck_at=None), name="a_baby_is_observed_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="observation_ends_after_its_start"),
            models.CheckConstraint(condition=~Q(tool="local") | ~Q(tool_words=""), name="an_own_tool_has_its_name"),
        ]

    def __str__(self) -> str:
        return f"observation of baby {self.baby} of journey {self.journey_id}"


class Observation(Struck):
    """What was seen once. ``entry`` is the total or assessment as its tool gives it, as entered: nothing reads it."""

    class Settled(models.TextChoices):
        """Who fed or settled the baby."""

        MOTHER = "mother", "The mother"
        PARTNER = "partner", "The other parent or family"
        STAFF = "staff", "Staff"
        CARER = "carer", "A carer or foster carer"
        NOBODY = "nobody", "It was not needed"

    class Where(models.TextChoices):
        """Where the baby is."""

        WITH_HER = "with_her", "With the mother"
        NEONATAL_UNIT = "neonatal_unit", "Neonatal unit"
        TRANSITIONAL = "transitional", "Transitional care"
        ELSEWHERE = "elsewhere", "Somewhere else"

    journey = of_journey("observations")
    plan = models.ForeignKey(ObservationPlan, on_delete=models.PROTECT, related_name="observations")
    observed_at = models.DateTimeField()
    entry = models.CharField("as entered", max_length=LONGEST_ENTRY)
    where = models.CharField(max_length=16, choices=Where.choices)
    mother_present = models.BooleanField()
    settled_by = models.CharField(max_length=8, choices=Settled.choices)
    note = models.CharField(max_length=LONGEST_WORDS, blank=True)
    observer = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["plan", "-observed_at"], name="observations_of_plan")]
        constraints = [
            struck_has_its_reason("observation"),
            models.CheckConstraint(condition=~Q(entry=""), name="an_observation_has_its_entry"),
            models.CheckConstraint(
                condition=Q(observed_at__lte=F("recorded_at") + timedelta(minutes=2)), name="not_observed_in_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"observation {self.pk}"


class ObservationStep(Struck):
    """What belongs to an observation besides: the parents were shown it, it ended, who was told what to look for."""

    class Kind(models.TextChoices):
        """Which step."""

        SHOWN = "shown", "The parents were shown what is looked for, and why"
        ENDED = "ended", "Completed"
        STOPPED = "stopped", "Stopped early"
        LATE_SIGNS = "late_signs", "Told what to look for later"

    ENDINGS = (Kind.ENDED, Kind.STOPPED)

    journey = of_journey("observation_steps")
    plan = models.ForeignKey(ObservationPlan, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    whom = models.CharField("who was told or shown", max_length=LONGEST_NAME, blank=True)
    who = models.CharField("who told them, or authorised the stop", max_length=LONGEST_NAME, blank=True)
    reason = models.CharField(max_length=LONGEST_WORDS, blank=True)
    recorded_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    event = models.OneToOneField("pathways.Event", null=True, on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["plan"], name="steps_of_observation")]
        constraints = [
            struck_has_its_reason("observationstep"),
            models.UniqueConstraint(
                "plan", condition=Q(struck_at=None, kind__in=("ended", "stopped")), name="an_observation_ends_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="stopped") | (~Q(who="") & ~Q(reason="")), name="an_early_stop_names_its_senior"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("ended", "stopped")) | ~Q(whom=""), name="somebody_was_told_or_shown"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of observation {self.plan_id}"
