from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class CareCoordConfig(AppConfig):
    """The ground floor: settings, sign-in, servers, health."""

    name = "carecoord"

    def ready(self) -> None:
        # Not for this app itself: it has no tables, and Django tells only apps that have.
        post_migrate.connect(make_cache_table, sender=apps.get_app_config("access"))


def make_cache_table(*, using: str, verbosity: int, **signal: Any) -> None:
    """The cache lives in the database; `migrate` on an empty one makes its table too."""
    from django.core.management import call_command

    call_command("createcachetable", database=using, verbosity=verbosity)
