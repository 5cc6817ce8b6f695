"""Every address. Apps are named as strings: the ground floor imports none of them."""

from django.urls import include, path

from carecoord import health, signin
from carecoord.audit import views

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/pulse", health.pulse),
    path("accounts/email/", signin.closed),  # the address is the account's name: an administrator changes it
    path("accounts/", include("allauth.account.urls")),
    path("privacy/", views.privacy, name="privacy"),
    path("privacy/unusual/<int:pk>/", views.unusual, name="unusual"),
    path("", include("pathways.urls")),
]
handler400 = "carecoord.requests.bad_request"
