"""Whatever anybody does on whatever page, from wherever she stands: no journey ends for removal, silence or relapse.

Nor is a woman left without somebody who has her, and the stored rows stay what a recomputation gives. The pages are
those of the URLconf, so that a new one is walked through as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from carecoord import clock
from carecoord.access.models import Grant, Membership, User
from carecoord.access.roles import Role
from pathways.engine import COMPLETED_STATES, OPEN_STATES, Severity
from pathways.models import Closing, Journey, OutsideTry, SignOff
from pathways.moments import by_key
from pathways.projection import differences
from pathways.rules.ending import A_BARE_START, Reason
from tests.ending import outside_try, settle
from tests.factories import ago, claimed, happened, journey, staff
from tests.walking import pages_about, pages_of_her_handoffs, pages_that_end, pages_that_move, walk_on

pytestmark = pytest.mark.django_db

METHADONE = {"medication": "methadone_oral_1mg_ml"}
MISSED = [("contact_missed", ago(days)) for days in (9, 6, 3)]
BOOKED = [("first_contact", ago(520)), ("booking_completed", ago(510)), ("treatment_started", ago(500), METHADONE)]
AT_HOME = [*BOOKED, ("baby_born", ago(370), {"place": "home"}, 1)]
SEPARATED = [*AT_HOME, ("separated", ago(340), {}, 1)]
# Where she can stand when somebody sits down at the keyboard, by what was lost or missed so far.
STORIES: dict[str, list[tuple[Any, ...]]] = {
    "nothing recorded": [],
    "known, never reached": [("first_contact", ago(60)), *MISSED],
    "pregnant, out of contact": [("first_contact", ago(90)), ("booking_completed", ago(80)), *MISSED],
    "in labour, unbooked": [("admitted", ago(1), {"reason": "labour"})],
    "on the ward, one baby placed away": [
        ("admitted", ago(4), {"reason": "labour"}),
        ("baby_born", ago(3), {"place": "hospital"}, 1),
        ("baby_born", ago(3), {"place": "hospital"}, 2),
        ("separated", ago(1), {}, 1),
    ],
    "at home, out of contact": [*AT_HOME, *MISSED],
    "in a placement": [*AT_HOME, ("residential_placement_started", ago(200))],
    "her baby was removed": SEPARATED,
    "removed, and nobody reaches her": [*SEPARATED, *MISSED],
    "removed, and she left treatment": [*SEPARATED, ("treatment_ended", ago(100), METHADONE), *MISSED],
    "after a loss": [("booking_completed", ago(420)), ("pregnancy_loss", ago(390))],
    "closed": [*AT_HOME, ("closed", ago(2), {"reason": "completed"})],
}
ROLES = (
    *(Role.SPECIALIST_MIDWIFE, Role.WARD_COORDINATOR, Role.OBSTETRIC_DOCTOR, Role.OST_PRESCRIBER),
    *(Role.DRUG_SERVICE_KEYWORKER, Role.HEALTH_VISITOR, Role.SAFEGUARDING_MIDWIFE, Role.BEREAVEMENT_LEAD),
)


@pytest.fixture
def people() -> list[User]:
    """Somebody of each role; the first is her midwife."""
    staff(Role.SERVICE_MANAGER)
    staff(site="CALD")
    staff(Role.OST_PRESCRIBER, site="CALD", team="weir")
    teams = {
        **{Role.WARD_COORDINATOR: "maple", Role.OBSTETRIC_DOCTOR: "hospital", Role.HEALTH_VISITOR: "hv"},
        **{Role.OST_PRESCRIBER: "harbour", Role.DRUG_SERVICE_KEYWORKER: "harbour"},
    }
    return [staff(role, team=teams.get(role)) for role in ROLES]


def stands(people: list[User], story: str, *, all_is_done: bool, taken_elsewhere: bool) -> Journey:
    """A woman whose record is open to all of them, as the story has it."""
    made = journey(midwife=people[0], edd=clock.today(ago(370)) if "baby_born" in str(STORIES[story]) else None)
    happened(made, *STORIES[story])
    for person in people[1:]:
        claimed(made, person)
    if all_is_done:
        settle(made)
    if taken_elsewhere:
        for what in ("care", "medicine"):
            outside_try(made, what=what, result="acknowledged", said_by="Dr Costa")
    return made


@given(data=st.data(), story=st.sampled_from(sorted(STORIES)), done=st.booleans(), taken=st.booleans())
@settings(
    max_examples=14,
    derandomize=True,  # the same walks each time, so that a build says the same of the same code
    phases=[Phase.generate, Phase.shrink],
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_no_sequence_of_pages_closes_her_out_or_leaves_her_alone(
    people: list[User], data: st.DataObject, story: str, done: bool, taken: bool
) -> None:
    with transaction.atomic():
        record = stands(people, story, all_is_done=done, taken_elsewhere=taken)
        for _ in range(data.draw(st.integers(1, 5), label="steps")):
            was_closed = record.is_closed
            address = data.draw(st.one_of(pages_to_walk(record)), label="page")
            # Her midwife, as often as all others: she may do the most.
            person = data.draw(st.just(people[0]) | st.sampled_from(people), label="person")
            route = walk_on(person, address, data.draw)
            record = Journey.objects.get(pk=record.pk)
            assert differences(record, clock.now()) == []
            assert record.is_closed or somebody_has_her(record)
            if record.is_closed and not was_closed:
                assert_rightly_closed(record, route)
        transaction.set_rollback(True)


def pages_to_walk(record: Journey) -> list[st.SearchStrategy[str]]:
    """As often each: ending it, a move of hers, a handoff, any page about her."""
    about = (pages_that_end, pages_that_move, pages_of_her_handoffs, pages_about)
    found = [list(pages(record)) for pages in about]
    return [st.sampled_from(pages) for pages in found if pages]


def somebody_has_her(record: Journey) -> bool:
    """Whether a caseload grant runs, to somebody who works here or to a team in which somebody does."""
    now = clock.now() + timedelta(seconds=1)
    running = Grant.objects.filter(woman=record.woman, journey=record, kind="caseload", starts_at__lte=now)
    running = running.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    works = Membership.objects.current().filter(user__is_active=True, team__site=record.site_id)
    people, teams = set(works.values_list("user", flat=True)), set(works.values_list("team", flat=True))
    return any(each.user_id in people or each.team_id in teams for each in running)


# -- what each reason asks for, read from the rows themselves ----------------------------------------


def assert_rightly_closed(record: Journey, route: str) -> None:
    """Her death, or one of the four reasons with all that it asks for; never anything else."""
    ended = record.events.filter(kind__in=("closed", "mother_died"), correction=None).latest("occurred_at", "pk")
    if ended.kind == "mother_died":
        return
    assert route in ("close", "correct"), "no other page closes a journey"
    if route == "close":
        _HOLDS[Reason(ended.details["reason"])](record, Closing.objects.get(event=ended))


def _completed(record: Journey, kept: Closing) -> None:
    review = record.handoffs.filter(moment="CLOSE_12M")
    urgent = record.handoffs.filter(moment__in=[each.key for each in by_key.values() if each.severity in _URGENT])
    left = urgent.filter(state__in=OPEN_STATES).exclude(moment__in=_RENEWED)
    # What was still to come falls away with the closing itself, in the same instant.
    fell = urgent.filter(state="superseded", ended_at=kept.event.occurred_at).exclude(moment__in=_RENEWED)
    assert not left.filter(opened_at__lt=kept.event.occurred_at).exists()
    assert not fell.exists()
    assert kept.retention
    if record.stage_before == "bereavement":
        assert kept.prefers_earlier or review.filter(due_at__lte=clock.now()).exists()
    else:
        assert review.filter(state__in=COMPLETED_STATES, due_at__lte=clock.now()).exists()


def _moved_out(record: Journey, kept: Closing) -> None:
    tries = OutsideTry.objects.filter(journey=record, because="moving", what="care")
    signed = SignOff.objects.filter(journey=record).exists() and tries.exclude(result="acknowledged").count() >= 3
    assert kept.moved_said_by
    assert signed or tries.filter(result="acknowledged").exists()


def _withdrew(_: Journey, kept: Closing) -> None:
    assert kept.rights_explained
    assert kept.words
    assert kept.naloxone


def _opened_in_error(record: Journey, _: Closing) -> None:
    kinds = set(record.events.filter(correction=None).values_list("kind", flat=True))
    assert kinds <= A_BARE_START | {"closed"}


_URGENT = (Severity.S1, Severity.S2)
_RENEWED = ("LOST_CONTACT", "OST_3DAY_GAP")
_HOLDS: dict[Reason, Callable[[Journey, Closing], None]] = {
    Reason.COMPLETED: _completed,
    Reason.MOVED_OUT: _moved_out,
    Reason.WITHDREW: _withdrew,
    Reason.OPENED_IN_ERROR: _opened_in_error,
}
