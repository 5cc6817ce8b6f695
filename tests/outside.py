"""What stands outside CareCoord: a mail server, a text-message service, a site's own system. All on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.faults.pooler import free_port

OK = "250 OK"


@dataclass
class Mailbox:
    """A mail server that keeps what it takes. ``answer`` decides on each mail, after it was kept."""

    got: list[Message] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: Callable[[], str] = lambda: OK
    refuses: str = ""  # the answer to every recipient
    port: int = 0

    @property
    def keys(self) -> list[str]:
        """The Message-IDs, as they came."""
        return [str(mail["Message-ID"]) for mail in self.got]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(to)
        return OK

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(message_from_bytes(envelope.content))
        self.recipients.append(list(envelope.rcpt_tos))
        return self.answer()


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A real SMTP server for as long as the block runs."""
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Service:
    """An HTTP server that keeps what it was asked. ``answer`` gives the status and the body."""

    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, Any]] = lambda asked: (200, {})
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_service() -> Iterator[Service]:
    """A real HTTP server for as long as the block runs."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length).decode())
            service.asked.append(asked)
            status, body = service.answer(asked)
            self.send_response(status)
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST = handle_one  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
