"""Finding a woman by what somebody typed: a name, a number or a date of birth.

What was typed is never kept: the page that shows the result knows ids only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from carecoord import clock
from pathways.finding.spelling import alike
from pathways.models import Journey, Woman
from pathways.models.women import folded

MOST_SHOWN = 50
LONGEST_READ = 200  # characters; nobody's name is longer, and each word costs time
_MOST_WORDS = 6
_MOST_CANDIDATES = 300
_LIKENESS = 0.3  # how like a word the database's candidates are; ``_how_well`` is stricter

_NUMBER = re.compile(r"(?:nhs|chi|number|no\.?|[\s:-])*((?:\d[\s-]*){10})", re.IGNORECASE | re.ASCII)
_DATE = re.compile(
    r"(?<!\w)(?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<day>\d{1,2})(?:\s*[./\s-]\s*|(?=[a-z]))(?P<month>\d{1,2}|[a-z]{3,9})(?:\s*[./\s-]\s*)(?P<year>\d{4}|\d{2})"
    r"|(?P<packed>\d{8}))(?!\w)",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


@dataclass(frozen=True)
class Sought:
    """What somebody typed, read: ten digits, a date of birth, and words of a name, as far as they are there."""

    number: str = ""
    born: date | None = None
    words: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.number or self.born or self.words)


def read(text: str) -> Sought:
    """Read what was typed. Never raises: what is neither number nor date is taken for a name."""
    text = text[:LONGEST_READ].strip()
    if number := _NUMBER.fullmatch(text):
        return Sought(number=re.sub(r"\D", "", number[1]))
    born = None
    if found := _DATE.search(text):
        born = _date_of(found)
        text = text[: found.start()] + " " + text[found.end() :] if born else text
    return Sought(born=born, words=tuple(dict.fromkeys(folded(text).split()))[:_MOST_WORDS])


def find(women: QuerySet[Woman], sought: Sought) -> list[int]:
    """Ids of the journeys that fit, the latest of each woman, best first. Three SQL queries at most."""
    if sought.number:
        women = women.filter(identifiers__value=sought.number)
    if sought.born:
        women = women.filter(date_of_birth=sought.born)
    found = _named(women, sought.words) if sought.words else women.order_by("sort_key", "pk")
    return _latest_journeys([woman.pk for woman in found[:MOST_SHOWN]])


def _named(women: QuerySet[Woman], words: tuple[str, ...]) -> list[Woman]:
    """Women with a name for each word: the database finds names that are roughly alike, we keep those that fit."""
    similar = [TrigramWordSimilarity(word, "search_key") for word in words]
    any_word = Q()
    for word in words:
        any_word |= Q(search_key__trigram_word_similar=word)
    rough = women.filter(any_word).annotate(
        likeness=sum(similar[1:], start=similar[0]) if len(similar) > 1 else similar[0]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # The index answers "at least this like"; the setting ends with the transaction.
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(_LIKENESS)])
        candidates = list(rough.order_by("-likeness", "pk")[:_MOST_CANDIDATES])
    fitting = [(how_well(words, woman.search_key), woman) for woman in candidates]
    return [
        woman for fit, woman in sorted(fitting, key=lambda pair: (-pair[0], pair[1].sort_key, pair[1].pk)) if fit > 0
    ]


def how_well(words: Iterable[str], key: str) -> float:
    """How well the words fit a search key, 0 where one of them does not: exact names count most, slips least."""
    names = key.split()
    run_together = "".join(names)
    fits = [max(_how_well(word, name) for name in names) if names else 0 for word in words]
    fits = [fit or (1 if len(word) > 3 and word in run_together else 0) for fit, word in zip(fits, words, strict=True)]
    return sum(fits) / len(fits) if fits and all(fits) else 0


def _how_well(word: str, name: str) -> int:
    if word == name:
        return 4
    if name.startswith(word):
        return 3
    return 2 if alike(word, name) else 0


def _latest_journeys(women: list[int]) -> list[int]:
    journeys = Journey.objects.filter(woman__in=women).order_by("woman_id", "-number").distinct("woman_id")
    latest = dict(journeys.values_list("woman_id", "pk"))
    return [latest[woman] for woman in women if woman in latest]


def _date_of(found: re.Match[str]) -> date | None:
    """The date that was matched, day before month; None for a day that does not exist."""
    if found["iso"]:
        year, month, day = map(int, found["iso"].split("-"))
    elif found["packed"]:
        day, month, year = int(found["packed"][:2]), int(found["packed"][2:4]), int(found["packed"][4:])
    else:
        day, year = int(found["day"]), int(found["year"])
        month = int(found["month"]) if found["month"].isdecimal() else _month_named(found["month"])
        year += 0 if year > 99 else _century(year)
    try:
        return datetime(year, month, day).date()  # noqa: DTZ001 - a date of birth has no zone
    except ValueError:
        return None


def _month_named(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1 if word[:3].lower() in _MONTHS else 0


def _century(year: int) -> int:
    """1900 or 2000: the later one in which she would be at least ten years old today."""
    return 2000 if 2000 + year <= clock.today().year - 10 else 1900
