"""The forms for a woman who comes in labour without having been booked: at the door, and in the hours after."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError

from carecoord import clock
from carecoord.access.models import Team, User
from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.actions import Person
from pathways.forms.once import OnceForm, note_field
from pathways.forms.record import YES_NO, radios
from pathways.forms.shared import Text
from pathways.forms.women import Name, NumberField, TeamField
from pathways.models import Identifier, Journey
from pathways.moments.products import PRODUCTS
from pathways.moves.unbooked import Arrival, FirstRecord, Opioids
from pathways.rules.unbooked import FEWEST_WEEKS, MOST_WEEKS

NOT_GIVEN = "Unknown"
OPIOIDS = ("used", "in_treatment", "product")
BLOODS = (("yes", "Offered, whether she took them or not"), ("no", "Not yet"))


def _ask_about_opioids(form: forms.Form) -> None:
    """Three questions that decide what is done for her and her baby in the next hours; each may stay open."""
    form.fields["used"] = radios("Does she take opioids, prescribed or not?", YES_NO, needed=False)
    form.fields["in_treatment"] = radios("Is she in opioid-replacement treatment?", YES_NO, needed=False)
    products = [(product.key, product.name) for product in PRODUCTS.values()]
    form.fields["product"] = forms.ChoiceField(
        label="Which medicine, as she says?",
        choices=[("", "Not known, or none"), *products],
        required=False,
        help_text="The product only, never an amount. Prescriber and pharmacy confirm it.",
    )


def _check_opioids(form: forms.Form) -> None:
    """A medicine is kept with the answer that she is in treatment, and with no other."""
    if form.cleaned_data.get("product") and form.cleaned_data.get("in_treatment") != "yes":
        form.add_error("in_treatment", "Say that she is in treatment, or leave the medicine open.")


def _opioids(form: forms.Form) -> Opioids:
    data = form.cleaned_data
    return Opioids(**{name: data.get(name, "") for name in OPIOIDS})


class InLabourForm(OnceForm):
    """A woman in labour whom nobody knows. Her name, her date of birth and the hour are enough."""

    preferred_name = Name(
        "What she wants to be called", required=True, error_messages={"required": "Enter what she is called."}
    )
    last_name = Name("Last name, if she gives one")
    date_of_birth = NhsDateField(label="Date of birth", what="her date of birth", past_only=True)
    nhs_number = NumberField(Identifier.Kind.NHS)
    chi_number = NumberField(Identifier.Kind.CHI)
    arrived_at = LocalDateTimeField(label="When did she come?", what="when she came", past_only=True)
    safe_contact = Text(
        "How she can safely be reached, and who must not know that she is here",
        2000,
        lines=2,
        help_text="Ask her alone, if she wants to say.",
    )
    team = TeamField(
        Team.objects.none(),
        label="Midwives who will know her after this",
        empty_label=None,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a team of your site."),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_about_opioids(self)
        self.initial.setdefault("arrived_at", clock.now())
        teams = Team.objects.filter(site__in=by.site_ids, kind=Team.Kind.CASELOAD).select_related("site")
        team = cast(TeamField, self.fields["team"])
        team.queryset = teams.order_by("site__code", "code")
        team.with_site = len(by.site_ids) > 1
        self.helper.layout = Layout(
            Fieldset("Who she is", "preferred_name", "last_name", "date_of_birth"),
            "arrived_at",
            Fieldset("What she takes, in her words", *OPIOIDS),
            Fieldset("If it is known", "nhs_number", "chi_number", "safe_contact", "team"),
            "submission",
        )

    def clean(self) -> dict[str, Any]:
        """What she says of her treatment fits together."""
        cleaned: dict[str, Any] = super().clean() or {}
        _check_opioids(self)
        return cleaned

    @property
    def person(self) -> Person:
        """Who came; of a valid form."""
        data = self.cleaned_data
        names = ("date_of_birth", "nhs_number", "chi_number", "safe_contact")
        return Person(
            first_name=data["preferred_name"],
            last_name=data["last_name"] or NOT_GIVEN,
            **{name: data[name] for name in names},
        )

    @property
    def arrival(self) -> Arrival:
        """When she came, and what she said; of a valid form."""
        return Arrival(self.cleaned_data["arrived_at"], self.cleaned_data["team"], _opioids(self))


class FirstRecordForm(OnceForm):
    """What the next hours need. What is known already is not asked again (``known``: kinds of fact).

    What came back filled in is asked all the same: if somebody else wrote it meanwhile, the verb says so beside it.
    """

    def __init__(self, *args: Any, her: Journey, known: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not her.woman.allergies or self.data.get("allergies"):
            self.fields["allergies"] = Text("Allergies", 500, help_text="Write “none known” once you have asked.")
        if not her.woman.interpreter or self.data.get("interpreter"):
            self.fields["interpreter"] = Text("Interpreter", 120, help_text="Her language, or “not needed”.")
        if her.edd is None or any(self.data.get(name) for name in ("weeks", "edd", "edd_0")):
            self._ask_how_far()
        if "drug_use_disclosed" not in known or any(self.data.get(name) for name in OPIOIDS):
            _ask_about_opioids(self)
        self.fields["bloods"] = radios("Have bloods been offered?", BLOODS, needed=True)
        self.fields["midwife_told_on"] = NhsDateField(
            label="When was a specialist midwife told?",
            what="the day a specialist midwife was told",
            past_only=True,
            required=False,
            help_text="On the next working day at the latest. Leave it empty until somebody has told her.",
        )
        self.fields["note"] = note_field("What she says she needs now, and who is with her. She may read it with you.")

    def _ask_how_far(self) -> None:
        self.fields["edd"] = NhsDateField(label="Estimated date of delivery (EDD)", what="the EDD", required=False)
        self.fields["weeks"] = forms.IntegerField(
            label="Or about how many weeks, as near as anybody can tell",
            min_value=FEWEST_WEEKS,
            max_value=MOST_WEEKS,
            required=False,
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"), f"Enter whole weeks, from {FEWEST_WEEKS} to {MOST_WEEKS}."
            ),
            widget=forms.TextInput({"class": "nhsuk-input--width-2", "inputmode": "numeric", "autocomplete": "off"}),
        )

    def clean(self) -> dict[str, Any]:
        """One answer to how far she is; what she says of her treatment fits together."""
        cleaned: dict[str, Any] = super().clean() or {}
        _check_opioids(self)
        if cleaned.get("edd") and cleaned.get("weeks"):
            self.add_error("weeks", ValidationError("Enter the EDD or the weeks, not both."))
        return cleaned

    @property
    def record(self) -> FirstRecord:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return FirstRecord(
            allergies=data.get("allergies", ""),
            interpreter=data.get("interpreter", ""),
            edd=data.get("edd"),
            weeks=data.get("weeks"),
            opioids=_opioids(self),
            bloods_offered=data["bloods"] == "yes",
            midwife_told_on=data["midwife_told_on"],
            note=data["note"],
        )
