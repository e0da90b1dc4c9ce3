"""A post walks in, variants of it walk out; what a model says of them walks in, the stretches that carried it walk out.

Each clause is heard alone, and the post is heard without it; long clauses are heard once more in short windows, for
an insult may stand in the middle of the clause that tells the problem. How much each of these says about a word was
fitted on one half of the marked posts of `models/training/spans` (`python -m models.training.telling`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.records import Evidence
from streams.sentiment.clauses import JOINTS, Span, clauses, words
from streams.sentiment.heads import COLUMNS, EXPLAINED
from streams.sentiment.text import LONGEST
from streams.sentiment.vocabulary import NEUTRAL

F64 = NDArray[np.float64]

#: No post has more variants than this.
MOST_VARIANTS = 40
#: Of a longer post only so many characters are explained, three quarters of them at its beginning: more than any model
#: reads (`pieces.Pieces.ids`). And so many clauses there and at its end.
_READ = 600
_MOST_CLAUSES, _MOST_FIRST, _MOST_LAST = 11, 8, 3
#: A post is heard without each of its clauses where that makes no more than so many characters: a long post hardly
#: changes by one clause, and hearing it eleven times more took over a second.
_REPEATED = 3000
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

#: For each of `EXPLAINED` a constant, then how much each of `heard` says, against a word being of no head.
_SAYS: F64 = np.array(
    [
        [1.76, 0.74],
        [0.39, -0.11],
        [0.33, 0.84],
        [0.36, -0.30],
        [-0.57, 0.06],
        [0.62, 0.04],
        [0.10, 0.89],
    ]
)
_COLUMNS = [COLUMNS.index(head) for head in EXPLAINED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is heard of a post: the post, each clause alone, the post without each, then the windows."""

    clauses: tuple[Span, ...]
    #: Of each clause.
    words: tuple[tuple[Span, ...], ...]
    #: Clause, first word, word after the last.
    windows: tuple[tuple[int, int, int], ...]
    #: What the post is heard without: its clauses, or nothing.
    without: tuple[Span, ...]


def variants(text: str) -> list[str]:
    """At most `MOST_VARIANTS` texts to be heard, the post first; none is longer than the post."""
    plan = layout(text)
    alone = [text[begin:end] for begin, end in plan.clauses]
    without = [f"{text[:begin]}{text[end:]}" for begin, end in plan.without]
    windows = [text[plan.words[at][first][0] : plan.words[at][last - 1][1]] for at, first, last in plan.windows]
    return [text, *alone, *without, *windows]


def spans(text: str, logits: F64, heads: Collection[str] = EXPLAINED) -> tuple[Evidence, ...]:
    """The stretches that carried each of `heads`, by head, then by place; no two share a letter.

    `logits` has a row for each of `variants(text)`, with `heads.COLUMNS`. The problem's are mostly whole clauses, those
    of hostility the words of the insult, without handles and links. Each head has at most four.
    """
    plan = layout(text)
    if not plan.clauses:
        return ()
    said = _said(heard(plan, logits), heads)
    parts = np.split(said, np.cumsum([len(own) for own in plan.words])[:-1])
    bears = [[_bears(text[slice(*word)]) for word in own] for own in plan.words]
    kinds = [_told(part, own)[0] for part, own in zip(parts, bears, strict=True)]
    for kind, head in enumerate(EXPLAINED, 1):
        if head in heads and not any(_held(kind, kinds, bears)):
            _give(kind, parts, bears, kinds)
    sure = np.exp(said - np.logaddexp.reduce(said, axis=1, keepdims=True))
    found = list(_stretches(text, plan, [kind for told in kinds for kind in told], sure))
    return tuple(one for head in EXPLAINED for one in _heaviest(head, found))


def layout(text: str) -> Layout:
    found = tuple(_clauses(text))
    own = tuple(tuple(_words(text, *one)) for one in found)
    without = found if len(found) * min(len(text), _READ) <= _REPEATED else ()
    room = MOST_VARIANTS - 1 - len(found) - len(without)
    width, step = _WINDOW, _STEP
    while (
        len(windows := [window for at, one in enumerate(own) for window in _windows(at, len(one), width, step)]) > room
    ):
        width, step = width * 3 // 2, step * 3 // 2
    return Layout(clauses=found, words=own, windows=tuple(windows), without=without)


def heard(plan: Layout, logits: F64) -> F64:
    """What was heard of each word, (words, 6), for each of `EXPLAINED`.

    That is its clause alone, what the post lost without that clause (0 where it wasn't heard so), and how much more the
    windows with this word said than those of the clause's other words: 0 in short clauses.
    """
    rows = logits[:, _COLUMNS]
    count, repeated = len(plan.clauses), len(plan.without)
    sizes = [len(own) for own in plan.words]
    starts = np.cumsum([0, *sizes])[:-1]
    clause = np.repeat(np.arange(count), sizes)
    near, times = np.zeros((len(clause), len(EXPLAINED))), np.zeros((len(clause), 1))
    for (at, first, last), row in zip(plan.windows, rows[1 + count + repeated :], strict=True):
        near[starts[at] + first : starts[at] + last] += row
        times[starts[at] + first : starts[at] + last] += 1
    near /= np.maximum(times, 1)
    near -= (np.add.reduceat(near, starts, axis=0) / np.array(sizes)[:, None])[clause]
    alone, lost = rows[1 : 1 + count], np.zeros((count, len(EXPLAINED)))
    lost[:repeated] = rows[0] - rows[1 + count : 1 + count + repeated]
    return np.hstack([alone[clause], lost[clause], near])


