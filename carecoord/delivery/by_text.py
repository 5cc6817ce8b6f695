"""By text message, through GOV.UK Notify. Its text stands in a template there, with a number and a link to fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings

from carecoord.delivery.models import Channel
from carecoord.delivery.sending import SECONDS, NotNow, Outgoing, Receipt, Returned

if TYPE_CHECKING:
    from carecoord.delivery.people import Person

BAD_REQUEST, TOO_MANY, BROKEN = 400, 429, 500


class ByText:
    """The way to a mobile phone."""

    def is_set_up(self, person: Person, template: str) -> bool:
        return bool(settings.NOTIFY_API_KEY and settings.NOTIFY_TEMPLATES[template])

    def address(self, person: Person) -> str:
        return person.wish(Channel.TEXT).number

    def place(self, to: str) -> str:
        return "text"

    def shown(self, to: str) -> str:
        return to

    def send(self, message: Outgoing) -> Receipt:
        """One text with the number of items; its reference is the message's key."""
        return hand_to_notify(
            message.to,
            settings.NOTIFY_TEMPLATES[message.template],
            {"number": message.number, "link": settings.OWN_ADDRESS},
            reference=str(message.key),
        )


BY_TEXT = ByText()


def hand_to_notify(to: str, template_id: str, filled_in: Mapping[str, Any], *, reference: str) -> Receipt:
    """Send one text; the receipt has the words as they went out. Raises NotNow or Returned."""
    with _notify() as notify:
        answer = notify.send_sms_notification(to, template_id, personalisation=filled_in, reference=reference)
        return Receipt(str(answer["id"]), "", str(answer["content"]["body"]))


def ask_notify(provider_id: str) -> str:
    """What became of a text: Notify's own word. Raises NotNow."""
    with _notify() as notify:
        return str(notify.get_notification_by_id(provider_id)["status"])


@contextmanager
def _notify() -> Iterator[Any]:
    """Notify's client; what it raises is told in our words."""
    # Here, because it brings an HTTP library that nothing else needs.
    from notifications_python_client.errors import APIError
    from notifications_python_client.notifications import NotificationsAPIClient

    client = NotificationsAPIClient(settings.NOTIFY_API_KEY, base_url=settings.NOTIFY_API_URL, timeout=SECONDS)
    try:
        yield client
    except APIError as problem:
        raise _meaning(problem) from None
    except (KeyError, TypeError):  # it answers, but not as Notify does
        raise NotNow("settings", everybody=True) from None
    finally:
        client.request_session.close()


def _meaning(problem: Any) -> NotNow | Returned:
    """What an answer of Notify means for the message."""
    status = problem.status_code
    if status == BAD_REQUEST and "phone_number" in str(problem.message):
        return Returned("refused")
    if status == TOO_MANY:
        return NotNow("busy", everybody=True)
    if status >= BROKEN:  # also when it did not answer at all
        return NotNow("unreachable", everybody=True)
    return NotNow("settings", everybody=True)
