"""What goes into training: labels find their texts, and nothing stands in training and in a test."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from models.training.labels import labelled
from models.training.twins import Twins


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "airline"
    folder.mkdir(parents=True)
    with gzip.open(folder / "data.csv.gz", "wt", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "text", "label", "lang", "source", "split"])
        rows.writerow(["7", "You lost my\nbag", "negative", "en", "x", "train"])
    return tmp_path / "data"


def _label(folder: Path, **line: object) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "batch.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
    return folder


def test_no_labels_is_no_labelled_posts(data: Path, tmp_path: Path) -> None:
    """An empty folder means training goes on without them."""
    (tmp_path / "labels").mkdir()
    assert labelled(tmp_path / "labels", data) == []


def test_a_label_finds_its_text(data: Path, tmp_path: Path) -> None:
    """Text and language come from the row that the id names."""
    folder = _label(tmp_path / "labels", id="airline:7", s="neg", p=1, h=0, c=1)
    (post,) = labelled(folder, data)
    assert (post.text, post.lang, post.problem, post.constructive) == ("You lost my\nbag", "en", 1, 1)


def test_constructive_needs_a_problem(data: Path, tmp_path: Path) -> None:
    """The guide gives `c` only with `p`; a slip of the reader does not teach otherwise."""
    folder = _label(tmp_path / "labels", id="airline:7", s="neg", p=0, h=0, c=1)
    assert labelled(folder, data)[0].constructive == 0


def test_a_label_without_a_row_is_an_error(data: Path, tmp_path: Path) -> None:
    """A mistyped id is named, not dropped."""
    folder = _label(tmp_path / "labels", id="airline:8", s="neg", p=1, h=0, c=1)
    with pytest.raises(ValueError, match="airline:8"):
        labelled(folder, data)


def test_twins_are_found_through_handles_and_small_changes() -> None:
    """The same post with another handle, link or ending is the same post; another post is not."""
    twins = Twins(["@air you lost my bag at the gate in Boston again https://t.co/x", "hello"])
    assert "@other You lost my bag at the gate in BOSTON again!!" in twins
    assert "RT you lost my bag at the gate in Boston again, thanks" in twins
    assert "you lost my heart at the gate" not in twins
    assert "hello there" not in twins
