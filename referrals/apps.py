from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Services, referrals and appointments. Its issue fills it."""

    name = "referrals"
