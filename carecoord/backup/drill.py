"""The drill: a backup is restored into a scratch database, and looked at as the product would.

That all rows, policies and triggers came back, that the trail of the audit holds, and that one woman (the canary) is
shown to somebody with a grant and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from carecoord import clock
from carecoord.access.acting import acting_as
from carecoord.access.models import Grant, Membership, User
from carecoord.audit.anchors import Anchor, UnreadableAnchor, read_anchor
from carecoord.audit.chain import START
from carecoord.audit.verifying import verify
from carecoord.backup.databases import scratch_database, web_address, working_on
from carecoord.backup.manifest import Compared, Manifest
from carecoord.backup.programs import Failed
from carecoord.backup.restoring import compared, restore

MOST_ASKED = 50  # grants and strangers that are tried
_AN_ANCHORS_SECOND = timedelta(seconds=1)  # its time is cut to the second


@dataclass
class Drilled:
    """What was compared, what was seen, and every problem in words."""

    manifest: Manifest
    lines: list[Compared] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def drill(file: Path, keys: Sequence[bytes], anchors: Path | None) -> Drilled:
    """Try a backup. Raises Damaged and Failed where it could not even be restored; the scratch database always goes."""
    with scratch_database() as name, working_on(NAME=name):
        done = Drilled(restore(file, keys))
        done.lines = compared(done.manifest)
        done.problems += [f"Not as it was: {line.what.strip()}." for line in done.lines if not line.same]
        _audit(done, anchors)
        _canary(done, name)
    return done


def _audit(done: Drilled, anchors: Path | None) -> None:
    """The trail, with the anchors told before the backup; its end has to be the one that the backup names."""
    made_at = clock.parse_instant(done.manifest.made_at)[0]
    lines = list(_told_before(anchors, made_at))
    last = next((read_anchor(line) for line in reversed(lines)), None)
    number, head = done.manifest.head
    ours = Anchor((last.number if last else 0) + 1, done.manifest.made_at, number, head,
                  last.signature if last else START)  # fmt: skip
    verdict = verify([*lines, ours.signed(settings.AUDIT_ANCHOR_KEY).line], made_at)
    done.problems += [f"Audit: {sentence}" for sentence in verdict.sentences]
    done.seen.append(
        f"audit: {verdict.links:,} links verified against {verdict.anchors - 1:,} anchors and the backup’s own"
    )


def _told_before(anchors: Path | None, made_at: datetime) -> Iterable[str]:
    if anchors is None or not anchors.is_file():
        return
    for line in anchors.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            told = clock.parse_instant(read_anchor(line).at)[0]
        except (UnreadableAnchor, ValueError):
            continue  # verify_audit tells of it every night; here the backup is tried
        if told + _AN_ANCHORS_SECOND <= made_at:
            yield line


def _canary(done: Drilled, name: str) -> None:
    """One woman through the wall, as the web's role: seen by somebody with a grant, and by nobody else."""
    web = web_address(name)
    if web is None:
        done.problems.append("No woman was opened as the web does: give DATABASE_URL (cc_app) for this command too.")
        return
    pairs, women = _granted(), apps.get_model("pathways.Woman").objects.count()
    if not women:
        done.seen.append("canary: there is no woman in the backup")
        return
    with _as_the_web(web):
        opened = next(((woman, user) for woman, user in pairs if _sees(user, woman)), None)
    if opened is None:
        done.problems.append("Nobody sees a woman: no grant that runs shows anybody their own.")
        return
    woman, user = opened
    events, strangers = _events(woman), _strangers(woman)
    with _as_the_web(web):
        with acting_as(user):
            shown = _events(woman)
        seers = [stranger for stranger in strangers if _sees(stranger, woman)]
        nobody = apps.get_model("pathways.Woman").objects.count()
    if shown != events:
        done.problems.append(f"The canary has {events:,} events and whoever may see her is shown {shown:,}.")
    if seers or nobody:
        done.problems.append(
            f"The wall is open: {len(seers)} without a grant see the canary, {nobody} are shown to nobody."
        )
    done.seen.append(f"canary: woman {woman} with {events:,} events is shown to user {user.pk}, "
                     f"and not to {len(strangers)} without a grant")  # fmt: skip


def _granted() -> list[tuple[int, User]]:
    """Women and people to whom a running grant shows them, their own or their team's."""
    found: list[tuple[int, User]] = []
    today = clock.today()
    for grant in Grant.objects.at(clock.now()).order_by("id")[:MOST_ASKED]:
        members = Membership.objects.filter(team=grant.team_id, starts_on__lte=today) if grant.team_id else ()
        found += [(grant.woman_id, member.user) for member in members if member.user.is_active]
        found += [(grant.woman_id, grant.user)] if grant.user and grant.user.is_active else []
    return found[:MOST_ASKED]


def _strangers(woman: int) -> list[User]:
    """People who never had a grant to her, by themselves or by a team of theirs."""
    hers = Grant.objects.filter(woman=woman)
    teams = Membership.objects.filter(team__in=hers.filter(team__isnull=False).values("team"))
    strangers = User.objects.filter(is_active=True).exclude(pk__in=hers.filter(user__isnull=False).values("user"))
    return list(strangers.exclude(pk__in=teams.values("user")).order_by("id")[:MOST_ASKED])


def _sees(user: User, woman: int) -> bool:
    with acting_as(user):
        return bool(apps.get_model("pathways.Woman").objects.filter(pk=woman).exists())


def _events(woman: int) -> int:
    return int(apps.get_model("pathways.Event").objects.filter(journey__woman=woman).count())


@contextmanager
def _as_the_web(address: dict[str, object]) -> Iterator[None]:
    with working_on(**address):
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone() != (False,):
                raise Failed("DATABASE_URL signs in as a role that passes row-level security: give that of cc_app.")
        yield
