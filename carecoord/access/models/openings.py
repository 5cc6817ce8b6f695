"""Records that somebody opened by saying why: each asking, each opening and its review, and what others were told.

Nothing here names a woman, a number or what was typed. The rows are written by the functions of migration 0006.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from carecoord.access.models.grants import LABEL_CHOICES


class Reason(models.TextChoices):
    """Why somebody asks for the record of a woman whom no grant shows them."""

    CAME_IN = "came_in", "She has come to the ward or the labour ward"
    VISIT = "visit", "I am seeing her in clinic or at home"
    CALLED = "called", "She rang us, or was brought to us"
    COVERING = "covering", "I am covering at short notice"
    OTHER = "other", "Something else"


class Ground(models.TextChoices):
    """What allows somebody to open a sealed record."""

    CONSENT = "consent", "She has agreed to it"
    LEGAL_DUTY = "legal_duty", "The law asks it of me"
    VITAL_INTEREST = "vital_interest", "Her life or health, or her child’s, is at stake"


class ClaimAttempt(models.Model):
    """One time that somebody asked for a record, whatever came of it. Who asked for whom in vain is found here."""

    class Outcome(models.TextChoices):
        """What came of it. The person asking can tell apart only the first three, and the last."""

        OPENED = "opened", "opened"
        ALREADY = "already", "was open to them"
        SEALED = "sealed", "sealed: asked for the ground"
        NOTHING = "nothing", "nobody found"
        SEVERAL = "several", "several found"
        LOCKED = "locked", "locked"
        CONFLICT = "conflict", "must never see her"
        TOO_MANY = "too_many", "asked too often"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    woman = models.ForeignKey("pathways.Woman", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["user", "at"], name="attempts_by_them"),
            models.Index(fields=["woman", "at"], name="attempts_in_vain", condition=Q(outcome="conflict")),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class Opening(models.Model):
    """A record opened by saying why, and what a privacy officer found when they looked at it."""

    class Level(models.IntegerChoices):
        """How much had to be said."""

        CLAIMED = 1, "Said: I am caring for her"
        SEALED = 2, "Opened a sealed record"

    class Outcome(models.TextChoices):
        """What the review found."""

        JUSTIFIED = "justified", "Justified"
        NOT_JUSTIFIED = "not_justified", "Not justified"
        TALK = "talk", "Needs talking to"

    grant = models.OneToOneField("access.Grant", on_delete=models.PROTECT, related_name="opening")
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="record_openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="record_openings")
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="+", help_text="whose privacy officer looks at it"
    )
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    ground = models.CharField(max_length=20, choices=[*Reason.choices, *Ground.choices])
    reason = models.CharField(max_length=1000, blank=True)
    labels = ArrayField(
        models.CharField(max_length=20, choices=LABEL_CHOICES), default=list, help_text="as in its grant"
    )
    at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="when the person closed it themselves")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=13, blank=True, choices=Outcome.choices)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("user")), name="opening_reviewed_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None, outcome="")
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(outcome=""),
                name="opening_review_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "at"], name="openings_to_review", condition=Q(reviewed_by=None)),
            models.Index(fields=["user", "woman", "ends_at"], name="openings_of_person"),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"


class Notice(models.Model):
    """Something a member of staff is told. It holds ids alone; the words are looked up by its key."""

    class Key(models.TextChoices):
        """What happened. The words are in pathways/wording/notices.py."""

        CLAIMED = "claimed", "somebody said that they care for her"
        UNSEALED = "unsealed", "a sealed record was opened"
        CONFLICT = "conflict", "somebody was named who must never see her"
        CONFLICT_ENDED = "conflict_ended", "that was taken back"
        SEAL = "seal", "a record was sealed"
        SEAL_ENDED = "seal_ended", "a seal was taken off"
        SAME_PERSON = "same_person", "she is here twice"
        DEATH_REPORTED = "death_reported", "her death was reported"
        OVERRIDDEN = "overridden", "something was shared without her agreement"
        ASKS_CALL = "asks_call", "she asked to be called"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    key = models.CharField(max_length=14, choices=Key.choices)
    at = models.DateTimeField(default=clock.now)
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="notices_of_person"),
            models.Index(fields=["user"], name="notices_unseen", condition=Q(seen_at=None)),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
