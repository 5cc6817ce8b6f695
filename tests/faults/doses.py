"""Many second signatures at the same moment, through the real page: what the two races of doses share."""

from __future__ import annotations

import html
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.models import User
from medications.models import Dose, DueDose, Plan, Signing
from pathways.models import Event
from tests.medicine import ward_midwife
from tests.signin import PASSWORD

AT_ONCE = 25  # people at the full size, each with a browser; PostgreSQL’s connections are the limit


@dataclass(frozen=True)
class Answers:
    """How many were stored, how many were told who was faster, and what else was answered."""

    stored: int
    told: int
    others: Counter[str]


def nurses(number: int = AT_ONCE) -> list[User]:
    """Midwives of her ward who can sign."""
    hashed = make_password(PASSWORD)
    return [ward_midwife(name=f"N. Nurse{place}", password=hashed) for place in range(number)]


def first_signatures(plan: Plan, due: list[DueDose], people: list[User], outcome: str) -> list[Signing]:
    """One first signature for each attempt, by one of the people after another; ``due``: the dose of each."""
    now = clock.now()
    entered = {"outcome": outcome, "given_at": now.isoformat(), "place": "side_room", "reason": "as she asked"}
    return Signing.objects.bulk_create(
        Signing(
            journey=plan.journey,
            due=each,
            plan=plan,
            plan_version=plan.version,
            entered=entered,
            first_by=people[place % len(people)],
            first_at=now,
            submission=uuid4(),
            fingerprint="x",
        )
        for place, each in enumerate(due)
    )


def signed_at_once(signings: list[Signing], people: list[User]) -> Answers:
    """Everybody signs as the second person, each in their own browser, all at the same time."""
    browsers = []
    for person in people:
        browser = Client()
        browser.force_login(person)
        browsers.append(browser)
    shares = [signings[place + 1 :: len(people)] for place in range(len(people))]
    shares[-1] = [*signings[0 :: len(people)]]  # nobody signs what they gave themselves
    with ThreadPoolExecutor(len(people)) as pool:
        answers = [each for found in pool.map(_signs, browsers, shares) for each in found]
    winner = Dose.objects.select_related("given_by", "witness").order_by("pk").first()
    return _counted(answers, winner)


def _signs(browser: Client, share: list[Signing]) -> list[Any]:
    try:
        return [
            browser.post(
                reverse("medicine_sign", args=[each.journey_id, each.pk]),
                {"submission": str(uuid4()), "password": PASSWORD},
            )
            for each in share
        ]
    finally:
        connections.close_all()


def _counted(answers: list[Any], winner: Dose | None) -> Answers:
    stored = told = 0
    others: Counter[str] = Counter()
    for answer in answers:
        said = " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())).split())
        if answer.status_code == 302:
            stored += 1
        elif answer.status_code == 409 and winner and f"By {winner.given_by} Watched by {winner.witness}" in said:
            told += 1
        else:
            others[f"{answer.status_code} {said[-300:]}"] += 1
    return Answers(stored, told, others)


def stored_events() -> int:
    """How many events say that something came of a dose."""
    return Event.objects.filter(kind__in=("dose_given", "dose_outcome_recorded")).count()
