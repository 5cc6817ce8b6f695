"""What the database must not hold in the clear: seeds of second factors, what somebody typed and did not send.

The keys are the environment's (`CARECOORD_ENCRYPTION_KEY`, with commas): the first writes, all of them read, so a new
one is put in front and the old one leaves when nothing needs it any more.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from carecoord.environment import fernet_key


class Unreadable(Exception):
    """None of the keys opens this."""


def encrypt(text: str) -> str:
    """``text`` under the first key."""
    return _cipher(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """What was encrypted. Raises Unreadable when no key opens it."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).decrypt(encrypted.encode()).decode()
    except InvalidToken as problem:
        raise Unreadable from problem


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(fernet_key(key)) for key in keys])
