"""A row of probabilities walks in, scores walk out; and the names of the heads."""

from collections.abc import Sequence

from streams.records import Scores, Sentiment

#: Classes of the sentiment head, in column order.
SENTIMENT = ("negative", "neutral", "positive")
#: Heads that are one probability each.
SINGLE = ("hostility", "problem", "constructiveness", "emotionality")
#: Columns of a model's output, in order.
COLUMNS = (*SENTIMENT, *SINGLE)
#: Thresholds every model states; `positive` is a threshold on the probability of positive sentiment.
THRESHOLDS = ("problem", "hostility", "constructiveness", "emotionality", "positive")


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
