"""Members of staff: looked up at any site, and those of one site with a role."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from carecoord.access.models import Membership, User

MOST_FOUND = 10


def found_by(text: str, asker: User) -> list[tuple[User, str]]:
    """Accounts with this work e-mail or a name like it, without the asker; each with role and site. Two SQL queries."""
    text = text.strip()
    people = list(
        User.objects.filter(Q(email__iexact=text) | Q(name__icontains=text), is_active=True)
        .exclude(pk=asker.pk)
        .order_by("name", "pk")[:MOST_FOUND]
    )
    held: dict[int, list[Membership]] = {}
    for each in Membership.objects.current().filter(user__in=people).select_related("team__site").order_by("pk"):
        held.setdefault(each.user_id, []).append(each)
    return [(person, _in_words(person, held.get(person.pk, []))) for person in people]


def who_signs(site_id: int, roles: Iterable[str], *, without: User) -> list[User]:
    """Who signs for a side at a site, having one of these roles there today, by name."""
    held = Membership.objects.current().filter(team__site=site_id, role__in=roles, user__is_active=True)
    return by_name({each.user for each in held.select_related("user")} - {without})


def by_name(people: set[User]) -> list[User]:
    """In the order in which a list of names is read."""
    return sorted(people, key=lambda person: (person.name, person.pk))


def _in_words(person: User, held: list[Membership]) -> str:
    where = "; ".join(f"{each.get_role_display().lower()}, {each.team.site}" for each in held) or "no role today"
    return f"{person} ({where})"
