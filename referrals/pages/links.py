"""How the newest link of a referral stands, for whoever sent it. Two queries."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from carecoord import clock
from carecoord.delivery.wording import PROBLEMS
from referrals.linking import MOST_TRIES
from referrals.models import LinkLetter, Referral, ReferralLink


class Standing(NamedTuple):
    """``runs``: it can still be opened, as far as the link itself goes. ``words`` say how it stands."""

    link: ReferralLink
    runs: bool
    words: str
    letter: str


def link_of(referral: Referral, at: datetime) -> Standing | None:
    """The newest link; None where there was none."""
    newest = referral.links.select_related("made_by").order_by("-pk").first()
    if newest is None:
        return None
    letter = LinkLetter.objects.filter(link=newest).only("state", "to_address", "sent_at", "problem").first()
    words, runs = _in_words(newest, at)
    return Standing(newest, runs, words, _letter_in_words(letter) if letter else "")


def _in_words(link: ReferralLink, at: datetime) -> tuple[str, bool]:
    if link.used_at:
        return f"Answered on {clock.due_in_words(link.used_at)}", False
    if link.ended_at:
        return f"Ended on {clock.due_in_words(link.ended_at)}", False
    if link.tries >= MOST_TRIES:
        return "Ended: the code was wrong five times. Ring them before you make another one.", False
    if link.expires_at <= at:
        return f"Ended by itself on {clock.due_in_words(link.expires_at)}, without an answer", False
    opened = f"Opened first on {clock.due_in_words(link.opened_at)}" if link.opened_at else "Not opened yet"
    wrong = {0: "", 1: "; 1 wrong code"}.get(link.tries, f"; {link.tries} wrong codes")
    return f"{opened}{wrong}. Open until {clock.due_in_words(link.expires_at)}", True


def _letter_in_words(letter: LinkLetter) -> str:
    if letter.sent_at:
        return f"Sent to {letter.to_address} on {clock.due_in_words(letter.sent_at)}"
    why = f": {PROBLEMS[letter.problem]}" if letter.problem in PROBLEMS else ""
    return f"{letter.get_state_display()}, to {letter.to_address}{why}"
