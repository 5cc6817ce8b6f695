"""Arguments that several commands take."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime

from carecoord import clock


def instant(text: str) -> datetime:
    """A time on the command line, in UTC. Raises ArgumentTypeError (exit code 2) with what to write."""
    try:
        return clock.parse_instant(text)[0]
    except clock.SkippedTime as skipped:
        raise ArgumentTypeError(f"{text}: {skipped}") from None
    except ValueError:
        raise ArgumentTypeError(f"{text} is no time: write it as 2026-11-21T12:00:00Z or '2026-11-21 12:00'") from None
