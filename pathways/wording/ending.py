"""The words in which a journey ends."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.engine import FACT_KINDS
from pathways.rules.ending import Reason


@dataclass(frozen=True)
class ReasonInWords:
    """How one way of ending is told to whoever chooses it. ``button`` is what closes the journey."""

    title: str
    lead: str
    button: str = "Close this journey"


REASONS: dict[Reason, ReasonInWords] = {
    Reason.COMPLETED: ReasonInWords(
        "The year is over",
        "Somebody has looked back with her, what was urgent is done or ended with its reason, and somebody has her "
        "treatment in hand. After a loss, her GP has seen her, and she may prefer to end earlier.",
    ),
    Reason.MOVED_OUT: ReasonInWords(
        "She has moved to where this is not used",
        "To another part of the country, or abroad. You stay responsible until somebody there, by name, has said that "
        "they have her.",
    ),
    Reason.WITHDREW: ReasonInWords(
        "She asks to stop this record",
        "It is hers to ask. Her care does not stop with it: maternity, drug service and GP go on.",
    ),
    Reason.OPENED_IN_ERROR: ReasonInWords(
        "It was opened in error",
        "Somebody else was meant, or there is no pregnancy. Only a journey that nobody has worked with yet.",
    ),
}
# What she is told before she decides; read out, and hers to keep.
HER_RIGHTS = (
    "What was written so far stays, as the law asks of every health record; nothing new is added.",
    "Her notes at the hospital, the drug service and her GP are records of their own, and stay there.",
    "She can ask for a copy of all of it, free, at any time, and can say what is wrong in it.",
    "She can come back whenever she likes; then this journey is opened again.",
    "If she is not content with how this was done, she can complain to the site or to the Information Commissioner.",
)

_SERVICES = dict(next(each for each in FACT_KINDS["service_declined"].details if each.name == "service").choices)
_CLOSED = dict(next(each for each in FACT_KINDS["closed"].details if each.name == "reason").choices)


def service_in_words(service: str) -> str:
    """``Maternity care``."""
    return _SERVICES.get(service, service)


def closed_in_words(reason: str) -> str:
    """Why a journey was closed; an older one's words stand as they were written."""
    return _CLOSED.get(reason, reason)
