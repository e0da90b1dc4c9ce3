"""What was heard of posts kept apart walks in, the calibration of each depth by language walks out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training import judge, stack
from models.training.labels import Labelled
from models.training.rows import Row
from streams.sentiment.calibration import DEFAULT
from streams.sentiment.heads import COLUMNS
from streams.sentiment.scaling import INPUTS, Scaling

F64 = NDArray[np.float64]

#: What a public row counts beside read posts of its language: so a company's language is not the only one known.
_TRUST_BESIDE = 0.5
_EMOTIONALITY = COLUMNS.index("emotionality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a calibration is fitted on, with what it reads of each, (rows, `scaling.INPUTS`), at one depth."""

    posts: Sequence[Labelled]
    of_posts: F64
    #: Public dev rows marked for sentiment; those of languages with read posts count less.
    rows: Sequence[Row]
    of_rows: F64
    #: Public dev rows marked for emotionality.
    moved: Sequence[Row]
    of_moved: F64

    def only(self, places: NDArray[np.int64]) -> "Kept":
        """With these of the posts."""
        posts = [self.posts[at] for at in places]
        return Kept(
            posts=posts,
            of_posts=self.of_posts[places],
            rows=self.rows,
            of_rows=self.of_rows,
            moved=self.moved,
            of_moved=self.of_moved,
        )


def fitted(kept: Kept) -> Scaling:
    """Sentiment has a map for each language with labels, the others for those with read posts, and for all others."""
    langs = [post.lang for post in kept.posts]
    trust = judge.trust(kept.posts)
    sentiment = stack.maps(
        np.vstack([kept.of_posts, kept.of_rows]),
        [*langs, *(row.lang for row in kept.rows)],
        np.array([*(post.sentiment for post in kept.posts), *(row.marks["sentiment"].value for row in kept.rows)]),
        np.array([*(1.0 for _ in langs), *(_TRUST_BESIDE if row.lang in stack.LANGS else 1.0 for row in kept.rows)]),
        apart=sorted({*stack.LANGS, *(row.lang for row in kept.rows)}),
    )
    others = [
        stack.maps(kept.of_posts, langs, judge.truth(kept.posts, head), trust[:, COLUMNS.index(head)])
        for head in ("hostility", "problem", "constructiveness")
    ]
    moved = stack.maps(
        kept.of_moved[:, [_EMOTIONALITY]],
        [DEFAULT] * len(kept.moved),
        np.array([row.marks["emotionality"].value for row in kept.moved]),
        np.array([row.marks["emotionality"].weight for row in kept.moved]),
    )[DEFAULT]
    own = np.zeros((1 + len(INPUTS), 1))
    own[0], own[1 + _EMOTIONALITY] = moved[0], moved[1]
    return Scaling(
        maps={
            lang: np.hstack([table, *(one.get(lang, one[DEFAULT]) for one in others), own])
            for lang, table in sentiment.items()
        }
    )
