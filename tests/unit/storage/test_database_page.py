"""docs/database.md tells what the code tells."""

import re
from pathlib import Path

from streams.storage.exports import EXPORTS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")


def test_every_error_of_the_database_is_explained() -> None:
    """An operator who searches for the id finds the page; and the page knows no id of yesterday."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "streams").rglob("*.py"))
    assert set(re.findall(r"HO-DB-[A-Z]+", sources)) == set(re.findall(r"HO-DB-[A-Z]+", PAGE))


def test_every_export_is_named() -> None:
    assert [kind for kind in EXPORTS if f"| `{kind}` |" not in PAGE] == []
