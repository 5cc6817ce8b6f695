"""The forms about how she hears of a separation: what is arranged, who signed, what she was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from carecoord.formfields import LocalDateTimeField, NhsDateField
from pathways.forms.once import OnceForm
from pathways.forms.record import YES_NO, radios
from pathways.forms.shared import Text
from pathways.models import TellingSignOff
from pathways.models.separation import LONGEST_NAME, LONGEST_WHY, LONGEST_WORDS
from pathways.rules.telling import HOW_IN_WORDS, How
from pathways.telling import Arranged, Told

_ANSWERS = ("legal_basis_explained", "where_baby_is_shared", "legal_advice", "advocate_offered")


class ArrangeForm(OnceForm):
    """Who tells her, where, with whom beside her, by which day at the latest."""

    told_by = Text(
        "Who tells her?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write who tells her: somebody of whom she knows that they come."},
        help_text="By name, and what they are. It is best somebody whom she knows.",
    )
    place = Text(
        "Where?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write where she is told: a quiet room, where she can stay for a while."},
        help_text="A quiet room, where she can stay for a while.",
    )
    beside_her = Text(
        "Who is beside her?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write who is beside her: somebody whom she chose, or an advocate."},
        help_text="Whom she chose, or an advocate. She is not alone when she hears it.",
    )
    latest_on = NhsDateField(
        label="By which day at the latest?",
        what="the latest day",
        help_text="Well before the birth: early enough to ask, to take advice, and to plan what she wants.",
    )

    @property
    def arranged(self) -> Arranged:
        """What was entered; of a valid form."""
        data = self.cleaned_data
        return Arranged(data["told_by"], data["place"], data["beside_her"], data["latest_on"])


class SignOffForm(OnceForm):
    """Who agreed that she hears of it in labour or by phone, and why."""

    name = Text(
        "Who signs for it?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write the name of who signs for it."},
    )
    signed_at = LocalDateTimeField(label="When did they sign?", what="when they signed", past_only=True)
    reason = Text(
        "Why can it not wait, or not be in person?",
        LONGEST_WHY,
        lines=3,
        required=True,
        error_messages={"required": "Say why, so that she can be told it as well."},
        help_text="Write it as if she reads it with you.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"] = radios("As what?", TellingSignOff.Post.choices, needed=True)
        self.order_fields(["name", "post"])


class ToldForm(OnceForm):
    """She was told: when, by whom, how, where, with whom beside her, in which words."""

    told_at = LocalDateTimeField(label="When was she told?", what="when she was told", past_only=True)
    told_by = Text(
        "Who told her?",
        LONGEST_NAME,
        required=True,
        error_messages={"required": "Write who told her: their name, and what they are."},
    )
    place = Text("Where was she told?", LONGEST_NAME)
    beside_her = Text("Who was beside her?", LONGEST_NAME, help_text="Somebody whom she chose, or her advocate.")
    words = Text(
        "What was she told?",
        LONGEST_WORDS,
        lines=6,
        required=True,
        error_messages={"required": "Write what she was told, in the words that were used."},
        help_text="In plain words, as she was told, and as she can read it again.",
    )
    copy_on = NhsDateField(
        label="When was she given it in writing?",
        what="the day of her written copy",
        past_only=True,
        required=False,
        help_text="Leave it blank if she has no copy yet.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"] = radios("How was she told?", tuple(HOW_IN_WORDS.items()), needed=True)
        self.order_fields(["told_at", "told_by", "how"])

    @property
    def told(self) -> Told:
        """What was entered; of a valid form."""
        return told_of(self.cleaned_data)


class ToldOfPlanForm(ToldForm):
    """She was told of the plan that includes possible separation."""

    in_labour = forms.BooleanField(
        label="She was in labour",
        required=False,
        help_text="Or in hospital to give birth. It is then signed for first, as where it is not in person.",
    )

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan_version"] = forms.IntegerField(
            label="Which version of the plan?", min_value=1, max_value=99, initial=version
        )
        self.fields["advocate_offered"] = radios("Was an advocate offered to her?", YES_NO, needed=True)
        self.order_fields(["told_at", "told_by", "how", "in_labour", "place", "beside_her", "plan_version"])


class ExplainForm(ToldForm):
    """What happened was explained to her, and what she has in her hands now."""

    family_time = Text(
        "When do they meet?",
        LONGEST_WHY,
        lines=2,
        help_text="Days and places, as she has them in writing. Leave it blank if nothing is planned yet.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("legal_basis_explained", "Was she told on which legal ground, and what she can do about it?"),
            ("where_baby_is_shared", "Was she told where the baby is, as far as it may be shared?"),
            ("legal_advice", "Does she know where to get legal advice?"),
            ("advocate_offered", "Was an advocate offered to her?"),
        ):
            self.fields[name] = radios(label, YES_NO, needed=True)


def told_of(data: Mapping[str, Any]) -> Told:
    """How she was told, as it was entered."""
    answers = {name: data[name] == "yes" for name in _ANSWERS if data.get(name)}
    return Told(
        at=data["told_at"],
        by=data["told_by"],
        how=How(data["how"]),
        in_labour=data.get("in_labour", False),
        place=data.get("place", ""),
        beside_her=data.get("beside_her", ""),
        words=data.get("words", ""),
        copy_on=data.get("copy_on"),
        plan_version=data.get("plan_version"),
        family_time=data.get("family_time", ""),
        **answers,
    )
