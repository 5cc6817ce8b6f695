"""The verbs of managers: a number is to reach something by a day, and somebody sees to it; and what was changed.

As elsewhere: object first, ``by`` last, one transaction, permission checked, and a refusal says what to do. What was
written stays: an aim is ended, or ended for another; a note is struck through. Neither holds anything of a woman.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Membership, User
from carecoord.refused import Refused
from carecoord.sites.models import Site
from pathways.gaps.aiming import Aimable, aimables, soonest
from pathways.gaps.measures import BY_KEY, Line, Measure, Shown, Table
from pathways.gaps.models import LONGEST_GROUP, LONGEST_WORDS, Aim, ChangeNote
from pathways.private import gives_away
from pathways.seen import one_at_a_time
from pathways.visibility import check_may_at

LONGEST_AIM = timedelta(days=5 * 365)
EARLIEST_CHANGE = timedelta(days=10 * 365)
_SOMEBODY = re.compile(r"\b(?i:mrs|ms|miss|mr|baby)\.?\s+[A-Z]")  # “Mrs Reid”, “baby R.”


@dataclass(frozen=True)
class Aimed:
    """What is to be reached: a line of a table, so many of a hundred, by when; and who sees to it, one of the two."""

    table: Table
    line: Line
    value: int
    reach_by: date
    owner: User | None = None
    owner_group: str = ""


@transaction.atomic
def set_aim(site: Site, aimed: Aimed, *, submission: UUID | None = None, by: User | None) -> Aim:
    """Set an aim for a number of ``site``. Refused where one stands already: change that one."""
    _alone(site, by)
    if earlier := _sent_before(submission):
        return earlier
    _check(site, aimed)
    if Aim.objects.filter(site=site, of_table=aimed.table.key, line=aimed.line.key, ended_at=None).exists():
        raise Refused("There is an aim for this number already. Change that one, or end it.", field="line")
    return _write(site, aimed, None, submission, by)


@transaction.atomic
def change_aim(aim: Aim, aimed: Aimed, *, submission: UUID | None = None, by: User) -> Aim:
    """End an aim for another of the same number. The earlier one stays readable."""
    _alone(aim.site, by)
    if earlier := _sent_before(submission):
        return earlier
    aim = _standing(aim)
    if (aimed.table.key, aimed.line.key) != (aim.of_table, aim.line):
        raise Refused("An aim stays with its number. End this one, and set one for the other number.", field="line")
    _check(aim.site, aimed)
    _end(aim, "Changed", by)
    return _write(aim.site, aimed, aim, submission, by)


@transaction.atomic
def end_aim(aim: Aim, why: str, *, by: User) -> Aim:
    """Nobody works towards it any more: it was reached, or given up."""
    _alone(aim.site, by)
    aim = _standing(aim)
    why = only_about_the_service(why, "why", "Say why it ends, in a few words.", LONGEST_WORDS)
    _end(aim, why, by)
    return aim


@transaction.atomic
def note_change(
    site: Site, measure: Measure, changed_on: date, words: str, *, submission: UUID | None = None, by: User | None
) -> ChangeNote:
    """Write down what ``site`` changed on a day, for one measure. The chart of that site marks the month."""
    _alone(site, by)
    if submission and (earlier := ChangeNote.objects.filter(submission=submission).first()):
        return earlier
    _check_shown(measure)
    words = only_about_the_service(words, "words", "Say what was changed, in a few words.", LONGEST_WORDS)
    today = clock.today()
    if not today - EARLIEST_CHANGE <= changed_on <= today:
        raise Refused("Enter a day up to today, and within the last ten years.", field="changed_on")
    return ChangeNote.objects.create(
        site=site, measure=measure.key, changed_on=changed_on, words=words, noted_by=by, submission=submission
    )


@transaction.atomic
def strike_note(note: ChangeNote, *, by: User) -> ChangeNote:
    """A note was entered in error. No chart marks it any more; it stays on record."""
    _alone(note.site, by)
    note = ChangeNote.objects.get(pk=note.pk)
    if note.struck_at is None:
        note.struck_at, note.struck_by = clock.now(), by
        note.save(update_fields=["struck_at", "struck_by"])
    return note


def only_about_the_service(text: str, field: str, ask: str, longest: int) -> str:
    """The text, trimmed. Refused where it is empty, too long, or seems to say who somebody is.

    Managers of every site read it, and it is printed: nothing in it may lead to a woman.
    """
    text = " ".join(text.split())
    if not text:
        raise Refused(ask, field=field)
    if len(text) > longest:
        raise Refused(f"Shorten this to {longest} characters; it has {len(text)}.", field=field)
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cn", "Cs") for sign in text):
        raise Refused("There are hidden signs in it. Write it anew, without pasting.", field=field)
    if gives_away(text) or _SOMEBODY.search(text):
        raise Refused(
            "This looks like a person, a number or an address. All sites read it: write what changed in the service. "
            "Numbers below ten can be written in letters.",
            field=field,
        )
    return text


def members_of(site: Site) -> QuerySet[Membership]:
    """The places in teams of ``site`` that people hold today."""
    return Membership.objects.current().filter(team__site=site)


def _alone(site: Site, by: User | None) -> None:
    check_may_at(by, Ability.ACT_ON_GAPS, site_id=site.pk)
    one_at_a_time(f"aims of {site.code}")


def _sent_before(submission: UUID | None) -> Aim | None:
    return Aim.objects.filter(submission=submission).first() if submission else None


def _standing(aim: Aim) -> Aim:
    """The row as it stands now."""
    aim = Aim.objects.select_related("site").get(pk=aim.pk)
    if aim.ended_at:
        raise Refused("This aim has ended already. Open the list of aims to see what stands now.")
    return aim


def _check_shown(measure: Measure) -> None:
    if measure.key not in BY_KEY or all(table.shown is Shown.GOVERNANCE for table in measure.tables):
        raise Refused("There is no such measure.")


def _check(site: Site, aimed: Aimed) -> None:
    measure = BY_KEY[aimed.table.measure]
    if Aimable(aimed.table, aimed.line) not in aimables(measure):
        raise Refused("No aim can be set for this number. Choose another one.", field="line")
    if not 0 <= aimed.value <= 100:
        raise Refused("Enter a whole number from 0 to 100.", field="value")
    today, first = clock.today(), soonest(aimed.table, clock.today())
    if not first <= aimed.reach_by <= today + LONGEST_AIM:
        raise Refused(
            f"Enter a day from {clock.day_in_words(first)} on, when the next numbers end, and within five years.",
            field="reach_by",
        )
    _check_owner(site, aimed)


def _check_owner(site: Site, aimed: Aimed) -> None:
    if (aimed.owner is None) == (not aimed.owner_group.strip()):
        raise Refused("Choose who sees to it: somebody of this site, or a group.", field="owner")
    if aimed.owner and not members_of(site).filter(user=aimed.owner).exists():
        raise Refused("They do not work at this site today. Choose somebody else.", field="owner")
    if not aimed.owner:
        only_about_the_service(aimed.owner_group, "owner_group", "Name the group.", LONGEST_GROUP)


def _write(site: Site, aimed: Aimed, replaces: Aim | None, submission: UUID | None, by: User | None) -> Aim:
    return Aim.objects.create(
        site=site,
        of_table=aimed.table.key,
        line=aimed.line.key,
        value=aimed.value,
        reach_by=aimed.reach_by,
        owner=aimed.owner,
        owner_group=" ".join(aimed.owner_group.split()),
        replaces=replaces,
        submission=submission,
        set_by=by,
    )


def _end(aim: Aim, why: str, by: User | None) -> None:
    aim.ended_at, aim.ended_by, aim.ended_why = clock.now(), by, why
    aim.save(update_fields=["ended_at", "ended_by", "ended_why"])
