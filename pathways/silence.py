"""What keeps messages from her, whatever she agreed to: her death, a baby of whom she has not been told, a loss.

True by what is recorded, also where no worker runs. Triggers call back what waits (migration 0021).
"""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from pathways.engine import Stage
from pathways.models import DeathReport, Event, Journey, MessageToHer, ToldOfBaby, Woman
from pathways.rules.loss import ENDS_WORDS_ABOUT_A_BABY

# Stages in which nobody writes to her about a pregnancy or a baby.
_NO_BABY_WITH_HER = frozenset({Stage.SEPARATED, Stage.BEREAVEMENT, Stage.CLOSED})


def has_died(woman: Woman) -> bool:
    """Whether her death is recorded."""
    return Event.objects.filter(journey__woman=woman, kind="mother_died", correction=None).exists()


def why_silent(woman: Woman) -> str:
    """Why nothing at all is sent to her now, in a sentence; blank where nothing keeps it from her."""
    if has_died(woman):
        return "She has died."
    if DeathReport.objects.filter(journey__woman=woman, confirmed_at=None, withdrawn_at=None).exists():
        return "Her death was reported, and waits for a second person."
    if not_told_yet(woman):
        return "She has not been told yet. Somebody tells her face to face first."
    return ""


def not_told_yet(woman: Woman) -> bool:
    """Whether a baby of hers has died of whom she does not know."""
    of_baby = ToldOfBaby.objects.filter(journey=OuterRef("journey"), baby=OuterRef("baby")).order_by("-id")
    died = Event.objects.filter(journey__woman=woman, kind="baby_died", correction=None)
    return died.annotate(how=Subquery(of_baby.values("how")[:1])).filter(how=ToldOfBaby.How.NOT_YET).exists()


def no_words_about_a_baby(woman: Woman) -> str:
    """Why nothing about a pregnancy or a baby is sent to her; blank while she is pregnant or has a baby with her."""
    newest = Journey.objects.filter(woman=woman).order_by("-number").first()
    if newest and newest.stage in _NO_BABY_WITH_HER:
        return "Only what is about her own care is sent to her now."
    return ""


def has_ended_since(message: MessageToHer) -> bool:
    """Whether what a message may be about has ended since it was queued: a loss, a baby's death, a separation."""
    if message.own_care:
        return False
    ended = Event.objects.filter(journey__woman=message.woman_id, kind__in=ENDS_WORDS_ABOUT_A_BABY, correction=None)
    return ended.filter(recorded_at__gte=message.queued_at).exists()
