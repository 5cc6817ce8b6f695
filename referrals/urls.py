"""The pages of services, referrals and clinics. No address holds a name or a number of hers."""

from __future__ import annotations

from django.urls import path

from referrals.views import keeping, options, places, services

HER = "journeys/<int:pk>/"

urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/add/", keeping.add, name="service_add"),
    path("services/places/", places.places, name="places"),
    path("services/places/add/", places.add, name="place_add"),
    path("services/places/<int:pk>/", places.change, name="place_change"),
    path("services/<int:pk>/", services.service, name="service"),
    path("services/<int:pk>/change/", keeping.change, name="service_change"),
    path("services/<int:pk>/confirm/", keeping.confirm, name="service_confirm"),
    path("services/<int:pk>/end/", keeping.end, name="service_end"),
    path(f"{HER}services/", services.services_for_her, name="services_for_her"),
    path(f"{HER}options/", options.options, name="options"),
    path(f"{HER}options/<slug:kind>/", options.option, name="option"),
]
