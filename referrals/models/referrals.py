"""A referral and its closed loop: what was asked, what she agreed to, every step, and what came of it.

The steps are never changed; ``state``, ``since`` and ``flag_at`` of the referral are copies of the newest one's.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from carecoord import clock
from referrals.models.columns import LONGEST_NAME, LONGEST_NOTE, LONGEST_WORDS, of_journey, person, submission
from referrals.models.services import Service
from referrals.rules import kinds, loop

STATES = [(state.value, words) for state, words in loop.IN_WORDS.items()]


class Shared(models.TextChoices):
    """What of her record goes with a referral. The service reads this and nothing else."""

    NAME = "name", "Her name and date of birth"
    REACH = "reach", "How she wants to be reached"
    DATES = "dates", "When her baby is due, or was born"
    NEEDS = "needs", "Interpreter, access and childcare"
    HER_WORDS = "her_words", "What matters to her, in her words"
    MIDWIFE = "midwife", "Who her midwife is"


class Referral(models.Model):
    """One request to one service for one woman.

    ``owner`` sees that it does not get lost; where they have left, or nobody is named, it stands in the queue of
    ``from_team``. ``handoff_key`` names the handoff of the moment that it moves, where there is one. ``flag_at``: when
    somebody should look again; None once it is closed.
    """

    journey = of_journey("referrals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    asks = models.CharField(max_length=LONGEST_NOTE, help_text="what the service is asked for")
    shared = ArrayField(models.CharField(max_length=10, choices=Shared.choices), default=list)
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = person(null=False)
    from_team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="referrals")
    owner = person()
    answer_by = models.DateTimeField()
    handoff_key = models.CharField(max_length=120, blank=True)
    instead_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    state = models.CharField(max_length=12, choices=STATES, default=loop.State.SENT.value)
    since = models.DateTimeField(default=clock.now)
    flag_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True, help_text="when the service was last reminded")
    messaged_at = models.DateTimeField(null=True, help_text="when a message last said whose turn it is; None: it waits")
    submission = submission()

    class Meta:
        indexes = [
            models.Index(fields=["journey"], name="referrals_of_journey"),
            models.Index(fields=["id"], condition=Q(messaged_at=None), name="referrals_to_tell_of"),
            models.Index(fields=["flag_at"], condition=Q(flag_at__isnull=False), name="referrals_by_flag"),
            models.Index(fields=["owner", "flag_at"], condition=Q(flag_at__isnull=False), name="referrals_of_owner"),
            models.Index(fields=["from_team", "flag_at"], condition=Q(flag_at__isnull=False), name="referrals_from"),
            models.Index(fields=["to_team", "flag_at"], condition=Q(flag_at__isnull=False), name="referrals_to"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(asks=""), name="a_referral_asks_for_something"),
            models.CheckConstraint(
                condition=Q(flag_at__isnull=False, state__in=[state.value for state in loop.OPEN])
                | Q(flag_at=None, state__in=sorted(state.value for state in loop.CLOSED)),
                name="an_open_referral_has_its_time",
            ),
            models.CheckConstraint(condition=Q(answer_by__gt=models.F("sent_at")), name="answer_after_sending"),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"


class ReferralStep(models.Model):
    """One step of the loop. ``by`` is staff here; ``by_outside`` somebody without an account, by link or by phone.

    ``reason`` says why it was declined, withdrawn or ended, from the groups below; ``words`` say it in their own.
    """

    class Reason(models.TextChoices):
        """Why: of the service, of hers, of ours. ``service_…``, ``her_…``, ``our_…`` are the groups."""

        SERVICE_FULL = "service_full", "No place now"
        SERVICE_CRITERIA = "service_criteria", "She does not fit their conditions"
        SERVICE_LATE = "service_late", "They do not take women who booked late"
        SERVICE_AREA = "service_area", "Not their area"
        SERVICE_MISSING = "service_missing", "They need something first"
        SERVICE_CLOSED = "service_closed", "The service has closed"
        HER_CHOICE = "her_choice", "She does not want it now"
        HER_SAFETY = "her_safety", "It is not safe for her"
        HER_DISTANCE = "her_distance", "It is too far, or at the wrong time"
        HER_MOVED = "her_moved", "She has moved"
        HER_ENGAGED = "her_engaged", "She has found support elsewhere"
        HER_NOT_ABLE = "her_not_able", "She was not able to come"
        SERVICE_CANCELLED = "service_cancelled", "They cancelled it"
        OUR_CANCELLED = "our_cancelled", "We cancelled it"
        OUR_MISTAKE = "our_mistake", "It was sent in error"
        OUR_CHANGE = "our_change", "What she needs has changed"
        OTHER = "other", "Another reason"

    class Outcome(models.TextChoices):
        """What came of it in the end."""

        HELPED = "helped", "She got what she came for"
        PARTLY = "partly", "In part"
        STOPPED = "stopped", "She stopped coming"
        ONWARD = "onward", "They sent her on to another service"
        NOT_NEEDED = "not_needed", "It turned out not to be needed"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=STATES)
    at = models.DateTimeField(help_text="when it happened")
    by = person()
    by_outside = models.CharField(max_length=LONGEST_NAME, blank=True)
    by_link = models.BooleanField(default=False, help_text="answered by its link")
    reason = models.CharField(max_length=20, blank=True, choices=Reason.choices)
    outcome = models.CharField(max_length=12, blank=True, choices=Outcome.choices)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    place_from = models.DateField(null=True, help_text="on the waiting list, or declined, until about that day")
    appointment_at = models.DateTimeField(null=True, help_text="where the appointment is not one of ours")
    appointment = models.ForeignKey("referrals.Appointment", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = submission()

    class Meta:
        indexes = [models.Index(fields=["referral", "-id"], name="newest_step_of_referral")]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(by_outside="") | Q(reason="service_closed"),
                name="a_step_is_somebodys",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["declined", "withdrawn"]) & ~Q(reason=""))
                | ~Q(state__in=["declined", "withdrawn"]),
                name="declined_or_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="ended") & ~Q(outcome="") | ~Q(state="ended") & Q(outcome=""),
                name="ended_with_its_outcome",
            ),
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(words=""), name="other_reason_in_words"),
        ]

    def __str__(self) -> str:
        return f"step {self.pk} of referral {self.referral_id}"


class ReferralConsent(models.Model):
    """What she agreed to, purpose by purpose; the newest of a purpose holds. Never changed.

    An override is a decision without or against her word, by name, with its legal or safety reason: it is counted and
    the privacy officer sees it.
    """

    class Purpose(models.TextChoices):
        """What for."""

        SHARE = "share", "They may read what is shared"
        CONTACT = "contact", "They may get in touch with her"
        REPORT = "report", "They may tell us whether she came"

    class Answer(models.TextChoices):
        """What she said."""

        AGREED = "agreed", "She agrees"
        REFUSED = "refused", "She does not agree"
        WITHDRAWN = "withdrawn", "She takes it back"
        OVERRIDE = "override", "Shared without her agreement"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = person(null=False)
    submission = submission()

    class Meta:
        indexes = [models.Index(fields=["referral", "-id"], name="consents_of_referral")]
        constraints = [
            models.CheckConstraint(condition=~Q(answer="override") | ~Q(words=""), name="an_override_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of referral {self.referral_id}"


class ReferralLink(models.Model):
    """One link by which a receiver without an account reads what was shared, and answers; only hashes are kept.

    ``code`` is said by phone, never sent with the link. It is spent by ``tries``, by an answer, by time, or ended.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    code_hash = models.BinaryField(max_length=64, editable=False)
    to_whom = models.CharField(max_length=LONGEST_NAME, help_text="who was given it")
    made_at = models.DateTimeField(default=clock.now)
    made_by = person(null=False)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="wrong codes so far")
    opened_at = models.DateTimeField(null=True, help_text="first opened with the right code")
    used_at = models.DateTimeField(null=True, help_text="answered")
    ended_at = models.DateTimeField(null=True)
    submission = submission()

    class Meta:
        constraints = [
            models.UniqueConstraint("referral", condition=Q(used_at=None, ended_at=None), name="one_link_at_a_time"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="a_link_lasts_a_while"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class TreatmentOption(models.Model):
    """What came of one option of treatment after birth for her; the newest of a kind holds. Never changed.

    *Not commissioned*, *no place* and *criteria not met* are the service's, never her refusal (pathway, A26 to A28).
    """

    class Status(models.TextChoices):
        """What came of it; the values are those of the moment's evidence."""

        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "She accepted"
        DECLINED = "declined", "She declined"
        NOT_COMMISSIONED = "not_commissioned", "Does not exist here"
        NO_PLACE = "no_place", "No place"
        CRITERIA_NOT_MET = "criteria_not_met", "She does not fit its conditions"

    class WouldMove(models.TextChoices):
        """Would she move for it?"""

        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_ASKED = "not_asked", "Not asked yet"

    journey = of_journey("treatment_options")
    kind = models.CharField(max_length=24, choices=[(key, kinds.BY_KEY[key].name) for key in kinds.AFTER_BIRTH])
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=18, choices=Status.choices)
    would_move = models.CharField(max_length=10, choices=WouldMove.choices, default=WouldMove.NOT_ASKED)
    panel_on = models.DateField(null=True, help_text="when who pays decides")
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = person(null=False)
    submission = submission()

    class Meta:
        indexes = [models.Index(fields=["journey", "kind", "-id"], name="newest_option_of_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(service__isnull=False) | Q(status__in=["not_commissioned"]),
                name="what_is_offered_is_a_service",
            )
        ]

    def __str__(self) -> str:
        return f"option {self.pk}"
