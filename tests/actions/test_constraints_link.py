"""What the database refuses of links and their letters, each with its constraint taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from carecoord import clock
from referrals.linking import Key
from referrals.models import LinkLetter, Referral, ReferralLink
from tests import services
from tests.constraints import refused, taken_away, without
from tests.factories import ago, journey, staff
from tests.links import linked

pytestmark = pytest.mark.django_db


def link(referral: Referral, **fields: Any) -> ReferralLink:
    known = {"made_by": referral.sent_by, "to_whom": "x", "expires_at": ago(-1), **fields}
    return ReferralLink.objects.create(referral=referral, **{**Key("b", "1").kept(), **known})


def letter(of: ReferralLink, **fields: Any) -> LinkLetter:
    return LinkLetter.objects.create(link=of, to_address="a@b.example", **fields)


CASES: dict[str, tuple[type, Callable[[ReferralLink], object]]] = {
    "one_link_at_a_time": (ReferralLink, lambda there: link(there.referral)),
    "a_link_lasts_a_while": (
        ReferralLink, lambda there: link(there.referral, expires_at=ago(9), made_at=ago(8), ended_at=ago(8)),
    ),
    "a_token_is_kept_until_it_has_gone": (LinkLetter, lambda there: letter(there, sealed="")),
    "a_letter_was_sent_at_a_time": (LinkLetter, lambda there: letter(there, sealed="x", sent_at=clock.now())),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_constraint_refuses_and_nothing_else(name: str) -> None:
    there = linked(services.referral(journey(midwife=staff()))).link
    model, forbidden = CASES[name]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing of the arrangement waits for the end
    assert refused(lambda: forbidden(there))
    assert not without(taken_away(model, name), lambda: forbidden(there))


def test_one_token_is_one_link_s() -> None:
    first = linked(services.referral(journey(midwife=staff())))
    other = services.referral(journey(midwife=staff()), services.service("dental"))
    assert refused(lambda: link(other, **first.key.kept()))
