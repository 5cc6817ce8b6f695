"""The verbs of beds: where on the ward she is. Object first, ``by`` last, one transaction, permission checked.

A stay ends with the admission: a trigger ends it when she goes home or dies. Boards ask the facts besides: a row of an
earlier admission, left open in whatever way, shows nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from medications.admissions import Admission, admission_of
from medications.models import Stay, Visiting
from pathways.actions import Refused
from pathways.models import Journey
from pathways.recording import lock
from pathways.visibility import check_may

LONGEST_AWAY = timedelta(days=2)


@transaction.atomic
def place(journey: Journey, ward: Team, bed: str, *, by: User) -> Stay:
    """Give her a bed, or move her to another one or to another ward of the hospital. She is at it from now.

    Raises Refused where she is not admitted, the ward is another hospital's or the bed is taken.
    """
    journey = lock(journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    bed = " ".join(bed.split()).upper()  # bed 3a and bed 3A are one bed
    if not bed:
        raise Refused("Write the bed: its number or name.", field="bed")
    if ward.kind != Team.Kind.WARD or ward.site_id != journey.site_id:
        raise Refused("Choose a ward of the hospital where she is.", field="ward")
    running = _running(journey)
    if running and (running.ward_id, running.bed, running.location) == (ward.pk, bed, Stay.Location.BED):
        return running
    return _stay(journey, running, ward, bed, Stay.Location.BED, None, by)


move = place  # she has a bed already: the same rules


@transaction.atomic
def leave(journey: Journey, location: str, *, back_at: datetime | None = None, by: User) -> Stay:
    """She is away from her bed, which stays hers; ``Stay.Location.BED``: she is back. Her dose times go on."""
    journey = lock(journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    running = _running(journey)
    if running is None:
        raise Refused("Give her a bed first.", field="bed")
    if location not in Stay.Location.values:
        raise Refused("Choose where she is.", field="location")
    if location == Stay.Location.BED:
        back_at = None
    now = clock.now()
    if back_at and not now < back_at <= now + LONGEST_AWAY:
        raise Refused("Write a time to come, within two days.", field="back_at")
    if (running.location, running.back_at) == (location, back_at):
        return running
    return _stay(journey, running, running.ward, running.bed, location, back_at, by)


@transaction.atomic
def say_who_visits(journey: Journey, words: str, *, by: User) -> Visiting:
    """Write down who may visit her in this admission, as she says it; nothing takes back what she said before."""
    journey = lock(journey)
    check_may(by, Ability.WORK_ON_WARD, woman_id=journey.woman_id)
    number = _admission(journey).number
    return Visiting.objects.create(journey=journey, admission=number, words=" ".join(words.split()), recorded_by=by)


def _admission(journey: Journey) -> Admission:
    admission = admission_of(journey)
    if admission is None:
        raise Refused("She is not in hospital. Record her admission first.")
    return admission


def _running(journey: Journey) -> Stay | None:
    """Her stay that counts. Raises Refused while she is not in hospital."""
    admission = _admission(journey)
    for stay in Stay.objects.select_for_update(of=("self",)).filter(journey=journey, until=None).select_related("ward"):
        if stay.admission == admission.number:
            return stay
        _end(stay)
    return None


def _stay(
    journey: Journey,
    running: Stay | None,
    ward: Team,
    bed: str,
    location: str,
    back_at: datetime | None,
    by: User,
) -> Stay:
    _clear(ward, bed, journey)
    try:
        with transaction.atomic():
            if running:
                _end(running)
            return Stay.objects.create(
                journey=journey,
                ward=ward,
                admission=_admission(journey).number,
                bed=bed,
                location=location,
                back_at=back_at,
                since=clock.now(),
                recorded_by=by,
            )
    except IntegrityError as taken:
        if "one_woman_in_a_bed" not in str(taken):
            raise
        raise Refused(f"Bed {bed} is taken. Choose another, or move who is there.", field="bed") from taken


def _clear(ward: Team, bed: str, journey: Journey) -> None:
    """Free the bed of somebody who is not in hospital any more. A row that nobody here may see stays: it is taken."""
    held = Stay.objects.filter(ward=ward, bed=bed, until=None).exclude(journey=journey).select_related("journey")
    for stay in held:
        if not stay.journey.in_hospital:
            _end(stay)


def _end(stay: Stay) -> None:
    stay.until = max(clock.now(), stay.since)
    stay.save(update_fields=["until"])
