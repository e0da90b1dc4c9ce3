"""The examples of docs/rules.md are real, and every key is explained there."""

import re
from pathlib import Path

from streams.cases.deadlines import DEFAULT_LIMITS
from streams.routing.roster_file import ChannelTable, HandlerTable, TeamTable, load_roster
from streams.routing.rules_file import ThenTable, WhenTable, load_rules

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_examples_load(tmp_path):
    """Somebody who copies both files has a working installation."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for name, text in zip(("roster.toml", "rules.toml"), blocks, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    roster = load_roster(tmp_path / "roster.toml")
    rules = load_rules(tmp_path / "rules.toml", roster)
    assert (len(roster.handlers), len(rules.rules)) == (3, 4)


def test_every_key_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    for table in (TeamTable, HandlerTable, ChannelTable, WhenTable, ThenTable):
        for key in table.model_fields:
            assert f"`{key}`" in text, f"docs/rules.md does not explain {key!r} of {table.__name__}"


def test_the_limits_are_those_of_the_code():
    rows = re.findall(r"^\| (\d) \| (\d+)[^|]*\| (\d+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {int(row[0]): (float(row[1]), float(row[2])) for row in rows} == {
        severity: (limits.first_contact_hours, limits.resolution_hours) for severity, limits in DEFAULT_LIMITS.items()
    }
