"""Doses in words: when, by whom, what came of it. The hour first, the day in a word; London time."""

from __future__ import annotations

from datetime import datetime

from carecoord import clock
from medications.models import Dose, Outcome, Place, Plan
from medications.rules.products import FREQUENCY_WORDS, WARD_PRODUCTS, Frequency
from medications.wording.times import hour

FOOT = "CareCoord shows what was prescribed. It never works out an amount."
DO_NOT_GIVE = "Do not give it again."


def day(instant: datetime, at: datetime) -> str:
    """``today``, ``yesterday``, ``tomorrow, Sat 21 Nov``, ``on Thu 19 Nov``."""
    on, today = clock.today(instant), clock.today(at)
    date_words = clock.day_in_words(on, year=on.year != today.year)
    away = (on - today).days
    return {0: "today", -1: "yesterday", 1: f"tomorrow, {date_words}"}.get(away) or f"on {date_words}"


def when(instant: datetime, at: datetime) -> str:
    """``09:30 today``."""
    return f"{hour(instant)} {day(instant, at)}"


def outcome_in_words(outcome: str) -> str:
    """``all of it``, ``She chose not to take it``: as it is read after the time."""
    if outcome in (Outcome.GIVEN, Outcome.GIVEN_LATE):
        return "all of it"
    return str(Outcome(outcome).label) if outcome in Outcome.values else outcome


def place_in_words(place: str) -> str:
    """``Side room``; what was left empty says so."""
    return str(Place(place).label) if place in Place.values else "left empty"


def how_often(plan: Plan) -> str:
    """``once a day, at 09:30``."""
    times = ", ".join(each["time"] for each in plan.times)
    return f"{FREQUENCY_WORDS[Frequency(plan.frequency)]}, at {times}"


def product_name(plan: Plan) -> str:
    """The product's name."""
    return WARD_PRODUCTS[plan.product].name if plan.product in WARD_PRODUCTS else plan.product


def heading_of(dose: Dose) -> str:
    """What the page says first where something is recorded already."""
    return "This dose has already been given" if dose.blocked else "This dose has already been recorded"
