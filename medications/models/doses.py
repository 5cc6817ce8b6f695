"""Scheduled doses and what came of them. The database holds that a dose is given once, and none inside the gap."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from medications.models.plans import Decision, Plan
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason
from pathways.models.journeys import PRODUCT_CHOICES


class DueDose(models.Model):
    """One dose that the plan asks for: the rule's local time on ``local_day``, as the instant ``due_at``.

    ``number`` is the dose's number in the journey: the subject of its handoff (OST_DOSE_LATE).
    """

    journey = of_journey("due_doses")
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="due_doses")
    number = models.PositiveIntegerField()
    local_day = models.DateField()
    slot = models.PositiveSmallIntegerField(help_text="which of the day's times, from 0")
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "local_day", "slot", name="one_due_dose_of_a_slot"),
            models.UniqueConstraint("journey", "number", name="due_doses_are_numbered"),
        ]
        indexes = [
            models.Index(fields=["journey", "due_at"], condition=Q(cancelled_at=None), name="due_doses_in_order"),
        ]

    def __str__(self) -> str:
        return f"due dose {self.pk}"


class Outcome(models.TextChoices):
    """What came of a dose (pathway 4.4)."""

    GIVEN = "given", "Given, all of it"
    GIVEN_LATE = "given_late", "Given late, all of it"
    PART = "part_given", "Part of it taken"
    REFUSED = "refused", "She chose not to take it"
    VOMITED = "vomited_after", "She was sick afterwards"
    SEDATED = "withheld_sedated", "Held: she was too sleepy"
    WITHHELD = "withheld_prescriber", "Held: prescriber asked"
    ABSENT = "absent_from_ward", "Not on the ward"
    NO_STOCK = "stock_unavailable", "Not in stock"
    NOT_RECORDED = "not_recorded", "Nobody can say"


WHOLE = (Outcome.GIVEN, Outcome.GIVEN_LATE)  # all of it was taken: this is a confirmed dose
TAKEN = (*WHOLE, Outcome.PART, Outcome.VOMITED)  # something was taken: no other dose inside the gap


class Place(models.TextChoices):
    """Where she took it, out of others' sight or not."""

    TREATMENT_ROOM = "treatment_room", "Treatment room"
    SIDE_ROOM = "side_room", "Side room"
    BAY = "bay", "Bay, curtain closed"


class Dose(Struck):
    """What came of one dose; ``due`` is None for one that no plan had scheduled at that time.

    ``words`` are the plan's, copied. ``blocked`` runs from ``given_at`` for the plan's least gap where something was
    taken. After a part or vomited dose a prescriber's ``released_by`` lets another be recorded inside it.
    A wrong one is struck through by two: ``struck_by`` and, beside them, ``struck_with``.
    ``decision`` is what stood behind it where a reassessment was open; else ``override_reason``, by two people.
    """

    journey = of_journey("doses")
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=40, choices=PRODUCT_CHOICES)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="doses")
    due = models.ForeignKey(DueDose, null=True, on_delete=models.PROTECT, related_name="doses")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    given_at = models.DateTimeField("when it happened")
    blocked = DateTimeRangeField(null=True)
    released_by = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=LONGEST_WORDS)
    given_by = person(null=False)
    witness = person()
    two_sign = models.BooleanField(default=True, help_text="whether the plan asked for a second signature")
    place = models.CharField(max_length=16, choices=Place.choices, blank=True)
    register_page = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=LONGEST_WORDS, blank=True)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="doses")
    override_reason = models.CharField(max_length=LONGEST_WORDS, blank=True)
    struck_with = person()
    event = models.OneToOneField("pathways.Event", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "-given_at"], name="doses_of_journey")]
        constraints = [
            struck_has_its_reason("dose"),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_with=None)
                | (Q(struck_at__isnull=False, struck_with__isnull=False) & ~Q(struck_with=F("struck_by"))),
                name="two_people_strike_a_dose_through",
            ),
            models.UniqueConstraint("due", condition=Q(struck_at=None), name="one_outcome_of_a_due_dose"),
            ExclusionConstraint(
                name="no_dose_inside_the_gap",
                expressions=[
                    ("woman", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    ("blocked", RangeOperators.OVERLAPS),
                ],
                condition=Q(struck_at=None, released_by=None, blocked__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=TAKEN, blocked__isnull=False, blocked__isempty=False, blocked__startswith=F("given_at")
                )
                | (~Q(outcome__in=TAKEN) & Q(blocked=None)),
                name="what_was_taken_blocks_the_gap",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(outcome__in=(Outcome.PART, Outcome.VOMITED)),
                name="a_whole_dose_is_never_released",
            ),
            models.CheckConstraint(condition=Q(witness=None) | ~Q(witness=F("given_by")), name="witness_is_another"),
            models.CheckConstraint(
                condition=Q(two_sign=False) | ~Q(outcome__in=TAKEN) | Q(witness__isnull=False),
                name="two_people_sign",
            ),
            models.CheckConstraint(
                condition=Q(given_at__lte=F("recorded_at") + timedelta(minutes=2)), name="no_dose_in_the_future"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=WHOLE) | ~Q(reason="") | Q(outcome=Outcome.NOT_RECORDED),
                name="not_given_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"dose {self.pk}"
