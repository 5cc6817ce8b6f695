"""The pages of treatment after birth."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, get_or_post, requires
from pathways.views.her import her_journey, posted
from pathways.views.moves import guided
from pathways.views.one_form import one_form
from referrals.forms.options import GoneThroughForm, OptionForm
from referrals.options import OPTIONS, go_through, write_option
from referrals.pages.options import as_it_stands, choices_of, options_page
from referrals.rules import kinds


@requires(Ability.RECORD_EVENT)
@get_or_post
def options(request: StaffRequest, pk: int) -> HttpResponse:
    """What there is for her after the birth, what came of each; and that they were gone through with her."""
    her = her_journey(request, pk)
    page = options_page(her, request.user, clock.now())
    known = [(row.kind.key, f"{row.kind.name}: {row.word}") for row in page.rows if row.newest or row.lacks]
    form = GoneThroughForm(posted(request), kinds=known)
    return guided(
        request,
        her,
        OPTIONS,
        form,
        lambda: go_through(her, form.cleaned_data["wanted"], by=request.user),
        template="referrals/options.html",
        page=page,
        missing=[row for row in page.rows if not row.newest and row.lacks],
    )


@requires(Ability.RECORD_EVENT)
@get_or_post
def option(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """Write down what came of one kind of treatment."""
    if kind not in kinds.AFTER_BIRTH:
        raise Http404
    her = her_journey(request, pk)
    services = choices_of(her, kind, clock.now())
    stands = as_it_stands(her, kind, services)
    form = OptionForm(posted(request), kind=kind, services=services, site=her.site, initial=stands)

    def written() -> str:
        write_option(her, form.option, by=request.user)
        return "Written down. What was written before stays readable."

    return one_form(
        request,
        her,
        form,
        written,
        back=reverse("options", args=[her.pk]),
        back_words="Back to treatment after the birth",
        title=kinds.BY_KEY[kind].name,
        lead="What came of it, in the service’s words or in hers. That it is not there is no refusal of hers.",
        button="Write it down",
    )
