"""Who must never see her record, and sealing it: verbs, as in actions.py.

They stand on functions of the database (access/migrations/0006), since a page's role reads nobody else's conflicts.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from carecoord.access.abilities import Ability
from carecoord.access.models import Seal, User
from carecoord.refused import Refused
from pathways.engine import Stage
from pathways.models import Journey, Woman
from pathways.seen import Seen, one_at_a_time
from pathways.visibility import check_may

LONGEST_REASON = 500
_DIED = "She has died. Her record is kept for those who write letters and look back."


@dataclass(frozen=True)
class Known:
    """Somebody who must never see her: since whose word, and why."""

    pk: int
    person: User
    reason: str
    made_by: User | None

    @property
    def words(self) -> str:
        """Why, and who said so where it was somebody else."""
        named_by = f"named by {self.made_by}" if self.made_by and self.made_by != self.person else ""
        return " · ".join(filter(None, (self.reason, named_by)))


@transaction.atomic
def keep_from(woman: Woman, person: User, *, reason: str = "", by: User) -> None:
    """``person`` never sees her again, whatever else would show her; they are not told. Raises Refused."""
    check_may(by, Ability.MANAGE_ACCESS, woman_id=woman.pk)
    if person == by:
        raise Refused("To close her record to yourself, say so under “I know her privately”.", field="person")
    _check_not_her_midwife(woman, person)
    _run("SELECT access_add_conflict(%s, %s, %s)", woman.pk, person.pk, reason.strip())


@transaction.atomic
def let_see_again(woman: Woman, conflict_id: int, *, by: User) -> None:
    """Take a conflict back: it was a mistake, or she asked for it."""
    check_may(by, Ability.MANAGE_ACCESS, woman_id=woman.pk)
    if conflict_id in {conflict.pk for conflict in conflicts_of(woman)}:
        _run("SELECT access_end_conflict(%s)", conflict_id)


@transaction.atomic
def declare_own_conflict(woman: Woman, *, by: User) -> None:
    """``by`` knows her in private life: her record is closed to them from now on. Raises Refused for her midwife."""
    check_may(by, Ability.SEE_JOURNEY, woman_id=woman.pk)
    _check_not_her_midwife(woman, by)
    _run("SELECT access_add_conflict(%s, %s, %s)", woman.pk, by.pk, "said so themselves")


@transaction.atomic
def seal(woman: Woman, level: Seal.Level, reason: str, *, seen: Seen | None = None, by: User) -> None:
    """Nobody reaches her record any more by asking. Who has a grant by their work keeps it.

    Raises Refused; Changed where it was sealed otherwise, or unsealed, since ``seen``.
    """
    if not reason.strip():
        raise Refused("Say why, in a few words. Colleagues who may see her record read it.", field="reason")
    _check_seal(woman, seen, {"seal": f"{level} {reason.strip()}"}, by=by)
    _run("SELECT access_seal_record(%s, %s, %s)", woman.pk, level, reason.strip())


@transaction.atomic
def unseal(woman: Woman, *, seen: Seen | None = None, by: User) -> None:
    """Take the seal off. Raises Changed where it was sealed otherwise since ``seen``."""
    _check_seal(woman, seen, {"seal": ""}, by=by)
    _run("SELECT access_unseal(%s)", woman.pk)


def lock_after_death(woman: Woman) -> None:
    """Nobody opens her record by asking any more, and what was opened by asking ends. The caller has asked who may."""
    known = Seal.objects.filter(woman=woman).first()
    if known is None or known.level != Seal.Level.LOCKED:
        reason = f"{known.reason} · {_DIED}" if known else _DIED
        _run("SELECT access_seal_record(%s, %s, %s)", woman.pk, Seal.Level.LOCKED, reason[:LONGEST_REASON])


def tell_of_reported_death(woman: Woman) -> None:
    """Those who have her on their caseload, or cover for them, are told that a second person is needed."""
    _run("SELECT access_tell_of_death(%s)", woman.pk)


def sealed_as(woman: Woman) -> dict[str, str]:
    """Her seal as one value, for telling whether somebody changed it meanwhile."""
    known = Seal.objects.filter(woman=woman).first()
    return {"seal": f"{known.level} {known.reason}" if known else ""}


def seen_seal(woman: Woman, carried: str | None = None) -> Seen:
    """What a page about to be shown tells of her seal, or what the form ``carried``."""
    name = f"seal {woman.pk}"
    return Seen.of(name, sealed_as(woman)) if carried is None else Seen.read(carried, name)


def _check_seal(woman: Woman, seen: Seen | None, wanted: dict[str, str], *, by: User) -> None:
    one_at_a_time(f"seal {woman.pk}")
    check_may(by, Ability.MANAGE_ACCESS, woman_id=woman.pk)  # after waiting: a seal ends what was opened by asking
    if seen:
        seen.check(sealed_as(woman), wanted)


def conflicts_of(woman: Woman) -> list[Known]:
    """Who must never see her; for those who may say so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, person, reason, made_by FROM access_conflicts_of(%s)", [woman.pk])
        rows = cursor.fetchall()
    people = User.objects.in_bulk({person for _, person, _, _ in rows} | {made_by for *_, made_by in rows if made_by})
    return [Known(pk, people[person], reason, people.get(made_by)) for pk, person, reason, made_by in rows]


def _check_not_her_midwife(woman: Woman, person: User) -> None:
    open_journeys = Journey.objects.filter(woman=woman).exclude(stage=Stage.CLOSED)
    for journey in open_journeys:
        if person.pk in (journey.named_midwife_id, journey.buddy_id):
            raise Refused(
                f"{person} is her midwife or buddy. Name somebody else first, so that she is not left without one.",
                field="person",
            )


def _run(statement: str, *arguments: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
