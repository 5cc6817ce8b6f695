"""What is written down about the record's use. Rows are added and never changed: triggers refuse it to everybody.

No foreign keys: an entry must outlive whatever it speaks of, and must never keep anything from being written.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now


class Stream(models.TextChoices):
    """The two kinds of entry; both are sealed into one chain."""

    CHANGE = "change", "Change"
    READ = "read", "Read"


class Entry(models.Model):
    """What both kinds say: when, by whom, as which database role, in which transaction. The database fills it in."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField(null=True, help_text="The account; null is the product itself")
    db_role = models.CharField(max_length=63, db_default="")
    transaction = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


class Change(Entry):
    """One row of a watched table, added, changed or deleted. Written by the table's trigger, by nothing else."""

    class Op(models.TextChoices):
        """What was done."""

        INSERT = "I", "added"
        UPDATE = "U", "changed"
        DELETE = "D", "deleted"
        TRUNCATE = "T", "table emptied"

    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField(null=True)
    woman_id = models.BigIntegerField(null=True)
    op = models.CharField(max_length=1, choices=Op.choices)
    old = models.JSONField(null=True, help_text="For an update the changed columns alone")
    new = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["woman_id", "-at"], name="changes_of_her")]

    def __str__(self) -> str:
        return f"change {self.pk}"


class Read(Entry):
    """One page that showed somebody these women. Written in the transaction of the page: no entry, no page."""

    page = models.CharField(max_length=60, help_text="The name of the route")
    purpose = models.CharField(max_length=200, blank=True, db_default="")
    women = ArrayField(models.BigIntegerField())
    labels = ArrayField(models.CharField(max_length=40), db_default=[])

    class Meta:
        indexes = [
            GinIndex(fields=["women"], name="reads_of_her", fastupdate=False),
            models.Index(fields=["actor_id", "-at"], name="reads_by_them"),
            models.Index(fields=["at"], name="reads_in_order"),
        ]

    def __str__(self) -> str:
        return f"read {self.pk}"


class Waiting(models.Model):
    """An entry that is not sealed yet. Every entry brings one with it; sealing takes it away.

    Entries get their number before they are committed, so that a smaller one can appear after a larger one was
    sealed. This list finds it wherever it turns up, and stays as short as thirty seconds of work.
    """

    pk = models.CompositePrimaryKey("stream", "entry_id")
    stream = models.CharField(max_length=6, choices=Stream.choices)
    entry_id = models.BigIntegerField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stream} {self.entry_id}"


class Seal(models.Model):
    """One link of the chain: its hash covers one entry and the hash of the link before."""

    chain_no = models.BigIntegerField(primary_key=True)
    stream = models.CharField(max_length=6, choices=Stream.choices)
    entry_id = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint("stream", "entry_id", name="sealed_once")]

    def __str__(self) -> str:
        return f"link {self.chain_no}"


class Verification(models.Model):
    """One run of `manage.py verify_audit`, for the privacy officer to see that it happens."""

    at = models.DateTimeField(db_default=Now())
    links = models.BigIntegerField()
    anchors = models.IntegerField()
    problems = models.IntegerField()

    def __str__(self) -> str:
        return f"verification {self.pk}"


class Unusual(models.Model):
    """One look at a record that a privacy officer should hear of; see unusual.py. Worked out from the entries."""

    rule = models.CharField(max_length=30)
    on = models.DateField(help_text="London date")
    actor_id = models.BigIntegerField(null=True)
    woman_id = models.BigIntegerField(null=True, help_text="Null where it is about many women")
    site_id = models.BigIntegerField()
    first_at = models.DateTimeField()
    number = models.IntegerField(help_text="What the rule counted")

    class Meta:
        verbose_name_plural = "unusual access"
        constraints = [
            models.UniqueConstraint("rule", "on", "actor_id", "woman_id", name="told_once", nulls_distinct=False)
        ]
        indexes = [models.Index(fields=["site_id", "-on"], name="unusual_at_site")]

    def __str__(self) -> str:
        return f"unusual access {self.pk}"


class LookedInto(models.Model):
    """What a privacy officer found when they asked about an unusual access. Written once, never changed."""

    class Outcome(models.TextChoices):
        """How it stands."""

        EXPLAINED = "explained", "There is a good reason"
        FOLLOWED_UP = "followed_up", "It is being followed up"

    unusual_id = models.BigIntegerField(unique=True)
    by_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.CharField(max_length=1000)

    class Meta:
        verbose_name_plural = "looked into"

    def __str__(self) -> str:
        return f"unusual access {self.unusual_id}, looked into"
