from django.apps import AppConfig


class MedicationsConfig(AppConfig):
    """Opioid-replacement treatment on the ward: what was said, planned and given. It never works out an amount."""

    name = "medications"
    label = "medications"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate

        build_after_migrate(self, "medications.wall", needs="medications_stay")
        self._fill_places()

    def _fill_places(self) -> None:
        """What ward medicine shows on her journey's page, and on the page of her medicine."""
        from carecoord.panels import Panel
        from medications.leaving import LEFT, LEFT_EARLY
        from medications.pages import feeding, own
        from medications.pages.clock_panel import clock_panel
        from medications.pages.doses import doses_panel, safety_panel
        from medications.pages.homeward_panels import leaving_on_journey, leaving_panel, observation_panel
        from medications.pages.on_her_journey import on_her_journey
        from medications.panels import ON_HER_MEDICINE
        from pathways.demo.parts import NAMED
        from pathways.guided import register
        from pathways.panels import ON_HER_JOURNEY, WITH_HER_PLANS
        from pathways.scale.parts import BESIDES

        register(LEFT, LEFT_EARLY)
        BESIDES.append("medications.scale.add_stays")
        NAMED.append("medications.demo.telling.part")
        ON_HER_JOURNEY.register(Panel("second_dose", 0, "medications/safety_panel.html", safety_panel))
        ON_HER_JOURNEY.register(Panel("her-medicine", 10, "medications/on_her_journey.html", on_her_journey))
        ON_HER_MEDICINE.register(Panel("own-medicine", 50, "medications/own_panel.html", own.on_her_medicine))
        ON_HER_MEDICINE.register(Panel("feeding", 55, "medications/feeding_panel.html", feeding.on_her_medicine))
        WITH_HER_PLANS.register(Panel("feeding", 10, "medications/feeding_panel.html", feeding.on_her_medicine))
        ON_HER_MEDICINE.register(Panel("doses", 40, "medications/doses_panel.html", doses_panel))
        ON_HER_JOURNEY.register(Panel("leaving", 60, "medications/leaving_panel.html", leaving_on_journey))
        ON_HER_MEDICINE.register(Panel("leaving", 60, "medications/leaving_panel.html", leaving_panel))
        for place in (ON_HER_JOURNEY, ON_HER_MEDICINE):
            place.register(Panel("dose-clock", 20, "medications/clock_panel.html", clock_panel))
            place.register(Panel("observation", 65, "medications/observation_panel.html", observation_panel))
