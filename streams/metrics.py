"""Every number Hearout counts, in one catalogue; `docs/metrics.md` is checked against it.

Labels never hold post text or names of people.
"""

from typing import Any, Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400)
_WORK = (60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800)


#: Rows of files and webhooks name their sources freely; each name is a time series that never goes away.
MAX_SOURCES = 50


class _BySource(Counter):
    """Its first label is a post's source: the first `MAX_SOURCES` names, and `other` for the rest."""

    def __init__(self, *described: Any, **more: Any) -> None:
        super().__init__(*described, **more)
        self._sources: set[str] = set()

    def labels(self, *values: object, **named: object) -> Self:
        source, *others = values
        if len(self._sources) < MAX_SOURCES:
            self._sources.add(str(source))
        return super().labels(source if source in self._sources else "other", *others, **named)


class Metrics:
    """The catalogue, on one registry; each process makes one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        r = self.registry = registry or CollectorRegistry()
        self.posts_heard = _BySource("hearout_posts_heard", "Posts accepted, by source.", ["source"], registry=r)
        self.posts_triaged = _BySource(
            "hearout_posts_triaged",
            "Posts triaged, by source, verdict and effect.",
            ["source", "verdict", "effect"],
            registry=r,
        )
        self.records = Counter("hearout_records", "Records settled, by stage and fate.", ["stage", "fate"], registry=r)
        self.stage_seconds = Histogram(
            "hearout_stage_seconds",
            "Seconds a stage's step took for one batch; of stage `score`, scoring.",
            ["stage"],
            buckets=_FAST,
            registry=r,
        )
        self.batch_size = Histogram(
            "hearout_batch_size",
            "Records in one batch.",
            ["stage"],
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
            registry=r,
        )
        self.post_to_case_seconds = Histogram(
            "hearout_post_to_case_seconds",
            "Age of a post when its case was opened, seconds.",
            buckets=_SLOW,
            registry=r,
        )
        self.accepted_to_case_seconds = Histogram(
            "hearout_accepted_to_case_seconds",
            "Seconds from a post accepted to its case opened.",
            buckets=_SLOW,
            registry=r,
        )
        self.first_contact_seconds = Histogram(
            "hearout_first_contact_seconds",
            "Seconds from a post to the first personal contact.",
            buckets=_WORK,
            registry=r,
        )
        self.lag = Gauge("hearout_lag", "Records waiting, by stage.", ["stage"], registry=r)
        self.dead_letters = Counter("hearout_dead_letters", "Records refused, by stage.", ["stage"], registry=r)
        self.dead_letters_kept = Gauge("hearout_dead_letters_kept", "Dead letters nobody has replayed.", registry=r)
        self.retries = Counter(
            "hearout_retries", "Batches held because something was away, by stage.", ["stage"], registry=r
        )
        self.stalled = Gauge(
            "hearout_stalled_partitions",
            "Partitions whose committed offset stands still while records wait.",
            ["stage"],
            registry=r,
        )
        self.source_age_seconds = Gauge(
            "hearout_source_age_seconds", "Age of a source's newest post, seconds.", ["source"], registry=r
        )
        self.source_up = Gauge(
            "hearout_source_up", "1 while a source is heard, 0 while it is broken.", ["source"], registry=r
        )
        self.source_gaps = Counter(
            "hearout_source_gaps", "Stretches of time a source did not hear.", ["source"], registry=r
        )
        self.cases_open = Gauge("hearout_cases_open", "Open cases, by verdict.", ["verdict"], registry=r)
        self.cases_overdue = Gauge("hearout_cases_overdue", "Open cases with a passed deadline.", registry=r)
        self.cases_waiting = Gauge("hearout_cases_waiting", "Open cases that wait with the fallback.", registry=r)
        self.alerts = Counter("hearout_alerts", "Alerts, by channel and state.", ["channel", "state"], registry=r)
        self.alerts_repeated = Counter(
            "hearout_alerts_repeated",
            "Alerts that may have gone out twice, after a crash while sending.",
            ["channel"],
            registry=r,
        )
        self.shadow_posts = Counter(
            "hearout_shadow_posts",
            "Posts the shadow model was to score: `compared`, `failed`, or `skipped` because it was behind.",
            ["model", "shadow", "outcome"],
            registry=r,
        )
        self.shadow_disagreements = Counter(
            "hearout_shadow_disagreements",
            "Posts where the shadow model differs, by verdict or side of a head's threshold, and what it says.",
            ["head", "shadow_says"],
            registry=r,
        )
