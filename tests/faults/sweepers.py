"""A program that sweeps in processes of their own, for as long as they live: ``python -m tests.faults.sweepers``.

For each line on its input, an instant, it starts one sweep for that instant and answers with the process's id. Django
is loaded once: what is killed is a sweep, hardly ever a start.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime


class Sweepers:
    """Asks the program for sweeps."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self.program = program

    def start(self, as_of: datetime) -> int:
        """Start one; returns the id of its process."""
        assert self.program.stdin
        assert self.program.stdout
        self.program.stdin.write(f"{as_of.isoformat()}\n")
        self.program.stdin.flush()
        return int(self.program.stdout.readline())


@contextmanager
def sweepers(environment: dict[str, str]) -> Iterator[Sweepers]:
    """The program, for as long as the block runs."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.sweepers"],
        env={**environment, "CARECOORD_DATABASE_ROLE": "worker", "DJANGO_SETTINGS_MODULE": "carecoord.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Sweepers(program)
    finally:
        program.kill()
        program.wait(10)


def main() -> None:
    import django

    django.setup()
    from pathways.sweep import sweep

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever was killed leaves nothing behind
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            sweep(datetime.fromisoformat(line.strip()))
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
