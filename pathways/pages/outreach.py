"""The search for a woman who was not reached: how it stands, what was tried, who was asked, who decided.

What she was tried for counts from when somebody last reached her; what is older is there to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.engine import Lane, Stage
from pathways.models import Asked, Event, Handoff, Journey, OutreachDecision, SafeContact, Try
from pathways.pages.caseload import OUTREACH
from pathways.reaching import agreed_in, agreed_with
from pathways.rules.outreach import Agreed, Decided, Limit, Result, Standing, State, Tried, standing
from pathways.shown import DRUG_SERVICE, Shown
from pathways.wording.entries import time_in_words
from pathways.wording.entries import title_of as title_in_words
from pathways.wording.outreach import (
    LOOKS,
    in_a_list,
    next_in_words,
    sentence_of,
    title_of,
    what_came_of,
    what_was_decided,
    what_was_said,
    why_next,
)

MISSED = "contact_missed"
FEW = 3  # of what was written down before somebody last reached her


@dataclass(frozen=True)
class Line:
    """One thing that was written down. ``url`` leads to its entry, where it has one."""

    at: datetime
    when: str
    title: str
    words: str
    by: str
    url: str = ""


@dataclass(frozen=True)
class Search:
    """How the search stands, for its page and for the panel on her journey."""

    standing: Standing
    look: str
    title: str
    sentence: str
    next: str
    why_next: str
    to_ask: tuple[str, ...]
    last_seen: str

    @property
    def decides(self) -> bool:
        return self.standing.state is State.DECIDE

    @property
    def runs(self) -> bool:
        """Whether somebody looks for her."""
        return self.standing.state is not State.IN_TOUCH


@dataclass(frozen=True)
class OutreachPage:
    """The page: how it stands, and everything that was written down, the latest first."""

    search: Search
    lines: Sequence[Line]
    earlier: Sequence[Line]


@dataclass(frozen=True)
class _Written:
    """What was written down of one journey, the earliest first; a missed contact of a file is a try too."""

    tries: Sequence[Event]
    asked: Sequence[Asked]
    decisions: Sequence[OutreachDecision]


def limit_of(site: Site) -> Limit:
    """After how many tries, or how many days, a person decides at this site."""
    said = site.definition.outreach
    return Limit(said.tries, said.days)


def outreach_page(journey: Journey, reader: User, at: datetime) -> OutreachPage:
    """The page of the search for one woman, as ``reader`` sees it."""
    written = _written_of(journey)
    search = _search(journey, written, at)
    lines = _lines(journey, written, Shown.to(reader, journey.woman_id), at)
    since = journey.last_contact_at
    return OutreachPage(
        search,
        [line for line in lines if since is None or line.at > since],
        [line for line in lines if since is not None and line.at <= since][:FEW],
    )


def search_panel(journey: Journey, reader: User, at: datetime) -> dict[str, object] | None:
    """What her journey's page says while somebody looks for her; None while she is in touch."""
    if Ability.SEE_JOURNEY not in reader.abilities or journey.is_closed or journey.in_hospital:
        return None
    if not _is_looked_for(journey, at):
        return None
    search = _search(journey, _written_of(journey), at)
    return {"search": search, "url": reverse("outreach", args=[journey.pk])}


def notes_for(journeys: Iterable[Journey], at: datetime) -> dict[int, str]:
    """For a list: how the search for each of these women stands, by the journey's id. Four queries."""
    journeys = [journey for journey in journeys if journey.stage != Stage.CLOSED]
    sites = Site.objects.in_bulk({journey.site_id for journey in journeys})
    tries, decided = _tried_by_journey(journeys), _decided_by_journey(journeys)
    agreed = _agreed_by_woman(journeys, at)
    found = {
        each.pk: standing(
            _since(tries[each.pk], each),
            _newest(decided[each.pk], each),
            agreed.get(each.woman_id, Agreed()),
            limit_of(sites[each.site_id]),
            overdue=True,
            now=at,
        )
        for each in journeys
    }
    return {pk: in_a_list(one, at) for pk, one in found.items()}


# -- how it stands -------------------------------------------------------------------------------


def _search(journey: Journey, written: _Written, at: datetime) -> Search:
    decided = _newest(written.decisions, journey)
    found = standing(
        _since(written.tries, journey),
        decided,
        agreed_with(journey.woman, at),
        limit_of(journey.site),
        overdue=_is_overdue(journey, at),
        now=at,
    )
    return Search(
        standing=found,
        look=LOOKS[found.state],
        title=title_of(found),
        sentence=sentence_of(found, limit_of(journey.site), journey.last_contact_at, at),
        next=next_in_words(found.next, at) if found.next else "",
        why_next=why_next(found.next) if found.next else "",
        to_ask=_to_ask(written, journey) if found.state is not State.IN_TOUCH else (),
        last_seen=_last_seen(written.asked, journey, at),
    )


def _is_looked_for(journey: Journey, at: datetime) -> bool:
    """Whether there is anything to say at all: one query, for pages on which there mostly is not."""
    since = Q(occurred_at__gt=journey.last_contact_at) if journey.last_contact_at else Q()
    tries = Event.objects.filter(since, kind=MISSED, journey=OuterRef("pk"), correction=None)
    overdue = Handoff.objects.open().filter(journey=OuterRef("pk"), moment=OUTREACH, due_at__lte=at)
    return Journey.objects.filter(Exists(tries) | Exists(overdue), pk=journey.pk).exists()


