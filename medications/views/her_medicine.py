"""The page of her medicine, and writing down what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from medications import stating
from medications.admissions import admission_of
from medications.forms.stating import AskedForm, SayForm, StrikeForm, SupplyForm
from medications.models import Call, Source, Statement
from medications.pages import her_medicine as page
from medications.pages.standings import said_of, standings_of
from medications.panels import ON_HER_MEDICINE
from medications.rules.verification import State
from medications.wording.verification import sentence_of, title_of
from pathways.actions import AlreadyAnswered, Refused
from pathways.forms.once import OnceForm
from pathways.models import Journey
from pathways.seen import SentOtherwise
from pathways.views.changed import not_stored, saved_otherwise, typed_in
from pathways.views.her import around_her, her_journey, posted

# Who says it: what they are called, what counts for what, the heading of their form.
SAYS = {
    Source.PRESCRIBER: (
        "The prescriber",
        "The drug service, or whoever prescribes it. One of the two who confirm it.",
        "What does the prescriber say?",
    ),
    Source.PHARMACY: (
        "The pharmacy",
        "Where she takes or collects it. One of the two who confirm it.",
        "What does the pharmacy say?",
    ),
    Source.SHE_SAYS: (
        "She herself",
        "Heard and written down. It is not confirmed by this alone.",
        "What does she say?",
    ),
    Source.OWN_CARD: (
        "Her own card or a label",
        "What is printed or written on it. It is not confirmed by this alone.",
        "What does her card or label say?",
    ),
    Source.OTHER_WARD: (
        "Another ward",
        "A ward or hospital where she was before. It is not confirmed by this alone.",
        "What does the other ward say?",
    ),
}


@requires(Ability.SEE_MEDICINE)
@require_safe
def her_medicine(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is confirmed, both sources side by side, whom to ring now, and what was written down before."""
    her, now = her_journey(request, pk), clock.now()
    shown = page.page_of(her, now)
    notice = stating.notice_of(her, admission_of(her, now))
    few, more = page.few(shown.entries)
    context = {
        **around_her(her),
        "page": shown,
        "entries": few,
        "earlier": more,
        "panels": ON_HER_MEDICINE.filled(her, request.user, now),
        "may_state": Ability.STATE_MEDICINE in request.user.abilities,
        "owes_notice": notice is not None and notice.ended_at is None,
        "is_conflict": shown.standing.state is State.CONFLICT,
        "is_ooh": shown.standing.state is State.OOH,
    }
    return render(request, "medications/her_medicine.html", context)


@requires(Ability.STATE_MEDICINE)
@require_safe
def say(request: StaffRequest, pk: int) -> HttpResponse:
    """Who says it: the source comes first."""
    her = her_journey(request, pk)
    ways = [
        (label, hint, reverse("say_medicine", args=[her.pk, source.value])) for source, (label, hint, _) in SAYS.items()
    ]
    return render(request, "medications/who_says.html", {**_around(her), "ways": ways})


@requires(Ability.STATE_MEDICINE)
@require_http_methods(["GET", "HEAD", "POST"])
def say_exactly(request: StaffRequest, pk: int, source: str) -> HttpResponse:
    """Exactly what one source says. Nothing is filled in beforehand."""
    her = her_journey(request, pk)
    if source not in Source.values:
        raise Http404
    form = SayForm(
        posted(request),
        source=source,
        site=her.site.definition,
        wrong=lambda stated: stating.what_is_wrong(her, stated, by=request.user),
    )

    def said() -> str:
        stating.state(her, form.stated, by=request.user)
        return "Written down."

    _, hint, title = SAYS[Source(source)]
    return _act(request, her, form, said, title=title, hint=hint, button="Write it down")


