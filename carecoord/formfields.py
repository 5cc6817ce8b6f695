"""Dates and times as the NHS design system asks for them, a text box for each part; and forms with clear messages.

Every field keeps what was typed when it refuses it, and every message says what to do next. The boxes are drawn by
``templates/care/boxes.html`` of the crispy-forms template pack.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from carecoord import clock

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# A whole date, and perhaps a time after it, as people paste them: 4/3/2026 · Tue 4 Mar 2026, 14:30 · 2026-03-04T14:30
_WHOLE = re.compile(
    r"""(?: (?P<iso_year>\d{4}) - (?P<iso_month>\d{1,2}) - (?P<iso_day>\d{1,2})
          | (?:[a-z]{3,9}[ ,]+)? (?P<day>\d{1,2}) [/. -]+ (?P<month>\d{1,2}|[a-z]{3,9}) [/., -]+ (?P<year>\d{1,4}) )
        (?: [ ,T]+ (?P<time>\d.*) )?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_TIME = re.compile(r"(\d{1,2})[:.]?(\d{2})", re.ASCII)


class CareForm(forms.Form):
    """A form that says which field was left empty: "Fill in: Name she uses", not "This field is required"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"{_what_to_do(field)}: {field.label or name}"


def _what_to_do(field: forms.Field) -> str:
    """What is asked of somebody who left ``field`` empty."""
    if isinstance(field, forms.BooleanField):
        return "Tick this to go on"
    return "Choose one" if isinstance(field, forms.ChoiceField) else "Fill in"


class _Boxes(forms.MultiWidget):
    """Text boxes side by side, each with its own label; ``care/boxes.html`` draws them."""

    boxes: ClassVar[tuple[tuple[str, int], ...]] = ()  # label, width in characters
    draws_boxes = True  # care/field.html looks for this
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([forms.TextInput() for _ in self.boxes], attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """MultiWidget's context; each box also knows its ``label`` and its ``width``."""
        context = super().get_context(name, value, attrs)
        for box, (label, width) in zip(context["widget"]["subwidgets"], self.boxes, strict=True):
            box.update(label=label, width=width)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """What was typed, box by box; a whole date in the first box, or under the field's own name, is taken apart."""
        typed = [(part or "").strip() for part in super().value_from_datadict(data, files, name)]
        whole = _WHOLE.fullmatch(typed[0] or (data.get(name) or "").strip())
        if whole is None or any(typed[1:3]) or (whole["time"] and any(typed[3:4] or ["no box for it"])):
            return typed
        day = [whole[part] or whole[f"iso_{part}"] for part in ("day", "month", "year")]
        return [*day, *([whole["time"] or typed[3]] if len(typed) > 3 else [])]


class NhsDateInput(_Boxes):
    """Day, month, year."""

    boxes = (("Day", 2), ("Month", 2), ("Year", 4))

    def decompress(self, value: date | None) -> list[str]:
        """The parts of a date, for the boxes."""
        return [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]


class LocalDateTimeInput(_Boxes):
    """Day, month, year, and the time in London."""

    boxes = (*NhsDateInput.boxes, ("Time", 5))

    def decompress(self, value: datetime | None) -> list[str]:
        """The parts of an aware datetime as London's clocks show it, for the boxes."""
        if value is None:
            return ["", "", "", ""]
        local = value.astimezone(clock.LONDON)
        return [str(local.day), str(local.month), str(local.year), f"{local:%H:%M}"]


