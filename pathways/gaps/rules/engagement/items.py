"""CE-8 and its two ward items, word for word as the pathway has them (7.2). Pure.

Own items, written afresh from constructs of the literature, under the project's licence. They are not validated: the
``LABEL`` stands on every screen, print and file, as it is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LABEL = "CE-8 (own items, not validated). For service learning only. Not for decisions about any woman or worker."


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence that she says is so, or not. ``construct`` is what it stands for, never shown to her."""

    key: str
    text: str
    construct: str


ITEMS: tuple[Item, ...] = (
    Item("CE1", "They are on my side.", "partner / invested"),
    Item("CE2", "They speak up for me when it matters.", "advocate"),
    Item("CE3", "We decide the next steps together.", "partner"),
    Item("CE4", "They can help with the things I actually need.", "ability to meet needs"),
    Item("CE5", "When they can't help, they connect me to someone who does.", "ability to meet needs"),
    Item("CE6", "They see me as a mother, not only as a patient.", "transformational development"),
    Item("CE7", "They notice the changes I am making.", "transformational development"),
    Item("CE8", "I can be honest with them without being judged.", "precondition (stigma, R1)"),
)
WARD_ITEMS: tuple[Item, ...] = (
    Item("W1", "During this stay my medicine was given when I expected it.", "R1"),
    Item("W2", "During this stay staff treated me with respect.", "R1"),
)

# What she can answer, and how it is kept. Below nothing are the answers that are no number.
RESPONSES: Mapping[int, str] = {0: "Not at all", 1: "A little", 2: "Somewhat", 3: "A lot", 4: "Completely"}
DOES_NOT_APPLY, RATHER_NOT_SAY, LEFT_BLANK = -1, -2, -3
OTHER_RESPONSES: Mapping[int, str] = {DOES_NOT_APPLY: "Doesn't apply", RATHER_NOT_SAY: "Rather not say"}
KEPT_ANSWERS = (LEFT_BLANK, *OTHER_RESPONSES, *RESPONSES)

# Who "the people" are. On the pathway's list the second is her drug worker; over her shoulder no drug is read.
PEOPLE: Mapping[str, str] = {
    "midwife": "my midwife",
    "key_worker": "my key worker",
    "ward": "ward staff",
    "all": "all services",
}
