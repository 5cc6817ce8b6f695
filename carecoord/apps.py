from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CareCoordConfig(AppConfig):
    """The ground floor: settings, sign-in, servers, health."""

    name = "carecoord"

    def ready(self) -> None:
        import carecoord.celery  # noqa: F401 - tasks declared in the apps belong to this Celery

        post_migrate.connect(make_cache_table, sender=self)


def make_cache_table(*, using: str, verbosity: int, **signal: Any) -> None:
    """The cache lives in the database; `migrate` on an empty one makes its table too."""
    from django.core.management import call_command

    call_command("createcachetable", database=using, verbosity=verbosity)
