from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """Women, their journeys, what happened, and the handoffs that follow from it."""

    name = "pathways"
    label = "pathways"

    def ready(self) -> None:
        from pathways.moments import ALL, check_definitions

        check_definitions(ALL)
