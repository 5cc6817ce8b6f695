"""After a loss: the words she chooses, how she was told; and her own death, reported by one and confirmed by another.

What happened is an event. These rows hold what belongs to it and stays out of lists, counts and messages. They keep
their versions: a change is a new row, the newest holds, and triggers (migration 0021) refuse everything else.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.rules.loss import PEOPLE

LONGEST_WORDS = 500
LONGEST_NAME = 120


def _person(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, null=null, on_delete=models.PROTECT, related_name="+")


def _of_journey(name: str) -> models.ForeignKey:
    return models.ForeignKey("pathways.Journey", on_delete=models.PROTECT, related_name=name)


def _once() -> models.UUIDField:
    return models.UUIDField(null=True, unique=True, editable=False, help_text="The form it came from, once")


class WordsOfLoss(models.Model):
    """How she wants what happened to be spoken of. It may not be a bereavement to her: that is hers to say."""

    class Bereavement(models.TextChoices):
        """Whether she speaks of a bereavement. The value is a detail of no event and decides nothing."""

        YES = "yes", "Yes, as a bereavement"
        NO = "no", "No, not as a bereavement"
        NOT_ASKED = "not_asked", "Not asked yet"

    journey = _of_journey("words_of_loss")
    bereavement = models.CharField(max_length=10, choices=Bereavement.choices)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="what she calls it, and names she uses")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _person()
    submission = _once()

    class Meta:
        verbose_name_plural = "her words"
        indexes = [models.Index(fields=["journey", "-id"], name="newest_words_of_hers")]

    def __str__(self) -> str:
        return f"her words {self.pk} of journey {self.journey_id}"


class ToldOfBaby(models.Model):
    """How she was told that her baby died, or who will tell her. Until she knows, nothing is sent to her."""

    class How(models.TextChoices):
        """How she came to know."""

        WAS_THERE = "was_there", "She was there"
        IN_PERSON = "in_person", "Somebody told her face to face"
        BY_PHONE = "by_phone", "She was told by phone"
        NOT_YET = "not_yet", "She does not know yet"

    journey = _of_journey("told_of_babies")
    baby = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=10, choices=How.choices)
    told_by = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="who told her, or who will")
    beside_her = models.CharField(max_length=LONGEST_NAME, blank=True)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="by phone: why it could not wait")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _person()
    submission = _once()

    class Meta:
        verbose_name_plural = "told of babies"
        indexes = [models.Index(fields=["journey", "baby", "-id"], name="newest_told_of_baby")]
        constraints = [
            models.CheckConstraint(condition=Q(how="was_there") | ~Q(told_by=""), name="somebody_tells_her"),
            models.CheckConstraint(condition=~Q(how="by_phone") | ~Q(words=""), name="told_by_phone_says_why"),
        ]

    def __str__(self) -> str:
        return f"telling {self.pk} of journey {self.journey_id}"


class DeathReport(models.Model):
    """Somebody reports that she has died; somebody else confirms it, or it is taken back. Both only once."""

    journey = _of_journey("death_reports")
    died_at = models.DateTimeField()
    known_from = models.CharField(max_length=LONGEST_WORDS, help_text="how the reporter knows")
    reported_at = models.DateTimeField(default=clock.now, editable=False)
    reported_by = _person()
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = _person(null=True)
    confirmed_from = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="how the second person knows")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = _person(null=True)
    withdrawn_because = models.CharField(max_length=LONGEST_WORDS, blank=True)
    submission = _once()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journey"],
                condition=Q(confirmed_at=None, withdrawn_at=None),
                name="one_waiting_report_of_her_death",
            ),
            models.CheckConstraint(condition=Q(died_at__lte=F("reported_at")), name="her_death_is_not_reported_ahead"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("reported_by")),
                name="her_death_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, confirmed_from="")
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, withdrawn_at=None) & ~Q(confirmed_from=""),
                name="a_confirmed_death_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because=""),
                name="a_report_taken_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.pk} of journey {self.journey_id}"

    @property
    def waits(self) -> bool:
        """Whether nobody has confirmed it or taken it back."""
        return self.confirmed_at is None and self.withdrawn_at is None


class ToldOfDeath(models.Model):
    """Somebody who has to know of her death was told, or need not be. The newest of each holds."""

    journey = _of_journey("told_of_death")
    who = models.CharField(max_length=20, choices=[(key, person.title) for key, person in PEOPLE.items()])
    needed = models.BooleanField(default=True, help_text="False: the words say why not")
    spoke_to = models.CharField(max_length=LONGEST_NAME, blank=True)
    told_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _person()
    submission = _once()

    class Meta:
        verbose_name_plural = "told of death"
        indexes = [models.Index(fields=["journey", "who", "-id"], name="newest_told_of_death")]
        constraints = [
            models.CheckConstraint(
                condition=Q(needed=True, told_at__isnull=False) & ~Q(spoke_to="")
                | Q(needed=False, told_at=None, spoke_to="") & ~Q(words=""),
                name="told_by_name_or_not_needed_with_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} of journey {self.journey_id}"
