"""Letters to services without accounts: each carries the address of one link, and nothing else."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from carecoord import clock
from referrals.models.referrals import ReferralLink


class LinkLetter(models.Model):
    """An e-mail that waits to be sent to a service. ``sealed`` is its link's token, encrypted, until it has gone.

    ``problem`` is a key of carecoord.delivery.wording.PROBLEMS.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting to be sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        RECALLED = "recalled", "Called back: the link had ended"

    link = models.OneToOneField(ReferralLink, on_delete=models.PROTECT, related_name="letter")
    to_address = models.EmailField()
    sealed = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    queued_at = models.DateTimeField(default=clock.now)
    next_try_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="letters_to_go")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="waiting") & ~Q(sealed="")) | (~Q(state="waiting") & Q(sealed="")),
                name="a_token_is_kept_until_it_has_gone",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="a_letter_was_sent_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
