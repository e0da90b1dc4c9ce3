"""Docs that can rot are checked."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from streams.topics import TOPICS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_generated_pages_say_what_the_code_says() -> None:
    """Every setting, metric and command is documented as it is; `python docs/generate.py` mends a failure."""
    checked = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_every_topic_is_in_the_architecture() -> None:
    """Who reads ARCHITECTURE.md meets each topic by its name."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [topic.name for topic in TOPICS if f"`{topic.name}`" not in text] == []


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *DOCS.glob("*.md")])
)
def test_links_inside_the_docs_lead_somewhere(page: str) -> None:
    """A relative link names a file that exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [
        t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t and not t.startswith("#")
    ]
    assert [t for t in targets if t and not ((ROOT / page).parent / t).exists()] == []


def test_every_command_line_in_the_readme_is_known() -> None:
    """`hearout …` in the README names commands that exist."""
    import click

    from streams.cli import main

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\s*hearout ([a-z-]+)", text, flags=re.MULTILINE))
    assert named
    assert named <= set(main.list_commands(click.Context(main)))
