"""What is known of a baby placed away from her, how she was told, and who stays with her.

All but her named worker stands under the label of child protection: no list, no ward and no message shows it. Rows are
added; what was written before stays readable.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from carecoord import clock
from pathways.models.journeys import Event, Journey
from pathways.models.women import Woman
from pathways.rules.legal_basis import ALL_LEGAL_BASES
from pathways.rules.telling import HOW_IN_WORDS, How

LONGEST_NAME = 120
LONGEST_WORDS = 2000
LONGEST_WHY = 500


def _recorded_by() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)


class Written(models.Model):
    """What one person wrote down, once: who, when, and from which form."""

    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = _recorded_by()
    submission = models.UUIDField(null=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class PlacedAway(Written):
    """One version of what is known of one separation; the newest holds.

    ``event`` is its fact. ``woman`` stands here too, because the wall asks for her label by it.
    """

    class Setting(models.TextChoices):
        """Where she was herself."""

        INPATIENT = "inpatient", "On a ward"
        COMMUNITY = "community", "At home, or with somebody she knows"
        RESIDENTIAL = "residential", "In a mother-and-baby placement"
        CUSTODY = "custody", "In custody"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="placements")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="placements")
    setting = models.CharField("where she was", max_length=12, choices=Setting.choices)
    legal_basis = models.CharField(max_length=20, blank=True, choices=list(ALL_LEGAL_BASES.items()))
    decided_by = models.CharField(max_length=LONGEST_NAME, blank=True)

    class Meta:
        indexes = [models.Index(fields=["event", "-id"], name="newest_placed_away")]
        constraints = [
            models.CheckConstraint(
                condition=Q(legal_basis__in=["", *ALL_LEGAL_BASES]), name="placement_has_a_known_basis"
            ),
            models.CheckConstraint(
                condition=Q(setting__in=["inpatient", "community", "residential", "custody"]),
                name="placement_says_where_she_was",
            ),
        ]

    def __str__(self) -> str:
        return f"placement {self.pk}"


class PlacedBaby(models.Model):
    """With whom one baby is, in one version. Never an address."""

    class With(models.TextChoices):
        """Who looks after the baby."""

        OTHER_PARENT = "other_parent", "The other parent"
        KIN = "kinship", "Family or friends"
        FOSTER = "foster", "Foster carers"
        ADOPTERS = "adoptive_plan", "Carers who may adopt"
        HOSPITAL = "hospital", "Still in hospital"
        UNKNOWN = "unknown", "Not known yet"

    placement = models.ForeignKey(PlacedAway, on_delete=models.PROTECT, related_name="babies")
    baby = models.PositiveSmallIntegerField()
    with_whom = models.CharField(max_length=13, choices=With.choices)

    class Meta:
        verbose_name_plural = "placed babies"
        constraints = [
            models.UniqueConstraint("placement", "baby", name="placed_baby_once"),
            models.CheckConstraint(
                condition=Q(
                    with_whom__in=["other_parent", "kinship", "foster", "adoptive_plan", "hospital", "unknown"]
                ),
                name="placed_baby_is_with_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"baby {self.baby} of placement {self.placement_id}"


class TellingArranged(Written):
    """How she is to hear that separation is possible: who, where, with whom beside her, by which day. Newest holds."""

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="tellings_arranged")
    told_by = models.CharField(max_length=LONGEST_NAME)
    place = models.CharField("where she is told", max_length=LONGEST_NAME)
    beside_her = models.CharField(max_length=LONGEST_NAME)
    latest_on = models.DateField("by which day at the latest")

    class Meta:
        indexes = [models.Index(fields=["journey", "-id"], name="newest_telling_arranged")]
        constraints = [
            models.CheckConstraint(
                condition=~(Q(told_by="") | Q(place="") | Q(beside_her="")), name="telling_arranged_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"telling arranged {self.pk}"


class TellingSignOff(Written):
    """Whoever answers for safeguarding has agreed that she first hears of it in labour or by phone, and why."""

    class Post(models.TextChoices):
        """As what they answer for it."""

        SAFEGUARDING = "safeguarding_lead", "Safeguarding lead"
        MANAGER = "manager", "Manager of the service"

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="telling_sign_offs")
    name = models.CharField(max_length=LONGEST_NAME)
    post = models.CharField(max_length=17, choices=Post.choices)
    signed_at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_WHY)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(reason="") & Q(post__in=["safeguarding_lead", "manager"]),
                name="sign_off_says_who_and_why",
            ),
            models.CheckConstraint(condition=Q(signed_at__lte=F("recorded_at")), name="sign_off_has_happened"),
        ]

    def __str__(self) -> str:
        return f"sign-off {self.pk}"


class Telling(Written):
    """She was told: by whom, how, where, with whom beside her, in which words.

    Of the plan where ``event`` is None, else of that separation. ``first``: she had not heard of it before. What stands
    in ``sign_off`` was signed before this was written down. ``family_time`` and the answers in yes and no are asked
    where a separation is explained.
    """

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="+")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="tellings")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="tellings")
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=LONGEST_NAME)
    how = models.CharField(max_length=9, choices=[(how.value, words) for how, words in HOW_IN_WORDS.items()])
    in_labour = models.BooleanField(default=False)
    first = models.BooleanField(default=False)
    plan_version = models.PositiveSmallIntegerField("version of the separation plan", null=True)
    place = models.CharField("where she was told", max_length=LONGEST_NAME, blank=True)
    beside_her = models.CharField(max_length=LONGEST_NAME, blank=True)
    words = models.CharField("what she was told", max_length=LONGEST_WORDS, blank=True)
    copy_on = models.DateField("written copy given on", null=True)
    family_time = models.CharField("when they meet", max_length=LONGEST_WHY, blank=True)
    legal_basis_explained = models.BooleanField(null=True)
    where_baby_is_shared = models.BooleanField(null=True)
    legal_advice = models.BooleanField(null=True)
    advocate_offered = models.BooleanField(null=True)
    sign_off = models.ForeignKey(TellingSignOff, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["journey"], name="tellings_of_journey")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(told_by="") & Q(how__in=[how.value for how in How]), name="telling_says_who_and_how"
            ),
            models.CheckConstraint(condition=Q(told_at__lte=F("recorded_at")), name="telling_has_happened"),
            models.CheckConstraint(
                condition=Q(event__isnull=False)
                | Q(first=False)
                | Q(how=How.IN_PERSON.value, in_labour=False)
                | Q(sign_off__isnull=False),
                name="first_told_otherwise_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"telling {self.pk}"


class NamedWorker(Written):
    """Who stays with her after midwifery has ended: one name. The newest holds."""

    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="named_workers")
    name = models.CharField(max_length=LONGEST_NAME)
    service = models.CharField(max_length=LONGEST_NAME)
    from_on = models.DateField("from which day")
    told_her = models.BooleanField("she knows who it is")

    class Meta:
        indexes = [models.Index(fields=["journey", "-id"], name="newest_named_worker")]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(service=""), name="named_worker_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"named worker {self.pk}"
