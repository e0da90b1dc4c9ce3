"""The commands, as a person types them."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from streams.bootstrap.demo import demo_home
from streams.cli import main
from streams.cli.options import CONFIGURATION, FAILED
from streams.settings import BrandSettings, Settings, listening_for


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def hearout(*args: str, home: Path | None = None, **how: Any) -> Result:
    runner = CliRunner(env={"HEAROUT_HOME": str(home)} if home else {})
    return runner.invoke(main, list(args), catch_exceptions=False, **how)


def _all(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    inner = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return [found for name, one in inner.items() if one for found in _all(one, (*path, name))]


@pytest.mark.parametrize("command", [name for (name, *_) in {path[:1]: None for path in _all(main)}])
def test_every_command_shows_an_example(command: str) -> None:
    """Who asks for help sees something to type."""
    said = hearout(command, "--help").output
    assert "Example" in said
    assert f"  hearout {command}" in said or "| hearout" in said


def test_posts_of_a_file_become_cases_and_exports(home: Path, tmp_path: Path) -> None:
    """The whole walk by hand: one file in, exports out."""
    file = tmp_path / "posts.jsonl"
    lines = [
        {
            "id": "1",
            "author": "ana",
            "text": "You charged me twice on Monday and nobody answers, I want my money back!",
        },
        {"id": "2", "author": "ben", "text": "What a lovely morning."},
        {"id": "3", "author": "eva", "rating": 5, "aspects": {"punctuality": 1}},
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\nnot json\n", encoding="utf-8")
    ran = hearout("up", "--file", str(file), "--until-idle", home=home)
    assert ran.exit_code == 0, ran.output

    posts = {row["id"]: row for row in _exported("posts", home)}
    assert {id: row["effect"] for id, row in posts.items()} == {
        "file:1": "opened",
        "file:2": "let_go",
        "file:3": "opened",
    }
    assert {row["id"] for row in _exported("cases", home)} == {posts["file:1"]["case_id"], posts["file:3"]["case_id"]}
    (letter,) = _exported("dead-letters", home)
    assert letter["origin"] == "posts.jsonl line 4"
    assert letter["payload"] == "not json"
    assert all(alert["state"] == "sent" for alert in _exported("alerts", home))


def test_a_deletion_of_a_post_nobody_heard_is_no_post(home: Path, tmp_path: Path) -> None:
    """It is remembered, but it is not exported as if it had been accepted; one that was heard is, without its text."""
    file = tmp_path / "posts.jsonl"
    lines = [
        {"id": "1", "author": "ana", "text": "Lovely morning."},
        {"id": "1", "author": "ana", "deleted": True},
        {"id": "never-heard", "author": "ben", "deleted": True},
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert "1 posts:" in hearout("up", "--file", str(file), "--until-idle", home=home).output
    (gone,) = _exported("posts", home)
    assert (gone["id"], gone["text"], gone["deleted"]) == ("file:1", "", True)


def test_brands_on_the_command_line_come_beside_those_that_are_set_up() -> None:
    """Naming a brand that has handles and exclusions does not take them away."""
    acme = BrandSettings(name="Acme", handles=("acme.example",), exclude=("zoo",))
    settings = Settings(home=Path("nowhere"), brands=(acme, BrandSettings(name="Jaguar")))
    heard = listening_for(settings, ("acme", "Other"), jetstream="ws://127.0.0.1:1/subscribe")
    assert [brand.name for brand in heard.brands] == ["Acme", "Jaguar", "Other"]
    assert heard.brands[0] == acme
    assert (heard.bluesky.enabled, heard.bluesky.url) == (True, "ws://127.0.0.1:1/subscribe")


def test_several_installations_stand_side_by_side(tmp_path: Path) -> None:
    """What one hears the other does not know."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "1", "text": "hello"}\n', encoding="utf-8")
    hearout("up", "--file", str(file), "--until-idle", home=tmp_path / "one")
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    hearout("up", "--file", str(empty), "--until-idle", home=tmp_path / "two")
    assert len(_exported("posts", tmp_path / "one")) == 1
    assert _exported("posts", tmp_path / "two") == []


