"""How the search for a woman stands, in words for people. Reads no database."""

from __future__ import annotations

from datetime import date, datetime

from carecoord import clock
from pathways.models import Asked, OutreachDecision, Try
from pathways.rules.outreach import Limit, NextTry, Standing, State
from pathways.wording.handoffs import due_in_words

TITLES = {
    State.IN_TOUCH: "She is in touch",
    State.TRY: "Not in touch: try to reach her",
    State.DECIDE: "Not in touch: decide how to go on",
    State.PAUSED: "Not in touch: the search pauses",
}
# As components/status.html names the look of a state: her being away is nobody's fault, so that nothing here is red.
LOOKS = {State.IN_TOUCH: "completed_on_time", State.TRY: "due_soon", State.DECIDE: "offered", State.PAUSED: "pending"}


def title_of(standing: Standing) -> str:
    """One line: what is to be done."""
    return TITLES[standing.state]


def sentence_of(standing: Standing, limit: Limit, last_contact: datetime | None, at: datetime) -> str:
    """What is known, and why it stands so."""
    since = reached_in_words(last_contact, at)
    match standing.state:
        case State.IN_TOUCH:
            return since
        case State.PAUSED:
            return f"{since} The search goes on from {_day(standing.until, at)}."
        case State.DECIDE:
            return f"{since} {_tried_in_words(standing.tries)} A person decides with what is known how to go on."
    again = f" {_tried_in_words(standing.tries)}" if standing.tries else ""
    after = f" After {limit.tries} tries, or {limit.days} days of trying, a person decides how to go on."
    return f"{since}{again}{after if standing.tries else ''}"


def reached_in_words(last_contact: datetime | None, at: datetime) -> str:
    """When somebody last reached her, without blame for either side."""
    if last_contact is None:
        return "Nobody here has reached her yet."
    days = (clock.today(at) - clock.today(last_contact)).days
    ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return f"She was last reached {ago}, on {_day(clock.today(last_contact), at)}."


def _tried_in_words(tries: int) -> str:
    if not tries:
        return ""
    return "One try since did not reach her." if tries == 1 else f"{tries} tries since did not reach her."


def next_in_words(found: NextTry, at: datetime) -> str:
    """``Thu 26 Nov, 12:00: text message``; a time that has passed is still the next one."""
    way = Try.Way(found.way).label
    when = due_in_words(found.at, at) if found.at else "At an hour that she named, in her own words"
    return f"{when}: {way[:1].lower()}{way[1:]}"


def why_next(found: NextTry) -> str:
    """Where the proposal comes from."""
    if found.said:
        return "As whoever tried last wrote down."
    return "Proposed: another way and another time of day than before, inside what she agreed to."


def in_a_list(standing: Standing, at: datetime) -> str:
    """The same for one line in a list; nothing while she is in touch."""
    match standing.state:
        case State.DECIDE:
            return "how to go on is to be decided"
        case State.PAUSED:
            return f"the search pauses until {_day(standing.until, at)}"
        case State.TRY if standing.next and standing.next.at:
            return f"next try {_day(clock.today(standing.next.at), at)}"
        case State.TRY:
            return "to be tried"
    return ""


def what_came_of(one: Try) -> str:
    """``Text message: nobody answered``."""
    result = one.get_result_display()
    return f"{one.get_way_display()}: {result[:1].lower()}{result[1:]}"


def what_was_said(one: Asked, at: datetime) -> str:
    """``Her pharmacy: they saw her, or spoke to her, on Fri 20 Nov``."""
    answer = one.get_answer_display()
    day = f", on {_day(one.seen_on, at)}" if one.seen_on else ""
    return f"{one.get_whom_display()}: {answer[:1].lower()}{answer[1:]}{day}"


def what_was_decided(one: OutreachDecision, at: datetime) -> str:
    """``Pause until a day, and then look again: Mon 30 Nov``."""
    asked = ", ".join(str(Asked.Whom(each).label).lower() for each in one.partners)
    more = "; ".join(filter(None, (asked, f"looked at again on {_day(one.review_on, at)}" if one.review_on else "")))
    return f"{one.get_choice_display()}{f': {more}' if more else ''}"


def _day(day: date | None, at: datetime) -> str:
    return clock.day_in_words(day, year=day.year != clock.today(at).year) if day else ""
