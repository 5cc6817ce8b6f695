"""A backup: one snapshot of the whole database, its manifest in front, encrypted as it comes, read back, then named."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction

from carecoord import clock
from carecoord.backup.manifest import Manifest, describe
from carecoord.backup.programs import address_for, dumping, find
from carecoord.backup.sealed import CHUNK_BYTES, Damaged, Sealer, unsealed

KEEP = 14
MAY_BE_OLD = timedelta(hours=36)  # one night may fail
_LENGTH_BYTES = 8
_LONGEST_MANIFEST = 16 * 1024 * 1024
_NAME = re.compile(r"carecoord-(\d{8}T\d{6}Z)\.backup")
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Made:
    """A backup that was made, and how many older ones went."""

    file: Path
    bytes: int
    manifest: Manifest
    seconds: float
    pruned: int


def back_up(folder: Path, keys: Sequence[bytes], *, keep: int = KEEP) -> Made:
    """Write a backup into ``folder``, then remove all but the newest ``keep``. Raises Failed, OSError or DatabaseError.

    The database is read as the role that this process signs in as: one to which row-level security applies gets an
    error. Nothing is left in the folder when it fails.
    """
    began, at = time.monotonic(), clock.now()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"carecoord-{at:{_TIME}}.backup"
    unfinished = folder / f".{file.name}.{os.getpid()}.part"
    try:
        with _only_for_us(unfinished) as out:
            manifest = _write(out, keys[0], at)
        with unfinished.open("rb") as written:
            for _ in unsealed(written, keys[:1]):
                pass  # what cannot be read back is no backup
        unfinished.replace(file)
        _on_disk(folder)
    finally:
        unfinished.unlink(missing_ok=True)
    return Made(file, file.stat().st_size, manifest, time.monotonic() - began, _prune(folder, keep))


def kept(folder: Path) -> list[Path]:
    """The backups of a folder, the newest first."""
    return sorted((file for file in folder.glob("carecoord-*.backup") if _NAME.fullmatch(file.name)), reverse=True)


def made_at(file: Path) -> datetime:
    """When a backup was made, by its name."""
    match = _NAME.fullmatch(file.name)
    if match is None:
        raise ValueError(f"{file.name} is not how a backup is named")
    return datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)


def opened(file: BinaryIO, keys: Sequence[bytes]) -> tuple[Manifest, Iterator[bytes]]:
    """The manifest of a backup and the dump behind it, in chunks. Raises Damaged, also while the chunks are taken."""
    chunks = unsealed(file, keys)
    text = bytearray()
    length = -1
    for chunk in chunks:
        text += chunk
        if length < 0 and len(text) >= _LENGTH_BYTES:
            length = int.from_bytes(text[:_LENGTH_BYTES], "big")
        if length > _LONGEST_MANIFEST or 0 <= length <= len(text) - _LENGTH_BYTES:
            break
    end = _LENGTH_BYTES + length
    try:
        manifest = Manifest.from_bytes(bytes(text[_LENGTH_BYTES:end]))
    except (ValueError, TypeError, KeyError) as problem:
        raise Damaged("What it says of itself cannot be read: another version of CareCoord wrote it.") from problem
    return manifest, _rest(bytes(text[end:]), chunks)


def check(file: Path, keys: Sequence[bytes]) -> Manifest:
    """Read a whole backup and change nothing; what it says that it holds. Raises Damaged or OSError."""
    with file.open("rb") as text:
        manifest, chunks = opened(text, keys)
        for _ in chunks:
            pass
    return manifest


def _rest(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _write(out: BinaryIO, key: bytes, at: datetime) -> Manifest:
    """The manifest and the dump, both of one snapshot, however busy the database is meanwhile."""
    sealer = Sealer(out, key)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL row_security = off")  # an error rather than the part that a policy shows
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        manifest = describe(cursor, at.isoformat(timespec="seconds"))
        text = manifest.as_bytes()
        sealer.write(len(text).to_bytes(_LENGTH_BYTES, "big") + text)
        address, environment = address_for(connection.settings_dict)
        program = find("pg_dump", manifest.server, connection.settings_dict)
        command = [program, "--format=custom", "--no-password", f"--snapshot={snapshot}", "--lock-wait-timeout=60s"]
        with dumping([*command, f"--dbname={address}"], environment) as dump:
            while chunk := dump.read(CHUNK_BYTES):
                sealer.write(chunk)
    sealer.finish()
    return manifest


@contextmanager
def _only_for_us(file: Path) -> Iterator[BinaryIO]:
    """A new file that nobody else may read, and that is on the disk when the block ends."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _on_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prune(folder: Path, keep: int) -> int:
    """Remove all but the newest, and what a backup that was killed a day ago left. Returns how many backups went."""
    old = kept(folder)[max(keep, 1) :]
    for file in old:
        file.unlink(missing_ok=True)
    yesterday = time.time() - 24 * 60 * 60
    for file in folder.glob(".carecoord-*.part"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < yesterday:
                file.unlink()
    return len(old)
