"""No judging word stands in what people read or in what we write; and the search for them would find one."""

from __future__ import annotations

import pytest

from scripts import check_words

WORDS = check_words.words_not_used(check_words.GLOSSARY.read_text())


def found(path: str, text: str) -> list[tuple[int, str]]:
    return [(place.line, place.word) for place in check_words.places(path, text, WORDS)]


def test_none_stands_in_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_words.main() == 0, capsys.readouterr().out


def test_templates_declarations_forms_wording_and_docs_are_read() -> None:
    read = set(check_words.files())
    for path in (
        "templates/pathways/journey.html",
        "pathways/moments/separation.py",
        "pathways/forms/record.py",
        "pathways/wording/handoffs.py",
        "carecoord/sites/data/ashf.toml",
        "docs/architecture.md",
        "README.md",
    ):
        assert path in read


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_found_wherever_it_stands(word: str) -> None:
    assert WORDS[word].strip()
    for path, text in (
        ("x.html", f'<p>\n<a title="{word.capitalize()}">'),
        ("x.py", f"x = 1\ny = '{word}'"),
        ("x.py", f"x = 1\n# {word}"),
        ("x.md", f"One.\n{word.upper()}, two."),
        ("x.toml", f"[a]\ntext = '{word}'"),
    ):
        assert found(path, text) == [(2, word)], path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x.py", "compliance = chaotic()"),  # a name, not a word
        ("x.md", "The register for patients’ own medicines."),
        ("x.md", "It complied; a patiently kept list; dna_of_nothing."),
        ("x.html", "She chose not to."),
    ],
)
def test_what_is_no_such_word_is_left_alone(path: str, text: str) -> None:
    assert found(path, text) == []


def test_a_phrase_is_found_across_a_line_and_with_a_hyphen() -> None:
    assert found("x.md", "She\ndid not\nattend, a hard-to-reach woman.") == [
        (2, "did not attend"),
        (3, "hard to reach"),
    ]
