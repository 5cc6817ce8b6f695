from django.apps import AppConfig


class GapsConfig(AppConfig):
    """Where care breaks between sites, in numbers that show nobody."""

    name = "pathways.gaps"
    label = "gaps"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate
        from pathways.demo.parts import NAMED
        from pathways.scale.seeding import BESIDES

        build_after_migrate(self, "pathways.gaps.wall", needs="gaps_standing")
        NAMED.append("pathways.gaps.demo.part")
        BESIDES.append("pathways.gaps.seeding.count_seeded")