@requires(Ability.STATE_MEDICINE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Whom somebody asked, and what came of it."""
    her = her_journey(request, pk)
    form = AskedForm(posted(request))

    def asked() -> str:
        data = form.cleaned_data
        call = stating.asked(
            her,
            data["source"],
            data["whom"],
            data["outcome"],
            called_at=data["called_at"],
            note=data["note"],
            submission=data["submission"],
            by=request.user,
        )
        opens = f" It opens {clock.due_in_words(call.opens_at, year=True)}." if call.opens_at else ""
        return f"Written down.{opens}"

    return _act(
        request,
        her,
        form,
        asked,
        title="Whom did you ask?",
        hint="If they told you what she takes, write down what they said instead.",
        button="Write it down",
    )


@requires(Ability.STATE_MEDICINE)
@require_http_methods(["GET", "HEAD", "POST"])
def strike(request: StaffRequest, pk: int, what: str, row: int) -> HttpResponse:
    """Strike through something that was written down; it stays readable."""
    her = her_journey(request, pk)
    wrong = _written(her, what, row)
    form = StrikeForm(posted(request))

    def struck() -> str:
        stating.strike(wrong, form.cleaned_data["reason"], by=request.user)
        return "Struck through. It stays readable, and counts no more."

    return _act(
        request,
        her,
        form,
        struck,
        title="Strike this through",
        hint="It stays readable with your reason. If it was confirmed by this alone, it has to be confirmed again.",
        button="Strike it through",
        entry=page.entry_of(wrong, her.site.definition),
    )


@requires(Ability.STATE_MEDICINE)
@require_http_methods(["GET", "HEAD", "POST"])
def community_supply(request: StaffRequest, pk: int) -> HttpResponse:
    """The pharmacy holds or has cancelled her supply while the ward gives it."""
    her = her_journey(request, pk)
    form = SupplyForm(posted(request))

    def held() -> str:
        data = form.cleaned_data
        stating.community_supply(
            her, data["how"], data["confirmed_by"], at=data["at"], submission=data["submission"], by=request.user
        )
        return "Recorded: her supply outside waits while she is on the ward."

    return _act(
        request,
        her,
        form,
        held,
        title="Her supply outside",
        hint="While the ward gives her medicine, the pharmacy’s has to wait: a dose from both would be dangerous.",
        button="Record it",
    )


# -- shared ----------------------------------------------------------------------------------------


def _written(her: Journey, what: str, row: int) -> Statement | Call:
    """A statement or a call of hers; 404 for one of another woman, just as for one that is not there."""
    if what == "statement":
        return get_object_or_404(Statement, journey=her, pk=row)
    if what == "call":
        return get_object_or_404(Call, journey=her, pk=row)
    raise Http404


def _around(her: Journey) -> dict[str, Any]:
    return {**around_her(her), "medicine_url": reverse("her_medicine", args=[her.pk])}


def _act(
    request: StaffRequest,
    her: Journey,
    form: OnceForm,
    verb: Callable[[], str],
    *,
    title: str,
    hint: str,
    button: str,
    entry: page.Entry | None = None,
) -> HttpResponse:
    """A page with one form: show it, or do what it asks and go back to her medicine with how it stands now."""
    if request.method == "POST" and form.is_valid():
        try:
            said = verb()
        except SentOtherwise as sent:
            return _sent_otherwise(request, her, form, sent.earlier)
        except AlreadyAnswered as faster:
            messages.info(request, faster.sentence)
            return redirect("her_medicine", her.pk)
        except Refused as refused:
            form.refuse(refused)
        else:
            standing = standings_of([her], clock.now())[her.pk]
            messages.success(request, f"{said} {title_of(standing)}: {sentence_of(standing)}")
            return redirect("her_medicine", her.pk)
    context = {**_around(her), "form": form, "title": title, "hint": hint, "button": button, "entry": entry}
    return render(request, "medications/act.html", context)


def _sent_otherwise(request: StaffRequest, her: Journey, form: forms.Form, earlier: Any) -> HttpResponse:
    """This form was saved before with other words: what was saved beside what is not."""
    if not isinstance(earlier, Statement):
        return saved_otherwise(request, her, form, earlier)
    said = said_of(earlier, her.site.definition)
    facts = [("Word for word", earlier.words), *((label, words) for _, label, words in page.stated_lines(said))]
    return not_stored(
        request,
        her,
        title="This was written down already, in other words",
        lead="What you changed since is not saved. If the first was wrong, strike it through and write it down anew.",
        stored=(earlier.get_source_display(), facts),
        typed=typed_in(form),
    )
