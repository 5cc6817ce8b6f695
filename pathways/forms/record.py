"""The forms that record what happened, and that mark an entry as entered in error.

A form asks only what its kind of event needs; the kinds and their details are the engine's table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from carecoord import clock
from carecoord.formfields import LocalDateTimeField, NhsDateField
from carecoord.sites.definitions import all_site_definitions
from pathways.actions import Draft
from pathways.engine import AboutBaby, Detail, DetailType, Evidence, FactKind
from pathways.forms.once import LONGEST_REASON, OnceForm, note_field, when_field
from pathways.forms.shared import Text
from pathways.models import Journey
from pathways.moments.products import PRODUCTS

YES_NO = (("yes", "Yes"), ("no", "No"))
NOT_SAID = ("", "Not known, or not talked about")


class RecordForm(OnceForm):
    """One event: when, which baby where there is a choice, its details, a note."""

    occurred_at = when_field()

    def __init__(
        self,
        *args: Any,
        kind: FactKind,
        journey: Journey,
        babies: Sequence[int],
        late: Evidence | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.babies = kind, babies
        if field := _baby_field(kind, babies):
            self.fields["baby"] = field
        for detail in kind.details:
            self.fields[_name(detail)] = field_of(detail, needed=detail.required, site=journey.site.code)
        if late:
            self.fields["late_reason"] = late_reason_field(late)
        self.fields["note"] = note_field()

    @property
    def draft(self) -> Draft:
        """The event that was entered; of a valid form."""
        data = self.cleaned_data
        details = {detail.name: text for detail in self.kind.details if (text := as_text(data[_name(detail)]))}
        return Draft(
            self.kind.kind,
            data["occurred_at"],
            baby=self._baby(),
            details=details,
            note=data["note"],
            submission=data["submission"],
        )

    def _baby(self) -> int | None:
        """The baby's number: as chosen, or the only one there is; None where it is about none."""
        if self.kind.about_baby is AboutBaby.NO:
            return None
        chosen = self.cleaned_data.get("baby", "")
        return int(chosen) if chosen else self.babies[0]


def what_was_wrong(example: str) -> Text:
    """Asks why something that was written down is wrong; ``example`` is two of them in few words."""
    return Text(
        "What was wrong with it?",
        LONGEST_REASON,
        lines=3,
        required=True,
        error_messages={"required": "Say what was wrong, so that the next reader understands."},
        help_text=example,
    )


class CorrectForm(OnceForm):
    """Why an entry was wrong."""

    reason = what_was_wrong("For example: written for another woman; the time was 14:00, not 04:00.")


def _name(detail: Detail) -> str:
    return f"detail_{detail.name}"


def field_of(detail: Detail, *, needed: bool, site: str = "") -> forms.Field:
    """The form field for one declared detail. ``site`` is left out where another site is asked for."""
    label = detail.label
    what = detail.label.lower()
    match detail.type:
        case DetailType.DATE:
            return NhsDateField(label=label, what=what, required=needed)
        case DetailType.TIME:
            return LocalDateTimeField(label=label, what=what, required=needed)
        case DetailType.NUMBER:
            return forms.IntegerField(label=label, min_value=1, max_value=999, required=needed)
        case DetailType.TEXT | DetailType.MOMENT | DetailType.STEP:
            missing = {"required": f"Enter {what}, in a few words."}
            return Text(label, LONGEST_REASON, lines=2, required=needed, error_messages=missing)
    return radios(detail.label, _choices(detail, site), needed=needed)


def _choices(detail: Detail, site: str) -> list[tuple[str, str]]:
    match detail.type:
        case DetailType.YES_NO:
            return list(YES_NO)
        case DetailType.PRODUCT:
            return [(product.key, product.name) for product in PRODUCTS.values()]
        case DetailType.SITE:
            return [(each.code, each.name) for each in all_site_definitions() if each.code != site]
    return list(detail.choices)


def radios(label: str, choices: Sequence[tuple[str, str]], *, needed: bool, nothing: str = "") -> forms.ChoiceField:
    """A choice of which nothing is chosen beforehand, except "not known" where it is not needed."""
    open_end = [] if needed else [(NOT_SAID[0], nothing or NOT_SAID[1])]
    return forms.ChoiceField(
        label=label,
        choices=[*choices, *open_end],
        widget=forms.RadioSelect,
        required=needed,
        initial=None if needed else "",
        error_messages={"required": f"Choose an answer: {label[:1].lower()}{label[1:].rstrip('?')}."},
    )


def late_reason_field(evidence: Evidence) -> forms.ChoiceField:
    """Asked when booking comes late, and never held against her."""
    field = radios("What made it hard to come earlier?", evidence.choices, needed=False, nothing="Not asked")
    field.help_text = (
        "Ask kindly, and only if she wants to say. It helps services reach women sooner; it is no fault of hers."
    )
    return field


def _baby_field(kind: FactKind, babies: Sequence[int]) -> forms.ChoiceField | None:
    """Which baby; None where there is no choice."""
    if kind.about_baby is AboutBaby.NO:
        return None
    if len(babies) < 2:
        return None
    return radios("Which baby?", [(str(number), f"Baby {number}") for number in babies], needed=True)


def as_text(value: Any) -> str:
    """A cleaned value as an event keeps it: ISO dates, instants in UTC, everything else as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(clock.LONDON).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value).strip()
