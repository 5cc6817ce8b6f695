"""The pages of CE-8. What stands below /w/ opens questions to whoever has the address: no log says it."""

from __future__ import annotations

from django.urls import path

from pathways.gaps.engagement import her_page, views

urlpatterns = [
    path("journeys/<int:pk>/engagement/", views.offer, name="engagement_offer"),
    path("journeys/<int:pk>/engagement/not-now/", views.not_now, name="engagement_not_now"),
    path("journeys/<int:pk>/engagement/called/", views.called, name="engagement_called"),
    path("gaps/engagement/", views.engagement, name="engagement"),
    path("gaps/engagement/enter/", views.enter, name="engagement_enter"),
    path("w/thank-you/", her_page.thanks, name="questions_thanks"),
    path("w/<str:key>/", her_page.questions, name="questions"),
]
