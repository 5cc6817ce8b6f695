"""When a journey may end, and what is still missing for it (pathway, 2.3). Pure: the record in, sentences out.

A journey ends because its work is done, because she decided so, because she is cared for elsewhere, or because it was
never hers. Removal, missed contact and relapse are no reason, and there is no word for them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pathways.engine.stage import Stage

ENOUGH_TRIES = 3  # to reach somebody who takes her on elsewhere; then safeguarding decides with whoever asks
AFTER_A_BIRTH = frozenset({Stage.POSTNATAL_COMMUNITY, Stage.RESIDENTIAL_PLACEMENT, Stage.SEPARATED})
# All that a journey holds that nobody has worked with yet.
A_BARE_START = frozenset({"first_contact", "dating_agreed", "named_midwife_assigned", "reopened"})


class Reason(StrEnum):
    """Why a journey is closed. Its value is kept in the fact ``closed``."""

    COMPLETED = "completed"
    MOVED_OUT = "moved_out"
    WITHDREW = "withdrew"
    OPENED_IN_ERROR = "opened_in_error"


class Need(StrEnum):
    """What the record has to hold; each has the page on which it is written down."""

    STAGE = "stage"
    YEAR = "year"
    YEAR_AFTER_LOSS = "year_after_loss"
    REVIEW = "review"
    GP = "gp"
    URGENT = "urgent"
    CARE = "care"
    MEDICINE = "medicine"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, in words that say what to do next. ``need``: in the record; ``field``: on the form."""

    sentence: str
    need: Need | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the record holds of all that an ending asks for, at one instant.

    ``urgent``: titles of what is open and of severity S1 or S2. ``beyond_a_start``: what was recorded beside a bare
    start. ``tries``: how often somebody elsewhere was asked to take her on, without a yes.
    """

    stage: Stage | None
    in_treatment: bool = False
    year_is_over: bool = False
    is_reviewed: bool = False
    gp_has_ended: bool = False
    urgent: tuple[str, ...] = ()
    beyond_a_start: tuple[str, ...] = ()
    care_is_taken: bool = False
    medicine_is_taken: bool = False
    tries: int = 0
    is_signed_off: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever closes a journey says beside the record."""

    prefers_earlier: bool = False
    retention: str = ""
    medicine_with: str = ""
    moved_said_by: str = ""
    medicine_refused: bool = False
    naloxone: str = ""
    rights_explained: bool = False
    words: str = ""


def missing_in_record(reason: Reason, known: Known) -> list[Missing]:
    """What the record has to hold before the journey can be closed for that reason."""
    return list(_IN_RECORD[reason](known))


def missing_in_words(reason: Reason, known: Known, said: Said) -> list[Missing]:
    """What is to be said when it is closed, and may take the place of something that the record lacks."""
    return list(_IN_WORDS[reason](known, said))


def can_be_settled(reason: Reason, missing: Missing) -> bool:
    """Whether her own word, said on the form, can take the place of what the record lacks."""
    return missing.need in _SETTLED_BY_WORDS.get(reason, {})


def missing_for(reason: Reason, known: Known, said: Said) -> list[Missing]:
    """All that is missing, with what was said taken into account."""
    settled = {need for need, by in _SETTLED_BY_WORDS.get(reason, {}).items() if by(said)}
    in_record = [each for each in missing_in_record(reason, known) if each.need not in settled]
    return [*in_record, *missing_in_words(reason, known, said)]


# -- what the record has to hold -------------------------------------------------------------------


def _completed(known: Known) -> Iterator[Missing]:
    if known.stage is Stage.BEREAVEMENT:
        yield from _after_a_loss(known)
        return
    if known.stage not in AFTER_A_BIRTH:
        yield Missing("Her year is not over: she is at home, in a placement or separated when it ends.", Need.STAGE)
    elif not known.year_is_over:
        yield Missing("A year after the birth is not over yet.", Need.YEAR)
    if not known.is_reviewed:
        yield Missing("The twelve-month review is to be held and recorded.", Need.REVIEW)
    yield from _nothing_urgent(known)


def _after_a_loss(known: Known) -> Iterator[Missing]:
    if not known.year_is_over:
        yield Missing(
            "A year after her loss is not over yet. She may prefer to end earlier: that is asked when it is closed.",
            Need.YEAR_AFTER_LOSS,
        )
    if not known.gp_has_ended:
        yield Missing("The GP's consultation after her loss is to be recorded: held, or declined by her.", Need.GP)
    yield from _nothing_urgent(known)


