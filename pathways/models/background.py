"""What is known of her background, each piece under the label that says who may read it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from carecoord import clock
from carecoord.access.labels import LABEL_NAMES, Label
from pathways.models.women import Woman

BACKGROUND_LABELS = (Label.ETHNICITY, Label.ABUSE, Label.CHILD_PROTECTION, Label.PSYCHOLOGICAL)
LONGEST_BACKGROUND = 4000


class Background(models.Model):
    """One version of one piece of her background; the newest of a label holds, the earlier stay readable."""

    woman = models.ForeignKey(Woman, on_delete=models.PROTECT, related_name="background")
    label = models.CharField(max_length=20, choices=[(label.value, LABEL_NAMES[label]) for label in BACKGROUND_LABELS])
    category = models.CharField(max_length=40, blank=True, help_text="Of ethnicity: a key of pathways.ethnicity")
    text = models.CharField(max_length=LONGEST_BACKGROUND, blank=True)
    entered_in_error = models.BooleanField(
        default=False, help_text="Takes the version before it back; the text says why"
    )
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name_plural = "background"
        indexes = [models.Index(fields=["woman", "label", "-id"], name="newest_background")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(label__in=[label.value for label in BACKGROUND_LABELS]),
                name="background_has_a_label",
            ),
            models.CheckConstraint(
                condition=models.Q(category="") | models.Q(label=Label.ETHNICITY.value),
                name="only_ethnicity_has_a_category",
            ),
            models.CheckConstraint(
                condition=models.Q(entered_in_error=False) | ~models.Q(text=""), name="an_error_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"background {self.pk} of woman {self.woman_id}"
