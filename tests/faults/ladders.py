"""A site where somebody holds every post of the ladders, handoffs that fall due there, and what follows by hand."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.apps import apps
from django.db.models import Count

from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.alerting.levels import instants
from pathways.models import Alert, AlertTo, DutyPost, Flag, Handoff, Journey
from pathways.moments import by_key
from pathways.moments.ladders import LADDERS, POST_ROLES, Post
from pathways.site_rules import rules_of
from tests.factories import journey, woman
from tests.faults.people import one_in

MOMENTS = ("OST_VERIFY", "DISCHARGE_OST_HANDOVER", "HV_ANTENATAL", "PREBIRTH_DECISION", "SEP_EXPLAIN")
DAY = timedelta(days=1)


@dataclass
class Ladders:
    """The site, who holds which post there, and the women whose handoffs fall due."""

    midwife: User
    held: dict[Post, int]
    journeys: list[Journey]
    chance: random.Random
    numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def at_a_site(cls, chance: random.Random, *, women: int) -> Ladders:
        """A site with somebody in every post."""
        midwife, ward = one_in(Role.SPECIALIST_MIDWIFE), one_in(Role.WARD_MIDWIFE)
        held = dict.fromkeys((Post.OWNER, Post.NAMED_WORKER, Post.NAMED_MIDWIFE), midwife.pk)
        held[Post.ASSIGNED_MIDWIFE] = ward.pk
        journeys = [journey(midwife=midwife, woman=woman(first_name=f"Ewa {number}")) for number in range(women)]
        for post in Post:
            if post in held:
                continue
            person = one_in(POST_ROLES[post][0] if POST_ROLES[post] else Role.MIDWIFE)
            held[post] = person.pk
            since = person.created_at.date() - 400 * DAY
            DutyPost.objects.create(site=journeys[0].site, post=post, user=person, starts_on=since)
        person_rows = User.objects.filter(pk__in=held.values())
        for person in person_rows:  # they worked here all the time that the clock of a test covers
            person.memberships.update(starts_on=person.created_at.date() - 400 * DAY)
        return cls(midwife, held, journeys, chance)

    def fall_due(self, number: int, begin: datetime, end: datetime) -> None:
        """So many handoffs more, due at random times between two instants."""
        Handoff.objects.bulk_create(self._handoff(begin + self.chance.random() * (end - begin)) for _ in range(number))

    def _handoff(self, due: datetime) -> Handoff:
        record, moment = self.chance.choice(self.journeys), by_key[self.chance.choice(MOMENTS)]
        return Handoff(
            journey=record,
            site_id=record.site_id,
            moment=moment.key,
            step=moment.steps[0].key,
            subject=moment.subject.value,
            subject_number=0,
            occurrence=next(self.numbers),
            opened_at=due - 14 * DAY,
            warn_at=due - DAY,
            due_at=due,
            missed_at=due + 3 * DAY,
            state="pending",
        )

    def due_levels(self, at: datetime) -> dict[tuple[int, int], frozenset[tuple[int, str]]]:
        """By hand: every level that is due by ``at``, by handoff and level, with whom it tells in which post."""
        rules = rules_of(self.journeys[0].site)
        found = {}
        for handoff in Handoff.objects.filter(due_at__lte=at):
            ladder = LADDERS[by_key[handoff.moment].ladder]
            for rung, when in enumerate(instants(ladder, handoff.due_at, rules)):
                if when <= at:
                    people: dict[int, str] = {}
                    for post in ladder.rungs[rung].posts:
                        people.setdefault(self.held[post], post.value)
                    found[handoff.pk, rung] = frozenset(people.items())
        return found

    def compare(self, fault: Any, at: datetime) -> str:
        """Count on ``fault`` what is missed or doubled or told wrongly by ``at``; what there is, in words."""
        due = self.due_levels(at)
        stored = Counter(Alert.objects.values_list("handoff", "rung"))
        told: dict[tuple[int, int], set[tuple[int, str]]] = {}
        rows = AlertTo.objects.values_list("alert__handoff", "alert__rung", "user", "post")
        for handoff, rung, user, post in rows:
            told.setdefault((handoff, rung), set()).add((user, post))
        missed = due.keys() - stored.keys()
        doubled = [key for key, times in stored.items() if times > 1]
        doubled += Flag.objects.values("handoff").annotate(times=Count("pk")).filter(times__gt=1)
        wrong = [key for key in due.keys() & stored.keys() if told.get(key, set()) != due[key]]
        for what, keys in (("missed", missed), ("doubled", doubled), ("told wrongly", wrong)):
            for key in keys:
                fault.found(f"{what}: {key}")
        for key in stored.keys() - due.keys():
            fault.found(f"not due: {key}")
        unsent = without_message()
        for user in unsent:
            fault.found(f"no message to {user}")
        return (
            f"{sum(stored.values())} alerts to {AlertTo.objects.values('user').distinct().count()} people, "
            f"missed {len(missed)}, doubled {len(doubled)}, told wrongly {len(wrong)}, without message {len(unsent)}"
        )


def without_message() -> set[int]:
    """Who was told and has no message in the outbox."""
    people = set(AlertTo.objects.values_list("user", flat=True))
    if not apps.is_installed("carecoord.delivery"):
        return set()
    return people - set(apps.get_model("delivery.Message").objects.values_list("to_user", flat=True))
