from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Who changed what, who looked at whom, and the proof that none of it was altered."""

    name = "carecoord.audit"
    label = "audit"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate
        from carecoord.audit.attaching import attach_after_migrate
        from carecoord.audit.panels import SCREEN
        from carecoord.audit.review import state, unusual_access
        from carecoord.panels import Panel

        post_migrate.connect(attach_after_migrate, sender=self)
        build_after_migrate(self, "carecoord.audit.wall", needs="audit_unusual")
        SCREEN.register(Panel("unusual", 50, "audit/unusual_panel.html", unusual_access))
        SCREEN.register(Panel("trail", 90, "audit/state_panel.html", state))
