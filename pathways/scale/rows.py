"""Lives to rows, as text for COPY. Asks no database, so that several processes can make rows at once.

What is copied from facts (stage, handoffs, flags, babies, grants) is the projection's own answer. The number of a life
says the ids of all its rows, so that nobody has to agree on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pathways import engine
from pathways.engine import Fact
from pathways.grants import Around, grants_around
from pathways.models import Journey
from pathways.models.women import folded
from pathways.moments import by_key
from pathways.moments.ladders import LADDERS
from pathways.projection import Answer, answer_for, level_of
from pathways.scale.lives import Life, lives
from pathways.scale.people import invented
from pathways.scale.staff import Staffed

NULL = "None"  # how COPY finds what is not there: as Python writes it; nobody here has that name
REFERENCE = "SEED-"  # how a seeded woman is known
ROOM = 256  # ids for the rows of one kind that belong to one life
_ALL_TOLD = timedelta(days=5)  # after so long every level of a ladder has been told

Row = tuple[Any, ...]
COLUMNS: dict[str, tuple[str, ...]] = {
    "pathways_woman": (
        "id", "site_id", "person_ref", "first_name", "last_name", "preferred_name", "pronouns", "date_of_birth",
        "allergies", "interpreter", "what_matters", "search_key", "sort_key", "created_at", "matched_at",
    ),
    "pathways_identifier": ("woman_id", "kind", "value", "disputed"),
    "pathways_journey": (
        "id", "woman_id", "number", "site_id", "entered_site_id", "team_id", "named_midwife_id", "edd_at_entry",
        "medication_at_entry", "created_at", "stage", "stage_since", "stage_before", "stage_by_id", "edd", "born_at",
        "last_contact_at", "in_hospital",
    ),
    "pathways_event": (
        "id", "journey_id", "kind", "occurred_at", "baby", "details", "note", "recorded_at", "recorded_by_id", "source",
    ),
    "pathways_baby": ("journey_id", "number", "born_at", "place"),
    "pathways_handoff": (
        "id", "journey_id", "site_id", "moment", "step", "subject", "subject_number", "occurrence", "opened_at",
        "warn_at", "due_at", "missed_at", "not_before", "ended_at", "state", "late_entry",
    ),
    "pathways_flag": (
        "journey_id", "handoff_id", "handoff_key", "level", "raised_at", "escalated_at", "site_id", "rung", "climbs_at",
    ),
    "access_grant": (
        "woman_id", "team_id", "user_id", "kind", "labels", "starts_at", "ends_at", "reason", "journey_id", "made_at",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Job:
    """What is to be made: the lives, as they stand ``at`` an instant, and from which ids on (``base``, by table)."""

    seed: int
    journeys: int
    at: datetime
    thin: bool
    sites: Mapping[str, Staffed]
    base: Mapping[str, int]


def text_of(job: Job, first: int, last: int) -> dict[str, str]:
    """The rows of the lives from one number to before another, by table, as COPY reads them."""
    found: dict[str, list[str]] = {table: [] for table in COLUMNS}
    told = lives(job.seed, list(job.sites), last, job.at, first=first, thin=job.thin)
    for life in told:
        for table, row in _rows(job, life):
            found[table].append("\t".join(map(str, row)))
    return {table: "\n".join([*rows, ""]) for table, rows in found.items() if rows}


def _rows(job: Job, life: Life) -> Iterator[tuple[str, Row]]:
    came_to, here = job.sites[life.site], job.sites[life.moved_to or life.site]
    woman, journey = job.base["pathways_woman"] + life.number + 1, job.base["pathways_journey"] + life.number + 1
    midwife, team = here.midwives[life.number // 7 % len(here.midwives)]
    hers = Journey(
        pk=journey,
        site=here.site,
        entered_site=came_to.site if life.moved_to else None,
        team_id=team,
        named_midwife_id=midwife if life.named else None,
        edd_at_entry=life.edd,
        created_at=life.came,
    )
    answer = answer_for(hers, life.facts, job.at)
    yield from _her_rows(job, life, woman, came_to.site.pk)
    yield "pathways_journey", _journey_row(life, hers, woman, answer, job.base["pathways_event"])
    yield from _event_rows(job, life, hers, came_to, here)
    for number, (born_at, place) in answer.babies.items():
        yield "pathways_baby", (journey, number, born_at, place)
    yield from _handoff_rows(job, life, hers, answer)
    yield from _grant_rows(job, life, hers, woman, answer)


def _her_rows(job: Job, life: Life, woman: int, site: int) -> Iterator[tuple[str, Row]]:
    her = invented(job.seed, life.number, life.came.date())
    keys = folded(her.called, her.first, her.last), folded(her.called or her.first, her.last)
    names = her.first, her.last, her.called
    reference = f"{REFERENCE}{life.number}"
    yield (
        "pathways_woman",
        (woman, site, reference, *names, "", her.born, "", "", "", *keys, life.came, life.came),
    )
    if her.nhs:
        yield "pathways_identifier", (woman, "nhs", her.nhs, False)


def _journey_row(life: Life, hers: Journey, woman: int, answer: Answer, events: int) -> Row:
    copies = answer.journey
    by = copies["stage_by_id"]
    return (
        hers.pk, woman, 1, hers.site_id, hers.entered_site_id, hers.team_id, hers.named_midwife_id, life.edd,
        life.medication, life.came, copies["stage"], copies["stage_since"], copies["stage_before"],
        by and _event_id(events, life, by), copies["edd"], copies["born_at"], copies["last_contact_at"],
        copies["in_hospital"],
    )  # fmt: skip


def _event_id(base: int, life: Life, place: int) -> int:
    return base + life.number * ROOM + place


def _event_rows(job: Job, life: Life, hers: Journey, came_to: Staffed, here: Staffed) -> Iterator[tuple[str, Row]]:
    where = came_to
    for fact, by in zip(life.facts, life.by, strict=True):
        if fact.kind == "transfer_accepted":
            where = here
        recorded = min(fact.at + timedelta(minutes=5 + fact.sequence * 7 % 50), job.at)
        details = json.dumps(fact.details) if fact.details else "{}"
        who = _who(life, by, where, hers)
        event = _event_id(job.base["pathways_event"], life, fact.sequence)
        yield (
            "pathways_event",
            (event, hers.pk, fact.kind, fact.at, fact.baby, details, "", recorded, who, "screen"),
        )


def _who(life: Life, by: str, where: Staffed, hers: Journey) -> int:
    """The account that recorded it."""
    if by == "named" and hers.named_midwife_id and where.site.pk == hers.site_id:
        return hers.named_midwife_id
    if by in where.posts:
        return where.posts[by]
    colleague = where.midwives[(life.number // 7 + 1) % len(where.midwives)]
    return colleague[0]


def _handoff_rows(job: Job, life: Life, hers: Journey, answer: Answer) -> Iterator[tuple[str, Row]]:
    first = job.base["pathways_handoff"] + life.number * ROOM + 1
    for number, each in enumerate(answer.handoffs, start=first):
        yield (
            "pathways_handoff",
            (
                number, hers.pk, hers.site_id, each.moment, each.step, each.subject.kind, each.subject.number,
                each.occurrence, each.opened_at, each.warn_at, each.due_at, each.missed_at, each.not_before,
                each.ended_at, each.state, each.late_entry,
            ),
        )  # fmt: skip
        if level := level_of(each, answer.over):
            yield "pathways_flag", _flag_row(job, hers, number, each, level)


def _flag_row(job: Job, hers: Journey, handoff: int, each: engine.Handoff, level: str) -> Row:
    """A flag that stands as if the sweeps had always run: old ones have told everybody, new ones begin to climb."""
    key = f"{each.moment}.{each.step}.{each.subject}.{each.occurrence}"
    escalated = each.missed_at if level == engine.State.MISSED else None
    told = job.at - each.due_at > _ALL_TOLD
    rungs = LADDERS[by_key[each.moment].ladder].rungs
    rung = len(rungs) - 1 if told and rungs else None
    return hers.pk, handoff, key, level, each.due_at, escalated, hers.site_id, rung, None if told else job.at


def _grant_rows(job: Job, life: Life, hers: Journey, woman: int, answer: Answer) -> Iterator[tuple[str, Row]]:
    place = job.sites[hers.site.code]
    around = Around(
        teams=place.teams,
        working={hers.named_midwife_id} if hers.named_midwife_id else set(),
        elsewhere=_caseloads_asked(job, life.facts),
    )
    for due in grants_around(hers, life.facts, answer.handoffs, job.at, around):
        yield (
            "access_grant",
            (
                woman, due.team_id, due.user_id, due.kind, "{}", due.starts_at, due.ends_at, due.reason, hers.pk,
                job.at,
            ),
        )  # fmt: skip


def _caseloads_asked(job: Job, facts: Iterable[Fact]) -> Iterable[Any]:
    asked = [fact.details["to"] for fact in facts if fact.kind == "transfer_requested"]
    return job.sites[asked[-1]].caseloads if asked else ()
