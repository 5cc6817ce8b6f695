"""What the screens ask of alerts: which are open, told to whom, held by whom, one entry for a handoff, by woman.

A handoff has one entry whatever the number of levels it has reached: the highest counts. Whoever may not see a woman
and was told all the same reads ``told_blindly``: neither name nor what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from carecoord import clock
from carecoord.access.models import Cover, User
from pathways.alerting.holding import PUT_OFF_REASONS, severity_of
from pathways.engine import Moment, Severity, Stage, SubjectKind
from pathways.models import Alert, AlertTo, Flag, Handoff, Hold, Journey, Owner
from pathways.moments import by_key
from pathways.moments.ladders import LADDERS
from pathways.visibility import journeys_visible_to
from pathways.wording.handoffs import LONG_PAST, step_of

_NEVER_BY_SITE = {Stage.SEPARATED, Stage.BEREAVEMENT}


@dataclass(frozen=True)
class Told:
    """One person who was told, in which post, at which level (0 is the first), when."""

    user: User
    post: str
    rung: int
    told_at: datetime


@dataclass(frozen=True)
class Held:
    """Who holds it back until when: ``taken`` they have it, else it was put off with a reason."""

    by: User
    until: datetime
    taken: bool
    reason: str
    hold: int
    mine: bool


@dataclass(frozen=True)
class Open:
    """One open alert: a handoff overdue or missed that has told somebody, or found nobody to tell.

    ``alert`` is its highest level, ``posts`` as what the reader was told (none: they were not), ``owner`` whoever has
    it in hand by name. ``next_level`` says when the ladder goes on (None: this was the last). ``needs_decision``:
    weeks past due, so that it does not bury what is new.
    """

    flag: Flag
    handoff: Handoff
    journey: Journey
    alert: Alert
    severity: Severity
    title: str
    told: tuple[Told, ...]
    posts: tuple[str, ...]
    owner: User | None
    held: Held | None
    levels: int
    next_level: datetime | None
    needs_decision: bool

    @property
    def nobody(self) -> bool:
        """Whether there was nobody at all to tell."""
        return not self.told


@dataclass(frozen=True)
class Hers:
    """The open alerts of one woman, the most urgent first."""

    journey: Journey
    alerts: tuple[Open, ...]


@dataclass(frozen=True)
class Blind:
    """An alert told to somebody who may not see her: how urgent, how late, who has it; never whose or what."""

    alert: int
    severity: Severity
    site: str
    due_at: datetime
    fired_at: datetime
    rung: int
    post: str
    held_until: datetime | None
    held_by: str
    owner: str
    visible: bool


def told_to(user: User, at: datetime) -> list[Hers]:
    """The open alerts told to ``user`` of women whom they may see, by woman. Five SQL queries."""
    told = AlertTo.objects.filter(alert__flag=OuterRef("pk"), user=user)
    return _by_woman(_open(user).filter(Exists(told)), user, at)


def of_caseload(user: User, at: datetime) -> list[Hers]:
    """All open alerts of the women whom ``user`` is named for, is buddy of or covers for today, told to whomever."""
    today = clock.today(at)
    covers = Cover.objects.filter(covered_by=user, ended_at=None, starts_on__lte=today, ends_on__gte=today)
    away = Q(journey__named_midwife__in=covers.values("midwife"))
    theirs = Q(journey__named_midwife=user) | Q(journey__buddy=user) | away
    return _by_woman(_open(user).filter(theirs), user, at)


def of_journey(journey: Journey, user: User, at: datetime) -> dict[int, Open]:
    """The open alerts of one journey, by the id of their handoff. For pages that know the handoff may be shown."""
    found = _read(_open(user).filter(journey=journey), user, at)
    return {each.handoff.pk: each for each in found}


def one_of(user: User, flag: int, at: datetime) -> Open | None:
    """The open alert of this flag, for its own page; None where it has ended or ``user`` may not see her."""
    return next(iter(_read(_open(user).filter(pk=flag), user, at)), None)


def told_blindly(user: User, at: datetime) -> list[Blind]:
    """The open alerts told to the acting person of women whom they may not see, the most urgent first. One query."""
    return [each for each in _my_alerts() if not each.visible]


def count_to_act_on(user: User, at: datetime) -> int:
    """How many open alerts the acting person was told that nobody holds: the number beside "Alerts". One query."""
    return sum(each.held_until is None or each.held_until <= at for each in _my_alerts())


def _my_alerts() -> list[Blind]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, severity, site, due_at, fired_at, rung, post, held_until, held_by, owner, visible "
            "FROM pathways_my_alerts() ORDER BY severity, due_at, id"
        )
        return [Blind(row[0], Severity(row[1]), *row[2:]) for row in cursor.fetchall()]


# -- numbers ---------------------------------------------------------------------------------------


def told_per_day(since: date, until: date) -> dict[date, int]:
    """Of how many women the acting person was told on each London day (both included). One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, women FROM pathways_my_told(%s, %s)", [since, until])
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Spread:
    """How many people were told of so many women on one day at the reader's sites: no names, and no small numbers.

    ``few`` up to 7, ``some`` 8 to 15, ``many`` more than 15: that many on a ward's shift is more than anybody reads.
    """

    day: date
    few: int
    some: int
    many: int

    @property
    def median(self) -> str:
        """In which band the middle person of that day is."""
        middle = (self.few + self.some + self.many + 1) // 2
        if middle <= self.few:
            return "fewer than 8"
        return "8 to 15" if middle <= self.few + self.some else "more than 15"


