"""Mother and baby on the ward, for tests of staying together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from carecoord import clock
from carecoord.access.models import User
from pathways.guided import standing_of
from pathways.models import Journey, StayOffer
from pathways.moves.together import Answer, offer_stay
from tests.factories import UserFactory, ago, happened, journey

METHADONE = {"medication": "methadone_oral_1mg_ml"}


def on_ward_with_babies(babies: int = 1, *, treated: bool = True, born: float = 2, **fields: Any) -> Journey:
    """She came in labour a day before ``babies`` were born in hospital, ``born`` days ago."""
    made = journey(**fields)
    treatment = [("treatment_started", ago(90), METHADONE)] if treated else []
    happened(
        made,
        ("first_contact", ago(100)),
        *treatment,
        ("admitted", ago(born + 1), {"reason": "labour"}),
        *(("baby_born", ago(born), {"place": "hospital"}, number) for number in range(1, babies + 1)),
    )
    return made


def answer(baby: int = 1, **fields: Any) -> Answer:
    """No bed was free; how it goes while they are apart is written down."""
    known: dict[str, Any] = {
        "offered_at": clock.now(),
        "offer": "not_available",
        "because": "no_bed",
        "choice": "wanted_to_stay",
        "visiting": "10:00 to 16:00 each day, by taxi",
        "feeding": "her own milk, brought twice a day",
        "medicine_from": "Quay Pharmacy, before she comes",
        **fields,
    }
    return Answer(baby=baby, **known)


def offered(record: Journey, baby: int = 1, *, by: User, **fields: Any) -> None:
    """The same, written down by its verb."""
    offer_stay(record, answer(baby, **fields), by=by)


def stay_row(record: Journey, **fields: Any) -> StayOffer:
    """One row, past the verb."""
    known = {**vars(answer()), "submission": None, "recorded_by": fields.pop("recorded_by", None) or UserFactory()}
    return StayOffer.objects.create(journey=record, site=record.site, **{**known, **fields})


def stage_of(record: Journey) -> str:
    """The stage as it is stored, which has to be the engine's."""
    record.refresh_from_db()
    stage = standing_of(record).stage
    assert record.stage == (stage.value if stage else "")
    return record.stage


def soon(hours: float = 20) -> datetime:
    """A time to plan for, on the minute."""
    return (clock.now() + timedelta(hours=hours)).replace(second=0, microsecond=0)
