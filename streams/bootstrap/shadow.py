"""Settings and the model that decides walk in, its shadow walks out, with metrics and log lines for ears."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict

import structlog

from streams.cases.triage import Thresholds, triage
from streams.metrics import Metrics
from streams.records import Post, Scores
from streams.sentiment.load import load
from streams.sentiment.ports import Model
from streams.sentiment.shadow import Differs, Lines, Shadow
from streams.sentiment.vocabulary import with_vocabulary
from streams.settings import Settings

#: Posts between two lines in the log that say how often the models differed.
_SUM_UP = 1000

log = structlog.get_logger("hearout.shadow")


def open_shadow(
    settings: Settings,
    first: Model,
    metrics: Metrics,
    thresholds: Callable[[Model], Thresholds],
    products: Sequence[str] = (),
) -> Shadow | None:
    """None without the setting, and where its model cannot be opened: that is logged, and the walk goes on.

    `thresholds` are those in force for a model: what the settings say counts for both. Names of `products` say nothing
    to either.
    """
    if not settings.model.shadow:
        return None
    try:
        model = load(settings.model.shadow, cascade=settings.model.cascade)
    except Exception as fault:  # a damaged folder makes libraries stumble in their own ways, and none may stop the walk
        log.error(
            "the shadow model cannot be opened, posts are scored without it",
            kind=type(fault).__name__,
            reason=str(fault),
        )
        return None
    log.info("a shadow model scores too and decides nothing", model=first.name, shadow=model.name)
    low_rating = settings.triage.low_rating
    return Shadow(
        with_vocabulary(model, products),
        first=_lines(thresholds(first), low_rating),
        shadow=_lines(thresholds(model), low_rating),
        listener=Counted(metrics, model=first.name, shadow=model.name),
    )


def _lines(thresholds: Thresholds, low_rating: float) -> Lines:
    def verdict(post: Post, scores: Scores) -> str:
        # Sub-ratings that fell are the same for both models, so that they make no difference.
        return triage(post, scores, thresholds, low_rating=low_rating).verdict.value

    heads = ("problem", "hostility", "constructiveness", "positive")
    return Lines(thresholds={head: getattr(thresholds, head) for head in heads}, verdict=verdict)


class Counted:
    """Counts and logs, never a text: each difference at debug, sums at info, one warning for each kind of failure."""

    def __init__(self, metrics: Metrics, *, model: str, shadow: str) -> None:
        self._posts = {
            outcome: metrics.shadow_posts.labels(model, shadow, outcome)
            for outcome in ("compared", "failed", "skipped")
        }
        self._disagreements = metrics.shadow_disagreements
        self._log = log.bind(model=model, shadow=shadow)
        self._failures: set[type[Exception]] = set()
        self._seen = self._told = 0
        self._sums: Counter[str] = Counter()

    def compared(self, posts: int, differing: Sequence[Differs]) -> None:
        self._posts["compared"].inc(posts)
        for one in differing:
            self._disagreements.labels(one.head, one.shadow).inc()
            self._log.debug("the shadow differs", **asdict(one))
        self._sums.update(one.head for one in differing)
        self._seen += posts
        if self._seen - self._told >= _SUM_UP:
            self._sum_up()

    def failed(self, posts: int, error: Exception) -> None:
        self._posts["failed"].inc(posts)
        if type(error) not in self._failures:
            self._failures.add(type(error))
            self._log.warning(
                "the shadow could not score; failures of this kind are counted and not told again",
                kind=type(error).__name__,
                reason=str(error),
            )

    def skipped(self, posts: int) -> None:
        self._posts["skipped"].inc(posts)

    def ended(self) -> None:
        if self._seen > self._told:
            self._sum_up()

    def _sum_up(self) -> None:
        self._told = self._seen
        self._log.info("posts compared with the shadow", compared=self._seen, differing=dict(self._sums))
