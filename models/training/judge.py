"""Probabilities and labels walk in; calibrations, thresholds and verdicts judged on posts not learnt from walk out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from models.training import layer, stack
from models.training.labels import Labelled
from streams.cases.triage import BEHIND_AN_INSULT
from streams.sentiment.calibration import Calibration, chances, plain
from streams.sentiment.heads import COLUMNS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Lines = dict[str, float]

#: At least this part of the problems must be heard.
RECALL = 0.90
#: What part of posts to companies is taken to be hostile, in each language: about the part of the dev gold. The
#: labelled posts were chosen by what a model was unsure of: how many are hostile says little of how many will come.
_HOSTILE = 0.2
VERDICTS = ("hostile_problem", "complaint", "grievance", "abuse", "praise", "mention")
#: A hostile problem taken for something else costs most: as many as possible are heard, as long as this part of those
#: called so truly are.
_WORST, WORST_PRECISION = "hostile_problem", 0.30
_SEED = 20
_LABELS = {"hostility": "hostile", "problem": "problem", "constructiveness": "constructive"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What the calibration learns from: sums and looks of labelled posts."""

    inputs: F64
    posts: Sequence[Labelled]

    @property
    def langs(self) -> list[str]:
        return [post.lang for post in self.posts]

    def only(self, places: NDArray[np.int64]) -> "Taught":
        return Taught(inputs=self.inputs[places], posts=[self.posts[at] for at in places])


class Calibrate(Protocol):
    """One way to make a calibration of labelled posts.

    `emotionality` is the map of that head, (1 + inputs): no post is labelled for it, it comes from the public dev rows.
    """

    def __call__(self, taught: Taught, emotionality: F64) -> Calibration: ...


def layered(taught: Taught, emotionality: F64) -> Calibration:
    """Linear maps and hidden units: for some thousands of posts."""
    sentiment = np.eye(3)[[post.sentiment for post in taught.posts]]
    labels = np.hstack([sentiment, *(truth(taught.posts, head)[:, None] for head in _LABELS)])
    return layer.fitted(taught.inputs, taught.langs, labels, trust(taught.posts), emotionality)


def trust(posts: Sequence[Labelled]) -> F64:
    """How much each label counts: hostility as if `_HOSTILE` of the posts were hostile, with a problem and without."""
    result = np.ones((len(posts), layer.LABELLED))
    cell = np.array([f"{post.lang}{post.problem}" for post in posts])
    hostile = truth(posts, "hostility") == 1
    for one in set(cell.tolist()):
        here = cell == one
        share = hostile[here].mean()
        if 0 < share < 1:
            column = COLUMNS.index("hostility")
            result[here & hostile, column] = _HOSTILE / share
            result[here & ~hostile, column] = (1 - _HOSTILE) / (1 - share)
    return result


def straight(taught: Taught, emotionality: F64) -> Calibration:
    """Linear maps alone: for some hundreds of posts."""
    parts = [stack.maps(taught.inputs, taught.langs, np.array([post.sentiment for post in taught.posts]))]
    parts += [stack.maps(taught.inputs, taught.langs, truth(taught.posts, head)) for head in _LABELS]
    return plain({lang: np.hstack([*(part[lang] for part in parts), emotionality[:, None]]) for lang in parts[0]})


def unheard(taught: Taught, emotionality: F64, calibrate: Calibrate, fold: I64) -> F64:
    """Probabilities of each post by calibrations that have not seen its fold."""
    result = np.zeros((len(taught.posts), len(COLUMNS)))
    for left in range(int(fold.max()) + 1):
        calibration = calibrate(taught.only(np.flatnonzero(fold != left)), emotionality)
        result[fold == left] = applied(calibration, taught.only(np.flatnonzero(fold == left)))
    return result


