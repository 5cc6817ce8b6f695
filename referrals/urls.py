"""The pages of services, referrals and clinics. No address holds a name or a number of hers."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
