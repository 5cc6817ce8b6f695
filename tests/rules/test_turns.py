"""When a referral is to be looked at again, and which reasons each answer has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from referrals.rules.loop import CLOSED, LASTS, State
from referrals.rules.turns import Known, is_not_seen, look_again, reasons_of

AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
KNOWN = Known(answer_by=AT + timedelta(days=2))


@pytest.mark.parametrize("state", sorted(set(State) - CLOSED))
def test_every_open_state_has_its_time_and_a_closed_one_none(state: State) -> None:
    known = Known(KNOWN.answer_by, appointment_at=AT + timedelta(days=9))
    found = look_again(state, AT, known)
    assert found is not None
    assert found >= AT
    assert all(look_again(closed, AT, known) is None for closed in CLOSED)


@pytest.mark.parametrize(
    ("state", "known", "expected"),
    [
        (State.SENT, KNOWN, KNOWN.answer_by),
        (State.DECLINED, KNOWN, AT),
        (State.ACCEPTED, KNOWN, AT + LASTS[State.ACCEPTED]),
        (State.WAITING, KNOWN, AT + LASTS[State.WAITING]),
        (State.WAITING, Known(AT, waiting_days=90), AT + timedelta(days=90)),
        (State.WAITING, Known(AT, waiting_days=0), AT),
        # the day itself says more than the usual waiting time; 08:00 in London, in summer too
        (State.WAITING, Known(AT, 90, date(2026, 12, 1)), datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (State.WAITING, Known(AT, 90, date(2027, 6, 1)), datetime(2027, 6, 1, 7, tzinfo=UTC)),
        (State.APPOINTED, Known(AT, appointment_at=AT + timedelta(days=4)), AT + timedelta(days=5)),
        (State.ATTENDED, KNOWN, AT + timedelta(days=56)),
    ],
)
def test_the_time_follows_from_what_is_known(state: State, known: Known, expected: datetime) -> None:
    assert look_again(state, AT, known) == expected


def test_only_an_appointment_can_fail_to_come_about() -> None:
    assert is_not_seen(State.APPOINTED, State.ACCEPTED)
    assert not is_not_seen(State.SENT, State.ACCEPTED)
    assert reasons_of(State.APPOINTED, State.ACCEPTED) == {"her_not_able", "service_cancelled", "our_cancelled"}
    assert reasons_of(State.SENT, State.ACCEPTED) == frozenset()


def test_the_reasons_of_a_decline_are_the_services_and_never_hers() -> None:
    declined = reasons_of(State.SENT, State.DECLINED)
    assert declined
    assert not [reason for reason in declined if reason.startswith(("her_", "our_"))]
    withdrawn = reasons_of(State.SENT, State.WITHDRAWN)
    assert not [reason for reason in withdrawn if reason.startswith("service_")]
    assert not declined & {"service_closed", "service_cancelled"}
