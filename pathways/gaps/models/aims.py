"""What a site wants a number to be, what it changed, and which quarters are complete."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from carecoord import clock
from pathways.gaps.models.counts import LONGEST_TABLE

LONGEST_WORDS, LONGEST_GROUP = 200, 80


class Aim(models.Model):
    """What a site wants one line of a table to reach, by when, and who sees to it. Changed by ending it for another.

    ``site`` set it. The number is its own; where a table is told of all sites together, it is theirs.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    of_table = models.CharField(max_length=LONGEST_TABLE)
    line = models.CharField(max_length=LONGEST_TABLE)
    value = models.PositiveSmallIntegerField(help_text="of a hundred")
    reach_by = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    owner_group = models.CharField(max_length=LONGEST_GROUP, blank=True)
    set_at = models.DateTimeField(default=clock.now, editable=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    submission = models.UUIDField(null=True, unique=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "site", "of_table", "line", condition=Q(ended_at=None), name="one_aim_for_each_number"
            ),
            models.CheckConstraint(condition=Q(value__lte=100), name="an_aim_is_of_a_hundred"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False, owner_group="") | (Q(owner=None) & ~Q(owner_group="")),
                name="an_aim_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="an_aim_ends_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"aim {self.of_table} {self.line}"

    @property
    def owned_by(self) -> str:
        """Who sees to it: somebody by name, or a group."""
        return str(self.owner) if self.owner else self.owner_group


class ChangeNote(models.Model):
    """What a site changed on a day, that a measure may show. Struck through once where it was entered in error."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=LONGEST_TABLE)
    changed_on = models.DateField()
    words = models.CharField(max_length=LONGEST_WORDS)
    noted_at = models.DateTimeField(default=clock.now, editable=False)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)
    struck_at = models.DateTimeField(null=True, editable=False)
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["measure", "site", "changed_on"], name="notes_of_a_measure")]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="a_note_says_something")]

    def __str__(self) -> str:
        return f"note {self.measure} {self.changed_on}"


class Quarter(models.Model):
    """A quarter of which all is told that its report says (report/quarters.py). ``until``: the day after its last."""

    until = models.DateField(unique=True)
    ready_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"quarter until {self.until}"
