"""Plans in versions: what was written, who signed it, who was sent it and has it, and when she was given it.

A version is never changed (a trigger refuses it): whoever has something to change writes the next one.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from carecoord.access.labels import LABEL_NAMES, Label

LONGEST_NAME = 120
LONGEST_WORDS = 500


def _person(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=null, on_delete=models.PROTECT, related_name="+")


class CarePlan(models.Model):
    """One version of one kind of plan (``pathways.rules.plans``); ``sections`` holds its texts by key.

    ``agreed_at`` is when both sides had signed, ``ended_at`` when a later version took its place.
    """

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="care_plans")
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    label = models.CharField(
        max_length=20, choices=[(each.value, LABEL_NAMES[each]) for each in Label], default=Label.GENERAL.value
    )
    sections = models.JSONField()
    written_by = _person()
    written_at = models.DateTimeField(default=clock.now, editable=False)
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("journey", "kind", "version", name="one_care_plan_of_a_version"),
            models.UniqueConstraint(
                "journey", "kind", condition=Q(agreed_at__isnull=False, ended_at=None), name="one_current_care_plan"
            ),
            models.UniqueConstraint(
                "journey", "kind", condition=Q(agreed_at=None, ended_at=None), name="one_care_plan_to_sign"
            ),
            models.CheckConstraint(condition=~Q(sections={}), name="a_care_plan_says_something"),
            models.CheckConstraint(
                condition=Q(label__in=[each.value for each in Label]), name="a_care_plan_has_a_label"
            ),
        ]

    def __str__(self) -> str:
        return f"care plan {self.pk}"

    @property
    def waits(self) -> bool:
        """Whether it waits to be signed."""
        return self.agreed_at is None and self.ended_at is None

    @property
    def counts(self) -> bool:
        """Whether it is the version that counts."""
        return self.agreed_at is not None and self.ended_at is None


class PlanSignature(models.Model):
    """One of the two who sign: by an account, or said by somebody without one and written down."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=20)
    signed_by = _person(null=True)
    said_by = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="who agreed, where they have no account")
    signed_at = models.DateTimeField()
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "side", name="one_signature_of_a_side"),
            models.UniqueConstraint("plan", "signed_by", name="nobody_signs_a_plan_for_both"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=False, said_by="") | (Q(signed_by=None) & ~Q(said_by="")),
                name="a_plan_is_signed_by_somebody",
            ),
            models.CheckConstraint(condition=Q(signed_at__lte=F("recorded_at")), name="a_plan_was_signed_before_now"),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk} of care plan {self.plan_id}"


class PlanSent(models.Model):
    """A version sent to one who needs it: a team, somebody outside, or nobody, with the reason.

    ``ended_at``: a later version was sent in its place, or it was taken back. Seen by all who see her, since what a
    team is sent opens her record to it; what the plan says is not in here.
    """

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="plans_sent")
    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="sent")
    receiver = models.CharField(max_length=20)
    to_team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="+")
    to_outside = models.CharField(max_length=LONGEST_NAME, blank=True)
    not_needed = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="why nobody here needs it")
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = _person()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = _person(null=True)
    acknowledged_name = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="who said so by phone")
    ended_at = models.DateTimeField(null=True)
    messaged_at = models.DateTimeField(null=True, help_text="when its team was sent a message")

    class Meta:
        constraints = [
            models.UniqueConstraint("plan", "receiver", condition=Q(ended_at=None), name="one_plan_sent_to_a_receiver"),
            models.CheckConstraint(
                condition=Q(to_team__isnull=False, to_outside="", not_needed="")
                | (Q(to_team=None, not_needed="") & ~Q(to_outside=""))
                | (Q(to_team=None, to_outside="") & ~Q(not_needed="")),
                name="a_plan_is_sent_to_one",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None, acknowledged_name="")
                | Q(acknowledged_at__gte=F("sent_at"), acknowledged_by__isnull=False, not_needed=""),
                name="a_plan_is_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None)
                | (Q(to_team=None) & ~Q(acknowledged_name=""))
                | Q(to_team__isnull=False, acknowledged_name=""),
                name="a_plan_acknowledged_outside_has_a_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_team", "sent_at"],
                condition=Q(acknowledged_at=None, ended_at=None),
                name="plans_sent_to_team",
            ),
            models.Index(fields=["journey"], name="plans_sent_of_journey"),
            models.Index(fields=["id"], condition=Q(messaged_at=None), name="plans_sent_to_tell_of"),
        ]

    def __str__(self) -> str:
        return f"care plan {self.plan_id} sent to {self.receiver}"

    @property
    def answered(self) -> bool:
        """Whether it is acknowledged, or nobody there needs it."""
        return self.acknowledged_at is not None or bool(self.not_needed)

    @property
    def to_in_words(self) -> str:
        """Who it was sent to."""
        return self.to_outside or str(self.to_team or "")

    @property
    def answer_in_words(self) -> str:
        """``S. Ito, Maple ward``; ``Dr Gale, by phone``; ``not needed: …``."""
        if self.not_needed:
            return f"not needed: {self.not_needed}"
        return f"{self.acknowledged_name}, by phone" if self.to_outside else f"{self.acknowledged_by}, {self.to_team}"


class PlanCopy(models.Model):
    """A version was talked through with her: when, by whom, and whether she took it home on paper."""

    class How(models.TextChoices):
        """What she wanted."""

        PAPER = "paper", "She has it on paper"
        READ = "read", "Read together; paper is not safe or not wanted"

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="copies")
    how = models.CharField(max_length=8, choices=How.choices)
    given_at = models.DateTimeField()
    given_by = models.CharField("who talked it through with her", max_length=LONGEST_NAME)
    her_words = models.CharField("what she said to it", max_length=LONGEST_WORDS, blank=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(given_by=""), name="a_copy_was_given_by_somebody"),
            models.CheckConstraint(condition=Q(given_at__lte=F("recorded_at")), name="a_copy_was_given_before_now"),
            models.CheckConstraint(condition=Q(how__in=["paper", "read"]), name="a_copy_was_given_somehow"),
        ]
        indexes = [models.Index(fields=["plan"], name="copies_of_care_plan")]

    def __str__(self) -> str:
        return f"copy {self.pk} of care plan {self.plan_id}"