def test_a_file_that_cannot_be_read_ends_with_its_name_and_a_hint(home: Path) -> None:
    """No silent success, no traceback."""
    ran = hearout("up", "--file", str(home / "nowhere.jsonl"), "--until-idle", home=home)
    assert ran.exit_code == FAILED
    assert "nowhere.jsonl cannot be read" in ran.output


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("hearout.toml", "[desk]\nport = 'x'\n", "desk.port"),
        ("hearout.toml", "[dsek]\nport = 1\n", "dsek"),
        ("hearout.toml", "[bus]\nbatch = 0\n", "bus.batch"),
        ("roster.toml", "[[teams]]\n", "roster.toml"),
        ("rules.toml", "[[rules]]\nname = 'a'\nwhen = { verdict = ['angry'] }\n", "angry"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(home: Path, name: str, text: str, said: str) -> None:
    """A person can find the value that is wrong."""
    home.mkdir()
    (home / name).write_text(text, encoding="utf-8")
    empty = home / "empty.jsonl"
    empty.touch()
    ran = hearout("up", "--file", str(empty), "--until-idle", home=home)
    assert ran.exit_code == CONFIGURATION
    assert said in ran.output
    assert "Traceback" not in ran.output


def test_the_doctor_names_what_is_wrong_and_what_to_type(home: Path) -> None:
    """Warnings are no failure; a broken model is."""
    home.mkdir()
    well = hearout("doctor", home=home)
    assert well.exit_code == 0
    assert "hearout user add" in well.output
    (home / "hearout.toml").write_text("[model]\nname = 'no-such-model'\n", encoding="utf-8")
    ill = hearout("doctor", home=home)
    assert ill.exit_code == FAILED
    assert "no-such-model" in ill.output
    assert "the case book opens" in ill.output, "one broken part hides no other"


def test_a_handler_gets_a_password_a_link_and_a_token(home: Path) -> None:
    """Secrets are printed once; strangers to the roster are refused."""
    assert hearout("user", "add", "me", "--password", "correct horse", home=home).exit_code == 0
    assert "/enter/" in hearout("user", "link", "me", home=home).output
    assert len(hearout("user", "token", "me", "--name", "ci", home=home).output.strip()) > 20
    assert "password" in hearout("user", "list", home=home).output
    token_id = hearout("user", "tokens", "me", home=home).output.split()[0]
    assert hearout("user", "revoke", "me", token_id, home=home).exit_code == 0
    assert hearout("user", "tokens", "me", home=home).output == ""
    assert hearout("user", "revoke", "me", token_id, home=home).exit_code == FAILED
    stranger = hearout("user", "add", "stranger", "--password", "correct horse", home=home)
    assert stranger.exit_code == FAILED
    assert "no handler 'stranger'" in stranger.output


def test_the_configuration_is_shown_without_secrets(home: Path) -> None:
    """What is printed can be pasted into a question to somebody else."""
    home.mkdir()
    (home / "hearout.toml").write_text("[webhook]\ntoken = 'very-secret'\n[desk]\nport = 9\n", encoding="utf-8")
    said = hearout("config", "--changed", home=home).output
    assert "very-secret" not in said
    assert "port = 9" in said
    assert "bluesky" not in said


def test_the_demo_runs_through_and_never_clears_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    """`--demo --home` refuses a folder with something else in it."""
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    refused = hearout("up", "--demo", "--home", str(tmp_path), "--until-idle")
    assert refused.exit_code == CONFIGURATION
    assert (tmp_path / "precious.txt").read_text(encoding="utf-8") == "mine"


def test_a_demo_that_runs_is_not_cleared_by_a_second_one(tmp_path: Path) -> None:
    """The folder is locked while its demo runs."""
    with demo_home(tmp_path / "demo") as folder:
        second = hearout("up", "--demo", "--home", str(folder), "--until-idle")
        assert second.exit_code == CONFIGURATION
        assert "runs in" in second.output
        assert (folder / "roster.toml").exists()


def test_an_export_of_nothing_says_so(home: Path, tmp_path: Path) -> None:
    """On standard error: the file is as empty as the book."""
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "2", "author": "ben", "text": "What a lovely morning."}\n', encoding="utf-8")
    assert hearout("up", "--file", str(file), "--until-idle", home=home).exit_code == 0
    done = hearout("export", "corrections", home=home)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "there are no corrections yet" in done.stderr


@pytest.mark.parametrize("place", ["missing/x", "file/x"])
def test_an_export_that_cannot_be_written_is_told_in_a_sentence(home: Path, tmp_path: Path, place: str) -> None:
    """Before the book is read, with the option to change."""
    (tmp_path / "file").touch()
    done = hearout("export", "posts", "--output", str(tmp_path / place), home=home)
    assert done.exit_code == CONFIGURATION
    assert f"{place} cannot be written" in done.output
    assert "--output" in done.output


@pytest.mark.slow
def test_the_demo_hears_hostile_problems_in_three_languages(tmp_path: Path) -> None:
    """The promise of the first minute: hostile-but-real, in three languages, each with somebody's name on it."""
    home = tmp_path / "demo"
    ran = hearout("up", "--demo", "--home", str(home), "--until-idle")
    assert ran.exit_code == 0, ran.output
    cases = _exported("cases", home)
    hostile = {case["lang"] for case in cases if case["verdict"] == "hostile_problem"}
    assert {"en", "es", "ru"} <= hostile
    assert all(case["owner"] for case in cases)


def _exported(what: str, home: Path) -> list[dict[str, Any]]:
    done = hearout("export", what, home=home)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]
