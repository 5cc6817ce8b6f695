"""The forms about a baby placed away from her, at relatives’ with her, or back with her."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from carecoord.formfields import NhsDateField
from pathways.forms.moves import WhenForm
from pathways.forms.once import OnceForm
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.forms.telling import told_of
from pathways.models import PlacedAway, PlacedBaby
from pathways.models.separation import LONGEST_NAME
from pathways.moves.separation import Together
from pathways.rules.legal_basis import LEGAL_BASES
from pathways.rules.telling import HOW_IN_WORDS
from pathways.separations import Known
from pathways.telling import Told

NOT_YET = "Not known yet"
TOGETHER = (
    (Together.HOME.value, "At her home"),
    (Together.RELATIVES.value, "At relatives’ or friends’, where she lives too"),
    (Together.PLACEMENT.value, "In a mother-and-baby placement"),
)


class BabiesForm(OnceForm):
    """Which of her babies, where there is a choice, and when."""

    occurred_at = WhenForm.base_fields["occurred_at"]

    def __init__(self, *args: Any, possible: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.possible = sorted(possible)
        if len(self.possible) > 1:
            choices = [(str(number), f"Baby {number}") for number in self.possible]
            self.fields["babies"] = forms.MultipleChoiceField(
                label="Which of her babies?",
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": "Choose which of her babies this is about."},
            )
            self.order_fields(["babies"])

    @property
    def babies(self) -> frozenset[int]:
        """Those that were chosen, or the only one there is; of a valid form."""
        chosen = self.cleaned_data.get("babies")
        return frozenset(map(int, chosen)) if chosen else frozenset(self.possible)


class BackForm(BabiesForm):
    """Where they live when they are together again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"] = radios("Where do they live now?", TOGETHER, needed=True)


class KnownFields(OnceForm):
    """What stands under the label, for those whose role covers it. What is not known yet can be written later."""

    def add_known(self, babies: Sequence[int], nation: str, known: Known | None) -> None:
        """Ask for it, filled in with what is ``known``."""
        for number in babies:
            name = "With whom is the baby?" if len(babies) == 1 else f"With whom is baby {number}?"
            field = radios(name, PlacedBaby.With.choices, needed=True)
            field.initial = known.with_whom.get(number) if known else None
            self.fields[f"with_whom_{number}"] = field
        self.fields["setting"] = radios("Where was she herself?", PlacedAway.Setting.choices, needed=True)
        self.fields["legal_basis"] = radios("Legal basis", LEGAL_BASES[nation], needed=False, nothing=NOT_YET)
        self.fields["decided_by"] = Text(
            "Who decided it?",
            LONGEST_NAME,
            help_text="For example the court, the children’s hearing, the police, or she herself with social care.",
        )
        if known:
            for name in ("setting", "legal_basis", "decided_by"):
                self.fields[name].initial = getattr(known, name)

    def known_of(self, babies: Collection[int]) -> Known:
        """What was entered about these babies; of a valid form."""
        data = self.cleaned_data
        with_whom = {number: data[f"with_whom_{number}"] for number in babies}
        return Known(data["setting"], with_whom, data["legal_basis"], data["decided_by"])


class KnownForm(KnownFields):
    """The next version of what is known of one separation."""

    def __init__(self, *args: Any, babies: Sequence[int], nation: str, known: Known | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_known(babies, nation, known)


class PlacedAwayForm(BabiesForm, KnownFields):
    """Which babies, when; and what is known of it, of those whose role covers it (``nation``: else None)."""

    def __init__(self, *args: Any, nation: str | None, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_more = nation is not None
        if nation is None:
            return
        self.add_known(self.possible, nation, known)
        for number in self.possible if len(self.possible) > 1 else ():
            self.fields[f"with_whom_{number}"].required = False
        self.fields |= _first_told()

    def clean(self) -> dict[str, Any] | None:
        """Of every baby that was chosen it is said with whom it is; and how she was told, where somebody told her."""
        data = super().clean()
        if not self.asks_more or self.errors:
            return data
        for number in self.babies:
            if not self.cleaned_data.get(f"with_whom_{number}"):
                self.add_error(f"with_whom_{number}", ValidationError(f"Choose with whom baby {number} is."))
        if self.cleaned_data["told_by"] and not self.cleaned_data["how"]:
            self.add_error("how", ValidationError("Choose how she was told."))
        return data

    @property
    def known(self) -> Known | None:
        """What is known of it; None where the reader is not asked. Of a valid form."""
        return self.known_of(self.babies) if self.asks_more else None

    @property
    def told(self) -> Told | None:
        """How she was told; None where nobody has yet, or the reader is not asked. Of a valid form."""
        if not self.asks_more or not self.cleaned_data["told_by"]:
            return None
        return told_of({**self.cleaned_data, "told_at": self.cleaned_data["occurred_at"]})


class WorkerForm(OnceForm):
    """Who stays with her after midwifery ends."""

    name = Text(
        "Name",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write one name: somebody whom she can ask for."},
    )
    service = Text(
        "Where they work, and as what",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write where they work, so that she and others find them."},
        help_text="For example: keyworker, Harbour drug service; health visitor; a peer supporter.",
    )
    from_on = NhsDateField(label="From which day?", what="the day from which they are there for her")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["told_her"] = radios(
            "Does she know who it is?", (("yes", "Yes, she knows them by name"), ("no", "Not yet")), needed=True
        )


def _first_told() -> dict[str, forms.Field]:
    """How she first heard of it, where somebody has told her; everything else is asked where it is explained."""
    return {
        "told_by": Text(
            "Who told her?",
            LONGEST_NAME,
            help_text="Leave it blank if nobody has told her yet: explaining it to her is owed in any case.",
        ),
        "how": radios(
            "How was she told?", tuple(HOW_IN_WORDS.items()), needed=False, nothing="She has not been told yet"
        ),
    }
