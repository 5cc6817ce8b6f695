"""Anchors: the head of the chain, told every hour to places that the owner of the database cannot write.

Without them somebody with the database's highest rights could cut off the chain's end, or alter an entry and work
out every later hash anew. Each line is signed with a key of its own and names the line before.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import structlog
from django.conf import settings
from django.core.mail import send_mail

from carecoord import clock
from carecoord.audit.chain import START
from carecoord.audit.models import Seal

log = structlog.get_logger("carecoord.audit")


@dataclass(frozen=True)
class Anchor:
    """One line: at this time the chain had ``links`` links and the last one's hash was ``head``."""

    number: int
    at: str
    links: int
    head: str
    before: str  # the signature of the line before
    signature: str = ""

    def signed(self, key: str) -> Anchor:
        """The same with its signature."""
        said = {name: value for name, value in asdict(self).items() if name != "signature"}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return Anchor(**said, signature=hmac.new(key.encode(), text.encode(), "sha256").hexdigest())

    def is_ours(self, key: str) -> bool:
        """Whether our key signed it."""
        return hmac.compare_digest(self.signed(key).signature, self.signature)

    @property
    def line(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), separators=(",", ":"))


class UnreadableAnchor(ValueError):
    """A line of the file that no anchor could have left there."""


def read_anchor(line: str) -> Anchor:
    """One line of the file. Raises UnreadableAnchor."""
    try:
        return Anchor(**json.loads(line))
    except (TypeError, ValueError) as problem:
        raise UnreadableAnchor("is no anchor") from problem


def anchor() -> Anchor:
    """Tell the head of the chain to the file, the log and the addresses; returns what was told."""
    file = Path(settings.AUDIT_ANCHOR_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a+") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        last = _last(lines)
        head = Seal.objects.order_by("-chain_no").values_list("chain_no", "hash").first() or (0, START)
        told = Anchor(
            number=last.number + 1 if last else 1,
            at=clock.now().isoformat(timespec="seconds"),
            links=head[0],
            head=head[1],
            before=last.signature if last else START,
        ).signed(settings.AUDIT_ANCHOR_KEY)
        lines.write(told.line + "\n")
        lines.flush()
        os.fsync(lines.fileno())
    log.info("audit anchor", anchor=told.line)
    _mail(told)
    return told


def _last(lines: TextIO) -> Anchor | None:
    """The last line of the open file that can be read: one cut short by a power cut must not end the anchoring."""
    lines.seek(0)
    last = None
    for line in lines:
        with suppress(UnreadableAnchor):
            last = read_anchor(line)
    return last


def _mail(told: Anchor) -> None:
    """Send the line to whoever keeps anchors. The file has it already: a mail server that is down stops nothing."""
    if not settings.AUDIT_ANCHOR_EMAILS:
        return
    words = "Keep this message. It proves what the record of access said at this time.\n\n"
    try:
        send_mail(f"CareCoord audit anchor {told.number}", words + told.line, None, settings.AUDIT_ANCHOR_EMAILS)
    except OSError:
        log.exception("the audit anchor was not mailed")
