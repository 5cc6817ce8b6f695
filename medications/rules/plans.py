"""Whether a plan can be as it was written: its unit, its times, how far apart. Never whether an amount is right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from medications.rules.products import WARD_PRODUCTS, Frequency, WardProduct
from medications.rules.schedule import shortest_between

Problem = tuple[str, str]  # the field, and what to do
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,4}([.][0-9]{1,3})?", re.ASCII)
_LONGEST_GAP = timedelta(days=40)


class Written(Protocol):
    """What is looked at of a plan."""

    @property
    def product(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def amount(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def frequency(self) -> str: ...
    @property
    def times(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def first_on(self) -> date: ...
    @property
    def least_gap(self) -> timedelta: ...


def problem_of(written: Written) -> Problem | None:
    """The first thing that cannot be as it was written; None where nothing is in the way."""
    product = WARD_PRODUCTS.get(written.product)
    if product is None:
        return "product", "Choose the medicine."
    if not product.selectable:
        return "product", f"{product.name} cannot be chosen here. {product.note}"
    if not written.words.strip():
        return "words", "Write what is prescribed, word for word."
    return _problem_of_amounts(written, product) or _problem_of_times(written, product) or _problem_of_gap(written)


def _problem_of_amounts(written: Written, product: WardProduct) -> Problem | None:
    amount = written.amount.strip()
    if not product.unit:
        return ("amount", "This medicine is written in words alone. Leave amount and unit empty.") if amount else None
    if written.unit != product.unit:
        return "unit", f"{product.name} is written in {product.unit} here. Check the prescription."
    if not is_amount(amount):
        return "amount", f"Write the amount in digits as it was prescribed, without the unit: it is {product.unit}."
    if any(each.get("amount") and not is_amount(each["amount"]) for each in written.times):
        return "times", "Write each amount in digits, as it was prescribed."
    return None


def is_amount(text: str) -> bool:
    """Whether it is a positive number in digits."""
    return _AMOUNT.fullmatch(text) is not None and text.strip("0.") != ""


def _problem_of_times(written: Written, product: WardProduct) -> Problem | None:
    walls = [each.get("time", "") for each in written.times]
    if Frequency(written.frequency) not in product.frequencies:
        return "frequency", "This medicine is not given so often. Check the prescription."
    if not walls:
        return "times", "Write the time of each dose, for example 09:30."
    if not all(_TIME.fullmatch(each) for each in walls):
        return "times", "Write times on the 24-hour clock, for example 09:30 or 21:30."
    if len(set(walls)) != len(walls):
        return "times", "Two doses stand at the same time. Check the times."
    needs = {Frequency.BD: 2, Frequency.CUSTOM: len(walls)}.get(Frequency(written.frequency), 1)
    if len(walls) != needs:
        return "times", "Write two times: twice a day." if needs == 2 else "Write one time."
    return None


def _problem_of_gap(written: Written) -> Problem | None:
    every_days = WARD_PRODUCTS[written.product].every_days
    if not timedelta() < written.least_gap <= _LONGEST_GAP:
        return "least_gap", "Enter how far apart two doses have to be, in hours."
    if written.least_gap > shortest_between(written.times, every_days):
        return "least_gap", "Two of the times lie closer together than this. Check the times, or this number."
    return None
