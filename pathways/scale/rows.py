"""Lives to rows, as text for COPY. Asks no database, so that several processes can make rows at once.

What is copied from facts (stage, handoffs, flags, babies, grants) is the projection's own answer. The number of a
journey says the ids of all its rows, so that nobody has to agree on them. Several women of a site may live the same
story (``alike``): then it is worked out once, and each has rows of her own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
ROOM = 256  # ids for the rows of one kind that belong to one journey
_ALL_TOLD = timedelta(days=5)  # after so long every level of a ladder has been told

# First what is each woman's own, then what all have who live the same story.
COLUMNS: dict[str, tuple[str, ...]] = {
    "pathways_woman": (
        "id", "site_id", "person_ref", "first_name", "last_name", "preferred_name", "pronouns", "date_of_birth",
        "allergies", "interpreter", "what_matters", "search_key", "sort_key", "created_at", "matched_at",
    ),
    "pathways_identifier": ("woman_id", "kind", "value", "disputed"),
    "pathways_journey": (
        "id", "woman_id", "named_midwife_id", "team_id", "stage_by_id",
        "number", "site_id", "entered_site_id", "edd_at_entry", "medication_at_entry", "created_at", "stage",
        "stage_since", "stage_before", "edd", "born_at", "last_contact_at", "in_hospital",
    ),
    "pathways_event": (
        "id", "journey_id", "recorded_by_id",
        "kind", "occurred_at", "baby", "details", "note", "recorded_at", "source",
    ),
    "pathways_baby": ("journey_id", "number", "born_at", "place"),
    "pathways_handoff": (
        "id", "journey_id",
        "site_id", "moment", "step", "subject", "subject_number", "occurrence", "opened_at", "warn_at", "due_at",
        "missed_at", "not_before", "ended_at", "state", "late_entry",
    ),
    "pathways_flag": (
        "journey_id", "handoff_id",
        "handoff_key", "level", "raised_at", "escalated_at", "site_id", "rung", "climbs_at",
    ),
    "access_grant": (
        "woman_id", "journey_id", "user_id", "team_id",
        "kind", "labels", "starts_at", "ends_at", "reason", "made_at",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Job:
    """What is to be made: the journeys, as they stand ``at`` an instant, and from which ids on (``base``, by table)."""

    seed: int
    journeys: int
    at: datetime
    thin: bool
    alike: int
    sites: Mapping[str, Staffed]
    base: Mapping[str, int]

    @property
    def stories(self) -> int:
        """How many different lives there are."""
        return -(-self.journeys // self.alike)


@dataclass(frozen=True)
class _Story:
    """One life with what follows from it: rows without what is each woman's own."""

    life: Life
    came_to: Staffed
    here: Staffed
    journey: str
    stage_by: int | None
    events: list[tuple[bool, str, str]]  # whether where she came to, by whom, the rest
    babies: list[str]
    handoffs: list[str]
    flags: list[tuple[int, str]]  # of which handoff
    grants: list[tuple[bool, int | None, str]]  # whether to her midwife; else to which team, or to hers


def text_of(job: Job, first: int, last: int) -> dict[str, str]:
    """The rows of the stories from one number to before another, by table, as COPY reads them."""
    found: dict[str, list[str]] = {table: [] for table in COLUMNS}
    for life in lives(job.seed, list(job.sites), last, job.at, first=first, thin=job.thin):
        story = _story(job, life)
        for number in range(life.number, job.journeys, job.stories):
            _add(found, job, story, number)
    return {table: "\n".join([*rows, ""]) for table, rows in found.items() if rows}


def _add(found: dict[str, list[str]], job: Job, story: _Story, number: int) -> None:
    """The rows of one woman who lives a story."""
    base, life = job.base, story.life
    woman, journey = base["pathways_woman"] + number + 1, base["pathways_journey"] + number + 1
    event, handoff = (base[table] + number * ROOM for table in ("pathways_event", "pathways_handoff"))
    _add_her(found, job, story, number, woman)
    midwife, team = _of(story.here.midwives, number)
    named = midwife if life.named else None
    stage_by = story.stage_by and event + story.stage_by
    found["pathways_journey"].append(f"{journey}\t{woman}\t{named}\t{team}\t{stage_by}\t{story.journey}")
    old, new = (_recorders(place, number) for place in (story.came_to, story.here))
    found["pathways_event"] += [
        f"{place}\t{journey}\t{(old if is_old else new)[by]}\t{rest}"
        for place, (is_old, by, rest) in enumerate(story.events, start=event + 1)
    ]
    found["pathways_baby"] += [f"{journey}\t{rest}" for rest in story.babies]
    found["pathways_handoff"] += [
        f"{place}\t{journey}\t{rest}" for place, rest in enumerate(story.handoffs, start=handoff + 1)
    ]
    found["pathways_flag"] += [f"{journey}\t{handoff + place}\t{rest}" for place, rest in story.flags]
    found["access_grant"] += [
        f"{woman}\t{journey}\t{midwife}\t{None}\t{rest}"
        if is_hers
        else f"{woman}\t{journey}\t{None}\t{to or team}\t{rest}"
        for is_hers, to, rest in story.grants
    ]


