"""Requests that nobody means well with, or that a broken program sends: addresses, forms, bodies, headers."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.faults.forms import fields_of
from tests.routes import Route

METHODS = [*"HEAD PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND get x".split(), *["GET"] * 10, *["POST"] * 20]
NUMBERS = (0, 1, -1, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**25, 10**400)
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud83d",
    "💊" * 50,
    "\u202eabc\u0301" * 20,
    "\ufeff\u200b\u200d",
    "\x07\x1b[31m",
    "a" * 20_000,
    "ÿ" * 300,
    "٣",  # int() reads it
    "²",  # str.isdigit() says yes, int() does not
    "１２",
    "1_000",
    "+1",
    "0x1F",
    "1e309",
    "NaN",
    "-Infinity",
    "true",
    "null",
    "None",
    "[]",
    '{"$ne": ""}',
    "' OR 1=1 --",
    "'; DROP TABLE pathways_woman; --",
    "%s%s%n%(pk)s",
    "{{ 7*7 }}{% debug %}",
    "<script>alert(1)</script>",
    "=HYPERLINK('x')",
    "../../etc/passwd",
    "//evil.example/",
    "javascript:alert(1)",
    "a\r\nSet-Cookie: x=1",
    "2026-02-30",
    "31/12/0001",
    "9999-12-31T23:59:59+14:00",
    "0000-00-00",
    "24:60",
    "00000000-0000-0000-0000-000000000000",
    "not-a-uuid",
    "done",
    "declined",
    "booking_completed",
    "baby_born",
)
HEADERS: Mapping[str, Sequence[str]] = {
    "HTTP_HOST": ("evil.example", "", "a b", "[::1", "testserver:99999", "\xff"),
    "HTTP_COOKIE": ("session-8000=\x00\xff", "=;=;", "csrf-8000=" + "a" * 9000, "a" * 9000, '"\\377'),
    "HTTP_REFERER": ("http://[", "\xed\xa0\x80", "https://evil.example/?q=a", "a" * 9000),
    "HTTP_ORIGIN": ("null", "http://[", "https://evil.example"),
    "HTTP_ACCEPT": ("*/*;q=x", "application/json", "text/html;charset=\xff", ""),
    "HTTP_ACCEPT_ENCODING": ("br;q=nan", "\0", "gzip, " * 500),
    "HTTP_ACCEPT_LANGUAGE": ("xx-" * 500, "\xff", "*"),
    "HTTP_X_FORWARDED_FOR": ("1.2.3.4, x", "\0", "::::", "999.999.999.999"),
    "HTTP_X_FORWARDED_PROTO": ("https", "gopher"),
    "HTTP_X_HTTP_METHOD_OVERRIDE": ("DELETE",),
    "HTTP_X_REQUESTED_WITH": ("XMLHttpRequest",),
    "HTTP_X_CSRFTOKEN": ("a" * 9000, "\xff", ""),
    "HTTP_HX_REQUEST": ("true", "\xff"),
    "HTTP_HX_CURRENT_URL": ("http://[", "%FF%FE", "\xed\xa0\x80"),
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": ("true",),
    "HTTP_HX_TRIGGERING_EVENT": ("{", '"\\ud800"', "[" * 500),
    "HTTP_HX_PROMPT": ("%ED%A0%80",),
    "HTTP_RANGE": ("bytes=9-1", "bytes=" + "0-1," * 900),
    "HTTP_IF_MODIFIED_SINCE": ("yesterday", "Sun, 99 Foo 99999 99:99:99 GMT"),
    "HTTP_IF_NONE_MATCH": ('W/"', "*", "\xff"),
    "HTTP_AUTHORIZATION": ("Basic ////", "Bearer \xff", "Negotiate"),
    "HTTP_TRANSFER_ENCODING": ("chunked, identity",),
    "CONTENT_LENGTH": ("-1", ""),  # no server hands on one that is no number
    "REMOTE_ADDR": ("", "unix:", "::ffff:1.2.3.4"),
    "QUERY_STRING": ("%", "a=%FF%FE", "&" * 3000, "next=//evil.example", "a=\xff\xfe", "page=" + "9" * 5000),
}
CONTENT_TYPES = (
    "",
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such",
    "application/x-www-form-urlencoded; charset=\xff",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\xff",
    "multipart/form-data; boundary=x; charset=utf-7",
    ";;;",
)
# Names of columns: no form has them, so nothing may be taken from them.
COLUMNS = "id pk site site_id woman_id team_id is_active role recorded_by recorded_at stage state abilities".split()


# What a form takes, so that what comes after a good form is reached too: a woman who is here already, a day and time.
GOOD: Mapping[str, Sequence[str]] = {
    "first_name": ("Tara",),
    "preferred_name": ("Tara",),
    "last_name": ("Reid",),
    "date_of_birth_0": ("3",),
    "date_of_birth_1": ("4",),
    "date_of_birth_2": ("1991",),
    **{f"{name}_{place}": (value,) for name in ("occurred_at", "first_contact_at", "planned_for")
       for place, value in enumerate(("1", "11", "2026", "09:00"))},
    "q": ("tara reid", "reid"),
    "reason": ("It was somebody else.",),
}  # fmt: skip


# What fits into an address, by the place's name or the address's first word: ``{"journeys": [7], "event": [12, 13]}``.
Record = Mapping[str, Sequence[int | str]]


@dataclass
class Sent:
    """One request, as the test client takes it."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path[:200]} {self.content_type} {self.headers} {self.body[:300]!r}"


