"""How records travel: the same contract over the embedded log and over Apache Kafka."""
