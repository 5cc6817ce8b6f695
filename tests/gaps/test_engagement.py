"""CE-8: what is asked, answered and counted; whom the database lets read it; who may type it in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Notice, User
from carecoord.access.roles import Role
from carecoord.delivery.models import Message
from pathways.actions import Draft, Refused, record_history
from pathways.gaps.engagement.answering import RATED, Answers, answer, enter, questions, scores_of, sheet_of
from pathways.gaps.engagement.asking import Asking, about_her, ask, not_now, window_of
from pathways.gaps.engagement.calling import called, tell_of_calls
from pathways.gaps.engagement.keys import hashes_of
from pathways.gaps.models import Cell
from pathways.gaps.models.engagement import DEVICE, PAPER, CallWanted, Invitation, Response, Rest
from pathways.gaps.refreshing import refresh
from pathways.gaps.rules.engagement.windows import AFTER_BOOKING
from pathways.models import Event, Journey
from tests.factories import ago, happened, staff
from tests.gaps.engagement import A_LOT, asked, booked
from tests.roles import WEB, as_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def midwife() -> User:
    return staff(name="A. Reid")


@pytest.fixture
def record(midwife: User) -> Journey:
    return booked(midwife)


def web(verb: Any, *args: Any, **kwargs: Any) -> Any:
    """As the web server does it with nobody signed in."""
    with as_role(WEB):
        return verb(*args, **kwargs)


def run(sql: str, *values: Any) -> None:
    """A statement that may fail."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


# -- answered on her own device --------------------------------------------------------------------


def test_what_she_answers_is_kept_and_counted_at_her_site(record: Journey) -> None:
    made = asked(record)
    assert web(questions, made.key) is not None
    assert web(answer, made.key, Answers({**A_LOT, "CE8": 0}, about="midwife"))

    refresh()

    row = Response.objects.get()
    assert (row.journey, row.way, row.about, row.ward, row.entered_by) == (record, DEVICE, "midwife", None, None)
    assert scores_of([record.pk]) == {record.pk: [(row.answered_at, 66)]}  # 21 of 32, times 25
    cell = Cell.objects.get(of_table="M24.score")
    assert (cell.site, cell.value, cell.count, cell.women) == (record.site, 66, 1, 1)


def test_five_answers_are_kept_and_are_no_score(record: Journey) -> None:
    said = dict(list(A_LOT.items())[:5]) | {"CE6": -1, "CE7": -2}
    assert web(answer, asked(record).key, Answers(said))
    assert Response.objects.get().answers == [3, 3, 3, 3, 3, -1, -2, -3]
    assert scores_of([record.pk]) == {}


def test_a_key_is_good_for_one_answer(record: Journey) -> None:
    made = asked(record)
    assert web(answer, made.key, Answers(A_LOT))
    assert not web(answer, made.key, Answers(A_LOT))
    assert web(questions, made.key) is None
    assert Response.objects.count() == 1


def test_how_it_is_typed_does_not_matter(record: Journey) -> None:
    made = asked(record)
    assert web(questions, f" {made.key.upper().replace('-', '')} ")


def test_the_ward_is_asked_about_where_it_was_meant_to_be(record: Journey) -> None:
    made = asked(record, ward=True)
    assert web(questions, made.key).ward
    assert web(answer, made.key, Answers({**A_LOT, "W1": 4, "W2": -2}))
    assert Response.objects.get().ward == [4, -2]


@pytest.mark.parametrize("kind", ["separated", "baby_died"])
def test_within_72_hours_of_a_separation_or_a_loss_nothing_is_asked(midwife: User, kind: str) -> None:
    record = booked(midwife, days_ago=150, edd=clock.today())
    happened(record, ("baby_born", ago(40), {"place": "hospital"}, 1), ("baby_born", ago(40), {"place": "hospital"}, 2))
    happened(record, ("mother_discharged", ago(38)))
    made = asked(record)
    happened(record, (kind, ago(hours=71), {}, 1))
    assert window_of(record, clock.now()) is None
    with pytest.raises(Refused, match="not asked now"):
        asked(record)
    assert web(questions, made.key) is None
    assert not web(answer, made.key, Answers(A_LOT))
    with connection.cursor() as cursor:  # the database refuses it by itself
        cursor.execute("SELECT gaps_invite(%s, 'x', 'device', false, now() + interval '1 day', NULL)", [record.pk])
        assert cursor.fetchone() == (None,)


