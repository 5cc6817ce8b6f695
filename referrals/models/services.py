"""The directory: what exists for women here, for whom, where and when. What does not exist is recorded as that."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from referrals.models.columns import LONGEST_NAME, LONGEST_WORDS, person
from referrals.rules import kinds


class Access(models.TextChoices):
    """What makes a place one that she can use."""

    STEP_FREE = "step_free", "No steps"
    INTERPRETER = "interpreter", "Interpreter can be had"
    CRECHE = "creche", "Somebody looks after children"
    QUIET = "quiet", "A quiet room to wait in"
    HEARING = "hearing", "Hearing loop"
    BUS = "bus", "Near a bus stop"
    PARKING = "parking", "Parking"
    EVENING = "evening", "Open in the evening"


class Place(models.Model):
    """Where services are: a building with its rooms. ``neutral_name`` is what a slip or a calendar may say."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="places")
    name = models.CharField(max_length=LONGEST_NAME)
    neutral_name = models.CharField(max_length=LONGEST_NAME, help_text="without a service in it: Mill Lane")
    address = models.CharField(max_length=LONGEST_WORDS, blank=True)
    getting_there = models.CharField(max_length=LONGEST_WORDS, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    access = ArrayField(models.CharField(max_length=12, choices=Access.choices), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("site", "name", name="place_once_per_site")]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """One room of a place."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=LONGEST_NAME)

    class Meta:
        constraints = [models.UniqueConstraint("place", "name", name="room_once_per_place")]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """One service, or the fact that there is none of its kind here (``exists``).

    ``hours`` is as a site file writes them: {"mon-fri": "09:00-17:00", "bank_holidays": …}. ``team``: who receives its
    referrals with accounts here; None where they answer by a link or by phone.
    """

    class Exists(models.TextChoices):
        """Whether it can be had here."""

        HERE = "here", "Exists here"
        ELSEWHERE = "elsewhere", "Out of area, by arrangement"
        NOT_COMMISSIONED = "not_commissioned", "Does not exist here"

    class Whether(models.TextChoices):
        """An answer of the service about whom it takes."""

        YES = "yes", "Yes"
        NO = "no", "No"
        ASK = "ask", "Not known: ask"

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="services")
    kind = models.CharField(max_length=24, choices=kinds.CHOICES)
    name = models.CharField(max_length=LONGEST_NAME)
    exists = models.CharField(max_length=16, choices=Exists.choices, default=Exists.HERE)
    team = models.ForeignKey("access.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="services")
    telephone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    takes_late_bookers = models.CharField(max_length=3, choices=Whether.choices, default=Whether.ASK)
    needs_earlier_engagement = models.CharField(max_length=3, choices=Whether.choices, default=Whether.ASK)
    takes_babies = models.CharField(max_length=3, choices=Whether.choices, default=Whether.ASK)
    takes_after_removal = models.CharField(max_length=3, choices=Whether.choices, default=Whether.ASK)
    takes_from_elsewhere = models.CharField(max_length=3, choices=Whether.choices, default=Whether.ASK)
    criteria = models.CharField(max_length=LONGEST_WORDS, blank=True)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="places in all")
    free_places = models.PositiveSmallIntegerField(null=True, blank=True)
    waiting_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="until a first appointment")
    hours = models.JSONField(default=dict, blank=True)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="services")
    where = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="in words: how far, how to get there")
    access = ArrayField(models.CharField(max_length=12, choices=Access.choices), default=list, blank=True)
    funding = models.CharField(max_length=LONGEST_WORDS, blank=True, help_text="who pays, and by which panel")
    note = models.CharField(max_length=LONGEST_WORDS, blank=True)
    confirmed_on = models.DateField(null=True)
    confirmed_by = person()
    ended_on = models.DateField(null=True)
    ended_why = models.CharField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        indexes = [models.Index(fields=["site", "kind"], name="services_of_site")]
        constraints = [
            models.UniqueConstraint("site", "name", condition=Q(ended_on=None), name="service_once_per_site"),
            models.CheckConstraint(condition=~Q(name=""), name="a_service_has_a_name"),
            models.CheckConstraint(
                condition=Q(free_places=None) | Q(capacity=None) | Q(free_places__lte=models.F("capacity")),
                name="no_more_free_than_there_are",
            ),
            models.CheckConstraint(
                condition=~Q(exists="not_commissioned") | Q(team=None, capacity=None, place=None),
                name="what_does_not_exist_has_no_place",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_why="") | (Q(ended_on__isnull=False) & ~Q(ended_why="")),
                name="a_service_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name
