from django.apps import AppConfig


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
