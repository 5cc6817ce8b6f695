"""What runs beside the stages, and how a journey ends: as it was said, and never changed. The newest row holds."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.models.journeys import Event, Journey
from pathways.models.women import Woman

LONGEST_NAME = 200
LONGEST_WORDS = 2000
A_MOMENT = timedelta(minutes=2)  # clocks of two machines


def _person() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


def _event(name: str, *, null: bool = False) -> models.OneToOneField:
    return models.OneToOneField(Event, null=null, on_delete=models.PROTECT, related_name=name)


class ServiceChoice(models.Model):
    """What she said of one service: she does not want it for now, and is asked again on a day; or she wants it."""

    class Choice(models.TextChoices):
        """Her choice."""

        DECLINES = "declines", "She does not want it for now"
        TAKES_UP = "takes_up", "She wants it now"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="service_choices")
    service = models.CharField(max_length=24)
    choice = models.CharField(max_length=10, choices=Choice.choices)
    chosen_at = models.DateTimeField()
    review_on = models.DateField(null=True, help_text="She is asked again on that day")
    words = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="What she said")
    event = _event("service_choice", null=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "service", "-id"], name="newest_choice_of_service")]
        constraints = [
            models.CheckConstraint(
                condition=Q(choice="declines", review_on__isnull=False, event__isnull=False)
                | Q(choice="takes_up", review_on=None, event=None),
                name="who_declines_is_asked_again",
            ),
            models.CheckConstraint(
                condition=Q(chosen_at__lte=F("recorded_at") + A_MOMENT), name="not_chosen_in_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"choice {self.pk} of journey {self.journey_id}"


class OutsideTry(models.Model):
    """Somebody outside was asked to take her care or her treatment on: whom, when, and what they said.

    Who it is can tell where she is: the row stands under the label of her address.
    """

    class Because(models.TextChoices):
        """Why somebody outside is asked."""

        CUSTODY = "custody", "She is in custody"
        MOVING = "moving", "She moves away"
        STOPPING = "stopping", "She wants this record to end"

    class What(models.TextChoices):
        """What they are asked to take on."""

        CARE = "care", "Her care"
        MEDICINE = "medicine", "Her treatment, so that no dose is missed"

    class Result(models.TextChoices):
        """What came of it."""

        ACKNOWLEDGED = "acknowledged", "They said that they have it"
        REFUSED = "refused", "They said no"
        NO_ANSWER = "no_answer", "Nobody answered"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="outside_tries")
    because = models.CharField(max_length=10, choices=Because.choices)
    what = models.CharField(max_length=10, choices=What.choices)
    to_whom = models.CharField(max_length=LONGEST_NAME)
    result = models.CharField(max_length=14, choices=Result.choices)
    said_by = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="Who said so, by name")
    tried_at = models.DateTimeField()
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name_plural = "outside tries"
        indexes = [models.Index(fields=["journey", "-id"], name="outside_tries_of_journey")]
        constraints = [
            models.CheckConstraint(condition=~Q(to_whom=""), name="somebody_was_asked"),
            models.CheckConstraint(condition=~Q(result="acknowledged") | ~Q(said_by=""), name="a_yes_has_a_name"),
            models.CheckConstraint(
                condition=Q(tried_at__lte=F("recorded_at") + A_MOMENT), name="not_tried_in_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.pk} of journey {self.journey_id}"


class SignOff(models.Model):
    """The safeguarding lead has read what was tried for a woman who moved away, and agrees that the journey ends."""

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="sign_offs")
    words = models.CharField(max_length=LONGEST_WORDS, help_text="What was weighed")
    signed_by = _person()
    signed_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey"], name="sign_offs_of_journey")]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="a_sign_off_says_why")]

    def __str__(self) -> str:
        return f"sign-off {self.pk} of journey {self.journey_id}"


class Closing(models.Model):
    """What was said when a journey was closed, beside the fact."""

    class Retention(models.TextChoices):
        """How it stands with her treatment at the end; counted over all women, never held against one."""

        IN_TREATMENT = "in_treatment", "She is in treatment"
        ENDED_AS_AGREED = "ended_as_agreed", "It ended as she and her prescriber agreed"
        NOT_IN_TREATMENT = "not_in_treatment", "She is not in treatment now"
        NEVER = "never", "She was not in treatment"
        NOT_KNOWN = "not_known", "Not known"

    class MovedSaidBy(models.TextChoices):
        """Who said that she moved."""

        SHE = "she", "She herself"
        SERVICE_THERE = "service_there", "A service that sees her there"

    class Naloxone(models.TextChoices):
        """How it stands with naloxone when she leaves."""

        HAS_IT = "has_it", "She has it"
        SUPPLIED = "supplied", "Supplied today"
        DECLINED = "declined", "Offered; she does not want it"
        NOT_NEEDED = "not_needed", "She has never used opioids"

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="closings")
    event = _event("closing")
    reason = models.CharField(max_length=16)
    retention = models.CharField(max_length=16, blank=True, choices=Retention.choices)
    medicine_with = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="Who has her treatment from now on")
    moved_said_by = models.CharField(max_length=14, blank=True, choices=MovedSaidBy.choices)
    prefers_earlier = models.BooleanField(default=False)
    medicine_refused = models.BooleanField(default=False, help_text="She does not want her prescriber to be told")
    naloxone = models.CharField(max_length=12, blank=True, choices=Naloxone.choices)
    rights_explained = models.BooleanField(default=False)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["completed", "moved_out", "withdrew", "opened_in_error"]),
                name="closing_for_a_declared_reason",
            ),
            models.CheckConstraint(
                condition=~Q(reason="completed") | ~Q(retention=""), name="completed_says_how_treatment_stands"
            ),
            models.CheckConstraint(
                condition=~Q(reason="withdrew") | (Q(rights_explained=True) & ~Q(words="")),
                name="who_withdraws_knows_her_rights",
            ),
        ]

    def __str__(self) -> str:
        return f"closing of journey {self.journey_id}"


class Reopening(models.Model):
    """Who agreed that a closed journey is opened again, beside the fact."""

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="reopenings")
    event = _event("reopening")
    opened_by = _person()
    agreed_by = _person()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(opened_by=F("agreed_by")), name="reopened_with_somebody_else")
        ]

    def __str__(self) -> str:
        return f"reopening of journey {self.journey_id}"


class CarriedHistory(models.Model):
    """What she agreed to carry into the journey of a further pregnancy. Nothing comes along unasked."""

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="carried_history")
    earlier_journeys = models.BooleanField(default=False, help_text="Whoever cares for her now may read them")
    words = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="What she said")
    asked_by = _person()
    asked_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "carried history"
        indexes = [models.Index(fields=["journey", "-id"], name="carried_into_journey")]

    def __str__(self) -> str:
        return f"history carried into journey {self.journey_id}"
