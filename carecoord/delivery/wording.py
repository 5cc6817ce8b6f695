"""Everything that a message can say. A number and the address of the sign-in are all that ever varies.

Whoever reads it over a shoulder, or receives it by mistake, learns that somebody has work to do, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

# By template: the subject with {items}, and what follows it.
_SAYS: Mapping[str, tuple[str, str]] = {
    "urgent": ("{number} urgent {items} in CareCoord", "Please sign in and look."),
    "digest": ("{number} {items} in CareCoord", "Please sign in and look when you start your day."),
    "test": ("A test from CareCoord", "You asked for this test. There is nothing to do."),
}
_LETTER = """{subject}.

{then}
{link}

This message says no more on purpose. Choose how you are told: {link}alerts/how/
"""

# Why a message was not sent. What a server answered is never kept: it may quote an address.
PROBLEMS: Mapping[str, str] = {
    "unreachable": "the service that sends it did not answer",
    "busy": "the service that sends it asked us to wait",
    "settings": "the service that sends it did not accept our settings: tell your administrator",
    "refused": "the address or number was refused: check it",
    "bounced": "the phone did not take it: check the number",
    "no_address": "there is no address or number to send it to",
    "left": "the account or the role has ended",
    "not_wanted": "you had switched it off",
    "folded": "it went with another message",
    "unexpected": "something went wrong here: tell your administrator",
}


@dataclass(frozen=True)
class Says:
    """What one message says."""

    subject: str
    text: str


def says(template: str, number: int) -> Says:
    """The fixed text of a template with its number. Raises KeyError."""
    subject, then = _SAYS[template]
    subject = subject.format(number=number, items="item" if number == 1 else "items")
    return Says(subject, _LETTER.format(subject=subject, then=then, link=settings.OWN_ADDRESS))
