"""A tab keeps what was typed in the moment in which another tab of the same page sends its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from carecoord.access import drafts
from carecoord.access.models import SignIn, User
from tests.roles import WEB, as_role
from tests.signin import person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/women/add/"


def forgets(user: User, opening: str) -> None:
    """In a thread, and so in a transaction, of its own."""
    try:
        with as_role(WEB):
            drafts.forget(user, PAGE, opening)
    finally:
        connections.close_all()


def test_what_is_kept_while_the_last_text_is_taken_away_stays(transactional_db: None) -> None:
    midwife = person(name="A. Reid")
    sign_in(Client(), midwife)
    here = SignIn.objects.get(user=midwife)
    drafts.save(here, PAGE, "one", {PAGE: [["first_name", "sent by the other tab"]]})
    gone = []

    def between(execute: Any, sql: str, *rest: Any) -> Any:
        """Once the row was found to be there, the other tab takes it away."""
        answer = execute(sql, *rest)
        if sql.startswith('INSERT INTO "access_draft"') and not gone:
            with ThreadPoolExecutor(1) as pool:
                gone.append(pool.submit(forgets, midwife, "one").result())
        return answer

    with connection.execute_wrapper(between):
        assert drafts.save(here, PAGE, "two", {PAGE: [["first_name", "typed here"]]})
    assert gone
    (draft,) = drafts.all_of(midwife)
    assert drafts.lines_of(draft) == [("First name", "typed here")]