def _nothing_urgent(known: Known) -> Iterator[Missing]:
    if known.urgent:
        yield Missing(f"To be done, or ended with its reason: {'; '.join(known.urgent)}.", Need.URGENT)


def _moved_out(known: Known) -> Iterator[Missing]:
    if not known.care_is_taken and not (known.tries >= ENOUGH_TRIES and known.is_signed_off):
        yield Missing(_care_still_missing(known), Need.CARE)
    if known.in_treatment and not known.medicine_is_taken:
        yield Missing(
            "A prescriber where she goes has to say that they have her treatment, so that no dose is missed.",
            Need.MEDICINE,
        )


def _care_still_missing(known: Known) -> str:
    if known.tries >= ENOUGH_TRIES:
        return "Nobody there has said yes. The safeguarding lead is to read what was tried and sign it off."
    return (
        f"Somebody there, by name, has to say that they have her. Tried without a yes: {known.tries}. After "
        f"{ENOUGH_TRIES} tries the safeguarding lead can sign it off."
    )


def _withdrew(known: Known) -> Iterator[Missing]:
    if known.in_treatment and not known.medicine_is_taken:
        yield Missing(
            "Her prescriber is to say that they go on without this record. She may not want them to be told: that "
            "is asked when it is closed.",
            Need.MEDICINE,
        )


def _opened_in_error(known: Known) -> Iterator[Missing]:
    if known.beyond_a_start:
        yield Missing(
            f"Recorded here: {', '.join(known.beyond_a_start)}. What belongs to somebody else is marked as entered in "
            "error first. What is hers stays, and is no error.",
            Need.BARE,
        )


_IN_RECORD: Mapping[Reason, Callable[[Known], Iterator[Missing]]] = {
    Reason.COMPLETED: _completed,
    Reason.MOVED_OUT: _moved_out,
    Reason.WITHDREW: _withdrew,
    Reason.OPENED_IN_ERROR: _opened_in_error,
}


# -- what is to be said ----------------------------------------------------------------------------


def _said_of_completed(known: Known, said: Said) -> Iterator[Missing]:
    if not said.retention:
        yield Missing("Say how it stands with her treatment at the end.", field="retention")
    if known.in_treatment and not said.medicine_with.strip():
        yield Missing("Write who has her treatment in hand from now on.", field="medicine_with")
    if known.stage is Stage.BEREAVEMENT and not known.year_is_over and said.prefers_earlier:
        yield from _in_her_words(said)


def _said_of_moved_out(_: Known, said: Said) -> Iterator[Missing]:
    if not said.moved_said_by:
        yield Missing(
            "Say who told you that she has moved. Where nobody has reached her, look for her: that is outreach.",
            field="moved_said_by",
        )


def _said_of_withdrew(_: Known, said: Said) -> Iterator[Missing]:
    yield from _in_her_words(said)
    if not said.naloxone:
        yield Missing("Say how it stands with naloxone.", field="naloxone")
    if not said.rights_explained:
        yield Missing(
            "Explain to her first what stays, who keeps it, and how she can ask for a copy.", field="rights_explained"
        )


def _said_of_error(_: Known, said: Said) -> Iterator[Missing]:
    if not said.words.strip():
        yield Missing("Say what was wrong, so that the next reader understands.", field="words")


def _in_her_words(said: Said) -> Iterator[Missing]:
    if not said.words.strip():
        yield Missing("Write what she said, as she said it.", field="words")


_IN_WORDS: Mapping[Reason, Callable[[Known, Said], Iterator[Missing]]] = {
    Reason.COMPLETED: _said_of_completed,
    Reason.MOVED_OUT: _said_of_moved_out,
    Reason.WITHDREW: _said_of_withdrew,
    Reason.OPENED_IN_ERROR: _said_of_error,
}

# Her own word takes the place of what the record lacks; it never does so for what is urgent.
_SETTLED_BY_WORDS: Mapping[Reason, Mapping[Need, Callable[[Said], bool]]] = {
    Reason.COMPLETED: {Need.YEAR_AFTER_LOSS: lambda said: said.prefers_earlier},
    Reason.WITHDREW: {Need.MEDICINE: lambda said: said.medicine_refused},
}
