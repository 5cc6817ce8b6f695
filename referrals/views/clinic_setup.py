"""Setting up clinics: days, sessions, what comes again, and cancelling. Each page is one form that calls one verb."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.refused import Refused
from pathways.views.her import posted
from referrals import clinics as verbs
from referrals import series as again
from referrals.forms.clinics import ClinicForm, CrecheForm, DayForm, EndSeriesForm, SeriesForm, SessionForm, WhyForm
from referrals.models import Clinic, Place, Series, SeriesSession, Session
from referrals.pages.days import clinics_of
from referrals.pages.setting_up import SeriesLine, series_line, series_of
from referrals.wording.clinics import long_day, session_in_words

Said = tuple[str, str]  # what was done, in words, and the page to go on with

TO_BE_TOLD = "Whoever had an appointment is put first in line again, and stands on her midwife's list of whom to tell."


def _places(request: StaffRequest) -> list[Place]:
    here = Place.objects.filter(site__in=request.user.site_ids).select_related("site")
    return list(here.order_by("site__name", "name"))


def _form_page(
    request: StaffRequest,
    form: ClinicForm,
    verb: Callable[[], Said],
    *,
    title: str,
    button: str,
    back: str,
    lead: str = "",
) -> HttpResponse:
    """The form, or what it asks for: ``verb`` does it, and answers with what to say and where to go on."""
    if request.method == "POST" and form.is_valid():
        try:
            said, url = verb()
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return redirect(url)
    context = {"form": form, "title": title, "button": button, "back": back, "lead": lead}
    return render(request, "referrals/clinic_form.html", context)


def _gone(number: int) -> str:
    """What follows for the women, in words."""
    if not number:
        return "Nobody had an appointment."
    many = "1 appointment was cancelled with it" if number == 1 else f"{number} appointments were cancelled with it"
    return f"{many}: the women are to be told."


# -- what comes again ------------------------------------------------------------------------------


@requires(Ability.KEEP_CLINICS)
@require_safe
def set_up(request: StaffRequest) -> HttpResponse:
    """What comes again at the reader's sites, and the ways to add to it."""
    return render(
        request, "referrals/clinic_setup.html", {"lines": series_of(request.user), "places": _places(request)}
    )


@requires(Ability.KEEP_CLINICS)
@get_or_post
def series_add(request: StaffRequest) -> HttpResponse:
    """Begin a clinic that comes again."""
    form = SeriesForm(posted(request), places=_places(request))

    def begin() -> Said:
        made = again.begin_series(form.chosen_place, form.plan, by=request.user)
        return "Its days are made. Now say what is on each of them.", reverse("series", args=[made.pk])

    return _form_page(
        request, form, begin, title="A clinic that comes again", button="Make its days", back=reverse("clinics_set_up")
    )


@requires(Ability.KEEP_CLINICS)
@require_safe
def series(request: StaffRequest, pk: int) -> HttpResponse:
    """One series: its rhythm, what is on each day, its next days."""
    return render(request, "referrals/series.html", {"line": _series(request, pk)})


