"""A post walks in, variants of it walk out; what a model says of them walks in, the stretches that carried it walk out.

Each clause is heard alone, and the post is heard without it; long clauses are heard once more in short windows, for
an insult may stand in the middle of the clause that tells the problem. How much each of these says about a word was
fitted on one half of the marked posts of `models/training/spans` (`python -m models.training.telling`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.records import Evidence
from streams.sentiment.clauses import JOINTS, Span, apart, clauses, words
from streams.sentiment.heads import COLUMNS

F64 = NDArray[np.float64]

#: No post has more variants than this.
MOST_VARIANTS = 40
_MOST_CLAUSES = 11
#: Clauses of more words are heard in windows as well.
_SHORT = 4
#: Words of a window; the next begins so many words later. Wider in posts that would need too many.
_WINDOW, _STEP = 3, 2
_MOST_SPANS = 4

#: Of a word to be no head, the problem, hostility: what a change of mind within a clause costs, and what never is.
_CHANGE, _NEVER = 2.0, -1e9

#: Carry nothing at the ends of a stretch.
_GREETINGS = "hey hi hello oh ah lol oye oigan che привет ну эй oi hallo salut ciao"
_FILLERS = JOINTS | frozenset(_GREETINGS.split())
#: Emoji begin behind it.
_SIGNS = 0x2190

#: What is explained, in the order of the columns of `_SAYS`.
HEADS = ("problem", "hostility")
#: For each of `HEADS` a constant, then how much each of `heard` says, against a word being of no head.
_SAYS: F64 = np.array(
    [
        [1.41, -0.49],
        [0.14, -0.63],
        [0.43, 0.87],
        [0.61, 0.01],
        [-0.73, 0.18],
        [0.49, -0.05],
        [0.12, 0.87],
    ]
)
_COLUMNS = [COLUMNS.index(head) for head in HEADS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is heard of a post: the post, each clause alone, the post without it, then the windows."""

    clauses: tuple[Span, ...]
    #: Of each clause.
    words: tuple[tuple[Span, ...], ...]
    #: Clause, first word, word after the last.
    windows: tuple[tuple[int, int, int], ...]


def variants(text: str) -> list[str]:
    """At most `MOST_VARIANTS` texts to be heard, the post first; none is longer than the post."""
    plan = layout(text)
    alone = [text[begin:end] for begin, end in plan.clauses]
    without = [f"{text[:begin]}{text[end:]}" for begin, end in plan.clauses]
    windows = [text[plan.words[at][first][0] : plan.words[at][last - 1][1]] for at, first, last in plan.windows]
    return [text, *alone, *without, *windows]


def spans(text: str, logits: F64, heads: Sequence[str] = HEADS) -> tuple[Evidence, ...]:
    """The stretches that carried each of `heads`, by head, then by place; no two share a letter.

    `logits` has a row for each of `variants(text)`, with `heads.COLUMNS`. The problem's are mostly whole clauses, those
    of hostility the words of the insult, without handles and links. Each head has at most four.
    """
    plan = layout(text)
    if not plan.clauses:
        return ()
    said = _said(heard(plan, logits), heads)
    parts = np.split(said, np.cumsum([len(own) for own in plan.words])[:-1])
    kinds = [_told(part) for part in parts]
    for kind, head in enumerate(HEADS, 1):
        if head in heads and not any(kind in told for told in kinds):
            _give(kind, parts, kinds)
    sure = np.exp(said - np.logaddexp.reduce(said, axis=1, keepdims=True))
    found = list(_stretches(text, plan, [kind for told in kinds for kind in told], sure))
    return tuple(one for head in HEADS for one in _heaviest(head, found))


def layout(text: str) -> Layout:
    found = clauses(text, _MOST_CLAUSES)
    own = tuple(tuple(_words(text, *one)) for one in found)
    room = MOST_VARIANTS - 1 - 2 * len(found)
    width, step = _WINDOW, _STEP
    while (
        len(windows := [window for at, one in enumerate(own) for window in _windows(at, len(one), width, step)]) > room
    ):
        width, step = width * 3 // 2, step * 3 // 2
    return Layout(clauses=tuple(found), words=own, windows=tuple(windows))


