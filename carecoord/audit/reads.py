"""Writing down that somebody was shown somebody's record."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from carecoord.access.models import User

LISTED = "in a list"  # the purpose of a page that names women without opening a record

# Not through the model: the web server's role may add an entry and may not read one, not even the id it was given.
_INSERT = "INSERT INTO audit_read (actor_id, page, purpose, women, labels) VALUES (%s, %s, %s, %s::bigint[], %s)"


def record_read(
    by: User, women: Collection[int], *, page: str, purpose: str = "", labels: Collection[str] = ()
) -> None:
    """Write one entry: ``by`` was shown these women (ids) on ``page``, the route's name. No women, no entry.

    Call it in the transaction that reads them, before anything is rendered. When it fails, so must the page:
    what cannot be written down is not shown.
    """
    if women:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [by.pk, page, purpose, sorted(set(women)), sorted(labels)])