def _said(found: F64, heads: Collection[str]) -> F64:
    """How much speaks for each word being of no head, of the problem, of hostility: (words, 3)."""
    result: F64 = np.hstack([np.zeros((len(found), 1)), found @ _SAYS[1:] + _SAYS[0]])
    for at, head in enumerate(EXPLAINED, 1):
        if head not in heads:
            result[:, at] = _NEVER
    return result


def _told(said: F64, bears: Sequence[bool], must: Sequence[int] = ()) -> tuple[list[int], float]:
    """The likeliest kind of each word of a clause, where every change costs `_CHANGE` (Viterbi), and their sum.

    Each kind of `must` is told by a word that `bears` it; the sum is -inf where there are too few of those.
    """
    states = [(met, kind) for met in range(1 << len(must)) for kind in range(said.shape[1])]
    moves = {bearing: _moves(states, must, bearing=bearing) for bearing in set(bears)}
    of_kind = np.array([kind for _, kind in states])
    started = np.isfinite(moves[bears[0]][: said.shape[1]].max(axis=0))
    total, came = np.where(started, said[0][of_kind], -np.inf), []
    for row, bearing in zip(said[1:], bears[1:], strict=True):
        reached = total[:, None] + moves[bearing]
        came.append(reached.argmax(axis=0))
        total = reached.max(axis=0) + row[of_kind]
    done = len(states) - said.shape[1] + int(total[-said.shape[1] :].argmax())
    best, path = float(total[done]), [done]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return [states[at][1] for at in reversed(path)], best


def _moves(states: Sequence[tuple[int, int]], must: Sequence[int], *, bearing: bool) -> F64:
    """What it costs to come from each state (kinds of `must` met so far, kind of the last word) to each."""
    result = np.full((len(states), len(states)), -np.inf)
    for at, (met, kind) in enumerate(states):
        for to, (then, other) in enumerate(states):
            if then == met | (1 << must.index(other) if bearing and other in must else 0):
                result[at, to] = 0.0 if kind == other else -_CHANGE
    return result


def _held(kind: int, kinds: Sequence[Sequence[int]], bears: Sequence[Sequence[bool]]) -> list[bool]:
    """Which clauses have a word that bears this kind."""
    pairs = (zip(told, own, strict=True) for told, own in zip(kinds, bears, strict=True))
    return [(kind, True) in pair for pair in pairs]


def _give(kind: int, parts: Sequence[F64], bears: Sequence[Sequence[bool]], kinds: list[list[int]]) -> None:
    """What was heard in the post stands somewhere: give it words of the clause where that costs least.

    The whole clause where no other head has a word of it; else it is split by what tells its words apart, and the
    others keep what they have nowhere else.
    """
    others = {other: _held(other, kinds, bears) for other in range(1, len(EXPLAINED) + 1) if other != kind}
    most, best, must = -np.inf, 0, [kind]
    for at, (part, own) in enumerate(zip(parts, bears, strict=True)):
        both = [kind, *(other for other, held in others.items() if held[at] and sum(held) == 1)]
        if (gain := _told(part, own, both)[1] - _told(part, own)[1]) > most:
            most, best, must = gain, at, both
    if most == -np.inf:
        return
    if {0, kind}.issuperset(kinds[best]):
        kinds[best] = [kind] * len(kinds[best])
    else:
        level = parts[best] - parts[best].mean(axis=0)
        level[:, 0] = _NEVER
        kinds[best] = _told(level, bears[best], must)[0]


def _bears(word: str) -> bool:
    """Whether it says something where it stands alone: no joint, and no name of a product."""
    return word.lower() not in _FILLERS and word != NEUTRAL


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
            yield EXPLAINED[kind - 1], float(sure[run, kind].mean()), (places[run[0]][0], places[run[-1]][1])


def _heaviest(head: str, found: Sequence[tuple[str, float, Span]]) -> Iterator[Evidence]:
    own = sorted(((weight, span) for name, weight, span in found if name == head), reverse=True)[:_MOST_SPANS]
    for weight, (begin, end) in sorted(own, key=lambda one: one[1]):
        yield Evidence(head=head, start=begin, end=end, weight=max(round(weight / own[0][0], 3), 0.001))


def _parted(between: str) -> bool:
    return any(sign in ".!?…\n。！？@" or ord(sign) > _SIGNS for sign in between) or any(map(str.isalnum, between))


def _clauses(text: str) -> Iterator[Span]:
    """Those of what is read of a post."""
    text = text[:LONGEST]
    if len(text) <= _READ:
        yield from clauses(text, _MOST_CLAUSES)
        return
    tail = len(text) - _READ // 4
    end, begin = text.rfind(" ", 0, _READ - _READ // 4), text.find(" ", tail)
    yield from clauses(text[: end if end > 0 else _READ - _READ // 4], _MOST_FIRST)
    start = max(begin, tail)
    yield from ((first + start, last + start) for first, last in clauses(text[start:], _MOST_LAST))


def _windows(at: int, count: int, width: int, step: int) -> Iterator[tuple[int, int, int]]:
    if count <= max(_SHORT, width):
        return
    for first in range(0, count - width + step, step):
        first = min(first, count - width)
        yield at, first, first + width


def _words(text: str, begin: int, end: int) -> Iterator[Span]:
    """Those of a clause that may carry something; the clause itself where it is a sign that insults."""
    yield from words(text, begin, end) or [(begin, end)]
