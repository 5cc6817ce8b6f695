"""What the engine needs to know of a site: nation, calendar, parameters, who can confirm her medicine."""

from __future__ import annotations

from carecoord.clock import LONDON
from carecoord.sites.calendars import working_days
from carecoord.sites.definitions import SiteDefinition, all_site_definitions
from carecoord.sites.models import Site
from pathways.engine import DefinitionError, SiteRules, SourceOfMedicine
from pathways.moments import check_site
from pathways.moments.sources import SOURCES


def rules_of(site: Site) -> SiteRules:
    """The engine's view of a site. Raises KeyError where the site's file is gone."""
    return _rules(site.definition)


def check_sites() -> None:
    """Raise DefinitionError where a site's file says what the rules cannot read, or cites nothing. Run at start-up."""
    for definition in all_site_definitions():
        check_site(_rules(definition))
        cited = {source for policy in definition.policies.values() for source in policy.sources}
        if unknown := sorted(cited - SOURCES.keys()):
            raise DefinitionError(f"{definition.code}: a policy cites an unknown source: {', '.join(unknown)}")


def _rules(definition: SiteDefinition) -> SiteRules:
    return SiteRules(
        nation=definition.nation,
        zone=LONDON,
        is_working_day=working_days(definition.nation),
        parameters=definition.parameter_values,
        sources={source.code: SourceOfMedicine(source.kind, source.hours) for source in definition.sources},
    )
