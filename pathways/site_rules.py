"""What the engine needs to know of a site: nation, calendar, parameters."""

from __future__ import annotations

from carecoord.clock import LONDON
from carecoord.sites.calendars import working_days
from carecoord.sites.models import Site
from pathways.engine import SiteRules


def rules_of(site: Site) -> SiteRules:
    """The engine's view of a site. Raises KeyError where the site's file is gone."""
    definition = site.definition
    return SiteRules(
        nation=definition.nation,
        zone=LONDON,
        is_working_day=working_days(definition.nation),
        parameters=definition.parameter_values,
    )
