"""What somebody had before them when they began to type, so that nobody's words are written over unread.

A form carries ``Seen``: the version of the row and a mark of each value that it showed. The verb that saves locks the
row and compares, field by field. What only the others changed stays theirs, what only the writer changed is saved, and
where both changed the same field nothing is saved: ``Changed`` names the fields, and the page shows both.

``Sent`` is the other half: a form sent twice counts once, and one that says something else the second time is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from django.db import connection, models
from django.utils.crypto import salted_hmac

from carecoord.refused import Refused

_NEVER = "-"  # a mark that no value has
LONGEST = 2000


class Changed(Refused):
    """Somebody else changed the same while this was being written. ``fields`` says what; nothing was saved."""

    def __init__(self, fields: Iterable[str], sentence: str = "", *, field: str | None = None) -> None:
        words = sentence or "Somebody changed this while you were writing. Nothing of yours is saved yet."
        super().__init__(words, field=field)
        self.fields = tuple(fields)


class SentOtherwise(Refused):
    """This form was saved before and says something else now. ``earlier`` is what the first sending made."""

    def __init__(self, earlier: Any) -> None:
        super().__init__("This form was saved already, with other words. What you changed since is not saved.")
        self.earlier = earlier


@dataclass(frozen=True)
class Seen:
    """What a page showed of one record. ``record`` names it: ``woman 5``."""

    record: str
    version: int = 0
    marks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, record: str, values: Mapping[str, Any], version: int = 0) -> Seen:
        """What is about to be shown."""
        return cls(record, version, {name: _mark(record, name, value) for name, value in values.items()})

    @classmethod
    def read(cls, text: str, record: str) -> Seen:
        """What a form carried; nothing seen where it carries nothing that can be read."""
        version, *marks = text[:LONGEST].split(" ")
        pairs = [mark.split(":") for mark in marks if mark.count(":") == 1]
        known = version.isascii() and version.isdecimal() and len(version) < 10
        return cls(record, int(version) if known else 0, {name: mark for name, mark in pairs})

    def __str__(self) -> str:
        return " ".join([str(self.version), *(f"{name}:{mark}" for name, mark in self.marks.items())])

    def looked_at(self, now: Mapping[str, Any], names: Iterable[str]) -> Seen:
        """The same, after these fields were shown again as they stand now; of the others the old sight holds."""
        shown = {name: _mark(self.record, name, now[name]) for name in names}
        return replace(self, marks={**self.marks, **shown})

    def undecided(self, names: Iterable[str]) -> Seen:
        """The same, where somebody has not chosen yet which of two texts stays."""
        return replace(self, marks={**self.marks, **dict.fromkeys(names, _NEVER)})

    def merged(self, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """``wanted`` put together with what stands now. Raises Changed where both changed the same field."""
        touched = {name: mine for name, mine in wanted.items() if not self._is(name, mine)}
        self.check(now, touched)
        return {name: touched.get(name, now[name]) for name in wanted}

    def check(self, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Raise Changed where something else stands now than was seen, and than is wanted."""
        other = [name for name, mine in wanted.items() if not self._is(name, now[name]) and not _same(now[name], mine)]
        if other:
            raise Changed(other)

    def unread(self, now: Mapping[str, Any], names: Iterable[str]) -> list[str]:
        """Those of the fields in which something else stands now than was seen."""
        return [name for name in names if not self._is(name, now[name])]

    def _is(self, name: str, value: Any) -> bool:
        """Whether this is what was seen. A field that was not shown is nobody's loss while nothing stands in it."""
        shown = self.marks.get(name) or _mark(self.record, name, "")
        return shown == _mark(self.record, name, value)


def _same(one: Any, other: Any) -> bool:
    return _words(one) == _words(other)


def _words(value: Any) -> str:
    """A value as it is compared: an empty one is an empty one, and a browser's ends of lines are like any others."""
    if isinstance(value, models.Model):
        value = value.pk
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _mark(record: str, name: str, value: Any) -> str:
    return salted_hmac("pathways.seen", repr([record, name, _words(value)])).hexdigest()[:16]


# -- one form, sent twice ------------------------------------------------------------------------


def fingerprint(*parts: Any) -> str:
    """Stands for what a form said, to be kept beside its ``submission``."""
    return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def check_same(earlier: Any, said: str) -> None:
    """Raise SentOtherwise where the first sending said something else; rows of before there were fingerprints pass."""
    if earlier.fingerprint and earlier.fingerprint != said:
        raise SentOtherwise(earlier)


# -- one at a time -------------------------------------------------------------------------------


def one_at_a_time(what: str) -> None:
    """Whoever else changes ``what`` waits; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
