from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class CareCoordConfig(AppConfig):
    """The ground floor: settings, sign-in, servers, health."""

    name = "carecoord"

    def ready(self) -> None:
        # Not for this app itself: it has no tables, and Django tells only apps that have.
        post_migrate.connect(make_cache_table, sender=apps.get_app_config("access"))
        post_migrate.connect(build_wall, sender=apps.get_app_config("access"))


def make_cache_table(*, using: str, verbosity: int, **signal: Any) -> None:
    """The cache lives in the database; `migrate` on an empty one makes its table too."""
    from django.core.management import call_command

    call_command("createcachetable", database=using, verbosity=verbosity)


def build_wall(*, using: str, **signal: Any) -> None:
    """Row-level security and rights, as declared, after every ``migrate``; nothing while only some tables exist."""
    from django.db import connections

    from carecoord.access.wall import build, load_role_labels
    from carecoord.wall import WALL

    if "access_rolelabel" in connections[using].introspection.table_names():
        load_role_labels(using=using)
        build(WALL, using=using)
