"""Labelled posts walk in, posts made of two of them walk out: a problem told calmly, then an insult or small talk.

Few people who were read insult and report at once, so what was read teaches that one makes the other unlikely. Made
posts say that an insult after a problem takes nothing from either; those with small talk keep length from telling.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.training.labels import Labelled
from models.training.rows import NEGATIVE

I64 = NDArray[np.int64]

#: So many of either kind are made in each language, of parts not longer than so many characters.
EACH, _LONGEST = 100, 160


def composed(posts: Sequence[Labelled], fold: I64) -> tuple[list[Labelled], I64]:
    """Made posts, and their folds: both parts of a post come from the fold it is in."""
    random = np.random.default_rng(3)
    made: list[Labelled] = []
    folds: list[int] = []
    for lang in sorted({post.lang for post in posts}):
        for here in range(int(fold.max()) + 1):
            own = [
                post
                for post, its in zip(posts, fold, strict=True)
                if its == here and post.lang == lang and len(post.text) <= _LONGEST
            ]
            calm = [post for post in own if post.problem and not post.hostile]
            insults = [post for post in own if post.hostile and not post.problem]
            talk = [post for post in own if not post.hostile and not post.problem]
            for ends in (insults, talk):
                for _ in range(EACH // (int(fold.max()) + 1) if calm and ends else 0):
                    made.append(_both(calm[random.integers(len(calm))], ends[random.integers(len(ends))]))
                    folds.append(here)
    return made, np.array(folds, dtype=np.int64)


def _both(first: Labelled, then: Labelled) -> Labelled:
    return Labelled(
        id=f"{first.id}+{then.id}",
        text=f"{first.text} {then.text}",
        lang=first.lang,
        sentiment=NEGATIVE if then.hostile else first.sentiment,
        problem=1,
        hostile=then.hostile,
        constructive=first.constructive,
    )
