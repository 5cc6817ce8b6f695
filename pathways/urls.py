"""The pages about women, their journeys and their handoffs. No address holds a name or a number of hers."""

from __future__ import annotations

from django.urls import path

from pathways.views import caseload, handoffs, journey, looked, record, start, women

urlpatterns = [
    path("", start.first_screen, name="start"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("caseload/search/", caseload.search, name="search"),
    path("women/add/", women.add, name="add_woman"),
    path("women/<int:pk>/details/", women.details, name="woman_details"),
    path("women/<int:pk>/pregnancies/add/", women.add_pregnancy, name="add_pregnancy"),
    path("journeys/<int:pk>/", journey.journey, name="journey"),
    path("journeys/<int:pk>/looked/", looked.looked, name="looked"),
    path("journeys/<int:pk>/edd/", journey.edd, name="edd"),
    path("journeys/<int:pk>/midwife/", journey.midwife, name="midwife"),
    path("journeys/<int:pk>/record/", record.choose, name="record"),
    path("journeys/<int:pk>/record/<slug:kind>/", record.record, name="record_kind"),
    path("journeys/<int:pk>/entries/<int:event>/", record.entry, name="entry"),
    path("journeys/<int:pk>/entries/<int:event>/correct/", record.correct, name="correct"),
    path("handoffs/", handoffs.handoffs, name="handoffs"),
    path("handoffs/<int:pk>/<slug:answer>/", handoffs.answer, name="answer"),
]
