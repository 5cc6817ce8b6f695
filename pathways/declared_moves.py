"""The engine's table of moves, written where the database's trigger reads it; after every ``migrate``."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from pathways.engine import NEVER_BY_ITSELF, declared_moves

FUNCTION = """
CREATE OR REPLACE FUNCTION pathways_declared_move(before text, fact text, stage text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT (before, fact, stage) IN ({moves}) $$;
CREATE OR REPLACE FUNCTION pathways_never_by_itself(fact text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT fact IN ({facts}) $$;
"""


def declare_after_migrate(app: AppConfig) -> None:
    """Write the declared moves as soon as the trigger that asks for them is there."""

    def apply(*, using: str, **signal: Any) -> None:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT to_regprocedure('pathways_declared_move(text,text,text)') IS NOT NULL")
            if cursor.fetchone()[0]:
                cursor.execute(_function())

    post_migrate.connect(apply, sender=app, weak=False)


def _function() -> str:
    """Only names out of our own declaration stand in it."""
    moves = ", ".join(f"('{before}', '{fact}', '{stage}')" for before, fact, stage in sorted(declared_moves()))
    facts = ", ".join(f"'{fact}'" for fact in sorted(NEVER_BY_ITSELF))
    return FUNCTION.format(moves=moves, facts=facts)
