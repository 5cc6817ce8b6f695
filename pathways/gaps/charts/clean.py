"""From a drawing to SVG that may stand in a page: no style, no script, nothing from elsewhere. No Django.

matplotlib writes styles, which our pages forbid, and much that a browser does not need. What is left are shapes and
text with attributes; the page's typeface; ids that start with the chart's key; and the words for a screen reader.
"""

from __future__ import annotations

import re
from io import StringIO
from xml.etree import ElementTree as ET

from pathways.gaps.charts.canvas import Canvas

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
KEPT = {"fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "text-anchor"}
KEPT |= {"font-size", "font-weight"}
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
        if tag == "g" or not inside:
            return inside
        definitions = ET.Element("defs")
        definitions.extend(inside)
        return [definitions]
    kept = {name: _short(value) for name, value in element.attrib.items() if name in OF_PLACE}
    kept |= _look(element.attrib.get("style", ""))
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
    look["font-size"] = look.get("font-size", "").removesuffix("px")
    return {name: value for name, value in look.items() if name in KEPT and value and (name, value) not in IMPLIED}


def _short(place: str) -> str:
    """Numbers to a tenth of a pixel, without needless letters; level and upright lines by one number."""
    rounded = NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0").replace("-0", "-0"), place)
    parts = re.findall(r"([MLCQz])([^MLCQz]*)", rounded)
    if not parts:
        return rounded
    written, x, y = [], "", ""
    for letter, numbers in parts:
        *_, to_x, to_y = [x, y, *numbers.split()]
        if letter == "L" and to_y == y:
            written.append(f"H{to_x}")
        elif letter == "L" and to_x == x:
            written.append(f"V{to_y}")
        else:
            written.append(letter + " ".join(numbers.split()))
        x, y = to_x, to_y
    return "".join(written)


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
