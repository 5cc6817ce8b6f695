"""Which women are invented for the demonstration. The table is empty outside demo mode."""

from __future__ import annotations

from django.db import models


class DemoWoman(models.Model):
    """A woman of the demonstration, and the day on which her story stands."""

    woman = models.OneToOneField("pathways.Woman", on_delete=models.PROTECT, primary_key=True, related_name="demo")
    stands_on = models.DateField(help_text="The London date that her story takes for today")

    class Meta:
        verbose_name_plural = "demonstration women"

    def __str__(self) -> str:
        return f"demonstration woman {self.woman_id}"
