"""The caseload, and the search on it. Who has no caseload finds the women in their care on the same page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.context import offered_count
from pathways.finding.search import MOST_SHOWN, find, read
from pathways.pages import caseload as query
from pathways.pages.beside import to_ask_again
from pathways.pages.caseload import CHIPS, CLOSED, MINE, NOBODY, OUT_OF_CONTACT, Chip, Scope, Shown
from pathways.pages.caseload_rows import rows
from pathways.pages.outreach import notes_for
from pathways.views.her import shown
from pathways.visibility import journeys_visible_to, women_visible_to

# In the session: ids and choices only, never a name, a number or what somebody searched for.
PLACE = "caseload_place"  # the list last looked at, as the address says it; the way back leads there
FOUND = "caseload_found"  # the journeys found last

# Of the counts line: chip, state, words.
_STATES = (("missed", "missed", "missed"), ("overdue", "overdue", "overdue"), ("due-soon", "due_soon", "due soon"))


@requires(Ability.SEE_JOURNEY)
@require_safe
def caseload(request: StaffRequest) -> HttpResponse:
    """The list: ``of`` says whose women, ``show`` which of them, ``page``; ``found=1`` is the last search instead."""
    at = clock.now()
    if request.GET.get("found") == "1":
        context = _found(request, at)
    elif request.GET.get("show") == CLOSED:
        context = _closed(request, at)
    else:
        context = _open(request, at)
    if request.session.get(PLACE) != context["place"]:
        request.session[PLACE] = context["place"]
    context |= {"at": at, "place_name": query.place_name(request.user)}
    context |= {"may_add": Ability.ADD_WOMAN in request.user.abilities, "offered": offered_count(request)}
    context |= {"may_reassign": Ability.ASSIGN_MIDWIFE in request.user.abilities}
    context |= {"may_see_separated": Ability.SEE_SEPARATED in request.user.abilities}
    return render(request, "pathways/caseload.html", context)


@requires(Ability.SEE_JOURNEY)
@require_POST
def search(request: StaffRequest) -> HttpResponse:
    """Look a woman up by POST, so that no address and no log holds her name; the answer is a list of ids."""
    sought = read(request.POST.get("q", ""))
    if sought.is_empty:
        return redirect("caseload")
    request.session[FOUND] = find(women_visible_to(request.user), sought)
    return redirect(f"{reverse('caseload')}?found=1")


def _open(request: StaffRequest, at: datetime) -> dict[str, Any]:
    """The women of one scope that are not closed: counts, chips and one page of rows."""
    scopes = query.scopes_of(request.user)
    scope, chip = _chosen(scopes, request.GET.get("of")), _chosen(CHIPS, request.GET.get("show"))
    counts = query.counts(request.user, scope, at)
    page = _page(counts[chip.key], request)
    journeys = _on(page, query.of_chip(request.user, scope, chip, at))
    return {
        "place": _query(scope, chip.key, page.number),
        "title": scope.title,
        "total": counts["all"],
        "counts": [(state, f"{counts[key]} {words}", _url(scope, key)) for key, state, words in _STATES if counts[key]],
        "of_nobody": scope.key == NOBODY,
        "nobody": 0 if scope.is_only or scope.key == NOBODY else counts[NOBODY],
        "ask_again": to_ask_again(request.user, at).count(),
        "nobody_url": f"{reverse('caseload')}?of={NOBODY}",
        "scopes": [(each.label, _url(each), each == scope) for each in scopes if each.key != NOBODY],
        "only": scope.is_only,
        "chips": _chips(scope, chip, counts),
        "rows": _rows(journeys, request, at, notes_for(journeys, at) if chip.key == OUT_OF_CONTACT else None),
        "page_obj": page,
        "page_query": _query(scope, chip.key, 1, "&"),
        "closed_url": _url(scope, CLOSED),
        "empty": "" if journeys else _why_empty(request, scope, counts),
        "all_url": _url(scope),
        "everyone_url": f"{reverse('caseload')}?of={query.ALL_OPEN}",
    }


def _closed(request: StaffRequest, at: datetime) -> dict[str, Any]:
    """The closed journeys of one scope, the last one first."""
    scope = _chosen(query.scopes_of(request.user), request.GET.get("of"))
    journeys = query.closed(request.user, scope, at)
    page = _page(journeys.count(), request)
    return {
        "place": _query(scope, CLOSED, page.number),
        "title": f"{scope.title}: closed",
        "total": page.paginator.count,
        "rows": _rows(_on(page, journeys), request, at),
        "page_obj": page,
        "page_query": _query(scope, CLOSED, 1, "&"),
        "all_url": _url(scope),
        "empty": "" if page.paginator.count else "closed",
    }


def _found(request: StaffRequest, at: datetime) -> dict[str, Any]:
    """What the last search found, best first."""
    journeys = query.with_ids(request.user, request.session.get(FOUND, []), at)
    return {
        "place": "found=1",
        "title": "Search",
        "total": len(journeys),
        "found": True,
        "many": len(journeys) == MOST_SHOWN,
        "rows": _rows(journeys, request, at),
        "empty": "" if journeys else "found",
    }


def _chosen(choices: Any, key: str | None) -> Any:
    """The choice that the address names; the first one when it names none of them."""
    return next((choice for choice in choices if choice.key == key), choices[0])


def _page(count: int, request: StaffRequest) -> Page:
    """The page that the address names, of ``count`` rows; the last for one beyond it, the first for no number."""
    return Paginator(range(count), query.PAGE_SIZE).get_page(request.GET.get("page"))


def _on(page: Page, journeys: Any) -> list[Any]:
    return list(journeys[page.start_index() - 1 : page.end_index()]) if page.paginator.count else []


def _rows(
    journeys: list[Any], request: StaffRequest, at: datetime, notes: Mapping[int, str] | None = None
) -> list[Any]:
    """The rows of a page, whose women are written down as shown."""
    shown(request, [journey.woman_id for journey in journeys])
    return rows(journeys, query.next_handoffs(journeys, at), request.user, at, notes) if journeys else []


def _query(scope: Scope, show: str = "all", page: int = 1, end: str = "") -> str:
    """A list's address without its path: only what differs from the first screen; then ``end`` if there is any."""
    parts = {"of": scope.key, "show": show, "page": page}
    usual = {"of": scope.key if scope.is_only else MINE, "show": "all", "page": 1}
    text = urlencode({name: value for name, value in parts.items() if value != usual[name]})
    return text + end if text else ""


def _url(scope: Scope, show: str = "all") -> str:
    return reverse("caseload") + (f"?{query_text}" if (query_text := _query(scope, show)) else "")


def _chips(scope: Scope, chosen: Chip, counts: dict[str, int]) -> list[tuple[str, int, str, bool]]:
    """The chips on offer: label, count, address, whether it is the chosen one."""
    return [
        (chip.label, counts[chip.key], _url(scope, chip.key), chip == chosen)
        for chip in CHIPS
        if chip == chosen or chip.shown == Shown.ALWAYS or (chip.shown == Shown.WHEN_ANY and counts[chip.key])
    ]


def _why_empty(request: StaffRequest, scope: Scope, counts: dict[str, int]) -> str:
    """Why there are no rows, as the page tells it: a filter, a scope without women, or none open to them at all."""
    if counts["all"]:
        return "filter"
    if scope.key == NOBODY:
        return "nobody"
    return "scope" if journeys_visible_to(request.user).exists() else "none"
