"""The bus over Apache Kafka, through faust-streaming; the only place that knows Faust, mode and aiokafka."""

from streams.bus.kafka.bus import KafkaBus
from streams.bus.kafka.tuning import Tuning
from streams.bus.kafka.watch import Stalled

__all__ = ["KafkaBus", "Stalled", "Tuning"]
