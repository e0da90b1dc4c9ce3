"""Labelled posts and the logits of a model walk in; a small, careful change of that model's last step walks out.

Each head gets a map that is pulled towards no change. How strongly, whether a language gets one of its own, and whether
the head changes at all, is decided by cross-validation: a head is moved only where that is better for posts it has not
seen, by more than two standard errors.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from streams.sentiment.adjustment import GROUPS, INPUTS, inputs
from streams.sentiment.calibration import DEFAULT
from streams.sentiment.heads import COLUMNS, SENTIMENT
from streams.sentiment.labels import HEADS, Labels

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: Labelled posts of each side (problem, no problem) without which a head stays as it is.
LEAST_OF_A_SIDE = 8
#: Labelled posts of one language from which on it may have a map of its own.
LEAST_OF_A_LANGUAGE = 60
_FOLDS = 5
#: How strongly a map is pulled to zero: the penalty is half of this times the sum of squares.
_PULLS = (1.0, 4.0, 16.0, 64.0)
# A head's own start and slope may move more easily than what it takes from the other heads.
_OWN, _OTHERS = 0.5, 2.0
_STEPS = 50
#: Standard errors a gain must exceed: the best of several plans looks better than it is, and one error is soon passed.
_SURELY = 2.0


@dataclass(frozen=True, kw_only=True)
class Head:
    """What the corrections say of one head."""

    name: str
    #: Its columns among `COLUMNS`.
    columns: tuple[int, ...]
    #: Where in the rows the labelled posts stand, and which class each has.
    rows: I64
    truth: I64

    @property
    def least_of_a_side(self) -> int:
        """Of sentiment the second largest class: two suffice to learn from."""
        counts = sorted(np.bincount(self.truth, minlength=2).tolist(), reverse=True)
        return int(counts[1])


@dataclass(frozen=True, kw_only=True)
class Learned:
    #: By language, (`INPUTS`, `COLUMNS`), with `DEFAULT`.
    maps: Mapping[str, F64]
    #: One sentence for each head that the corrections speak of, by its name.
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_changed(self) -> bool:
        return any(table.any() for table in self.maps.values())


@dataclass(frozen=True, kw_only=True)
class _Plan:
    pull: float
    by_language: bool


def heads_of(labels: Sequence[Labels]) -> list[Head]:
    """The heads that somebody labelled."""
    found = [_head("sentiment", GROUPS[0], [_class(one) for one in labels])]
    for label, head in HEADS.items():
        sides = [None if (said := one.get(label)) is None else int(said) for one in labels]
        found.append(_head(head, (COLUMNS.index(head),), sides))
    return [head for head in found if len(head.rows)]


def learned(given: F64, langs: Sequence[str], heads: Sequence[Head]) -> Learned:
    """Maps for logits `given` (posts, `COLUMNS`); the order of the posts decides the folds, nothing is drawn."""
    maps = {DEFAULT: np.zeros((len(INPUTS), len(COLUMNS)))}
    notes = {}
    spoken = np.array(langs)
    for head in heads:
        if head.least_of_a_side < LEAST_OF_A_SIDE:
            notes[head.name] = (
                f"stays: {head.least_of_a_side} posts on its rarer side, {LEAST_OF_A_SIDE} are the least to learn from"
            )
            continue
        found, notes[head.name] = _fitted(head, given, spoken)
        for lang, table in found.items():
            maps.setdefault(lang, np.zeros_like(maps[DEFAULT]))[:, list(head.columns)] = table
    # A language with a map of its own for one head follows the rest in the others.
    for lang in maps.keys() - {DEFAULT}:
        for head in heads:
            columns = list(head.columns)
            if not maps[lang][:, columns].any():
                maps[lang][:, columns] = maps[DEFAULT][:, columns]
    return Learned(maps=maps, notes=notes)


def _fitted(head: Head, given: F64, spoken: NDArray[np.str_]) -> tuple[Mapping[str, F64], str]:
    read, langs = inputs(given)[head.rows], spoken[head.rows]
    offset, pulls = _offset(head, given[head.rows]), _pulls(head)
    own = [lang for lang in sorted(set(langs.tolist())) if _has_enough(head.truth[langs == lang])]
    plans = [_Plan(pull=pull, by_language=both) for pull in _PULLS for both in ([False, True] if own else [False])]
    folds = np.arange(len(head.rows)) % _FOLDS

    def maps(plan: _Plan, rows: NDArray[np.bool_]) -> dict[str, F64]:
        shared = _newton(read[rows], offset[rows], head.truth[rows], pulls * plan.pull)
        result = {DEFAULT: shared}
        for lang in own if plan.by_language else ():
            here = rows & (langs == lang)
            more = _newton(read[here], offset[here] + read[here] @ shared, head.truth[here], pulls * plan.pull)
            result[lang] = shared + more
        return result

    before = _loss(offset, head.truth)
    best, gain = None, np.zeros_like(before)
    for plan in plans:
        after = _unseen(partial(maps, plan), read, offset, head.truth, langs, folds)
        if (before - after).mean() > gain.mean():
            best, gain = plan, before - after
    error = float(gain.std() / np.sqrt(len(gain)))
    if best is None or gain.mean() <= _SURELY * error:
        return {}, f"stays: {len(head.rows)} posts, and no change is surely better for posts it was not shown"
    whole = maps(best, np.ones(len(head.rows), dtype=np.bool_))
    tables = {lang: _columns(head, table) for lang, table in whole.items()}
    apart = f", and apart for {', '.join(own)}" if best.by_language else ""
    said = (
        f"log loss {before.mean():.3f} to {(before - gain).mean():.3f} in cross-validation, pull {best.pull:g}{apart}"
    )
    return tables, f"moves: {len(head.rows)} posts, {said}"


def _unseen(
    maps: Callable[[NDArray[np.bool_]], Mapping[str, F64]],
    read: F64,
    offset: F64,
    truth: I64,
    langs: NDArray[np.str_],
    folds: I64,
) -> F64:
    """The loss of each row by maps that were made without its fold."""
    result = np.empty(len(truth))
    for fold in range(_FOLDS):
        out = folds == fold
        found = maps(~out)
        moved = np.array(
            [
                start + row @ found.get(lang, found[DEFAULT])
                for start, row, lang in zip(offset[out], read[out], langs[out].tolist(), strict=True)
            ]
        ).reshape(-1, offset.shape[1])
        result[out] = _loss(moved, truth[out])
    return result


def _newton(read: F64, offset: F64, truth: I64, pulls: F64) -> F64:
    """The map that makes `truth` likeliest, less the pull; (inputs, classes). Convex, so it has one answer."""
    count, classes = len(read), offset.shape[1]
    wanted = np.eye(classes)[truth]
    table = np.zeros((read.shape[1], classes))

    def cost(at: F64) -> float:
        return float(_loss(offset + read @ at, truth).sum() + 0.5 * (pulls * at**2).sum())

    now = cost(table)
    for _ in range(_STEPS if count else 0):
        chances = np.exp(_log_chances(offset + read @ table))
        slope = read.T @ (chances - wanted) + pulls * table
        bend = np.diag(pulls.ravel())
        spread = np.einsum("nk,kl->nkl", chances, np.eye(classes)) - np.einsum("nk,nl->nkl", chances, chances)
        size = table.size
        bend = bend + np.einsum("ni,nj,nkl->ikjl", read, read, spread, optimize=True).reshape(size, size)
        step = np.linalg.solve(bend, slope.ravel()).reshape(table.shape)
        length = 1.0
        while cost(table - length * step) > now and length > 1e-6:
            length /= 2
        after = cost(table - length * step)
        if now - after < 1e-9 * max(now, 1.0):
            break
        table, now = table - length * step, after
    return table


def _head(name: str, columns: tuple[int, ...], classes: Sequence[int | None]) -> Head:
    rows = [at for at, one in enumerate(classes) if one is not None]
    truth = [one for one in classes if one is not None]
    return Head(name=name, columns=columns, rows=np.array(rows, dtype=np.int64), truth=np.array(truth, dtype=np.int64))


def _class(labels: Labels) -> int | None:
    return SENTIMENT.index(str(labels["sentiment"])) if "sentiment" in labels else None


def _has_enough(truth: I64) -> bool:
    sides = sorted(np.bincount(truth, minlength=2).tolist(), reverse=True)
    return len(truth) >= LEAST_OF_A_LANGUAGE and sides[1] >= LEAST_OF_A_SIDE


def _offset(head: Head, given: F64) -> F64:
    """Logits of the head's classes, (posts, classes): a yes-or-no head is two, half a logit each."""
    own = given[:, list(head.columns)]
    return own if len(head.columns) > 1 else np.hstack([-own / 2, own / 2])


def _columns(head: Head, table: F64) -> F64:
    """The map of the head's columns, from the map of its classes."""
    return table if len(head.columns) > 1 else table[:, 1:] - table[:, :1]


def _pulls(head: Head) -> F64:
    own = np.full(len(INPUTS), _OTHERS)
    own[[0, *(1 + at for at in head.columns)]] = _OWN
    return np.repeat(own[:, None], max(len(head.columns), 2), axis=1)


def _log_chances(moved: F64) -> F64:
    apart = moved - moved.max(axis=1, keepdims=True)
    return np.asarray(apart - np.log(np.exp(apart).sum(axis=1, keepdims=True)))


def _loss(moved: F64, truth: I64) -> F64:
    return -_log_chances(moved)[np.arange(len(truth)), truth]
