"""Who is acting, as PostgreSQL's row-level security knows it.

The setting ``app.user`` holds for one transaction, and so does ``app.woman``, which a function of the database sets
where something else was proved than who is acting (a referral's link): behind a pooler that hands connections from
one request to the next, a setting of the session would show one person another person's rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from carecoord.access.models import User


@contextmanager
def acting_as(user: User) -> Iterator[None]:
    """One transaction in which the database shows what ``user`` may see, and writes down that it was them.

    Nothing is set any more when the block ends, also inside an outer transaction.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        _set(str(user.pk))
        yield
        if nested and not connection.needs_rollback:  # else the setting goes with the transaction
            _set("")


@contextmanager
def asking_for(user: User) -> Iterator[None]:
    """Inside somebody's transaction, ask what ``user`` may see; afterwards it is the first again who acts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user', true)")
        before = cursor.fetchone()[0]
    with transaction.atomic():
        _set(str(user.pk))
        yield
    _set(before or "")


@contextmanager
def opening() -> Iterator[None]:
    """One transaction in which a function of the database may open one woman's record to nobody in particular.

    It is shut again when the block ends, also inside an outer transaction.
    """
    with transaction.atomic():
        yield
        if not connection.needs_rollback:  # else the setting goes with the transaction
            _set("", setting="app.woman")


def _set(value: str, *, setting: str = "app.user") -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
