"""Who stays with her after midwifery has ended: one name, which she knows."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.models import Journey, NamedWorker
from pathways.recording import lock
from pathways.seen import fingerprint
from pathways.separations import written_before
from pathways.visibility import check_may


@transaction.atomic
def name_worker(
    journey: Journey,
    name: str,
    service: str,
    from_on: date,
    *,
    told_her: bool,
    submission: UUID | None = None,
    by: User,
) -> NamedWorker:
    """Name who stays with her from that day on; whoever was named before stays readable. Raises Refused."""
    journey = lock(journey)
    check_may(by, Ability.RECORD_EVENT, woman_id=journey.woman_id)
    said = fingerprint(journey.pk, name, service, from_on, told_her)
    if earlier := written_before(NamedWorker, submission, said):
        return earlier
    for field, words in (("name", name), ("service", service)):
        if not words.strip():
            raise Refused("Write one name and where they work: it is somebody whom she can ask for.", field=field)
    return NamedWorker.objects.create(
        journey=journey,
        name=name.strip(),
        service=service.strip(),
        from_on=from_on,
        told_her=told_her,
        recorded_by=by,
        submission=submission,
        fingerprint=said,
    )


def worker_of(journey: Journey) -> NamedWorker | None:
    """Who is named now; None where nobody is yet."""
    return NamedWorker.objects.filter(journey=journey).order_by("-id").first()
