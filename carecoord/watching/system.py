"""Whether the product does its work, in words for whoever runs a service: what stands still, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from carecoord import clock
from carecoord.access.models import User
from carecoord.delivery.models import Channel
from carecoord.health import SWEEP_MAY_BE_OLD
from carecoord.sites.models import Site
from carecoord.watching.gauges import Figure, running

OUTBOX_MAY_BE_OLD = timedelta(minutes=5)
_SENDERS = {Channel.EMAIL: "mail server", Channel.TEXT: "text-message service", Channel.WEBHOOK: "site’s own system"}


@dataclass(frozen=True)
class Check:
    """One line of the page. ``to_do`` is empty while all is well."""

    what: str
    how: str
    to_do: str = ""

    @property
    def is_well(self) -> bool:
        return not self.to_do


Further = Callable[[datetime], Check | None]
_further: dict[str, Further] = {}


def register(key: str, check: Further) -> None:
    """Add a line to the page: a part that has something to watch registers it in its app's ``ready``."""
    _further[key] = check


def checks(reader: User, at: datetime) -> list[Check]:
    """Every line, what is not well first; sweeps of the reader's own sites."""
    figures = running(at)
    own = Site.objects.filter(pk__in=reader.site_ids)
    lines = [
        *(_sweep(site, figures) for site in own),
        _waiting(figures),
        *_failed(figures),
        *(found for check in _further.values() if (found := check(at))),
    ]
    return sorted(lines, key=lambda line: line.is_well)


def _sweep(site: Site, figures: list[Figure]) -> Check:
    what = f"Flags and alerts, {site.name}"
    age, took = (_value(figures, name, site.code) for name in ("sweep_age_seconds", "sweep_duration_seconds"))
    to_do = (
        "New alerts are not raised. Tell your administrator that the worker and its clock have to run. Until then, ask "
        "the teams to look at due times on their lists: those stay right."
    )
    if age is None:
        return Check(what, "Never checked yet.", to_do)
    how = f"Checked {_ago(age)}. It took {_took(took or 0)}."
    return Check(what, how, to_do if age > SWEEP_MAY_BE_OLD.total_seconds() else "")


def _waiting(figures: list[Figure]) -> Check:
    waiting, oldest = _value(figures, "outbox_waiting") or 0, _value(figures, "outbox_oldest_seconds") or 0
    if not waiting:
        return Check("Messages to staff", "None waits.")
    how = f"{waiting:.0f} {'waits' if waiting == 1 else 'wait'}; the oldest should have gone {_ago(oldest)}."
    to_do = (
        "Staff are not told by e-mail or text. Tell your administrator that the worker and the mail server have to "
        "run, and ask the teams to look into CareCoord: every alert stands there."
    )
    return Check("Messages to staff", how, to_do if oldest > OUTBOX_MAY_BE_OLD.total_seconds() else "")


def _failed(figures: list[Figure]) -> Iterator[Check]:
    """One line for each way in which something was given up."""
    for channel, sender in _SENDERS.items():
        number = _value(figures, "outbox_failed", channel.value) or 0
        if number:
            yield Check(
                f"Not delivered: {channel.label}",
                f"{number:.0f} in the last seven days, at all sites.",
                f"If more come, tell your administrator to look at the {sender}. Each person sees their own under "
                "“How you are told”: ask the teams to look there, and to choose a way that works.",
            )


def _value(figures: list[Figure], name: str, label: str = "") -> float | None:
    return next((each.value for each in figures if (each.name, each.label) == (name, label)), None)


def _took(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds >= 2 else "about a second" if seconds >= 1 else "less than a second"


def _ago(seconds: float) -> str:
    now = clock.now()
    words = clock.distance_in_words(now - timedelta(seconds=max(1, seconds)), now).removesuffix(" late")
    return f"{words} ago"
