"""`hearout export` and `hearout migrate`, as people type them."""

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner, Result

from streams.cli.export import export
from streams.cli.migrate import migrate
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine
from tests.support.book_samples import new_case


def typed(command: object, *words: str) -> Result:
    return CliRunner().invoke(command, words)  # type: ignore[arg-type]


def fill(home: Path) -> None:
    async def write() -> None:
        engine = open_engine(f"sqlite+aiosqlite:///{home / 'hearout.db'}")
        kept, opening = new_case("1")
        async with SqlCaseBook(engine).transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        await engine.dispose()

    asyncio.run(write())


def test_a_new_home_is_migrated_and_exported(tmp_path: Path) -> None:
    """From nothing to a line of JSON on standard output."""
    home = tmp_path / "home"
    assert typed(migrate, "--home", str(home)).exit_code == 0
    assert typed(migrate, "--home", str(home), "--check").exit_code == 0
    fill(home)
    said = typed(export, "posts", "--home", str(home))
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["id"] == "file:1"


def test_an_export_to_a_file_appears_whole(tmp_path: Path) -> None:
    """Or not at all; no part of it is left lying about."""
    typed(migrate, "--home", str(tmp_path))
    fill(tmp_path)
    target = tmp_path / "cases.csv"
    assert typed(export, "cases", "--home", str(tmp_path), "--format", "csv", "--output", str(target)).exit_code == 0
    assert target.read_text().splitlines()[0].startswith("id,status,owner,team")
    (tmp_path / "hearout.db").write_bytes(b"damaged" * 1000)
    failed = typed(export, "posts", "--home", str(tmp_path), "--output", str(tmp_path / "posts.jsonl"))
    assert failed.exit_code == 78
    assert sorted(it.name for it in tmp_path.glob("posts.jsonl*")) == []


def test_a_home_without_a_book_says_so(tmp_path: Path) -> None:
    """And makes no empty one."""
    said = typed(export, "posts", "--home", str(tmp_path))
    assert (said.exit_code, "HO-DB-NONE" in said.stderr) == (78, True)
    assert not (tmp_path / "hearout.db").exists()


def test_checking_an_old_database_fails_and_says_what_to_type(tmp_path: Path) -> None:
    """And changes nothing."""
    (tmp_path / "hearout.db").touch()
    said = typed(migrate, "--home", str(tmp_path), "--check")
    assert (said.exit_code, "hearout migrate" in said.stderr) == (78, True)


def test_an_export_brings_an_old_sqlite_book_to_this_version(tmp_path: Path) -> None:
    """Like every command that opens one, whether the settings name its file or not; no file is no book."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    (tmp_path / "hearout.toml").write_text(f'database = "{url}"\n')
    missing = typed(export, "posts", "--home", str(tmp_path))
    assert (missing.exit_code, "HO-DB-NONE" in missing.stderr) == (78, True)
    (tmp_path / "other.db").touch()
    assert typed(export, "posts", "--home", str(tmp_path)).exit_code == 0
    assert typed(migrate, "--home", str(tmp_path), "--check").exit_code == 0
