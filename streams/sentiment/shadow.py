"""Posts that were scored walk in, a second model scores them too; where the two differ walks out, and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from streams.records import Post, ScoredPost, Scores
from streams.sentiment.ports import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """How the scores of one model become decisions."""

    #: Thresholds in force by head: `problem`, `hostility`, `constructiveness`, `positive`.
    thresholds: Mapping[str, float]
    verdict: Callable[[Post, Scores], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """One decision on one post that the shadow would take otherwise."""

    post_id: str
    #: `verdict`, or a head of the thresholds.
    head: str
    #: The verdict; of a head `yes` or `no`: over its threshold or not.
    first: str
    shadow: str
    #: The score of that head, by name; of a verdict those of `problem` and `hostility`, which make it.
    first_scores: Mapping[str, float]
    shadow_scores: Mapping[str, float]


class Listener(Protocol):
    """Told of each batch once, most often in the shadow's own thread."""

    def compared(self, posts: int, differing: Sequence[Differs]) -> None: ...

    def failed(self, posts: int, error: Exception) -> None: ...

    def skipped(self, posts: int) -> None: ...

    def ended(self) -> None: ...


class Shadow:
    """Scores beside the model that decides. It has a thread of its own, and a batch that comes while it is at work is
    skipped: neither a slow shadow nor a broken one holds the walk up.
    """

    def __init__(self, model: Model, *, first: Lines, shadow: Lines, listener: Listener) -> None:
        self._model = model
        self._first, self._shadow = first, shadow
        self._listener = listener
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shadow")
        self._work: Future[None] | None = None

    def look(self, scored: Sequence[ScoredPost]) -> None:
        """Returns at once; raises nothing."""
        if not scored:
            return
        if self._work is not None and not self._work.done():
            self._listener.skipped(len(scored))
            return
        self._work = self._thread.submit(self._compare, scored)

    def wait(self) -> None:
        """Until the batch in work is done."""
        if self._work is not None:
            self._work.result()

    def close(self) -> None:
        """Wait for the batch in work, then let the thread go."""
        self.wait()
        self._thread.shutdown()
        self._listener.ended()

    def _compare(self, scored: Sequence[ScoredPost]) -> None:
        try:
            others = self._model.score([one.post.text for one in scored], [one.post.lang for one in scored])
            pairs = zip(scored, others, strict=True)
            differing = [differs for one, other in pairs for differs in self._differing(one, other)]
        except Exception as error:
            self._listener.failed(len(scored), error)
        else:
            self._listener.compared(len(scored), differing)

    def _differing(self, one: ScoredPost, other: Scores) -> Iterator[Differs]:
        first, post = one.scores, one.post
        said, would_say = self._first.verdict(post, first), self._shadow.verdict(post, other)
        if said != would_say:
            yield _differs(post, "verdict", said, would_say, first, other, ("problem", "hostility"))
        for head, line in self._first.thresholds.items():
            is_over = _score(first, head) >= line
            would_be = _score(other, head) >= self._shadow.thresholds[head]
            if is_over != would_be:
                yield _differs(post, head, _word(is_over), _word(would_be), first, other, (head,))


def _differs(
    post: Post, head: str, said: str, would_say: str, first: Scores, other: Scores, shown: Sequence[str]
) -> Differs:
    return Differs(
        post_id=post.id,
        head=head,
        first=said,
        shadow=would_say,
        first_scores={name: _score(first, name) for name in shown},
        shadow_scores={name: _score(other, name) for name in shown},
    )


def _score(scores: Scores, head: str) -> float:
    value: float = scores.sentiment.positive if head == "positive" else getattr(scores, head)
    return value


def _word(is_over: bool) -> str:
    return "yes" if is_over else "no"
