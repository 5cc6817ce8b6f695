from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Who changed what, who looked at whom, and the proof that none of it was altered."""

    name = "carecoord.audit"
    label = "audit"

    def ready(self) -> None:
        from carecoord.audit.attaching import attach_after_migrate
        from carecoord.audit.panels import Panel, register
        from carecoord.audit.review import state, unusual_access

        post_migrate.connect(attach_after_migrate, sender=self)
        post_migrate.connect(build_wall, sender=self)
        register(Panel("unusual", 50, "audit/unusual_panel.html", unusual_access))
        register(Panel("trail", 90, "audit/state_panel.html", state))


def build_wall(*, using: str, **signal: Any) -> None:
    """Row-level security and rights on this app's tables, as declared, after every ``migrate``."""
    from django.db import connections

    from carecoord.access.wall import build
    from carecoord.audit.wall import WALL

    if "audit_unusual" in connections[using].introspection.table_names():
        build(WALL, using=using)
