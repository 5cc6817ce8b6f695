"""Addresses of ward medicine."""

from __future__ import annotations

from django.urls import path

from medications.views import beds, corrections, doses, her_medicine, leaving, observation, plans, ward

HER = "journeys/<int:pk>/"

urlpatterns = [
    path(f"{HER}medicine/", her_medicine.her_medicine, name="her_medicine"),
    path(f"{HER}medicine/say/", her_medicine.say, name="who_says_medicine"),
    path(f"{HER}medicine/say/<str:source>/", her_medicine.say_exactly, name="say_medicine"),
    path(f"{HER}medicine/asked/", her_medicine.ask, name="asked_medicine"),
    path(f"{HER}medicine/strike/<str:what>/<int:row>/", her_medicine.strike, name="strike_medicine"),
    path(f"{HER}medicine/supply/", her_medicine.community_supply, name="community_supply"),
    path(f"{HER}medicine/plan/", plans.plan, name="medicine_plan"),
    path(f"{HER}medicine/plan/<int:plan>/end/", plans.end, name="medicine_plan_end"),
    path(f"{HER}medicine/decide/", plans.decision, name="medicine_decide"),
    path(f"{HER}medicine/dose/", doses.unscheduled, name="medicine_unscheduled"),
    path(f"{HER}medicine/dose/<int:due>/", doses.dose, name="medicine_dose"),
    path(f"{HER}medicine/sign/<int:signing>/", doses.sign, name="medicine_sign"),
    path(f"{HER}medicine/given/<int:dose>/wrong/", corrections.wrong, name="medicine_dose_wrong"),
    path(f"{HER}medicine/given/<int:dose>/too/", corrections.too, name="medicine_dose_too"),
    path(f"{HER}baby/<int:baby>/observation/", observation.observation, name="observation"),
    path(f"{HER}baby/<int:baby>/observation/told/<slug:step>/", observation.told, name="observation_told"),
    path(f"{HER}baby/<int:baby>/observation/end/", observation.end, name="end_observation"),
    path(f"{HER}baby/<int:baby>/observation/<int:entry>/strike/", observation.strike, name="strike_observation"),
    path(f"{HER}leaving/", leaving.going_home, name="leaving"),
    path(f"{HER}leaving/point/<slug:item>/", leaving.point, name="leaving_point"),
    path(f"{HER}leaving/left/", leaving.left, name="left"),
    path(f"{HER}leaving/copy/", leaving.her_copy, name="her_copy"),
    path(f"{HER}medicine/taken/", leaving.taken, name="taken"),
    path("ward/", ward.wards, name="wards"),
    path("ward/look/", ward.look, name="ward_look"),
    path("ward/<slug:code>/", ward.ward, name="ward"),
    path("ward/<slug:code>/wall/", ward.wall, name="ward_wall"),
    path("ward/<slug:code>/tonight/", ward.tonight, name="ward_tonight"),
    path("ward/<slug:code>/<int:pk>/", beds.card, name="ward_woman"),
    path("ward/<slug:code>/<int:pk>/bed/", beds.bed, name="ward_bed"),
    path("ward/<slug:code>/<int:pk>/visitors/", beds.visitors, name="ward_visitors"),
    path("ward/<slug:code>/<int:pk>/away/", beds.away, name="ward_away"),
]
