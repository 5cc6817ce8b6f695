"""What somebody typed and did not send, kept for them alone while their page is locked or somebody else is signed in.

One draft for each person and page: each opening of the page → its forms → their fields, encrypted. Passwords, codes
and the pages of signing in are never kept. The browser saves while somebody types (static/js/drafts.js) and fills the
form again when they are back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from carecoord import clock
from carecoord.access import encryption
from carecoord.access.models import Draft, SignIn, User

Forms = dict[str, list[list[str]]]

SAVE_PATH = "/accounts/draft/"
NEVER_BELOW = "/accounts/"
RESTORED = "restored"  # the field in which a page says which opening's text it was filled with
SECRET_FIELDS = (
    "password",
    "oldpassword",
    "password1",
    "password2",
    "pin",
    "code",
    "credential",
    "submission",
    RESTORED,
)
OF_THE_PAGE = ("stood", "seen")  # what its writer had before them: kept with the text, and no words of theirs
LONGEST = 200_000  # characters: a page's forms hold a tenth of it


def save(sign_in: SignIn, path: str, opening: str, forms: Forms, *, instead_of: str = "") -> bool:
    """Keep the forms of one opening of a page for whoever has that sign-in; True when there was something to keep.

    Two tabs with the same page are two openings: neither writes over the other. ``instead_of``: the text that this one
    was filled with, and now has in it.
    """
    cleaned = {action: _shown(fields) for action, fields in forms.items()}
    cleaned = {action: fields for action, fields in cleaned.items() if any(value for _, value in fields)}
    if not cleaned or sign_in.ends_at <= clock.now() or path.startswith(NEVER_BELOW):
        return False
    with _acting_for(sign_in.user):
        fields = {"saved_at": clock.now(), "kept_until": sign_in.ends_at}
        known = _locked(Draft(user=sign_in.user, path=path, data=encryption.encrypt("{}"), **fields))
        openings = _opened(known)
        openings = {key: value for key, value in openings.items() if key != opening and _name(key, value) != instead_of}
        text = json.dumps({**openings, opening: cleaned})
        if len(text) > LONGEST:
            return False
        Draft.objects.filter(pk=known.pk).update(data=encryption.encrypt(text), **fields)
        SignIn.objects.filter(user=sign_in.user, ended_at=None).update(has_drafts=True)
    return True


def save_sent(sign_in: SignIn, path: str, opening: str, sent: str, *, instead_of: str = "") -> bool:
    """The same from what the browser sent: ``{"/address/": [["name", "value"], …]}``; False for nonsense.

    Where everything was emptied again, what was kept of it goes: it does not come back to whoever took it out.
    """
    try:
        forms = json.loads(sent)
        pairs = {str(action): [[str(name), str(value)] for name, value in fields] for action, fields in forms.items()}
    except (ValueError, TypeError, AttributeError):
        return False
    if not any(value for fields in pairs.values() for _, value in fields):
        forget(sign_in.user, path, opening, instead_of)
        return True
    return save(sign_in, path, opening, pairs, instead_of=instead_of)


def exist_for(user: User) -> bool:
    """Whether anything is kept for that person; asked when they have only just arrived."""
    with _acting_for(user):
        return Draft.objects.filter(user=user, kept_until__gt=clock.now()).exists()


def of_page(user: User, path: str) -> tuple[str, Forms]:
    """What the person typed last on that page, and the name of just that text; empty where there is nothing."""
    found = Draft.objects.filter(user=user, path=path, kept_until__gt=clock.now()).first()
    openings = _opened(found) if found else {}
    opening, forms = next(reversed(openings.items()), ("", {}))
    return (_name(opening, forms), forms) if opening else ("", {})


def all_of(user: User) -> list[Draft]:
    """Every draft of that person, the last one first."""
    return list(Draft.objects.filter(user=user, kept_until__gt=clock.now()).order_by("-saved_at"))


def forget(user: User, path: str, *named: str) -> None:
    """Drop what was typed in those openings of a page, or just those texts; all of it where none is named."""
    with _acting_for(user):
        known = Draft.objects.select_for_update().filter(user=user, path=path).first()
        if known is None:
            return
        openings = _opened(known).items() if named else ()
        left = {key: forms for key, forms in openings if key not in named and _name(key, forms) not in named}
        if left:
            known.data = encryption.encrypt(json.dumps(left))
            known.save(update_fields=["data"])
            return
        known.delete()
        if not Draft.objects.filter(user=user).exists():
            SignIn.objects.filter(user=user, has_drafts=True).update(has_drafts=False)


def forget_expired() -> int:
    """Drop what is older than its time; returns how many."""
    return Draft.objects.filter(kept_until__lte=clock.now()).delete()[0]


def lines_of(draft: Draft) -> list[tuple[str, str]]:
    """The draft as words, for the page that lists what was kept: (field, text)."""
    return [
        (name.replace("_", " ").strip().capitalize(), value)
        for forms in _opened(draft).values()
        for fields in forms.values()
        for name, value in fields
        if value and name not in OF_THE_PAGE
    ]


@contextmanager
def _acting_for(author: User) -> Iterator[None]:
    """The database shows a draft to its author alone: act as them for as long, also in somebody else's request."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.user', true), '')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('app.user', %s, true)", [str(author.pk)])
        yield
        cursor.execute("SELECT set_config('app.user', %s, true)", [before])


def _locked(empty: Draft) -> Draft:
    """The row of that person and page; made first where there is none, since two tabs may be saving at once."""
    while True:
        Draft.objects.bulk_create([empty], ignore_conflicts=True)
        known = Draft.objects.select_for_update().filter(user=empty.user, path=empty.path).first()
        if known is not None:
            return known
        # Another tab has just sent what it held, and the row went with it.


def _name(opening: str, forms: Forms) -> str:
    """One text of one opening. The tab that it came from may be open still, and have more by now."""
    return f"{opening}-{sha256(json.dumps(forms).encode()).hexdigest()[:12]}"


def _opened(draft: Draft) -> Any:
    try:
        return json.loads(encryption.decrypt(draft.data))
    except encryption.Unreadable:  # its key is gone: nobody reads it any more
        return {}


def _shown(fields: list[list[str]]) -> list[list[str]]:
    return [[name, value] for name, value in fields if name not in SECRET_FIELDS]
