"""The pages of birth: each baby's birth, where each baby is, and a baby's going home."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from pathways.forms.birth import BabyHomeForm, BabyPlacesForm, BirthForm
from pathways.guided import standing_of
from pathways.models import Journey
from pathways.moves.babies import BABY_HOME, BABY_PLACES, go_home, in_hospital, say_where
from pathways.moves.birth import BIRTH, record_births
from pathways.moves.recording import Recorded
from pathways.pages.around_birth import owed_before_home
from pathways.rules.baby_places import places_of
from pathways.rules.birth import MOST_AT_ONCE, next_numbers
from pathways.views.her import her_journey, posted
from pathways.views.moves import guided, post_or_get

HOW_MANY = ("One baby", "Two", "Three")


@requires(Ability.RECORD_EVENT)
@post_or_get
def birth(request: StaffRequest, pk: int) -> HttpResponse:
    """One to three babies are born, each with their own outcome."""
    her = her_journey(request, pk)
    where = standing_of(her).where
    count = _count(request)
    numbers = next_numbers(sorted(where.born), count)
    form = BirthForm(posted(request), numbers=numbers, in_hospital=where.mother_in_hospital)

    def save() -> Recorded:
        data = form.cleaned_data
        return record_births(
            her,
            form.births,
            came_in_at=data.get("came_in_at"),
            note=data["note"],
            submission=data["submission"],
            by=request.user,
        )

    how_many = [(words, f"?babies={number}", number == count) for number, words in enumerate(HOW_MANY, start=1)]
    context = {"how_many": how_many, "loss_url": _plain(her, "pregnancy_loss")}
    return guided(request, her, BIRTH, form, save, template="pathways/birth.html", **context)


def _count(request: StaffRequest) -> int:
    """How many babies the page asks for, as its address says; one where it says nothing that can be."""
    asked = request.GET.get("babies", "")
    return int(asked) if asked in {str(number) for number in range(1, MOST_AT_ONCE + 1)} else 1


@requires(Ability.RECORD_EVENT)
@post_or_get
def baby_places(request: StaffRequest, pk: int) -> HttpResponse:
    """Where each baby is who is with her."""
    her = her_journey(request, pk)
    standing = standing_of(her)
    places = {number: place for number, place in places_of(standing.facts).items() if number in standing.where.with_her}
    form = BabyPlacesForm(posted(request), places=places, in_hospital=standing.where.mother_in_hospital)

    def save() -> Recorded:
        data = form.cleaned_data
        submission, note = data["submission"], data["note"]
        return say_where(her, form.places, data["occurred_at"], note=note, submission=submission, by=request.user)

    return guided(request, her, BABY_PLACES, form, save, template="pathways/baby_places.html", **_away(her))


@requires(Ability.RECORD_EVENT)
@post_or_get
def baby_home(request: StaffRequest, pk: int) -> HttpResponse:
    """A baby goes home from hospital; what is still owed before it is named."""
    her = her_journey(request, pk)
    standing = standing_of(her)
    babies = in_hospital(standing)
    with_her = frozenset(babies) & standing.where.with_her
    she_stays = standing.where.mother_in_hospital
    form = BabyHomeForm(posted(request), babies=babies, with_her=with_her, she_stays=she_stays)

    def save() -> Recorded:
        data = form.cleaned_data
        submission, note = data["submission"], data["note"]
        return go_home(
            her, form.baby, data["occurred_at"], to=form.to, note=note, submission=submission, by=request.user
        )

    owed = owed_before_home(her, babies, request.user)
    return guided(
        request,
        her,
        BABY_HOME,
        form,
        save,
        template="pathways/baby_home.html",
        owed=owed,
        meeting=any(each.is_meeting for each in owed),
        **_away(her),
    )


def _away(her: Journey) -> dict[str, Any]:
    """Where it is written down that a baby goes to somebody else, without her."""
    return {"away_url": _plain(her, "separated")}


def _plain(her: Journey, kind: str) -> str:
    """The form of a kind of fact; it leads on to a page of its own where there is one."""
    return reverse("record_kind", args=[her.pk, kind])
