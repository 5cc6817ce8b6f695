"""Writes CSV that a spreadsheet may open: quoted as RFC 4180 says, and with no cell that it would run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

# What makes Excel, LibreOffice or Google Sheets take a cell for a formula (OWASP, CSV injection).
_TRIGGERS = tuple("=+-@\t\r\n\0＝＋－＠")
_RFC_END = "\r\n"


def neutral(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula.

    ``neutral("=1+1")`` is ``"'=1+1"``; other text comes back as it is. Only what is written changes, not what is kept.
    """
    return f"'{text}" if text.startswith(_TRIGGERS) else text


class SafeWriter:
    """Writes rows to an open text file, every cell neutralised, each row ended by a plain newline."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        # Told to end rows with a newline only, the library would leave a carriage return in a cell without its quotes.
        self._writer = csv.writer(self, lineterminator=_RFC_END)

    def row(self, cells: Iterable[object]) -> None:
        """Write one row; cells that are no text are written as ``str`` gives them."""
        self._writer.writerow([neutral(str(cell)) for cell in cells])

    def write(self, line: str) -> None:
        """Takes a finished line from the library."""
        self._file.write(line.removesuffix(_RFC_END) + "\n")