def test_after_72_hours_she_can_answer_again(midwife: User) -> None:
    record = booked(midwife, days_ago=150, edd=clock.today())
    happened(record, ("baby_born", ago(40), {"place": "hospital"}, 1), ("mother_discharged", ago(38)))
    made = asked(record)
    happened(record, ("separated", ago(hours=73), {}, 1))
    assert window_of(record, clock.now())
    assert web(answer, made.key, Answers(A_LOT))


@pytest.mark.parametrize("kind", ["pregnancy_loss", "mother_died"])
def test_after_a_loss_or_her_death_no_address_opens(record: Journey, kind: str) -> None:
    made = asked(record)
    happened(record, (kind, ago(hours=1)))
    assert web(questions, made.key) is None
    assert window_of(record, clock.now()) is None


# -- nobody reads it -------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["gaps_response", "gaps_invitation"])
@pytest.mark.parametrize(
    "sql", ["SELECT * FROM {}", "SELECT count(*) FROM {}", "UPDATE {} SET journey_id = 1", "DELETE FROM {}"]
)
def test_the_web_reads_and_changes_no_answer(midwife: User, record: Journey, table: str, sql: str) -> None:
    asked(record)
    with acting_as(midwife), as_role(WEB), pytest.raises(ProgrammingError, match="permission denied"):
        run(sql.format(table))


def test_the_web_writes_answers_through_the_function_alone(record: Journey) -> None:
    with as_role(WEB), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Response.objects.create(journey=record, way=DEVICE, answered_at=clock.now(), answers=[3] * 8)


@pytest.mark.parametrize("name", ["gaps_take", "gaps_call_her", "gaps_invited", "gaps_may_ask"])
def test_the_web_runs_none_of_the_inner_functions(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege('cc_app', oid, 'EXECUTE') FROM pg_proc WHERE proname = %s", [name]
        )
        assert cursor.fetchall() == [(False,)]


def test_the_worker_reads_and_changes_none(record: Journey) -> None:
    web(answer, asked(record).key, Answers(A_LOT))
    with as_role("cc_worker"):
        assert scores_of([record.pk])
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Response.objects.update(about="all")


def test_what_she_answered_stays_as_it_is(record: Journey) -> None:
    web(answer, asked(record).key, Answers(A_LOT))
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Response.objects.update(about="all")


def test_the_database_takes_no_other_answers(record: Journey) -> None:
    for wrong in ([3] * 7, [5] * 8, [-4] * 8):
        with pytest.raises(IntegrityError), transaction.atomic():
            Response.objects.create(journey=record, way=DEVICE, answered_at=clock.now(), answers=wrong)


def test_no_log_of_changes_says_that_she_answered(record: Journey) -> None:
    made = asked(record)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM audit_change")
        (last,) = cursor.fetchone()
        web(answer, made.key, Answers(A_LOT))
        cursor.execute("SELECT count(*) FROM audit_change WHERE id > %s", [last])
        assert cursor.fetchone() == (0,)


# -- offered ---------------------------------------------------------------------------------------


def test_offered_refused_and_put_off_leave_the_same_trace(midwife: User) -> None:
    one, other = booked(midwife), booked(midwife)
    ask(one, Asking(PAPER), by=midwife)
    not_now(other, by=midwife)
    assert list(Rest.objects.order_by("pk").values_list("journey", "window")) == [
        (one.pk, AFTER_BOOKING.key), (other.pk, AFTER_BOOKING.key),
    ]  # fmt: skip
    assert about_her(other).rests == {AFTER_BOOKING.key}


def test_a_new_sheet_ends_the_one_before(record: Journey) -> None:
    first, second = asked(record), asked(record, PAPER)
    assert web(questions, first.key) is None
    assert web(questions, second.key) is None  # a sheet of paper is answered on paper
    assert Invitation.objects.filter(ended_at=None).count() == 1


def test_only_who_has_her_record_open_makes_one(record: Journey) -> None:
    stranger = staff()
    with pytest.raises(Exception, match="not open to you"):
        ask(record, Asking(DEVICE), by=stranger)
    with acting_as(stranger), as_role(WEB), pytest.raises(ProgrammingError, match="not open"):
        run("SELECT gaps_invite(%s, 'x', 'device', false, now(), NULL)", record.pk)


