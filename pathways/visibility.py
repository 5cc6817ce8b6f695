"""Who may see and change which journey. Every page, command and verb asks here and nowhere else.

A person sees a woman because of a grant (carecoord.access.models.Grant): on her caseload, on the ward where she is,
in a service that takes part in her care. The same table stands behind PostgreSQL's row-level security, so that a
filter forgotten elsewhere shows nothing. What one may not see is answered exactly like what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from carecoord.access.abilities import Ability
from carecoord.access.labels import Label
from carecoord.access.models import GIVEN, Grant, Reader, User
from carecoord.compiled import Compiled
from pathways.models import CarriedHistory, Handoff, Journey, Woman
from pathways.models.handoffs import HandoffQuerySet


def women_visible_to(user: User) -> QuerySet[Woman]:
    """The women whom a grant shows to ``user``."""
    if Ability.SEE_JOURNEY not in user.abilities:
        return Woman.objects.none()
    return Woman.objects.filter(_granted(user, "pk"))


def journeys_visible_to(user: User) -> QuerySet[Journey]:
    """The journeys that ``user`` may open: all of a woman's, or only the newest.

    Who may not see child protection sees no earlier journey: it could tell of an earlier removal (pathway, 3.3). Nor
    does anybody else where she did not agree to that, save who has that journey on their own caseload.
    """
    if Ability.SEE_JOURNEY not in user.abilities:
        return Journey.objects.none()
    return journeys_open_to(Reader.of(user), earlier=Label.CHILD_PROTECTION in user.labels)


def journeys_open_to(reader: Reader, *, earlier: bool) -> QuerySet[Journey]:
    """The same for a reader whose values may come later, and who may open journeys. ``earlier``: a woman's earlier too,
    where a grant opens them."""
    earlier_too = Q(labels=[]) | Q(labels__contains=[Label.CHILD_PROTECTION.value])
    granted = Grant.objects.of_reader(reader).filter(woman=OuterRef("woman"))
    journeys = Journey.objects.filter(Exists(granted))
    only_newest = ~Exists(Journey.objects.filter(woman=OuterRef("woman"), number__gt=OuterRef("number")))
    if not earlier:
        return journeys.filter(only_newest)
    hers = Exists(granted.filter(journey=OuterRef("pk"), kind=Grant.Kind.CASELOAD))
    comes_along = Q(Exists(granted.filter(earlier_too))) & (~Q(_not_to_come_along()) | Q(hers))
    return journeys.filter(comes_along | Q(only_newest))


def _not_to_come_along() -> Exists:
    """Of a later journey she said last that her earlier ones are not read with it. Where nobody asked, nobody said."""
    said_since = CarriedHistory.objects.filter(journey=OuterRef("journey"), pk__gt=OuterRef("pk"))
    later = {"journey__woman": OuterRef("woman"), "journey__number__gt": OuterRef("number")}
    return Exists(CarriedHistory.objects.filter(~Exists(said_since), earlier_journeys=False, **later))


def is_open_to(user: User, journey_id: int) -> bool:
    """Whether ``user`` may open that journey now: a verb may have closed it to whoever called it."""
    return journeys_visible_to(user).filter(pk=journey_id).exists()


def labels_for(user: User, woman_id: int) -> frozenset[Label]:
    """What of this woman's record ``user`` may see: what their roles may, as far as a grant opens it.

    One query for a woman, and none for one whose journey was remembered (``remember_open``).
    """
    if woman_id not in user.labels_by_woman:
        opened = list(Grant.objects.of(user).filter(woman=woman_id).values_list("labels", flat=True))
        asked_for = {Label(label) for labels in opened for label in labels}
        user.labels_by_woman[woman_id] = user.labels if [] in opened else user.labels & asked_for
    return user.labels_by_woman[woman_id]


def with_labels(journeys: QuerySet[Journey], reader: Reader) -> QuerySet[Journey]:
    """Journeys that say whether the reader's whole roles are open of her, for ``remember_open``."""
    whole = Grant.objects.of_reader(reader).filter(woman=OuterRef("woman"), labels=[])
    return journeys.annotate(open_as_a_whole=Exists(whole))


def remember_open(journey: Journey, user: User) -> None:
    """What ``user`` may see of her is known from the query of her journey (``with_labels``)."""
    if journey.open_as_a_whole:  # type: ignore[attr-defined]
        user.labels_by_woman[journey.woman_id] = user.labels


class OpenJourneys:
    """A compiled query of journeys that whoever asks may open (``journeys_visible_to``), with their labels remembered.

    ``narrowed`` says which of them, and what is read beside; the values of its places come with each asking.
    """

    def __init__(self, narrowed: Callable[[QuerySet[Journey]], QuerySet[Journey]]) -> None:
        self._by_earlier = {
            earlier: Compiled(partial(self._rows, narrowed, earlier=earlier)) for earlier in (True, False)
        }

    @staticmethod
    def _rows(narrowed: Callable[[QuerySet[Journey]], QuerySet[Journey]], *, earlier: bool) -> QuerySet[Journey]:
        return narrowed(with_labels(journeys_open_to(GIVEN, earlier=earlier), GIVEN))

    def __call__(self, user: User, **given: object) -> list[Journey]:
        """Those that are open to ``user`` now."""
        if Ability.SEE_JOURNEY not in user.abilities:
            return []
        ask = self._by_earlier[Label.CHILD_PROTECTION in user.labels]
        journeys = ask(**Reader.of(user).given(), **given)
        for journey in journeys:
            remember_open(journey, user)
        return journeys


def handoffs_visible_to(user: User) -> HandoffQuerySet:
    """The handoffs of the journeys that ``user`` may open."""
    return Handoff.objects.filter(journey__in=journeys_visible_to(user))


def check_may(user: User | None, ability: Ability, *, woman_id: int) -> None:
    """Raise PermissionDenied unless ``user`` may do this to her record. None is the product itself (imports)."""
    if user is None:
        return
    if ability not in user.abilities or not Grant.objects.of(user).filter(woman=woman_id).exists():
        raise PermissionDenied("Her record is not open to you for this.")


def check_covers(user: User | None, label: Label, *, woman_id: int) -> None:
    """Raise PermissionDenied unless what stands under ``label`` of her record is open to ``user``."""
    if user is not None and label not in labels_for(user, woman_id):
        raise PermissionDenied("Your role does not open this.")


def check_may_at(user: User | None, ability: Ability, *, site_id: int) -> None:
    """Raise PermissionDenied unless ``user`` may do this at that site. None is the product itself (imports)."""
    if user is not None and (ability not in user.abilities or site_id not in user.site_ids):
        raise PermissionDenied("Your role does not allow this here.")


def _granted(user: User, her: str) -> Q:
    return Q(Exists(Grant.objects.of(user).filter(woman=OuterRef(her))))
