"""The times a Kafka consumer lives by, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Defaults are for production; tests shorten them."""

    #: The broker gives a silent consumer's partitions away after this. Heartbeats have a thread of their own, so a
    #: busy event loop does not count as silence.
    session: float = 15.0
    heartbeat: float = 3.0
    #: How long a rebalance waits for the batch in hand, so that it need not be done again elsewhere.
    grace: float = 10.0
    #: A partition that stands still for this long, with records waiting and nobody holding it, ends the consumer.
    stall: float = 300.0
    #: For one answer of the broker: publishing, and what is asked about topics and lag.
    answer: float = 15.0
    #: Between two attempts to reach a broker that is away: doubles from the first to the second.
    backoff: tuple[float, float] = (0.5, 15.0)
