"""Telling people that something waits for them: rows in the outbox, written in the transaction of what they tell of.

A message exists exactly if what it tells of does. Sending it is the relay's work.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.db import connection

from carecoord import clock
from carecoord.access.models import User
from carecoord.delivery.channels import chosen, set_up
from carecoord.delivery.models import Message, Template
from carecoord.delivery.people import people
from carecoord.refused import Refused
from carecoord.sites.calendars import working_days

DIGEST_AT = time(8)  # London
TESTS, TESTS_WITHIN = 3, timedelta(minutes=15)

# A digest that still waits counts up. One that was sent in this instant is no longer in the way, and a new one is made.
_COUNT_UP = """
    INSERT INTO delivery_message (to_user_id, channel, template, number, key, created_at, not_before, next_try_at)
    SELECT wanted.*, wanted.not_before
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::uuid[], %s::timestamptz[], %s::timestamptz[])
         AS wanted (to_user_id, channel, template, number, key, created_at, not_before)
    ON CONFLICT (to_user_id, channel, not_before) WHERE template = 'digest' AND state = 'waiting'
    DO UPDATE SET number = delivery_message.number + excluded.number
"""


def tell(counts: Mapping[int, int], *, urgent: bool, at: datetime) -> None:
    """Tell each person (by id) that so many items wait for them, in the ways that they chose.

    What is urgent goes at once; the rest counts up in the person's next digest. In the caller's transaction.
    """
    template = Template.URGENT if urgent else Template.DIGEST
    known = people(counts)
    rows = [
        (pk, channel, template.value, number, uuid.uuid4(), at, at if urgent else digest_time(at, known[pk].nation))
        for pk, number in sorted(counts.items())  # in one order, so that two sweeps never wait for each other
        if number > 0
        for channel in chosen(known[pk], template)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_UP, [list(column) for column in zip(*rows, strict=True)])


def digest_time(at: datetime, nation: str) -> datetime:
    """The next 08:00 (London) after ``at`` of a working day of that nation."""
    day, is_working_day = clock.today(at), working_days(nation)
    while True:
        eight = clock.from_local(datetime.combine(day, DIGEST_AT))
        if eight > at and is_working_day(day):
            return eight
        day += timedelta(days=1)


def send_test(user: User, channel: str, at: datetime) -> Message:
    """Put a test to oneself into the outbox. Raises Refused after too many, or for a way that is not there."""
    person = people([user.pk])[user.pk]
    if channel not in set_up(person, Template.TEST):
        raise Refused("This way is not set up here. Choose another one.")
    tests = Message.objects.filter(to_user=user, template=Template.TEST, created_at__gt=at - TESTS_WITHIN)
    if tests.count() >= TESTS:
        raise Refused("You have just sent yourself some tests. Wait a quarter of an hour, then try again.")
    return Message.objects.create(
        to_user=user, channel=channel, template=Template.TEST, created_at=at, not_before=at, next_try_at=at
    )
