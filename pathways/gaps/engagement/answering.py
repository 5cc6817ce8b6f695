"""The verbs of answering CE-8: by her, on her own device; or typed in from paper by somebody whom she did not rate.

After that nobody opens the answers again. Only the worker counts them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.gaps.engagement.keys import hashes_of
from pathways.gaps.models.engagement import Response
from pathways.gaps.rules.engagement.items import ITEMS, KEPT_ANSWERS, LEFT_BLANK, PEOPLE, WARD_ITEMS, Item
from pathways.gaps.rules.engagement.scoring import score, whole

NO_SUCH_SHEET = "No sheet waits for this code. Check it with the paper; a sheet is entered once, within six weeks."
RATED = (
    "You work with her, so somebody else types this in. Give the paper, closed, to a colleague who has not been in "
    "contact with her for four weeks, or to your site’s administrator."
)


@dataclass(frozen=True)
class Answers:
    """What she answered, by item; what is left out was left blank. ``call``: she wants somebody to call her."""

    said: Mapping[str, int]
    about: str = ""
    call: bool = False

    def of(self, items: Sequence[Item]) -> list[int]:
        """The answers to these items, in their order."""
        return [self.said.get(item.key, LEFT_BLANK) for item in items]

    def check(self) -> None:
        """Raise Refused unless each is an answer that there is."""
        if self.about not in ("", *PEOPLE) or not set(self.said.values()) <= set(KEPT_ANSWERS):
            raise Refused("Choose from the answers that there are.")

    @property
    def values(self) -> list[Any]:
        """As the functions of the database take them."""
        return [self.about, self.of(ITEMS), self.of(WARD_ITEMS), self.call]


@dataclass(frozen=True)
class Sheet:
    """What is asked: the eight items, and the two of her stay where ``ward``."""

    ward: bool
    made_at: datetime | None = None


def questions(key: str) -> Sheet | None:
    """What is asked at an address; None for every other, whatever the reason."""
    told = _ask("SELECT gaps_questions(%s)", [hashes_of(key)])
    return Sheet(json.loads(told)["ward"]) if told else None


@transaction.atomic
def answer(key: str, answers: Answers) -> bool:
    """Take what she answered; False where the key opens nothing. A key is good for one answer."""
    answers.check()
    return bool(
        _ask("SELECT gaps_answer(%s, %s, %s::smallint[], %s::smallint[], %s)", [hashes_of(key), *answers.values])
    )


def sheet_of(code: str, *, by: User) -> Sheet:
    """What the paper with this code asks. Raises Refused where none waits, and for whom she may have rated."""
    if Ability.ENTER_ENGAGEMENT not in by.abilities:
        raise PermissionDenied("Your role does not enter these answers.")
    told = _ask("SELECT gaps_paper(%s)", [hashes_of(code)])
    if not told:
        raise Refused(NO_SUCH_SHEET, field="code")
    known = json.loads(told)
    if known["rated"]:
        raise Refused(RATED, field="code")
    return Sheet(known["ward"], datetime.fromisoformat(known["made_at"]))


@transaction.atomic
def enter(code: str, answers: Answers, answered_at: datetime, *, by: User) -> None:
    """Type in what stands on the paper. Raises Refused."""
    answers.check()
    sheet = sheet_of(code, by=by)
    if answered_at > clock.now():
        raise Refused("This day lies in the future. Enter the day that stands on the paper.", field="answered_on")
    if sheet.made_at and clock.today(answered_at) < clock.today(sheet.made_at):
        raise Refused("The sheet was not printed yet on that day. Check the day on the paper.", field="answered_on")
    enters = "SELECT gaps_enter(%s, %s, %s::smallint[], %s::smallint[], %s, %s)"
    if not _ask(enters, [hashes_of(code), *answers.values, answered_at]):
        raise Refused(NO_SUCH_SHEET, field="code")


def scores_of(journeys: Collection[int]) -> dict[int, list[tuple[datetime, int]]]:
    """When she answered, and her score, of each valid answer; of many pregnancies. For the worker."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    rows = Response.objects.filter(journey__in=journeys).order_by("answered_at", "pk")
    for journey, at, answers in rows.values_list("journey", "answered_at", "answers"):
        if (value := score(answers)) is not None:
            found.setdefault(journey, []).append((at, whole(value)))
    return found


def _ask(sql: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (told,) = cursor.fetchone()
    return told
