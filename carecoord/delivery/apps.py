from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Messages to staff: the outbox, the ways out of it, and what each person chose."""

    name = "carecoord.delivery"
    label = "delivery"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate

        build_after_migrate(self, "carecoord.delivery.wall", needs="delivery_message")
