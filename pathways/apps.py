from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """Women, their journeys, what happened, and the handoffs that follow from it."""

    name = "pathways"
    label = "pathways"

    def ready(self) -> None:
        """Refuse to start on declarations or site files that the rules cannot read."""
        from carecoord.access.wall import build_after_migrate
        from pathways.declared_moves import declare_after_migrate
        from pathways.moments import ALL, check_definitions
        from pathways.site_rules import check_sites

        check_definitions(ALL)
        check_sites()
        build_after_migrate(self, "pathways.wall", needs="pathways_sweeprun")
        declare_after_migrate(self)

        from pathways.guided import register
        from pathways.moves.every import EVERY

        register(*EVERY)

        self._fill_places()

    def _fill_places(self) -> None:
        """What stands on the privacy officer's screen and on her journey's page."""
        from carecoord.audit.panels import SCREEN
        from carecoord.panels import Panel
        from pathways.demo.parts import NAMED
        from pathways.pages.around_birth import first_record_panel
        from pathways.pages.beside import beside_panel
        from pathways.pages.death import her_death
        from pathways.pages.her_care import her_own_care
        from pathways.pages.loss import after_loss
        from pathways.pages.outreach import search_panel
        from pathways.pages.plans_panel import plans_panel
        from pathways.pages.privacy import waiting
        from pathways.pages.together import together_panel
        from pathways.panels import ON_HER_JOURNEY

        NAMED.extend(f"pathways.demo.{part}.part" for part in ("searching", "apart", "papers"))
        SCREEN.register(Panel("waiting", 10, "pathways/waiting_panel.html", waiting))
        for panel in (
            Panel("her-death", -20, "pathways/her_death_panel.html", her_death),
            Panel("after-loss", -15, "pathways/after_loss.html", after_loss),
            Panel("her-care", -10, "pathways/her_care.html", her_own_care),
            Panel("first-record", 2, "pathways/first_record_panel.html", first_record_panel),
            Panel("reaching-her", 4, "pathways/outreach_panel.html", search_panel),
            Panel("together", 5, "pathways/together_panel.html", together_panel),
            Panel("beside", 6, "pathways/beside_panel.html", beside_panel),
            Panel("plans", 30, "pathways/plans_panel.html", plans_panel),
        ):
            ON_HER_JOURNEY.register(panel)
