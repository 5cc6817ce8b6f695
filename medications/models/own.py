"""Medicine that she brought herself. It is her property: every step of keeping it for her is a row of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from carecoord import clock
from medications.models.statements import LONGEST_WORDS
from medications.models.struck import Struck, of_journey, person, struck_has_its_reason

LONGEST_QUANTITY = 60


class OwnMedicine(Struck):
    """One medicine that she brought to this admission, as it is labelled. It is hers, wherever it is kept."""

    journey = of_journey("own_medicines")
    admission = models.PositiveSmallIntegerField()
    what = models.CharField("what it is, as labelled", max_length=LONGEST_WORDS)
    identified_at = models.DateTimeField()
    identified_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "identified_at"], name="own_medicines_of_journey")]
        constraints = [
            struck_has_its_reason("own_medicine"),
            models.CheckConstraint(condition=~Q(what=""), name="own_medicine_is_named"),
            models.CheckConstraint(
                condition=Q(identified_at__lte=F("recorded_at")), name="own_medicine_seen_before_recorded"
            ),
        ]

    def __str__(self) -> str:
        return f"own medicine {self.pk}"


class OwnMedicineStep(Struck):
    """One step with her own medicine (pathway 4.5). What each kind needs is held by the database.

    ``answer`` is her consent, or what became of it in the end. ``words`` is what was said, agreed or found.
    """

    class Kind(models.TextChoices):
        """What happened with it."""

        ASKED = "asked", "She was asked, and it was explained to her"
        KEPT_BY_HER = "kept_by_her", "Agreed with her how it is kept safe"
        STORED = "stored", "Measured and stored by two people"
        RECEIPT = "receipt", "Receipt given, next dose time shown to her"
        CHECKED = "checked", "Daily check"
        MOVED = "moved", "Signed out to another ward"
        OUTCOME = "outcome", "What became of it"

    class Consent(models.TextChoices):
        """Whether she agrees that it is stored."""

        YES = "yes", "Yes, she agrees"
        NO = "no", "No, she does not agree"
        UNABLE = "unable", "She cannot say just now"

    class Outcome(models.TextChoices):
        """What became of it."""

        USED = "used", "Used for her doses here"
        RETURNED = "returned", "Given back to her"
        DESTROYED = "destroyed_with_consent", "Destroyed, with her consent"
        SENT_HOME = "sent_home_with_named_person", "Sent home with a person she named"

    journey = of_journey("own_medicine_steps")
    own = models.ForeignKey(OwnMedicine, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    answer = models.CharField(max_length=28, choices=[*Consent.choices, *Outcome.choices], blank=True)
    explained = models.BooleanField(null=True)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    quantity = models.CharField("quantity, as measured", max_length=LONGEST_QUANTITY, blank=True)
    register_page = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=120, blank=True)
    next_dose_at = models.DateTimeField(null=True, help_text="what she was shown")
    at = models.DateTimeField()
    by = person(null=False)
    second = person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "at"], name="own_steps_of_journey")]
        constraints = [
            struck_has_its_reason("own_step"),
            models.UniqueConstraint(
                "own",
                "kind",
                condition=Q(struck_at=None, kind__in=("stored", "receipt", "outcome")),
                name="own_step_once",
            ),
            models.CheckConstraint(condition=Q(second=None) | ~Q(second=F("by")), name="own_second_is_another"),
            models.CheckConstraint(
                condition=~Q(kind__in=("stored", "moved", "outcome")) | Q(second__isnull=False),
                name="own_two_people_sign",
            ),
            models.CheckConstraint(
                condition=~Q(kind="stored") | ~(Q(quantity="") | Q(register_page="") | Q(place="")),
                name="own_stored_is_measured",
            ),
            models.CheckConstraint(
                condition=Q(kind="asked", answer__in=("yes", "no", "unable"))
                | Q(
                    kind="outcome",
                    answer__in=("used", "returned", "destroyed_with_consent", "sent_home_with_named_person"),
                )
                | (~Q(kind__in=("asked", "outcome")) & Q(answer="")),
                name="own_step_has_its_answer",
            ),
            models.CheckConstraint(
                condition=~(Q(kind__in=("kept_by_her", "moved")) & Q(words=""))
                & ~(Q(answer__in=("destroyed_with_consent", "sent_home_with_named_person")) & Q(words="")),
                name="own_step_has_its_words",
            ),
            models.CheckConstraint(condition=~Q(answer="yes") | Q(explained=True), name="own_consent_is_explained"),
            models.CheckConstraint(condition=Q(at__lte=F("recorded_at")), name="own_step_before_recorded"),
        ]

    def __str__(self) -> str:
        return f"step {self.pk} of own medicine {self.own_id}"


class OwnMedicineTaken(Struck):
    """Her medicine was taken without what belongs to it: its own event, counted for each ward."""

    class Missing(models.TextChoices):
        """What was left out."""

        CONSENT = "consent", "Her consent"
        EXPLANATION = "explanation", "An explanation"
        TWO_PEOPLE = "two_people", "Two people"
        RECEIPT = "receipt", "A receipt"

    journey = of_journey("own_medicines_taken")
    admission = models.PositiveSmallIntegerField()
    ward = models.ForeignKey("access.Team", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=LONGEST_WORDS)
    missing = models.JSONField(default=list)
    reason = models.CharField(max_length=LONGEST_WORDS)
    told = models.CharField("what she was told", max_length=LONGEST_WORDS)
    happened_at = models.DateTimeField()
    recorded_by = person(null=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    event = models.OneToOneField("pathways.Event", null=True, on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["journey"], name="own_taken_of_journey"),
            models.Index(fields=["ward", "happened_at"], name="own_taken_on_ward"),
        ]
        constraints = [
            struck_has_its_reason("own_taken"),
            models.CheckConstraint(condition=~(Q(reason="") | Q(told="")), name="own_taken_has_reason_and_words"),
            models.CheckConstraint(condition=Q(happened_at__lte=F("recorded_at")), name="own_taken_before_recorded"),
        ]

    def __str__(self) -> str:
        return f"own medicine taken {self.pk}"
