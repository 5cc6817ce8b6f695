"""What is wrong with a statement as somebody writes it down, field by field, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from carecoord import clock
from medications.rules.products import FREQUENCY_WORDS, WARD_PRODUCTS, Frequency, WardProduct
from medications.rules.verification import ASKED, plain

Problem = tuple[str, str]  # field, sentence

LONGEST_NAME = 80
UNITS = ("mg", "ml", "micrograms")
_AMOUNT = re.compile(r"[0-9]{1,4}([.][0-9]{1,3})?", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True)
class Stated:
    """What one source said, as somebody writes it down. ``times`` are (time, amount); an amount may be blank."""

    source: str
    product: str
    words: str
    said_by: str
    said_at: datetime
    frequency: str
    amount: str = ""
    unit: str = ""
    strength: str = ""
    form: str = ""
    times: Sequence[tuple[str, str]] = ()
    supervised: str = ""
    collection_days: Sequence[int] = ()
    service: str = ""
    service_words: str = ""
    pharmacy: str = ""
    pharmacy_words: str = ""
    script_from: date | None = None
    script_until: date | None = None
    last_dose_at: datetime | None = None
    last_dose_supervised: str = "unknown"
    takeaway: str = "unknown"
    other_sedatives: Sequence[str] = ()
    heart_note: str = ""
    said_by_contact: str = ""
    submission: UUID | None = None


def problems(stated: Stated, *, born: date, now: datetime, any_strength: bool) -> Iterator[Problem]:
    """What has to be put right. ``any_strength``: a pharmacist writes, who may say another strength than the ward's."""
    product = WARD_PRODUCTS.get(stated.product)
    if product is None:
        yield "product", "Choose the product that they named."
    elif not product.selectable:
        yield "product", f"This one is not used here. {product.note}"
    else:
        yield from _of_product(stated, product, any_strength=any_strength)
    if not stated.words.strip():
        yield "words", "Write down what they said, word for word."
    if not stated.said_by.strip():
        yield "said_by", "Write who said so: their name and what they are."
    if any(len(each) > LONGEST_NAME for each in stated.other_sedatives):
        yield "other_sedatives", f"Write each with {LONGEST_NAME} characters at most, and a comma between two."
    yield from _times(stated, born, now)
    if stated.script_from and stated.script_until and stated.script_until < stated.script_from:
        yield "script_until", "This is before the prescription begins. Check both dates."


def _of_product(stated: Stated, product: WardProduct, *, any_strength: bool) -> Iterator[Problem]:
    is_asked, strength = stated.source in ASKED, plain(stated.strength)
    if is_asked and product.strengths and not strength:
        yield "strength", "Write the strength that they named."
    elif is_asked and product.strengths and strength not in map(plain, product.strengths) and not any_strength:
        known = " or ".join(product.strengths)
        yield "strength", f"{known} is what wards have here. For another strength, ask the ward pharmacist to enter it."
    yield from _amount(stated, product)
    if not stated.frequency:
        yield "frequency", "Choose how often she takes it."
    elif is_asked and stated.frequency not in product.frequencies:
        usual = " or ".join(FREQUENCY_WORDS[each] for each in product.frequencies)
        yield "frequency", f"This product is taken {usual}. Check what they said."
    yield from _day(stated)


def _amount(stated: Stated, product: WardProduct) -> Iterator[Problem]:
    if not product.unit:
        if stated.amount:
            yield "amount", "Leave this blank for this one, and write it word for word below."
        return
    if not stated.amount and stated.source not in ASKED:
        return  # her card, or she herself, need not tell it
    if not is_amount(stated.amount):
        yield "amount", "Write the amount in digits, more than nought: for example 45 or 7.5."
    if stated.unit != product.unit:
        told = f" if it was told in {stated.unit}" if stated.unit else ""
        yield "unit", f"State it in {product.unit}, as the prescription does. Ask the source again{told}."


def _day(stated: Stated) -> Iterator[Problem]:
    """The times of a day: one at most of a single dose, both or neither of a split day."""
    if any(not _TIME.fullmatch(time) for time, _ in stated.times):
        yield "times", "Write each time on the 24-hour clock, for example 09:30."
    elif len({time for time, _ in stated.times}) != len(stated.times):
        yield "times", "The same time stands there twice."
    elif stated.frequency == Frequency.BD and len(stated.times) == 1:
        yield "times", "Twice a day has two times. Write both, or leave both blank."
    elif stated.frequency not in (Frequency.BD, Frequency.CUSTOM) and len(stated.times) > 1:
        yield "times", "Two times are two doses a day. Check how often they said."
    elif any(amount and not is_amount(amount) for _, amount in stated.times):
        yield "times", "Write the amount of each dose in digits, more than nought, or leave it blank."


def _times(stated: Stated, born: date, now: datetime) -> Iterator[Problem]:
    if stated.said_at > now:
        yield "said_at", "This time is in the future. Write when they said it."
    elif clock.today(stated.said_at) <= born:
        yield "said_at", "This is before she was born. Check the year."
    if stated.last_dose_at is None:
        return
    if stated.last_dose_at > now:
        yield "last_dose_at", "This time is in the future. Write when she had it last."
    elif stated.last_dose_at > stated.said_at:
        yield "last_dose_at", "This is after they said it. Check both times."
    elif clock.today(stated.last_dose_at) <= born:
        yield "last_dose_at", "This is before she was born. Check the year."


def is_amount(text: str) -> bool:
    """Whether a text is a positive number in digits, as the record keeps it."""
    return bool(_AMOUNT.fullmatch(text)) and bool(text.strip("0."))