def folds(posts: Sequence[Labelled], count: int) -> I64:
    """The fold of each post, each with about the same languages, problems and hostility."""
    strata = [f"{post.lang}{post.problem}{post.hostile}" for post in posts]
    result = np.zeros(len(posts), dtype=np.int64)
    for at, (_, left) in enumerate(StratifiedKFold(count, shuffle=True, random_state=_SEED).split(strata, strata)):
        result[left] = at
    return result


def applied(calibration: Calibration, taught: Taught) -> F64:
    return chances(calibration.logits(taught.inputs, taught.langs))


def truth(posts: Sequence[Labelled], head: str) -> NDArray[np.int64]:
    return np.array([getattr(post, _LABELS[head]) for post in posts])


def lines(
    chance: F64, posts: Sequence[Labelled], recall: float = RECALL, worst_precision: float = WORST_PRECISION
) -> Lines:
    """Thresholds: `problem` as high as `recall` allows, `hostility` as low as `worst_precision` allows.

    The others stand where the verdicts agree best with the labels, by macro-F1; so does `hostility` where no threshold
    is precise enough.
    """
    problems = chance[truth(posts, "problem") == 1, COLUMNS.index("problem")]
    chosen = {"problem": round(float(np.quantile(problems, 1 - recall)), 3), "emotionality": 0.5}
    wanted = verdicts_of(posts)

    def said(hostility: float, constructiveness: float, positive: float) -> list[str]:
        return verdicts(
            chance, chosen | {"hostility": hostility, "constructiveness": constructiveness, "positive": positive}
        )

    def agreement(hostility: float, constructiveness: float, positive: float) -> float:
        return float(f1_score(wanted, said(hostility, constructiveness, positive), average="macro"))

    def precise(hostility: float) -> bool:
        heard = [true for one, true in zip(said(hostility, 0.5, 0.5), wanted, strict=True) if one == _WORST]
        return bool(heard) and heard.count(_WORST) >= worst_precision * len(heard)

    grid = np.round(np.arange(0.12, 0.62, 0.04), 2)
    low = np.round(np.arange(0.04, 0.42, 0.01), 2)
    hostility = next((at for at in low if all(map(precise, low[low >= at][:3]))), None)
    # `positive` hardly touches the others: it is chosen first.
    positive = max(grid, key=lambda at: agreement(0.2 if hostility is None else hostility, 0.3, at))
    hostility, constructiveness = max(
        product(low if hostility is None else [hostility], grid), key=lambda pair: agreement(pair[0], pair[1], positive)
    )
    return chosen | {
        "hostility": float(hostility),
        "constructiveness": float(constructiveness),
        "positive": float(positive),
    }


def crossed(
    chance: F64, posts: Sequence[Labelled], recall: float = RECALL, worst_precision: float = WORST_PRECISION
) -> list[Lines]:
    """For each post thresholds chosen on the other four fifths."""
    fold = folds(posts, 5)
    result: list[Lines] = [{} for _ in posts]
    for left in range(5):
        seen = np.flatnonzero(fold != left)
        chosen = lines(chance[seen], [posts[at] for at in seen], recall, worst_precision)
        for at in np.flatnonzero(fold == left):
            result[at] = chosen
    return result


def verdicts(chance: F64, at: Lines) -> list[str]:
    return [verdict(row, at) for row in chance.tolist()]


def verdict(row: Sequence[float], at: Lines) -> str:
    hostile = row[3] >= at["hostility"]
    problem = row[4] >= at["problem"] * (BEHIND_AN_INSULT if hostile else 1)
    if problem:
        return "hostile_problem" if hostile else "complaint" if row[5] >= at["constructiveness"] else "grievance"
    if hostile:
        return "abuse"
    return "praise" if row[2] >= at["positive"] else "mention"


def verdicts_of(posts: Sequence[Labelled]) -> list[str]:
    """The verdicts that follow from the labels, as the guide has it."""
    return [
        verdict([0, 0, float(post.sentiment == 2), post.hostile, post.problem, post.constructive], _HALF)
        for post in posts
    ]


_HALF: Lines = {"problem": 0.5, "hostility": 0.5, "constructiveness": 0.5, "positive": 0.5}
