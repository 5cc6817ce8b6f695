"""Who holds the posts of the ladders in the demonstration, so that every level of every ladder finds somebody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

from carecoord import clock
from carecoord.access.demo import DEMO_SITES, email_of
from carecoord.access.models import User
from carecoord.sites.models import Site
from pathways.models import DutyPost
from pathways.moments.ladders import Post

_WORKING_WEEK = {"days": [1, 2, 3, 4, 5], "begins": time(8, 30), "ends": time(17)}
HOLDERS: tuple[tuple[Post, str, dict[str, Any]], ...] = (
    (Post.TEAM_LEAD, "lead", _WORKING_WEEK),
    (Post.MIDWIFE_LEAD, "lead", {}),
    (Post.NAMED_PROFESSIONAL, "safeguarding", _WORKING_WEEK),
    (Post.ON_CALL_OBSTETRICIAN, "doctor", {}),
    # By day only: at night the on-call doctor is told alone.
    (Post.ON_CALL_PHARMACIST, "pharmacist", {"begins": time(8), "ends": time(20)}),
    (Post.SERVICE_MANAGER, "manager", {}),
    (Post.DUTY_MANAGER, "manager", {"begins": time(8), "ends": time(20)}),
    (Post.DUTY_MANAGER, "head", {"begins": time(20), "ends": time(8)}),
    (Post.DRUG_SERVICE_MANAGER, "prescriber", {}),
    (Post.HEAD_OF_MIDWIFERY, "head", {}),
    (Post.EXECUTIVE_LEAD, "head", {}),
)


def load_duties(staff: Mapping[str, User], now: datetime, codes: Collection[str] = DEMO_SITES) -> None:
    """Add the rows that are missing: a post that somebody holds already, or held, stays as it is."""
    known = set(DutyPost.objects.filter(site__code__in=codes).values_list("site__code", "post"))
    wanted = {(code, post.value) for code in codes for post, _, _ in HOLDERS}
    if wanted <= known:
        return
    sites = Site.objects.in_bulk(codes, field_name="code")
    DutyPost.objects.bulk_create(
        DutyPost(site=site, post=post, user=staff[email_of(name, code)], starts_on=clock.today(now), **hours)
        for code, site in sites.items()
        for post, name, hours in HOLDERS
        if (code, post.value) not in known
    )
