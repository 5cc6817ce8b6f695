from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PathwaysConfig(AppConfig):
    """Women, their journeys, what happened, and the handoffs that follow from it."""

    name = "pathways"
    label = "pathways"

    def ready(self) -> None:
        """Refuse to start on declarations or site files that the rules cannot read."""
        from pathways.moments import ALL, check_definitions
        from pathways.site_rules import check_sites

        check_definitions(ALL)
        check_sites()
        post_migrate.connect(build_wall, sender=self)

        from carecoord.audit.panels import Panel, register
        from pathways.pages.privacy import waiting

        register(Panel("waiting", 10, "pathways/waiting_panel.html", waiting))


def build_wall(*, using: str, **signal: Any) -> None:
    """Row-level security and rights on this app's tables, as declared, after every ``migrate``."""
    from carecoord.access.wall import build
    from pathways.wall import WALL

    build(WALL, using=using)
