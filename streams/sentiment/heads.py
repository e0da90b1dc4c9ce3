"""A row of probabilities walks in, scores walk out; and the names of the heads."""

from collections.abc import Mapping, Sequence

from streams.records import Scores, Sentiment

#: Classes of the sentiment head, in column order.
SENTIMENT = ("negative", "neutral", "positive")
#: Heads that are one probability each.
SINGLE = ("hostility", "problem", "constructiveness", "emotionality")
#: Columns of a model's output, in order.
COLUMNS = (*SENTIMENT, *SINGLE)
#: Thresholds every model states; `positive` is a threshold on the probability of positive sentiment.
THRESHOLDS = ("problem", "hostility", "constructiveness", "emotionality", "positive")
#: Heads that are explained, in the order of their evidence.
EXPLAINED = ("problem", "hostility")


def over(scores: Scores, thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """Of `EXPLAINED` those that reach their threshold."""
    return tuple(head for head in EXPLAINED if getattr(scores, head) >= thresholds[head])


def scores(row: Sequence[float], model: str) -> Scores:
    """The probabilities of one post, in the order of `COLUMNS`, as scores; no evidence."""
    negative, neutral, positive, hostility, problem, constructiveness, emotionality = row
    return Scores(
        sentiment=Sentiment(negative=negative, neutral=neutral, positive=positive),
        hostility=hostility,
        problem=problem,
        constructiveness=constructiveness,
        emotionality=emotionality,
        model=model,
    )