def _is_overdue(journey: Journey, at: datetime) -> bool:
    return Handoff.objects.open().filter(journey=journey, moment=OUTREACH, due_at__lte=at).exists()


def _since(tries: Iterable[Event], journey: Journey) -> list[Tried]:
    """What was tried since somebody last reached her, as the rule takes it."""
    last = journey.last_contact_at
    return [_tried(event) for event in tries if last is None or event.occurred_at > last]


def _tried(event: Event) -> Tried:
    """One try; of one that says no more than that contact did not happen, the way is not known."""
    one = attempt_of(event)
    if one is None:
        return Tried(event.occurred_at, "", Result.NO_ANSWER)
    return Tried(one.tried_at, one.way, one.result, one.again_at, one.again_way)


def attempt_of(event: Event) -> Try | None:
    """The try that an event is the fact of; None for a missed contact of which no more is known."""
    found: Try | None = getattr(event, "attempt", None)
    return found


def _newest(decisions: Iterable[OutreachDecision], journey: Journey) -> Decided | None:
    """The decision that holds: the last one since somebody last reached her."""
    last = journey.last_contact_at
    held = [one for one in decisions if last is None or one.decided_at > last]
    return Decided(held[-1].decided_at, held[-1].choice, held[-1].review_on) if held else None


def _to_ask(written: _Written, journey: Journey) -> tuple[str, ...]:
    """Whom the last decision wants asked and nobody has asked since."""
    last = journey.last_contact_at
    if not written.decisions or (last and written.decisions[-1].decided_at <= last):
        return ()
    decision = written.decisions[-1]
    asked = {one.whom for one in written.asked if one.recorded_at >= decision.recorded_at}
    return tuple(str(Asked.Whom(whom).label) for whom in decision.partners if whom not in asked)


def _last_seen(asked: Iterable[Asked], journey: Journey, at: datetime) -> str:
    """What others know of her since we last reached her: the latest day on which somebody saw her."""
    last = clock.today(journey.last_contact_at) if journey.last_contact_at else None
    seen = [one for one in asked if one.seen_on and (last is None or one.seen_on >= last)]
    return what_was_said(max(seen, key=lambda one: (one.seen_on, one.pk)), at) if seen else ""


# -- rows ----------------------------------------------------------------------------------------


def _written_of(journey: Journey) -> _Written:
    asked = Asked.objects.filter(journey=journey).select_related("recorded_by")
    decisions = OutreachDecision.objects.filter(journey=journey).select_related("decided_by")
    return _Written(
        list(_tries().filter(journey=journey).select_related("recorded_by")),
        list(asked.order_by("asked_at", "pk")),
        list(decisions.order_by("decided_at", "pk")),
    )


def _tries() -> QuerySet[Event]:
    """The facts of all tries; those whose entry was made in error are none."""
    found = Event.objects.filter(Q(kind=MISSED) | Q(attempt__isnull=False), correction=None)
    return found.select_related("attempt").order_by("occurred_at", "pk")


def _tried_by_journey(journeys: Sequence[Journey]) -> Mapping[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for event in _tries().filter(journey__in=journeys):
        found[event.journey_id].append(event)
    return found


def _decided_by_journey(journeys: Sequence[Journey]) -> Mapping[int, list[OutreachDecision]]:
    found: dict[int, list[OutreachDecision]] = defaultdict(list)
    for one in OutreachDecision.objects.filter(journey__in=journeys).order_by("decided_at", "pk"):
        found[one.journey_id].append(one)
    return found


def _agreed_by_woman(journeys: Sequence[Journey], at: datetime) -> dict[int, Agreed]:
    women = {journey.woman_id for journey in journeys}
    newest = SafeContact.objects.filter(woman__in=women).values("woman").annotate(newest=Max("pk")).values("newest")
    return {contact.woman_id: agreed_in(contact, at) for contact in SafeContact.objects.filter(Q(pk__in=newest))}


def _lines(journey: Journey, written: _Written, shown: Shown, at: datetime) -> list[Line]:
    """Everything that was written down, the latest first. Words that are not the reader's stay out."""
    lines = [_line_of(event, journey, shown) for event in written.tries if shown.event(event)]
    lines += [
        Line(
            one.asked_at,
            time_in_words(one.asked_at),
            what_was_said(one, at),
            one.words if shown.words_in(_lane_of(one)) or one.recorded_by == shown.reader else "",
            str(one.recorded_by or ""),
        )
        for one in written.asked
    ]
    lines += [
        Line(one.decided_at, time_in_words(one.decided_at), what_was_decided(one, at), one.reason, str(one.decided_by))
        for one in written.decisions
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _line_of(event: Event, journey: Journey, shown: Shown) -> Line:
    one = attempt_of(event)
    words = event.note.partition("\n")[2] if one else event.note
    return Line(
        event.occurred_at,
        time_in_words(event.occurred_at),
        what_came_of(one) if one else title_in_words(event),
        words if shown.words_of(event) else "",
        str(event.recorded_by or event.get_source_display()),
        reverse("entry", args=[journey.pk, event.pk]),
    )


def _lane_of(one: Asked) -> Lane | None:
    """Whose words they are: the drug service's where it or the pharmacy said them, or somebody of it wrote them."""
    of_them = one.whom in (Asked.Whom.PHARMACY, Asked.Whom.DRUG_SERVICE)
    writer = one.recorded_by.roles if one.recorded_by else set()
    return Lane.DRUG_SERVICE if of_them or writer & DRUG_SERVICE else None
