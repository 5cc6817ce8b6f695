"""The outbox, which is also the log of what was sent; and the ways in which each person wants to be told."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from carecoord import clock


class Channel(models.TextChoices):
    """A way out of CareCoord."""

    EMAIL = "email", "E-mail"
    TEXT = "text", "Text message"
    WEBHOOK = "webhook", "Your site’s own system"


class Template(models.TextChoices):
    """What a message says; the texts are in wording.py. The relay sends them in reverse order of these words."""

    DIGEST = "digest", "Once a day"
    TEST = "test", "A test"
    URGENT = "urgent", "Urgent"


class Message(models.Model):
    """One message to one person by one way: it waits, then it is sent, given up on or called back. Never deleted.

    ``number`` is the only thing about it that varies. ``key`` goes with it wherever it goes, so that whoever receives
    it twice can tell.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        RECALLED = "recalled", "Called back"

    class Arrived(models.TextChoices):
        """Whether what was sent reached the phone; of texts alone, and some time after. Blank: not known."""

        YES = "yes", "Arrived"
        NO = "no", "Did not arrive"

    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    template = models.CharField(max_length=8, choices=Template.choices)
    number = models.PositiveIntegerField(default=0, help_text="how many items it tells of")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, db_default=State.WAITING)
    sent_at = models.DateTimeField(null=True)
    sent_to = models.CharField(max_length=254, blank=True, db_default="")
    sent_subject = models.CharField(max_length=200, blank=True, db_default="")
    sent_text = models.TextField(blank=True, db_default="")
    provider_id = models.CharField(max_length=200, blank=True, db_default="")
    arrived = models.CharField(max_length=3, choices=Arrived.choices, blank=True, db_default="")
    problem = models.CharField(max_length=40, blank=True, db_default="", help_text="a key of wording.PROBLEMS")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="message_key_once"),
            models.UniqueConstraint(
                fields=["to_user", "channel", "not_before"],
                condition=Q(template="digest", state="waiting"),
                name="one_waiting_digest",
            ),
            models.CheckConstraint(condition=Q(sent_to__regex=r"^[^\s,;<>]*$"), name="message_to_one_address"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) & ~Q(sent_to="") & ~Q(sent_text="")
                | ~Q(state="sent") & Q(sent_at=None, sent_to="", sent_text=""),
                name="sent_message_says_what",
            ),
            models.CheckConstraint(condition=Q(arrived="") | Q(state="sent"), name="only_what_was_sent_arrives"),
            models.CheckConstraint(condition=Q(template="test") | Q(number__gte=1), name="message_counts_something"),
        ]
        indexes = [
            models.Index(fields=["-template", "next_try_at"], condition=Q(state="waiting"), name="messages_to_go"),
            models.Index(fields=["to_user", "-created_at"], name="messages_of_person"),
            models.Index(
                fields=["-sent_at"], condition=Q(channel="text", state="sent", arrived=""), name="texts_to_follow_up"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Preference(models.Model):
    """Whether somebody wants to be told in one way. Without a row: by e-mail, of everything; in no other way."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ways")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    urgent = models.BooleanField("at once, when something is urgent")
    digest = models.BooleanField("once a day")
    number = models.CharField("mobile number", max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(channel="text") & (~Q(number="") | Q(urgent=False, digest=False))
                | ~Q(channel="text") & Q(number=""),
                name="text_goes_to_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"preference {self.pk}"
