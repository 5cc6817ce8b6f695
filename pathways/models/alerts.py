"""Alerts: one for each flag and level of its ladder, whom each was told to, and who holds it back meanwhile.

A flag (handoffs.py) is the problem; it climbs until somebody takes it, and ends with the recorded act.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.models.handoffs import Flag, Handoff
from pathways.moments.ladders import Post

POST_CHOICES = [(post.value, post.value) for post in Post]


class Alert(models.Model):
    """One level of one flag was reached. Who is told stands in AlertTo; with nobody on duty the next level is told."""

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="alerts")
    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="alerts")
    handoff = models.ForeignKey(Handoff, null=True, on_delete=models.SET_NULL, related_name="alerts")
    handoff_key = models.CharField(max_length=120)
    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="alerts")
    rung = models.PositiveSmallIntegerField(help_text="0 is the first level of the ladder")
    severity = models.CharField(max_length=2)
    due_at = models.DateTimeField(help_text="when the handoff was due")
    fired_at = models.DateTimeField(help_text="when the level was reached, by the clock")
    made_at = models.DateTimeField(default=clock.now, help_text="when a sweep saw it")
    nobody_on_duty = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("flag", "rung", name="one_alert_per_flag_and_level")]
        indexes = [
            models.Index(fields=["journey"], name="alerts_of_journey"),
            models.Index(fields=["site", "-made_at"], name="alerts_of_site"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"


class AlertTo(models.Model):
    """One person was told one alert, in which post."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="told")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alerts")
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=60, choices=POST_CHOICES)
    told_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "alerts to people"
        constraints = [models.UniqueConstraint("alert", "user", name="alert_told_once")]
        indexes = [models.Index(fields=["user", "-told_at"], name="alerts_to_person")]

    def __str__(self) -> str:
        return f"alert {self.alert_id} to {self.user_id}"


class Hold(models.Model):
    """Somebody keeps a flag from climbing for a while: they have it, or they put it off with a reason."""

    class Kind(models.TextChoices):
        """Which of the two."""

        TAKEN = "taken", "I have this"
        SNOOZED = "snoozed", "Put off"

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="holds")
    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    undone_at = models.DateTimeField(null=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="snoozed") | ~Q(reason=""), name="putting_off_has_a_reason"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="held_for_a_while"),
        ]
        indexes = [models.Index(fields=["flag", "-at"], name="holds_of_flag")]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class DutyPost(models.Model):
    """Who holds a post of the ladders at a site, from a day to a day, and when they are on duty.

    A post without a row is held by everybody at the site whose role is that post's; see alerting/duty.py.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="duty_posts")
    post = models.CharField(max_length=60, choices=POST_CHOICES)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="duty_posts")
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)
    days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, help_text="ISO; none: every day")
    begins = models.TimeField(null=True, blank=True, help_text="London; after ends: through the night")
    ends = models.TimeField(null=True, blank=True, help_text="London")

    class Meta:
        constraints = [
            models.UniqueConstraint("site", "post", "user", "starts_on", name="post_once"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_ends_later"),
            models.CheckConstraint(
                condition=Q(begins=None, ends=None) | Q(begins__isnull=False, ends__isnull=False),
                name="hours_have_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(days__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="duty_days_are_weekdays"
            ),
        ]

    def __str__(self) -> str:
        return f"post {self.pk}"
