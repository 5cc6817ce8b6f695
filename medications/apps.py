from django.apps import AppConfig


class MedicationsConfig(AppConfig):
    """Opioid-replacement treatment on the ward. Its issue fills it."""

    name = "medications"
