"""What she wants and is good at, in her words; what she needs, who sees to it, and what came of it.

Nothing here is changed: a goal is ended once, and how a need stands is the newest of its steps.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from carecoord import clock

LONGEST_WORDS = 500
LONGEST_NAME = 120


def _person(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=null, on_delete=models.PROTECT, related_name="+")


class HerWords(models.Model):
    """One goal or one strength, as she said it. ``ended``: she reached it, wants something else, or it is wrong."""

    class Kind(models.TextChoices):
        """What she speaks of."""

        STRENGTH = "strength", "What I am good at"
        GOAL = "goal", "What I want"

    class Ended(models.TextChoices):
        """How it ended."""

        REACHED = "reached", "She reached it"
        CHANGED = "changed", "She wants something else now"
        WRONG = "wrong", "This was written down wrongly"

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="her_words")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=LONGEST_WORDS)
    said_on = models.DateField()
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    ended = models.CharField(max_length=10, blank=True, choices=Ended.choices)
    ended_at = models.DateTimeField(null=True)
    ended_by = _person(null=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name_plural = "her words"
        indexes = [models.Index(fields=["journey"], name="her_words_of_journey")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="her_words_say_something"),
            models.CheckConstraint(condition=Q(kind__in=["strength", "goal"]), name="her_words_are_of_a_kind"),
            models.CheckConstraint(
                condition=Q(ended="", ended_at=None, ended_by=None)
                | Q(ended__in=["reached", "changed", "wrong"], ended_at__isnull=False, ended_by__isnull=False),
                name="her_words_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"her words {self.pk}"


class Need(models.Model):
    """One thing that she needs. How it stands is its newest ``NeedStep``."""

    class Area(models.TextChoices):
        """What it is about; what does not exist here is counted by this."""

        HOUSING = "housing", "Somewhere to live"
        MONEY = "money", "Money and benefits"
        FOOD = "food", "Food, heating, things for the home"
        BABY = "baby", "Things for the baby"
        TRAVEL = "travel", "Getting there"
        CHILDCARE = "childcare", "Somebody to look after her children"
        ADVOCACY = "advocacy", "Advocacy and legal advice"
        MIND = "mind", "How she feels, and what happened to her"
        TREATMENT = "treatment", "Treatment for drug use"
        TOGETHER = "together", "A place for her and her baby together"
        SAFETY = "safety", "Being safe at home"
        PEOPLE = "people", "Company, peer support, family"
        HEALTH = "health", "Her own health"
        OTHER = "other", "Something else"

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="needs")
    area = models.CharField(max_length=12, choices=Area.choices)
    text = models.CharField(max_length=LONGEST_WORDS)
    noted_at = models.DateTimeField(default=clock.now, editable=False)
    noted_by = _person()
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey"], name="needs_of_journey")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="a_need_says_something")]

    def __str__(self) -> str:
        return f"need {self.pk}"


class NeedStep(models.Model):
    """From then on: who sees to it, and what came of it so far. A need is never without one who sees to it.

    ``reason`` says why it is not met: what does not exist here is no choice of hers and nobody's failure.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        OPEN = "open", "Being seen to"
        MET = "met", "Met"
        PARTLY = "partly", "Partly met"
        UNMET = "unmet", "Not met"
        HERS = "hers", "She does not want this any more"

    class Reason(models.TextChoices):
        """Why a need is not met."""

        NOT_HERE = "not_here", "It does not exist here"
        NO_PLACE = "no_place", "There is no place for her now"
        NOT_ELIGIBLE = "not_eligible", "It exists, and she does not fit its conditions"
        TOO_FAR = "too_far", "It is too far away, or at the wrong time"
        NO_MONEY = "no_money", "Nobody pays for it"
        OTHER = "other", "Another reason"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    by = _person()
    owner = _person(null=True)
    owner_team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="+")
    owner_outside = models.CharField(max_length=LONGEST_NAME, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    reason = models.CharField(max_length=14, blank=True, choices=Reason.choices)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["need", "-id"], name="newest_step_of_need")]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, owner_team=None, owner_outside="")
                | Q(owner=None, owner_team__isnull=False, owner_outside="")
                | (Q(owner=None, owner_team=None) & ~Q(owner_outside="")),
                name="a_need_is_seen_to_by_one",
            ),
            models.CheckConstraint(
                condition=(Q(outcome="unmet") & ~Q(reason=""))
                | (Q(outcome__in=["open", "met", "partly", "hers"], reason="")),
                name="an_unmet_need_has_its_reason",
            ),
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(words=""), name="another_reason_is_said"),
        ]

    def __str__(self) -> str:
        return f"step {self.pk} of need {self.need_id}"

    @property
    def owner_in_words(self) -> str:
        """Who sees to it."""
        return self.owner_outside or str(self.owner or self.owner_team or "")
