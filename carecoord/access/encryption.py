"""What the database must not hold in the clear: seeds of second factors, what somebody typed and did not send, PINs.

The keys are the environment's (`CARECOORD_ENCRYPTION_KEY`, with commas): the first writes, all of them read, so a new
one is put in front and the old one leaves when nothing needs it any more.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256

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


def keyed_hash(text: str) -> str:
    """What stands for a short secret in the database: worthless to whoever has the database without the key.

    A slow hash would not protect a million possible PINs, and would take the time of everybody who signs at a bed.
    """
    return _hmac(settings.ENCRYPTION_KEYS[0], text)


def keyed_hashes(text: str) -> list[str]:
    """The same with each of the keys, for whoever looks in the database which of them stands there."""
    return [_hmac(key, text) for key in settings.ENCRYPTION_KEYS]


def is_hash_of(text: str, hashed: str) -> bool:
    """Whether ``hashed`` was made of ``text``, with any of the keys."""
    return any(hmac.compare_digest(each, hashed) for each in keyed_hashes(text))


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), sha256).hexdigest()


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(fernet_key(key)) for key in keys])
