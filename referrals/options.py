"""The verbs of treatment after birth: what came of each option, and that they were gone through with her.

An option is written down and never changed: the next row of its kind counts. *Does not exist here*, *no place* and
*does not fit its conditions* are the service's answers and never hers (pathway, A26 to A28). Going through them with
her completes what is owed of it: in pregnancy that the options were explored, after the birth what came of the offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from pathways.actions import AlreadyAnswered, Refused, end_handoff
from pathways.engine import Stage
from pathways.guided import Move, Standing, check_offered
from pathways.models import Event, Handoff, Journey
from pathways.moves.recording import Recorded
from pathways.recording import Draft, lock
from pathways.visibility import check_may
from referrals.models import Service, TreatmentOption
from referrals.rules import kinds

Status, WouldMove = TreatmentOption.Status, TreatmentOption.WouldMove
EXPLORED, OUTCOME = "POSTNATAL_TX_OPTIONS", "PN_TX_START"


def _may_be_asked(standing: Standing) -> bool:
    """From her booking on, while she and a baby of hers live, or may be born."""
    ended = standing.closed or standing.where.mother_died or standing.stage in (None, Stage.BEREAVEMENT)
    return not ended


OPTIONS = Move(
    key="treatment_options",
    title="Treatment after the birth",
    lead="Go through with her what there is for her, with her baby and without. Write down what came of each. What "
    "does not exist here is written down as that, and never as her refusal.",
    group="Medicine and drug service",
    ability=Ability.RECORD_EVENT,
    page="options",
    offered=_may_be_asked,
    completes=(EXPLORED, OUTCOME),
)


@dataclass(frozen=True)
class Option:
    """What came of one kind of treatment; see TreatmentOption for what each field holds."""

    kind: str
    status: str
    service: Service | None = None
    would_move: str = WouldMove.NOT_ASKED
    panel_on: date | None = None
    words: str = ""
    submission: UUID | None = None


@transaction.atomic
def write_option(journey: Journey, option: Option, *, by: User) -> TreatmentOption:
    """Write down what came of one option; a later one of its kind counts instead. The same submission counts once."""
    journey = lock(journey)
    check_may(by, OPTIONS.ability, woman_id=journey.woman_id)
    if option.submission and (earlier := TreatmentOption.objects.filter(submission=option.submission).first()):
        return earlier
    check_offered(OPTIONS, journey)
    _check(journey, option)
    return _write(journey, option, by)


@transaction.atomic
def go_through(journey: Journey, wanted: str, *, by: User) -> Recorded:
    """They were gone through with her; ``wanted`` is the kind that she wants most. Completes what is owed of it.

    What does not exist here, and of which nothing was written down, is written down with it. Raises Refused where
    nothing is written down of the one she wants, or where after the birth its answer is still open.
    """
    journey = lock(journey)
    check_may(by, OPTIONS.ability, woman_id=journey.woman_id)
    check_offered(OPTIONS, journey)
    owed = owed_of(journey)
    if not owed:
        raise AlreadyAnswered("This is written down already: nothing is owed of it now.")
    _write_what_lacks(journey, by)
    options = newest_options(journey)
    if wanted not in options:
        raise Refused("Write down first what came of the one that she wants most.", field="wanted")
    details = _evidence(options, wanted)
    if details["option_status"] == Status.OFFERED and any(each.moment == OUTCOME for each in owed):
        raise Refused("After the birth an answer is owed: write down what came of the offer.", field="wanted")
    return Recorded([_complete(handoff, details, by) for handoff in owed])


def newest_options(journey: Journey) -> dict[str, TreatmentOption]:
    """What counts of each kind of which something is written down, in the order of the kinds. One query."""
    rows = TreatmentOption.objects.filter(journey=journey).order_by("kind", "-pk").distinct("kind")
    found = {row.kind: row for row in rows.select_related("service__site", "by")}
    return {kind: found[kind] for kind in kinds.AFTER_BIRTH if kind in found}


def owed_of(journey: Journey) -> Sequence[Handoff]:
    """What is owed of it now."""
    return list(journey.handoffs.open().filter(moment__in=(EXPLORED, OUTCOME)).order_by("pk"))


def services_after_birth(journey: Journey) -> dict[str, list[Service]]:
    """What her site's directory says of each kind, as far as it says anything. One query."""
    rows = Service.objects.filter(site=journey.site_id, kind__in=kinds.AFTER_BIRTH, ended_on=None).order_by("name")
    found: dict[str, list[Service]] = {}
    for row in rows.select_related("site", "place", "team", "confirmed_by"):
        found.setdefault(row.kind, []).append(row)
    return found


def lacks(services: Iterable[Service]) -> bool:
    """Whether the directory says that there is none of its kind."""
    rows = list(services)
    return bool(rows) and all(row.exists == Service.Exists.NOT_COMMISSIONED for row in rows)


def _check(journey: Journey, option: Option) -> None:
    """Raise Refused with what to do."""
    if option.status not in Status.values:
        raise Refused("Choose what came of it.", field="status")
    if option.would_move not in WouldMove.values:
        raise Refused("Choose whether she would move for it.", field="would_move")
    if option.status == Status.NOT_COMMISSIONED:
        _check_lacks(journey, option)
        return
    service = option.service
    if service is None or service.kind != option.kind or service.exists == Service.Exists.NOT_COMMISSIONED:
        raise Refused("Choose which service it was.", field="service")
    if service.ended_on:
        raise Refused(f"{service} has closed. Choose another one.", field="service")
    is_far = service.site_id != journey.site_id
    if is_far and service.takes_from_elsewhere == Service.Whether.NO:
        raise Refused(f"{service} does not take women from other areas. Choose another one.", field="service")


def _check_lacks(journey: Journey, option: Option) -> None:
    """That it does not exist is said only where the directory knows of none."""
    rows = services_after_birth(journey).get(option.kind, [])
    there = next((row for row in rows if row.exists != Service.Exists.NOT_COMMISSIONED), None)
    if there:
        raise Refused(
            f"The directory says that {there} is there. Write down what it answered, or have the directory changed.",
            field="status",
        )


def _write_what_lacks(journey: Journey, by: User) -> None:
    written = set(newest_options(journey))
    for kind, services in services_after_birth(journey).items():
        if kind not in written and lacks(services):
            _write(journey, Option(kind, Status.NOT_COMMISSIONED), by)


def _write(journey: Journey, option: Option, by: User) -> TreatmentOption:
    exists = option.status != Status.NOT_COMMISSIONED
    return TreatmentOption.objects.create(
        journey=journey,
        kind=option.kind,
        service=option.service if exists else None,
        status=option.status,
        would_move=option.would_move,
        panel_on=option.panel_on,
        words=option.words.strip(),
        by=by,
        submission=option.submission,
    )


def _evidence(options: Mapping[str, TreatmentOption], wanted: str) -> dict[str, str]:
    said = [f"{row.get_kind_display()}: {_lower(row.get_status_display())}" for row in options.values()]
    return {"option": "; ".join(said), "option_status": options[wanted].status}


def _complete(handoff: Handoff, details: Mapping[str, str], by: User) -> Event:
    names = ("option", "option_status") if handoff.moment == EXPLORED else ("option_status",)
    kept = {name: details[name] for name in names}
    return end_handoff(handoff, Draft("handoff_completed", clock.now(), details=kept), by=by)


def _lower(words: object) -> str:
    text = str(words)
    return text[:1].lower() + text[1:]
