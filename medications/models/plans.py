"""The ward's plan for a medicine, version by version, and what a prescriber decides."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from carecoord import clock
from medications.models.statements import LONGEST_WORDS, Supervised
from medications.models.struck import Struck, amount_is_as_stated, of_journey, person, struck_has_its_reason
from medications.rules.products import FREQUENCY_WORDS
from pathways.models.journeys import PRODUCT_CHOICES


class Plan(models.Model):
    """One version of what is prescribed on the ward, word for word. A change is a new version; this one then ends.

    ``times`` as in a statement: the doses of a day on the clock in London. ``every_days`` is 1, 7 or 28.
    ``least_gap`` is how far apart two doses have to be, as the prescriber or the ward's policy says.
    ``valid`` is when it counts; open at its end while it is active.
    """

    class Status(models.TextChoices):
        """Whether it counts."""

        ACTIVE = "active", "Active"
        SUPERSEDED = "superseded", "Replaced by a later version"
        ENDED = "ended", "Ended"

    journey = of_journey("plans")
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="plans")
    product = models.CharField(max_length=40, choices=PRODUCT_CHOICES)
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    words = models.CharField("prescribed, word for word", max_length=LONGEST_WORDS)
    amount = models.CharField(max_length=12, blank=True)
    unit = models.CharField(max_length=8, blank=True)
    frequency = models.CharField(max_length=8, choices=[(each.value, words) for each, words in FREQUENCY_WORDS.items()])
    times = models.JSONField(default=list)
    every_days = models.PositiveSmallIntegerField(default=1)
    first_on = models.DateField(help_text="the first day with a dose")
    least_gap = models.DurationField()
    supervised = models.CharField(max_length=8, choices=Supervised.choices, default=Supervised.DAILY)
    two_sign = models.BooleanField(default=True)
    valid = DateTimeRangeField()
    based_on = ArrayField(models.BigIntegerField(), default=list, help_text="the statements before the prescriber")
    prescriber = person(null=False)
    signed_at = models.DateTimeField(default=clock.now, editable=False)
    reason = models.CharField("why it was changed or ended", max_length=LONGEST_WORDS, blank=True)
    ended_by = person()
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey"], name="plans_of_journey")]
        constraints = [
            amount_is_as_stated("plan"),
            models.UniqueConstraint("woman", "product", condition=Q(status="active"), name="one_active_plan"),
            models.UniqueConstraint("woman", "product", "version", name="one_plan_of_a_version"),
            ExclusionConstraint(
                name="plans_do_not_overlap",
                expressions=[
                    ("woman", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~Q(words=""), name="a_plan_has_its_words"),
            models.CheckConstraint(
                condition=Q(status="active", valid__upper_inf=True) | (~Q(status="active") & Q(valid__upper_inf=False)),
                name="only_the_active_plan_is_open",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Decision(Struck):
    """What a named prescriber decided. ``prescriber_words`` is who decided by phone, where ``prescriber`` is nobody."""

    class Kind(models.TextChoices):
        """What was decided; the product suggests none of them."""

        REASSESSED = "reassessed", "Reassessed: the words below say how to go on"
        WITHHOLD = "withhold", "Withhold"
        SYMPTOMS = "symptom_control", "Treat symptoms"
        AWAIT = "await_verification", "Wait for confirmation"
        RESTART = "restart", "Reassess as for a restart"
        REPEAT = "repeat", "After a part or vomited dose: the words below say how to go on"

    journey = of_journey("decisions")
    admission = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    words = models.CharField(max_length=LONGEST_WORDS)
    prescriber = person()
    prescriber_words = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField()
    recorded_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "-decided_at"], name="decisions_of_journey")]
        constraints = [
            struck_has_its_reason("decision"),
            models.CheckConstraint(
                condition=Q(prescriber__isnull=False) | ~Q(prescriber_words=""), name="somebody_decided"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="a_decision_has_its_words"),
            models.CheckConstraint(
                condition=Q(decided_at__lte=models.F("recorded_at")), name="decided_before_recorded"
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"
