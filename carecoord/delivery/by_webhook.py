"""By a signed request to the site's own system: a pager, a messenger. Its address comes from the settings alone."""

from __future__ import annotations

import hmac
import json
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from carecoord import clock
from carecoord.delivery.models import Template
from carecoord.delivery.sending import SECONDS, NotNow, Outgoing, Receipt
from carecoord.outbound import Unreachable, ask

if TYPE_CHECKING:
    from carecoord.delivery.people import Person


class ByWebhook:
    """The way to whatever the site has."""

    def is_set_up(self, person: Person, template: str) -> bool:
        return bool(self.address(person))

    def address(self, person: Person) -> str:
        return next((settings.WEBHOOK_URLS[site] for site in person.sites if site in settings.WEBHOOK_URLS), "")

    def place(self, to: str) -> str:
        return to

    def shown(self, to: str) -> str:
        return urlsplit(to).hostname or ""  # the rest of such an address is often a secret

    def send(self, message: Outgoing) -> Receipt:
        """One POST. Whoever receives it checks the signature, drops what is old, and knows a second copy by its id."""
        said = {
            "id": str(message.key),
            "to": str(message.person),
            "count": message.number,
            "urgent": message.template == Template.URGENT,
        }
        body, at = json.dumps(said), str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "CareCoord-Timestamp": at,
            "CareCoord-Signature": signature(at, body),
        }
        try:
            status = ask("POST", message.to, body=body, headers=headers, seconds=SECONDS)
        except Unreachable:
            raise NotNow("unreachable", everybody=True) from None
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            busy = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
            raise NotNow("busy" if busy else "settings", everybody=True)
        return Receipt(str(message.key), "", body)


BY_WEBHOOK = ByWebhook()


def signature(at: str, body: str) -> str:
    """``sha256=…`` of the time and the body, with a dot between them: neither can be changed, nor sent again later."""
    return "sha256=" + hmac.new(settings.WEBHOOK_SECRET.encode(), f"{at}.{body}".encode(), "sha256").hexdigest()
