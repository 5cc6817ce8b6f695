"""What she agreed to for a referral, by purpose; and the one way past her word, which is told of and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from carecoord.access.models import User
from pathways.actions import Refused
from referrals.models import Referral, ReferralConsent, Shared

Purpose, Answer = ReferralConsent.Purpose, ReferralConsent.Answer

GIVEN = frozenset({Answer.AGREED, Answer.OVERRIDE})
Consents = Mapping[str, tuple[str, str]]  # by purpose: the answer, and words


def check_consents(consents: Consents, shared: Iterable[str]) -> None:
    """Raise Refused unless she was asked, and what is shared is covered by what she said."""
    for purpose in Purpose:
        answer, words = consents.get(purpose, ("", ""))
        if answer not in (*GIVEN, Answer.REFUSED):
            raise Refused(f"Ask her, and write down what she says: {purpose.label.lower()}.", field=purpose)
        if answer == Answer.OVERRIDE and not words.strip():
            raise Refused("Write the reason, in law or for safety. The privacy officer reads it.", field="override_why")
    if consents[Purpose.SHARE][0] not in GIVEN:
        raise Refused(
            "Without her agreement nothing can be sent. Ask what she would agree to, or give her the service’s number "
            "so that she can ring herself.",
            field=Purpose.SHARE,
        )
    if Shared.REACH in shared and consents[Purpose.CONTACT][0] not in GIVEN:
        raise Refused("She does not want them to get in touch: leave out how she is reached.", field="shared")


def write_consents(referral: Referral, consents: Consents, *, by: User) -> None:
    """Write down what she said. An override is told to the privacy officers of her sites."""
    ReferralConsent.objects.bulk_create(
        ReferralConsent(referral=referral, purpose=purpose, answer=answer, words=words.strip(), by=by)
        for purpose, (answer, words) in consents.items()
    )
    if any(answer == Answer.OVERRIDE for answer, _ in consents.values()):
        with connection.cursor() as cursor:
            cursor.execute("SELECT referrals_tell_of_override(%s)", [referral.pk])


def standing_consents(referral: Referral) -> dict[str, ReferralConsent]:
    """The newest answer of each purpose. One query."""
    rows = referral.consents.select_related("by").order_by("pk")
    return {row.purpose: row for row in rows}
