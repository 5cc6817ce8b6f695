"""What the forms on a page hold."""

from __future__ import annotations

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "select":
            self.select = given.get("name", "")
        name = self.select if tag == "option" else given.get("name", "")
        if name and tag in ("input", "button", "textarea", "select", "option"):
            values = self.found.setdefault(name, [])
            values += [given["value"]] if "value" in given else []


def fields_of(page: str) -> dict[str, list[str]]:
    """Each field's name with the values that it shows or offers, in the page's order."""
    reader = _Fields()
    reader.feed(page)
    return reader.found
