"""What of a journey that may be opened a reader's roles cover: facts and handoffs by label, notes by lane.

What is not covered is left out as if it were not there: no heading, no count, no gap. A handoff that the reader's own
role gives or receives is always shown, whatever its label: what somebody owes cannot be kept from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from carecoord.access.labels import Label
from carecoord.access.models import User
from carecoord.access.roles import Role
from pathways.consequences import Changed, Consequences
from pathways.engine import ANSWER_KINDS, FACT_KINDS, Lane, SubjectKind
from pathways.engine import Handoff as Owed
from pathways.models import Event, Handoff
from pathways.moments import by_key
from pathways.visibility import labels_for

# Whose notes a role does not read, by the lane of what was recorded. Its own notes everybody reads.
NOTES_HIDDEN: Mapping[Role, frozenset[Lane]] = {
    Role.HEALTH_VISITOR: frozenset({Lane.DRUG_SERVICE}),
    Role.GP: frozenset({Lane.DRUG_SERVICE}),
    Role.DRUG_SERVICE_KEYWORKER: frozenset({Lane.MATERNITY}),
    Role.OST_PRESCRIBER: frozenset({Lane.MATERNITY}),
}
DRUG_SERVICE = frozenset({Role.DRUG_SERVICE_KEYWORKER, Role.OST_PRESCRIBER, Role.COMMUNITY_PHARMACIST})
# Whether she was reached is for all who work with her.
CONTACTS = frozenset({"first_contact", "contact_made", "contact_missed"})


@dataclass(frozen=True)
class Shown:
    """What one reader sees. Reads no database, except for ``words_of``: the roles of who wrote them."""

    reader: User
    labels: frozenset[Label]

    @classmethod
    def to(cls, reader: User, woman_id: int) -> Shown:
        """What of this woman's record is open to ``reader``."""
        return cls(reader, labels_for(reader, woman_id))

    def event(self, event: Event) -> bool:
        """Whether the entry is there for this reader."""
        if event.kind in ANSWER_KINDS:
            return self.moment(event.details.get("moment", ""))
        declared = FACT_KINDS.get(event.kind)
        return declared is None or declared.seen_with in self.labels

    def moment(self, key: str) -> bool:
        """Whether the handoffs of this moment are there for this reader."""
        moment = by_key.get(key)
        if moment is None or moment.seen_with in self.labels:
            return True
        return bool(self.reader.roles & {*moment.senders, *moment.receivers})

    def handoffs(self, handoffs: Iterable[Handoff]) -> list[Handoff]:
        """Those that are there for this reader."""
        return [handoff for handoff in handoffs if self.moment(handoff.moment)]

    def of(self, found: Consequences) -> Consequences:
        """What a change does, as far as this reader sees it."""

        def owed(handoffs: Iterable[Owed]) -> tuple[Owed, ...]:
            return tuple(each for each in handoffs if self.moment(each.moment))

        def changed(pairs: Iterable[Changed]) -> tuple[Changed, ...]:
            return tuple(pair for pair in pairs if self.moment(pair.after.moment))

        return replace(
            found,
            opened=owed(found.opened),
            gone=owed(found.gone),
            ended=changed(found.ended),
            reopened=changed(found.reopened),
            moved=changed(found.moved),
        )

    def words_of(self, event: Event) -> bool:
        """Whether the reader may read the note and the free words of an entry. One query, for who wrote it."""
        if event.recorded_by_id == self.reader.pk or self.all_words:
            return True
        return self.words_in(_lane(event))

    def words_in(self, lane: Lane | None) -> bool:
        """Whether the reader may read what was written in words on that lane."""
        return lane not in self._hidden_lanes

    @property
    def all_words(self) -> bool:
        """Whether there is nobody whose notes are kept from this reader."""
        return not self._hidden_lanes

    @property
    def _hidden_lanes(self) -> frozenset[Lane]:
        """The lanes whose notes none of the reader's roles may read."""
        hidden = [NOTES_HIDDEN.get(role, frozenset()) for role in self.reader.roles]
        return frozenset.intersection(*hidden) if hidden else frozenset()


def _lane(event: Event) -> Lane | None:
    """Whose note it is: the drug service's where somebody of it wrote it, else that of what happened."""
    writer = event.recorded_by.roles if event.recorded_by else set()
    if writer & DRUG_SERVICE:
        return Lane.DRUG_SERVICE
    if event.kind in CONTACTS:
        return None
    if event.kind not in ANSWER_KINDS:
        declared = FACT_KINDS.get(event.kind)
        return declared.lane if declared else None
    moment = by_key.get(event.details.get("moment", ""))
    if moment is None or moment.subject is SubjectKind.SEPARATION:
        return None  # what concerns them all
    return None if DRUG_SERVICE & {*moment.senders, *moment.receivers} else Lane.MATERNITY
