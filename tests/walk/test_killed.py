"""One can kill anything at any time and run it again: the exports come out as if nothing had happened."""

import random
import shutil
import time
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from tests.support.hearout import export, run, start, timeless, triaged
from tests.support.posts import write_posts

POSTS = 3000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The file, and a home that read it in one go."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = write_posts(folder / "posts.jsonl", POSTS)
    with file.open("a", encoding="utf-8") as f:
        f.write('{"id": "broken", "text": \n{"text": "no id"}\n')
    run("up", "--home", str(_staffed(folder / "home")), "--file", str(file), "--until-idle", within=120)
    return file, folder / "home"


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_it_ends_as_if_nothing_had_happened(
    seed: int, undisturbed: tuple[Path, Path], tmp_path: Path
) -> None:
    """SIGKILL again and again: every post has one effect, every event one alert, every bad line one letter."""
    file, reference = undisturbed
    home = _staffed(tmp_path / "home")
    rng = random.Random(seed)
    args = ("up", "--home", str(home), "--file", str(file), "--until-idle")
    for _ in range(4):
        process = start(*args)
        enough = triaged(home) + rng.randrange(1, POSTS // 6)
        deadline = time.monotonic() + 60
        while process.running() and triaged(home) < enough:
            assert time.monotonic() < deadline, process.said()
            time.sleep(rng.uniform(0, 0.05))
        assert process.running(), "it was done before it could be killed; give it more posts"
        process.kill()
    run(*args, within=120)

    ids = [row["id"] for row in export("posts", home)]
    assert len(ids) == len(set(ids)) == POSTS
    for what in ("posts", "cases", "dead-letters", "alerts"):
        assert timeless(what, home) == timeless(what, reference), what
    assert all(alert["state"] == "sent" for alert in export("alerts", home))


def _staffed(home: Path) -> Path:
    """Several handlers, so that who gets which case could come out differently."""
    home.mkdir()
    with as_file(files("streams.demo").joinpath("roster.toml")) as roster:
        shutil.copyfile(roster, home / "roster.toml")
    return home


def test_a_second_run_on_the_same_file_changes_nothing(undisturbed: tuple[Path, Path]) -> None:
    """What was read is known."""
    file, home = undisturbed
    before = {what: export(what, home) for what in ("posts", "cases", "events", "alerts", "dead-letters")}
    run("up", "--home", str(home), "--file", str(file), "--until-idle")
    assert {what: export(what, home) for what in before} == before
