"""A text of local policy as it is shown: word for word, whose it is, and marked where its review is past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from carecoord import clock
from carecoord.sites.definitions import POLICY_KEYS
from carecoord.sites.models import Site


@dataclass(frozen=True)
class LocalPolicy:
    """``text`` is the site's own, or says that there is none. Nothing general ever stands in its place."""

    key: str
    title: str
    text: str
    source: str
    is_missing: bool = False
    is_expired: bool = False


def local_policy(site: Site, key: str, on: date) -> LocalPolicy:
    """The site's text on ``key``. Raises KeyError for a key that is none."""
    policy = site.definition.policy(key)
    if policy is None:
        text = "No policy text is set up here. Ask the ward pharmacist or the doctor on call."
        return LocalPolicy(key, _sentence(POLICY_KEYS[key]), text, "", is_missing=True)
    review = clock.day_in_words(policy.review_on, weekday=False)
    source = f"Local policy of {policy.owner}, version {policy.version}, review by {review}"
    return LocalPolicy(key, policy.title, policy.text, source, is_expired=policy.is_expired(on))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
