"""Booking for one woman: a time in a session, one somewhere else, another time, cancelling, what was kept for her."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.models import Journey
from pathways.views.her import around_her, her_journey, posted
from pathways.views.one_form import one_form
from referrals import booking, waiting
from referrals.attending import has_interpreter
from referrals.booking import Choice
from referrals.forms.booking import BookForm, CancelForm, ElsewhereForm, KeptForm, MoveForm
from referrals.models import Appointment, Session, Waiting
from referrals.pages.appointments import her_appointments, line_of, rows_of
from referrals.pages.reasons import reasons_for
from referrals.pages.times import as_asked, at_time, free_days, is_time, sessions_of, starts_in
from referrals.rules import kinds
from referrals.seats import free_in
from referrals.views.about import about_appointments
from referrals.wording.booking import session_in_words, when_in_words, with_in_words

LEAST_MINUTES = 5
MOST_TIMES = 40  # that a form offers


@requires(Ability.SEE_JOURNEY)
@require_safe
def appointments(request: StaffRequest, pk: int) -> HttpResponse:
    """All of hers, and what she waits for."""
    her = her_journey(request, pk)
    context = {**around_her(her), "page": her_appointments(her, request.user, clock.now())}
    return render(request, "referrals/appointments.html", context)


@requires(Ability.SEE_JOURNEY)
@require_safe
def appointment(request: StaffRequest, pk: int, appointment: int) -> HttpResponse:
    """One of hers: when, where, what for, and how it stands."""
    her = her_journey(request, pk)
    row = _hers(her, appointment)
    standing = row.state != Appointment.State.CANCELLED and row.recorded_at is None
    context = {
        **around_her(her),
        "line": line_of(row),
        "row": row,
        "who": with_in_words(row.session) if row.session else row.get_kind_display(),
        "had_interpreter": has_interpreter(row),
        "may_change": standing and Ability.BOOK in request.user.abilities,
    }
    return render(request, "referrals/appointment.html", context)


@requires(Ability.BOOK)
@require_safe
def find_time(request: StaffRequest, pk: int) -> HttpResponse:
    """What is free with one kind of service (``kind``) for so long (``minutes``) in the weeks to come."""
    her, now = her_journey(request, pk), clock.now()
    kind = kinds.BY_KEY.get(request.GET.get("kind", ""))
    minutes = int(said) if (said := request.GET.get("minutes", "")).isdecimal() and 5 <= int(said[:4]) <= 480 else 0
    context: dict[str, Any] = {**around_her(her), "kind": kind, "kinds": kinds.ALL}
    if kind:
        minutes = minutes or kind.minutes
        context |= {"minutes": minutes, "days": free_days(sessions_of(her, kind.key, now), minutes, now)}
    return render(request, "referrals/find_time.html", context)


@requires(Ability.BOOK)
@get_or_post
def book_time(request: StaffRequest, pk: int, session: int) -> HttpResponse:
    """Book a time in one session for her; ``at`` is the one that was chosen."""
    her, now = her_journey(request, pk), clock.now()
    of = get_object_or_404(Session.objects.select_related("clinic__place", "room", "clinician", "service"), pk=session)
    asked = [said for said in (request.POST.get("starts_at"), request.GET.get("at")) if said and is_time(said)]
    free = [as_asked(at) for at in starts_in(LEAST_MINUTES, now, free_in(of))]
    form = BookForm(
        posted(request),
        starts=sorted({*asked, *free}),
        minutes=of.minutes,
        reasons=reasons_for(her, of.kind),
        initial={"starts_at": asked[-1] if asked else ""},
    )

    def booked() -> str:
        data, choice = form.cleaned_data, _chosen(form, of)
        made = booking.book(her, choice, children=data["children"] or 0, submission=data["submission"], by=request.user)
        if data["agreed"]:
            booking.confirm(made.visit, by=request.user)
        return f"Booked: {when_in_words(made)}."

    return one_form(
        request, her, form, booked, lead=session_in_words(of), **about_appointments(her, "Book a time", "Book it")
    )


@requires(Ability.BOOK)
@get_or_post
def book_elsewhere(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down an appointment that is in none of our sessions."""
    her = her_journey(request, pk)
    form = ElsewhereForm(posted(request))

    def booked() -> str:
        data = form.cleaned_data
        choice = Choice(
            None,
            data["starts_at"],
            data["minutes"],
            data["kind"],
            data["words"],
            her_words=data["her_words"],
            elsewhere=data["elsewhere"],
        )
        made = booking.book(her, choice, submission=data["submission"], by=request.user)
        return f"Written down: {when_in_words(made)}."

    return one_form(
        request, her, form, booked, **about_appointments(her, "An appointment somewhere else", "Write it down")
    )


