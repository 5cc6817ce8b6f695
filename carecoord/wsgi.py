"""What the web server serves."""

import os
from collections.abc import Iterable
from typing import Any

import django
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carecoord.settings")


class Application(WSGIHandler):
    """Django's handler, which answers 400 also to what it could not make a request of.

    A form's character set makes Django read the address before any middleware runs: with thousands of fields in it,
    the error would leave Django, and the server would answer 500.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # type: ignore[override]
        try:
            return super().__call__(environ, start_response)
        except SuspiciousOperation:
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"This address could not be read. Nothing was stored. Go back and try again.\n"]


django.setup(set_prefix=False)
application = Application()
