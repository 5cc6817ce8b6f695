"""Dates and times as they are typed into forms, and what a refused one says."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django import forms

from carecoord.formfields import CareForm, LocalDateTimeField, NhsDateField

# Friday, 09:05 in London.
NOW = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)


class DateForm(forms.Form):
    born = NhsDateField(what="her date of birth", past_only=True)


class TimeForm(forms.Form):
    when = LocalDateTimeField(what="when it was", past_only=True)


def typed_date(day: str = "", month: str = "", year: str = "") -> DateForm:
    return DateForm({"born_0": day, "born_1": month, "born_2": year})


def typed_time(day: str = "", month: str = "", year: str = "", at: str = "") -> TimeForm:
    return TimeForm({"when_0": day, "when_1": month, "when_2": year, "when_3": at})


def refusal(form: forms.Form) -> tuple[str, str]:
    """The code and the words of the only error of ``form``."""
    ((error,),) = (errors.as_data() for errors in form.errors.values())
    return str(error.code), str(error.message)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    "boxes",
    [
        ("4", "3", "1994"),
        (" 04 ", "03", "1994"),
        ("4", "Mar", "1994"),
        ("4", "march", "1994"),
        ("4/3/1994", "", ""),
        ("04.03.1994", "", ""),
        ("4 March 1994", "", ""),
        ("Fri 4 Mar 1994", "", ""),
        ("1994-03-04", "", ""),
    ],
)
def test_a_date_is_read_in_its_boxes_or_pasted_whole(boxes):
    form = typed_date(*boxes)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == date(1994, 3, 4)


def test_a_date_is_read_under_the_field_s_own_name():
    form = DateForm({"born": "1994-03-04"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == date(1994, 3, 4)


@pytest.mark.parametrize(
    ("boxes", "code", "words"),
    [
        (("", "", ""), "required", "Enter her date of birth: day, month and year."),
        (("4", "", "1994"), "incomplete", "Enter the month too: a date needs day, month and year."),
        (("4", "", ""), "incomplete", "Enter the month and the year too: a date needs day, month and year."),
        (("31", "2", "1994"), "no_such_day", "There is no day 31/2/1994. Check the day and the month."),
        (("29", "2", "2025"), "no_such_day", "There is no day 29/2/2025. Check the day and the month."),
        (("0", "1", "1994"), "no_such_day", "There is no day 0/1/1994. Check the day and the month."),
        (("4", "3", "94"), "short_year", "Write the year with four digits, for example 2026."),
        (("4/3/94", "", ""), "short_year", "Write the year with four digits, for example 2026."),
        (("four", "3", "1994"), "not_numbers", "Write day, month and year as numbers, for example 31 3 2026."),
        (("٤", "3", "1994"), "not_numbers", "Write day, month and year as numbers, for example 31 3 2026."),
        (("4", "3", "1894"), "far_year", "Check the year: it is read as 1894."),
        (
            ("21", "11", "2026"),
            "future",
            "Sat 21 Nov 2026 lies in the future. Enter a day up to today, Fri 20 Nov 2026.",
        ),
    ],
)
def test_a_date_that_cannot_be_says_what_to_do(boxes, code, words):
    assert refusal(typed_date(*boxes)) == (code, words)


@pytest.mark.parametrize("pasted", ["4/3/19945", "4/3/1994 or so", "4/3/1994 10:00", "3/1994", "9" * 5000])
def test_what_is_pasted_and_is_no_date_is_not_guessed_at(pasted):
    assert not typed_date(pasted).is_valid()


def test_today_is_no_future_and_the_day_is_london_s():
    with time_machine.travel(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)):  # 00:30 on 1 July in London
        assert typed_date("1", "7", "2026").is_valid()
        assert refusal(typed_date("2", "7", "2026"))[0] == "future"


def test_a_future_date_is_taken_where_it_may_be():
    assert NhsDateField().clean(["5", "12", "2027"]) == date(2027, 12, 5)


def test_an_empty_field_that_is_not_required_is_none():
    assert NhsDateField(required=False).clean(["", "", ""]) is None
    assert LocalDateTimeField(required=False).clean(["", "", "", ""]) is None


def test_what_was_typed_is_kept_and_escaped():
    html = str(typed_date("31", "2", '"><b>')["born"])
    assert 'value="31"' in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        (("20", "11", "2026", "09:05"), datetime(2026, 11, 20, 9, 5, tzinfo=UTC)),
        (("20", "11", "2026", "9.05"), datetime(2026, 11, 20, 9, 5, tzinfo=UTC)),
        (("20", "11", "2026", "0905"), datetime(2026, 11, 20, 9, 5, tzinfo=UTC)),
        (("1", "8", "2026", "09:30"), datetime(2026, 8, 1, 8, 30, tzinfo=UTC)),
        (("1", "8", "2026", "00:00"), datetime(2026, 7, 31, 23, 0, tzinfo=UTC)),
        (("Tue 4 Aug 2026, 14:30", "", "", ""), datetime(2026, 8, 4, 13, 30, tzinfo=UTC)),
        (("4/8/2026", "", "", "14:30"), datetime(2026, 8, 4, 13, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_on_london_s_clocks_and_given_in_utc(boxes, expected):
    form = typed_time(*boxes)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["when"] == expected
    assert form.cleaned_data["when"].tzinfo is UTC


@pytest.mark.parametrize("pasted", ["2026-08-04 14:30", "2026-08-04T14:30", "4/8/2026 14:30"])
def test_a_time_is_read_under_the_field_s_own_name(pasted):
    form = TimeForm({"when": pasted})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["when"] == datetime(2026, 8, 4, 13, 30, tzinfo=UTC)


def test_the_hour_that_the_autumn_change_repeats_is_the_first():
    form = typed_time("25", "10", "2026", "01:30")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["when"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_hour_that_the_spring_change_skips_is_refused():
    code, words = refusal(typed_time("29", "3", "2026", "01:30"))
    assert code == "skipped"
    assert words == (
        "There was no 01:30 on Sun 29 Mar 2026: the clocks went forward from 01:00 to 02:00. "
        "Enter a time before 01:00, or from 02:00 on."
    )
    assert typed_time("29", "3", "2026", "02:00").is_valid()


@pytest.mark.parametrize(
    ("boxes", "code", "words"),
    [
        (("", "", "", ""), "required", "Enter when it was: day, month, year and time."),
        (("20", "11", "2026", ""), "no_such_time", "Enter the time on the 24-hour clock, for example 09:05 or 21:30."),
        (
            ("20", "11", "2026", "24:00"),
            "no_such_time",
            "Enter the time on the 24-hour clock, for example 09:05 or 21:30.",
        ),
        (
            ("20", "11", "2026", "9 am"),
            "no_such_time",
            "Enter the time on the 24-hour clock, for example 09:05 or 21:30.",
        ),
        (
            ("20", "11", "2026", "9:60"),
            "no_such_time",
            "Enter the time on the 24-hour clock, for example 09:05 or 21:30.",
        ),
        (
            ("20", "11", "2026", "09:06"),
            "future",
            "This lies in the future. Enter a date and time up to now, Fri 20 Nov 2026, 09:05.",
        ),
        (("", "11", "2026", "09:00"), "incomplete", "Enter the day too: a date needs day, month and year."),
    ],
)
def test_a_time_that_cannot_be_says_what_to_do(boxes, code, words):
    assert refusal(typed_time(*boxes)) == (code, words)


def test_the_boxes_start_with_what_is_known_as_london_s_clocks_show_it():
    form = TimeForm(initial={"when": datetime(2026, 8, 1, 23, 30, tzinfo=UTC)})
    boxes = form["when"].subwidgets[0].data["subwidgets"]
    assert [box["value"] for box in boxes] == ["2", "8", "2026", "00:30"]
    assert [box["label"] for box in boxes] == ["Day", "Month", "Year", "Time"]


def test_a_form_says_whether_a_date_was_changed():
    assert not DateForm({"born": "1994-03-04"}, initial={"born": date(1994, 3, 4)}).has_changed()
    assert DateForm({"born": "1994-03-05"}, initial={"born": date(1994, 3, 4)}).has_changed()


class Plain(CareForm):
    name = forms.CharField(label="Name she uses")
    site = forms.ChoiceField(label="Site", choices=[("a", "A")])
    agreed = forms.BooleanField(label="She agrees")
    number = forms.CharField(label="Number", error_messages={"required": "Ask her for it."})
    born = NhsDateField(what="her date of birth")


def test_a_form_names_the_field_that_was_left_empty():
    assert {name: errors[0] for name, errors in Plain({}).errors.items()} == {
        "name": "Fill in: Name she uses",
        "site": "Choose one: Site",
        "agreed": "Tick this to go on: She agrees",
        "number": "Ask her for it.",
        "born": "Enter her date of birth: day, month and year.",
    }


def test_the_messages_of_one_form_do_not_leak_into_another():
    Plain({})
    assert forms.Field.default_error_messages["required"] == "This field is required."
