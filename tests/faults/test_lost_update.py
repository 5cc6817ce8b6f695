"""Several people edit the same woman at the same moment, through the real forms.

Everybody of a group opens the page, then all of them save at once; whoever is told chooses and saves again, at once
with the others. Nothing is lost silently: what somebody was told is saved stands at the end, or was replaced by
somebody who had been shown it; and whoever is told that somebody else was faster is shown their own words.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from carecoord import clock
from carecoord.access.labels import Label
from carecoord.access.models import Seal, User
from pathways.actions import update_woman
from pathways.background import record_background
from pathways.contact import Agreed, agree_contact
from pathways.models import Background, Journey
from pathways.models.contact import newest_contact
from pathways.plans import writing
from pathways.plans.birth_and_ward import BIRTH_AND_WARD
from tests.choosing import chosen, hidden_of
from tests.factories import claimed, journey, staff
from tests.plans import TEXTS

pytestmark = pytest.mark.django_db(transaction=True)
LARGEST = 6  # people at one form
WAS = {"preferred_name": "", "pronouns": "she/her", "allergies": "none known", "interpreter": "", "what_matters": "x"}


@dataclass
class Edit:
    """One person at one form. ``words``: what they typed, by field; ``shown``: every page they were answered with."""

    client: Client
    url: str
    sent: dict[str, Any]
    words: dict[str, str]
    shown: str = ""
    saved: bool = False
    saved_having_seen: str = ""
    answer: Any = None
    left: set[str] = field(default_factory=set)

    def send(self, together: Barrier) -> None:
        together.wait()
        self.answer = self.client.post(self.url, self.sent)
        if self.answer.status_code == 302:
            self.saved, self.saved_having_seen = True, self.shown
        self.shown += html.unescape(self.answer.content.decode())

    def chooses(self, chance: random.Random) -> bool:
        """Theirs or mine, for each field that was asked about; false for whoever leaves it."""
        asked = hidden_of(self.answer).get("asked", [])
        if not asked or chance.random() < 0.3:
            return False
        theirs = tuple(name for name in asked if chance.random() < 0.3)
        self.left = (self.left - set(asked)) | set(theirs)
        own = {name: self.sent[name] for name in asked if name in self.sent}
        self.sent = chosen(self.answer, theirs=theirs, **own)
        if "seen" not in self.sent and "edd" in asked:
            self.sent["seen"] = "on"
        return True

    @property
    def stays(self) -> dict[str, str]:
        """What was saved of their own words."""
        return {name: text for name, text in self.words.items() if name not in self.left} if self.saved else {}


@dataclass(frozen=True)
class Kind:
    """One form: its page, what one person types, and what stands afterwards."""

    page: str
    typed: Callable[[random.Random, list[User]], tuple[dict[str, Any], dict[str, str]]]
    stands: Callable[[Journey], dict[str, str]]
    of_woman: bool = True
    more: tuple[str, ...] = ()

    def url(self, record: Journey) -> str:
        return reverse(self.page, args=[record.woman_id if self.of_woman else record.pk, *self.more])


def _word() -> str:
    """Unlike any other, and unlike a number or a postcode."""
    return "".join(chr(ord("g") + int(sign, 16)) for sign in uuid4().hex[:12])


def _details(chance: random.Random, people: list[User]) -> Any:
    words = {name: _word() for name in chance.sample([*WAS][1:], chance.choice((1, 1, 2)))}
    return WAS | words, words


def _edd(chance: random.Random, people: list[User]) -> Any:
    day = clock.today() + timedelta(days=chance.randrange(10, 250))
    return {"edd": day.isoformat(), "seen": "on", "note": _word()}, {"edd": clock.day_in_words(day)}


def _midwife(chance: random.Random, people: list[User]) -> Any:
    first, second = chance.sample(people, 2)
    sent = {"midwife": str(first.pk), "buddy": str(second.pk)}
    return sent, {"midwife": first.name, "buddy": second.name}


def _contact(chance: random.Random, people: list[User]) -> Any:
    hours = _word()
    return {"channel": "text", "hours": hours, "number": "07700 900123"}, {"hours": hours}


def _text(chance: random.Random, people: list[User]) -> Any:
    text = _word()
    return {"text": text}, {"text": text}


def _plan(chance: random.Random, people: list[User]) -> Any:
    text = _word()
    return {**TEXTS, "birth": text}, {"birth": text}


def _address(chance: random.Random, people: list[User]) -> Any:
    text = _word()
    return {"kind": "home", "lines": text}, {"lines": text}


def _seal(chance: random.Random, people: list[User]) -> Any:
    text = _word()
    return {"level": chance.choice("23"), "reason": text}, {"reason": text}


def _named(record: Journey) -> dict[str, str]:
    return {"midwife": str(record.named_midwife or ""), "buddy": str(record.buddy or "")}


KINDS = [
    Kind("woman_details", _details, lambda record: {name: getattr(record.woman, name) for name in WAS}),
    Kind("edd", _edd, lambda record: {"edd": clock.day_in_words(record.edd) if record.edd else ""}, of_woman=False),
    Kind("midwife", _midwife, _named, of_woman=False),
    Kind("safe_contact", _contact, lambda record: {"hours": getattr(newest_contact(record.woman_id), "hours", "")}),
    Kind(
        "background_edit",
        _text,
        lambda record: {"text": Background.objects.filter(woman=record.woman).latest("id").text},
        more=(Label.ABUSE.value,),
    ),
    Kind(
        "plan_write",
        _plan,
        lambda record: {"birth": record.care_plans.latest("version").sections["birth"]},
        of_woman=False,
        more=("birth_and_ward",),
    ),
    Kind("address", _address, lambda record: {"lines": record.woman.addresses.latest("id").lines}),
    Kind("seal", _seal, lambda record: {"reason": Seal.objects.get(woman=record.woman).reason}, of_woman=False),
]


@pytest.fixture
def people() -> list[User]:
    return [staff(name=f"P{n}. Person{n}") for n in range(LARGEST + 2)]


@pytest.fixture
def together() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(LARGEST) as pool:
        yield pool
        all_of_them = Barrier(LARGEST)

        def close() -> None:
            all_of_them.wait()
            connections.close_all()

        for done in [pool.submit(close) for _ in range(LARGEST)]:
            done.result()


def test_lost_update(fault: Any, people: list[User], together: ThreadPoolExecutor) -> None:
    clients = []
    for person in people:
        clients.append(Client())
        clients[-1].force_login(person)
    size = fault.size(full=1000, small=42)
    told = 0
    while fault.tried < size:
        kind = KINDS[fault.tried % len(KINDS)] if fault.tried < len(KINDS) else fault.chance.choice(KINDS)
        record = a_record(people)
        many = min(fault.chance.choice((2, 2, 3, LARGEST)), max(size - fault.tried, 2))
        edits = [opened(kind, record, client, fault.chance, people) for client in fault.chance.sample(clients, many)]
        saving = edits
        for _ in range(3):
            at_once(together, saving)
            for edit in saving:
                told += judged(fault, kind, edit)
            saving = [edit for edit in saving if edit.answer.status_code == 409 and edit.chooses(fault.chance)]
            if not saving:
                break
        at_the_end(fault, kind, record, edits)
        fault.tried += many
    assert told > fault.tried // 4, "too few came too late for this to show anything"


def a_record(people: list[User]) -> Journey:
    """A woman whom all of them care for, with something in every form."""
    record = journey(edd=clock.today() + timedelta(days=100))
    for person in people:  # their team's grant ends when a midwife is named, their own when she is sealed
        claimed(record, person)
    update_woman(record.woman, WAS, by=None)
    agree_contact(record.woman, Agreed("text", hours="before"), {}, seen=0, by=None)
    record_background(record.woman, Label.ABUSE, "before", by=None)
    writing.write(record, BIRTH_AND_WARD, TEXTS, by=people[0])
    return record


def opened(kind: Kind, record: Journey, client: Client, chance: random.Random, people: list[User]) -> Edit:
    """The form as that person has it before them, with what they type."""
    url = kind.url(record)
    page = client.get(url)
    assert page.status_code == 200, (kind.page, page.status_code)
    hidden = {name: values[-1] for name, values in hidden_of(page).items()}
    sent, words = kind.typed(chance, people)
    return Edit(client, url, hidden | sent, words, shown=html.unescape(page.content.decode()))


def at_once(pool: ThreadPoolExecutor, edits: list[Edit]) -> None:
    barrier = Barrier(len(edits))
    for done in [pool.submit(edit.send, barrier) for edit in edits]:
        done.result()


def judged(fault: Any, kind: Kind, edit: Edit) -> bool:
    """Count an answer that is neither; and one that tells, but has not all of what was typed in it."""
    status = edit.answer.status_code
    refused = status == 200 and b"There is something to put right" in edit.answer.content  # one person as both
    if status not in (302, 409) and not refused:
        fault.found(f"{kind.page}: answered {status}")
    elif status == 409:
        page = html.unescape(edit.answer.content.decode())
        missing = [text for text in edit.words.values() if text not in page]
        if missing:
            fault.found(f"{kind.page}: told, without {len(missing)} of their {len(edit.words)} words")
    return bool(status == 409)


def at_the_end(fault: Any, kind: Kind, record: Journey, edits: list[Edit]) -> None:
    """What was said to be saved stands, or was replaced by somebody who had been shown it."""
    record = Journey.objects.select_related("woman", "named_midwife", "buddy").get(pk=record.pk)
    now = kind.stands(record)
    for edit in edits:
        for name, text in edit.stays.items():
            others = [other for other in edits if other is not edit and other.saved]
            known = any(text in other.saved_having_seen for other in others if name in other.stays)
            if now[name] != text and not known:
                fault.found(f"{kind.page}: {name} was saved and is gone, and nobody had seen it")
