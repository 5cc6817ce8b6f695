"""Who changed what of a record since a page was opened. Names of fields, people and times; never what they wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from carecoord import clock
from carecoord.access.models import User
from pathways.models import Background, Journey, SafeContact, Woman
from pathways.wording.changed import ago_in_words

LATELY = timedelta(minutes=30)  # so long a page warns of somebody else's change before anybody types
THE_PRODUCT = "An imported file, or the product itself"


@dataclass(frozen=True)
class Change:
    """Who changed something, and when. Without ``who`` it was an import, or an account that is gone."""

    who: User | None
    at: datetime

    @property
    def words(self) -> str:
        """``R. Ali, 2 minutes ago``."""
        return f"{self.who or THE_PRODUCT}, {ago_in_words(self.at, clock.now())}"


def changes_since(record: Woman | Journey, version: int) -> dict[str, Change]:
    """The last change of each column since that version. One SQL query, and one for the people."""
    her = record.pk if isinstance(record, Woman) else record.woman_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT field, actor, at FROM pathways_changed_since(%s, %s, %s, %s)",
            [record._meta.db_table, record.pk, her, version],
        )
        rows = cursor.fetchall()
    people = User.objects.in_bulk({actor for _, actor, _ in rows if actor})
    return {column.removesuffix("_id"): Change(people.get(actor), at) for column, actor, at in rows}


def address_written(woman_id: int, address_id: int) -> Change | None:
    """Who wrote down where she is, and when; what they wrote is opened with a purpose only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, at FROM pathways_written('pathways_address', %s, %s)", [address_id, woman_id])
        row = cursor.fetchone()
    return Change(User.objects.filter(pk=row[0]).first(), row[1]) if row else None


def last_change(record: Woman | Journey, fields: Collection[str]) -> Change | None:
    """The change that made the version that stands, where it was of one of these fields; none for a new record."""
    if record.version == 1:
        return None
    changes = changes_since(record, record.version - 1)
    return next((change for field, change in changes.items() if field in fields), None)


def edd_agreed(journey: Journey) -> Change | None:
    """Who agreed the EDD that counts, and when."""
    events = journey.events.filter(kind="dating_agreed", correction=None).select_related("recorded_by")
    last = events.order_by("occurred_at", "id").last()
    return Change(last.recorded_by, last.recorded_at) if last else None


def written_lately(row: Background | SafeContact, reader: User) -> str:
    """The same for a version of what is kept in versions; whose it is, is asked only where it is new."""
    if row.recorded_by_id in (None, reader.pk) or clock.now() - row.recorded_at > LATELY:
        return ""
    return lately(Change(row.recorded_by, row.recorded_at), reader)


def lately(change: Change | None, reader: User) -> str:
    """A sentence for whoever is about to type where somebody else has only just changed the same; else nothing."""
    if change is None or change.who in (None, reader) or clock.now() - change.at > LATELY:
        return ""
    return f"{change.who} changed this {ago_in_words(change.at, clock.now())}. What they wrote is shown below."
