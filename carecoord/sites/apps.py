from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SitesConfig(AppConfig):
    """The sites that take part, each declared in one TOML file."""

    name = "carecoord.sites"
    label = "sites"

    def ready(self) -> None:
        from carecoord.sites.loader import load_sites_after_migrate

        post_migrate.connect(load_sites_after_migrate, sender=self)
