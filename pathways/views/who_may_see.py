"""Who may see her record, who never may, and its seal; and saying of oneself that one knows her."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Seal
from carecoord.refused import Refused
from pathways.forms.access import FindColleagueForm, NeverForm, SealForm, WhoForm
from pathways.keeping import conflicts_of, declare_own_conflict, keep_from, let_see_again, seal, seen_seal, unseal
from pathways.models import Journey
from pathways.pages.changed import Change
from pathways.pages.colleagues import MOST_FOUND, found_by
from pathways.pages.who_may_see import who_may_see
from pathways.seen import Changed
from pathways.views.her import around_her, her_journey, posted
from pathways.visibility import journeys_visible_to, women_visible_to


@requires(Ability.MANAGE_ACCESS)
@require_safe
def access(request: StaffRequest, pk: int) -> HttpResponse:
    """The grants in words, the people who must never see her, and the seal."""
    her = her_journey(request, pk)
    never = conflicts_of(her.woman)
    context = {
        **around_her(her),
        "listed": who_may_see(her.woman, {each.person.pk for each in never}, clock.now()),
        "never": never,
        "seal": Seal.objects.filter(woman=her.woman).select_related("made_by").first(),
    }
    return render(request, "pathways/who_may_see.html", context)


@requires(Ability.MANAGE_ACCESS)
@get_or_post
def never(request: StaffRequest, pk: int) -> HttpResponse:
    """Name somebody who must never see her: looked up first, then chosen."""
    her = her_journey(request, pk)
    form = FindColleagueForm(posted(request))
    context = {**around_her(her), "form": form, "back": reverse("who_may_see", args=[pk])}
    if request.method != "POST" or not form.is_valid():
        return render(request, "pathways/never.html", context)
    found = {str(person.pk): (person, words) for person, words in found_by(form.cleaned_data["who"], request.user)}
    if not found:
        form.add_error("who", "Nobody has an account like this. Try the last name alone, or the work e-mail.")
        return render(request, "pathways/never.html", context)
    chosen = NeverForm(
        request.POST if "person" in request.POST or "chosen" in request.POST else None,
        choices=[(key, words) for key, (_, words) in found.items()],
        initial={"who": form.cleaned_data["who"]},
    )
    if chosen.is_valid():
        person = found[chosen.cleaned_data["person"]][0]
        try:
            keep_from(her.woman, person, reason=chosen.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            chosen.refuse(refused)
        else:
            messages.success(request, f"{person} can never see her record. They are not told.")
            return redirect("who_may_see", pk)
    context |= {"form": chosen, "is_choice": True, "many": len(found) == MOST_FOUND}
    return render(request, "pathways/never.html", context)


@requires(Ability.MANAGE_ACCESS)
@get_or_post
def see_again(request: StaffRequest, pk: int, conflict: int) -> HttpResponse:
    """Take back that somebody must never see her, after asking."""
    her = her_journey(request, pk)
    known = next((each for each in conflicts_of(her.woman) if each.pk == conflict), None)
    if known is None:
        raise Http404
    if request.method == "POST":
        let_see_again(her.woman, conflict, by=request.user)
        messages.success(request, f"{known.person} can see her record again wherever a grant shows it.")
        return redirect("who_may_see", pk)
    return _asked(
        request,
        her,
        title=f"May {known.person} see her record again?",
        text="Ask her first, if she named them. The privacy officer is told.",
        yes="Yes, they may",
    )


@requires(Ability.MANAGE_ACCESS)
@get_or_post
def seal_record(request: StaffRequest, pk: int) -> HttpResponse:
    """Seal her record, or change its seal."""
    her = her_journey(request, pk)
    form, status = SealForm(posted(request)), 200
    form.shows(seen_seal(her.woman))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            seal(her.woman, Seal.Level(int(data["level"])), data["reason"], seen=form.sight, by=request.user)
        except Changed:
            form.add_error(None, f"{_seal_in_words(her)} Yours is not saved. Send it again if it is the right one.")
            form.show_again(seen_seal(her.woman))
            status = 409
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Her record is sealed. Who has a grant by their work still sees it.")
            return redirect("who_may_see", pk)
    context = {**around_her(her), "form": form, "back": reverse("who_may_see", args=[pk])}
    return render(request, "pathways/seal.html", context, status=status)


def _seal_in_words(her: Journey) -> str:
    """What somebody else did to her seal while a form was open."""
    known = Seal.objects.filter(woman=her.woman).select_related("made_by").first()
    if known is None:
        return "Somebody took the seal off while you were writing."
    words = f"{known.get_level_display()}. {known.reason}"
    return f"{Change(known.made_by, known.made_at).words}: her record was sealed while you were writing: {words}"


@requires(Ability.MANAGE_ACCESS)
@get_or_post
def unseal_record(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the seal off, after asking."""
    her = her_journey(request, pk)
    meanwhile, carried = "", request.POST.get("stood")
    if request.method == "POST":
        try:
            unseal(her.woman, seen=seen_seal(her.woman, carried or ""), by=request.user)
        except Changed:
            meanwhile = f"{_seal_in_words(her)} It is not taken off. "
        else:
            messages.success(request, "The seal is taken off.")
            return redirect("who_may_see", pk)
    return _asked(
        request,
        her,
        stood=str(seen_seal(her.woman)),
        meanwhile=meanwhile,
        title="Take the seal off her record?",
        text="Staff of her sites can then open it by saying that they care for her. The privacy officer is told.",
        yes="Yes, take it off",
    )


def _asked(request: StaffRequest, her: Journey, **question: str) -> HttpResponse:
    context = {**around_her(her), **question, "back": reverse("who_may_see", args=[her.pk]), "here": request.path}
    return render(request, "pathways/asked.html", context, status=409 if question.get("meanwhile") else 200)


# -- I know her ----------------------------------------------------------------------------------


@requires(Ability.SEE_JOURNEY)
@get_or_post
def own_conflict(request: StaffRequest) -> HttpResponse:
    """ "I know somebody in our care": who she is, of the women whose records are open to the reader."""
    form = WhoForm(posted(request))
    if request.method == "POST" and form.is_valid():
        sought = form.sought
        women = women_visible_to(request.user).filter(date_of_birth=sought.born)
        if sought.number:
            women = women.filter(identifiers__value=sought.number)
        fitting = [woman for woman in women if set(sought.names) <= set(woman.search_key.split())]
        latest = journeys_visible_to(request.user).filter(woman__in=fitting).order_by("-number").first()
        if len(fitting) == 1 and latest:
            return redirect("know_her", latest.pk)
        form.add_error(None, "No record that is open to you fits. Then there is nothing to close: tell your manager.")
    return render(request, "pathways/own_conflict.html", {"form": form})


@requires(Ability.SEE_JOURNEY)
@get_or_post
def know_her(request: StaffRequest, pk: int) -> HttpResponse:
    """Close her record to oneself, after asking."""
    her = her_journey(request, pk)
    problem = ""
    if request.method == "POST":
        try:
            declare_own_conflict(her.woman, by=request.user)
        except Refused as refused:
            problem = refused.sentence
        else:
            messages.success(request, "Thank you. Her record is closed to you from now on.")
            return redirect("start")
    return render(request, "pathways/know_her.html", {**around_her(her), "problem": problem, "here": request.path})
