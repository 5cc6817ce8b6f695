"""Her words before ours; a need is never without somebody who sees to it, and what is not met has its reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from pathways.actions import AlreadyAnswered, Refused
from pathways.models import HerWords, Journey, Need, NeedStep
from pathways.needs import Came, SeesTo, end_her_words, note_need, write_her_words, write_step
from pathways.pages.needs import needs_line, needs_page
from pathways.seen import Changed
from tests.factories import journey, staff

pytestmark = pytest.mark.django_db
Area, Outcome, Reason = Need.Area, NeedStep.Outcome, NeedStep.Reason


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    return journey(midwife=midwife)


@pytest.fixture
def need(record: Journey, midwife: User) -> Need:
    return note_need(record, Area.TRAVEL, "The fare to the clinic", SeesTo(user=midwife), by=midwife)


def newest(need: Need) -> NeedStep:
    return need.steps.latest("pk")


def test_her_words_stay_as_she_said_them_and_end_once(record: Journey, midwife: User) -> None:
    form = uuid4()
    goal = write_her_words(record, "goal", " I want my own door. ", submission=form, by=midwife)
    assert write_her_words(record, "goal", "Something else", submission=form, by=midwife) == goal
    assert (goal.text, goal.said_on) == ("I want my own door.", clock.today())
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        HerWords.objects.update(text="x")
    end_her_words(goal, "reached", by=midwife)
    with pytest.raises(AlreadyAnswered, match=r"A\. Reid has written down already: she reached it"):
        end_her_words(goal, "changed", by=midwife)
    with pytest.raises(DatabaseError, match="said already"), transaction.atomic():
        HerWords.objects.update(ended="wrong")


@pytest.mark.parametrize(
    ("kind", "text", "said_on", "field"),
    [
        ("wish", "x", None, "kind"),
        ("goal", "  ", None, "text"),
        ("goal", "x", clock.today() + timedelta(days=1), "said_on"),
    ],
)
def test_her_words_are_of_a_kind_and_were_said(
    record: Journey, midwife: User, kind: str, text: str, said_on: date | None, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        write_her_words(record, kind, text, said_on=said_on, by=midwife)
    assert refused.value.field == field


def test_a_need_has_somebody_from_the_first_on(record: Journey, midwife: User, need: Need) -> None:
    assert (newest(need).outcome, newest(need).owner_in_words) == ("open", "A. Reid")
    for nobody in (SeesTo(), SeesTo(outside="  "), SeesTo(user=midwife, outside="x")):
        with pytest.raises(Refused, match="Choose who sees to it"):
            note_need(record, Area.MONEY, "x", nobody, by=midwife)
        with pytest.raises(Refused, match="Choose who sees to it"):
            write_step(need, Came(nobody), by=midwife)
    assert Need.objects.count() == 1
    team = Team.objects.get(site=record.site, code="harbour")
    for sees_to, words in ((SeesTo(team=team), "Harbour drug service"), (SeesTo(outside="J. Park"), "J. Park")):
        assert write_step(need, Came(sees_to), by=midwife).owner_in_words == words


def test_what_is_not_met_has_its_reason(midwife: User, need: Need) -> None:
    mine = SeesTo(user=midwife)
    for came, field in (
        (Came(mine, "lost"), "outcome"),
        (Came(mine, Outcome.UNMET), "reason"),
        (Came(mine, Outcome.UNMET, Reason.OTHER), "words"),
    ):
        with pytest.raises(Refused) as refused:
            write_step(need, came, by=midwife)
        assert refused.value.field == field
    assert write_step(need, Came(mine, Outcome.UNMET, Reason.NOT_HERE), by=midwife).reason == "not_here"
    assert write_step(need, Came(mine, Outcome.MET, Reason.NOT_HERE), by=midwife).reason == ""


def test_who_writes_without_having_read_the_last_step_is_told(midwife: User, need: Need) -> None:
    seen, mine, form = newest(need).pk, SeesTo(user=midwife), uuid4()
    first = write_step(need, Came(mine, Outcome.PARTLY), seen=seen, submission=form, by=midwife)
    assert write_step(need, Came(mine, Outcome.MET), seen=seen, submission=form, by=midwife) == first
    with pytest.raises(Changed):
        write_step(need, Came(mine, Outcome.MET), seen=seen, by=midwife)
    assert write_step(need, Came(mine, Outcome.MET), seen=first.pk, by=midwife).outcome == "met"


def test_only_who_takes_part_in_her_care_writes(record: Journey, midwife: User, need: Need) -> None:
    other = staff(Role.WARD_MIDWIFE, team="maple")
    words = write_her_words(record, "goal", "x", by=midwife)
    attempts: list[Any] = [
        lambda: write_her_words(record, "goal", "x", by=other),
        lambda: end_her_words(words, "reached", by=other),
        lambda: note_need(record, Area.MONEY, "x", SeesTo(user=other), by=other),
        lambda: write_step(need, Came(SeesTo(user=other)), by=other),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()


def test_the_page_has_her_words_first_and_needs_by_how_they_stand(record: Journey, midwife: User, need: Need) -> None:
    mine = SeesTo(user=midwife)
    for area, outcome, reason in (
        (Area.PEOPLE, Outcome.UNMET, Reason.NOT_HERE),
        (Area.MONEY, Outcome.MET, ""),
        (Area.BABY, Outcome.PARTLY, ""),
    ):
        write_step(note_need(record, area, "x", mine, by=midwife), Came(mine, outcome, reason), by=midwife)
    write_her_words(record, "strength", "I get up.", by=midwife)
    end_her_words(write_her_words(record, "goal", "Old", by=midwife), "changed", by=midwife)
    page = needs_page(record, midwife)
    assert [card.row.area for card in page.standing] == ["travel", "baby", "people"]
    assert page.standing[2].word == "Not met: it does not exist here"
    assert [card.row.area for card in page.settled] == ["money"]
    assert ([each.text for each in page.strengths], page.goals) == (["I get up."], [])
    assert [each.text for each in page.ended_words] == ["Old"]
    assert needs_line(record).words == "Needs: 1 being seen to, 1 partly met, 1 not met"
