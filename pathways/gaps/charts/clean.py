"""From a drawing to SVG that may stand in a page: no style, no script, nothing from elsewhere. No Django.

matplotlib writes styles, which our pages forbid, and much that a browser does not need. What is left are shapes and
text with attributes; the page's typeface; ids that start with the chart's key; and the words for a screen reader.
"""

from __future__ import annotations

import re
from io import StringIO
from xml.etree import ElementTree as ET

from pathways.gaps.charts.canvas import HALO, PAPER, Canvas

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
KEPT = {
    "fill",
    "opacity",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "text-anchor",
}
KEPT |= {"font-size", "font-weight", "paint-order"}
OF_PLACE = {"d", "x", "y"}
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
# What a browser takes for granted.
IMPLIED = {("stroke-linecap", "butt"), ("text-anchor", "start"), ("fill", "#000000"), ("font-weight", "400")}


def svg(canvas: Canvas, key: str, title: str, words: str, shown: str) -> str:
    """The drawing as text; ``shown`` is its class."""
    raw = StringIO()
    canvas.figure.savefig(raw, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    drawing = ET.fromstring(raw.getvalue())  # noqa: S314 - written by ourselves, a line above
    names: dict[str, str] = {}
    inside = [shape for child in drawing for shape in _shapes(child, key, names)]
    for shape in inside:
        if shape.attrib.get("font-size") == f"{canvas.size:g}":
            del shape.attrib["font-size"]
    root = ET.Element("svg", _frame(canvas, key, shown))
    for name, said in (("title", title), ("desc", words)):
        ET.SubElement(root, name, id=f"{key}-{name}").text = said
    root.extend(_grouped(inside))
    return ET.tostring(root, encoding="unicode")


def _frame(canvas: Canvas, key: str, shown: str) -> dict[str, str]:
    return {
        "xmlns": SVG,
        "class": shown,
        "viewBox": f"0 0 {canvas.width:g} {canvas.height:g}",
        "font-size": f"{canvas.size:g}",
        "role": "img",
        "aria-labelledby": f"{key}-title {key}-desc",
        "stroke-linejoin": "round",
    }


def _shapes(element: ET.Element, key: str, names: dict[str, str]) -> list[ET.Element]:
    """The shapes and words in an element, without the groups around them."""
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    if tag in {"metadata", "style"}:
        return []
    if tag in {"g", "defs"}:
        inside = [shape for child in element for shape in _shapes(child, key, names)]
        if element.attrib.get("id") == HALO:
            for shape in inside:
                shape.attrib |= {"stroke": PAPER, "stroke-width": "3", "paint-order": "stroke"}
        if tag == "g" or not inside:
            return inside
        definitions = ET.Element("defs")
        definitions.extend(inside)
        return [definitions]
    kept = {name: _short(value) for name, value in element.attrib.items() if name in OF_PLACE}
    kept |= _look(element.attrib.get("style", ""))
    if (turned := element.attrib.get("transform", "")).startswith("rotate(-90"):
        kept["transform"] = turned
    if name := element.attrib.get("id"):
        kept["id"] = names.setdefault(name, f"{key}-{len(names) + 1}")
    if target := element.attrib.get(XLINK):
        kept["href"] = f"#{names[target[1:]]}"
    shape = ET.Element(tag, kept)
    shape.text = element.text if tag == "text" else None
    return [shape]


def _look(style: str) -> dict[str, str]:
    """A style as attributes. The typeface is the page's."""
    pairs = (part.split(":", 1) for part in style.split(";") if part.strip())
    look = {name.strip(): value.strip() for name, value in pairs}
    if font := look.pop("font", ""):
        weight, size = re.fullmatch(r"(?:(\w+) )?([\d.]+px) .*", font).groups()  # type: ignore[union-attr]
        look |= {"font-size": size, "font-weight": weight or "400"}
    if look.get("font-weight") == "700":
        look["font-weight"] = "bold"
    if seen := look.pop("opacity", ""):
        look["fill-opacity"] = seen  # of a group, it would hide where two grounds lie on each other
    look["font-size"] = look.get("font-size", "").removesuffix("px")
    return {name: value for name, value in look.items() if name in KEPT and value and (name, value) not in IMPLIED}


def _short(place: str) -> str:
    """Places to a tenth of a pixel; a path's as steps from the point before, which are the shorter numbers."""
    parts = re.findall(r"([MLCQz])([^MLCQz]*)", place)
    if not parts:
        return NUMBER.sub(lambda number: _written(_tenths(number[0])), place)
    written, start, here = [], (0, 0), (0, 0)
    for letter, numbers in parts:
        if letter == "z":
            written.append("z")
            here = start
            continue
        values = [_tenths(number) for number in numbers.split()]
        steps = [value - here[place % 2] for place, value in enumerate(values)]
        written.append(_step(letter, steps))
        here = (values[-2], values[-1])
        start = here if letter == "M" else start
    return "".join(written)


def _step(letter: str, steps: list[int]) -> str:
    if letter == "L" and 0 in steps:
        return f"h{_written(steps[0])}" if steps[1] == 0 else f"v{_written(steps[1])}"
    return letter.lower() + " ".join(map(_written, steps)).replace(" -", "-")


def _tenths(number: str) -> int:
    return round(float(number) * 10)


def _written(tenths: int) -> str:
    return f"{tenths / 10:g}"


def _grouped(shapes: list[ET.Element]) -> list[ET.Element]:
    """Neighbours that look alike say so once, in a group around them."""
    groups: list[ET.Element] = []
    for shape in shapes:
        look = {name: value for name, value in shape.attrib.items() if name in KEPT}
        if shape.tag == "defs" or not look:
            groups.append(shape)
            continue
        for name in look:
            del shape.attrib[name]
        if not (groups and groups[-1].tag == "g" and groups[-1].attrib == look):
            groups.append(ET.Element("g", look))
        groups[-1].append(shape)
    return [_alone(group) for group in groups]


def _alone(group: ET.Element) -> ET.Element:
    if group.tag != "g" or len(group) > 1:
        return group
    (shape,) = group
    shape.attrib |= group.attrib
    return shape
