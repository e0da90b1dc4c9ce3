"""`hearout score`: JSON lines in, JSON lines out."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from streams.cli.evaluate import evaluate
from streams.cli.score import score
from streams.sentiment.heads import SINGLE


@pytest.fixture
def folder(tiny: ModuleType, tmp_path: Path) -> str:
    return str(tiny.folder(tmp_path / "tiny"))


def _score(folder: str, lines: list[str], *options: str) -> tuple[int, list[dict[str, object]], str]:
    result = CliRunner().invoke(score, ["--model", folder, *options], input="\n".join(lines) + "\n")
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_each_post_is_answered_in_order_with_every_field(folder: str) -> None:
    """One line a post, with exactly the promised fields."""
    status, said, _ = _score(
        folder, ['{"id": "a", "text": "it is broken"}', '{"id": 2, "text": "lovely", "lang": "de"}']
    )
    assert status == 0
    assert [one["id"] for one in said] == ["a", "2"]
    assert list(said[0]) == (
        ["id", "lang", "sentiment", *SINGLE, "verdict", "undecided", "severity", "evidence", "plain", "model"]
    )
    assert said[1]["lang"] == "de"
    assert said[0]["evidence"][0]["text"] == "broken"  # type: ignore[index]
    assert set(said[0]["evidence"][0]) == {"head", "start", "end", "text", "weight"}  # type: ignore[index]


def test_a_bad_line_is_named_and_the_rest_is_scored(folder: str) -> None:
    """Standard error names line and reason; the status tells; --skip-bad forgives."""
    lines = ['{"id": "a", "text": "broken"}', "nonsense", "[1]", '{"id": "b"}', '{"text": "fine"}']
    status, said, errors = _score(folder, lines)
    assert status == 1
    assert [one["id"] for one in said] == ["a", "5"]
    for number in (2, 3, 4):
        assert f"line {number}:" in errors
    assert _score(folder, lines, "--skip-bad")[0] == 0


def test_a_silent_low_rating_is_a_problem(folder: str) -> None:
    """A post without words and with one star is no mention."""
    _, said, _ = _score(folder, ['{"id": "a", "rating": 1}', '{"id": "b", "text": "", "aspects": {"punctuality": 1}}'])
    assert [one["verdict"] for one in said] == ["grievance", "complaint"]


@pytest.mark.parametrize(
    "stars", ["1" + "0" * 400, "1e999", "NaN", '"nan"', "-5", "5.5", "true", '"many"', "[1]", "-Infinity"]
)
def test_a_rating_that_is_none_is_named(folder: str, stars: str) -> None:
    """No such number makes a problem of a post, or stops the posts beside it."""
    lines = [f'{{"rating": {stars}}}', f'{{"text": "", "aspects": {{"a": {stars}}}}}', '{"id": "c", "rating": "4.5"}']
    status, said, errors = _score(folder, lines)
    assert (status, [one["id"] for one in said]) == (1, ["c"])
    for number in (1, 2):
        assert f"line {number}: the rating " in errors
    assert "is not a number from 0 to 5" in errors


def test_a_language_may_be_named_carelessly(folder: str) -> None:
    """A tag with blanks, in capitals, of parts; where it names none, the text is asked."""
    words = "The parcel never came and nobody answers the phone"
    lines = [json.dumps({"text": words, "lang": lang}) for lang in (" DE ", "pt_BR", "ES-mx", "-", " ", "_x", None, 7)]
    assert [one["lang"] for one in _score(folder, lines)[1]] == ["de", "pt", "es", *["en"] * 5]


def test_a_post_on_the_line_is_undecided(folder: str) -> None:
    """The band is the manifest's; the verdict stands all the same. Without a band nothing is undecided."""
    line = ['{"text": "it is broken"}', '{"text": "nothing at all"}']
    assert [one["undecided"] for one in _score(folder, line)[1]] == [False, False]
    manifest = Path(folder) / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("[thresholds]", "[thresholds]\nundecided = 0.4999999"))
    _, said, _ = _score(folder, line)
    assert [(one["verdict"], one["undecided"]) for one in said] == [("grievance", True), ("mention", True)]


