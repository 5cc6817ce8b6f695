"""Every address. Apps are named as strings: the ground floor imports none of them."""

from django.urls import include, path

from carecoord import health, signin
from carecoord.access import oidc
from carecoord.access import views as door
from carecoord.audit import views
from carecoord.delivery import views as delivery
from carecoord.watching import views as watching

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/pulse", health.pulse),
    path("health/metrics", watching.metrics),
    path("accounts/email/", signin.closed),  # the address is the account's name: an administrator changes it
    path("accounts/confirm-email/", signin.closed),
    path("accounts/confirm-email/<path:key>", signin.closed),
    path("accounts/password/set/", signin.closed),
    path("accounts/login/code/confirm/", signin.closed),
    path("accounts/lock/", door.lock, name="lock"),
    path("accounts/unlock/", door.unlock, name="unlock"),
    path("accounts/switch/", door.switch_user, name="switch_user"),
    path("accounts/return/", door.come_back, name="come_back"),
    path("accounts/awake/", door.awake, name="awake"),
    path("accounts/draft/", door.save_draft, name="save_draft"),
    path("accounts/drafts/", door.kept_drafts, name="drafts"),
    path("accounts/pin/", door.pin, name="pin"),
    path("accounts/machine/", door.machine, name="machine"),
    path("accounts/2fa/recovery-codes/download/", signin.closed),  # they are shown once, on their page
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/oidc/cancelled/", oidc.cancelled, name="socialaccount_login_cancelled"),
    path("accounts/oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    path("accounts/", include("allauth.account.urls")),
    path("privacy/", views.privacy, name="privacy"),
    path("privacy/unusual/<int:pk>/", views.unusual, name="unusual"),
    path("alerts/how/", delivery.how_told, name="how_told"),
    path("alerts/sent/", delivery.sent, name="messages_sent"),
    path("system/", watching.system, name="system"),
    path("", include("medications.urls")),
    path("", include("referrals.urls")),
    path("", include("pathways.gaps.engagement.urls")),
    path("gaps/", include("pathways.gaps.urls")),
    path("", include("pathways.urls")),
]
handler400 = "carecoord.requests.bad_request"
handler500 = "carecoord.requests.server_error"
