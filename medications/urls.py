"""Addresses of ward medicine."""

from __future__ import annotations

from django.urls import path

from medications.views import her_medicine

urlpatterns = [
    path("journeys/<int:pk>/medicine/", her_medicine.her_medicine, name="her_medicine"),
    path("journeys/<int:pk>/medicine/say/", her_medicine.say, name="who_says_medicine"),
    path("journeys/<int:pk>/medicine/say/<str:source>/", her_medicine.say_exactly, name="say_medicine"),
    path("journeys/<int:pk>/medicine/asked/", her_medicine.ask, name="asked_medicine"),
    path("journeys/<int:pk>/medicine/strike/<str:what>/<int:row>/", her_medicine.strike, name="strike_medicine"),
    path("journeys/<int:pk>/medicine/supply/", her_medicine.community_supply, name="community_supply"),
]
