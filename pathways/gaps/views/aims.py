"""Acting on a number: an aim is set, changed or ended; what was changed is noted."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import User
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.forms.once import OnceForm
from pathways.gaps import aims as verbs
from pathways.gaps.aiming import aimables, soonest
from pathways.gaps.forms.aims import AimForm, EndAimForm, NoteForm
from pathways.gaps.measures import BY_KEY, TABLES, Measure, Shown
from pathways.gaps.models import Aim, ChangeNote
from pathways.gaps.pages.aims import aims_page, line_of
from pathways.pages.caseload import sites_of
from pathways.views.her import posted


@requires(Ability.ACT_ON_GAPS)
@require_safe
def aims(request: StaffRequest) -> HttpResponse:
    """All aims of the reader's sites, how they stand, and what was changed."""
    return render(request, "gaps/aims.html", {"page": aims_page(request.user)})


@requires(Ability.ACT_ON_GAPS)
@get_or_post
def aim(request: StaffRequest, measure: str) -> HttpResponse:
    """Set an aim for a number of one's own site; ``line`` and ``site`` choose which."""
    counted, site = _measure(measure), own_site(request)
    lines = aimables(counted)
    if not lines:
        raise Http404
    form = AimForm(posted(request), lines=lines, people=_people(site), initial={"line": request.GET.get("line", "")})

    def verb() -> object:
        return verbs.set_aim(site, form.aimed, submission=form.cleaned_data["submission"], by=request.user)

    told = soonest(lines[0].table, clock.today())
    lead = f"Numbers are told by the quarter or the year: the next end on {clock.day_in_words(told)}."
    if lines[0].table.shown is not Shown.BY_SITE:
        lead += " This number is told of all sites together. Your aim stands beside it with the name of your site."
    return _asked(request, form, verb, "The aim is set.", f"Set an aim: {counted.title}", site, counted, lead=lead)


@requires(Ability.ACT_ON_GAPS)
@get_or_post
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change an aim: it ends, and another stands in its place."""
    row = _own_aim(request, pk)
    measure = BY_KEY[row.of_table.split(".")[0]]
    lines = [each for each in aimables(measure) if (each.table.key, each.line.key) == (row.of_table, row.line)]
    if not lines:
        raise Http404
    form = AimForm(posted(request), lines=lines, people=_people(row.site), aim=row)

    def verb() -> object:
        return verbs.change_aim(row, form.aimed, submission=form.cleaned_data["submission"], by=request.user)

    title = f"Change an aim: {measure.title}"
    return _asked(request, form, verb, "The aim is changed.", title, row.site, None, lead=lines[0].line.words)


@requires(Ability.ACT_ON_GAPS)
@get_or_post
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Nobody works towards an aim any more."""
    row = _own_aim(request, pk)
    form, line = EndAimForm(posted(request)), line_of(row)

    def verb() -> object:
        return verbs.end_aim(row, form.cleaned_data["why"], by=request.user)

    title = f"End an aim: {BY_KEY[row.of_table.split('.')[0]].title}"
    return _asked(
        request,
        form,
        verb,
        "The aim has ended.",
        title,
        row.site,
        None,
        lead=line.words if line else "",
        button="End it",
    )


@requires(Ability.ACT_ON_GAPS)
@get_or_post
def note(request: StaffRequest, measure: str) -> HttpResponse:
    """Note what was changed at one's own site, for one measure."""
    counted, site = _measure(measure), own_site(request)
    form = NoteForm(posted(request))

    def verb() -> object:
        entered = form.cleaned_data
        said = (entered["changed_on"], entered["words"])
        return verbs.note_change(site, counted, *said, submission=entered["submission"], by=request.user)

    return _asked(request, form, verb, "Noted.", f"Note a change: {counted.title}", site, counted)


@requires(Ability.ACT_ON_GAPS)
@get_or_post
def strike(request: StaffRequest, pk: int) -> HttpResponse:
    """A note was entered in error."""
    rows = ChangeNote.objects.filter(struck_at=None, site__in=request.user.site_ids).select_related("site")
    row = get_object_or_404(rows, pk=pk)
    lead = f"“{row.words}” No chart marks it any more. It stays on record as entered in error."

    def verb() -> object:
        return verbs.strike_note(row, by=request.user)

    title, said = "This note was entered in error", "Taken off the charts. It stays on record."
    return _asked(
        request,
        OnceForm(posted(request)),
        verb,
        said,
        title,
        row.site,
        None,
        lead=lead,
        button="Take it off the charts",
    )


def own_site(request: StaffRequest) -> Site:
    """The site that the address names, of those where the reader works; else their first."""
    sites = sites_of(request.user)
    return next((site for site in sites if site.code == request.GET.get("site")), sites[0])


def _measure(key: str) -> Measure:
    """The measure of that key. 404 also for what no page shows."""
    measure = BY_KEY.get(key)
    if measure is None or all(table.shown is Shown.GOVERNANCE for table in measure.tables):
        raise Http404
    return measure


def _own_aim(request: StaffRequest, pk: int) -> Aim:
    """A standing aim of one of the reader's sites; 404 for another site's."""
    rows = Aim.objects.filter(ended_at=None, site__in=request.user.site_ids, of_table__in=TABLES)
    return get_object_or_404(rows.select_related("site", "owner"), pk=pk)


def _people(site: Site) -> list[User]:
    """Who works at ``site`` today, by name."""
    here = verbs.members_of(site).values("user")
    return list(User.objects.filter(pk__in=here, is_active=True).order_by("name", "pk"))


def _asked(
    request: StaffRequest,
    form: OnceForm,
    verb: Callable[[], object],
    said: str,
    title: str,
    site: Site,
    measure: Measure | None,
    *,
    lead: str = "",
    button: str = "Save it",
) -> HttpResponse:
    """The page with the form, or its way on: to the measure that it was opened from, else to the list of aims."""
    back = reverse("gap", args=[measure.key]) if measure else reverse("gaps_aims")
    if request.method == "POST" and form.is_valid():
        try:
            verb()
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return redirect(back)
    sites = [(each.name, f"?site={each.code}", each == site) for each in sites_of(request.user)] if measure else []
    context = {"title": title, "site": site, "sites": sites, "lead": lead, "button": button, "back": back}
    return render(request, "gaps/act.html", {"form": form, **context})
