"""NHS and CHI numbers: the vectors of the pathway definition, section 5.1."""

import pytest

from carecoord.identifiers import InvalidNumber, chi_in_groups, clean_chi_number, clean_nhs_number, nhs_in_groups


@pytest.mark.parametrize("number", ["9990000018", "9990000034", "9990000042", "9999999999", "9434765919"])
def test_a_true_nhs_number_passes(number):
    assert clean_nhs_number(number) == number


@pytest.mark.parametrize(
    "number", ["9990000019", "9991234560", "999000001", "99900000181", "999000001a", "", "９９９００００１８"]
)
def test_a_wrong_nhs_number_is_refused(number):
    with pytest.raises(InvalidNumber):
        clean_nhs_number(number)


def test_no_check_digit_fits_a_base_whose_remainder_is_10():
    for digit in range(10):
        with pytest.raises(InvalidNumber):
            clean_nhs_number(f"999123456{digit}")


@pytest.mark.parametrize(
    "number", ["0101011237", "3102980007", "3002990020"], ids=["both checks", "only Mod 11", "only Mod 10"]
)
def test_a_chi_number_passes_with_either_check(number):
    assert clean_chi_number(number) == number


def test_a_chi_number_that_fits_neither_is_refused():
    with pytest.raises(InvalidNumber):
        clean_chi_number("3102980008")


def test_an_nhs_number_may_not_use_the_chi_check():
    with pytest.raises(InvalidNumber):
        clean_nhs_number("3002990020")


def test_spaces_are_dropped_and_groups_shown():
    assert clean_nhs_number(" 999 000\u00a00018 ") == "9990000018"
    assert nhs_in_groups("9990000018") == "999 000 0018"
    assert chi_in_groups("3102980007") == "310298 0007"