class NhsDateField(forms.Field):
    """A date in three boxes. Cleans to a ``date``, or None when empty and not required.

    ``what`` names the date in messages ("her date of birth"); ``past_only`` refuses a day after today (London).
    """

    widget = NhsDateInput

    def __init__(self, *, what: str = "the date", past_only: bool = False, **kwargs: Any) -> None:
        self.what, self.past_only = what, past_only
        messages = {"required": f"Enter {what}: day, month and year."} | (kwargs.pop("error_messages", None) or {})
        super().__init__(error_messages=messages, **kwargs)

    def to_python(self, value: Sequence[str] | date | None) -> date | None:
        """The date that was typed. Raises ValidationError with what to do."""
        if value is None or isinstance(value, date):
            return value
        if not any(value):
            return None
        return _date_from(value)

    def validate(self, value: date | None) -> None:
        """Refuses what is missing, and the future where it cannot be."""
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if value is not None and self.past_only and value > clock.today():
            raise ValidationError(
                f"{clock.day_in_words(value)} lies in the future. "
                f"Enter a day up to today, {clock.day_in_words(clock.today())}.",
                code="future",
            )


class LocalDateTimeField(forms.Field):
    """A date in three boxes and a time as ``hh:mm``, on London's clocks. Cleans to an aware ``datetime`` in UTC.

    A time that the spring change skips is refused; of the hour that the autumn change repeats, the first is taken.
    ``past_only`` refuses a time after now; ``what`` names it in messages ("when she was told").
    """

    widget = LocalDateTimeInput

    def __init__(self, *, what: str = "the date and time", past_only: bool = False, **kwargs: Any) -> None:
        self.what, self.past_only = what, past_only
        messages = {"required": f"Enter {what}: day, month, year and time."} | (
            kwargs.pop("error_messages", None) or {}
        )
        super().__init__(error_messages=messages, **kwargs)

    def to_python(self, value: Sequence[str] | datetime | None) -> datetime | None:
        """The instant that was typed. Raises ValidationError with what to do."""
        if value is None or isinstance(value, datetime):
            return value
        if not any(value):
            return None
        day, at = _date_from(value[:3]), _time_from(value[3])
        try:
            return clock.from_local(datetime.combine(day, at))
        except clock.SkippedTime:
            raise ValidationError(
                f"There was no {at:%H:%M} on {clock.day_in_words(day)}: the clocks went forward from 01:00 to 02:00. "
                "Enter a time before 01:00, or from 02:00 on.",
                code="skipped",
            ) from None

    def validate(self, value: datetime | None) -> None:
        """Refuses what is missing, and the future where it cannot be."""
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        now = clock.now()
        if value is not None and self.past_only and value > now:
            local = now.astimezone(clock.LONDON)
            raise ValidationError(
                "This lies in the future. "
                f"Enter a date and time up to now, {clock.day_in_words(local.date())}, {local:%H:%M}.",
                code="future",
            )


def _date_from(parts: Sequence[str]) -> date:
    """A date from what stands in three boxes. Raises ValidationError with what to do."""
    missing = [label.lower() for (label, _), part in zip(NhsDateInput.boxes, parts, strict=True) if not part]
    if missing:
        raise ValidationError(
            f"Enter the {' and the '.join(missing)} too: a date needs day, month and year.", code="incomplete"
        )
    day, month, year = parts[0], _month_number(parts[1]), parts[2]
    if not all(re.fullmatch(r"\d+", part, re.ASCII) for part in (day, month, year)):
        raise ValidationError("Write day, month and year as numbers, for example 31 3 2026.", code="not_numbers")
    if len(year) != 4:
        raise ValidationError("Write the year with four digits, for example 2026.", code="short_year")
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise ValidationError(f"Check the year: it is read as {year}.", code="far_year")
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise ValidationError(
            f"There is no day {day[:4]}/{month[:4]}/{year}. Check the day and the month.", code="no_such_day"
        ) from None


def _month_number(part: str) -> str:
    """``3`` for ``Mar`` or ``march``; anything else as it is."""
    name = part[:3].lower()
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else part


def _time_from(part: str) -> time:
    """A time from ``09:05``, ``9.05`` or ``0905``. Raises ValidationError with what to do."""
    found = _TIME.fullmatch(part)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValidationError("Enter the time on the 24-hour clock, for example 09:05 or 21:30.", code="no_such_time")
    return time(int(found[1]), int(found[2]))
