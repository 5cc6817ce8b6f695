"""What is kept of CE-8: keys to a sheet of questions, answers that no page can read, and who asked to be called."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carecoord import clock
from pathways.gaps.rules.engagement.items import ITEMS, KEPT_ANSWERS, PEOPLE, WARD_ITEMS
from pathways.gaps.rules.engagement.windows import WINDOWS

PAPER, DEVICE = "paper", "device"
WAYS = ((PAPER, "on paper"), (DEVICE, "on her own device"))


def _of_journey(related_name: str = "+") -> models.ForeignKey:
    return models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name=related_name)


def _person() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")


class Invitation(models.Model):
    """One sheet of questions, on paper or at an address: good for one answer. Of its key only a keyed hash is kept.

    No page reads a row, also not whether it was used: that would tell who answered.
    """

    journey = _of_journey()
    way = models.CharField(max_length=6, choices=WAYS)
    key_hash = models.CharField(max_length=64, unique=True)
    with_ward = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    submission = models.UUIDField(null=True, unique=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Response(models.Model):
    """What one woman answered, once. Written by functions of the database, counted by the worker, shown to nobody.

    ``answers`` and ``ward`` as in items.py, in its order. ``entered_by``: who typed it in from the paper.
    """

    journey = _of_journey()
    way = models.CharField(max_length=6, choices=WAYS)
    answered_at = models.DateTimeField()
    about = models.CharField(max_length=12, blank=True, choices=list(PEOPLE.items()))
    answers = ArrayField(models.SmallIntegerField())
    ward = ArrayField(models.SmallIntegerField(), null=True)
    entered_by = _person()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answers__len=len(ITEMS), answers__contained_by=list(KEPT_ANSWERS)),
                name="eight_items_are_answered",
            ),
            models.CheckConstraint(
                condition=Q(ward=None) | Q(ward__len=len(WARD_ITEMS), ward__contained_by=list(KEPT_ANSWERS)),
                name="two_ward_items_are_answered",
            ),
            models.CheckConstraint(condition=Q(about__in=["", *PEOPLE]), name="answers_are_about_people"),
            models.CheckConstraint(
                condition=Q(way=DEVICE, entered_by=None) | Q(way=PAPER), name="paper_is_entered_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"response {self.pk}"


class Rest(models.Model):
    """She is not offered it again in this window: she has the questions, or does not want them, or it was not the day.

    Which of these is written nowhere.
    """

    journey = _of_journey()
    window = models.CharField(max_length=10, choices=[(window.key, window.words) for window in WINDOWS])

    class Meta:
        constraints = [models.UniqueConstraint("journey", "window", name="one_rest_of_a_window")]

    def __str__(self) -> str:
        return f"rest {self.pk}"


class CallWanted(models.Model):
    """She asked to be called. It stands until somebody says that they talked with her."""

    journey = _of_journey()
    asked_at = models.DateTimeField(default=clock.now)
    told_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = _person()

    class Meta:
        verbose_name_plural = "calls wanted"
        constraints = [
            models.UniqueConstraint(fields=["journey"], condition=Q(done_at=None), name="one_open_call_of_a_journey"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="a_call_is_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"call wanted {self.pk}"


class Analysis(models.Model):
    """What was told of one year's cohort (analysis.py), once and for all: shown numbers alone."""

    year = models.PositiveSmallIntegerField(unique=True)
    told_at = models.DateTimeField()
    shown = models.JSONField()

    class Meta:
        verbose_name_plural = "analyses"

    def __str__(self) -> str:
        return f"analysis of {self.year}"
