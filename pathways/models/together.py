"""Staying together: the offer of a place with her baby, how she left hospital, and mother-and-baby placements.

Nothing of these rows is changed (a trigger refuses it): a later offer for the same baby replaces an earlier one, and
what belongs to an event that was entered in error counts no more.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.models.journeys import Event, Journey
from pathways.rules.together import NO_BED, NOT_AVAILABLE, OTHER_REASON

LONGEST_PLAN = 500
LONGEST_WHO = 120


def _journey(name: str) -> models.ForeignKey:
    return models.ForeignKey(Journey, on_delete=models.PROTECT, related_name=name)


def _person() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


def _site() -> models.ForeignKey:
    """Where it was: it is counted there, also when she has moved."""
    return models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")


def _event() -> models.OneToOneField:
    return models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")


class StayOffer(models.Model):
    """Whether she could stay with one baby: what was offered, what she chose, and how it goes if they are apart."""

    class Offer(models.TextChoices):
        """What was offered, as the handoff's evidence has it."""

        TRANSITIONAL_CARE = "transitional_care", "Transitional care, with her baby"
        PARENT_ROOM = "parent_room", "A parents’ room"
        WARD_BOARDER = "ward_boarder", "Staying on the ward"
        NEAR_SITE = "near_site", "A place near the hospital"
        NOT_AVAILABLE = "not_available", "Nothing was available"

    class Because(models.TextChoices):
        """Why nothing was available."""

        NO_BED = NO_BED, "No bed or room was free"
        NONE_HERE = "none_here", "There is no such place here"
        CLOSED = "closed", "It was closed, for instance because of an infection"
        OTHER = OTHER_REASON, "Something else, as written below"

    class Choice(models.TextChoices):
        """What she chose."""

        STAYS = "stays", "She takes it, and stays"
        GOES_HOME = "goes_home", "She goes home, and visits"
        WANTED_TO_STAY = "wanted_to_stay", "She wanted to stay; there was no place"

    journey = _journey("stay_offers")
    site = _site()
    baby = models.PositiveSmallIntegerField()
    offered_at = models.DateTimeField()
    offer = models.CharField(max_length=20, choices=Offer.choices)
    because = models.CharField(max_length=12, choices=Because.choices, blank=True)
    choice = models.CharField(max_length=16, choices=Choice.choices)
    visiting = models.CharField(max_length=LONGEST_PLAN, blank=True)
    feeding = models.CharField(max_length=LONGEST_PLAN, blank=True)
    medicine_from = models.CharField(max_length=LONGEST_PLAN, blank=True)
    note = models.CharField(max_length=LONGEST_PLAN, blank=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["journey", "baby", "-id"], name="newest_stay_offer"),
            models.Index(fields=["site", "offered_at"], name="stay_offers_of_site"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer=NOT_AVAILABLE) & ~Q(because="") | ~Q(offer=NOT_AVAILABLE) & Q(because=""),
                name="no_place_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(offer=NOT_AVAILABLE, choice="stays")
                & (Q(offer=NOT_AVAILABLE) | ~Q(choice="wanted_to_stay")),
                name="she_chose_what_there_was",
            ),
            models.CheckConstraint(
                condition=(~Q(offer__in=[NOT_AVAILABLE, "near_site"]) & Q(choice="stays"))
                | (~Q(visiting="") & ~Q(feeding="")),
                name="apart_with_a_plan",
            ),
            models.CheckConstraint(condition=~Q(because=OTHER_REASON) | ~Q(note=""), name="another_reason_is_told"),
            models.CheckConstraint(
                condition=Q(offered_at__lte=F("recorded_at") + timedelta(minutes=2)), name="not_offered_in_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"stay offer {self.pk}"


class Departure(models.Model):
    """How she left hospital: with whom, whose decision it was, and what was tried before she left on her own."""

    class Tried(models.TextChoices):
        """How far something came before she left on her own decision."""

        ARRANGED = "arranged", "Arranged before she left"
        TRIED = "tried", "Tried; she left before it was arranged"
        NOT_TRIED = "not_tried", "There was no chance to"

    class Where(models.TextChoices):
        """Where she went."""

        HOME = "home", "Home, or where she is staying"
        PLACEMENT = "placement", "To a mother-and-baby placement"

    journey = _journey("departures")
    event = _event()
    site = _site()
    own_decision = models.BooleanField()
    where = models.CharField(max_length=12, choices=Where.choices, default=Where.HOME)
    with_her = ArrayField(models.PositiveSmallIntegerField(), default=list)
    staying = ArrayField(models.PositiveSmallIntegerField(), default=list)
    words = models.CharField(max_length=LONGEST_PLAN, blank=True)
    medicine_tried = models.CharField(max_length=12, choices=Tried.choices, blank=True)
    naloxone_tried = models.CharField(max_length=12, choices=Tried.choices, blank=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["journey", "-id"], name="newest_departure"),
            models.Index(fields=["site", "recorded_at"], name="departures_of_site"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(own_decision=True) | Q(medicine_tried="", naloxone_tried=""),
                name="tried_before_she_left_by_herself",
            ),
        ]

    def __str__(self) -> str:
        return f"departure {self.pk}"


class Placement(models.Model):
    """A mother-and-baby placement: what sort of place, who prescribes there. Where it is stands with her addresses."""

    class Kind(models.TextChoices):
        """What sort of place it is."""

        REHAB = "rehab", "Mother-and-baby residential treatment"
        ASSESSMENT = "assessment", "Residential assessment"
        FOSTER = "foster", "Parent-and-baby foster placement"

    journey = _journey("placements")
    event = _event()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    out_of_area = models.BooleanField()
    prescriber = models.CharField(max_length=LONGEST_WHO, blank=True)
    confirmed_by = models.CharField(max_length=LONGEST_WHO, blank=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["journey", "-id"], name="newest_placement")]
        constraints = [
            models.CheckConstraint(
                condition=Q(prescriber="", confirmed_by="") | (~Q(prescriber="") & ~Q(confirmed_by="")),
                name="a_prescriber_who_said_yes",
            ),
        ]

    def __str__(self) -> str:
        return f"placement {self.pk}"
