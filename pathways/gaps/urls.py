from django.urls import path

from pathways.gaps.views import measure, overview

urlpatterns = [
    path("", overview.gaps, name="gaps"),
    path("missed/", overview.gaps, name="gaps_missed"),
    path("<slug:key>/", measure.gap, name="gap"),
]
