from django.urls import path

from pathways.gaps.views import measure, overview

urlpatterns = [
    path("", overview.gaps, name="gaps"),
    path("missed/", overview.gaps_missed, name="gaps_missed"),
    path("late-entry/", overview.gaps_late_entry, name="gaps_late_entry"),
    path("after-separation/", overview.gaps_apart, name="gaps_apart"),
    path("definitions/", overview.gaps_definitions, name="gaps_definitions"),
    path("<slug:measure>/", measure.gap, name="gap"),
]
