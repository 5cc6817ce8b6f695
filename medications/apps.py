from django.apps import AppConfig


class MedicationsConfig(AppConfig):
    """Opioid-replacement treatment on the ward: what was said, planned and given. It never works out an amount."""

    name = "medications"
    label = "medications"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate

        build_after_migrate(self, "medications.wall", needs="medications_stay")
