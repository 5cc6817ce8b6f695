"""What became of a referral in its first eight weeks: one answer each, whose reason it was never mixed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pathways.gaps.case import Case, Referred
from pathways.gaps.measures import BY_KEY, TABLES, Shown
from referrals.models import ReferralStep
from referrals.rules import kinds
from referrals.rules.became import IN_WORDS, OUTCOMES, WITHIN, Became, became
from referrals.rules.loop import State

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def referred(*steps: tuple[int, str, str], kind: str = "housing") -> Referred:
    return Referred(kind, SENT, [(SENT + timedelta(days=days), state, why) for days, state, why in steps])


@pytest.mark.parametrize(
    ("steps", "part"),
    [
        ([(0, "sent", "")], Became.WAITS),
        ([(0, "sent", ""), (3, "waiting", "")], Became.WAITS),
        ([(0, "sent", ""), (3, "appointed", ""), (9, "accepted", "her_not_able")], Became.WAITS),
        ([(0, "sent", ""), (55, "attended", "")], Became.SEEN),
        ([(0, "sent", ""), (9, "attended", ""), (20, "ended", "stopped")], Became.SEEN),
        ([(0, "sent", ""), (9, "accepted", ""), (30, "ended", "helped")], Became.SEEN),
        ([(0, "sent", ""), (57, "attended", "")], Became.WAITS),
        ([(0, "sent", ""), (2, "declined", "service_full")], Became.NO_PLACE),
        ([(0, "sent", ""), (2, "declined", "service_closed"), (4, "settled", "")], Became.NO_PLACE),
        ([(0, "sent", ""), (2, "declined", "service_late")], Became.CONDITIONS),
        ([(0, "sent", ""), (2, "declined", "service_area")], Became.CONDITIONS),
        ([(0, "sent", ""), (2, "declined", "her_not_able")], Became.HERS),
        ([(0, "sent", ""), (2, "withdrawn", "her_choice")], Became.HERS),
        ([(0, "sent", ""), (9, "accepted", ""), (30, "ended", "stopped")], Became.HERS),
        ([(0, "sent", ""), (2, "withdrawn", "our_change")], Became.OTHER),
        ([(0, "sent", ""), (9, "accepted", ""), (30, "ended", "not_needed")], Became.OTHER),
        ([(0, "sent", ""), (2, "withdrawn", "our_mistake")], None),
    ],
)
def test_each_referral_became_one_thing(steps: list[tuple[int, str, str]], part: Became | None) -> None:
    assert became(referred(*steps), SENT + WITHIN) is part


@pytest.mark.parametrize("reason", ReferralStep.Reason.values)
def test_her_reasons_and_theirs_are_told_apart(reason: str) -> None:
    part = became(referred((0, "sent", ""), (2, "declined", reason)), SENT + WITHIN)

    assert (part is Became.HERS) == reason.startswith("her_")
    if reason.startswith("service_") and reason != "service_cancelled":
        assert part in (Became.NO_PLACE, Became.CONDITIONS)


def test_one_unit_a_referral_at_the_site_that_had_her() -> None:
    case = Case(
        facts=(),
        handoffs=(),
        sites=[(SENT, 7)],
        referred=[referred((0, State.SENT, "")), referred((0, State.SENT, ""), kind="other")],
    )

    (unit,) = OUTCOMES.counted(case)

    assert (unit.table, unit.at, unit.part, unit.follow_up) == ("S.housing", SENT, Became.WAITS, WITHIN)


def test_each_kind_of_service_has_a_table_and_each_outcome_its_words() -> None:
    assert BY_KEY["S"] is OUTCOMES
    assert {f"S.{kind.key}" for kind in kinds.ALL} - TABLES.keys() == {"S.other"}
    assert set(IN_WORDS) == set(Became)
    for table in OUTCOMES.tables:
        assert len(table.split.parts) == len(Became)


def test_support_after_a_loss_or_a_separation_is_never_told_by_site() -> None:
    assert TABLES["S.loss_support"].shown is Shown.POOLED
    assert TABLES["S.residential"].shown is Shown.BY_SITE
