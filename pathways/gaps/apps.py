from django.apps import AppConfig


class GapsConfig(AppConfig):
    """Where care breaks between sites, in numbers that show nobody."""

    name = "pathways.gaps"
    label = "gaps"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate
        from carecoord.panels import Panel
        from pathways.demo.parts import NAMED
        from pathways.gaps.pages.aims import panel
        from pathways.gaps.panels import ON_A_MEASURE
        from pathways.scale.parts import BESIDES

        build_after_migrate(self, "pathways.gaps.wall", needs="gaps_analysis")
        NAMED.append("pathways.gaps.demo.part")
        BESIDES.append("pathways.gaps.seeding.count_seeded")
        ON_A_MEASURE.register(Panel("aims", 10, "gaps/aims_panel.html", panel))
        self._ask_her()

    def _ask_her(self) -> None:
        """CE-8: what it adds to the cases, and to the page of her journey."""
        from carecoord.panels import Panel
        from pathways.gaps.counting import ENGAGEMENT
        from pathways.gaps.engagement.answering import scores_of
        from pathways.gaps.engagement.panel import call_panel, engagement_panel
        from pathways.panels import ON_HER_JOURNEY

        ENGAGEMENT.append(scores_of)
        ON_HER_JOURNEY.register(Panel("asks-call", 3, "gaps/engagement/call_panel.html", call_panel))
        ON_HER_JOURNEY.register(Panel("engagement", 70, "gaps/engagement/panel.html", engagement_panel))
