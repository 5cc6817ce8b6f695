"""Links that somebody guesses, tries through, keeps, uses twice or was never sent: nothing is ever shown.

Each try is a request from outside, as the web's role with nobody acting. Whatever is tried, the answer is the one that
a link gives that never was, to the byte; and what stands in her record stays as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from referrals.linking import MOST_TRIES, Key, Made
from referrals.models import ReferralLink, ReferralStep
from tests import services
from tests.factories import journey, staff
from tests.links import ENDINGS, linked, wrong
from tests.pages.test_link import address, bytes_of

pytestmark = pytest.mark.django_db

FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"do": "acknowledge"},
    {"do": "answer", "state": "accepted", "name": "x"},
    {"do": "answer", "state": "declined", "name": "x", "reason": "service_full"},
    {"do": "answer"},
)


def test_link_guess(client: Client, fault: Any) -> None:
    """A fifth each: guessed addresses, guessed codes, what has ended, what was used, the code of another link."""
    tries = Tries(fault)
    never = tries.sent(client, Key("never", "123456"), FORMS[0])
    for number in range(fault.size(full=1000, small=50)):
        key = tries.ways[number % len(tries.ways)]()
        answered = tries.sent(client, key, FORMS[number // len(tries.ways) % len(FORMS)])
        fault.tried += 1
        if answered != never:
            fault.found(f"try {number}: another answer than to a link that never was")
    if ReferralStep.objects.exclude(state="sent").filter(referral__in=tries.untouched).exists():
        fault.found("a guess has answered for a service")


class Tries:
    """Women with links, and the ways of coming by what is no key to them."""

    def __init__(self, fault: Any) -> None:
        self.chance, self.requests = fault.chance, 0
        self.midwife, self.service = staff(), services.service("housing")
        self.untouched: set[int] = set()
        self.other, self.tried_through = self._made(), self._made()
        self.ways: tuple[Callable[[], Key], ...] = (
            self.a_guessed_address,
            self.a_guessed_code,
            self.one_that_has_ended,
            self.one_that_was_used,
            self.the_code_of_another,
        )

    def sent(self, client: Client, key: Key, form: dict[str, Any]) -> Any:
        """The answer to a form, each time from another place: the limit is not what is tried here."""
        self.requests += 1
        place = f"10.{self.requests // 65536}.{self.requests // 256 % 256}.{self.requests % 256}"
        sent = {"code": key.code, "submission": uuid4(), **form}
        return bytes_of(client.post(address(key), sent, REMOTE_ADDR=place))

    def a_guessed_address(self) -> Key:
        return Key(secrets.token_urlsafe(32), self.other.key.code)

    def a_guessed_code(self) -> Key:
        """Of one link until it is spent, then of the next: also the right digits are no use by then."""
        right = self.tried_through.key
        if ReferralLink.objects.get(pk=self.tried_through.link.pk).tries >= MOST_TRIES:
            self.tried_through = self._made()
            return right
        guessed = f"{self.chance.randrange(10**6):06}"
        return wrong(right) if guessed == right.code else Key(right.token, guessed)

    def one_that_has_ended(self) -> Key:
        made = self._made()
        ENDINGS[self.chance.choice([name for name in ENDINGS if name != "the service ends"])](made)
        return made.key

    def one_that_was_used(self) -> Key:
        made = self._made()
        assert "/r/thank-you/" in str(self.sent(Client(), made.key, FORMS[2]))
        self.untouched.discard(made.link.referral_id)
        return made.key

    def the_code_of_another(self) -> Key:
        key, code = self._made().key, self.other.key.code
        return wrong(key) if key.code == code else Key(key.token, code)

    def _made(self) -> Made:
        """A link of a woman of her own."""
        record = journey(midwife=self.midwife, first_name="Xanthippe", last_name="Quillfeather")
        made = linked(services.referral(record, self.service))
        self.untouched.add(made.link.referral_id)
        return made
