"""The corpus walks in, the examples of each stage of training walk out: what public sets say, then what was read.

Public sets are drawn down to what a stage has time for, the rarer class of hostility sets first. The second stage
shows every post that was read for this project several times, the written contrast pairs, posts made of two of them,
and some public rows again, so that nothing is unlearnt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.compose import composed
from models.training.labels import Labelled
from models.training.rows import Row
from streams.sentiment.heads import COLUMNS

F32 = NDArray[np.float32]

#: At most so many rows of each set in the first stage; sets not named here train in full.
SHARES = {
    "xlmt_sentiment": 12000,
    "semeval2017_sentiment": 7000,
    "tweeteval": 9000,
    "airline_us": 5000,
    "airline_es": 4000,
    "sentirueval_tweets": 5500,
    "offendes": 5000,
    "ru_toxicity_mix": 5000,
    "ru_paradetox": 4000,
    "germeval2018_offensive": 3500,
    "germeval2021_engaging_toxic": 1200,
    "davidson_offensive": 800,
    "complaint_tweets": 2000,
    "complaint_reviews_cesamard": 1500,
    "complaint_tweets_finance": 800,
    "app_reviews_4class": 1800,
    "banking77": 700,
    "clinc150": 500,
    "hotel_reviews_es": 1500,
}
#: Left to the second stage: on these it can then be cross-validated what the first one has made of the base.
_LATER = frozenset({"complaint_tweets"})
#: In the first stage so many draws are shown: what is left out of one may be in the next.
_DRAWS = 2
#: In the second stage this part of those shares is shown again, and the read and the written so many times; of the read
#: the hostile once more, for they are few.
_AGAIN, _READ_TIMES, _WRITTEN_TIMES, _MADE_TIMES = 0.12, 2, 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    text: str
    #: One number for each of `COLUMNS`, and how much each counts; 0 where the set does not label the head.
    labels: F32
    trust: F32


def first(rows: Sequence[Row], seed: int) -> list[Example]:
    random = np.random.default_rng(seed)
    rows = [row for row in rows if row.set not in _LATER]
    return [of_row(row) for _ in range(_DRAWS) for row in _drawn(rows, 1.0, random)]


def second(rows: Sequence[Row], read: Sequence[Labelled], written: Sequence[Labelled], seed: int) -> list[Example]:
    random = np.random.default_rng(seed)
    made, _ = composed(read, np.zeros(len(read), dtype=np.int64))
    examples = [of_row(row) for row in _drawn([row for row in rows if row.set not in _LATER], _AGAIN, random)]
    examples += [of_row(row) for row in rows if row.set in _LATER]
    examples += [_of_post(post) for post in read] * _READ_TIMES + [_of_post(post) for post in read if post.hostile]
    examples += [_of_post(post) for post in written] * _WRITTEN_TIMES
    return examples + [_of_post(post) for post in made] * _MADE_TIMES


def _drawn(rows: Sequence[Row], part: float, random: np.random.Generator) -> list[Row]:
    by_set: dict[str, list[Row]] = {}
    for row in rows:
        if row.marks:
            by_set.setdefault(row.set, []).append(row)
    chosen: list[Row] = []
    for name, own in sorted(by_set.items()):
        share = round(part * SHARES.get(name, len(own)))
        # Rare insults first: at most half of what is drawn for hostility.
        rare = np.array([row.marks["hostility"].value if "hostility" in row.marks else 0 for row in own])
        luck = random.random(len(own))
        if 0 < rare.mean() < 0.5:
            places = np.flatnonzero(rare)
            luck[places[np.argsort(luck[places])[: share // 2]]] -= 1
        chosen += [own[at] for at in np.argsort(luck)[:share]]
    return chosen


def of_row(row: Row) -> Example:
    labels, trust = np.zeros(len(COLUMNS), dtype=np.float32), np.zeros(len(COLUMNS), dtype=np.float32)
    for head, mark in row.marks.items():
        if head == "sentiment":
            labels[mark.value], trust[:3] = 1, mark.weight
        else:
            column = COLUMNS.index(head)
            labels[column], trust[column] = mark.value, mark.weight
    return Example(text=row.text, labels=labels, trust=trust)


def _of_post(post: Labelled) -> Example:
    labels = np.zeros(len(COLUMNS), dtype=np.float32)
    labels[post.sentiment] = 1
    labels[3:6] = post.hostile, post.problem, post.constructive
    trust = np.ones(len(COLUMNS), dtype=np.float32)
    trust[COLUMNS.index("emotionality")] = 0
    return Example(text=post.text, labels=labels, trust=trust)