@requires(Ability.KEEP_CLINICS)
@get_or_post
def series_session_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more session on each day of a series."""
    line = _series(request, pk)
    form = SessionForm(posted(request), place=line.series.place)
    back = reverse("series", args=[pk])

    def put() -> Said:
        not_held = again.add_to_series(line.series, form.plan, by=request.user)
        days = ", ".join(clock.day_in_words(each.clinic.on) for each in not_held)
        but = f", but not on {days}: the room or the person is taken" if days else ""
        return f"It is on every day of the series from now on{but}.", back

    return _form_page(request, form, put, title="A session on each day", button="Add it to each day", back=back)


@requires(Ability.KEEP_CLINICS)
@get_or_post
def series_session_end(request: StaffRequest, pk: int, session: int) -> HttpResponse:
    """A session of a series comes no more."""
    line = _series(request, pk)
    row = get_object_or_404(SeriesSession, pk=session, series=line.series)
    form = WhyForm(posted(request))
    back = reverse("series", args=[pk])

    def take() -> Said:
        return (
            f"It comes no more. {_gone(again.take_from_series(row, form.cleaned_data['why'], by=request.user))}",
            back,
        )

    title = f"{row.get_kind_display()}, {row.starts:%H:%M}–{row.ends:%H:%M}: it comes no more"
    return _form_page(request, form, take, title=title, button="Take it from each day", back=back, lead=TO_BE_TOLD)


@requires(Ability.KEEP_CLINICS)
@get_or_post
def series_end(request: StaffRequest, pk: int) -> HttpResponse:
    """A series ends."""
    line = _series(request, pk)
    form = EndSeriesForm(posted(request))

    def end() -> Said:
        data = form.cleaned_data
        gone = again.end_series(line.series, data["last_on"], data["why"], by=request.user)
        return f"It ends on {clock.day_in_words(data['last_on'])}. {_gone(gone)}", reverse("clinics_set_up")

    return _form_page(
        request,
        form,
        end,
        title=f"End: {line.rhythm}, {line.series.place}",
        button="End it",
        back=reverse("series", args=[pk]),
        lead=f"Its days after the last one are cancelled. {TO_BE_TOLD}",
    )


# -- one day ---------------------------------------------------------------------------------------


@requires(Ability.KEEP_CLINICS)
@get_or_post
def day_add(request: StaffRequest) -> HttpResponse:
    """One day that does not come again."""
    form = DayForm(posted(request), places=_places(request))

    def add() -> Said:
        made = verbs.add_day(form.chosen_place, form.cleaned_data["on"], form.creche, by=request.user)
        return "The day is there. Now add what is on it.", reverse("clinic", args=[made.pk])

    return _form_page(request, form, add, title="Add one day", button="Add it", back=reverse("clinics_set_up"))


@requires(Ability.KEEP_CLINICS)
@get_or_post
def creche(request: StaffRequest, pk: int) -> HttpResponse:
    """When children are looked after that day."""
    day = _clinic(request, pk)
    stands = {name: getattr(day, name) for name in ("creche_places", "creche_from", "creche_until")}
    form = CrecheForm(posted(request), initial=stands)

    def change() -> Said:
        verbs.change_creche(day, form.creche, by=request.user)
        return "Saved.", _url(day)

    return _form_page(request, form, change, title=f"Crèche on {long_day(day.on)}", button="Save", back=_url(day))


@requires(Ability.KEEP_CLINICS)
@get_or_post
def day_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """What is still to come of a day does not take place."""
    day = _clinic(request, pk)
    form = WhyForm(posted(request))

    def cancel() -> Said:
        return f"Cancelled. {_gone(verbs.cancel_day(day, form.cleaned_data['why'], by=request.user))}", _url(day)

    title = f"Cancel {long_day(day.on)}, {day.place}"
    return _form_page(request, form, cancel, title=title, button="Cancel the day", back=_url(day), lead=TO_BE_TOLD)


@requires(Ability.KEEP_CLINICS)
@get_or_post
def session_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more session on one day."""
    day = _clinic(request, pk)
    form = SessionForm(posted(request), place=day.place)

    def add() -> Said:
        verbs.add_session(day, form.plan, by=request.user)
        return "The session is there.", _url(day)

    title = f"Add a session on {long_day(day.on)}"
    return _form_page(request, form, add, title=title, button="Add it", back=_url(day))


@requires(Ability.KEEP_CLINICS)
@get_or_post
def session_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one session of one day."""
    row = _session(request, pk)
    form = SessionForm(posted(request), place=row.clinic.place, initial=_as_it_stands(row))

    def change() -> Said:
        verbs.change_session(row, form.plan, by=request.user)
        return "Changed, for this day alone.", _url(row.clinic)

    title = f"Change a session on {long_day(row.clinic.on)}"
    return _form_page(request, form, change, title=title, button="Change it", back=_url(row.clinic))


@requires(Ability.KEEP_CLINICS)
@get_or_post
def session_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """One session of one day does not take place."""
    row = _session(request, pk)
    form = WhyForm(posted(request))

    def cancel() -> Said:
        gone = verbs.cancel_session(row, form.cleaned_data["why"], by=request.user)
        return f"Cancelled. {_gone(gone)}", _url(row.clinic)

    title = f"Cancel {session_in_words(row)} on {long_day(row.clinic.on)}"
    return _form_page(
        request, form, cancel, title=title, button="Cancel the session", back=_url(row.clinic), lead=TO_BE_TOLD
    )


# -- shared ----------------------------------------------------------------------------------------


def _series(request: StaffRequest, pk: int) -> SeriesLine:
    here = Series.objects.filter(place__site__in=request.user.site_ids).select_related("place__site")
    return series_line(get_object_or_404(here, pk=pk))


def _clinic(request: StaffRequest, pk: int) -> Clinic:
    return get_object_or_404(clinics_of(request.user), pk=pk)


def _session(request: StaffRequest, pk: int) -> Session:
    here = Session.objects.filter(clinic__place__site__in=request.user.site_ids)
    return get_object_or_404(here.select_related("clinic__place__site", "room", "service", "clinician"), pk=pk)


def _url(clinic: Clinic) -> str:
    return reverse("clinic", args=[clinic.pk])


def _as_it_stands(row: Session) -> dict[str, object]:
    local = [at.astimezone(clock.LONDON).time() for at in (row.during.lower, row.during.upper)]
    names = ("kind", "minutes", "seats", "clinician_name", "has_interpreter")
    chosen = {"room": row.room_id, "service": row.service_id, "clinician": row.clinician_id}
    return {**{name: getattr(row, name) for name in names}, **chosen, "starts": local[0], "ends": local[1]}
