"""What the encoder is taught with, and what its stages may let go."""

from collections import Counter

import numpy as np
import pytest

from models.training.apart import PART, drawn, kept_apart
from models.training.encoder.cut import LOST, MISSED, chosen_cut
from models.training.labels import SENTIMENTS, Labelled
from models.training.spans import FOLDER, marked
from models.training.written import Written, written
from streams.sentiment.heads import COLUMNS


@pytest.fixture(scope="module")
def pairs() -> list[Written]:
    return written()


def test_about_one_in_eight_is_kept_apart() -> None:
    """The same names on every machine: a change here would teach what was measured."""
    names = [f"row:{at}" for at in range(8000)]
    assert [at for at in range(40) if kept_apart(names[at])] == [4, 26, 34]
    assert 0.11 < sum(map(kept_apart, names)) / len(names) < 0.14
    assert {drawn(name, PART) for name in names} == set(range(PART))


def test_written_pairs_are_whole(pairs: list[Written]) -> None:
    """Labels within the guide, two to four rows a group, one kind and one language in each."""
    assert {one.post.lang for one in pairs} == {"en", "es", "ru"}
    for one in pairs:
        assert one.post.text.strip()
        assert one.post.sentiment in SENTIMENTS.values()
        assert {one.post.problem, one.post.hostile, one.post.constructive} <= {0, 1}
        assert one.post.constructive <= one.post.problem
        assert one.group.startswith(f"{one.post.lang}:")
    assert set(Counter(one.group for one in pairs).values()) == {2, 3, 4}
    assert len({(one.group, one.kind) for one in pairs}) == len({one.group for one in pairs})


def test_no_written_text_comes_twice(pairs: list[Written]) -> None:
    """Under any case and spacing; ids neither."""
    texts = Counter(" ".join(one.post.text.lower().split()) for one in pairs)
    assert [text for text, count in texts.items() if count > 1] == []
    assert len({one.post.id for one in pairs}) == len(pairs)


def test_marked_posts_are_not_among_the_pairs(pairs: list[Written]) -> None:
    """Evidence is measured on posts the model was not taught."""
    taught = {" ".join(one.post.text.lower().split()) for one in pairs}
    assert [post.id for post in marked(FOLDER) if " ".join(post.text.lower().split()) in taught] == []


def _dev(seed: int, *, blur: float) -> tuple[np.ndarray, np.ndarray, list[Labelled]]:
    """Posts, and what two stages say of them: the next one is right, this one blurred."""
    draw = np.random.default_rng(seed)
    problem, hostile = draw.random(600) < 0.3, draw.random(600) < 0.2
    sentiment = np.where(problem | hostile, 0, draw.integers(1, 3, 600))
    posts = [
        Labelled(
            id=str(at),
            text="",
            lang="en",
            sentiment=int(sentiment[at]),
            problem=int(problem[at]),
            hostile=int(hostile[at]),
            constructive=0,
        )
        for at in range(600)
    ]
    after = np.full((600, len(COLUMNS)), 0.01)
    after[np.arange(600), sentiment] = 0.98
    after[:, COLUMNS.index("problem")], after[:, COLUMNS.index("hostility")] = problem, hostile
    here = np.clip(after + draw.normal(0, blur, after.shape), 0.001, 0.999)
    here[:, :3] /= here[:, :3].sum(axis=1, keepdims=True)
    return here, after, posts


@pytest.mark.parametrize("blur", [0.1, 0.3])
def test_a_cut_loses_no_more_than_it_may(blur: float) -> None:
    """It lets something go, and of problems, insults and sentiment loses less than the limits."""
    here, after, posts = _dev(7, blur=blur)
    gone = chosen_cut(here, after, posts).lets_go(here)
    assert gone.any()
    problem, hostile = (np.array([getattr(one, head) for one in posts]) == 1 for head in ("problem", "hostile"))
    assert gone[problem].mean() <= LOST
    assert gone[hostile].mean() <= MISSED
    truth = np.array([one.sentiment for one in posts])
    wrong = [(rows[gone, :3].argmax(axis=1) != truth[gone]).mean() for rows in (here, after)]
    assert wrong[0] - wrong[1] <= 0.02


def test_a_clearer_stage_lets_more_go() -> None:
    """And one that has its problems upside down lets nothing go."""
    clear, blurred = (_dev(7, blur=blur) for blur in (0.1, 0.5))
    freed = [chosen_cut(*given).lets_go(given[0]).sum() for given in (clear, blurred)]
    assert freed[0] > freed[1]
    here, after, posts = clear
    here[:, COLUMNS.index("problem")] = 1 - here[:, COLUMNS.index("problem")]
    assert not chosen_cut(here, after, posts).lets_go(here).any()
