"""Looking for her when she was not reached: each try, what others know of her, and who decided how to go on.

Rows are added and never changed; a trigger refuses the rest. How the search stands is worked out (rules/outreach.py).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.models.journeys import Event, Journey

LONGEST_WORDS = 2000


class Kept(models.Model):
    """What every row of a search has: who wrote it down and when, and the form that it came from."""

    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    submission = models.UUIDField(null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        abstract = True


class Try(Kept):
    """Somebody tried to reach her, or a time with her did not happen. The fact of it is ``event``."""

    class Way(models.TextChoices):
        """By which way; the values are those of pathways.rules.outreach.Way."""

        CALL = "call", "Phone call"
        TEXT = "text", "Text message"
        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letter"
        THROUGH = "through", "Through a person or a place that she named"
        VISIT = "visits", "Visit"
        WHERE_SHE_COMES = "comes", "Where she comes: an appointment, the pharmacy, the drug service"

    class Result(models.TextChoices):
        """What came of it; the values are those of pathways.rules.outreach.Result."""

        REACHED = "reached", "She was reached"
        NOT_NOW = "not_now", "She was reached, and does not want contact now"
        NO_ANSWER = "no_answer", "Nobody answered, or nobody was there"
        MESSAGE_LEFT = "message_left", "A message was left, as she agreed"
        DID_NOT_COME = "did_not_come", "She was not able to come"
        NOT_HERS = "not_hers", "The number or address is not hers any more"
        CANCELLED_BY_US = "cancelled_by_us", "We put it off"
        CANCELLED_BY_HER = "cancelled_by_her", "She put it off"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="tries")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="attempt")
    tried_at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=Way.choices)
    result = models.CharField(max_length=20, choices=Result.choices)
    again_at = models.DateTimeField(null=True, help_text="when somebody said that they would try next")
    again_way = models.CharField(max_length=8, choices=Way.choices, blank=True)

    class Meta:
        verbose_name_plural = "tries"
        indexes = [models.Index(fields=["journey", "-tried_at"], name="tries_of_journey")]
        constraints = [
            models.CheckConstraint(condition=Q(tried_at__lte=F("recorded_at")), name="a_try_has_happened"),
            models.CheckConstraint(
                condition=Q(again_at=None) | (Q(again_at__gt=F("tried_at")) & ~Q(again_way="")),
                name="trying_again_is_later_by_a_way",
            ),
            models.CheckConstraint(
                condition=Q(again_way="") | ~Q(result__in=["reached", "not_now"]),
                name="who_was_reached_is_not_tried_again",
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.pk} of journey {self.journey_id}"


class Asked(Kept):
    """Somebody who knows her was asked how she is: contact about her, never counted as contact with her."""

    class Whom(models.TextChoices):
        """Who was asked."""

        PHARMACY = "pharmacy", "Her pharmacy"
        DRUG_SERVICE = "drug_service", "Her keyworker or prescriber"
        GP = "gp", "Her GP"
        HEALTH_VISITOR = "health_visitor", "Her health visitor"
        SOCIAL_WORKER = "social_worker", "Her social worker"
        NAMED_BY_HER = "named_by_her", "Somebody whom she named for this"
        POLICE = "police", "The police, for a welfare check"

    class Answer(models.TextChoices):
        """What they said."""

        SEEN = "seen", "They saw her, or spoke to her"
        NOT_SEEN = "not_seen", "They have not seen her lately"
        PASSED_ON = "passed_on", "They will ask her to ring us"
        WAITING = "waiting", "They will look, and tell us"
        NO_ANSWER = "no_answer", "Nobody answered"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="asked_about")
    asked_at = models.DateTimeField()
    whom = models.CharField(max_length=20, choices=Whom.choices)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    seen_on = models.DateField(null=True, help_text="when they last saw her or spoke to her")
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        verbose_name_plural = "asked"
        indexes = [models.Index(fields=["journey", "-asked_at"], name="asked_of_journey")]
        constraints = [
            models.CheckConstraint(condition=Q(asked_at__lte=F("recorded_at")), name="asking_has_happened"),
            models.CheckConstraint(condition=Q(seen_on=None) | Q(answer="seen"), name="seen_on_a_day_is_seen"),
        ]

    def __str__(self) -> str:
        return f"asked {self.pk} about journey {self.journey_id}"


class OutreachDecision(Kept):
    """A named person decided how to go on looking for her. None of the choices ends her care."""

    class Choice(models.TextChoices):
        """How to go on; the values are those of pathways.rules.outreach.Choice."""

        GO_ON = "go_on", "Go on trying"
        ASK_PARTNERS = "ask_partners", "Ask those who know her, and go on trying"
        PAUSE = "pause", "Pause until a day, and then look again"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="outreach_decisions")
    decided_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=12, choices=Choice.choices)
    partners = ArrayField(models.CharField(max_length=20, choices=Asked.Whom.choices), default=list, blank=True)
    review_on = models.DateField(null=True)
    reason = models.CharField(max_length=LONGEST_WORDS)

    class Meta:
        indexes = [models.Index(fields=["journey", "-decided_at"], name="how_outreach_goes_on")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_decision_says_why"),
            models.CheckConstraint(
                condition=Q(choice="go_on", review_on=None) | (~Q(choice="go_on") & Q(review_on__isnull=False)),
                name="what_does_not_go_on_is_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(choice="ask_partners", partners__len__gt=0) | (~Q(choice="ask_partners") & Q(partners=[])),
                name="who_is_asked_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk} about journey {self.journey_id}"
