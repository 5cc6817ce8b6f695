from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who the staff are, where they work, and what each role may do."""

    name = "carecoord.access"
    label = "access"

    def ready(self) -> None:
        from carecoord.access import arrivals

        arrivals.connect()
