"""How a woman is named in a list, and how names are folded for search."""

import pytest

from pathways.models import Woman
from pathways.models.women import folded


@pytest.mark.parametrize(
    ("called", "last_name", "listed"),
    [
        ("Shan", "O’Connor-Łukasz", "Shan O’C."),
        ("Kirsty", "McAllister", "Kirsty McA."),
        ("Róisín", "Ní Bhriain", "Róisín Ní B."),
        ("Ewa", "Novak", "Ewa N."),
        ("Maya", "Van Dyke", "Maya Van D."),
        ("Ola", "MACDONALD", "Ola M."),
        ("Sam", "smith", "Sam s."),
        ("Mai", "Ng", "Mai N."),
    ],
)
def test_a_list_says_enough_to_know_her_by_and_no_more(called, last_name, listed):
    assert Woman(first_name=called, last_name=last_name).list_name == listed


def test_names_are_folded_to_plain_letters():
    assert folded("Siân", "O’Connor-Łukasz") == "sian oconnor lukasz"
    assert folded("Zoë", "  D’Souza ") == "zoe dsouza"
    assert folded("Ĳsbrand", "Þóra") == "ijsbrand thora"
