from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class CareCoordConfig(AppConfig):
    """The ground floor: settings, sign-in, servers, health."""

    name = "carecoord"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate

        # Not for this app itself: it has no tables, and Django tells only apps that have.
        access = apps.get_app_config("access")
        post_migrate.connect(make_cache_table, sender=access)
        post_migrate.connect(write_role_labels, sender=access)
        build_after_migrate(access, "carecoord.wall", needs="access_rolelabel")


def make_cache_table(*, using: str, verbosity: int, **signal: Any) -> None:
    """The cache lives in the database; `migrate` on an empty one makes its table too."""
    from django.core.management import call_command

    call_command("createcachetable", database=using, verbosity=verbosity)


def write_role_labels(*, using: str, **signal: Any) -> None:
    """The table of labels by role, for the policies; nothing while only some tables exist."""
    from django.db import connections

    from carecoord.access.wall import load_role_labels

    if "access_rolelabel" in connections[using].introspection.table_names():
        load_role_labels(using=using)
