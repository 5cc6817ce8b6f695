"""The forms of what is known of her medicine: what a source says, whom somebody asked, what was wrong.

Nothing is filled in beforehand: what stands in a form is what this source said, now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import time
from typing import Any

from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from carecoord.sites.definitions import SiteDefinition
from medications.models import Call, Source, Supervised, YesNoUnknown
from medications.models.statements import ASKED as ASKED_CHOICES
from medications.models.statements import LONGEST_WORDS
from medications.rules.products import FREQUENCY_WORDS, WARD_PRODUCTS, Frequency
from medications.rules.stated import UNITS, Problem, Stated
from medications.rules.verification import ASKED, PHARMACY, PRESCRIBER
from medications.stating import HELD
from pathways.forms.contact import WallTimeField
from pathways.forms.once import OnceForm
from pathways.forms.record import radios, what_was_wrong
from pathways.forms.shared import Text, fields_only

ELSEWHERE = "elsewhere"
LONGEST_NAME = 120
WEEKDAYS = list(enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()))
SHE = "She herself"
_PLACE = {PRESCRIBER: "Which prescriber?", PHARMACY: "Which pharmacy?"}
_WHO = {
    Source.PRESCRIBER: ("Who said it?", "Their name and what they are. For example: Dr P. Anand, prescriber."),
    Source.PHARMACY: ("Who said it?", "Their name and what they are. For example: J. Ross, pharmacist."),
    Source.OWN_CARD: ("Which card or label is it?", "For example: dispensing label of 18 November."),
    Source.OTHER_WARD: ("Who said it?", "Their name, what they are, and which ward."),
}


class _Needed(Text):
    """Text that is asked for; whether it may be left blank depends on the product, and the rules say so."""

    def validate(self, value: Any) -> None:
        """Nothing here: what is missing is said with everything else."""


class _NeededChoice(forms.ChoiceField):
    """A choice of the same kind."""

    def validate(self, value: Any) -> None:
        """Refuses only what is no choice."""
        if value:
            super().validate(value)


class SayForm(OnceForm):
    """Exactly what one source said. ``wrong`` finds what has to be put right before it can be written down."""

    words = Text(
        "What they said, word for word",
        LONGEST_WORDS,
        lines=2,
        required=True,
        error_messages={"required": "Write down what they said, word for word."},
        help_text="Product, strength, amount, how often, supervised or not. Nothing is worked out from it.",
    )
    product = radios(
        "Which product did they name?",
        [(each.key, each.name) for each in WARD_PRODUCTS.values() if each.selectable],
        needed=True,
    )
    strength = Text("Strength", 60, width=10, help_text="As they said it. Needed for methadone: 1 mg/ml.")
    amount = _Needed("Amount, in digits as they said it", 12, width=5, required=True)
    unit = _NeededChoice(label="The unit they said", choices=[(unit, unit) for unit in UNITS], widget=forms.RadioSelect)
    frequency = radios(
        "How often?", [(each.value, FREQUENCY_WORDS[each].capitalize()) for each in Frequency], needed=True
    )
    first_time = WallTimeField(label="Usual time, if they said one", required=False, help_text="For example 09:30.")
    first_amount = Text("Amount at that time, if the doses differ", 12, width=5)
    second_time = WallTimeField(label="Second time, if it is split", required=False)
    second_amount = Text("Amount at the second time", 12, width=5)
    supervised = forms.ChoiceField(
        label="Does somebody watch her take it?", choices=Supervised.choices, widget=forms.RadioSelect, required=False
    )
    last_dose_at = LocalDateTimeField(
        label="When did she have it last?",
        what="when she had it last",
        required=False,
        past_only=True,
        help_text="To the minute, as they say it. Leave it blank if they do not know: then it is not confirmed yet.",
    )
    last_dose_supervised = radios("Was that dose watched?", YesNoUnknown.choices, needed=True)
    takeaway = radios("Does she have doses with her to take home?", YesNoUnknown.choices, needed=True)
    said_at = LocalDateTimeField(label="When did they say it?", what="when they said it", past_only=True)

    FOLLOWS = ("last_dose_supervised", "takeaway")
    MORE = ("collection_days", "goes_to", "script_from", "script_until", "other_sedatives", "heart_note")

    def __init__(
        self, *args: Any, source: str, site: SiteDefinition, wrong: Callable[[Stated], Iterable[Problem]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.source, self.wrong = source, wrong
        for name in self.FOLLOWS:
            self.fields[name].required = False
        if source in ASKED:
            self._add_place(site)
        else:
            self.fields["frequency"].required = source == Source.OTHER_WARD
            self.fields["amount"].required = self.fields["unit"].required = False
        if source == Source.SHE_SAYS:
            self.fields["words"].label = "What she says, in her words"
        else:
            self._add_who()
        self._add_more(site)
        self._lay_out()

    def _add_place(self, site: SiteDefinition) -> None:
        here = [(each.code, f"{each.name}, {each.phone}") for each in site.sources if each.kind == self.source]
        self.fields["place"] = radios(_PLACE[self.source], [*here, (ELSEWHERE, "Another one")], needed=True)
        self.fields["place_words"] = Text("Its name, if it is another one", LONGEST_NAME)

    def _add_who(self) -> None:
        label, hint = _WHO[Source(self.source)]
        missing = {"required": f"{label} Write it down, so that somebody can ask again."}
        self.fields["said_by"] = Text(label, LONGEST_NAME, required=True, help_text=hint, error_messages=missing)
        self.fields["said_by_contact"] = Text("Phone number they can be rung back on", LONGEST_NAME, width=20)

    def _add_more(self, site: SiteDefinition) -> None:
        self.fields["collection_days"] = forms.TypedMultipleChoiceField(
            label="On which days does she collect it?",
            choices=WEEKDAYS,
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        if self.source == PRESCRIBER:
            here = [(each.code, each.name) for each in site.sources if each.kind == PHARMACY]
            self.fields["goes_to"] = forms.ChoiceField(
                label="Which pharmacy does the prescription go to?",
                choices=here,
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields["script_from"] = NhsDateField(label="Prescribed from", what="the day", required=False)
        self.fields["script_until"] = NhsDateField(label="Prescribed until", what="the day", required=False)
        self.fields["other_sedatives"] = Text(
            "Other medicine that makes her sleepy", LONGEST_WORDS, help_text="With commas between, as they said it."
        )
        self.fields["heart_note"] = Text("Anything they said about her heart (QT)", LONGEST_WORDS)

    def _lay_out(self) -> None:
        """Four groups; what belongs together stands side by side, and what is rarely said is folded away."""
        opened = " open" if any(name in self.errors for name in self.MORE) else ""
        self.helper = fields_only()
        self.helper.layout = Layout(
            self._group("Who says it", "place", "place_words", ("said_by", "said_by_contact"), "said_at"),
            self._group(
                "What they say",
                *("words", "product", ("strength", "amount", "unit"), ("frequency", "supervised")),
                *(("first_time", "first_amount"), ("second_time", "second_amount")),
            ),
            self._group("The last dose", "last_dose_at", ("last_dose_supervised", "takeaway")),
            HTML(f'<details class="more"{opened}><summary>If they said more</summary>'),
            self._group(
                "If they said more", "collection_days", "goes_to", ("script_from", "script_until"), *self.MORE[4:]
            ),
            HTML("</details>"),
            "submission",
        )

    def _group(self, title: str, *names: str | tuple[str, ...]) -> Fieldset:
        """Fields under a heading, as far as this source has them; those in one tuple side by side."""
        parts: list[str | Div] = []
        for each in names:
            known = [name for name in ([each] if isinstance(each, str) else each) if name in self.fields]
            parts += known if len(known) < 2 else [Div(*known, css_class="abreast")]
        return Fieldset(title, *parts)

    def clean(self) -> dict[str, Any]:
        """All that has to be put right, each at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("place") == ELSEWHERE and not cleaned.get("place_words", "").strip():
            self.add_error("place_words", "Write its name.")
        if not self.errors:
            for field, sentence in self.wrong(self.stated):
                self.add_error(self.field_of(field), sentence)
        return cleaned

    def field_of(self, name: str) -> str | None:
        """The field on this form at which something of a statement stands; None for what is not on it."""
        own = {"times": "first_time", "service": "place", "pharmacy": "place"}.get(name, name)
        return own if own in self.fields else None

    @property
    def stated(self) -> Stated:
        """What was entered; of a form whose fields can be read."""
        data = self.cleaned_data
        alike = ("words", "product", "strength", "amount", "unit", "supervised", "last_dose_at", "said_at")
        more = ("script_from", "script_until", "heart_note", "submission")
        return Stated(
            source=self.source,
            frequency=data["frequency"] or Frequency.CUSTOM,
            times=self._times(),
            said_by=data.get("said_by", SHE),
            said_by_contact=data.get("said_by_contact", ""),
            last_dose_supervised=data["last_dose_supervised"] or YesNoUnknown.UNKNOWN,
            takeaway=data["takeaway"] or YesNoUnknown.UNKNOWN,
            collection_days=tuple(data["collection_days"]),
            other_sedatives=tuple(filter(None, map(str.strip, data["other_sedatives"].split(",")))),
            **self._places(),
            **{name: data[name] for name in (*alike, *more)},
        )

    def _times(self) -> tuple[tuple[str, str], ...]:
        data = self.cleaned_data
        rows: Sequence[tuple[time | None, str]] = (
            (data["first_time"], data["first_amount"]),
            (data["second_time"], data["second_amount"]),
        )
        return tuple((f"{at:%H:%M}", amount) for at, amount in rows if at)

    def _places(self) -> dict[str, Any]:
        """Codes of the site's sources, or the name of another."""
        data = self.cleaned_data
        found = {"pharmacy": data["goes_to"]} if data.get("goes_to") else {}
        if self.source not in ASKED:
            return found
        name = "service" if self.source == PRESCRIBER else "pharmacy"
        if data["place"] == ELSEWHERE:
            return {**found, f"{name}_words": data["place_words"]}
        return {**found, name: data["place"]}


class AskedForm(OnceForm):
    """Whom somebody asked, and what came of it."""

    source = radios("Whom did you ask?", [(kind, str(label)) for kind, label in ASKED_CHOICES], needed=True)
    whom = Text(
        "Who, or which number?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write whom you asked: a name, or the number that you rang."},
    )
    outcome = radios("What came of it?", Call.Outcome.choices, needed=True)
    note = Text("Note", LONGEST_WORDS, lines=2, help_text="For example: rings back before 11.")
    called_at = LocalDateTimeField(label="When did you ask?", what="when you asked", past_only=True)


class StrikeForm(OnceForm):
    """Why something that was written down is wrong."""

    reason = what_was_wrong("For example: said of another woman; heard 54 for 45.")


class SupplyForm(OnceForm):
    """The pharmacy keeps her supply back while the ward gives it."""

    how = radios("Her supply outside is", list(HELD.items()), needed=True)
    confirmed_by = Text(
        "Who confirmed it?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write who confirmed it: their name and what they are."},
        help_text="For example: J. Ross, pharmacist.",
    )
    at = LocalDateTimeField(label="When did they confirm it?", what="when they confirmed it", past_only=True)