def _of(midwives: Sequence[tuple[int, int]], number: int) -> tuple[int, int]:
    """A woman's midwife, and the team."""
    return midwives[number // 7 % len(midwives)]


def _recorders(place: Staffed, number: int) -> dict[str, int]:
    """Who recorded something at a site: her named midwife, a colleague, the others by their post."""
    return {**place.posts, "named": _of(place.midwives, number)[0], "midwife": _of(place.midwives, number + 7)[0]}


def _add_her(found: dict[str, list[str]], job: Job, story: _Story, number: int, woman: int) -> None:
    came = story.life.came
    her = invented(job.seed, number, came.date())
    keys = folded(her.called, her.first, her.last), folded(her.called or her.first, her.last)
    found["pathways_woman"].append(
        _line(
            woman, story.came_to.site.pk, f"{REFERENCE}{number}", her.first, her.last, her.called, "", her.born,
            "", "", "", *keys, came, came,
        )
    )  # fmt: skip
    if her.nhs:
        found["pathways_identifier"].append(_line(woman, "nhs", her.nhs, False))


def _line(*values: Any) -> str:
    return "\t".join(map(str, values))


# -- one story ----------------------------------------------------------------------------------------------------


def _story(job: Job, life: Life) -> _Story:
    """Ask the projection what follows from a life."""
    came_to, here = job.sites[life.site], job.sites[life.moved_to or life.site]
    midwife, team = _of(here.midwives, life.number)
    hers = Journey(
        site=here.site,
        entered_site=came_to.site if life.moved_to else None,
        team_id=team,
        named_midwife_id=midwife if life.named else None,
        edd_at_entry=life.edd,
        created_at=life.came,
    )
    answer = answer_for(hers, life.facts, job.at)
    return _Story(
        life,
        came_to,
        here,
        journey=_journey(life, hers, answer),
        stage_by=answer.journey["stage_by_id"],
        events=list(_events(job, life)),
        babies=[_line(number, born_at, place) for number, (born_at, place) in answer.babies.items()],
        handoffs=[_handoff(hers, each) for each in answer.handoffs],
        flags=list(_flags(job, hers, answer)),
        grants=list(_grants(job, life, hers, answer)),
    )


def _journey(life: Life, hers: Journey, answer: Answer) -> str:
    copies = answer.journey
    return _line(
        1, hers.site_id, hers.entered_site_id, life.edd, life.medication, life.came, copies["stage"],
        copies["stage_since"], copies["stage_before"], copies["edd"], copies["born_at"], copies["last_contact_at"],
        copies["in_hospital"],
    )  # fmt: skip


def _events(job: Job, life: Life) -> Iterator[tuple[bool, str, str]]:
    is_old = True
    for fact, by in zip(life.facts, life.by, strict=True):
        if fact.kind == "transfer_accepted":
            is_old = False
        recorded = min(fact.at + timedelta(minutes=5 + fact.sequence * 7 % 50), job.at)
        details = json.dumps(fact.details) if fact.details else "{}"
        whose = "midwife" if by == "named" and (not life.named or (is_old and life.moved_to)) else by
        yield is_old, whose, _line(fact.kind, fact.at, fact.baby, details, "", recorded, "screen")


def _handoff(hers: Journey, each: engine.Handoff) -> str:
    return _line(
        hers.site_id, each.moment, each.step, each.subject.kind, each.subject.number, each.occurrence, each.opened_at,
        each.warn_at, each.due_at, each.missed_at, each.not_before, each.ended_at, each.state, each.late_entry,
    )  # fmt: skip


def _flags(job: Job, hers: Journey, answer: Answer) -> Iterator[tuple[int, str]]:
    """Flags that stand as if the sweeps had always run: old ones have told everybody, new ones begin to climb."""
    for place, each in enumerate(answer.handoffs, start=1):
        if level := level_of(each, answer.over):
            key = f"{each.moment}.{each.step}.{each.subject}.{each.occurrence}"
            escalated = each.missed_at if level == engine.State.MISSED else None
            told = job.at - each.due_at > _ALL_TOLD
            rungs = LADDERS[by_key[each.moment].ladder].rungs
            rung = len(rungs) - 1 if told and rungs else None
            climbs = None if told else job.at
            yield place, _line(key, level, each.due_at, escalated, hers.site_id, rung, climbs)


def _grants(job: Job, life: Life, hers: Journey, answer: Answer) -> Iterator[tuple[bool, int | None, str]]:
    """Grants to her midwife, to a team, or (neither) to the team that has her."""
    around = Around(
        teams=job.sites[hers.site.code].teams,
        working={hers.named_midwife_id} if hers.named_midwife_id else set(),
        elsewhere=_caseloads_asked(job, life.facts),
    )
    for due in grants_around(hers, life.facts, answer.handoffs, job.at, around):
        rest = _line(due.kind, "{}", due.starts_at, due.ends_at, due.reason, job.at)
        yield due.user_id is not None, None if due.reason == "nobody is named" else due.team_id, rest


def _caseloads_asked(job: Job, facts: Iterable[Fact]) -> Iterable[Any]:
    asked = [fact.details["to"] for fact in facts if fact.kind == "transfer_requested"]
    return job.sites[asked[-1]].caseloads if asked else ()
