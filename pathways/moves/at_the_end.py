"""What the record holds of all that an ending asks for (pathways/rules/ending.py says what that is)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pathways.engine import COMPLETED_STATES, FACT_KINDS, LATE_STATES, OPEN_STATES, Fact, History, Severity, State
from pathways.engine.definitions import Pick
from pathways.guided import Standing
from pathways.models import Handoff, Journey, OutsideTry, SignOff
from pathways.moments import by_key
from pathways.rules.ending import A_BARE_START, ENOUGH_TRIES, Known, Reason

REVIEW = "CLOSE_12M"
GP = "GP_6_8W"
URGENT = frozenset({Severity.S1, Severity.S2})
# Which tries outside count for which ending.
BECAUSE = {Reason.MOVED_OUT: OutsideTry.Because.MOVING, Reason.WITHDREW: OutsideTry.Because.STOPPING}


def known_of(journey: Journey, standing: Standing, reason: Reason, at: datetime) -> Known:
    """What the record holds of it at ``at``; ``standing`` is where she stands then. Three queries."""
    handoffs = list(journey.handoffs.with_live_state(at).order_by("due_at", "pk"))
    reviews = [each for each in handoffs if each.moment == REVIEW]
    tries = tries_of(journey, reason, standing.facts)
    care = [each for each in tries if each.what == OutsideTry.What.CARE]
    return Known(
        stage=standing.stage,
        in_treatment=History(standing.facts, at).in_treatment_at(at),
        year_is_over=any(each.due_at <= at for each in reviews),
        is_reviewed=any(each.state in COMPLETED_STATES for each in reviews),
        gp_has_ended=all(each.state not in OPEN_STATES for each in handoffs if each.moment == GP),
        urgent=_titles(each for each in handoffs if is_urgent(each)),
        beyond_a_start=_beyond_a_start(standing.facts),
        care_is_taken=is_taken(care),
        medicine_is_taken=is_taken([each for each in tries if each.what == OutsideTry.What.MEDICINE]),
        tries=sum(each.result != OutsideTry.Result.ACKNOWLEDGED for each in care),
        is_signed_off=len(care) >= ENOUGH_TRIES
        and SignOff.objects.filter(journey=journey, signed_at__gte=care[-1].recorded_at).exists(),
    )


def tries_of(journey: Journey, reason: Reason, facts: Sequence[Fact]) -> list[OutsideTry]:
    """What was tried outside for this ending since the journey was opened last, in order of recording."""
    if reason not in BECAUSE:
        return []
    tries = journey.outside_tries.filter(because=BECAUSE[reason]).order_by("pk")
    reopened = [fact.at for fact in facts if fact.kind == "reopened"]
    return list(tries.filter(recorded_at__gt=max(reopened)) if reopened else tries)


def is_taken(tries: Sequence[OutsideTry]) -> bool:
    """Whether somebody outside has it by what was said last: a yes can be taken back."""
    answered = [each for each in tries if each.result != OutsideTry.Result.NO_ANSWER]
    return bool(answered) and answered[-1].result == OutsideTry.Result.ACKNOWLEDGED


def is_urgent(handoff: Handoff) -> bool:
    """Open and of severity S1 or S2. One that every contact or dose renews never ends: it counts once it is late."""
    moment = by_key[handoff.moment]
    state = State(getattr(handoff, "live_state", handoff.state))
    if state not in OPEN_STATES or moment.severity not in URGENT:
        return False
    return moment.opens.pick is not Pick.EVERY or state in LATE_STATES


def _titles(handoffs: Iterable[Handoff]) -> tuple[str, ...]:
    """Their short titles, each once."""
    titles = (by_key[each.moment].step(each.step).list_title for each in handoffs)
    return tuple(dict.fromkeys(titles))


def _beyond_a_start(facts: Sequence[Fact]) -> tuple[str, ...]:
    """What was recorded beside a bare start; of what was closed and opened again, too."""
    found = (FACT_KINDS[fact.kind].label for fact in facts if fact.kind not in A_BARE_START | {"closed"})
    return tuple(dict.fromkeys(found))
