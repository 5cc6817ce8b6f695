"""One agreed message on feeding: a plan in versions that two people sign, and the advice that differed from it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from carecoord import clock
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason

LONGEST_PLAN = 2000
LONGEST_ADVICE = 500


class FeedingPlan(Struck):
    """One version. A midwife and a neonatal or obstetric consultant sign it; then it counts until the next one does.

    ``agreed_at`` is when both had signed, ``replaced_at`` when a later version was agreed. Struck through: a draft that
    nobody goes on with.
    """

    journey = of_journey("feeding_plans")
    version = models.PositiveSmallIntegerField()
    text = models.CharField("what everybody tells her", max_length=LONGEST_PLAN)
    written_by = person(null=False)
    written_at = models.DateTimeField(default=clock.now, editable=False)
    midwife = person()
    midwife_at = models.DateTimeField(null=True)
    consultant = person()
    consultant_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    shared_by = models.CharField("who told her", max_length=120, null=True)  # noqa: DJ001 (set once, from nothing)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey"], name="feeding_plans_of_journey")]
        constraints = [
            struck_has_its_reason("feeding_plan"),
            models.UniqueConstraint("journey", "version", name="one_feeding_plan_of_a_version"),
            models.UniqueConstraint(
                "journey",
                condition=Q(agreed_at__isnull=False, replaced_at=None, struck_at=None),
                name="one_current_feeding_plan",
            ),
            models.UniqueConstraint(
                "journey", condition=Q(agreed_at=None, struck_at=None), name="one_feeding_plan_to_sign"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_feeding_plan_has_its_text"),
            models.CheckConstraint(
                condition=Q(midwife=None) | Q(consultant=None) | ~Q(midwife=F("consultant")),
                name="feeding_plan_signed_by_two",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | Q(midwife__isnull=False, consultant__isnull=False),
                name="feeding_plan_agreed_when_signed",
            ),
            models.CheckConstraint(
                condition=Q(shared_at=None, shared_by=None)
                | (Q(shared_at__isnull=False, shared_by__isnull=False, agreed_at__isnull=False) & ~Q(shared_by="")),
                name="feeding_plan_shared_when_agreed",
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None) | Q(agreed_at=None), name="an_agreed_feeding_plan_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"feeding plan {self.pk}"


class FeedingAdvice(Struck):
    """Somebody advised her differently: what was said, by whom, to whom. ``settled_by``: the version that did."""

    journey = of_journey("feeding_advice")
    baby = models.PositiveSmallIntegerField(null=True, help_text="None before birth")
    plan = models.ForeignKey(FeedingPlan, null=True, on_delete=models.PROTECT, related_name="differed")
    said = models.CharField(max_length=LONGEST_ADVICE)
    said_by = models.CharField(max_length=120)
    said_to = models.CharField(max_length=120)
    said_at = models.DateTimeField()
    recorded_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    event = models.OneToOneField("pathways.Event", null=True, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(FeedingPlan, null=True, on_delete=models.PROTECT, related_name="settles")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey"], name="feeding_advice_of_journey")]
        constraints = [
            struck_has_its_reason("feeding_advice"),
            models.CheckConstraint(
                condition=~(Q(said="") | Q(said_by="") | Q(said_to="")), name="feeding_advice_is_whole"
            ),
            models.CheckConstraint(condition=Q(said_at__lte=F("recorded_at")), name="feeding_advice_before_recorded"),
        ]

    def __str__(self) -> str:
        return f"feeding advice {self.pk}"
