"""Checks the rows of women.csv."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from carecoord.identifiers import clean_chi_number, clean_nhs_number
from carecoord.sites.models import Site
from pathways.actions import Person, check_date_of_birth
from pathways.importing.cells import Cells, counted, day
from pathways.importing.report import Refusals
from pathways.importing.staff import Midwife, Staff
from pathways.importing.tables import Columns, Row
from pathways.models import Identifier, SafeContact, Woman
from pathways.models.women import folded
from pathways.moments.products import PRODUCTS

COLUMNS = Columns(
    (
        "person_ref", "nhs_number", "chi_number", "first_name", "last_name", "preferred_name", "date_of_birth",
        "site", "named_midwife", "pregnancy", "edd", "medication", "safe_contact",
    ),
    required=frozenset({"person_ref", "first_name", "last_name", "date_of_birth", "site"}),
)  # fmt: skip
_CLEAN = {Identifier.Kind.NHS: clean_nhs_number, Identifier.Kind.CHI: clean_chi_number}


NameAndBirth = tuple[int, date, str]  # site, date of birth, first and last name as they are searched


@dataclass(slots=True)
class WomanRow:
    """A checked row of women.csv. Where a cell was bad its field is None or blank, and she is among the refused."""

    line: int
    person_ref: str
    person: Person | None
    site: Site | None
    numbers: dict[Identifier.Kind, str]
    midwife: Midwife | None
    pregnancy: int | None
    edd: date | None
    medication: str

    @property
    def name_and_birth(self) -> NameAndBirth | None:
        """What two rows of one person usually share, also where both have no number."""
        if self.person is None or self.site is None:
            return None
        return self.site.pk, self.person.date_of_birth, folded(self.person.first_name, self.person.last_name)


@dataclass
class WomenCheck:
    """Checks one row after the other; ``rows`` keeps them by reference.

    ``warn`` takes lines, reference and sentence.
    """

    sites: Mapping[str, Site]
    staff: Staff
    refusals: Refusals
    warn: Callable[[list[int], str, str], None]
    rows: dict[str, WomanRow] = field(default_factory=dict)
    _holders: dict[tuple[Identifier.Kind, str], WomanRow] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Check a row and keep it; what is wrong with it goes to the refusals."""
        cells = Cells(row)
        woman = self._read(cells)
        first = self.rows.setdefault(woman.person_ref, woman) if woman.person_ref else woman
        if first is not woman:
            cells.problem("person_ref", f"repeated: it is on line {first.line} too. Keep one of the rows")
            first.pregnancy = None  # the other row may mean another one: her events are not judged by either
        for kind, value in woman.numbers.items():
            holder = self._holders.setdefault((kind, value), woman)
            if holder.person_ref != woman.person_ref:
                cells.problem(
                    f"{kind.value}_number",
                    f"same number as {holder.person_ref} on line {holder.line}: correct one of them, or leave it blank",
                )
        if cells.problems:
            self.refusals.woman(woman.line, woman.person_ref, cells.in_order(COLUMNS.names))
        chi = woman.numbers.get(Identifier.Kind.CHI)
        if chi and woman.person and not chi.startswith(f"{woman.person.date_of_birth:%d%m%y}"):
            self.warn([woman.line], woman.person_ref, "the date in chi_number is not date_of_birth; both kept")

    def _read(self, cells: Cells) -> WomanRow:
        person_ref = cells.text("person_ref", of=Woman, required=True)
        site = cells.parsed("site", self._site, required=True)
        numbers = {
            kind: number for kind, clean in _CLEAN.items() if (number := cells.parsed(f"{kind.value}_number", clean))
        }
        return WomanRow(
            line=cells.row.line,
            person_ref=person_ref,
            person=_person(cells, person_ref, numbers),
            site=site,
            numbers=numbers,
            midwife=cells.parsed("named_midwife", partial(self.staff.midwife, site=site)) if site else None,
            pregnancy=cells.parsed("pregnancy", counted) if cells.row.cells.get("pregnancy") else 1,
            edd=cells.parsed("edd", day),
            medication=cells.parsed("medication", _product) or "",
        )

    def _site(self, text: str) -> Site:
        try:
            return self.sites[text.upper()]
        except KeyError:
            raise ValueError(f"unknown code: write one of {', '.join(sorted(self.sites))}") from None


def _person(cells: Cells, person_ref: str, numbers: Mapping[Identifier.Kind, str]) -> Person | None:
    """What the verb takes to add her; None without a date of birth."""
    text = partial(cells.text, of=Woman)
    names = {
        "first_name": text("first_name", required=True),
        "last_name": text("last_name", required=True),
        "preferred_name": text("preferred_name"),
        "safe_contact": cells.text("safe_contact", of=SafeContact, field="note"),
    }
    date_of_birth = cells.parsed("date_of_birth", _date_of_birth, required=True)
    if date_of_birth is None:
        return None
    return Person(
        **names,
        date_of_birth=date_of_birth,
        nhs_number=numbers.get(Identifier.Kind.NHS, ""),
        chi_number=numbers.get(Identifier.Kind.CHI, ""),
        person_ref=person_ref,
    )


def _date_of_birth(text: str) -> date:
    born = day(text)
    check_date_of_birth(born)
    return born


def _product(text: str) -> str:
    if text not in PRODUCTS:
        raise ValueError(f"unknown product: write one of {', '.join(PRODUCTS)}, or leave it blank")
    return text
