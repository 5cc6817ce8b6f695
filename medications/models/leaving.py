"""Going home: each point of the checklist as it was written down, and the first dose in the community."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from carecoord import clock
from medications.models.observing import LONGEST_NAME
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason


class Item(models.TextChoices):
    """The points of the checklist (pathway 4.6), in the order in which they are asked."""

    LAST_DOSE = "last_dose", "Last dose on the ward"
    NEXT_DOSE = "next_dose", "Next dose: when and where"
    COVER = "cover", "Closed days"
    PHARMACY = "pharmacy", "Pharmacy told"
    PRESCRIBER = "prescriber", "Prescriber told"
    OWN_MEDICINE = "own_medicine", "Her own medicine"
    NALOXONE = "naloxone", "Naloxone in hand"
    SLEEP = "sleep", "Sleepiness and the baby"
    COPY = "copy", "Her copy, in writing"
    LEFT = "left", "She has left"


NOT_DONE = "not_done"
ACKNOWLEDGED = "acknowledged"


class LeavingEntry(Struck):
    """One point, once written down. The latest that stands counts, of ``cover`` the latest of each ``day``.

    ``answer`` is of the item (medications/wording/leaving.py); ``not_done`` has its reason in ``words``. ``source`` is
    a code of the site's sources. ``who`` is whom it was said to, ``at`` when.
    """

    journey = of_journey("leaving_entries")
    admission = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=16, choices=Item.choices)
    answer = models.CharField(max_length=24)
    day = models.DateField(null=True)
    source = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    who = models.CharField(max_length=LONGEST_NAME, blank=True)
    at = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)
    recorded_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "admission"], name="leaving_of_journey")]
        constraints = [
            struck_has_its_reason("leavingentry"),
            models.CheckConstraint(condition=~Q(answer=NOT_DONE) | ~Q(words=""), name="not_done_says_why"),
            models.CheckConstraint(
                condition=~Q(answer=ACKNOWLEDGED) | (~Q(who="") & Q(at__isnull=False)), name="acknowledged_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(item__in=("cover", "next_dose")) | Q(answer=NOT_DONE) | Q(day__isnull=False),
                name="cover_and_next_dose_have_their_day",
            ),
            models.CheckConstraint(
                condition=Q(at=None) | Q(at__lte=F("recorded_at") + timedelta(minutes=2)), name="not_told_in_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} of journey {self.journey_id}"


class CommunityDose(Struck):
    """What a pharmacy, a clinic or her keyworker says of a dose in the community: taken, or she did not come."""

    class Outcome(models.TextChoices):
        """What they say."""

        TAKEN = "taken", "She took it"
        NOT_ATTENDED = "not_attended", "She did not come"

    class SaidBy(models.TextChoices):
        """Who says so; the values are those of ``dose_confirmed``."""

        PHARMACY = "pharmacy", "The pharmacy"
        PRESCRIBER = "prescriber", "The drug service: keyworker or prescriber"
        CLINIC = "clinic", "A clinic that gave it"

    journey = of_journey("community_doses")
    admission = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    taken_at = models.DateTimeField(null=True)
    said_by = models.CharField(max_length=12, choices=SaidBy.choices)
    who = models.CharField("who said so", max_length=LONGEST_NAME)
    said_at = models.DateTimeField()
    recorded_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    event = models.OneToOneField("pathways.Event", null=True, on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "-said_at"], name="community_doses_of_journey")]
        constraints = [
            struck_has_its_reason("communitydose"),
            models.CheckConstraint(
                condition=Q(outcome="taken", taken_at__isnull=False, event__isnull=False)
                | Q(outcome="not_attended", taken_at=None, event=None),
                name="what_was_taken_has_its_time",
            ),
            models.CheckConstraint(condition=~Q(who=""), name="somebody_said_so"),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(taken_at__lte=F("recorded_at") + timedelta(minutes=2)),
                name="not_taken_in_the_future",
            ),
        ]

    def __str__(self) -> str:
        return f"community dose {self.pk}"
