"""What must never be in the tables of ward medicine: the database refuses it, and it is that one constraint.

Each case does the forbidden thing twice: as the schema stands (refused), and with that one constraint or trigger taken
away (accepted). A constraint without a case here fails the last test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord import clock
from medications.models import Call, Decision, Dose, DueDose, Plan, SafetyReport, Signing, Statement, Stay
from tests.factories import UserFactory, ago
from tests.medicine import dose, due_dose, on_ward, plan, statement

Forbidden = Callable[[], object]
STRUCK = {"struck_at": clock.now()}  # without who and why


def a_call(**fields: Any) -> Call:
    known = {"source": "pharmacy", "whom": "Bell pharmacy", "outcome": "asked", "called_at": ago(hours=1), **fields}
    return Call.objects.create(journey=on_ward(), called_by=UserFactory(), **known)


def a_decision(**fields: Any) -> Decision:
    known = {"kind": "withhold", "words": "not today", "decided_at": ago(hours=1), "prescriber_words": "Dr A", **fields}
    return Decision.objects.create(journey=on_ward(), recorded_by=UserFactory(), **known)


def a_dose(prescribed: Plan | None = None, **fields: Any) -> Dose:
    return dose(prescribed or plan(on_ward()), **fields)


def a_signing(**fields: Any) -> Signing:
    prescribed = plan(on_ward())
    known = {"plan_version": 1, "entered": {}, "submission": uuid4(), "fingerprint": "x", **fields}
    return Signing.objects.create(
        journey=prescribed.journey, plan=prescribed, first_by=UserFactory(), **{"first_at": clock.now(), **known}
    )


def a_report(**fields: Any) -> SafetyReport:
    made = a_dose()
    known = {"words": "both gave it", "happened_at": ago(hours=1), **fields}
    return SafetyReport.objects.create(journey=made.journey, dose=made, reported_by=UserFactory(), **known)


def two(make: Callable[..., object], *both: dict[str, Any], **shared: Any) -> Forbidden:
    """The same thing twice, each made with its own fields."""

    def forbidden() -> None:
        first, second = both or ({}, {})
        make(**first, **shared)
        make(**second, **shared)

    return forbidden


def two_plans(*both: dict[str, Any]) -> Forbidden:
    def forbidden() -> None:
        record = on_ward()
        for fields in both:
            plan(record, **fields)

    return forbidden


def ended(version: int, days: tuple[float, float]) -> dict[str, Any]:
    return {"version": version, "status": "ended", "valid": DateTimeTZRange(ago(days[0]), ago(days[1]))}


def two_due(**fields: Any) -> Forbidden:
    def forbidden() -> None:
        prescribed = plan(on_ward())
        for number in (1, 2):
            due_dose(prescribed, ago(hours=number), **{"number": number, "slot": number, **fields})

    return forbidden


def two_of_one_due() -> None:
    prescribed = plan(on_ward())
    due = due_dose(prescribed, ago(hours=2))
    for _ in range(2):
        dose(prescribed, due, outcome="refused", reason="not now")


def two_inside_the_gap() -> None:
    prescribed = plan(on_ward())
    for hours in (1, 9):
        dose(prescribed, due_dose(prescribed, ago(hours=hours), slot=hours), given_at=ago(hours=hours))


def by_one_person() -> None:
    alone = UserFactory()
    a_dose(given_by=alone, witness=alone)


def watched_by_nobody() -> None:
    prescribed, at = plan(on_ward()), ago(hours=1)
    Dose.objects.create(
        journey=prescribed.journey,
        woman=prescribed.woman,
        product=prescribed.product,
        plan=prescribed,
        outcome="given",
        given_at=at,
        blocked=DateTimeTZRange(at, at + prescribed.least_gap),
        words=prescribed.words,
        given_by=UserFactory(),
    )


def struck_by_one() -> None:
    alone = UserFactory()
    a_dose(struck_at=clock.now(), struck_by=alone, struck_with=alone, struck_reason="wrong")


def released_whole() -> None:
    record = on_ward()
    by = Decision.objects.create(
        journey=record,
        kind="repeat",
        words="x",
        decided_at=ago(hours=1),
        prescriber_words="A",
        recorded_by=UserFactory(),
    )
    dose(plan(record), released_by=by)


def two_in_one_bed() -> None:
    on_ward(bed="3")
    on_ward(bed="3")


def in_two_places() -> None:
    record = on_ward(bed="3")
    stay = Stay.objects.get(journey=record)
    Stay.objects.create(journey=record, ward=stay.ward, admission=1, bed="4")


def left_before_she_came() -> None:
    stay = Stay.objects.get(journey=on_ward())
    Stay.objects.filter(pk=stay.pk).update(until=stay.since - timedelta(hours=1))


PAST = {"status": "superseded", "valid": DateTimeTZRange(ago(3), ago(2))}
CASES: dict[str, tuple[type[models.Model], Forbidden]] = {
    "statement_amount_as_stated": (Statement, lambda: statement(on_ward(), amount="45 mg")),
    "statement_struck_with_reason": (Statement, lambda: statement(on_ward(), **STRUCK)),
    "a_statement_has_its_words": (Statement, lambda: statement(on_ward(), words="")),
    "said_before_recorded": (Statement, lambda: statement(on_ward(), said_at=ago(-1), last_dose_at=None)),
    "last_dose_before_it_was_told": (Statement, lambda: statement(on_ward(), last_dose_at=clock.now())),
    "call_struck_with_reason": (Call, lambda: a_call(**STRUCK)),
    "plan_amount_as_stated": (Plan, lambda: plan(on_ward(), amount="0.0")),
    "one_active_plan": (Plan, two_plans({}, {"version": 2, "valid": DateTimeTZRange(ago(-1), None)})),
    "one_plan_of_a_version": (Plan, two_plans(PAST, {})),
    "plans_do_not_overlap": (Plan, two_plans(ended(1, (3, 1)), ended(2, (2, 0.5)))),
    "a_plan_has_its_words": (Plan, lambda: plan(on_ward(), words="")),
    "only_the_active_plan_is_open": (Plan, lambda: plan(on_ward(), status="ended")),
    "decision_struck_with_reason": (Decision, lambda: a_decision(**STRUCK)),
    "somebody_decided": (Decision, lambda: a_decision(prescriber_words="")),
    "a_decision_has_its_words": (Decision, lambda: a_decision(words="")),
    "decided_before_recorded": (Decision, lambda: a_decision(decided_at=ago(-1))),
    "one_due_dose_of_a_slot": (DueDose, two_due(slot=0, local_day=clock.today())),
    "due_doses_are_numbered": (DueDose, two_due(number=1)),
    "dose_struck_with_reason": (
        Dose,
        lambda: a_dose(struck_at=clock.now(), struck_with=UserFactory(), struck_by=UserFactory()),
    ),
    "two_people_strike_a_dose_through": (Dose, struck_by_one),
    "one_outcome_of_a_due_dose": (Dose, two_of_one_due),
    "no_dose_inside_the_gap": (Dose, two_inside_the_gap),
    "what_was_taken_blocks_the_gap": (Dose, lambda: a_dose(blocked=None)),
    "a_whole_dose_is_never_released": (Dose, released_whole),
    "witness_is_another": (Dose, by_one_person),
    "two_people_sign": (Dose, watched_by_nobody),
    "no_dose_in_the_future": (Dose, lambda: a_dose(given_at=ago(-1))),
    "not_given_has_its_reason": (Dose, lambda: a_dose(outcome="refused")),
    "signing_struck_with_reason": (Signing, lambda: a_signing(**STRUCK)),
    "safety_report_struck_with_reason": (SafetyReport, lambda: a_report(**STRUCK)),
    "a_safety_report_has_its_words": (SafetyReport, lambda: a_report(words="")),
    "in_one_place": (Stay, in_two_places),
    "one_woman_in_a_bed": (Stay, two_in_one_bed),
    "a_stay_ends_after_it_began": (Stay, left_before_she_came),
}

# An active plan is open at its end, so that two of them overlap too: without that, it is this one alone.
BESIDE = {"one_active_plan": "plans_do_not_overlap"}

SENT_ONCE: dict[type[models.Model], Callable[..., object]] = {
    Statement: lambda **sent: statement(on_ward(bed=""), **sent),
    Call: lambda **sent: Call.objects.create(
        journey=on_ward(bed=""),
        called_by=UserFactory(),
        source="pharmacy",
        whom="x",
        outcome="asked",
        called_at=ago(1),
        **sent,
    ),
    Plan: lambda **sent: plan(on_ward(bed=""), **sent),
    Decision: lambda **sent: Decision.objects.create(
        journey=on_ward(bed=""),
        kind="withhold",
        words="x",
        prescriber_words="x",
        decided_at=ago(1),
        recorded_by=UserFactory(),
        **sent,
    ),
    Dose: lambda **sent: dose(plan(on_ward(bed="")), **sent),
    Signing: lambda **sent: _signing_without_a_bed(**sent),
    SafetyReport: lambda **sent: _report_without_a_bed(**sent),
}


def _signing_without_a_bed(**sent: Any) -> Signing:
    prescribed = plan(on_ward(bed=""))
    return Signing.objects.create(
        journey=prescribed.journey,
        plan=prescribed,
        plan_version=1,
        entered={},
        fingerprint="x",
        first_by=UserFactory(),
        **sent,
    )


def _report_without_a_bed(**sent: Any) -> SafetyReport:
    made = dose(plan(on_ward(bed="")))
    return SafetyReport.objects.create(
        journey=made.journey, dose=made, words="x", happened_at=ago(1), reported_by=UserFactory(), **sent
    )


# What a table allows to be changed is struck through, once; every other change is one of these.
KEPT: dict[type[models.Model], tuple[Callable[[], models.Model], dict[str, Any]]] = {
    Statement: (lambda: statement(on_ward()), {"words": "other words"}),
    Call: (a_call, {"whom": "somebody else"}),
    Decision: (a_decision, {"words": "other words"}),
    Dose: (a_dose, {"outcome": "given_late"}),
    Signing: (a_signing, {"entered": {"outcome": "refused"}}),
    SafetyReport: (a_report, {"words": "other words"}),
}
