"""`hearout dead-letters` on a real installation: what it shows can be trusted, and what it sends back arrives."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from streams.bootstrap.home import Home, open_home
from streams.bus.wire import encode
from streams.cli.dead_letters import dead_letters, payload_text, print_letters, safe
from streams.records import DeadLetter, KeptLetter
from streams.settings import Settings
from tests.unit.bus.samples import HEARD, LETTER, POST

T = TypeVar("T")

TRIAGED = replace(
    LETTER,
    id="aa01" * 6,
    stage="triage",
    topic="posts",
    key="webhook:ana",
    payload=encode(POST),
    reason="ValueError: no such verdict",
    at=HEARD + timedelta(minutes=1),
    post_id=POST.id,
    origin="",
)
SCORED = replace(LETTER, id="ab02" * 6)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    within(tmp_path, lambda opened: opened.shelf.keep([SCORED, TRIAGED]))
    return tmp_path


def within(home: Path, work: Callable[[Home], Awaitable[T]]) -> T:
    async def doing() -> T:
        async with open_home(Settings(home=home)) as opened:
            return await work(opened)

    return asyncio.run(doing())


def command(home: Path, *words: str) -> Result:
    return CliRunner().invoke(dead_letters, [*words, "--home", str(home)], catch_exceptions=False)


def test_the_list_in_a_pipe_is_one_line_each_newest_first(home: Path) -> None:
    """Id, time, stage, origin (the topic where there is none) and reason, parted by tabs."""
    assert command(home, "list").stdout.splitlines() == [
        f"{TRIAGED.id}\t2026-03-01 12:31:05Z\ttriage\tposts\tValueError: no such verdict",
        f"{SCORED.id}\t2026-03-01 12:30:05Z\tscore\treviews.csv line 17\tthe record is no readable JSON",
    ]
    assert command(home, "list", "--stage", "score").stdout.split("\t")[0] == SCORED.id
    assert command(home, "list", "--limit", "1").stdout.split("\t")[0] == TRIAGED.id


def test_show_prints_a_letter_whole(home: Path) -> None:
    """Found by the beginning of its id; bytes that are no text are escaped."""
    shown = command(home, "show", "ab").stdout
    assert "reason    the record is no readable JSON" in shown
    assert r'{"kind":"post"\xff\x00' in shown


@pytest.mark.parametrize("id_", ["a", "zz"])
def test_an_id_that_names_no_one_letter_is_told(home: Path, id_: str) -> None:
    """None, or more than one, that begins like that."""
    result = command(home, "show", id_)
    assert result.exit_code == 1
    assert "there is no dead letter" in result.stderr


def test_a_replayed_letter_is_on_the_bus_again_and_leaves_the_list(home: Path) -> None:
    """It is back on its topic, and is shown only when asked for."""
    assert command(home, "replay", "aa").stdout == f"replayed {TRIAGED.id}\n"
    assert within(home, lambda opened: opened.bus.lag("posts", "score")) == 1
    assert command(home, "list").stdout.split("\t")[0] == SCORED.id
    assert len(command(home, "list", "--replayed").stdout.splitlines()) == 2


def test_all_can_be_replayed_oldest_first_and_once(home: Path) -> None:
    """A second time there is nothing to do; a stage can be singled out."""
    assert command(home, "replay", "--all", "--stage", "keep").stdout == ""
    assert command(home, "replay", "--all").stdout == f"replayed {SCORED.id}\nreplayed {TRIAGED.id}\n"
    assert command(home, "replay", "--all").stdout == ""
    assert within(home, lambda opened: opened.bus.lag("posts", "score")) == 2


@pytest.mark.parametrize("words", [[], ["ab", "--all"], ["ab", "--stage", "score"]])
def test_replay_wants_names_or_all(tmp_path: Path, words: list[str]) -> None:
    """Nothing is sent back by a slip of the hand."""
    result = command(tmp_path, "replay", *words)
    assert result.exit_code == 2
    assert "name dead letters, or say --all" in result.stderr


def test_people_see_a_table() -> None:
    """On a terminal, with short ids."""
    screen = io.StringIO()
    print_letters([KeptLetter(letter=TRIAGED)], Console(file=screen, force_terminal=True, width=120, no_color=True))
    assert "ValueError: no such verdict" in screen.getvalue()
    assert TRIAGED.id[:10] in screen.getvalue()
    assert TRIAGED.id[:11] not in screen.getvalue()


@pytest.mark.parametrize("text", ["\x1b]0;owned\x07", "a\tb\rc\nd", "\u202egnp.exe", "\x9b31m", "\udc80", "\x00"])
def test_nothing_that_was_refused_moves_the_terminal(text: str) -> None:
    """Escape sequences, line ends and marks of direction are printed as their codes, in every field."""
    letter: DeadLetter = replace(TRIAGED, reason=text, origin=text, stage=text, id=text)
    pipe, screen = io.StringIO(), io.StringIO()
    print_letters([KeptLetter(letter=letter)], Console(file=pipe))
    print_letters([KeptLetter(letter=letter)], Console(file=screen, force_terminal=True, width=300, color_system=None))
    assert safe(text).isprintable()
    assert safe(text) in pipe.getvalue()
    assert pipe.getvalue().count("\n") == 1
    assert not set(text) & set(screen.getvalue()) - set("abcd\n;0]owned31mgnp.ex\x1b")
    assert all(line.isprintable() for line in payload_text(text.encode(errors="surrogateescape")).split("\n"))
