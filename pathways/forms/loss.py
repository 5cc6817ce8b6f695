"""The forms after a loss: what happened, the words she chooses, how she was told, who leads from now on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pathways.engine import FACT_KINDS
from pathways.forms.moves import WhenForm
from pathways.forms.once import OnceForm, when_field
from pathways.forms.record import radios
from pathways.forms.shared import Text
from pathways.models import ToldOfBaby, WordsOfLoss
from pathways.models.losses import LONGEST_NAME, LONGEST_WORDS
from pathways.moves.loss import Chosen, Told

_KINDS = next(detail.choices for detail in FACT_KINDS["pregnancy_loss"].details if detail.name == "kind")


def _bereavement() -> Any:
    field = radios("Does she want it spoken of as a bereavement?", WordsOfLoss.Bereavement.choices, needed=True)
    field.help_text = "For some women it is, for others it is not. Ask her, and use her words from now on."
    return field


def _her_words() -> Text:
    return Text(
        "What she calls it",
        LONGEST_WORDS,
        lines=2,
        help_text="Her own words, and a name if she has given one. Everybody who works with her reads this.",
    )


class _SaysHerWords(OnceForm):
    @property
    def chosen(self) -> Chosen:
        """How she wants it to be spoken of."""
        return Chosen(self.cleaned_data["bereavement"], self.cleaned_data["her_words"])


class LossForm(WhenForm, _SaysHerWords):
    """She has lost the pregnancy: what happened, when, and her words for it."""

    field_order = ("submission", "kind", "occurred_at", "bereavement", "her_words", "note")
    kind = radios("What happened?", _KINDS, needed=True)
    bereavement = _bereavement()
    her_words = _her_words()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].help_text = "A stillbirth: a baby who is born after 24+0 without signs of life."


class HerWordsForm(_SaysHerWords):
    """Her words alone, as she says them now."""

    bereavement = _bereavement()
    her_words = _her_words()


class _SaysHowTold(OnceForm):
    @property
    def told(self) -> Told:
        """How she was told, or who will tell her."""
        data = self.cleaned_data
        return Told(data["how"], data["told_by"], data["beside_her"], data["words"])


def _told_fields(how: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """How she came to know. Asked of every baby's death: nothing is sent to her while she does not know."""
    return {
        "how": radios("How does she know?", how, needed=True),
        "told_by": Text(
            "Who told her, or who will", LONGEST_NAME, help_text="By name. Leave it blank if she was there."
        ),
        "beside_her": Text("Who was beside her, or will be", LONGEST_NAME),
        "words": Text(
            "What was said, or what is agreed", LONGEST_WORDS, lines=2, help_text="If by phone: why it could not wait."
        ),
    }


class BabyDiedForm(WhenForm, _SaysHowTold):
    """A baby of hers has died: which, when, and how she was told."""

    def __init__(self, *args: Any, babies: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = babies[0] if len(babies) == 1 else None
        if self._only is None:
            self.fields["baby"] = radios("Which baby?", [(str(each), f"Baby {each}") for each in babies], needed=True)
        self.fields.update(_told_fields(ToldOfBaby.How.choices))
        self.order_fields(("submission", "baby", "occurred_at", "how", "told_by", "beside_her", "words", "note"))

    @property
    def baby(self) -> int:
        """The number of the baby."""
        return self._only if self._only is not None else int(self.cleaned_data["baby"])


class ToldForm(_SaysHowTold):
    """How she was told, once she has been."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_told_fields(ToldOfBaby.How.choices))


class LeadForm(OnceForm):
    """Who leads from now on, and her next dose."""

    lead = Text("Who leads from now on", LONGEST_NAME, required=True, help_text="By name. She is told who it is.")
    next_dose = Text(
        "Her next dose: when, where, confirmed by whom",
        LONGEST_WORDS,
        required=True,
        help_text="No amount. If she is not in treatment, write that.",
    )
    occurred_at = when_field("Since when?", "since when this holds")
