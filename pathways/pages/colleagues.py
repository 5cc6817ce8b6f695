"""Looking a member of staff up, of any site."""

from __future__ import annotations

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


def _in_words(person: User, held: list[Membership]) -> str:
    where = "; ".join(f"{each.get_role_display().lower()}, {each.team.site}" for each in held) or "no role today"
    return f"{person} ({where})"
