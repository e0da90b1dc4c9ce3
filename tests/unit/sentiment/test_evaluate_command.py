"""What `hearout evaluate` says of files that are none, and how it shows many languages."""

import json
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from streams.cli.evaluate import evaluate
from streams.cli.options import CONFIGURATION


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "gold.jsonl line 1 is no JSON"),
        ("[]", "no object with a `text`"),
        ('{"p": 1}', "no object with a `text`"),
        ('{"text": "a"}', "has no label"),
        ('{"text": "a", "p": "maybe"}', "a label is 'maybe'"),
        ('{"text": "a", "s": "bad"}', "the sentiment is 'bad'"),
        ('{"text": "a", "s": ["neg"]}', "the sentiment is ['neg'], not one of neg, neu, pos"),
        ('{"text": "a", "verdict": "bad"}', "the verdict is 'bad', not one of hostile_problem, complaint"),
        ("", "gold.jsonl holds no posts"),
    ],
)
def test_a_line_that_is_no_labelled_post_is_named(tmp_path: Path, line: str, said: str) -> None:
    """A sentence with the file and the line's number, no traceback and no empty table."""
    file = tmp_path / "gold.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    ran = CliRunner().invoke(evaluate, [str(file)], catch_exceptions=False)
    assert ran.exit_code == CONFIGURATION
    assert said in " ".join(ran.output.split())


LANGS = ("ar", "de", "en", "es", "fr", "hi", "it", "pt", "ru")


@pytest.fixture
def nine(tiny: ModuleType, tmp_path: Path) -> tuple[Path, Path]:
    """A model, and a file of nine languages."""
    posts = [
        {"lang": lang, "text": f"{word} {lang}", "s": "neg", "p": problem, "h": 1 - problem, "c": 0}
        for lang in LANGS
        for word, problem in (("broken", 1), ("clowns", 0))
    ]
    file = tmp_path / "nine.jsonl"
    file.write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    return tiny.folder(tmp_path / "base"), file


@pytest.mark.parametrize("width", [None, 80])
@pytest.mark.parametrize("compared", [False, True])
def test_many_languages_are_readable(
    nine: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, width: int | None, compared: bool
) -> None:
    """In a pipe and in a narrow terminal: no cell is cut, every line has its label, every language its column."""
    model, file = map(str, nine)
    if width:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        monkeypatch.setenv("COLUMNS", str(width))
    asked = ["--compare", model, model] if compared else ["--model", model]
    ran = CliRunner().invoke(evaluate, [file, *asked], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    assert "…" not in ran.output
    tables = [line for line in ran.output.splitlines() if line.lstrip("│").startswith("sentiment, macro ")]
    assert (len(tables) > 2) is bool(width)
    for lang in LANGS:
        assert (f"{lang} (2)" if compared else f"{lang}: P    R   F1     n") in ran.output
    if width:
        boxes = [line for line in ran.output.splitlines() if line.startswith(("│", "╭"))]
        assert boxes
        assert max(map(len, boxes)) <= width


def test_a_label_is_of_the_language_its_tag_names(nine: tuple[Path, Path], tmp_path: Path) -> None:
    """As in `hearout score`: region and case do not count."""
    file = tmp_path / "tags.jsonl"
    posts = [{"lang": lang, "text": "broken", "p": 1} for lang in ("en-US", "EN_gb", "en", "pt-BR")]
    file.write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    asked = [str(file), "--model", str(nine[0]), "--format", "json"]
    report = json.loads(CliRunner().invoke(evaluate, asked, catch_exceptions=False).output)
    assert {name: group["posts"] for name, group in report["groups"].items()} == {"all": 4, "en": 3, "pt": 1}
