"""The loop's table of steps, written where the database's trigger reads it; after every ``migrate``."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from referrals.rules.loop import FOLLOWS

FUNCTION = """
CREATE OR REPLACE FUNCTION referrals_may_follow(before text, wanted text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT (before, wanted) IN ({steps}) $$;
"""


def declare_after_migrate(app: AppConfig) -> None:
    """Write the declared steps as soon as the trigger that asks for them is there."""

    def apply(*, using: str, **signal: Any) -> None:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT to_regprocedure('referrals_may_follow(text,text)') IS NOT NULL")
            if cursor.fetchone()[0]:
                cursor.execute(FUNCTION.format(steps=_steps()))

    post_migrate.connect(apply, sender=app, weak=False)


def _steps() -> str:
    """Only names out of our own declaration stand in it."""
    return ", ".join(f"('{before}', '{after}')" for before, wanted in FOLLOWS.items() for after in wanted)
