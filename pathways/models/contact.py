"""How she can safely be reached, and where she is: kept apart from everything else that is known of her.

``SafeContact`` is the summary that everybody who works with her may read. ``ContactDetail`` and ``Address`` say where
she is: whoever runs the web pages may write them and cannot read them back. They are read through the database
function ``open_contact`` alone, with a purpose, and each opening is written down in ``Opening``.
All of them keep their versions: a change is a new row, and the newest holds.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from carecoord import clock
from carecoord.access.models import User
from pathways.models.women import Woman
from pathways.private import gives_away

CONFIRMED_FOR = 28  # days; then she is asked again
LONGEST_NOTE = 2000
LONGEST_DETAIL = 500


def _recorder() -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )


class SafeContact(models.Model):
    """How and when she can be reached, as she said it last: nothing in it says where she is."""

    class Channel(models.TextChoices):
        """The one way that is safe."""

        TEXT = "text", "Text message"
        CALL = "call", "Phone call"
        LETTER = "letter", "Letter"
        EMAIL = "email", "E-mail"
        THROUGH = "through", "Through a person or a place"
        VISITS = "visits", "Only in person, when she comes or is visited"
        NONE = "none", "No way is safe now"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="safe_contacts")
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True, help_text="blank: in the note only")
    days = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="ISO weekdays; none: any day"
    )
    safe_from = models.TimeField(null=True, blank=True, help_text="London time")
    safe_until = models.TimeField(null=True, blank=True, help_text="London time")
    hours = models.CharField("hours in words", max_length=200, blank=True)
    voicemail = models.BooleanField(null=True, blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    still_safe = models.BooleanField(default=True, help_text="False from the moment she said that it is not")
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_by = _recorder()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _recorder()

    # What she agreed to; the rest of a row says when, and who asked her.
    AGREED = ("channel", "days", "safe_from", "safe_until", "hours", "voicemail", "note")

    class Meta:
        indexes = [models.Index(fields=["woman", "-id"], name="newest_safe_contact")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(safe_from=None)
                | models.Q(safe_until=None)
                | models.Q(safe_from__lt=models.F("safe_until")),
                name="safe_hours_begin_before_they_end",
            ),
            models.CheckConstraint(
                condition=models.Q(days__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="safe_days_are_weekdays"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | models.Q(confirmed_on__isnull=False),
                name="a_confirmation_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"safe contact {self.pk} of woman {self.woman_id}"

    @property
    def agreed(self) -> dict[str, object]:
        """What she agreed to, by field."""
        return {name: getattr(self, name) for name in self.AGREED}

    def is_confirmed(self, on: date) -> bool:
        """Whether she was asked within the last four weeks before that London date, and it was safe."""
        if not self.still_safe or self.confirmed_on is None:
            return False
        return 0 <= (on - self.confirmed_on).days <= CONFIRMED_FOR


class ContactDetail(models.Model):
    """One private word about reaching her; the newest of a kind holds, and a blank one takes it away."""

    class Kind(models.TextChoices):
        """What it is."""

        NUMBER = "number", "Phone number"
        EMAIL = "email", "E-mail address"
        THROUGH = "through", "Through whom, or where"
        CODE_NAME = "code_name", "What we call her, and ourselves"
        SAY = "say", "What to say if somebody else answers"
        WHO_ELSE = "who_else", "Who else sees her phone or post"
        NOTE = "note", "Note"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="contact_details")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=LONGEST_NOTE, blank=True)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _recorder()

    class Meta:
        indexes = [models.Index(fields=["woman", "kind", "-id"], name="newest_contact_detail")]

    def __str__(self) -> str:
        return f"contact detail {self.pk} of woman {self.woman_id}"


class Address(models.Model):
    """Where she is, or an answer that there is no such place. The newest of a kind holds."""

    class Kind(models.TextChoices):
        """What sort of place it is."""

        HOME = "home", "Home"
        STAYING = "staying", "Staying with somebody"
        REFUGE = "refuge", "Refuge"
        PLACEMENT = "resident", "Mother-and-baby placement"
        HOSPITAL = "hospital", "Hospital"
        OUTREACH = "outreach", "A place where outreach meets her"
        NONE = "none", "No fixed address"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    lines = models.CharField(max_length=500, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    begins_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    protected = models.BooleanField(default=False, help_text="A refuge, or she is in hiding")
    safe_to_visit = models.BooleanField(default=False)
    safe_to_write = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _recorder()

    class Meta:
        verbose_name_plural = "addresses"
        indexes = [models.Index(fields=["woman", "kind", "-id"], name="newest_address")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(begins_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("begins_on")),
                name="address_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="none") | models.Q(lines="", postcode=""), name="no_fixed_address_has_no_lines"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="refuge") | models.Q(protected=True), name="a_refuge_is_protected"
            ),
        ]

    def __str__(self) -> str:
        return f"address {self.pk} of woman {self.woman_id}"


class Opening(models.Model):
    """Somebody opened where she is, with what purpose. Written by ``open_contact`` alone, never changed."""

    class Purpose(models.TextChoices):
        """What for. Each shows only what it needs."""

        CALL = "call", "To call or text her now"
        VISIT = "visit", "To visit her"
        WRITE = "write", "To write to her"
        HAND_OVER = "hand_over", "To hand over to somebody who will reach her"
        OTHER = "other", "For something else"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    in_words = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=120, help_text="The kinds of detail and address that were shown")
    submission = models.UUIDField(unique=True, editable=False, help_text="The form it came from: shown once")

    class Meta:
        indexes = [models.Index(fields=["woman", "-at"], name="openings_of_woman")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(purpose__in=["hand_over", "other"]) | ~models.Q(in_words=""),
                name="some_purposes_are_said_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"


class MessageToHer(models.Model):
    """A message to her: one woman, one way, one of a few fixed texts that say nothing of her care."""

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="messages_to_her")
    channel = models.CharField(max_length=8, choices=SafeContact.Channel.choices)
    message = models.CharField(max_length=40, help_text="A key of pathways.reaching.MESSAGES")
    own_care = models.BooleanField(
        default=False,
        db_default=False,
        help_text="It is about her own care alone, and goes on when a baby dies or is placed away",
    )
    queued_at = models.DateTimeField(default=clock.now, editable=False)
    queued_by = _recorder()
    sent_at = models.DateTimeField(null=True, editable=False)
    recalled_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_try_at = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name_plural = "messages to her"
        indexes = [
            models.Index(
                fields=["queued_at"], condition=models.Q(sent_at=None, recalled_at=None), name="messages_waiting"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["text", "letter", "email"]), name="a_message_has_a_way_to_go"
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(recalled_at=None), name="sent_or_recalled_not_both"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} to woman {self.woman_id}"


def note_contact(woman: Woman, text: str, *, by: User | None) -> SafeContact:
    """Write down how she can be reached as it was told in one text; nobody has asked her yet.

    A text that may say where she is goes to the private side, and the summary says only that it is there.
    """
    private = gives_away(text)
    if private:
        ContactDetail.objects.create(woman=woman, kind=ContactDetail.Kind.NOTE, value=text, recorded_by=by)
    return SafeContact.objects.create(woman=woman, note="" if private else text, recorded_by=by)


def newest_contact(woman_id: int) -> SafeContact | None:
    """What holds now; None where nobody has asked her. One query."""
    return SafeContact.objects.filter(woman=woman_id).order_by("-id").first()
