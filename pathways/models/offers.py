"""The two sides of a handoff: one offers it, the other accepts it by name. Until then the sender stays responsible.

An offer is answered once; a trigger refuses to change an answer. What an answer completes in the record is an event.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carecoord import clock
from pathways.models.handoffs import Handoff

LONGEST_WORDS = 500
LONGEST_NOTE = 2000


def _person(*, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=null, on_delete=models.PROTECT, related_name="+")


class Offer(models.Model):
    """One handoff, offered to one team or to one receiver without an account."""

    class State(models.TextChoices):
        """How it stands between the two sides."""

        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"

    class Told(models.TextChoices):
        """Whether she knows who takes over."""

        YES = "yes", "Yes"
        NOT_YET = "not_yet", "Not yet"

    class Decline(models.TextChoices):
        """Why the receiver cannot take it."""

        MISSING = "missing", "We need something first"
        NOT_OURS = "not_ours", "Not our area or not our service"
        NO_PLACE = "no_place", "No place until a date"
        OTHER = "other", "Another reason"

    journey = models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name="offers")
    handoff = models.ForeignKey(Handoff, null=True, on_delete=models.SET_NULL, related_name="offers")
    handoff_key = models.CharField(max_length=120)
    offered_at = models.DateTimeField(default=clock.now)
    offered_by = _person(null=False)
    from_team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="offers")
    to_outside = models.CharField(max_length=200, blank=True, help_text="who takes it, where they have no account")
    brings = ArrayField(models.CharField(max_length=200), default=list, blank=True, help_text="what comes with it")
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    answer_by = models.DateTimeField()
    told = models.CharField(max_length=8, choices=Told.choices, help_text="has she been told who it will be")
    told_words = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="what she was told, or why not yet")
    told_by = models.CharField(max_length=120, blank=True)
    reminded_at = models.DateTimeField(null=True)
    messaged_at = models.DateTimeField(null=True, help_text="when the side whose turn it is was sent a message")
    meant_for = _person()  # the colleague of the receiving team who is to answer; everybody of the team still may
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    answered_at = models.DateTimeField(null=True)
    answered_by = _person()
    acknowledged_by = models.CharField(max_length=120, blank=True, help_text="who said so by phone, without an account")
    decline = models.CharField(max_length=10, blank=True, choices=Decline.choices)
    reason = models.CharField(max_length=LONGEST_WORDS, blank=True)
    place_from = models.DateField(null=True, help_text="declined until that day")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "handoff", condition=Q(state__in=["offered", "accepted"]), name="one_running_offer_per_handoff"
            ),
            models.CheckConstraint(
                condition=(Q(to_team__isnull=False) & Q(to_outside="")) | (Q(to_team=None) & ~Q(to_outside="")),
                name="offered_to_a_team_or_outside",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", answered_at=None, answered_by=None)
                | Q(state__in=["accepted", "declined"], answered_at__isnull=False, answered_by__isnull=False)
                | Q(state="withdrawn", answered_at__isnull=False),  # the product takes back what has ended meanwhile
                name="an_answer_has_its_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | (~Q(decline="") & ~Q(reason="")), name="a_decline_has_its_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(to_team__isnull=False) | ~Q(acknowledged_by=""),
                name="an_acknowledgement_has_a_name",
            ),
            models.CheckConstraint(condition=~Q(told="yes") | ~Q(told_words=""), name="she_was_told_something"),
        ]
        indexes = [
            models.Index(fields=["to_team", "answer_by"], condition=Q(state="offered"), name="offers_to_team"),
            models.Index(fields=["journey"], name="offers_of_journey"),
            models.Index(fields=["id"], condition=Q(messaged_at=None), name="offers_to_tell_of"),
            models.Index(fields=["offered_by"], condition=Q(state="offered"), name="offers_waiting_for_others"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class OfferQuestion(models.Model):
    """What the receiver asks before they answer, and what the sender says."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="questions")
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = _person(null=False)
    text = models.CharField(max_length=LONGEST_NOTE)
    answered_at = models.DateTimeField(null=True)
    answered_by = _person()
    answer = models.CharField(max_length=LONGEST_NOTE, blank=True)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="an_answered_question_has_its_person_and_time",
            )
        ]
        indexes = [models.Index(fields=["offer"], name="questions_of_offer")]

    def __str__(self) -> str:
        return f"question {self.pk} on offer {self.offer_id}"
