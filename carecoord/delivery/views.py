"""How I am told, and what was sent to me. Everybody's own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from carecoord import clock
from carecoord.access.middleware import StaffRequest, for_all_staff
from carecoord.delivery import pages
from carecoord.delivery.actions import choose_ways
from carecoord.delivery.channels import set_up
from carecoord.delivery.forms import WaysForm
from carecoord.delivery.models import Channel, Template
from carecoord.delivery.outbox import send_test
from carecoord.delivery.people import Person, people
from carecoord.refused import Refused


@for_all_staff
@require_http_methods(["GET", "HEAD", "POST"])
def how_told(request: StaffRequest) -> HttpResponse:
    """Choose the ways; send myself a test."""
    person = people([request.user.pk])[request.user.pk]
    if request.POST.get("test"):
        return _test(request, request.POST["test"])
    possible = _possible(person)
    form = WaysForm(request.POST if request.method == "POST" else None, person=person, possible=possible)
    if request.method == "POST" and form.is_valid():
        choose_ways(request.user, form.ways, by=request.user)
        messages.success(request, "Saved. This is how you are told from now on.")
        return redirect("how_told")
    context = {
        "form": form,
        "missing": [channel.label for channel in Channel if channel.value not in possible],
        "tests": [(value, Channel(value).label) for value in set_up(person, Template.TEST) if _has(person, value)],
        "undelivered": pages.undelivered(request.user, clock.now()),
    }
    return render(request, "delivery/how.html", context)


@for_all_staff
@require_safe
def sent(request: StaffRequest) -> HttpResponse:
    """What was sent to me: exactly what, when, where to, and what became of it."""
    page = pages.messages_of(request.user, request.GET.get("page"))
    context = {"page_obj": page, "rows": [pages.row(message) for message in page]}
    return render(request, "delivery/sent.html", context)


def _test(request: StaffRequest, channel: str) -> HttpResponse:
    try:
        send_test(request.user, channel, clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("how_told")
    messages.success(request, "A test is on its way. It should be with you in a minute.")
    return redirect("messages_sent")


def _possible(person: Person) -> dict[str, list[str]]:
    """The kinds of message that each way can carry here, for ways that can carry any."""
    kinds = (Template.URGENT.value, Template.DIGEST.value)
    found = {channel.value: [kind for kind in kinds if channel in set_up(person, kind)] for channel in Channel}
    return {channel: carried for channel, carried in found.items() if carried}


def _has(person: Person, channel: str) -> bool:
    """Whether there is somewhere for a test to go."""
    return channel != Channel.TEXT or bool(person.wish(channel).number)
