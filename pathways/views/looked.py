"""Who has looked at a woman's record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.middleware import StaffRequest, requires
from carecoord.access.models import User
from carecoord.access.roles import ROLE_NAMES, Role
from carecoord.audit.looked import Look, looked_at
from pathways.views.her import around_her, her_journey
from pathways.wording.pages import pages_in_words

PAGE_SIZE = 50
LAST_PAGE = 10_000  # a number in the address beyond it is no page


@dataclass(frozen=True)
class Row:
    """One person on one day."""

    day: str
    times: str
    name: str
    role: str
    pages: list[str]


class _Paginator(Paginator):
    """A paginator over one page that was read with the count of all."""

    def __init__(self, count: int) -> None:
        super().__init__(range(count), PAGE_SIZE)
        self.known_count = count

    @cached_property
    def count(self) -> int:
        return self.known_count


@requires(Ability.SEE_WHO_LOOKED)
@require_safe
def looked(request: StaffRequest, pk: int) -> HttpResponse:
    """Everybody who was shown her record: who, when, which pages; one row a person and day."""
    her = her_journey(request, pk)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and 0 < int(asked[:9]) <= LAST_PAGE else 1
    looks, of_all = looked_at(her.woman_id, most=PAGE_SIZE, skipped=(number - 1) * PAGE_SIZE)
    context = {
        **around_her(her),
        "rows": [_row(look, request.user) for look in looks],
        "page_obj": _Paginator(of_all).get_page(number),
    }
    return render(request, "pathways/looked.html", context)


def _row(look: Look, reader: User) -> Row:
    first, last = (f"{at.astimezone(clock.LONDON):%H:%M}" for at in (look.first_at, look.last_at))
    return Row(
        day=clock.day_in_words(look.day),
        times=first if first == last else f"{first} to {last}",
        name="You" if look.who == reader else look.who.name if look.who else "CareCoord itself",
        role=", ".join(f"{ROLE_NAMES[Role(each.role)]}, {each.team.name}" for each in look.roles),
        pages=pages_in_words(look.pages),
    )