def spread(since: date, until: date) -> list[Spread]:
    """The spread of alerts over people for each London day on which somebody was told. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, up_to_7, up_to_15, above_15 FROM pathways_told_spread(%s, %s) ORDER BY day", [since, until]
        )
        return [Spread(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Honest:
    """What became of the alerts of one moment. None: too few to be shown; else rounded to 5, exact for whoever sees
    all the women behind them.

    ``acted`` ended by a recorded act within a day of the first alert, ``later`` after that, ``by_itself`` no longer
    needed, not applicable or moved: a false alert. ``open`` are not ended.
    """

    moment: str
    title: str
    fired: int | None
    taken: int | None
    put_off: int | None
    acted: int | None
    later: int | None
    by_itself: int | None
    open: int | None


def honesty(since: date, until: date) -> list[Honest]:
    """What became of alerts first told between two London days (both included), at the reader's sites. One query.

    Moments of a separation or a loss are left out, as in every number by site.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT moment, fired, taken, put_off, acted, later, by_itself, still_open "
            "FROM pathways_alert_honesty(%s, %s)",
            [since, until],
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        Honest(key, moment.list_title, *found[key])
        for key, moment in by_key.items()
        if key in found and _by_site(moment)
    ]


def _by_site(moment: Moment) -> bool:
    """Whether numbers of this moment may be told by site at all: not what concerns a separation or a loss."""
    return moment.subject is not SubjectKind.SEPARATION and not _NEVER_BY_SITE.issuperset(moment.stages)


def put_off_reasons(since: date, until: date) -> dict[str, int | None]:
    """How often each of the offered reasons was given, and ``Another reason``; None: too few to be shown. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason, times FROM pathways_put_off_reasons(%s, %s, %s)", [since, until, list(PUT_OFF_REASONS)]
        )
        return dict(cursor.fetchall())


# -- reading ---------------------------------------------------------------------------------------


def _open(user: User) -> QuerySet[Flag]:
    """Flags that stand and have reached a level, of the women whom ``user`` may see."""
    flags = Flag.objects.filter(cleared_at=None, rung__isnull=False, handoff__isnull=False)
    flags = flags.filter(journey__in=journeys_visible_to(user))
    return flags.select_related("handoff", "held_by", "journey__woman", "journey__named_midwife", "journey__site")


def _by_woman(flags: QuerySet[Flag], user: User, at: datetime) -> list[Hers]:
    groups: dict[int, list[Open]] = {}
    for each in _read(flags, user, at):
        groups.setdefault(each.journey.woman_id, []).append(each)
    return [Hers(alerts[0].journey, tuple(alerts)) for alerts in groups.values()]


def _read(flags: Iterable[Flag], user: User, at: datetime) -> list[Open]:
    """The entries of these flags, the most urgent first. Four SQL queries more."""
    flags = list(flags)
    ids = [flag.pk for flag in flags]
    alerts = {alert.flag_id: alert for alert in Alert.objects.filter(flag__in=ids).order_by("rung")}
    told: dict[int, list[Told]] = {}
    rows = AlertTo.objects.filter(alert__flag__in=ids).select_related("user", "alert")
    for row in rows.order_by("alert__rung", "user__name", "pk"):
        told.setdefault(row.alert.flag_id, []).append(Told(row.user, row.post, row.alert.rung, row.told_at))
    owners = {
        owner.handoff_id: owner.user
        for owner in Owner.objects.filter(handoff__in=[flag.handoff_id for flag in flags], until=None).select_related(
            "user"
        )
    }
    holds = {hold.flag_id: hold for hold in Hold.objects.filter(flag__in=ids, undone_at=None).order_by("at", "pk")}
    found = [
        _entry(flag, flag.handoff, alerts[flag.pk], tuple(told.get(flag.pk, ())), owners, holds.get(flag.pk), user, at)
        for flag in flags
        if flag.handoff and flag.pk in alerts
    ]
    return sorted(found, key=lambda each: (each.needs_decision, each.severity, each.handoff.due_at, each.flag.pk))


def _entry(
    flag: Flag,
    handoff: Handoff,
    alert: Alert,
    told: tuple[Told, ...],
    owners: dict[int | None, User],
    hold: Hold | None,
    user: User,
    at: datetime,
) -> Open:
    moment, step = step_of(handoff)
    return Open(
        flag=flag,
        handoff=handoff,
        journey=flag.journey,
        alert=alert,
        severity=severity_of(flag),
        title=step.list_title,
        told=told,
        posts=tuple(dict.fromkeys(each.post for each in told if each.user == user)),
        owner=owners.get(handoff.pk),
        held=_held(flag, hold, user, at),
        levels=len(LADDERS[moment.ladder].rungs),
        next_level=flag.climbs_at,
        needs_decision=handoff.due_at <= at - LONG_PAST,
    )


def _held(flag: Flag, hold: Hold | None, user: User, at: datetime) -> Held | None:
    if hold is None or flag.held_by is None or flag.held_until is None or flag.held_until <= at:
        return None
    taken = hold.kind == Hold.Kind.TAKEN
    return Held(flag.held_by, flag.held_until, taken, hold.reason, hold.pk, flag.held_by == user)
