"""What the engine needs to know of a site: nation, calendar, parameters."""

from __future__ import annotations

from carecoord.clock import LONDON
from carecoord.sites.calendars import working_days
from carecoord.sites.definitions import SiteDefinition, all_site_definitions
from carecoord.sites.models import Site
from pathways.engine import SiteRules
from pathways.moments import check_site


def rules_of(site: Site) -> SiteRules:
    """The engine's view of a site. Raises KeyError where the site's file is gone."""
    return _rules(site.definition)


def check_sites() -> None:
    """Raise DefinitionError where a site's file sets a parameter that the rules cannot read. Run at start-up."""
    for definition in all_site_definitions():
        check_site(_rules(definition))


def _rules(definition: SiteDefinition) -> SiteRules:
    return SiteRules(
        nation=definition.nation,
        zone=LONDON,
        is_working_day=working_days(definition.nation),
        parameters=definition.parameter_values,
    )
