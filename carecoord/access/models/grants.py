"""The one table of truth: who may see which woman, since when and until when, and why.

Nobody sees a woman because of a page's address. A grant appears and ends with the fact that
justifies it; a conflict beats every grant. The web server's database role can read its own
person's grants and write none: they are written by the functions of migration 0003.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value

from carecoord import clock
from carecoord.access.labels import LABEL_NAMES, Label
from carecoord.compiled import Given, IsOneOf

if TYPE_CHECKING:
    from carecoord.access.models.people import User

SELF_CLAIM_LASTS = timedelta(hours=12)
BREAK_GLASS_LASTS = timedelta(minutes=60)
LABEL_CHOICES = [(label.value, LABEL_NAMES[label]) for label in Label]


_TEAMS = ArrayField(models.BigIntegerField())


class Reader(NamedTuple):
    """Who reads, and when, as queries ask for it: the values, or their places in a compiled query (``GIVEN``)."""

    pk: Any
    teams: Any
    now: Any
    today: Any

    @classmethod
    def of(cls, user: User) -> Reader:
        """``user``, at this moment."""
        now: datetime = clock.now()
        today: date = clock.today(now)
        return cls(user.pk, [membership.team_id for membership in user.current_memberships], now, today)

    def given(self) -> dict[str, Any]:
        """What a compiled query is asked with for them."""
        return {f"reader_{name}": value for name, value in self._asdict().items()}

    def works_in(self, team: str) -> Q:
        """Whether the column names one of their teams."""
        teams = self.teams if isinstance(self.teams, Given) else Value(self.teams, output_field=_TEAMS)
        return Q(IsOneOf(F(team), teams))


GIVEN = Reader(
    Given("reader_pk", models.BigIntegerField()),
    Given("reader_teams", _TEAMS),
    Given("reader_now", models.DateTimeField()),
    Given("reader_today", models.DateField()),
)


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants, by person and time."""

    def at(self, instant: datetime) -> GrantQuerySet:
        """Those that hold at ``instant`` (aware)."""
        return self.filter(starts_at__lte=instant).filter(Q(ends_at=None) | Q(ends_at__gt=instant))

    def of(self, user: User) -> GrantQuerySet:
        """Those that show ``user`` a woman now: to them or a team of theirs, running, and no conflict."""
        return self.of_reader(Reader.of(user))

    def of_reader(self, reader: Reader) -> GrantQuerySet:
        """The same for a reader whose values may come later."""
        conflict = Conflict.objects.filter(woman=OuterRef("woman"), user=reader.pk)
        return self.at(reader.now).filter(Q(user=reader.pk) | reader.works_in("team")).exclude(Exists(conflict))


class Grant(models.Model):
    """One woman's record, open to one person or one team."""

    class Kind(models.TextChoices):
        """The fact that justifies it. The words are shown to her team and in the list of who may see her record."""

        CASELOAD = "caseload", "On the caseload"
        ADMISSION = "admission", "On the ward, or home for less than a day"
        REFERRAL = "referral", "Takes part in her care"
        COVER = "cover", "Covers for her midwife"
        SELF_CLAIM = "self_claim", "Said: I am caring for her"
        BREAK_GLASS = "break_glass", "Opened in an emergency"

    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="grants")
    team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT, related_name="grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    labels = ArrayField(
        models.CharField(max_length=20, choices=LABEL_CHOICES),
        default=list,
        help_text="What it opens, of what the person's role may see; empty for all of that",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    journey = models.ForeignKey(
        "pathways.Journey", null=True, on_delete=models.PROTECT, related_name="grants", help_text="whose facts made it"
    )
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(team=None, user__isnull=False) | Q(team__isnull=False, user=None),
                name="grant_to_a_team_or_a_person",
            ),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="grant_ends_later"),
            models.CheckConstraint(
                condition=~Q(kind="self_claim")
                | Q(user__isnull=False, ends_at__isnull=False, ends_at__lte=F("starts_at") + SELF_CLAIM_LASTS),
                name="self_claim_lasts_12_hours",
            ),
            models.CheckConstraint(
                condition=~Q(kind="break_glass")
                | Q(user__isnull=False, ends_at__isnull=False, ends_at__lte=F("starts_at") + BREAK_GLASS_LASTS),
                name="break_glass_lasts_60_minutes",
            ),
            # What follows from one journey's facts is written down once.
            models.UniqueConstraint(
                "journey", "kind", "team", "user", "reason", "starts_at",
                condition=Q(journey__isnull=False), nulls_distinct=False, name="grant_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["woman", "user", "team"], name="grants_of_woman"),
            models.Index(fields=["user", "woman"], name="grants_of_person"),
            models.Index(fields=["team", "woman"], name="grants_of_team"),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class Conflict(models.Model):
    """A member of staff who must never see this woman: a partner, a relative, somebody she named.

    Beats every grant and every way round; to them she does not exist.
    """

    woman = models.ForeignKey("pathways.Woman", on_delete=models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("woman", "user", name="conflict_once")]
        indexes = [models.Index(fields=["user", "woman"], name="conflicts_of_person")]

    def __str__(self) -> str:
        return f"conflict {self.pk}"


class Seal(models.Model):
    """A record that nobody reaches by asking: staff or their relatives, a woman in hiding, a court's order."""

    class Level(models.IntegerChoices):
        """How it can still be opened by somebody without a grant."""

        SEALED = 2, "Sealed: with a stated ground, for an hour"
        LOCKED = 3, "Locked: not at all"

    woman = models.OneToOneField("pathways.Woman", on_delete=models.PROTECT, related_name="seal", primary_key=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SEALED)
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"seal of woman {self.woman_id}"


class Cover(models.Model):
    """Who looks after a midwife's caseload while she is away, from a day to a day (both included)."""

    midwife = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="leave")
    covered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="covering")
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True, help_text="when it was called off before its last day")
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cover_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(midwife=F("covered_by")), name="cover_is_somebody_else"),
            models.UniqueConstraint("midwife", "covered_by", "starts_on", name="cover_once"),
        ]

    def __str__(self) -> str:
        return f"cover {self.pk}"


class RoleLabel(models.Model):
    """A copy of the table in ``labels.py``, for the policies of the database. Written after every ``migrate``."""

    role = models.CharField(max_length=40)
    label = models.CharField(max_length=20, choices=LABEL_CHOICES)

    class Meta:
        constraints = [models.UniqueConstraint("role", "label", name="role_label_once")]

    def __str__(self) -> str:
        return f"{self.role}: {self.label}"
