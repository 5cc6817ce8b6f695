"""What is kept about signing in: who is where, since when, locked or not; drafts, PINs, wrong passwords."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from carecoord import clock


class SignIn(models.Model):
    """One sign-in of one person in one browser, until it ends or is twelve hours old.

    Not in the session: a session is written whole, so that a slow request would write a lock away.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    signed_in_at = models.DateTimeField(default=clock.now)
    active_at = models.DateTimeField(default=clock.now)
    locked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    memberships = ArrayField(models.BigIntegerField(), default=list)
    place = models.TextField(default="/", help_text="The page that unlocking leads back to")
    has_drafts = models.BooleanField(default=False)

    class Meta:
        db_table = "access_sign_in"
        indexes = [models.Index(fields=["user", "ended_at"], name="sign_in_by_user")]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"

    @property
    def ends_at(self) -> datetime:
        """When it ends, whatever happens; drafts are kept until then."""
        return self.signed_in_at + timedelta(seconds=settings.LONGEST_SIGN_IN_SECONDS)

    def is_over(self) -> bool:
        """Whether it has ended, or is too old."""
        return self.ended_at is not None or clock.now() >= self.ends_at

    def is_locked(self, idle_seconds: float) -> bool:
        """Whether somebody locked it, or nobody used it for ``idle_seconds``."""
        return self.locked_at is not None or clock.now() - self.active_at >= timedelta(seconds=idle_seconds)


class Draft(models.Model):
    """What somebody typed on a page and did not send. Its author alone reads it; gone after twelve hours at most."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    path = models.TextField()
    data = models.TextField(help_text="Encrypted: the fields of each form of the page")
    saved_at = models.DateTimeField(default=clock.now)
    kept_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("user", "path", name="one_draft_per_page")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Pin(models.Model):
    """Six digits that unlock, on an enrolled shared machine only, and nothing else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pin")
    hashed = models.CharField(max_length=256)  # keyed_hash; one that was made otherwise is set anew by its person
    tries = models.PositiveSmallIntegerField(default=0, help_text="Wrong ones since the last whole sign-in")
    set_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"PIN {self.pk}"


class SignInFailure(models.Model):
    """Wrong passwords for one account within five minutes; ``user`` is empty for addresses that are no account."""

    window = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "access_signin_failure"
        constraints = [
            models.UniqueConstraint("window", "user", name="failure_once_per_window", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"failure {self.pk}"


class SignInAlert(models.Model):
    """Five minutes in which so many accounts had wrong passwords that somebody seems to be trying them all."""

    window = models.DateTimeField(unique=True)
    raised_at = models.DateTimeField(default=clock.now)
    accounts = models.PositiveIntegerField()
    tries = models.PositiveIntegerField()

    class Meta:
        db_table = "access_signin_alert"

    def __str__(self) -> str:
        return f"alert {self.pk}"
