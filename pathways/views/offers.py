"""The pages of a handoff's two sides: offer it, answer it, and what both sides say meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from carecoord.access.models import Team, User
from pathways import offering
from pathways.actions import AlreadyAnswered, Refused
from pathways.engine import OPEN_STATES
from pathways.forms.offers import (
    LONGEST_NOTE,
    AcknowledgeForm,
    DeclineForm,
    MoveForm,
    OfferForm,
    PassForm,
    ToldForm,
    WordsForm,
)
from pathways.forms.once import LONGEST_REASON, OnceForm
from pathways.models import Handoff, Offer
from pathways.moving import request_move
from pathways.offering import Proposal
from pathways.pages.offer_contents import OUTSIDE, Contents, contents_of, known_of, sites_to_move_to, team_choices
from pathways.pages.offers import card_of_offer, one
from pathways.receivers import colleagues_in, is_in
from pathways.shown import Shown
from pathways.views.her import around_her, her_journey, posted
from pathways.visibility import handoffs_visible_to, is_open_to, journeys_visible_to
from pathways.wording.handoffs import card_of

# -- offering --------------------------------------------------------------------------------------


@requires(Ability.HAND_OVER)
@get_or_post
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a handoff to a team, or to somebody without an account."""
    handoff = get_object_or_404(handoffs_visible_to(request.user).with_live_state(), pk=pk)
    handoff.journey = her = her_journey(request, handoff.journey_id)
    shown = Shown.to(request.user, her.woman_id)
    if not shown.moment(handoff.moment):
        raise Http404
    now = clock.now()
    running = handoff.offers.filter(state__in=(Offer.State.OFFERED, Offer.State.ACCEPTED)).first()
    if running and request.method != "POST":
        return redirect("offer", running.pk)
    form = OfferForm(posted(request), teams=team_choices(handoff, her), contents=contents_of(handoff, her, shown, now))
    if request.method == "POST" and form.is_valid():
        made = _tried(request, form, lambda: offering.offer(handoff, _proposal(form), by=request.user))
        if isinstance(made, Offer):
            messages.success(request, "Offered. You stay responsible until somebody accepts.")
        if made is not None:
            return redirect("journey", her.pk)
    context = {
        **around_her(her),
        "form": form,
        "card": card_of(handoff, list(her.handoffs.all()), her, request.user, now),
        "usual": clock.due_in_words(offering.usual_answer_by(handoff, now)),
        "ended": handoff.state not in OPEN_STATES,
    }
    return render(request, "pathways/offer_form.html", context)


def _proposal(form: Any) -> Proposal:
    data = form.cleaned_data
    outside = data["to"] == OUTSIDE
    return Proposal(
        to_team=None if outside else Team.objects.select_related("site").get(pk=int(data["to"])),
        to_outside=data.get("to_outside", "") if outside else "",
        brings=form.brings,
        note=data["note"],
        answer_by=data.get("answer_by"),
        told=data["told"],
        told_words=data["told_words"],
        told_by=data["told_by"],
        submission=data["submission"],
    )


