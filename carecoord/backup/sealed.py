"""The file of a backup: encrypted in chunks, so that one cut short, changed or put together anew is refused.

After the first line and 16 random bytes come chunks of 64 KiB under AES-256-GCM, with a key that is derived for this
file alone. Each chunk's nonce counts it and says whether it is the last: none can be left out, swapped, added or
taken from another file. Nothing here knows what is inside.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FIRST_LINE = b"CareCoord backup 1\n"
FILE_ID_BYTES = 16
CHUNK_BYTES = 64 * 1024
_TAG_BYTES = 16


class Damaged(Exception):
    """This is no backup, not all of it, not as it was written, or not under this key."""


class Sealer:
    """Writes a sealed file. Without ``finish`` the file has no end, and is refused."""

    def __init__(self, out: BinaryIO, key: bytes) -> None:
        file_id = secrets.token_bytes(FILE_ID_BYTES)
        self._out, self._head, self._number, self._waiting = out, FIRST_LINE + file_id, 0, bytearray()
        self._cipher = _cipher(key, file_id)
        out.write(self._head)

    def write(self, text: bytes) -> None:
        """Seal ``text`` after what came before."""
        self._waiting += text
        while len(self._waiting) > CHUNK_BYTES:  # the last chunk is never empty: only the end knows which it is
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal the rest as the end of the file."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), chunk, self._head))
        self._number += 1


def unsealed(file: BinaryIO, keys: Sequence[bytes]) -> Iterator[bytes]:
    """The text, chunk by chunk, with whichever of the keys opens it. Raises Damaged.

    A chunk is only handed out when it is whole; whoever must not act on part of a file reads all of it first.
    """
    head = file.read(len(FIRST_LINE) + FILE_ID_BYTES)
    if not head.startswith(FIRST_LINE) or len(head) < len(FIRST_LINE) + FILE_ID_BYTES:
        raise Damaged("It is no backup of CareCoord, or its beginning is missing.")
    ciphers = [_cipher(key, head[len(FIRST_LINE) :]) for key in keys]
    number, block = 0, file.read(CHUNK_BYTES + _TAG_BYTES)
    while block:
        following = file.read(CHUNK_BYTES + _TAG_BYTES)
        nonce = _nonce(number, not following)
        opened = [(cipher, text) for cipher in ciphers if (text := _opened(cipher, nonce, block, head)) is not None]
        if not opened:
            raise Damaged(
                "No key of CARECOORD_BACKUP_KEY opens it, or its beginning was changed."
                if number == 0
                else f"It is not whole, or not as it was written, after {number * CHUNK_BYTES:,} bytes."
            )
        ciphers = [opened[0][0]]
        yield opened[0][1]
        number, block = number + 1, following
    if number == 0:
        raise Damaged("Everything after its first line is missing.")


def _opened(cipher: AESGCM, nonce: bytes, block: bytes, head: bytes) -> bytes | None:
    try:
        return cipher.decrypt(nonce, block, head)
    except InvalidTag:
        return None


def _cipher(key: bytes, file_id: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=file_id, info=FIRST_LINE).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
