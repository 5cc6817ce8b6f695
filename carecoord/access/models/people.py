"""Staff accounts, the teams they work in, and the role they have in each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from carecoord import clock
from carecoord.access.abilities import Ability, abilities_of
from carecoord.access.labels import Label, labels_of
from carecoord.access.roles import ROLE_NAMES, Role
from carecoord.compiled import Compiled, Given

ROLE_CHOICES = [(role.value, ROLE_NAMES[role]) for role in Role if role is not Role.WOMAN]


class UserManager(BaseUserManager["User"]):
    """Makes accounts; the e-mail is kept in lower case, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create and return an account. Without a password nobody can sign in to it."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A member of staff. The e-mail is the name they sign in with."""

    email = models.EmailField("work e-mail", unique=True)
    name = models.CharField("name", max_length=120, help_text="As colleagues write it: A. Reid")
    is_active = models.BooleanField("can sign in", default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def current_memberships(self) -> list[Membership]:
        """Today's memberships with their teams and sites; read once for each request."""
        return _THEIRS_TODAY(user=self.pk, today=clock.today())

    @property
    def roles(self) -> set[Role]:
        """The roles held today, in any team."""
        return {Role(membership.role) for membership in self.current_memberships}

    @property
    def abilities(self) -> frozenset[Ability]:
        """What the roles held today allow; nothing for somebody without a role."""
        return abilities_of(self.roles)

    @cached_property
    def labels_by_woman(self) -> dict[int, frozenset[Label]]:
        """What of each woman's record is open, as far as this request has asked (pathways.visibility)."""
        return {}

    @property
    def labels(self) -> frozenset[Label]:
        """What of a record the roles held today may show."""
        return labels_of(self.roles)

    @property
    def site_ids(self) -> set[int]:
        """The sites of today's teams."""
        return {membership.team.site_id for membership in self.current_memberships}

    @property
    def role_in_words(self) -> str:
        """``specialist midwife``; the first role where somebody holds several."""
        if not self.current_memberships:
            return "no role yet"
        name = ROLE_NAMES[Role(self.current_memberships[0].role)]
        return name if name.isupper() else name[0].lower() + name[1:]

    @property
    def site_in_words(self) -> str:
        """``Ashford Bridge``; several sites are joined."""
        return ", ".join(dict.fromkeys(membership.team.site.name for membership in self.current_memberships))


class Team(models.Model):
    """A team of one site: a caseload team, a ward, a drug service… Declared in the site's TOML."""

    class Kind(models.TextChoices):
        """What sort of team it is."""

        CASELOAD = "caseload", "Specialist midwifery"
        WARD = "ward", "Ward"
        HOSPITAL = "hospital", "Hospital teams that come to the ward"
        DRUG_SERVICE = "drug_service", "Drug service"
        HEALTH_VISITING = "health_visiting", "Health visiting"
        PARTNER = "partner", "Partner team"
        MANAGEMENT = "management", "Management"

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="teams")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        constraints = [models.UniqueConstraint("site", "code", name="team_code_once_per_site")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by date."""

    def current(self, on: date | Given | None = None) -> MembershipQuerySet:
        """Those that hold on ``on`` (London date; today by default)."""
        on = on or clock.today()
        return self.filter(starts_on__lte=on).filter(models.Q(ends_on=None) | models.Q(ends_on__gte=on))

    def in_order(self) -> MembershipQuerySet:
        """By site, team and role, with their teams and sites."""
        return self.select_related("team__site").order_by("team__site__code", "team__code", "role")

    def read_for(self, people: Collection[User]) -> None:
        """Read today's memberships of all of them at once, so that nobody's are asked for one by one."""
        by_person: dict[int, list[Membership]] = {person.pk: [] for person in people}
        for membership in self.current().filter(user__in=by_person).in_order():
            by_person[membership.user_id].append(membership)
        for person in people:
            person.current_memberships = by_person[person.pk]


class Membership(models.Model):
    """One person's role in one team, from a day to a day (both included)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=40, choices=ROLE_CHOICES)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "team", "role", "starts_on", name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.team}"


_THEIRS_TODAY = Compiled(
    lambda: (
        Membership.objects.current(Given("today", models.DateField()))
        .filter(user=Given("user", models.BigIntegerField()))
        .in_order()
    )
)
