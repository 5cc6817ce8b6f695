"""Forms about a woman herself: adding her, her details, a further pregnancy.

What is missing or misspelt is said here, beside the field; what cannot be is refused by the verbs (``actions``),
in the same words as in the import.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError

from carecoord import clock
from carecoord.access.abilities import Ability
from carecoord.access.models import Team, User
from carecoord.formfields import LocalDateTimeField, NhsDateField
from carecoord.identifiers import InvalidNumber, clean_chi_number, clean_nhs_number
from pathways.actions import FULL_TERM, Person
from pathways.finding.registration import NewJourney
from pathways.forms.once import OnceForm
from pathways.forms.seen import SeenForm
from pathways.forms.shared import Text, fields_only, submission_field
from pathways.models import Identifier, Woman
from pathways.models.ending import LONGEST_WORDS
from pathways.models.women import folded
from pathways.moments.products import PRODUCTS
from pathways.seen import Seen

A_YEAR_AND_A_MONTH = timedelta(days=396)  # the journey is the pregnancy and the year after it
_IN_NAMES = frozenset(" '’‘ʼʻ`´-‐‑–.·")


def only_name(text: str) -> None:
    """Raise ValidationError unless ``text`` is something that people are called."""
    strange = {sign for sign in text if not (unicodedata.category(sign)[0] in "LMN" or sign in _IN_NAMES)}
    if strange:
        shown = " ".join(f"‘{sign}’" for sign in sorted(strange)[:5] if sign.isprintable())
        raise ValidationError(
            f"Write names with letters, spaces, hyphens and apostrophes. Take out {shown or 'hidden signs'}."
        )
    if not folded(text):
        raise ValidationError("Write the name with letters. If she has not given one, write what she is called.")


class Name(Text):
    """A name, in letters of any script."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, 200, width=20, **kwargs)
        self.validators.append(only_name)
        self.widget.attrs["spellcheck"] = "false"