class Hostile:
    """Makes requests by chance, the same ones for the same seed.

    ``records`` say which ids stand for one woman's record, ``own`` the one that the sender may see. ``fields`` learns
    what forms hold: for a route, each name with values that were seen in it.
    """

    def __init__(self, chance: random.Random, records: Sequence[Record]) -> None:
        self.chance = chance
        self.records = records
        self.own = records[0]
        self.known = sorted(
            {each for record in records for ids in record.values() for each in ids if each != str(each)}
        )
        self.fields: dict[str, dict[str, list[str]]] = {}
        self.with_nul = False

    def learn(self, route: Route, page: str) -> None:
        """Remember the names in the forms of a page, with the values that each had when it was first seen."""
        known = self.fields.setdefault(route.path, {})
        for name, values in fields_of(page).items():
            known.setdefault(name, [*GOOD.get(name, ()), *values][:20])

    def request(self, route: Route) -> Sent:
        """Something sent to this route, or to an address near it."""
        chance = self.chance
        self.with_nul = chance.random() < 0.1  # it is refused at the door: mostly something else is tried
        method = chance.choice(METHODS)
        path = self.address(route)
        if chance.random() < 0.2:
            path += "?" + self.form(route)
        sent = Sent(method, path)
        if method not in ("GET", "HEAD"):
            self._fill(sent, route)
        for name in chance.sample(sorted(HEADERS), chance.choice((0, 0, 0, 0, 0, 0, 1, 3))):
            sent.headers[name] = chance.choice(HEADERS[name])
        return sent

    def address(self, route: Route) -> str:
        """Its address with ids that exist, foreign ones and impossible ones; now and then bent out of shape."""
        record = self.own if self.chance.random() < 0.85 else self.chance.choice(self.records)
        straight = self.chance.random() < 0.75
        values = {name: escaped(self._place(route, name, record, straight)) for name in route.converters}
        path = route.address(**values)
        if self.chance.random() < 0.05:
            cut = self.chance.randrange(len(path) + 1)
            path = "/" + path[:cut].lstrip("/") + escaped(self.text()[:500]) + path[cut:]
        return path

    def _place(self, route: Route, name: str, record: Record, straight: bool) -> str:
        """What stands in one place of the address."""
        if not straight and self.chance.random() < 0.3:
            return self.text()[:2000]
        fitting = fitting_in(route, name, record)
        return str(self.chance.choice(fitting) if fitting and straight else self.number())

    def number(self) -> int:
        """An id of something, or one that nothing has."""
        return abs(self.chance.choice(NUMBERS)) if self.chance.random() < 0.4 else self.chance.choice(self.known)

    def text(self) -> str:
        """What a field, a query or a part of the address may be sent as."""
        draw = self.chance.random()
        if draw < 0.75:
            text = self.chance.choice(TEXTS)
        elif draw < 0.85:
            text = str(self.chance.choice((*NUMBERS, *self.known)))
        else:
            text = "".join(chr(self.chance.randrange(0x110000)) for _ in range(self.chance.randrange(1, 40)))
        return text if self.with_nul else text.replace("\0", "0")

    def form(self, route: Route) -> str:
        """A form as a browser would encode it, of the names that the page has and a few that it has not."""
        learned = self.fields.get(route.path, {})
        parts = self._but_one(learned) if self.chance.random() < 0.4 else self._many_odd(learned)
        parts += [(name, self.text()) for name in self.chance.sample(COLUMNS, self.chance.choice((0, 0, 1, 4)))]
        if self.chance.random() < 0.05:
            parts.append((self.text()[:300], self.text()))
        return "&".join(f"{escaped(name)}={escaped(value)}" for name, value in parts)

    def _but_one(self, learned: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Everything as it should be but for one field."""
        odd = self.chance.choice([*learned, ""])
        good = {name: next(filter(None, seen), "") for name, seen in learned.items()}
        return [(name, self.text() if name == odd else value) for name, value in good.items()]

    def _many_odd(self, learned: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Some fields left out, some as they were seen, some with anything in them."""
        spoilt = self.chance.choice((0.02, 0.1, 0.3, 1))
        sent = [(name, seen) for name, seen in learned.items() if self.chance.random() < 0.9]
        return [
            (name, self.text() if not seen or self.chance.random() < spoilt else self.chance.choice(seen))
            for name, seen in sent
        ]

    def _fill(self, sent: Sent, route: Route) -> None:
        chance, draw = self.chance, self.chance.random()
        if draw < 0.7:
            sent.body = self.form(route).encode()
        elif draw < 0.85:
            sent.content_type, sent.body = "multipart/form-data; boundary=x", self._parts(route)
        elif draw < 0.9:
            sent.content_type, sent.body = "application/json", json.dumps([self.text(), {"a": self.number()}]).encode()
        elif draw < 0.98:
            sent.content_type = chance.choice(CONTENT_TYPES)
            sent.body = chance.choice((chance.randbytes(200), b"--x\r\n", b"a=\xed\xa0\x80&%=%%&=", b"--x--\r\n" * 50))
        elif draw < 0.988:
            sent.body = b"&".join(b"f%d=1" % number for number in range(2000))
        elif draw < 0.99:
            sent.body = b"note=" + chance.choice((b"a", b"%00", b"\xff")) * (10 * 1024 * 1024)
        else:
            sent.content_type = "multipart/form-data; boundary=x"
            sent.body = _part("file", "a" * 3_000_000, "women.xlsx") + b"--x--\r\n"

    def _parts(self, route: Route) -> bytes:
        names = [*self.fields.get(route.path, {}), "file", *self.chance.sample(COLUMNS, 2)]
        body = b"".join(
            _part(name, self.text(), self.chance.choice(("", "", "", "../x.csv", "\0", "a" * 300))) for name in names
        )
        return body + self.chance.choice((b"--x--\r\n", b"--x--\r\n", b"", b"--y--"))


def fitting_in(route: Route, name: str, record: Record) -> Sequence[int | str]:
    """What of a record may stand in that place of the address."""
    return record.get(name) or record.get(route.path.split("/")[1], ())


def escaped(text: str) -> str:
    """Percent-encoded, lone surrogates too."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _part(name: str, value: str, file: str = "") -> bytes:
    kind = f'; filename="{file}"\r\nContent-Type: text/csv' if file else ""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n'
    return (head + value + "\r\n").encode("utf-8", "surrogatepass")