@requires(Ability.HAND_OVER)
@get_or_post
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask another site to take her; she stays here until everybody there has said yes."""
    her = her_journey(request, pk)
    shown, now = Shown.to(request.user, her.woman_id), clock.now()
    known = known_of(her, shown, now)
    form = MoveForm(posted(request), teams=sites_to_move_to(her), contents=Contents(known, known))
    if request.method == "POST" and form.is_valid():
        proposal = _proposal(form)
        if _tried(request, form, lambda: request_move(her, proposal, by=request.user)):
            site = proposal.to_team.site if proposal.to_team else "The other site"
            messages.success(request, f"{site} has been asked. She stays here until they have said yes.")
            return redirect("journey", her.pk)
    return render(request, "pathways/move.html", {**around_her(her), "form": form})


# -- one offer -------------------------------------------------------------------------------------


@requires(Ability.HAND_OVER)
@require_safe
def one_offer(request: StaffRequest, pk: int) -> HttpResponse:
    """Both sides of one offer: what comes with it, how it stands, what was asked."""
    made = _her_offer(request, pk)
    return render(request, "pathways/offer.html", _context(request, made))


@requires(Ability.HAND_OVER)
@get_or_post
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    """Take over by name; of somebody without an account, record who said by phone that they have it."""
    made = _her_offer(request, pk)
    if made.to_team_id:
        if request.method == "POST":
            return _done(
                request,
                made,
                lambda: offering.accept(made, by=request.user),
                "You have it now. " + ("She is told who it is." if made.told != Offer.Told.YES else ""),
            )
        return render(request, "pathways/offer.html", _context(request, made))
    form = AcknowledgeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        found = _tried(request, form, lambda: offering.acknowledge(made, data["who"], at=data["at"], by=request.user))
        if found is not None:
            return found if isinstance(found, HttpResponse) else _back(request, made, "Recorded who has it.")
    hint = "Ring them. Until somebody there has said that they have it, you stay responsible."
    return _form_page(request, made, form, title="Who said that they have it?", button="Record it", hint=hint)


@requires(Ability.HAND_OVER)
@get_or_post
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    """Say why the team cannot take it."""
    made = _her_offer(request, pk)
    form = DeclineForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        found = _tried(
            request,
            form,
            lambda: offering.decline(
                made, data["kind"], data["reason"], place_from=data["place_from"], by=request.user
            ),
        )
        if found is not None:
            return found if isinstance(found, HttpResponse) else _to_list(request, "Sent back. The sender has it.")
    return _form_page(request, made, form, title="You cannot take this", button="Send back")


@requires(Ability.HAND_OVER)
@get_or_post
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the sender something first."""
    made = _her_offer(request, pk)
    form = WordsForm(posted(request), label="Your question", longest=LONGEST_NOTE, missing="Write your question.")

    def asked() -> Any:
        data = form.cleaned_data
        return offering.ask(made, data["words"], submission=data["submission"], by=request.user)

    return _act(
        request,
        made,
        form,
        asked,
        "Asked. The offer waits for your answer as before.",
        title="Ask the sender first",
        button="Ask",
    )


