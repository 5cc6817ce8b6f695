"""Taking a handoff in hand, giving it to somebody, giving it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.access.models import User
from carecoord.refused import Refused
from pathways.alerting.holding import take
from pathways.engine import OPEN_STATES
from pathways.forms.owner import BACK, OwnerForm
from pathways.models import Flag, Handoff
from pathways.owning import InHand, assign, hand_back, in_hand, with_owner
from pathways.pages.in_hand import hand_in_words, people_for, with_hand, with_hands
from pathways.shown import Shown
from pathways.views.her import around_her, her_journey, posted
from pathways.visibility import handoffs_visible_to
from pathways.wording.handoffs import card_of


@requires(Ability.ANSWER_HANDOFF)
@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: StaffRequest, pk: int) -> HttpResponse:
    """Who has one handoff in hand, and who is to have it."""
    now = clock.now()
    handoff = get_object_or_404(with_hand(handoffs_visible_to(request.user).with_live_state(now), now), pk=pk)
    handoff.journey = her_journey(request, handoff.journey_id)
    if not Shown.to(request.user, handoff.journey.woman_id).moment(handoff.moment):
        raise Http404
    if handoff.state not in OPEN_STATES:
        messages.info(request, "This handoff has ended meanwhile. Nobody needs to have it in hand any more.")
        return redirect("journey", handoff.journey_id)
    hand = in_hand(handoff)
    people = people_for(handoff.journey, request.user)
    form = OwnerForm(posted(request), people=people, back=_back(hand, handoff))
    if request.method == "POST" and form.is_valid() and _saved(request, handoff, form):
        return redirect("journey", handoff.journey_id)
    card = card_of(handoff, [handoff], handoff.journey, request.user, now)
    (card,) = with_hands([card], [handoff], request.user, now)
    context = {**around_her(handoff.journey), "form": form, "card": card}
    return render(request, "pathways/handoff_owner.html", context)


def _back(hand: InHand, handoff: Handoff) -> str:
    """The words for giving it back; empty where nobody had taken it."""
    if hand.is_nobodys or hand.how == "named":
        return ""
    named = handoff.journey.named_midwife
    return f"Back to her named midwife, {named}" if named else "Back to what is nobody’s yet"


def _open_alert(handoff: Handoff) -> Flag | None:
    """Its alert, which waits while somebody says "I have this"."""
    open_flags = handoff.flags.filter(cleared_at=None, rung__isnull=False)
    return open_flags.select_related("journey").first()


def _saved(request: StaffRequest, handoff: Handoff, form: OwnerForm) -> bool:
    """Do what was chosen; False where a verb refused it, said in the form."""
    chosen = form.cleaned_data["user"]
    try:
        if chosen == BACK:
            hand_back(handoff, by=request.user)
        elif chosen == str(request.user.pk) and (flag := _open_alert(handoff)):
            take(flag, by=request.user)
        else:
            assign(handoff, User.objects.get(pk=chosen), form.cleaned_data["reason"], by=request.user)
    except Refused as refused:
        form.refuse(refused)
        return False
    now = clock.now()
    hand = in_hand(with_owner(Handoff.objects.select_related("journey__named_midwife").all(), now).get(pk=handoff.pk))
    messages.success(request, f"{hand_in_words(hand, request.user, now)}.")
    return True
