"""What each source says of her medicine, exactly as stated, and whom somebody asked."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carecoord import clock
from medications.models.struck import Struck, amount_is_as_stated, of_journey, person, struck_has_its_reason
from medications.rules.products import FREQUENCY_WORDS
from pathways.models.journeys import PRODUCT_CHOICES

LONGEST_WORDS = 300


class Source(models.TextChoices):
    """Who says so. The first two are asked; together, and agreeing, they are the agreed record."""

    PRESCRIBER = "prescriber", "Prescriber"
    PHARMACY = "pharmacy", "Pharmacy"
    OWN_CARD = "own_card", "Her own card"
    SHE_SAYS = "she_says", "She says"
    OTHER_WARD = "other_ward", "Another ward"


ASKED = [(each.value, each.label) for each in (Source.PRESCRIBER, Source.PHARMACY)]


class Supervised(models.TextChoices):
    """On which days somebody watches her take it."""

    DAILY = "daily", "Every day"
    SOME = "some", "On some days"
    NONE = "none", "No"


class YesNoUnknown(models.TextChoices):
    """An answer that may be missing."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNKNOWN = "unknown", "Not known"


class Statement(Struck):
    """One source, one time, in its own words (pathway 4.2). Never changed; a wrong one is struck through.

    ``amount`` is text in ``unit``; ``times`` is a list of ``{"time": "08:00", "amount": "30"}`` on the clock in London,
    with an amount where the doses differ. ``admission`` is the number of the admission for which it was asked; None
    in the community. ``service`` and ``pharmacy`` are codes of the site's sources; the ``_words`` are for others.
    """

    journey = of_journey("statements")
    admission = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    product = models.CharField(max_length=40, choices=PRODUCT_CHOICES)
    strength = models.CharField(max_length=60, blank=True)
    form = models.CharField(max_length=60, blank=True)
    amount = models.CharField(max_length=12, blank=True)
    unit = models.CharField(max_length=8, blank=True)
    frequency = models.CharField(max_length=8, choices=[(each.value, words) for each, words in FREQUENCY_WORDS.items()])
    times = models.JSONField(default=list, blank=True)
    words = models.CharField("as stated, word for word", max_length=LONGEST_WORDS)
    supervised = models.CharField(max_length=8, choices=Supervised.choices, blank=True)
    collection_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, help_text="Monday is 0")
    prescriber = models.CharField(max_length=120, blank=True)
    service = models.CharField(max_length=40, blank=True)
    service_words = models.CharField(max_length=120, blank=True)
    pharmacy = models.CharField(max_length=40, blank=True)
    pharmacy_words = models.CharField(max_length=120, blank=True)
    script_from = models.DateField(null=True)
    script_until = models.DateField(null=True)
    last_dose_at = models.DateTimeField(null=True)
    last_dose_supervised = models.CharField(max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN)
    takeaway = models.CharField(max_length=8, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN)
    other_sedatives = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    heart_note = models.CharField("QT risk", max_length=LONGEST_WORDS, blank=True)
    said_by = models.CharField(max_length=120)
    said_by_contact = models.CharField(max_length=120, blank=True)
    said_at = models.DateTimeField()
    obtained_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "-said_at"], name="statements_of_journey")]
        constraints = [
            amount_is_as_stated("statement"),
            struck_has_its_reason("statement"),
            models.CheckConstraint(condition=~Q(words=""), name="a_statement_has_its_words"),
            models.CheckConstraint(condition=Q(said_at__lte=models.F("recorded_at")), name="said_before_recorded"),
            models.CheckConstraint(
                condition=Q(last_dose_at=None) | Q(last_dose_at__lte=models.F("said_at")),
                name="last_dose_before_it_was_told",
            ),
        ]

    def __str__(self) -> str:
        return f"statement {self.pk}"


class Call(Struck):
    """Somebody asked a source, or tried to. ``opens_at`` is when it opens next, where it was closed."""

    class Outcome(models.TextChoices):
        """What came of it."""

        ASKED = "asked", "Asked, answer to come"
        NO_ANSWER = "no_answer", "Nobody answered"
        CLOSED = "closed", "Closed"
        CANNOT_SAY = "cannot_say", "They cannot say"

    journey = of_journey("calls")
    admission = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=10, choices=ASKED)
    whom = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    note = models.CharField(max_length=LONGEST_WORDS, blank=True)
    called_at = models.DateTimeField()
    called_by = person(null=False)
    opens_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "-called_at"], name="calls_of_journey")]
        constraints = [struck_has_its_reason("call")]

    def __str__(self) -> str:
        return f"call {self.pk}"
