"""A site: one maternity service and the partners around it."""

from __future__ import annotations

from functools import cached_property

from django.db import models

from carecoord.sites.definitions import SiteDefinition, site_definition


class Nation(models.TextChoices):
    """The nation whose law, calendar and standards apply."""

    ENGLAND = "ENG", "England"
    SCOTLAND = "SCO", "Scotland"


class Site(models.Model):
    """The row that other rows point at; everything else about a site is in its TOML."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=120)
    nation = models.CharField(max_length=3, choices=Nation.choices)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def definition(self) -> SiteDefinition:
        """What the site's TOML declares: parameters, calendar, who can confirm her medicine."""
        return site_definition(self.code)
