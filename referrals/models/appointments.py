"""Appointments: a woman in a place of a session, or somewhere else; her visits; who waits for a place.

A place of a session and a woman's time are given once: the database holds it. ``woman`` is her journey's, so that no
second journey of hers can stand in two places.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from carecoord import clock
from referrals.models.clinics import Session
from referrals.models.columns import (
    LONGEST_NAME,
    LONGEST_WORDS,
    of_journey,
    person,
    revised_at,
    revision,
    submission,
)
from referrals.models.referrals import Referral
from referrals.models.services import Place, Service
from referrals.rules import kinds


class HerDay(models.Model):
    """What her days allow, as she says it; the newest holds. Never changed. Times are London's.

    Her safe hours are not here but in her safe contact; her interpreter is in her record.
    """

    journey = of_journey("her_days")
    travel_by = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="bus 7, on foot, a lift")
    travel_minutes = models.PositiveSmallIntegerField(default=0, help_text="one way, from where she is")
    leaves_after = models.TimeField(null=True, help_text="after the school run, or when somebody comes")
    home_by = models.TimeField(null=True, help_text="before the school run")
    dose_from = models.TimeField(null=True, help_text="her time at the pharmacy: it stays hers")
    dose_until = models.TimeField(null=True)
    dose_words = models.CharField(max_length=LONGEST_NAME, blank=True)
    not_on = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text="ISO weekdays on which she cannot")
    children = models.PositiveSmallIntegerField(default=0, help_text="who come with her and need looking after")
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = person(null=False)
    submission = submission()

    class Meta:
        indexes = [models.Index(fields=["journey", "-id"], name="newest_of_her_days")]
        constraints = [
            models.CheckConstraint(
                condition=Q(dose_from=None, dose_until=None) | Q(dose_until__gt=models.F("dose_from")),
                name="her_dose_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"her day {self.pk}"


class Visit(models.Model):
    """One trip of hers: everything she does on one day at one place. ``instead_of``: so many trips it would have been.

    ``counted``: the fact (contact made, or missed) that this visit became; one, however many appointments it has.
    """

    journey = of_journey("visits")
    on = models.DateField()
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="visits")
    elsewhere = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="where it is none of our places")
    children = models.PositiveSmallIntegerField(default=0, help_text="crèche places held")
    interpreter_booked = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, help_text="agreed with her")
    confirmed_by = person()
    planned = models.BooleanField(default=False, help_text="proposed by the planner")
    instead_of = models.PositiveSmallIntegerField(default=1)
    reminder = models.ForeignKey("pathways.MessageToHer", null=True, on_delete=models.PROTECT, related_name="+")
    change_told_at = models.DateTimeField(null=True, help_text="when she was last written to that we changed it")
    counted = models.OneToOneField("pathways.Event", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "journey", "on", "place", "elsewhere", nulls_distinct=False, name="one_visit_a_day"
            ),
            models.CheckConstraint(
                condition=(Q(place__isnull=False) & Q(elsewhere="")) | (Q(place=None) & ~Q(elsewhere="")),
                name="a_visit_is_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"


class Appointment(models.Model):
    """One thing she comes for. ``seat`` is which of the session's places; elsewhere there is neither.

    ``state``: *held* is a freed place kept for her until ``held_until``, while somebody asks her. ``need_key`` is what
    it is for: ``handoff:…`` (a handoff's key), ``referral:…``, ``waiting:…``, or empty. What became of it on the day
    is two answers: ``took_place`` (did the session happen) and ``attended`` (was she able to come). Where we cancelled
    it, her midwife's side gets a message (``passed_on_at``), and somebody tells her (``told_at``).
    """

    class State(models.TextChoices):
        """Whether the place is taken."""

        BOOKED = "booked", "Booked"
        HELD = "held", "Kept for her, to be confirmed"
        CANCELLED = "cancelled", "Cancelled"

    class Whose(models.TextChoices):
        """Who cancelled it."""

        HERS = "hers", "She asked for another time"
        OURS = "ours", "We cancelled it"
        SERVICE = "service", "The service cancelled it"
        LAPSED = "lapsed", "It was kept for her, and not confirmed in time"

    class Attended(models.TextChoices):
        """Whether she was able to come."""

        YES = "yes", "She came"
        LATE = "late", "She came late"
        LEFT = "left", "She came and had to leave early"
        REMOTE = "remote", "By phone or video"
        NO = "no", "She was not able to come"

    journey = of_journey("appointments")
    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="appointments")
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="appointments")
    seat = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=24, choices=kinds.CHOICES)
    during = DateTimeRangeField()
    words = models.CharField(max_length=LONGEST_NAME, help_text="what it is for, as the team says it")
    her_words = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="what she should bring or know")
    need_key = models.CharField(max_length=140, blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="appointments")
    needs_interpreter = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.BOOKED)
    held_until = models.DateTimeField(null=True)
    booked_at = models.DateTimeField(default=clock.now)
    booked_by = person()  # None: the product kept a freed place for her
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = person()
    cancelled_whose = models.CharField(max_length=8, blank=True, choices=Whose.choices)
    cancelled_why = models.CharField(max_length=LONGEST_WORDS, blank=True)
    passed_on_at = models.DateTimeField(null=True, editable=False)
    told_at = models.DateTimeField(null=True)
    told_by = person()
    took_place = models.BooleanField(null=True, help_text="did the session happen")
    attended = models.CharField(max_length=6, blank=True, choices=Attended.choices)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = person()
    revision = revision()
    revised_at = revised_at()
    submission = submission()

    class Meta:
        indexes = [
            models.Index(fields=["session"], name="appointments_of_session"),
            models.Index(fields=["visit"], name="appointments_of_visit"),
            models.Index(fields=["journey"], name="appointments_of_journey"),
            models.Index(
                fields=["cancelled_at"],
                condition=Q(cancelled_whose__in=["ours", "service"], passed_on_at=None),
                name="cancelled_not_passed_on",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="a_woman_is_in_one_place",
                expressions=[("woman", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~Q(state="cancelled"),
            ),
            ExclusionConstraint(
                name="a_place_is_given_once",
                expressions=[
                    ("session", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled") & Q(session__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(session=None, seat=None) | Q(session__isnull=False, seat__gte=1),
                name="a_place_of_a_session_is_numbered",
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="an_appointment_lasts",
            ),
            models.CheckConstraint(
                condition=(Q(state="held") & Q(held_until__isnull=False)) | (~Q(state="held") & Q(held_until=None)),
                name="what_is_held_is_held_until",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled", cancelled_at__isnull=False) & ~Q(cancelled_whose=""))
                | (~Q(state="cancelled") & Q(cancelled_at=None, cancelled_whose="")),
                name="cancelled_by_one_side",
            ),
            models.CheckConstraint(condition=Q(told_at=None) | Q(state="cancelled"), name="told_of_what_was_cancelled"),
            models.CheckConstraint(
                condition=Q(recorded_at=None, took_place=None, attended="")
                | Q(recorded_at__isnull=False, took_place=False, attended="")
                | (Q(recorded_at__isnull=False, took_place=True) & ~Q(attended="")),
                name="the_session_happened_apart_from_her_coming",
            ),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class Waiting(models.Model):
    """Somebody who waits for a place, for one kind of service (or one service). First come, first served.

    ``ended``: she has a place, or does not need one any more. ``not_before``, ``until``: days that suit her.
    """

    class Ended(models.TextChoices):
        """How the waiting ended."""

        PLACED = "placed", "She has a place"
        NOT_NEEDED = "not_needed", "It is not needed any more"
        HER_CHOICE = "her_choice", "She does not want to wait"

    journey = of_journey("waitings")
    kind = models.CharField(max_length=24, choices=kinds.CHOICES)
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(default=30)
    words = models.CharField(max_length=LONGEST_NAME, help_text="what it is for")
    need_key = models.CharField(max_length=140, blank=True)
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="waitings")
    since = models.DateTimeField(default=clock.now)
    by = person(null=False)
    not_before = models.DateField(null=True)
    until = models.DateField(null=True)
    passed_over_at = models.DateTimeField(null=True, help_text="when a place was last kept for her and lapsed")
    ended = models.CharField(max_length=10, blank=True, choices=Ended.choices)
    ended_at = models.DateTimeField(null=True)
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="+")
    submission = submission()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "since"], condition=Q(ended=""), name="who_waits"),
            models.Index(fields=["journey"], name="waitings_of_journey"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended="", ended_at=None) | (~Q(ended="") & Q(ended_at__isnull=False)),
                name="waiting_ended_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(ended="placed") | Q(appointment__isnull=False), name="placed_has_an_appointment"
            ),
        ]

    def __str__(self) -> str:
        return f"waiting {self.pk}"
