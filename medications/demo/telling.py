"""Tells the ward's stories, each act as of the time at which it happened; and what was given since, on each load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.apps import apps
from django.db import connection, models

from carecoord import clock
from carecoord.access.demo import email_of
from carecoord.access.models import Team, User
from carecoord.sites.definitions import Source
from medications import feeding, giving, observing, planning, receiving, stating, staying
from medications.admissions import admission_of
from medications.demo.stories import COMING, STORIES, OnWard, Said
from medications.models import DueDose, Outcome, Place, Plan, Stay
from medications.models.observing import Observation
from medications.planning import Prescribed
from medications.rules.stated import Stated
from pathways.demo.parts import LastWord, Part, times_of
from pathways.models import Journey

SETTLED = timedelta(hours=1)  # what is younger has not been told yet
A_MOMENT = timedelta(minutes=1)
JUST_NOW = timedelta(minutes=5)
AFTER_BIRTH = timedelta(hours=5)
LONGEST_WAIT = timedelta(hours=9)
EVERY = timedelta(hours=4)


class Colleagues:
    """Who acts at a site: posts by name."""

    def __init__(self, staff: Mapping[str, User], site: str) -> None:
        self._staff, self._site = staff, site

    def __getattr__(self, post: str) -> User:
        return self._staff[email_of(post, self._site)]


def tell(staff: Mapping[str, User], now: datetime) -> None:
    """Tell who is not told yet; then the doses that were due since the last load."""
    refs = [f"DEMO-{story.ref}" for story in STORIES]
    journeys = Journey.objects.filter(woman__person_ref__in=refs, in_hospital=True).order_by("number")
    here = {each.woman.person_ref: each for each in journeys.select_related("site", "woman", "named_midwife")}
    told = set(Stay.objects.filter(journey__in=here.values()).values_list("journey", flat=True))
    for story in STORIES:
        if journey := here.get(f"DEMO-{story.ref}"):
            people = Colleagues(staff, journey.site.code)
            if journey.pk not in told:
                _admitted(journey, story, people, now)
            _doses(journey, story, people, now)
    _coming(staff, now)


def _admitted(journey: Journey, story: OnWard, people: Colleagues, now: datetime) -> None:
    admission = admission_of(journey)
    if admission is None:
        return
    ward = Team.objects.filter(site=journey.site, kind=Team.Kind.WARD).order_by("code")[0]
    with clock.as_of(admission.since + timedelta(minutes=20)):
        staying.place(journey, ward, story.bed, by=people.ward)
    if story.she_says:
        with clock.as_of(admission.since + timedelta(minutes=35)):
            stating.state(journey, _she_says(story), by=people.ward)
    confirmed_at = _confirmed(journey, story, people, now)
    if confirmed_at and len(story.confirmed) == len(("prescriber", "pharmacy")):
        _planned(journey, story, people, confirmed_at)
    _babies(journey, people, now)
    with clock.as_of(now - SETTLED):
        if story.away:
            staying.leave(journey, story.away, by=people.ward)
        if story.own:
            _own(journey, story, people)
    if story.feeding:
        _feeding(journey, story, people)


def _confirmed(journey: Journey, story: OnWard, people: Colleagues, now: datetime) -> datetime | None:
    """Each source that confirms says so once both have opened after she came; None while that lies ahead."""
    admission = admission_of(journey)
    if admission is None or not story.confirmed:
        return None
    definition = journey.site.definition
    chosen = {kind: next(each for each in definition.sources if each.kind == kind) for kind in story.confirmed}
    opened = [
        each.hours.next_opening(admission.since) if not each.hours.is_open(admission.since) else admission.since
        for each in chosen.values()
    ]
    # On a weekend they were reached out of hours: nobody waits three days for a plan.
    at = min(
        max(each for each in opened if each) + timedelta(minutes=40), admission.since + LONGEST_WAIT, now - SETTLED
    )
    for number, (kind, source) in enumerate(sorted(chosen.items(), reverse=True)):
        said_at = at + number * timedelta(minutes=25)
        with clock.as_of(min(said_at + A_MOMENT, now)):
            said = _stated(story.says, kind, source, said_at, _last_taken(story.says, admission.since))
            stating.state(journey, said, by=people.ward)
    return at + timedelta(minutes=50)


def _stated(says: Said, kind: str, source: Source, said_at: datetime, taken: datetime) -> Stated:
    return Stated(
        source=kind,
        product=says.product,
        words=says.words,
        said_by=f"duty {'prescriber' if kind == 'prescriber' else 'pharmacist'}, {source.name}",
        said_at=said_at,
        frequency=says.frequency,
        amount=says.amount,
        unit=says.unit,
        strength=says.strength,
        form=says.form,
        times=says.times,
        supervised="daily",
        last_dose_at=taken,
        last_dose_supervised="yes",
        takeaway="no",
        service=source.code if kind == "prescriber" else "",
        pharmacy=source.code if kind == "pharmacy" else "",
    )


def _coming(staff: Mapping[str, User], now: datetime) -> None:
    """What both sources said, two days ago, of women who are still at home."""
    refs = [f"DEMO-{ref}" for ref in COMING]
    journeys = Journey.objects.filter(woman__person_ref__in=refs, statements=None, in_hospital=False)
    at = now - timedelta(days=2)
    for journey in journeys.select_related("site", "woman"):
        says = COMING[journey.woman.person_ref.removeprefix("DEMO-")]
        people = Colleagues(staff, journey.site.code)
        for kind in ("prescriber", "pharmacy"):
            source = next(each for each in journey.site.definition.sources if each.kind == kind)
            with clock.as_of(at + A_MOMENT):
                stating.state(journey, _stated(says, kind, source, at, _last_taken(says, at)), by=people.keyworker)


def _she_says(story: OnWard) -> Stated:
    now = clock.now()
    return Stated("she_says", story.says.product, story.she_says, "herself, through the interpreter", now, "od")


def _last_taken(says: Said, before: datetime) -> datetime:
    """Her last dose in the community: the latest of her usual times before she came in, or somebody said so."""
    times = [time.fromisoformat(at) for at, _ in says.times]
    day = clock.today(before)
    step = 7 if says.frequency == "weekly" else 1
    days = [day - timedelta(days=back) for back in (range(3, 4) if step > 1 else range(3))]
    return max(at for each in days for hour in times if (at := _local(each, hour)) < before)


def _local(day: date, hour: time) -> datetime:
    return clock.from_local(datetime.combine(day, hour))


def _planned(journey: Journey, story: OnWard, people: Colleagues, at: datetime) -> None:
    says = story.says
    with clock.as_of(at):
        first = clock.today(_last_taken(says, at)) + timedelta(days=7 if says.frequency == "weekly" else 0)
        planning.sign_plan(
            journey,
            Prescribed(
                product=says.product,
                words=says.words,
                amount=says.amount,
                unit=says.unit,
                frequency=says.frequency,
                times=[{"time": hour, "amount": amount} for hour, amount in says.times],
                first_on=max(first, clock.today()),
                least_gap=says.gap,
            ),
            by=people.doctor,
        )
    with clock.as_of(at + timedelta(minutes=10)):
        stating.community_supply(journey, "held", "the duty pharmacist", at=clock.now(), by=people.ward)


def _babies(journey: Journey, people: Colleagues, now: datetime) -> None:
    tool = journey.site.definition.observing.tools[0]
    for baby in journey.babies.all():
        begun = baby.born_at + AFTER_BIRTH
        if begun > now - SETTLED:
            continue
        with clock.as_of(begun + A_MOMENT):
            plan = observing.begin(journey, baby.number, tool, _look(begun), by=people.ward)
        at = begun + EVERY * max(1, (now - begun) // EVERY - 2)
        while at < min(now - JUST_NOW, plan.ends_at):
            with clock.as_of(at + A_MOMENT):
                observing.look(plan, _look(at), by=people.ward)
            at += EVERY


def _look(at: datetime) -> observing.Look:
    where, settled = Observation.Where.values[0], Observation.Settled.MOTHER
    return observing.Look(at=at, entry="2", where=where, mother_present=True, settled_by=settled)


def _own(journey: Journey, story: OnWard, people: Colleagues) -> None:
    own = receiving.identify(journey, story.own, at=clock.now(), by=people.ward)
    receiving.ask(own, "yes", explained=True, by=people.ward)
    measured = receiving.Measured("as on the label, measured by both", "C 18", "controlled-drug cupboard")
    receiving.store(own, measured, second=people.coordinator, by=people.ward)
    receiving.give_receipt(own, next_dose_at=None, words="at her usual time, by the ward", by=people.ward)


def _feeding(journey: Journey, story: OnWard, people: Colleagues) -> None:
    midwife = journey.named_midwife
    if midwife is not None:
        plan = feeding.write_plan(journey, story.feeding, by=midwife)
        feeding.sign(plan, signer=people.doctor, by=midwife)
        feeding.share(plan, at=clock.now(), told_by=str(midwife), by=midwife)


def _doses(journey: Journey, story: OnWard, people: Colleagues, now: datetime) -> None:
    """Record each dose that was due up to an hour ago; of a woman whose dose is late, not the last one."""
    plan = planning.active_plan(journey)
    if plan is None:
        return
    planning.materialise(plan, now + planning.AHEAD)
    due = list(_owed(plan, now))
    if story.late and due and due[-1].due_at > now - timedelta(hours=12):
        due = due[:-1]
    for each in due:
        given_at = each.due_at + timedelta(minutes=4 + each.number % 7)
        with clock.as_of(given_at + A_MOMENT):
            entered = giving.Entered(Outcome.GIVEN, given_at, Place.TREATMENT_ROOM, f"B {200 + each.number}")
            signing = giving.sign_first(journey, each, entered, seen=plan.pk, submission=uuid4(), by=people.ward)
            giving.record_dose(signing, witness=people.coordinator, by=people.ward)


def _owed(plan: Plan, now: datetime) -> Iterator[DueDose]:
    known = DueDose.objects.filter(plan=plan, cancelled_at=None, due_at__lt=now - SETTLED).exclude(
        doses__struck_at=None, doses__isnull=False
    )
    yield from known.select_related("plan").order_by("due_at")


# -- following today -----------------------------------------------------------------------------


def part() -> Part:
    """Ward medicine, as the demonstration's loader takes it."""
    hers = [model for model in apps.get_app_config("medications").get_models() if _has(model, "journey")]
    times = tuple(times_of(model, apart=True) for model in hers)
    return Part(tell, times, tuple(_last(model) for model in hers), tuple(_kept()))


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _last(model: type[models.Model]) -> LastWord:
    written = ("recorded_at", "signed_at", "written_at", "reported_at", "first_at", "since", "due_at", "struck_at")
    return model, "journey", next(name for name in written if _has(model, name))


def _kept() -> Iterator[tuple[str, str]]:
    """The triggers of ward medicine that keep rows as they were written, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE proname LIKE 'medications%%kept%%' ORDER BY 1, 2"
        )
        yield from cursor.fetchall()
