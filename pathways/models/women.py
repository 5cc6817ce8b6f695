"""The woman herself and the numbers that identify her."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from anyascii import anyascii
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from carecoord import clock
from carecoord.identifiers import chi_in_groups, nhs_in_groups


def folded(*parts: str) -> str:
    """Names as they are searched and sorted: plain lower-case letters, digits and single spaces.

    ``folded("Siân", "O’Connor-Łukasz")`` is ``"sian oconnor lukasz"``. Kept beside the name because
    no server's collation or ``unaccent`` gives the same answer everywhere.
    """
    plain = anyascii(" ".join(parts).replace("-", " ")).lower()
    return " ".join("".join(letter for letter in plain if letter.isalnum() or letter == " ").split())


class Woman(models.Model):
    """A woman in the care of at least one site. Nobody is asked for a number, a phone or an address."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="women", help_text="entered at")
    person_ref = models.CharField(max_length=80, blank=True, help_text="Her reference in the file she came from")
    first_name = models.CharField(max_length=200)
    last_name = models.CharField(max_length=200)
    preferred_name = models.CharField("name she uses", max_length=200, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    date_of_birth = models.DateField()
    allergies = models.CharField(max_length=500, blank=True)
    interpreter = models.CharField(max_length=120, blank=True, help_text="Language, or 'not needed'")
    what_matters = models.TextField("what matters to her, in her words", blank=True)
    what_matters_on = models.DateField(null=True, blank=True)
    search_key = models.TextField(editable=False)
    sort_key = models.CharField(max_length=500, editable=False, db_collation="C")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    matched_at = models.DateTimeField(
        null=True, editable=False, help_text="when she was last compared with the women of all sites"
    )
    submission = models.UUIDField(null=True, unique=True, editable=False, help_text="The form she came from, once")
    fingerprint = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    # Counted by a trigger with every change of what people write; what is worked out (migration 0030) does not count.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    KEYS = ("search_key", "sort_key")  # worked out from her names

    class Meta:
        verbose_name_plural = "women"
        constraints = [
            models.UniqueConstraint(
                "site", "person_ref", condition=~models.Q(person_ref=""), name="person_ref_once_per_site"
            ),
        ]
        indexes = [
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="woman_search"),
            models.Index(fields=["id"], name="woman_not_matched", condition=models.Q(matched_at=None)),
        ]

    def __str__(self) -> str:
        return f"woman {self.pk}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Save, with the keys that search and order use."""
        self.search_key = folded(self.preferred_name, self.first_name, self.last_name)
        self.sort_key = folded(self.called, self.last_name)[:500]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def called(self) -> str:
        """The first name she uses."""
        return self.preferred_name or self.first_name

    @property
    def full_name(self) -> str:
        """The name she uses, with her last name."""
        return f"{self.called} {self.last_name}"

    @property
    def list_name(self) -> str:
        """``Shan O’C.``, ``Kirsty McA.``, ``Róisín Ní B.``: enough to know her by in a list, no more."""
        words = self.last_name.split()[:2] or [""]
        *particles, main = words if len(words[0]) <= 3 else words[:1]  # Ní, Van, de
        main = main.split("-")[0]
        capitals = [place for place, letter in enumerate(main) if letter.isupper()]
        short = main[:1] if main.isupper() or not capitals else main[: min(capitals[-1] + 1, 4)]
        return " ".join([self.called, *particles, f"{short}."])

    @property
    def initials(self) -> str:
        """``S.O.``: on paper, beside a bed."""
        return f"{self.called[:1]}.{self.last_name[:1]}.".upper()

    def age_on(self, day: date) -> int:
        """Whole years on that day."""
        before_birthday = (day.month, day.day) < (self.date_of_birth.month, self.date_of_birth.day)
        return day.year - self.date_of_birth.year - before_birthday

    @property
    def reference(self) -> str:
        """What exports call her: the reference she was imported with, or her own id here."""
        return self.person_ref or str(self.pk)

    @cached_property
    def numbers(self) -> list[Identifier]:
        """Her NHS and CHI numbers."""
        return list(self.identifiers.all())


class Identifier(models.Model):
    """One number of hers. A woman who moved between nations has both kinds; many have none."""

    class Kind(models.TextChoices):
        """Who issued it."""

        NHS = "nhs", "NHS number"
        CHI = "chi", "CHI number"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=3, choices=Kind.choices)
    value = models.CharField(max_length=10)
    disputed = models.BooleanField(default=False, help_text="Another woman had it first; somebody has to look")

    class Meta:
        ordering = ["-kind"]
        constraints = [
            models.UniqueConstraint(
                "kind", "value", condition=models.Q(disputed=False), name="number_belongs_to_one_woman"
            ),
            models.UniqueConstraint("woman", "kind", name="one_number_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of woman {self.woman_id}"

    @property
    def in_groups(self) -> str:
        """The number as it is read aloud."""
        return nhs_in_groups(self.value) if self.kind == self.Kind.NHS else chi_in_groups(self.value)
