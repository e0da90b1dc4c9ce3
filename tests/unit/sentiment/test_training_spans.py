"""How evidence is measured on marked posts."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sklearn", reason="needs the extra `train`")

from models.training.spans import FOLDER, agreement, any_clause, chosen_on, marked, swear_words, taken
from models.training.telling import says
from streams.records import Evidence
from streams.sentiment.heads import COLUMNS, EXPLAINED

LINE = {
    "id": "en-1",
    "text": "You clowns, the kettle leaks. Bye",
    "marked": "⟦h:You clowns⟧, ⟦p:the kettle leaks⟧. Bye",
}


def _posts(folder: Path, *lines: dict[str, str]) -> Path:
    (folder / "en.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def test_marks_become_offsets(tmp_path: Path) -> None:
    """The text comes back as it was, and a mark that does not fit names its post."""
    (post,) = marked(_posts(tmp_path, LINE))
    assert {head: [post.text[a:b] for a, b in own] for head, own in post.spans.items()} == {
        "problem": ["the kettle leaks"],
        "hostility": ["You clowns"],
    }
    with pytest.raises(ValueError, match="en-1"):
        marked(_posts(tmp_path, LINE | {"text": "You clowns"}))


def test_the_projects_own_marks_fit() -> None:
    """In three languages, and each was either chosen on or is measured."""
    posts = marked(FOLDER)
    assert {post.lang for post in posts} == {"en", "es", "ru"}
    assert 0 < len(chosen_on(posts)) < len(posts)


def test_agreement_counts_words(tmp_path: Path) -> None:
    """Half of the words found, one too many, and the heaviest span beside the mark."""
    (post,) = posts = marked(_posts(tmp_path, LINE))
    found = [
        Evidence(head="problem", start=post.text.index("leaks"), end=len(post.text), weight=0.5),
        Evidence(head="problem", start=0, end=3, weight=1.0),
    ]
    one = agreement("mine", posts, [tuple(found)], "problem", "all")
    assert [one.recall, one.precision, one.pointing] == pytest.approx([1 / 3, 1 / 3, 0])
    assert agreement("mine", posts, [()], "problem", "en").f1 == 0


def test_taken_counts_what_became_of_marked_words(tmp_path: Path) -> None:
    """Of the insult removed, of the problem kept."""
    posts = marked(_posts(tmp_path, LINE))
    right = Evidence(head="hostility", start=0, end=10, weight=1.0)
    wrong = Evidence(head="hostility", start=12, end=22, weight=1.0)
    assert taken("x", posts, [(right,)], "all").insult_removed == 1
    assert taken("x", posts, [(right,)], "all").problem_kept == 1
    assert taken("x", posts, [(wrong,)], "all").problem_kept == pytest.approx(1 / 3)


def test_simple_ways_explain_every_post() -> None:
    """Inside the text; the drawn one draws the same again."""
    posts = marked(FOLDER)
    for found in (swear_words(posts), any_clause(posts)):
        assert len(found) == len(posts)
        for post, own in zip(posts, found, strict=True):
            assert all(0 <= one.start < one.end <= len(post.text) for one in own)
    assert any_clause(posts) == any_clause(posts)


def test_what_a_clause_says_is_learnt(tmp_path: Path) -> None:
    """A model that hears problems and insults gets weights that let each speak for its own head."""
    posts = marked(_posts(tmp_path, *(LINE | {"id": f"en-{at}"} for at in range(8))))

    def hear(texts: Sequence[str], _: Sequence[str]) -> NDArray[np.float64]:
        rows = np.full((len(texts), len(COLUMNS)), -3.0)
        for at, text in enumerate(texts):
            rows[at, COLUMNS.index("problem")] = 2.0 if "leaks" in text else -3.0
            rows[at, COLUMNS.index("hostility")] = 2.0 if "clowns" in text else -3.0
        return rows

    found = says(posts, hear)
    assert found.shape == (7, len(EXPLAINED))
    assert found[1, 0] > found[2, 0]
    assert found[2, 1] > found[1, 1]
