"""What the Content-Security-Policy would refuse stands in no template, and every component says what it takes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
REFUSED = re.compile(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 30
    assert REFUSED.search('<p style="x">')
    assert REFUSED.search('<a onclick="x">')
    assert REFUSED.search("<script>x</script>")


@pytest.mark.parametrize("template", TEMPLATES, ids=relative)
def test_no_inline_script_or_style(template):
    found = REFUSED.search(COMMENT.sub("", template.read_text()))
    assert found is None, f"{template}: {found.group() if found else ''}"


@pytest.mark.parametrize("template", COMPONENTS, ids=relative)
def test_a_component_begins_with_what_it_takes(template):
    assert template.read_text().startswith("{% comment %}")
