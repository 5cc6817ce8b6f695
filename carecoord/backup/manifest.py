"""What a database holds, in numbers and fingerprints: written into each backup, compared with what was restored.

Of every table the number of its rows and a sum over all of them; of everything that guards the rows (policies,
triggers, functions, constraints, privileges …) the number and a hash of the definitions.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from psycopg2 import sql

from carecoord.audit.chain import START

# Each gives one text a row. Names are as the search path shows them, which is the same on both sides.
DEFINITIONS = {
    "columns": """
        SELECT format('%s.%s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
                      pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped""",
    "walled tables": """
        SELECT format('%s %s', relname, relforcerowsecurity) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relrowsecurity""",
    "policies": """
        SELECT format('%s %s %s %s %s %s %s', tablename, policyname, permissive, roles, cmd, qual, with_check)
        FROM pg_policies WHERE schemaname = 'public'""",
    "triggers": """
        SELECT format('%s %s', pg_get_triggerdef(pg_trigger.oid), tgenabled)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal""",
    "functions": """
        SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')""",
    "constraints": """
        SELECT format('%s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "views": """
        SELECT format('%s %s', oid::regclass, pg_get_viewdef(oid)) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')""",
    "privileges": """
        SELECT format('%s %s %s %s', name, grantee::regrole, privilege_type, is_grantable) FROM (
            SELECT oid::regclass::text AS name,
                   coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) AS acl
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            UNION ALL
            SELECT oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
            UNION ALL
            SELECT format('%s.%s', attrelid::regclass, attname), attacl
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND attacl IS NOT NULL AND NOT attisdropped
        ) AS things, aclexplode(acl)""",
    "owners": """
        SELECT format('%s %s', oid::regclass, relowner::regrole) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')""",
    "extensions": "SELECT extname FROM pg_extension",
    "migrations": "SELECT format('%s.%s', app, name) FROM django_migrations",
}

# PostgreSQL prints a list of words in another way after a restore, once: the cast moves from the list to each word.
_WORD = r"'(?:[^']|'')*'::character varying"
_CAST_OF_WORD = re.compile(rf"\(({_WORD})\)::text")
_CAST_OF_LIST = re.compile(rf"\((ARRAY\[{_WORD}(?:, {_WORD})*\])\)::text\[\]")

# How values are written as text, so that both sides write them alike.
_PLAINLY = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; "
_PLAINLY += "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL search_path = public"
# The sum does not depend on the order of the rows.
_CONTENT = "SELECT count(*), coalesce(sum(hashtextextended(whole::text, 0)::numeric), 0)::text FROM {} AS whole"


@dataclass(frozen=True)
class Manifest:
    """What one database held at one instant. ``head`` is the audit chain's last link: its number and hash."""

    made_at: str
    database: str
    server: int
    tables: dict[str, tuple[int, str]]
    definitions: dict[str, tuple[int, str]]
    sequences: dict[str, int]
    head: tuple[int, str]

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(count for count, _ in self.tables.values())

    def as_bytes(self) -> bytes:
        """As it stands in a backup."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> Manifest:
        """What ``as_bytes`` wrote."""
        known = json.loads(text)
        for part in ("tables", "definitions"):
            known[part] = {name: (count, mark) for name, (count, mark) in known[part].items()}
        return cls(**{**known, "head": tuple(known["head"])})


@dataclass(frozen=True)
class Compared:
    """One line of a comparison: what, in the backup, restored, and whether they are the same."""

    what: str
    kept: str
    found: str
    same: bool


def describe(cursor: Any, made_at: str) -> Manifest:
    """What the database of the cursor holds, as its transaction sees it. Whoever asks has to see every row."""
    cursor.execute(_PLAINLY)
    cursor.execute(
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    names = sorted(name for (name,) in cursor.fetchall())
    cursor.execute("SELECT current_database(), current_setting('server_version_num')::int")
    database, server = cursor.fetchone()
    return Manifest(
        made_at=made_at,
        database=database,
        server=server,
        tables={name: _content(cursor, name) for name in names},
        definitions={kind: _fingerprint(cursor, statement) for kind, statement in DEFINITIONS.items()},
        sequences=_sequences(cursor),
        head=_head(cursor),
    )


def compare(kept: Manifest, found: Manifest) -> list[Compared]:
    """Line by line; of the tables one line for all, and one for each that differs."""
    lines = [
        _line("tables", len(kept.tables), len(found.tables), kept.tables.keys() == found.tables.keys()),
        _line("rows", kept.rows, found.rows, kept.tables == found.tables),
    ]
    for name in sorted(kept.tables.keys() | found.tables.keys()):
        before, after = kept.tables.get(name), found.tables.get(name)
        if before != after:
            lines.append(_line(f"  {name}", _counted(before), _counted(after), False))
    for kind, before in kept.definitions.items():
        after = found.definitions.get(kind)
        lines.append(_line(kind, before[0], _counted(after), before == after))
    # Numbers are drawn outside any snapshot: the dump may have come after some more of them, never before.
    ahead = all(found.sequences.get(name, -1) >= value for name, value in kept.sequences.items())
    lines.append(_line("sequences", len(kept.sequences), len(found.sequences), ahead))
    return [*lines, _line("links of the audit", kept.head[0], found.head[0], kept.head == found.head)]


def _line(what: str, kept: int | str, found: int | str, same: bool) -> Compared:
    before, after = (f"{value:,}" if isinstance(value, int) else value for value in (kept, found))
    return Compared(what, before, after if same or after != before else f"{after}, but others", same)


def _counted(known: tuple[int, str] | None) -> int | str:
    return "none" if known is None else known[0]


def _content(cursor: Any, table: str) -> tuple[int, str]:
    cursor.execute(sql.SQL(_CONTENT).format(sql.Identifier(table)))
    count, total = cursor.fetchone()
    return int(count), str(total)


def _fingerprint(cursor: Any, statement: str) -> tuple[int, str]:
    cursor.execute(statement)
    lines = sorted(_CAST_OF_LIST.sub(r"\1", _CAST_OF_WORD.sub(r"\1", text or "")) for (text,) in cursor.fetchall())
    return len(lines), sha256("\n".join(lines).encode()).hexdigest()


def _sequences(cursor: Any) -> dict[str, int]:
    """The last number of each sequence, 0 where none was drawn."""
    cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public'")
    return {str(name): int(value) for name, value in cursor.fetchall()}


def _head(cursor: Any) -> tuple[int, str]:
    cursor.execute("SELECT chain_no, hash FROM audit_seal ORDER BY chain_no DESC LIMIT 1")
    number, link = cursor.fetchone() or (0, START)
    return int(number), str(link)
