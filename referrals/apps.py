from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """What services there are, referrals until something came of them, and appointments in as few trips as can be."""

    name = "referrals"
    label = "referrals"

    def ready(self) -> None:
        from carecoord.access.wall import build_after_migrate
        from pathways.grants import FOLLOWING
        from referrals.access import grants_of
        from referrals.declared_steps import declare_after_migrate

        build_after_migrate(self, "referrals.wall", needs="referrals_waiting")
        declare_after_migrate(self)
        FOLLOWING.append(grants_of)
        self._fill_places()
        self._be_counted()

    def _be_counted(self) -> None:
        """What of it the numbers about sites count."""
        from pathways.gaps.counting import ATTENDED, OPTIONS, REFERRED
        from pathways.gaps.measures import register
        from referrals.counted import attended_of, options_of, referred_of
        from referrals.rules.became import OUTCOMES

        ATTENDED.append(attended_of)
        REFERRED.append(referred_of)
        OPTIONS.append(options_of)
        register(OUTCOMES)

    def _fill_places(self) -> None:
        """What stands on her journey's page and beside others, and what the demonstration tells."""
        from carecoord.audit.panels import SCREEN
        from carecoord.panels import Panel
        from pathways.demo.parts import NAMED
        from pathways.gaps.panels import ON_THE_OVERVIEW
        from pathways.guided import register
        from pathways.panels import ON_HER_JOURNEY
        from pathways.scale.parts import BESIDES
        from referrals.options import OPTIONS
        from referrals.pages.after_birth import after_birth
        from referrals.pages.appointments import on_her_journey
        from referrals.pages.on_her_journey import referrals_panel
        from referrals.pages.options import options_panel
        from referrals.pages.overrides import overrides_panel
        from referrals.pages.waiting import beside_a_day
        from referrals.panels import BESIDE_A_DAY

        register(OPTIONS)
        parts = ("her_days", "directory", "referring", "clinics", "outcomes")
        NAMED.extend(f"referrals.demo.{part}.part" for part in parts)
        BESIDES.append("referrals.scale.add_services_and_visits")
        SCREEN.register(Panel("overrides", 20, "referrals/overrides_panel.html", overrides_panel))
        ON_HER_JOURNEY.register(Panel("options", 22, "referrals/options_panel.html", options_panel))
        ON_HER_JOURNEY.register(Panel("referrals", 24, "referrals/referrals_panel.html", referrals_panel))
        ON_HER_JOURNEY.register(Panel("visits", 26, "referrals/appointments_panel.html", on_her_journey))
        ON_THE_OVERVIEW.register(Panel("after_birth", 10, "referrals/after_birth_panel.html", after_birth))
        BESIDE_A_DAY.register(Panel("waiting", 10, "referrals/waiting_beside.html", beside_a_day))
