"""The pages of services, referrals and clinics. No address holds a name or a number of hers."""

from __future__ import annotations

from django.urls import path

from referrals.views import (
    attendance,
    booking,
    calendars,
    clinic_setup,
    clinics,
    for_whom,
    keeping,
    options,
    places,
    planning,
    services,
    visits,
    waiting,
)

HER = "journeys/<int:pk>/"
HERS = f"{HER}appointments/"
ONE = f"{HERS}<int:appointment>/"

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
    path(HERS, booking.appointments, name="appointments"),
    path(f"{HERS}find/", booking.find_time, name="find_time"),
    path(f"{HERS}book/<int:session>/", booking.book_time, name="book_time"),
    path(f"{HERS}elsewhere/", booking.book_elsewhere, name="book_elsewhere"),
    path(ONE, booking.appointment, name="appointment"),
    path(f"{ONE}cancel/", booking.cancel, name="cancel_appointment"),
    path(f"{ONE}move/", booking.move, name="move_appointment"),
    path(f"{ONE}kept/", booking.kept, name="kept"),
    path(f"{ONE}interpreter/", booking.interpreter_arranged, name="interpreter_arranged"),
    path(f"{HER}waiting/", waiting.wait, name="wait"),
    path(f"{HER}waiting/<int:waiting>/end/", waiting.end_waiting, name="end_waiting"),
    path("clinics/waiting/", waiting.waiting, name="waiting"),
    path("clinics/sessions/<int:session>/book/", for_whom.for_whom, name="book_session"),
    path("clinics/<int:clinic>/attendance/", attendance.attendance, name="attendance"),
    path(f"{HER}plan-a-trip/", planning.plan_a_trip, name="plan_a_trip"),
    path(f"{HER}her-day/", planning.her_day, name="her_day"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/confirm/", visits.confirm_visit, name="confirm_visit"),
    path("visits/<int:pk>/split/", planning.split_visit, name="split_visit"),
    path("visits/<int:pk>/slip/", visits.visit_slip, name="visit_slip"),
    path("clinics/", clinics.clinics, name="clinics"),
    path("clinics/<int:pk>/", clinics.clinic, name="clinic"),
    path("clinics/to-tell/", clinics.to_tell, name="clinics_to_tell"),
    path("clinics/to-tell/<int:pk>/", clinics.told, name="clinic_told"),
    path("clinics/set-up/", clinic_setup.set_up, name="clinics_set_up"),
    path("clinics/add/", clinic_setup.day_add, name="clinic_add"),
    path("clinics/<int:pk>/creche/", clinic_setup.creche, name="clinic_creche"),
    path("clinics/<int:pk>/cancel/", clinic_setup.day_cancel, name="clinic_cancel"),
    path("clinics/<int:pk>/session/", clinic_setup.session_add, name="session_add"),
    path("clinics/sessions/<int:pk>/change/", clinic_setup.session_change, name="session_change"),
    path("clinics/sessions/<int:pk>/cancel/", clinic_setup.session_cancel, name="session_cancel"),
    path("clinics/series/add/", clinic_setup.series_add, name="series_add"),
    path("clinics/series/<int:pk>/", clinic_setup.series, name="series"),
    path("clinics/series/<int:pk>/session/", clinic_setup.series_session_add, name="series_session_add"),
    path(
        "clinics/series/<int:pk>/session/<int:session>/end/",
        clinic_setup.series_session_end,
        name="series_session_end",
    ),
    path("clinics/series/<int:pk>/end/", clinic_setup.series_end, name="series_end"),
    path("calendar/", calendars.calendars, name="calendars"),
    path("calendar/make/", calendars.make, name="make_feed"),
    path("calendar/<int:pk>/end/", calendars.end, name="end_feed"),
    path("calendar/<str:token>.ics", calendars.feed, name="feed"),
]
