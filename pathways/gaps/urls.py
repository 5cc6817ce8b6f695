from django.urls import path

from pathways.gaps.views import overview

urlpatterns = [
    path("", overview.gaps, name="gaps"),
]
