"""What a visit is as contact with her: one, however many appointments it has. Pure, no Django.

*Did the session happen* is one question, *was she able to come* another: what we cancelled is never held against her.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CAME = frozenset({"yes", "late", "left", "remote"})
NOT_ABLE = "no"


class Contact(StrEnum):
    """What a visit is for the search for her (pathway, LOST_CONTACT): the kind of its fact."""

    MADE = "contact_made"
    MISSED = "contact_missed"


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one appointment: whether its session happened (None: nobody has said), and whether she came."""

    took_place: bool | None = None
    attended: str = ""


def contact_of(answers: Iterable[Answer]) -> Contact | None:
    """One contact made as soon as she came to anything; one missed once all is said, and there was one to come to.

    None while something is not said yet, and where nothing took place: that was ours.
    """
    answers = list(answers)
    if any(each.attended in CAME for each in answers):
        return Contact.MADE
    if any(each.took_place is None for each in answers):
        return None
    return Contact.MISSED if any(each.attended == NOT_ABLE for each in answers) else None
