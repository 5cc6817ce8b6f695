"""By e-mail, to the address of the account, through the mail server of the settings (SMTP)."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from carecoord.delivery.sending import NotNow, Outgoing, Receipt, Returned

if TYPE_CHECKING:
    from carecoord.delivery.people import Person

FOR_GOOD = 500  # what a mail server answers from here on, it will answer tomorrow too


class ByEmail:
    """The way that is always there."""

    def is_set_up(self, person: Person, template: str) -> bool:
        return True

    def address(self, person: Person) -> str:
        return person.email

    def place(self, to: str) -> str:
        return "email"

    def shown(self, to: str) -> str:
        return to

    def send(self, message: Outgoing) -> Receipt:
        """One mail with a Message-ID that stays the same, however often it is sent."""
        name = hand_to_mail_server(message.to, message.subject, message.text, name=str(message.key))
        return Receipt(name, message.subject, message.text)


BY_EMAIL = ByEmail()


def hand_to_mail_server(to: str, subject: str, text: str, *, name: str, sender: str | None = None) -> str:
    """Send one mail; the sender is that of the settings unless another is given. Raises NotNow or Returned.

    Returns its Message-ID, made of ``name``.
    """
    name = f"<{name}@{urlsplit(settings.OWN_ADDRESS).hostname}>"
    # No holiday answer comes back, and no mail programme threads what has nothing to do with each other.
    headers = {"Message-ID": name, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    mail = EmailMessage(subject, text, sender, [to], headers=headers)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code >= FOR_GOOD for code, _ in refused.recipients.values()):
            raise Returned("refused") from None
        raise NotNow("busy") from None
    except smtplib.SMTPDataError as problem:
        raise NotNow("busy" if problem.smtp_code < FOR_GOOD else "settings") from None
    except smtplib.SMTPResponseException:  # our name, our password or our sender's address
        raise NotNow("settings", everybody=True) from None
    except OSError:  # smtplib's other errors too
        raise NotNow("unreachable", everybody=True) from None
    return name