# -- typed in from paper ---------------------------------------------------------------------------


def type_in(who: User, code: str, answers: Answers | None = None, days_ago: float = 0) -> None:
    with acting_as(who), as_role(WEB):
        enter(code, answers or Answers(A_LOT), ago(days_ago), by=who)


def test_somebody_whom_she_did_not_rate_types_it_in(record: Journey) -> None:
    office = staff(Role.SITE_ADMINISTRATOR, team="office")
    made = asked(record, PAPER)
    type_in(office, made.key)
    row = Response.objects.get()
    assert (row.way, row.entered_by) == (PAPER, office)
    with pytest.raises(Refused, match="No sheet waits"):
        type_in(office, made.key)


@pytest.mark.parametrize("who", ["midwife", "buddy", "wrote"])
def test_whom_she_may_have_rated_does_not(record: Journey, midwife: User, who: str) -> None:
    person = midwife if who == "midwife" else staff()
    if who == "buddy":
        Journey.objects.filter(pk=record.pk).update(buddy=person)
    if who == "wrote":
        wrote = Draft("contact_made", ago(27), recorded_by=person)
        record_history(record, [wrote], source=Event.Source.SCREEN, by=None)
    made = asked(record, PAPER)
    with pytest.raises(Refused) as refused:
        type_in(person, made.key)
    assert refused.value.sentence == RATED
    with acting_as(person), as_role(WEB), connection.cursor() as cursor:
        cursor.execute(
            "SELECT gaps_enter(%s, '', ARRAY[3,3,3,3,3,3,3,3]::smallint[], NULL, false, now())", [hashes_of(made.key)]
        )
        assert cursor.fetchone() == (None,)
    assert not Response.objects.exists()


def test_nobody_of_another_site_and_nobody_in_conflict(record: Journey) -> None:
    made = asked(record, PAPER)
    with pytest.raises(Refused, match="No sheet waits"):
        type_in(staff(site="CALD"), made.key)


def test_the_day_on_the_paper_is_possible(record: Journey) -> None:
    made, office = asked(record, PAPER), staff(Role.SITE_ADMINISTRATOR, team="office")
    with pytest.raises(Refused, match="not printed yet"):
        type_in(office, made.key, days_ago=3)
    with pytest.raises(Refused, match="future"):
        type_in(office, made.key, days_ago=-1)


def test_a_manager_types_nothing_in(record: Journey) -> None:
    with pytest.raises(Exception, match="does not enter"):
        sheet_of(asked(record, PAPER).key, by=staff(Role.SERVICE_MANAGER, team="office"))


# -- she asks to be called -------------------------------------------------------------------------


def test_her_midwife_is_told_that_she_wants_a_call_and_nothing_else(record: Journey, midwife: User) -> None:
    web(answer, asked(record).key, Answers(A_LOT, call=True))
    notice = Notice.objects.get(key="asks_call")
    assert (notice.user, notice.woman) == (midwife, record.woman)
    with as_role("cc_worker"):
        assert tell_of_calls() == 1
        assert tell_of_calls() == 0
    message = Message.objects.get()
    assert (message.to_user, message.template, message.number) == (midwife, "urgent", 1)
    called(record, by=midwife)
    assert about_her(record).asks_call_since is None


def test_it_is_told_again_each_day_and_then_to_her_team(record: Journey, midwife: User) -> None:
    colleague = staff()
    web(answer, asked(record).key, Answers({}, call=True))
    tell_of_calls()
    tell_of_calls(clock.now() + timedelta(hours=25))
    told = Message.objects.order_by("pk").values_list("to_user", flat=True)
    assert told[0] == midwife.pk
    assert set(told[1:]) >= {midwife.pk, colleague.pk}


def test_asking_twice_is_one_call(record: Journey) -> None:
    for _ in range(2):
        web(answer, asked(record).key, Answers(A_LOT, call=True))
    assert CallWanted.objects.count() == 1


def test_where_nobody_is_named_her_team_is_told() -> None:
    record, one = booked(None), staff()
    web(answer, asked(record).key, Answers({}, call=True))
    assert Notice.objects.filter(key="asks_call", user=one).exists()
