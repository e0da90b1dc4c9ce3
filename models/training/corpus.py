"""All sets and labels walk in, one corpus walks out in which no test, dev or gold text has a twin in training."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from models.training.labels import Labelled, gold, labelled
from models.training.rows import Row, Split
from models.training.sets import SETS, load
from models.training.twins import Twins, plain

#: Training looks at so many characters: one long review must not outweigh fifty posts in memory.
_LONGEST = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    #: Rows that are trained on or measured with, by their `split`; none has a twin in the gold or a read post's text.
    rows: list[Row]
    gold: list[Labelled]
    #: Posts labelled on all four axes for training; may be empty.
    labelled: list[Labelled]


def gather(data: Path, labels: Path) -> Corpus:
    judged = gold(data / "gold_dev")
    golden = Twins(post.text for post in judged)
    taught = [post for post in labelled(labels, data) if post.text not in golden]
    read = {plain(post.text) or post.text for post in taught}
    rows = [row for row in load(data, SETS) if (plain(row.text) or row.text) not in read and row.text not in golden]
    return Corpus(rows=[replace(row, text=row.text[:_LONGEST]) for row in _once(rows)], gold=judged, labelled=taught)


def _once(rows: Iterable[Row]) -> list[Row]:
    """A text in a test leaves dev and training, one in dev leaves training; within a set each text stands once."""
    rows = list(rows)
    order: tuple[Split, ...] = ("test", "dev", "train")
    held: set[str] = set()
    kept: list[Row] = []
    for split in order:
        here: set[tuple[str, str]] = set()
        for row in rows:
            words = plain(row.text) or row.text
            if row.split == split and words not in held and (row.set, words) not in here:
                here.add((row.set, words))
                kept.append(row)
        held |= {words for _, words in here}
    return kept
