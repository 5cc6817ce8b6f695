"""Who somebody is to the outbox: where they work, and which ways they chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carecoord.access.models import Membership, User
from carecoord.delivery.models import Channel, Preference, Template


@dataclass(frozen=True)
class Wish:
    """What somebody chose for one way."""

    urgent: bool = False
    digest: bool = False
    number: str = ""

    def covers(self, template: str) -> bool:
        """Whether messages of that kind are wanted; a test was asked for and is."""
        return {Template.URGENT: self.urgent, Template.DIGEST: self.digest}.get(Template(template), True)


WITHOUT_A_ROW: Mapping[str, Wish] = {Channel.EMAIL: Wish(urgent=True, digest=True)}


@dataclass(frozen=True)
class Person:
    """A member of staff. ``sites`` (codes) and ``nation`` are those of today's teams, in the order of their codes."""

    pk: int
    email: str
    works_here: bool
    sites: tuple[str, ...]
    nation: str
    wishes: Mapping[str, Wish]

    def wish(self, channel: str) -> Wish:
        """What they chose for that way, or what holds for who chose nothing."""
        return self.wishes.get(channel) or WITHOUT_A_ROW.get(channel) or Wish()


def people(ids: Iterable[int]) -> dict[int, Person]:
    """Everybody of these ids, by id; three queries."""
    wanted = list(ids)
    wishes: dict[int, dict[str, Wish]] = {}
    for row in Preference.objects.filter(user__in=wanted):
        wishes.setdefault(row.user_id, {})[row.channel] = Wish(row.urgent, row.digest, row.number)
    sites: dict[int, dict[str, str]] = {}
    current = Membership.objects.current().filter(user__in=wanted).order_by("team__site__code")
    for user_id, code, nation in current.values_list("user_id", "team__site__code", "team__site__nation"):
        sites.setdefault(user_id, {})[code] = nation
    return {
        pk: Person(
            pk,
            email,
            works_here=is_active and pk in sites,
            sites=tuple(sites.get(pk, ())),
            nation=next(iter(sites.get(pk, {}).values()), "ENG"),
            wishes=wishes.get(pk, {}),
        )
        for pk, email, is_active in User.objects.filter(pk__in=wanted).values_list("pk", "email", "is_active")
    }
