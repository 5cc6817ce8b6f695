from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeliveryConfig(AppConfig):
    """Messages to staff: the outbox, the ways out of it, and what each person chose."""

    name = "carecoord.delivery"
    label = "delivery"

    def ready(self) -> None:
        post_migrate.connect(build_wall, sender=self)


def build_wall(*, using: str, **signal: Any) -> None:
    """Row-level security and rights on this app's tables, as declared, after every ``migrate``."""
    from django.db import connections

    from carecoord.access.wall import build
    from carecoord.delivery.wall import WALL

    if "delivery_message" in connections[using].introspection.table_names():
        build(WALL, using=using)