class NumberField(Text):
    """An NHS or CHI number as it is written, with or without spaces; cleans to its ten digits."""

    def __init__(self, kind: Identifier.Kind, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(kind.label, 40, width=20, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"

    def clean(self, value: Any) -> str:
        """The ten digits, or nothing. Raises ValidationError with what to look for."""
        text = super().clean(value)
        try:
            return (clean_nhs_number if self.kind == Identifier.Kind.NHS else clean_chi_number)(text) if text else ""
        except InvalidNumber as problem:
            raise ValidationError(str(problem)) from problem


class TeamField(forms.ModelChoiceField):
    """A team, named with its site where the reader works at several."""

    with_site = False

    def label_from_instance(self, obj: Any) -> str:
        """``Bridge caseload team``, or with ``, Ashford Bridge``."""
        return f"{obj.name}, {obj.site.name}" if self.with_site else obj.name


class JourneyForm(forms.Form):
    """What is asked of a pregnancy when its journey is opened."""

    team = TeamField(
        Team.objects.none(),
        label="Team that holds her caseload",
        empty_label=None,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a team of your site."),
    )
    edd = NhsDateField(label="Estimated date of delivery (EDD)", what="the EDD", required=False)
    medication = forms.ChoiceField(
        label="Opioid replacement or dependence",
        choices=[("", "Not known, or none"), *((product.key, product.name) for product in PRODUCTS.values())],
        required=False,
        help_text="The product only, never an amount. When treatment started is recorded on her journey page.",
    )
    first_contact_at = LocalDateTimeField(
        label="First contact in this pregnancy",
        what="the first contact",
        past_only=True,
        required=False,
        help_text="With any service. Booking is due counted from here.",
    )

    mine = forms.BooleanField(label="I am her named midwife: put her on my caseload", required=False, initial=True)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if Ability.SEE_CASELOAD not in by.abilities:
            del self.fields["mine"]
        teams = Team.objects.filter(site__in=by.site_ids, kind=Team.Kind.CASELOAD).select_related("site")
        team = cast(TeamField, self.fields["team"])
        team.queryset = teams.order_by("site__code", "code")
        team.with_site = len(by.site_ids) > 1
        self.initial.setdefault("team", _own_team(by))
        self.helper = fields_only()

    def clean_edd(self) -> date | None:
        """An EDD of a pregnancy that goes on or ended within the year."""
        edd: date | None = self.cleaned_data["edd"]
        today = clock.today()
        if edd and not today - A_YEAR_AND_A_MONTH <= edd <= today + FULL_TERM:
            raise ValidationError(
                f"Check the EDD: with {clock.day_in_words(edd)} this pregnancy would not have begun yet, "
                "or would have ended more than a year ago."
            )
        return edd

    def clean(self) -> dict[str, Any]:
        """First contact is in this pregnancy, not before it."""
        cleaned: dict[str, Any] = super().clean() or {}
        edd, contact = cleaned.get("edd"), cleaned.get("first_contact_at")
        if edd and contact and clock.today(contact) < edd - FULL_TERM:
            self.add_error(
                "first_contact_at",
                f"With an EDD of {clock.day_in_words(edd)} she was not pregnant yet on "
                f"{clock.day_in_words(clock.today(contact))}. Check both dates.",
            )
        return cleaned

    @property
    def midwife(self) -> list[str]:
        """The field that names the person who adds her, where that person can hold a caseload."""
        return ["mine"] if "mine" in self.fields else []

    @property
    def new_journey(self) -> NewJourney:
        """What was entered of the pregnancy; of a valid form."""
        names = ("team", "edd", "medication", "first_contact_at")
        midwife = self.by if self.cleaned_data.get("mine") else None
        return NewJourney(named_midwife=midwife, **{name: self.cleaned_data[name] for name in names})


class AddWomanForm(JourneyForm):
    """A woman who is not here yet. Only a name and a date of birth are needed."""

    preferred_name = Name("Name she uses", required=True, error_messages={"required": "Enter the name she uses."})
    legal_first_name = Name("Legal first name, if it is another")
    last_name = Name("Last name", required=True, error_messages={"required": "Enter her last name."})
    pronouns = Text("Pronouns", 40, width=10)
    date_of_birth = NhsDateField(label="Date of birth", what="her date of birth", past_only=True)
    nhs_number = NumberField(Identifier.Kind.NHS)
    chi_number = NumberField(Identifier.Kind.CHI)
    safe_contact = Text(
        "How and when she can safely be reached",
        2000,
        lines=3,
        help_text="For example: text only, before 14:00, says who is calling only to her.",
    )
    submission = submission_field()

    # Errors are listed in the order of the page, where who she is comes before her pregnancy.
    field_order = (
        "preferred_name", "legal_first_name", "last_name", "pronouns", "date_of_birth", "nhs_number", "chi_number"
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            Fieldset("Who she is", "preferred_name", "legal_first_name", "last_name", "pronouns", "date_of_birth"),
            Fieldset("Her numbers, if she has them and they are known", "nhs_number", "chi_number"),
            Fieldset("This pregnancy", "team", *self.midwife, "edd", "first_contact_at", "medication"),
            Fieldset("Reaching her", "safe_contact"),
            "submission",
        )

    @property
    def person(self) -> Person:
        """Who was entered; of a valid form. The name she uses is kept apart only where it is not her legal one."""
        data = self.cleaned_data
        used, legal = data["preferred_name"], data["legal_first_name"]
        names = ("last_name", "pronouns", "date_of_birth", "nhs_number", "chi_number", "safe_contact")
        return Person(
            first_name=legal or used,
            preferred_name=used if legal and legal != used else "",
            **{name: data[name] for name in names},
        )


def carries_earlier_field() -> forms.BooleanField:
    """Nothing comes along unasked: it is not ticked beforehand."""
    return forms.BooleanField(
        label="She agrees that whoever cares for her now reads her earlier journeys",
        required=False,
        help_text="Ask her. Without her yes they stay with those who cared for her then.",
    )


def carried_words_field() -> Text:
    return Text("What she said about it", LONGEST_WORDS, lines=2)


class CarryForm(OnceForm):
    """What she agrees to bring along, asked again."""

    carries_earlier = carries_earlier_field()
    carried_words = carried_words_field()


class PregnancyForm(JourneyForm):
    """A further pregnancy of a woman who is here. ``number`` is the one that the page offered."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=2, max_value=99)
    carries_earlier = carries_earlier_field()
    carried_words = carried_words_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            "team", *self.midwife, "edd", "first_contact_at", "medication", "carries_earlier", "carried_words", "number"
        )

    @property
    def new_journey(self) -> NewJourney:
        """What was entered, with what she agreed to bring along; of a valid form."""
        data = self.cleaned_data
        return replace(
            super().new_journey, carries_earlier=data["carries_earlier"], carried_words=data["carried_words"]
        )


class DetailsForm(SeenForm):
    """How she is called and understood, and what matters to her. Numbers can be added, not changed."""

    preferred_name = Name("Name she uses, if it is not her legal first name")
    pronouns = Text("Pronouns", 40, width=10)
    allergies = Text("Allergies", 500, help_text="Write “none known” once you have asked.")
    interpreter = Text("Interpreter", 120, width=20, help_text="Her language, or “not needed”.")
    what_matters = Text("What matters to her, in her own words", 4000, lines=4, help_text="As she says it.")
    nhs_number = NumberField(Identifier.Kind.NHS)
    chi_number = NumberField(Identifier.Kind.CHI)

    OF_HERS = ("preferred_name", "pronouns", "allergies", "interpreter", "what_matters")

    def __init__(self, *args: Any, woman: Woman, may_add_numbers: bool, **kwargs: Any) -> None:
        kwargs["initial"] = now = {name: getattr(woman, name) for name in self.OF_HERS}
        super().__init__(*args, **kwargs)
        self.shows(Seen.of(f"woman {woman.pk}", now, woman.version))
        self.has = {number.kind: number for number in woman.numbers}
        for kind in Identifier.Kind:
            if kind in self.has or not may_add_numbers:
                del self.fields[f"{kind.value}_number"]
        self.helper = fields_only()

    def clean(self) -> dict[str, Any]:
        """A number that somebody else wrote down meanwhile: the other one is not thrown away without a word."""
        cleaned: dict[str, Any] = super().clean() or {}
        for kind, number in self.has.items():
            sent = str(self.data.get(f"{kind}_number", ""))
            digits = "".join(sign for sign in sent if sign.isdecimal())
            if digits and digits != number.value:
                self.add_error(
                    None,
                    f"Her {number.get_kind_display()} is {number.in_groups} by now. Yours, {sent[:40]}, is not saved: "
                    "look which one is right. Sent again, the rest is saved.",
                )
        return cleaned

    @property
    def changes(self) -> dict[str, str]:
        """Her details as they were entered; of a valid form."""
        return {name: self.cleaned_data[name] for name in self.OF_HERS if name not in self.left_to_others}

    @property
    def numbers(self) -> dict[Identifier.Kind, str]:
        """The numbers that were added; of a valid form."""
        return {kind: number for kind in Identifier.Kind if (number := self.cleaned_data.get(f"{kind.value}_number"))}


def _own_team(by: User) -> int | None:
    """The caseload team that ``by`` works in, if any."""
    return next((each.team_id for each in by.current_memberships if each.team.kind == Team.Kind.CASELOAD), None)
