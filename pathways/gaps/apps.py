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
        from pathways.scale.seeding import BESIDES

        build_after_migrate(self, "pathways.gaps.wall", needs="gaps_standing")
        NAMED.append("pathways.gaps.demo.part")
        BESIDES.append("pathways.gaps.seeding.count_seeded")
        ON_A_MEASURE.register(Panel("aims", 10, "gaps/aims_panel.html", panel))
