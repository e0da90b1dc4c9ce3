"""`hearout learn` and `hearout evaluate --compare`: a company where every insult hides a problem."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.cli.evaluate import evaluate
from streams.cli.learn import learn
from streams.cli.options import CONFIGURATION, FAILED
from streams.sentiment.load import load


def lines(posts: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(post) + "\n" for post in posts)


def insults(begin: int, count: int, *, problem: int = 1) -> list[dict[str, Any]]:
    return [
        {"id": f"i{n}", "lang": "en", "text": f"clowns number {n}", "p": problem} for n in range(begin, begin + count)
    ]


def calm(begin: int, count: int) -> list[dict[str, Any]]:
    return [{"id": f"c{n}", "lang": "en", "text": f"number {n} passes by", "p": 0} for n in range(begin, begin + count)]


def broken(count: int) -> list[dict[str, Any]]:
    return [{"id": f"b{n}", "lang": "en", "text": f"broken {n}", "p": 1} for n in range(count)]


@pytest.fixture
def base(tiny: ModuleType, tmp_path: Path) -> Path:
    folder: Path = tiny.folder(tmp_path / "base")
    return folder


def run(base: Path, posts: Sequence[dict[str, Any]], *more: str, guard: Sequence[dict[str, Any]] = ()) -> Result:
    file = base.parent / "corrections.jsonl"
    file.write_text(lines(posts), encoding="utf-8")
    if guard:
        (base.parent / "guard.jsonl").write_text(lines(guard), encoding="utf-8")
        more = (*more, "--guard", str(base.parent / "guard.jsonl"))
    asked = [str(file), "--from", str(base), "--out", str(base.parent / "mine"), *more]
    return CliRunner().invoke(learn, asked, catch_exceptions=False)


def test_a_model_learns_from_corrections(base: Path) -> None:
    """The new folder hears what the old one missed, the old one is as it was, and both are shown before and after."""
    before = load(base).score(["clowns number 999"], ["en"])[0].problem
    ran = run(base, [*insults(0, 40), *calm(0, 40)], guard=[*insults(500, 20), *calm(500, 20), *broken(20)])
    assert ran.exit_code == 0, ran.output
    assert "80 corrected posts: 64 to learn from, 16 held out" in ran.output
    assert "On the corrections that were held out" in ran.output
    assert "On the guard" in ran.output
    assert "60 posts as a guard\n" in ran.output
    shown = {line.split("  ")[0] for line in ran.output.splitlines() if " F1 " in line}
    assert shown == {"problem"}
    *_, said, last = ran.output.splitlines()
    assert "Surely better: on the corrections that were held out problem (F1, recall" in said
    assert "surely worse: nothing" in said
    assert "model.shadow" in last
    mine = load(base.parent / "mine")
    assert mine.name.startswith("mine@")
    assert mine.score(["clowns number 999"], ["en"])[0].problem > 0.5 > before
    assert load(base).score(["clowns number 999"], ["en"])[0].problem == before
    card = (base.parent / "mine" / "CARD.md").read_text(encoding="utf-8")
    assert "| problem | 8 | F1 | 0.000 | 1.000 |" in card
    assert "clowns" not in card


def test_too_few_corrections_are_refused(base: Path) -> None:
    """Copies do not count, nor posts taken back."""
    posts = [*insults(0, 19), *insults(0, 19), *calm(0, 20), {"text": "clowns gone", "p": 1, "deleted": True}]
    ran = run(base, posts)
    assert ran.exit_code == FAILED
    assert "there are 39 different corrected posts, and at least 40 are needed" in " ".join(ran.output.split())
    assert not (base.parent / "mine").exists()


def test_corrections_that_all_say_the_same_are_refused(base: Path) -> None:
    """Nothing tells a problem from none."""
    ran = run(base, insults(0, 60))
    assert ran.exit_code == FAILED
    assert "rarer side: problem 0" in " ".join(ran.output.split())


def test_what_harms_the_guard_is_not_written(base: Path) -> None:
    """There insults are only insults: the number that got worse is named, and no folder is left."""
    ran = run(base, [*insults(0, 40), *calm(0, 40)], guard=[*insults(500, 40, problem=0), *broken(40)])
    assert ran.exit_code == FAILED
    assert "surely worse on the guard: F1 of problem 1.000 to" in " ".join(ran.output.split())
    assert sorted(path.name for path in base.parent.iterdir()) == ["base", "corrections.jsonl", "guard.jsonl"]


def test_a_language_that_suffers_on_the_guard_is_named(base: Path) -> None:
    """It stops the writing although all together got better; a language of few posts does not."""
    spanish = [{**post, "lang": "es"} for post in (*insults(900, 30, problem=0), *broken(25))]
    guard = [*insults(500, 200), *calm(500, 60), *spanish]
    ran = run(base, [*insults(0, 40), *calm(0, 40)], guard=guard)
    assert ran.exit_code == FAILED
    (said,) = [line for line in ran.output.splitlines() if line.startswith("error:")]
    assert "surely worse on the guard: F1 of problem 1.000 to" in said
    assert said.endswith("in es; no model was written")
    assert not (base.parent / "mine").exists()
    few = [*insults(500, 200), *calm(500, 60), *spanish[20:]]
    assert run(base, [*insults(0, 40), *calm(0, 40)], guard=few).exit_code == 0


def test_posts_of_the_guard_that_were_learned_from_are_left_out(base: Path) -> None:
    """And counted; those held out may guard."""
    posts = [*insults(0, 40), *calm(0, 40)]
    ran = run(base, posts, guard=[*posts, *insults(500, 20)])
    assert ran.exit_code == 0, ran.output
    assert "36 posts as a guard (64 more left out: they are among those learned from)" in ran.output


def test_a_model_that_is_worse_at_something_is_not_recommended(base: Path) -> None:
    """What got worse is named, and nobody is invited to try it."""
    ran = run(
        base, [*insults(0, 40), *calm(0, 40)], guard=[*insults(500, 60), *insults(600, 30, problem=0), *broken(40)]
    )
    assert ran.exit_code == 0, ran.output
    *_, said, last = ran.output.splitlines()
    assert "surely worse: on the guard problem (precision" in said
    assert "model.shadow" not in last


def test_corrections_that_teach_nothing_make_no_model(base: Path) -> None:
    """Of posts that are a problem with a chance of 0.6, as the model says, six in ten are: no head moves."""
    words = " ".join(f"word{n}" for n in range(80))
    posts = [{"lang": "en", "text": f"broken {n} {words}", "p": int(n % 5 < 3)} for n in range(120)]
    ran = run(base, posts)
    assert ran.exit_code == FAILED
    assert "no head got better, so no model was written" in " ".join(ran.output.split())
    assert not (base.parent / "mine").exists()


def test_a_folder_is_never_written_over(base: Path) -> None:
    """Not even an empty one."""
    (base.parent / "mine").mkdir()
    ran = run(base, [*insults(0, 40), *calm(0, 40)])
    assert ran.exit_code == CONFIGURATION
    assert "exists already" in ran.output


def test_a_bad_label_is_named(base: Path) -> None:
    """With its line."""
    ran = run(base, [*insults(0, 2), {"text": "x", "p": "maybe"}])
    assert ran.exit_code == CONFIGURATION
    assert "line 3: a label is 'maybe'" in " ".join(ran.output.split())


def compare(base: Path, posts: Sequence[dict[str, Any]], *more: str) -> Result:
    file = base.parent / "gold.jsonl"
    file.write_text(lines(posts), encoding="utf-8")
    pair = ["--compare", str(base), str(base.parent / "mine")]
    return CliRunner().invoke(evaluate, [str(file), *pair, *more], catch_exceptions=False)


def test_two_models_are_compared(base: Path) -> None:
    """Values, difference, interval, and the posts whose verdicts differ; the same as tables and as JSON."""
    assert run(base, [*insults(0, 40), *calm(0, 40)]).exit_code == 0
    gold = [*({**one, "verdict": "hostile_problem"} for one in insults(500, 10)), *calm(500, 20)]
    report = json.loads(compare(base, gold, "--format", "json").output)
    rows = {(row["label"], row["measure"]): row for row in report["groups"]["all"]["rows"]}
    assert rows["problem", "recall"]["first"] == 0
    assert rows["problem", "recall"]["second"] == 1
    assert rows["problem", "F1"]["sure"]
    assert {measure for label, measure in rows if label == "problem"} == {"F1", "recall", "precision", "ECE"}
    found = report["disagreements"]
    assert (found["posts"], found["judged"], found["first_right"], found["second_right"]) == (10, 10, 0, 10)
    assert found["examples"][0] == {
        "id": "i500",
        "lang": "en",
        "text": "clowns number 500",
        "first": "abuse",
        "second": "hostile_problem",
        "true": "hostile_problem",
    }
    table = compare(base, gold).output
    assert "10 posts have another verdict; of 10 with a true one A is right in 0, B in 10" in table
    assert "i500 (en): A abuse, B hostile_problem, truly hostile_problem" in table


def test_post_text_cannot_steer_the_terminal(base: Path) -> None:
    """Escape sequences and marks of direction are not printed, markup is only text."""
    assert run(base, [*insults(0, 40), *calm(0, 40)]).exit_code == 0
    table = compare(base, [{"id": "[bold]", "text": "clowns \x1b[31m \u202e [red]x", "lang": "en", "p": 1}]).output
    assert "\x1b" not in table
    assert "\u202e" not in table
    assert "[bold] (en)" in table
    assert "[red]x" in table


def test_two_models_or_one(base: Path) -> None:
    """`--model` with `--compare` is a mistake."""
    ran = compare(base, calm(0, 1), "--model", "linear-1")
    assert ran.exit_code == 2
    assert "leave out --model" in ran.output
