"""The version a database needs is known without asking alembic; both must say the same."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from streams.storage import schema


def test_the_newest_file_is_alembics_head() -> None:
    """A migration whose file name and revision differ would never be seen as done."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.newest()