def heard(plan: Layout, logits: F64) -> F64:
    """What was heard of each word, (words, 6), for each of `HEADS`.

    That is its clause alone, what the post lost without that clause, and how much more the windows with this word said
    than those of the clause's other words: 0 in short clauses.
    """
    rows = logits[:, _COLUMNS]
    count = len(plan.clauses)
    sizes = [len(own) for own in plan.words]
    starts = np.cumsum([0, *sizes])[:-1]
    clause = np.repeat(np.arange(count), sizes)
    near, times = np.zeros((len(clause), len(HEADS))), np.zeros((len(clause), 1))
    for (at, first, last), row in zip(plan.windows, rows[1 + 2 * count :], strict=True):
        near[starts[at] + first : starts[at] + last] += row
        times[starts[at] + first : starts[at] + last] += 1
    near /= np.maximum(times, 1)
    near -= (np.add.reduceat(near, starts, axis=0) / np.array(sizes)[:, None])[clause]
    alone, lost = rows[1 : 1 + count], rows[0] - rows[1 + count : 1 + 2 * count]
    return np.hstack([alone[clause], lost[clause], near])


def _said(found: F64, heads: Sequence[str]) -> F64:
    """How much speaks for each word being of no head, of the problem, of hostility: (words, 3)."""
    result: F64 = np.hstack([np.zeros((len(found), 1)), found @ _SAYS[1:] + _SAYS[0]])
    for at, head in enumerate(HEADS, 1):
        if head not in heads:
            result[:, at] = _NEVER
    return result


def _told(said: F64) -> list[int]:
    """The likeliest kind of each word of a clause, where every change costs `_CHANGE` (Viterbi)."""
    total, came = said[0].copy(), []
    for row in said[1:]:
        stays, best = total, int(total.argmax())
        changed = total[best] - _CHANGE
        came.append(np.where(stays >= changed, np.arange(len(total)), best))
        total = np.maximum(stays, changed) + row
    kinds = [int(total.argmax())]
    for step in reversed(came):
        kinds.append(int(step[kinds[-1]]))
    return kinds[::-1]


def _give(kind: int, parts: Sequence[F64], kinds: list[list[int]]) -> None:
    """What was heard in the post stands somewhere: give it the clause most like it that is no other head's."""
    free = [at for at, told in enumerate(kinds) if not any(told)]
    if free:
        best = max(free, key=lambda at: float(parts[at][:, kind].mean()))
        kinds[best] = [kind] * len(kinds[best])


def _stretches(text: str, plan: Layout, kinds: Sequence[int], sure: F64) -> Iterator[tuple[str, float, Span]]:
    """Neighbouring words of one kind, also across clauses where no sentence ends: head, how sure, place."""
    places = [place for own in plan.words for place in own]
    runs: list[list[int]] = []
    for at, kind in enumerate(kinds):
        if not kind:
            continue
        last = runs[-1][-1] if runs else at
        if last == at - 1 and kinds[last] == kind and not _parted(text[places[last][1] : places[at][0]]):
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in runs:
        while run and text[slice(*places[run[0]])].lower() in _FILLERS:
            run.pop(0)
        while run and text[slice(*places[run[-1]])].lower() in _FILLERS:
            run.pop()
        if run:
            kind = kinds[run[0]]
            yield HEADS[kind - 1], float(sure[run, kind].mean()), (places[run[0]][0], places[run[-1]][1])


def _heaviest(head: str, found: Sequence[tuple[str, float, Span]]) -> Iterator[Evidence]:
    own = sorted(((weight, span) for name, weight, span in found if name == head), reverse=True)[:_MOST_SPANS]
    for weight, (begin, end) in sorted(own, key=lambda one: one[1]):
        yield Evidence(head=head, start=begin, end=end, weight=max(round(weight / own[0][0], 3), 0.001))


def _parted(between: str) -> bool:
    return any(sign in ".!?…\n。！？@" or ord(sign) > _SIGNS for sign in between) or any(map(str.isalnum, between))


def _windows(at: int, count: int, width: int, step: int) -> Iterator[tuple[int, int, int]]:
    if count <= max(_SHORT, width):
        return
    for first in range(0, count - width + step, step):
        first = min(first, count - width)
        yield at, first, first + width


def _words(text: str, begin: int, end: int) -> Iterator[Span]:
    """Those of a clause that may carry something; the clause itself where it is a sign that insults."""
    found = [one for one in words(text, begin, end) if not apart(text[slice(*one)])]
    yield from found or [(begin, end)]
