"""Pages of signing in that are our own: lock, switch user, drafts, PIN, shared machine. Each is its reader's own."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from carecoord import clock
from carecoord.access import door, drafts, machines, own_forms, parking, second_factor, unlocking
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, for_all_staff, requires
from carecoord.access.models import Pin, SignIn, Team
from carecoord.access.reauthentication import requires_recent_sign_in
from carecoord.access.roles import Role
from carecoord.access.signin_forms import MachineForm, PinForm


class SignedInRequest(StaffRequest):
    """A request behind the door: its sign-in is known. For the type checker."""

    sign_in: SignIn


@for_all_staff
@require_http_methods(["GET", "POST"])
def lock(request: SignedInRequest) -> HttpResponse:
    """POST locks. GET shows the lock page, or leads back where nothing is locked."""
    sign_in = request.sign_in
    if request.method == "POST":
        door.lock(sign_in, _place(request, "next"))
        return redirect("lock")
    if not sign_in.is_locked(machines.idle_seconds(request)):
        return HttpResponseRedirect(_place(request, "next") or sign_in.place)
    return _lock_page(request, _place(request, "next") or sign_in.place)


@for_all_staff
@require_POST
def unlock(request: SignedInRequest) -> HttpResponse:
    """Unlock, and go back to the page the person had."""
    sign_in = request.sign_in
    place = _place(request, "next") or sign_in.place
    if sign_in.is_locked(machines.idle_seconds(request)) and (problem := unlocking.unlock(request, sign_in)):
        return _lock_page(request, place, problem)
    return HttpResponseRedirect(place)


@for_all_staff
@require_POST
def switch_user(request: SignedInRequest) -> HttpResponse:
    """Leave the page locked for whoever it is, and let somebody else sign in."""
    waiting = parking.park(request, _place(request, "next"))
    response = redirect("account_login")
    parking.remember(request, response, waiting)
    return response


@login_not_required
@require_POST
def come_back(request: HttpRequest) -> HttpResponse:
    """Back to a session that waits in this browser: to its lock page."""
    asked = request.POST.get("sign_in", "")
    waiting = parking.come_back(request, int(asked)) if asked.isdecimal() and len(asked) < 19 else None
    if waiting is None:
        messages.info(request, "That sign-in has ended. Sign in again.")
        return redirect("account_login")
    response = redirect("lock")
    parking.remember(request, response, waiting)
    return response


@for_all_staff
@require_POST
def awake(request: SignedInRequest) -> HttpResponse:
    """Somebody is at the page, reading or typing. The door has noted it."""
    return HttpResponse(status=204)


@for_all_staff
@require_http_methods(["GET", "POST"])
def save_draft(request: SignedInRequest) -> HttpResponse:
    """POST keeps what was typed on a page, GET gives it back; both to nobody but its author."""
    if request.method == "POST":
        by = own_forms.opened(request)
        kept = by is not None and own_forms.keep(request, by)
        return HttpResponse(status=204 if kept else 400)
    if request.sign_in.is_locked(machines.idle_seconds(request)):
        return HttpResponse(status=401)
    opening, forms = drafts.of_page(request.user, request.GET.get("path", ""))
    return JsonResponse({"opening": opening, "forms": forms})


@for_all_staff
@require_http_methods(["GET", "POST"])
def kept_drafts(request: SignedInRequest) -> HttpResponse:
    """What was typed and not sent, as words; POST drops one of them."""
    if request.method == "POST":
        drafts.forget(request.user, request.POST.get("path", ""))
        return redirect("drafts")
    found = [(draft, drafts.lines_of(draft)) for draft in drafts.all_of(request.user)]
    return render(request, "account/drafts.html", {"drafts": found})


@for_all_staff
@requires_recent_sign_in
def pin(request: StaffRequest) -> HttpResponse:
    """Set, change or remove the PIN that unlocks at a shared machine."""
    if "remove" in request.POST:
        Pin.objects.filter(user=request.user).delete()
        messages.success(request, "Your PIN is removed.")
        return redirect("mfa_index")
    form = PinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        unlocking.set_pin(request.user, form.cleaned_data["pin"])
        messages.success(request, "Your PIN is saved. It unlocks at your ward’s shared machines.")
        return redirect("mfa_index")
    has_pin = Pin.objects.filter(user=request.user).exists()
    return render(request, "account/pin.html", {"form": form, "has_pin": has_pin})


@requires(Ability.ENROL_MACHINE)
@requires_recent_sign_in
def machine(request: StaffRequest) -> HttpResponse:
    """Make this computer a shared machine of a ward, or an ordinary one again."""
    wards = _wards_of(request)
    form = MachineForm(request.POST if request.method == "POST" else None, wards=wards)
    if "release" in request.POST:
        response = redirect("machine")
        machines.release(response)
        return response
    if form.is_valid():
        response = redirect("machine")
        machines.enrol(response, get_object_or_404(wards, pk=form.cleaned_data["ward"]))
        return response
    return render(request, "account/machine.html", {"form": form})


def _wards_of(request: StaffRequest) -> Any:
    """The wards that this person may enrol machines for: an administrator's whole site, a coordinator's own."""
    by_site = {each.team.site_id for each in request.user.current_memberships if each.role == Role.SITE_ADMINISTRATOR}
    own = {each.team_id for each in request.user.current_memberships if each.role != Role.SITE_ADMINISTRATOR}
    wards = Team.objects.filter(kind=Team.Kind.WARD).select_related("site").order_by("site__code", "name")
    return wards.filter(site__in=by_site) | wards.filter(pk__in=own)


def _lock_page(request: SignedInRequest, place: str, problem: str = "") -> HttpResponse:
    user = request.user
    passkey = second_factor.has_passkey(user)
    known = {
        "locked": True,
        "place": place,
        "problem": problem,
        "now": clock.now(),
        "kept_until": request.sign_in.ends_at,
        "passkey": passkey,
        "pin_possible": unlocking.pin_may_be_used(request, user),
        "js_data": {"request_options": webauthn.begin_authentication(user)} if passkey else None,
    }
    return render(request, "account/lock.html", known)


def _place(request: HttpRequest, name: str) -> str:
    """The address of ours that was sent along; nothing for any other, and none of signing in."""
    asked = request.POST.get(name) or request.GET.get(name, "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked[:2000] if is_ours and not asked.startswith("/accounts/") else ""