def test_names_of_products_say_nothing(folder: str) -> None:
    """Any number of them; evidence still points into the post."""
    lines = ['{"text": "I got Broken Clowns, it is broken"}', '{"text": "lovely clowns show"}']
    _, said, _ = _score(folder, lines, "--product", "broken clowns", "--product", "Clowns Show")
    assert [one["verdict"] for one in said] == ["grievance", "praise"]
    assert [(one["start"], one["text"]) for one in said[0]["evidence"]] == [(27, "broken")]  # type: ignore[attr-defined]


def test_evidence_can_be_left_out(folder: str) -> None:
    """`--no-evidence` leaves an empty list."""
    _, said, _ = _score(folder, ['{"id": "a", "text": "broken"}'], "--no-evidence")
    assert said[0]["evidence"] == []


def test_half_a_character_comes_back_escaped(folder: str) -> None:
    """A lone surrogate in a post neither stops the command nor makes bad UTF-8."""
    _, said, _ = _score(folder, ['{"id": "a\\ud83d", "text": "broken \\ud83d"}'])
    assert said[0]["id"] == "a\ud83d"


COMMAND = [sys.executable, "-c", "from streams.cli.score import score; score()", "--model"]


@pytest.mark.slow
def test_a_slow_pipe_is_answered_line_by_line(folder: str) -> None:
    """Who writes one post and waits gets its answer before writing the next."""
    with subprocess.Popen([*COMMAND, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for name in ("a", "b"):
            running.stdin.write(b'{"id": "%s", "text": "broken", "lang": "en"}\n' % name.encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == name
        running.stdin.close()
        assert running.wait(20) == 0


@pytest.mark.slow
def test_a_reader_who_leaves_ends_it_quietly(folder: str, tmp_path: Path) -> None:
    """`| head -1` closes the pipe: no traceback, no complaint."""
    source = tmp_path / "posts.jsonl"
    source.write_text('{"id": "a", "text": "broken", "lang": "en"}\n' * 20_000, encoding="utf-8")
    with subprocess.Popen([*COMMAND, folder, str(source)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert json.loads(running.stdout.readline())["id"] == "a"
        running.stdout.close()
        assert running.wait(20) == 0
        assert running.stderr.read() == b""


GOLD = [
    {"text": "it is broken", "lang": "en", "s": "neg", "p": 1, "h": 0, "c": 0},
    {"text": "broken, clowns", "lang": "en", "sentiment": "negative", "problem": 1, "hostile": 1, "constructive": 1},
    {"text": "clowns", "lang": "de", "s": "neg", "p": 0, "h": 1, "c": 0},
    {"text": "lovely", "lang": "de", "verdict": "praise"},
]


def _evaluate(folder: str, rows: list[dict[str, object]], *options: str) -> str:
    result = CliRunner().invoke(
        evaluate, ["-", "--model", folder, *options], input="\n".join(json.dumps(row) for row in rows)
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_evaluate_counts_what_the_labels_say(folder: str) -> None:
    """Verdicts follow from the labels, long and short names mix, and a row may have some labels only."""
    report = json.loads(_evaluate(folder, GOLD, "--format", "json"))
    everyone = report["groups"]["all"]
    assert everyone["posts"] == 4
    (problem,) = everyone["labels"]["problem"]
    assert (problem["precision"], problem["recall"], problem["support"]) == (1, 1, 2)
    labels, rows = everyone["confusion"]["labels"], everyone["confusion"]["rows"]
    assert rows[labels.index("abuse")][labels.index("abuse")] == 1
    assert rows[labels.index("grievance")][labels.index("grievance")] == 1
    assert rows[labels.index("praise")][labels.index("praise")] == 1
    assert set(report["groups"]) == {"all", "en", "de"}


def test_evaluate_is_plain_text_in_a_pipe(folder: str) -> None:
    """No escape codes and no box lines where there is no terminal."""
    shown = _evaluate(folder, GOLD)
    assert "\x1b" not in shown
    assert "│" not in shown
    assert "hostile problem" in shown


def test_evaluate_names_a_bad_line(folder: str) -> None:
    """A label that is neither 0 nor 1 is refused with its line."""
    rows = [json.dumps(GOLD[0]), json.dumps({"text": "x", "p": 7})]
    result = CliRunner().invoke(evaluate, ["-", "--model", folder], input="\n".join(rows))
    assert result.exit_code == 78
    assert "line 2" in result.stderr
