"""Words that judge: none of those listed in docs/glossary.md stands in what people read, or in what we write ourselves.

Templates, declarations, forms, wording, comments and docs are read; names in code are not. Prints each place with what
to write instead; exit 1 where there is one.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "## Words we do not use"
READ = (
    *("templates/**/*.html", "static/js/*.js", "docs/**/*.md", "*.md"),
    *(f"{app}/**/*.{kind}" for app in ("carecoord", "pathways", "medications", "referrals") for kind in ("py", "toml")),
    "scripts/*.py",
)
# Titles and phrases of others, quoted as they were published; and what earlier migrations did.
QUOTES = (
    "pathways/moments/sources.py",
    "docs/pathway-reference.md",
    "docs/measures.md",
    "docs/glossary.md",
    "scripts/check_words.py",
)
# The register that every ward keeps; an item of CE-8, which speaks in her voice.
NAMES_OF_OTHERS = ("patients’ own medicines", "not only as a patient")
_SPOKEN = (tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))


@dataclass(frozen=True)
class Found:
    """A word that stands somewhere, and what to write instead."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: “{self.word}”. Write instead: {self.instead}"


def words_not_used(glossary: str) -> dict[str, str]:
    """Each word or phrase of the glossary's list, with what to write instead."""
    _, _, table = glossary.partition(HEADING)
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {word.strip(): instead for nots, instead in rows[1:] for word in nots.split(",")}


def places(path: str, text: str, words: dict[str, str]) -> list[Found]:
    """Where one of the words stands in a file, in its order."""
    found = []
    for line, spoken in _spoken(path, text):
        for name in NAMES_OF_OTHERS:
            spoken = spoken.replace(name, " " * len(name))
        for match in _pattern(words).finditer(spoken):
            word = _known(match.group(), words)
            found.append(Found(path, line + spoken[: match.start()].count("\n"), word, words[word]))
    return found


def _pattern(words: dict[str, str]) -> re.Pattern[str]:
    """Any of the words, whole, across spaces, hyphens and line ends; the longest first."""
    longest_first = sorted(words, key=len, reverse=True)
    either = "|".join(r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", word))) for word in longest_first)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)


def _known(said: str, words: dict[str, str]) -> str:
    plain = _plain(said)
    return next(word for word in words if _plain(word) == plain)


def _plain(words: str) -> str:
    return " ".join(re.split(r"[\s-]+", words.lower()))


def _spoken(path: str, text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of what a file says: of Python its strings and comments, of everything else all of it."""
    if path.endswith(".py"):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _SPOKEN:
                yield token.start[0], token.string
    else:
        yield 1, text


def files() -> list[str]:
    """What is read, by its path in the repository."""
    found = {path.relative_to(ROOT).as_posix() for pattern in READ for path in ROOT.glob(pattern)}
    return sorted(path for path in found if "/migrations/" not in path and path not in QUOTES)


def main() -> int:
    """Read everything; 1 where one of the words stands somewhere."""
    words = words_not_used(GLOSSARY.read_text(encoding="utf-8"))
    found = [place for path in files() for place in places(path, (ROOT / path).read_text(encoding="utf-8"), words)]
    for place in found:
        print(place)
    print(f"{len(words)} words, {len(files())} files, {len(found)} places")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
