"""Rows of ward medicine that tests start from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.access.roles import Role
from medications.models import (
    Dose,
    DueDose,
    LeavingEntry,
    Observation,
    ObservationPlan,
    Plan,
    Source,
    Statement,
    Stay,
)
from medications.planning import Prescribed
from pathways.models import Journey
from pathways.moves.leaving import Leaving
from tests.factories import UserFactory, ago, happened, journey, staff

METHADONE = "methadone_oral_1mg_ml"
WORDS = "methadone oral solution 1 mg/ml, 45 mg once a day, supervised"


def on_ward(*, since: datetime | None = None, bed: str = "3", site: str = "ASHF", **fields: Any) -> Journey:
    """A woman in treatment, admitted to the first ward of the site, in a bed."""
    since = since or ago(1)
    record = journey(site=site, **fields)
    happened(
        record,
        ("first_contact", since - timedelta(days=100)),
        ("treatment_started", since - timedelta(days=90), {"medication": METHADONE}),
        ("admitted", since, {"reason": "antenatal"}),
    )
    ward = Team.objects.filter(site=record.site, kind=Team.Kind.WARD).order_by("code")[0]
    Stay.objects.create(journey=record, ward=ward, admission=1, bed=bed, since=since)
    return record


def ward_midwife(**fields: Any) -> User:
    """A midwife of Maple ward."""
    return staff(Role.WARD_MIDWIFE, team="maple", **fields)


def statement(record: Journey, source: str = Source.PRESCRIBER, **fields: Any) -> Statement:
    """What a source says: 45 mg once a day at 09:30, last dose yesterday morning."""
    said_at = fields.pop("said_at", ago(hours=1))
    known: dict[str, Any] = {
        "admission": 1,
        "product": METHADONE,
        "strength": "1 mg/ml",
        "form": "oral solution",
        "amount": "45",
        "unit": "mg",
        "frequency": "od",
        "times": [{"time": "09:30", "amount": "45"}],
        "words": WORDS,
        "supervised": "daily",
        "last_dose_at": said_at - timedelta(days=1),
        "said_by": "Dr P. Anand",
        "obtained_by": fields.pop("obtained_by", None) or UserFactory(),
        **fields,
    }
    return Statement.objects.create(journey=record, source=source, said_at=said_at, **known)


def plan(record: Journey, **fields: Any) -> Plan:
    """The active plan: 45 mg once a day at 09:30, at least 20 hours apart, two signatures."""
    known: dict[str, Any] = {
        "product": METHADONE,
        "words": WORDS,
        "amount": "45",
        "unit": "mg",
        "frequency": "od",
        "times": [{"time": "09:30", "amount": "45"}],
        "first_on": clock.today(),
        "least_gap": timedelta(hours=20),
        "valid": DateTimeTZRange(ago(1), None),
        "prescriber": fields.pop("prescriber", None) or UserFactory(),
        **fields,
    }
    return Plan.objects.create(journey=record, woman=record.woman, **known)


def prescribed(**fields: Any) -> Prescribed:
    """What a prescriber signs: 45 mg once a day, due in an hour from now."""
    at = (clock.now() + timedelta(hours=1)).astimezone(clock.LONDON)
    known: dict[str, Any] = {
        "product": METHADONE,
        "words": WORDS,
        "amount": "45",
        "unit": "mg",
        "frequency": "od",
        "times": [{"time": f"{at:%H:%M}"}],
        "first_on": clock.today(),
        "least_gap": timedelta(hours=20),
        **fields,
    }
    return Prescribed(**known)


def due_dose(prescribed: Plan, due_at: datetime, **fields: Any) -> DueDose:
    """One dose that the plan asks for."""
    number = DueDose.objects.filter(journey=prescribed.journey).count() + 1
    known: dict[str, Any] = {"number": number, "local_day": clock.today(due_at), "slot": 0, **fields}
    return DueDose.objects.create(
        journey=prescribed.journey, woman=prescribed.woman, plan=prescribed, due_at=due_at, **known
    )


def dose(prescribed: Plan, due: DueDose | None = None, **fields: Any) -> Dose:
    """What came of a dose, past the verb: given an hour ago, watched by another."""
    given_at = fields.pop("given_at", ago(hours=1))
    outcome = fields.pop("outcome", "given")
    taken = outcome in ("given", "given_late", "part_given", "vomited_after")
    known: dict[str, Any] = {
        "blocked": DateTimeTZRange(given_at, given_at + prescribed.least_gap) if taken else None,
        "words": prescribed.words,
        "given_by": fields.pop("given_by", None) or UserFactory(),
        "witness": fields.pop("witness", None) or UserFactory(),
        **fields,
    }
    return Dose.objects.create(
        journey=prescribed.journey,
        woman=prescribed.woman,
        product=prescribed.product,
        plan=prescribed,
        due=due,
        outcome=outcome,
        given_at=given_at,
        **known,
    )


def observed(record: Journey, baby: int = 1, *, started_at: datetime | None = None, **fields: Any) -> ObservationPlan:
    """A baby's observation with its first look, past the verb; the baby is born already."""
    started_at = started_at or ago(hours=2)
    by = fields.pop("started_by", None) or UserFactory()
    (event,) = happened(record, ("observation_started", started_at, {}, baby))
    known: dict[str, Any] = {
        "tool": "finnegan_modified",
        "every_hours": 4,
        "ends_at": record.babies.get(number=baby).born_at + timedelta(hours=120),
        **fields,
    }
    made = ObservationPlan.objects.create(
        journey=record, baby=baby, started_at=started_at, started_by=by, event=event, **known
    )
    look(made, observed_at=started_at, observer=by)
    return made


def look(made: ObservationPlan, **fields: Any) -> Observation:
    """What was seen once, past the verb."""
    known: dict[str, Any] = {
        "observed_at": ago(hours=1),
        "entry": "4",
        "where": "with_her",
        "mother_present": True,
        "settled_by": "mother",
        "observer": fields.pop("observer", None) or UserFactory(),
        **fields,
    }
    return Observation.objects.create(journey=made.journey, plan=made, **known)


def leaves(at: datetime | None = None, **fields: Any) -> Leaving:
    """That she leaves hospital, now, with the reason why it is before all is arranged."""
    return Leaving(at or clock.now(), **{"words": "her lift came early", **fields})


def leaving_entry(record: Journey, item: str, answer: str, **fields: Any) -> LeavingEntry:
    """One point of going home, past the verb."""
    known: dict[str, Any] = {"admission": 1, "recorded_by": fields.pop("recorded_by", None) or UserFactory(), **fields}
    return LeavingEntry.objects.create(journey=record, item=item, answer=answer, **known)
