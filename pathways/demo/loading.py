"""Tells the stories into the record, through the verbs that screens and imports use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least

from carecoord import clock
from carecoord.access.demo import DEMO_SITES, email_of
from carecoord.access.labels import Label
from carecoord.access.models import Team, User
from carecoord.sites.models import Site
from pathways.actions import Draft, Person, Refused, add_woman, check_draft, open_journey, record_history, update_woman
from pathways.background import record_background
from pathways.contact import agree_contact, record_address
from pathways.demo.answers import recorder_of
from pathways.demo.following import append_only_lifted
from pathways.demo.life import Life
from pathways.demo.routine import lived
from pathways.demo.stories import Calendar, JourneyStory, UnreadableStory, WomanStory, stories_of, told
from pathways.engine.times import midnight_before
from pathways.models import (
    Address,
    Background,
    ContactDetail,
    DemoWoman,
    Event,
    Flag,
    Handoff,
    Journey,
    SafeContact,
    Woman,
)
from pathways.site_rules import rules_of

ASKED_AT = time(10)


def load_missing(staff: Mapping[str, User], now: datetime) -> int:
    """Add the women of the stories who are not here yet; returns how many. Inside a transaction."""
    here = set(DemoWoman.objects.values_list("woman__person_ref", flat=True))
    added: dict[int, WomanStory] = {}
    for site in Site.objects.filter(code__in=DEMO_SITES):
        for story in stories_of(site.code):
            if reference(story) not in here:
                try:
                    added[_add(site, story, staff, clock.today(now))] = story
                except (Refused, UnreadableStory) as problem:
                    raise UnreadableStory(f"{site.code.lower()}.toml, {story.ref}: {problem}") from problem
    if added:
        _as_if_recorded_then(added, midnight_before(clock.today(now), clock.LONDON))
        _as_if_asked_then(added, staff, clock.today(now))
        with connection.cursor() as cursor:  # else the first pages are planned as if the tables were empty
            cursor.execute("ANALYZE pathways_event, pathways_handoff, pathways_journey, pathways_woman")
    return len(added)


def reference(story: WomanStory) -> str:
    """Her ``person_ref``: how a later load finds her."""
    return f"DEMO-{story.ref}"


def _add(site: Site, story: WomanStory, staff: Mapping[str, User], today: date) -> int:
    person = Person(
        first_name=story.first,
        last_name=story.last,
        date_of_birth=story.born,
        preferred_name=story.called,
        pronouns=story.pronouns,
        nhs_number=story.nhs,
        chi_number=story.chi,
        person_ref=reference(story),
    )
    woman = add_woman(site, person, by=None)
    known = {"allergies": story.allergies, "interpreter": story.interpreter, "what_matters": story.matters}
    update_woman(woman, known, by=None)
    _add_contact(woman, story)
    begun = min(_open(woman, journey, story, staff, today) for journey in story.journeys)
    Woman.objects.filter(pk=woman.pk).update(
        created_at=begun,
        what_matters_on=today + timedelta(days=story.matters_on) if story.matters else None,
    )
    DemoWoman.objects.create(woman=woman, stands_on=today)
    return woman.pk


def _add_contact(woman: Woman, story: WomanStory) -> None:
    """How she is reached, where she is, and her background."""
    if story.contact:
        agree_contact(woman, story.contact.agreed, story.contact.details, seen=None, by=None)
    for place in story.addresses:
        record_address(woman, place, by=None)
    for label, text in story.background.items():
        category = story.ethnicity if label is Label.ETHNICITY else ""
        record_background(woman, label, text, category, by=None)


def _open(woman: Woman, story: JourneyStory, whose: WomanStory, staff: Mapping[str, User], today: date) -> datetime:
    """Open one journey and record what happened on it; returns when she came."""
    site = woman.site
    lines = told(story, today)
    life = Life(whose.ref, story, Calendar.of(story, today).edd, site.code, rules_of(site), today)

    def colleague(post: str) -> User | None:
        return staff[email_of(post, site.code)] if post else None

    first_contact = next(line.occurred_at for line in lines if line.kind == "first_contact")
    medicines = [line.details.get("medication", "") for line in lines if line.occurred_at <= first_contact]
    journey = open_journey(
        woman,
        number=story.number,
        team=Team.objects.get(site=site, code=story.team) if story.team else None,
        named_midwife=colleague(story.midwife),
        buddy=colleague(story.buddy),
        edd=life.edd,
        medication=next(filter(None, reversed(medicines)), ""),
        by=None,
    )
    drafts = [
        Draft(
            line.kind,
            line.occurred_at,
            line.baby,
            line.details,
            line.note,
            recorded_by=colleague(line.by or recorder_of(line.kind) or story.midwife or "midwife2"),
        )
        for line in lived(life, lines)
    ]
    for draft in drafts:
        check_draft(journey, draft)
    record_history(journey, drafts, source=Event.Source.SCREEN, by=None)
    Journey.objects.filter(pk=journey.pk).update(created_at=first_contact)
    return first_contact


def _as_if_recorded_then(women: Collection[int], midnight: datetime) -> None:
    """Set the times of recording, and of the flags, to what they would be had this been recorded as it happened."""
    journeys = list(Journey.objects.filter(woman__in=women).values_list("pk", flat=True))
    minutes = RawSQL("occurred_at + make_interval(mins => 5 + (id * 7 %% 50)::int)", ())
    with append_only_lifted():
        Event.objects.filter(journey__in=journeys).update(recorded_at=Least(minutes, midnight))
    flags = Flag.objects.filter(journey__in=journeys)
    flags.update(raised_at=_of_handoff("due_at"))
    flags.filter(level=Flag.Level.MISSED).update(escalated_at=_of_handoff("missed_at"))


def _as_if_asked_then(stories: Mapping[int, WomanStory], staff: Mapping[str, User], today: date) -> None:
    """Set when, and by whom, the women were asked how they can be reached, and what stands beside it."""
    sites = dict(Woman.objects.filter(pk__in=stories).values_list("pk", "site__code"))
    with append_only_lifted():
        for woman, story in stories.items():
            day = today + timedelta(days=story.contact.confirmed if story.contact else story.matters_on)
            at = clock.from_local(datetime.combine(day, ASKED_AT))
            midwife = staff[email_of(story.journeys[-1].midwife or "midwife2", sites[woman])]
            asked = {"confirmed_on": day, "confirmed_by": midwife}
            for model, also in ((SafeContact, asked), (ContactDetail, {}), (Address, {}), (Background, {})):
                model._default_manager.filter(woman=woman).update(recorded_at=at, recorded_by=midwife, **also)


def _of_handoff(column: str) -> Subquery:
    return Subquery(Handoff.objects.filter(pk=OuterRef("handoff")).values(column))
