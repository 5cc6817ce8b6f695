"""Asks what is here already of the women in the file, a few statements for thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice

from carecoord import clock
from pathways.actions import TWO_YEARS, Refused, check_edd
from pathways.importing.report import Refusals
from pathways.importing.tables import Problem
from pathways.importing.women import NameAndBirth, WomanRow
from pathways.models import Identifier, Journey, Woman
from pathways.models.women import folded

_AT_ONCE = 2_000  # women asked for in one statement

Pregnancies = Mapping[tuple[int | None, str], Collection[int]]  # site id and reference → numbers of her journeys here
Warn = Callable[[list[int], str, str], None]  # lines, reference, sentence


def known_pregnancies(women: Iterable[WomanRow]) -> Pregnancies:
    """The pregnancies of these women that are here, by site and reference."""
    known: dict[tuple[int | None, str], set[int]] = {}
    for some in _batches(woman for woman in women if woman.person_ref):  # blank: entered by hand, and many of them
        journeys = Journey.objects.filter(woman__person_ref__in=[woman.person_ref for woman in some])
        for site, person_ref, number in journeys.values_list("woman__site", "woman__person_ref", "number"):
            known.setdefault((site, person_ref), set()).add(number)
    return known


def refuse_impossible_edds(women: Iterable[WomanRow], known: Pregnancies, refusals: Refusals) -> None:
    """Refuse each new pregnancy whose EDD lies years away. One that is here was judged when it came."""
    for woman in women:
        if woman.edd and woman.site and woman.pregnancy not in known.get(_of(woman), ()):
            try:
                check_edd(woman.edd, on=clock.today(), field="edd", tolerance=TWO_YEARS)
            except Refused as refusal:
                problem = Problem("edd", woman.edd.isoformat(), refusal.sentence)
                refusals.woman(woman.line, woman.person_ref, [problem])


def refuse_numbers_of_others(women: Iterable[WomanRow], refusals: Refusals) -> None:
    """Refuse each row whose NHS or CHI number belongs to somebody else who is here."""
    for some in _batches(woman for woman in women if woman.site and woman.numbers):
        holders = {
            (Identifier.Kind(kind), value): (site, person_ref)
            for kind, value, site, person_ref in Identifier.objects.filter(
                value__in=[value for woman in some for value in woman.numbers.values()]
            ).values_list("kind", "value", "woman__site", "woman__person_ref")
        }
        for woman in some:
            problems = [
                Problem(
                    f"{kind.value}_number",
                    value,
                    f"this {kind.label} belongs to another woman here: check it. If both are the same person, "
                    "use the site and reference that she has here",
                )
                for kind, value in woman.numbers.items()
                if holders.get((kind, value), _of(woman)) != _of(woman)
            ]
            if problems:
                refusals.woman(woman.line, woman.person_ref, problems)


def warn_of_namesakes(women: Iterable[WomanRow], known: Pregnancies, warn: Warn) -> None:
    """Warn of each new woman with the name and date of birth of another one at her site, here or in the file."""
    in_file: dict[NameAndBirth, str] = {}
    for some in _batches(woman for woman in women if _of(woman) not in known):
        named = [(woman, key) for woman in some if (key := woman.name_and_birth)]
        here = {
            (site, born, folded(first_name, last_name)): person_ref or "somebody added by hand"
            for site, born, first_name, last_name, person_ref in Woman.objects.filter(
                date_of_birth__in={born for _, (_, born, _) in named}
            ).values_list("site", "date_of_birth", "first_name", "last_name", "person_ref")
        }
        for woman, key in named:
            other = here.get(key) or in_file.setdefault(key, woman.person_ref)
            if other != woman.person_ref:
                warn(
                    [woman.line], woman.person_ref, f"name and date of birth are those of {other}: are they one person?"
                )


def _of(woman: WomanRow) -> tuple[int | None, str]:
    return (woman.site.pk if woman.site else None, woman.person_ref)


def _batches(women: Iterable[WomanRow]) -> Iterator[list[WomanRow]]:
    left = iter(women)
    while some := list(islice(left, _AT_ONCE)):
        yield some
