"""What there is of a kind of service at a site: the best of what its directory states, in a shape and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from referrals.rules.offers import NOT_WRITTEN_DOWN, offer_of


@dataclass(frozen=True)
class Stated:
    exists: str = "here"
    free_places: int | None = None
    waiting_days: int | None = None
    where: str = ""
    confirmed_on: date | None = date(2026, 10, 1)
    takes_late_bookers: str = "ask"
    needs_earlier_engagement: str = "ask"
    takes_after_removal: str = "ask"


NOWHERE, FULL = Stated("not_commissioned"), Stated(free_places=0)


@pytest.mark.parametrize(
    ("service", "shape", "words"),
    [
        (Stated(), "circle", "Yes"),
        (Stated(free_places=2), "circle", "Yes, 2 places"),
        (Stated(free_places=1), "circle", "Yes, 1 place"),
        (Stated(waiting_days=28), "circle", "Yes"),
        (Stated(waiting_days=63), "half", "Yes, waits 9 weeks"),
        (Stated(free_places=2, waiting_days=63), "half", "Yes, waits 9 weeks"),
        (FULL, "half", "Yes, no place now"),
        (Stated("elsewhere", where="87 miles; travel is paid."), "ring", "Out of area, 87 miles"),
        (Stated("elsewhere", where="By train."), "ring", "Out of area, by arrangement"),
        (Stated("elsewhere", free_places=0, where="1 mile."), "ring", "Out of area, 1 mile, no place now"),
        (NOWHERE, "cross", "Does not exist here"),
    ],
)
def test_each_stands_in_a_shape_and_words(service: Stated, shape: str, words: str) -> None:
    offer = offer_of([service])

    assert (offer.shape, offer.words, offer.said_on) == (shape, words, date(2026, 10, 1))


def test_that_nobody_has_written_it_down_is_not_that_it_does_not_exist() -> None:
    assert offer_of([]) is NOT_WRITTEN_DOWN
    assert NOT_WRITTEN_DOWN.words != offer_of([NOWHERE]).words


def test_the_best_of_several_speaks() -> None:
    far, soon, later = Stated("elsewhere"), Stated(waiting_days=5, free_places=1), Stated(waiting_days=20)

    assert offer_of([NOWHERE, far]).shape == "ring"
    assert offer_of([far, FULL]).words == "Yes, no place now"
    assert offer_of([FULL, later, soon]).words == "Yes, 1 place"


def test_whom_all_of_it_turns_away_is_said() -> None:
    refuses, takes = Stated(takes_late_bookers="no", takes_after_removal="no"), Stated(takes_late_bookers="yes")

    assert offer_of([refuses]).refuses == (
        "Does not take women who booked late",
        "Does not take women whose baby was placed away",
    )
    assert offer_of([refuses, takes]).refuses == ()
    assert offer_of([NOWHERE]).refuses == ()