@requires(Ability.HAND_OVER)
@get_or_post
def answer_question(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer what the other side asked; the oldest question first."""
    made = _her_offer(request, pk)
    question = next((each for each in made.questions.all() if each.answered_at is None), None)
    if question is None:
        return _back(request, made, "No question waits for an answer.")
    form = WordsForm(posted(request), label="Your answer", longest=LONGEST_NOTE, missing="Write your answer.")

    def answered() -> Any:
        offering.answer_question(question, form.cleaned_data["words"], by=request.user)
        return made

    return _act(
        request,
        made,
        form,
        answered,
        "Answered.",
        title="Answer their question",
        button="Send",
        hint=f"“{question.text}”",
    )


@requires(Ability.HAND_OVER)
@get_or_post
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an offer back, or give back what was accepted."""
    made = _her_offer(request, pk)
    form = WordsForm(posted(request), label="Why?", longest=LONGEST_REASON)

    def taken_back() -> Any:
        return offering.withdraw(made, reason=form.cleaned_data["words"], by=request.user)

    gives_back = made.state == Offer.State.ACCEPTED and is_in(request.user, made.to_team_id)
    title = "Give it back" if gives_back else "Take it back"
    return _act(request, made, form, taken_back, "It is the sender’s again.", title=title, button=title)


@requires(Ability.HAND_OVER)
@get_or_post
def tell_her(request: StaffRequest, pk: int) -> HttpResponse:
    """She has been told who it will be."""
    made = _her_offer(request, pk)
    form = ToldForm(posted(request))

    def told() -> Any:
        data = form.cleaned_data
        offering.tell_her(made, data["words"], told_by=data["told_by"], by=request.user)
        return made

    return _act(
        request, made, form, told, "Recorded: she has been told.", title="She has been told", button="Record it"
    )


@requires(Ability.HAND_OVER)
@get_or_post
def pass_on(request: StaffRequest, pk: int) -> HttpResponse:
    """Pass it to a colleague of the same team."""
    made = _her_offer(request, pk)
    people = {str(each.pk): each for each in colleagues_in(made.to_team_id, without=request.user)}
    form = PassForm(posted(request), people=[(key, str(person)) for key, person in people.items()])

    def passed() -> Any:
        to: User = people[form.cleaned_data["to"]]
        offering.pass_on(made, to, by=request.user)
        return made

    hint = "" if people else "Nobody else of this team works here today."
    return _act(
        request, made, form, passed, "Passed on.", title="Pass it to a colleague", button="Pass it on", hint=hint
    )


@requires(Ability.HAND_OVER)
@require_POST
def remind(request: StaffRequest, pk: int) -> HttpResponse:
    """Remind the other side."""
    made = _her_offer(request, pk)

    def reminded() -> Any:
        offering.remind(made, by=request.user)
        return made

    return _done(request, made, reminded, "They see on top of it that you wait.")


# -- shared ----------------------------------------------------------------------------------------


def _her_offer(request: StaffRequest, pk: int) -> Offer:
    """The offer, if its reader may see the woman and the moment; 404 just as for one that is not there."""
    whose = get_object_or_404(Offer.objects.filter(journey__in=journeys_visible_to(request.user)), pk=pk)
    her = her_journey(request, whose.journey_id)
    made = one(her, pk)
    moment = whose.handoff_key.split(".")[0]
    if made is None or not Shown.to(request.user, her.woman_id).moment(moment):
        raise Http404
    made.journey = her
    return made


def _context(request: StaffRequest, made: Offer) -> dict[str, Any]:
    """What every page about one offer shows."""
    her, user, now = made.journey, request.user, clock.now()
    handoff: Handoff | None = made.handoff
    goes_on = handoff is not None and handoff.state in OPEN_STATES
    sends, receives = offering.is_sender(made, her, user), is_in(user, made.to_team_id)
    waits, taken = made.state == Offer.State.OFFERED, made.state == Offer.State.ACCEPTED
    card = card_of(handoff, list(her.handoffs.all()), her, user, now) if handoff else None
    return {
        **around_her(her),
        "offer": card_of_offer(made, user, now),
        "made": made,
        "card": card,
        "may": {
            "answer": waits and receives,
            "acknowledge": waits and not made.to_team_id,
            "take_back": goes_on and ((waits and sends) or (taken and (sends or receives))),
            "give_back": taken and receives,
            "remind": goes_on and sends and not receives and made.to_team_id is not None and (waits or taken),
            "reply": sends and any(each.answered_at is None for each in made.questions.all()),
            "pass_on": goes_on and receives and (waits or taken),
            "tell": made.told != Offer.Told.YES,
        },
    }


def _form_page(
    request: StaffRequest, made: Offer, form: forms.Form, *, title: str, button: str, hint: str = ""
) -> HttpResponse:
    context = {**_context(request, made), "form": form, "title": title, "button": button, "hint": hint}
    return render(request, "pathways/offer_act.html", context)


def _act(
    request: StaffRequest,
    made: Offer,
    form: OnceForm,
    verb: Callable[[], Any],
    said: str,
    *,
    title: str,
    button: str,
    hint: str = "",
) -> HttpResponse:
    """A page with one form: show it, or do what it asks and go back to the offer."""
    if request.method == "POST" and form.is_valid():
        found = _tried(request, form, verb)
        if found is not None:
            return found if isinstance(found, HttpResponse) else _back(request, made, said)
    return _form_page(request, made, form, title=title, button=button, hint=hint)


def _tried(request: StaffRequest, form: OnceForm, verb: Callable[[], Any]) -> Any:
    """What the verb returned; a way on where somebody was faster; None where it refused, said in the form."""
    try:
        return verb()
    except AlreadyAnswered as faster:
        return _to_list(request, faster.sentence, success=False)
    except ObjectDoesNotExist:
        return _to_list(request, "This was answered meanwhile.", success=False)
    except Refused as refused:
        form.refuse(refused)
    return None


def _done(request: StaffRequest, made: Offer, verb: Callable[[], Any], said: str) -> HttpResponse:
    """Do it at once and go back to the offer; say so, or why not."""
    try:
        verb()
    except AlreadyAnswered as faster:
        return _to_list(request, faster.sentence, success=False)
    except ObjectDoesNotExist:
        return _to_list(request, "This was answered meanwhile.", success=False)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("offer", made.pk)
    return _back(request, made, said.strip())


def _back(request: StaffRequest, made: Offer, said: str) -> HttpResponse:
    """To the offer; to the list where what was done has closed her record to whoever did it."""
    messages.success(request, said)
    return redirect("offer", made.pk) if is_open_to(request.user, made.journey_id) else redirect("handoffs")


def _to_list(request: StaffRequest, said: str, *, success: bool = True) -> HttpResponse:
    (messages.success if success else messages.info)(request, said)
    return redirect("handoffs")
