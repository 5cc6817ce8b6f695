"""The pages about women, their journeys and their handoffs. No address holds a name or a number of hers."""

from __future__ import annotations

from django.urls import path

from pathways.views import background, caseload, contact, handoffs, journey, looked, record, start, women

urlpatterns = [
    path("", start.first_screen, name="start"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("caseload/search/", caseload.search, name="search"),
    path("women/add/", women.add, name="add_woman"),
    path("women/<int:pk>/details/", women.details, name="woman_details"),
    path("women/<int:pk>/pregnancies/add/", women.add_pregnancy, name="add_pregnancy"),
    path("women/<int:pk>/safe-contact/", contact.safe_contact, name="safe_contact"),
    path("women/<int:pk>/safe-contact/confirm/", contact.confirm, name="confirm_contact"),
    path("women/<int:pk>/safe-contact/unsafe/", contact.unsafe, name="contact_unsafe"),
    path("women/<int:pk>/safe-contact/address/", contact.address, name="address"),
    path("women/<int:pk>/safe-contact/open/", contact.open_private, name="open_contact"),
    path("women/<int:pk>/background/", background.background, name="background"),
    path("women/<int:pk>/background/<slug:label>/", background.edit, name="background_edit"),
    path("women/<int:pk>/background/<slug:label>/error/", background.withdraw, name="background_withdraw"),
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
