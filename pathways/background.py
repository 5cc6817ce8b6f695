"""The verbs about her background. Each piece stands under a label, and only roles that have it read or write it."""

from __future__ import annotations

from django.db import transaction

from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import User
from pathways.actions import Refused
from pathways.ethnicity import NAMES
from pathways.models import Background, Woman
from pathways.models.background import BACKGROUND_LABELS
from pathways.seen import Changed, one_at_a_time
from pathways.visibility import check_covers, check_may, labels_for


def background_labels(user: User, woman_id: int) -> list[Label]:
    """The labels of her background that ``user`` may read, in their order."""
    covered = labels_for(user, woman_id)
    return [label for label in BACKGROUND_LABELS if label in covered]


@transaction.atomic
def record_background(
    woman: Woman, label: Label, text: str, category: str = "", *, seen: int | None = None, by: User | None
) -> Background:
    """Write down what she said, or what is known; the version before stays readable. Raises Refused.

    ``seen`` is the version that the writer had before them, 0 where there was none: Changed where another holds now.
    """
    _check(woman, label, by)
    if category and (label is not Label.ETHNICITY or category not in NAMES):
        raise Refused("Choose one of the list, or write it in her own words.", field="category")
    if not text.strip() and not category:
        raise Refused("Write something, or leave the page as it is.", field="text")
    newest = _newest(woman, label)
    if seen is not None and newest and newest.pk != seen:
        if (newest.text, newest.category, newest.recorded_by) == (text, category, by) and not newest.entered_in_error:
            return newest  # the same form sent twice
        raise Changed(["text", "category"])
    return Background.objects.create(woman=woman, label=label.value, category=category, text=text, recorded_by=by)


@transaction.atomic
def withdraw_background(woman: Woman, label: Label, reason: str, *, seen: int | None, by: User) -> Background:
    """Mark what stands under a label as entered in error; it stays readable, with the reason. Raises Refused."""
    _check(woman, label, by)
    if not reason.strip():
        raise Refused("Say what was wrong, so that the next reader understands.", field="text")
    newest = _newest(woman, label)
    if newest is None or newest.entered_in_error or newest.pk != seen:
        raise Refused("It has been changed meanwhile. Read it again before you mark it.", field="text")
    return Background.objects.create(woman=woman, label=label.value, text=reason, entered_in_error=True, recorded_by=by)


def _newest(woman: Woman, label: Label) -> Background | None:
    """The version that holds; nobody else writes one until this transaction ends."""
    one_at_a_time(f"background {woman.pk} {label.value}")
    return Background.objects.filter(woman=woman, label=label.value).order_by("-id").first()


def _check(woman: Woman, label: Label, by: User | None) -> None:
    check_may(by, Ability.RECORD_EVENT, woman_id=woman.pk)
    check_covers(by, label, woman_id=woman.pk)
