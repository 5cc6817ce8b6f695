"""What a verb raises when what was asked cannot be."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class Refused(ValidationError):
    """What was asked cannot be; the message says what to do next, ``field`` where."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__({field: [message]} if field else message)
        self.sentence = message
        self.field = field
