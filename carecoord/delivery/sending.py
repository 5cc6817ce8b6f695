"""What the ways out of CareCoord have in common: what they are given, what they answer, how they say no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from carecoord.delivery.people import Person

SECONDS = 5  # that a service may take to answer: everybody else's message waits meanwhile


@dataclass(frozen=True)
class Outgoing:
    """One message as it leaves: to one address, with the key by which a second copy of it is known."""

    key: UUID
    template: str
    number: int
    to: str
    person: int
    subject: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """It was taken. ``text``: exactly what was sent; ``id``: what the service calls it."""

    id: str
    subject: str
    text: str


class NotNow(Exception):
    """It may go later. ``problem`` is a key of wording.PROBLEMS; ``everybody``: no other message would go either."""

    def __init__(self, problem: str, *, everybody: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.everybody = problem, everybody


class Returned(Exception):
    """It will never go to this address. ``problem`` is a key of wording.PROBLEMS."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Way(Protocol):
    """One way out. Each is a module's single object; channels.py lists them."""

    def is_set_up(self, person: Person, template: str) -> bool:
        """Whether messages of that kind can leave this way for that person, as things are set up here."""

    def address(self, person: Person) -> str:
        """Where it goes to; empty where there is no such address."""

    def place(self, to: str) -> str:
        """The service behind an address: when it is down, all messages to it wait."""

    def shown(self, to: str) -> str:
        """The address as the log keeps it."""

    def send(self, message: Outgoing) -> Receipt:
        """Send it. Raises NotNow or Returned."""