@requires(Ability.BOOK)
@get_or_post
def cancel(request: StaffRequest, pk: int, appointment: int) -> HttpResponse:
    """Cancel one; who cancels it is asked."""
    her = her_journey(request, pk)
    row = _hers(her, appointment)
    form = CancelForm(posted(request))

    def cancelled() -> str:
        data = form.cleaned_data
        waits = data["waits"] == "yes"
        booking.cancel(row, data["whose"], data["why"], waits=waits, by=request.user)
        return "Cancelled. She is on the waiting list." if waits else "Cancelled."

    return one_form(request, her, form, cancelled, **_about_one(row, "Cancel an appointment", "Cancel it"))


@requires(Ability.BOOK)
@get_or_post
def move(request: StaffRequest, pk: int, appointment: int) -> HttpResponse:
    """Another time for the same thing, of those that are free."""
    her, now = her_journey(request, pk), clock.now()
    row = _hers(her, appointment)
    minutes = int((row.during.upper - row.during.lower).total_seconds() // 60)
    days = free_days(sessions_of(her, row.kind, now), minutes, now)
    times = [
        (f"{free.session.pk} {at}", f"{day.title}, {at}, {free.title}")
        for day in days
        for free in day.sessions
        for _, at in free.lines
    ][:MOST_TIMES]
    form = MoveForm(posted(request), times=times)

    def moved() -> str:
        data = form.cleaned_data
        session, at = data["to"].split(" ")
        to = Session.objects.select_related("clinic__place").get(pk=session)
        made = booking.move(
            row,
            at_time(to, at),
            to,
            whose=data["whose"],
            why=data["why"],
            submission=data["submission"],
            by=request.user,
        )
        return f"Moved: {when_in_words(made)}."

    context = _about_one(row, "Another time", "Move it")
    return one_form(request, her, form, moved, **context)


@requires(Ability.BOOK)
@get_or_post
def kept(request: StaffRequest, pk: int, appointment: int) -> HttpResponse:
    """A place is kept for her: ask her, and write down what she says."""
    her = her_journey(request, pk)
    row = _hers(her, appointment)
    form = KeptForm(posted(request))

    def said() -> str:
        answer = form.cleaned_data["said"]
        if answer == "yes":
            booking.confirm(row, by=request.user)
            return f"It is hers: {when_in_words(row)}."
        waits = Waiting.objects.filter(appointment=row, ended="").first()
        if answer == "no" and waits:
            waiting.end_waiting(waits, Waiting.Ended.HER_CHOICE, by=request.user)
            return "She waits no more. The place goes to the next."
        booking.cancel(row, Appointment.Whose.HERS, by=request.user)
        return "She keeps waiting. The place goes to the next."

    context = _about_one(row, "A place is kept for her", "Write it down")
    return one_form(request, her, form, said, **context)


@requires(Ability.BOOK)
@require_POST
def interpreter_arranged(request: StaffRequest, pk: int, appointment: int) -> HttpResponse:
    """Write down that an interpreter comes to the visit."""
    her = her_journey(request, pk)
    booking.arrange_interpreter(_hers(her, appointment).visit, by=request.user)
    messages.success(request, "Written down: an interpreter is arranged.")
    return redirect("appointment", her.pk, appointment)


def _hers(her: Journey, appointment: int) -> Appointment:
    return get_object_or_404(rows_of(her), pk=appointment)


def _chosen(form: BookForm, of: Session) -> Choice:
    """What the form says, as the verb takes it."""
    data, reason = form.cleaned_data, form.reason
    return Choice(
        session=of,
        starts_at=at_time(of, data["starts_at"]),
        minutes=data["minutes"],
        kind=of.kind,
        words=data["words"].strip() or reason.words,
        need_key=reason.need_key,
        referral=reason.referral,
        her_words=data["her_words"],
    )


def _about_one(row: Appointment, title: str, button: str) -> dict[str, Any]:
    line = line_of(row)
    lead = f"{line.when}: {line.what}. {line.where}."
    return {**about_appointments(row.journey, title, button), "lead": f"{lead} {line.state}." if line.state else lead}
