"""No page about gaps shows a number that was not told: exact ones are counted here so that each could be recognised.

Every exact number is 1 to 7 or at least 1,000, and none of the large ones is a multiple of 5. So whatever stands on a
page from 1,000 on is a year, or has to be a multiple of 5 and none of the exact ones: in words, titles, tables, and
what a picture holds and says.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from carecoord.access.roles import Role
from carecoord.sites.models import Site
from pathways.gaps.measures import ALL, TABLES
from pathways.gaps.models import Block, Cell
from pathways.gaps.pages.choice import choices
from pathways.gaps.publishing import publish
from tests.factories import staff
from tests.gaps.telling import SITES

pytestmark = pytest.mark.django_db
MOMENTS = ("NAMED_MIDWIFE", "OST_FIRST_DOSE", "SEP_CONTACT")
QUARTERS = tuple(date(year, month, 1) for year in (2023, 2024, 2025) for month in (1, 4, 7, 10))
TOLD_AT = datetime(2027, 2, 20, 9, tzinfo=UTC)
NUMBER = re.compile(r"(?<![\w.,#-])(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w,-])")
SO_MANY = re.compile(r"(?<![\d,.])([\d,]*\d) of ([\d,]*\d)(?![\d,.]| %)")
YEARS = range(1990, 2030)  # of charts, and of sources
SMALL_SITE = "TAYM"  # where everything is too small


@pytest.fixture
def exact(db: None) -> set[int]:
    """Three years of cells, told as real ones are; gives every exact number, and every sum of a quarter or year."""
    dice, sites = random.Random(8), {site.code: site for site in Site.objects.all()}
    cells, known = [], set()
    keys = [key for key in TABLES if not key.startswith("M25.") or key.removeprefix("M25.") in MOMENTS]
    for key in keys:
        for code in SITES:
            for quarter in QUARTERS:
                for part in (-1, *range(len(TABLES[key].split.parts))):
                    small = code == SMALL_SITE or (code == "GLEN" and dice.random() < 0.1)
                    count = dice.randint(1, 7) if small else _large(dice)
                    value = dice.randint(8, 30) if TABLES[key].medians else -1
                    cells.append(
                        Cell(
                            of_table=key,
                            site=sites[code],
                            month=quarter,
                            part=part,
                            value=value,
                            count=count,
                            women=count,
                        )
                    )
                    known.add(count)
    Cell.objects.bulk_create(cells)
    publish(TOLD_AT)
    return {count for count in known if count >= 1000}


def _large(dice: random.Random) -> int:
    count = dice.randint(3000, 9998)
    return count + 1 if count % 5 == 0 else count


@pytest.fixture
def manager(client: Any) -> Any:
    client.force_login(staff(Role.SERVICE_MANAGER, team="office"))
    return client


def addresses() -> Iterator[str]:
    """Every page; the charts of one site each, of M08 those of all."""
    for name in ("gaps", "gaps_missed", "gaps_late_entry", "gaps_apart", "gaps_definitions"):
        yield reverse(name)
    for measure in ALL:
        for choice in choices(measure):
            if measure.key != "M25" or choice.table.key.removeprefix("M25.") in MOMENTS:
                yield f"{reverse('gap', args=[measure.key])}?line={choice.key}"
    yield from (f"{reverse('gap', args=['M08'])}?site={site}" for site in SITES)


def shown_on(html: str) -> str:
    """A page without what its frame adds: keys of forms, and addresses of files."""
    without = re.sub(r'<input[^>]*csrf[^>]*>|<(?:script|link)[^>]*>|\s(?:d|points|id|href|viewBox)="[^"]*"', " ", html)
    return without.replace(" ", " ")


def test_no_page_shows_what_was_not_told(manager: Any, exact: set[int]) -> None:
    assert Block.objects.filter(parts__isnull=False).exists()
    assert Block.objects.filter(groups=None).exists()
    for address in addresses():
        answer = manager.get(address)
        assert answer.status_code == 200, address
        page = shown_on(answer.content.decode())
        found = {float(number.replace(",", "")) for number in NUMBER.findall(page)}
        large = {number for number in found if number >= 1000 and number not in YEARS}
        assert not {number for number in large if number % 5}, address
        assert not large & exact, address
        for some, whole in SO_MANY.findall(re.sub(r"<[^>]+>", " ", page)):
            counted = [int(number.replace(",", "")) for number in (some, whole)]
            assert not any(number % 5 for number in counted), (address, some, whole)


def test_where_everything_is_small_nothing_but_that_is_shown(manager: Any, exact: set[int]) -> None:
    html = manager.get(reverse("gap", args=["M08"]), {"site": SMALL_SITE}).content.decode()

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Taymouth [c] too few to show" in page
    rows = re.findall(r"Jan–Dec 20\d\d (\S+)", page[: page.index("What lay behind it")])
    assert set(rows) == {"[c]"}
