"""A model's sums and calibrated scores walk in; numbers with their metric, as the papers state them, walk out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, recall_score, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from models.training import judge
from models.training.judge import Lines
from models.training.labels import Labelled
from models.training.rows import Row
from streams.sentiment.calibration import chances
from streams.sentiment.heads import COLUMNS
from streams.sentiment.linear import LinearModel

F64 = NDArray[np.float64]
_DRAWS = 1000
_MOST_DEV = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One public measurement: which rows, which head, and what others report on them."""

    set: str
    what: str
    rows: Callable[[Row], bool]
    #: `macro_f1`, `macro_recall`, `outer_f1` (classes of sentiment), `binary` (macro-F1 at 0.5) or `ranking` (ROC AUC).
    metric: str
    head: str
    result: str


def _in(name: str, split: str = "", lang: str = "", ids: str = "") -> Callable[[Row], bool]:
    return lambda row: (
        row.set == name
        and (not split or row.split == split)
        and (not lang or row.lang == lang)
        and row.id.startswith(ids)
    )


_XLMT = {  # fastText on the same language, XLM-R on all, XLM-Twitter on all
    "ar": "46.0 / 64.3 / 66.9",
    "en": "50.9 / 68.5 / 70.6",
    "fr": "54.8 / 70.5 / 71.2",
    "de": "59.6 / 72.8 / 77.3",
    "hi": "37.1 / 53.4 / 56.4",
    "it": "54.7 / 68.6 / 69.1",
    "pt": "55.1 / 69.8 / 75.4",
}

PUBLIC: tuple[Published, ...] = (
    Published(
        set="TweetEval sentiment (en)",
        what="official test",
        rows=_in("tweeteval", "test", ids="sentiment"),
        metric="macro_recall",
        head="sentiment",
        result="fastText 62.9, SVM 62.9, RoBERTa-base 71.3, TimeLMs 73.7 (macro recall, same test)",
    ),
    *(
        Published(
            set=f"XLM-T sentiment ({lang})",
            what="official test",
            rows=_in("xlmt_sentiment", "test", lang),
            metric="macro_f1",
            head="sentiment",
            result=f"fastText / XLM-R / XLM-Twitter {numbers} (macro-F1, same test)",
        )
        for lang, numbers in _XLMT.items()
    ),
    Published(
        set="XLM-T sentiment (es)",
        what="dev; the test is withheld",
        rows=_in("xlmt_sentiment", "dev", "es"),
        metric="macro_f1",
        head="sentiment",
        result="fastText / XLM-R / XLM-Twitter 50.1 / 66.0 / 67.9 (macro-F1, the withheld test)",
    ),
    Published(
        set="US airlines sentiment (en)",
        what="own dev, a tenth by hash",
        rows=_in("airline_us", "dev"),
        metric="macro_f1",
        head="sentiment",
        result="fine-tuned RoBERTa 82.0 (macro-F1, another random split)",
    ),
    Published(
        set="Spanish airlines sentiment (es)",
        what="own dev, a tenth by hash",
        rows=_in("airline_es", "dev"),
        metric="macro_f1",
        head="sentiment",
        result="none; TF-IDF with logistic regression about 52 (macro-F1, set's README)",
    ),
    Published(
        set="SentiRuEval-2015 tweets (ru)",
        what="2015 gold test",
        rows=_in("sentirueval_tweets", "test"),
        metric="outer_f1",
        head="sentiment",
        result="best 2016 run 55.9 telecom, 55.2 banks (mean F1 of positive and negative, the withheld 2016 test)",
    ),
    Published(
        set="RuSentiTweet (ru)",
        what="own dev, a tenth by hash; three of the five classes; not trained on",
        rows=_in("rusentitweet", "dev"),
        metric="macro_f1",
        head="sentiment",
        result="RuBERT 65.5, naive Bayes 52.2 (macro-F1, five classes, withheld test): not comparable",
    ),
    Published(
        set="TweetEval offensive (en)",
        what="official test",
        rows=_in("tweeteval", "test", ids="offensive"),
        metric="binary",
        head="hostility",
        result="SVM 52.3, fastText 73.4, RoBERTa-base 79.5, TimeLMs 82.2 (macro-F1, same test)",
    ),
    Published(
        set="OffendES (es)",
        what="official dev (100 rows) and own dev, a tenth by hash",
        rows=_in("offendes", "dev"),
        metric="binary",
        head="hostility",
        result="none readable (the official test is withheld)",
    ),
    Published(
        set="Russian toxicity, mixed (ru)",
        what="own dev, a tenth by hash",
        rows=_in("ru_toxicity_mix", "dev"),
        metric="binary",
        head="hostility",
        result="naive Bayes 83.2, ruBERT 92.2 (F1) on a set of which 2,000 rows are in this mix: not comparable",
    ),
    Published(
        set="GermEval 2018 offence (de)",
        what="official test",
        rows=_in("germeval2018_offensive", "test"),
        metric="binary",
        head="hostility",
        result="best 76.8 (macro-F1, same test)",
    ),
    Published(
        set="HateBR (pt)",
        what="all rows; no Portuguese hostility was trained on",
        rows=_in("hatebr"),
        metric="binary",
        head="hostility",
        result="about 85 (F1, cross-validated on it; from memory)",
    ),
    Published(
        set="UCC hostile or antagonistic (en)",
        what="validation part; not trained on",
        rows=_in("ucc_unhealthy_comments"),
        metric="ranking",
        head="hostility",
        result="BERT 84 hostile, 82 antagonistic (ROC AUC, withheld test)",
    ),
    Published(
        set="Complaint tweets (en)",
        what="own dev, a tenth by hash",
        rows=_in("complaint_tweets", "dev"),
        metric="binary",
        head="problem",
        result="logistic regression 79, transformers up to 88 (macro-F1, cross-validated on all)",
    ),
    Published(
        set="Complaint reviews CESAMARD (en)",
        what="own dev, a tenth by hash",
        rows=_in("complaint_reviews_cesamard", "dev"),
        metric="binary",
        head="problem",
        result="tables not readable",
    ),
    Published(
        set="C3 constructiveness (en)",
        what="rows matched for length, train and dev; not trained on",
        rows=_in("c3_constructive"),
        metric="ranking",
        head="constructiveness",
        result="46 to 59 (macro-F1, 1,174 comments balanced for length); ours is news comments unseen, as ROC AUC",
    ),
)


class Hears(Protocol):
    """A model as the public sets are measured with it."""

    def chances(self, texts: Sequence[str], langs: Sequence[str]) -> F64:
        """Probabilities as shipped, (texts, `COLUMNS`)."""
        ...

    def inputs(self, texts: Sequence[str]) -> F64:
        """What its calibration reads, (texts, any number)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearHears:
    model: LinearModel

    def chances(self, texts: Sequence[str], langs: Sequence[str]) -> F64:
        return heard(texts, langs, self.model)

    def inputs(self, texts: Sequence[str]) -> F64:
        return self.model.inputs(texts)


def public(rows: Sequence[Row], model: Hears, one: Published) -> tuple[float, float, int]:
    """The measurement in percent, as shipped and with a calibration of the set's own, and over how many rows.

    The own calibration is fitted on the set's dev rows where a test is measured (at most `_MOST_DEV`), else on the
    other half of the rows.
    """
    chosen = [row for row in rows if one.rows(row) and one.head in row.marks]
    true = _truth(chosen, one.head)
    chance = model.chances([row.text for row in chosen], [row.lang for row in chosen])
    given = model.inputs([row.text for row in chosen])
    own = np.zeros((len(chosen), 3 if one.head == "sentiment" else 2))
    if all(row.split == "test" for row in chosen):
        kind = (chosen[0].set, chosen[0].lang, chosen[0].id.split("_")[0])
        dev = [row for row in rows if row.split == "dev" and one.head in row.marks and _kind(row, kind)]
        dev = [dev[at] for at in np.random.default_rng(3).permutation(len(dev))[:_MOST_DEV]]
        own = _fitted(model.inputs([row.text for row in dev]), _truth(dev, one.head)).predict_proba(given)
    else:
        half = np.arange(len(chosen)) % 2 == 0
        for left in (half, ~half):
            own[left] = _fitted(given[~left], true[~left]).predict_proba(given[left])
    shipped = chance[:, :3] if one.head == "sentiment" else chance[:, [COLUMNS.index(one.head)] * 2] * [-1, 1] + [1, 0]
    return _value(one.metric, true, shipped), _value(one.metric, true, own), len(chosen)


def _truth(rows: Sequence[Row], head: str) -> NDArray[np.int64]:
    return np.array([row.marks[head].value for row in rows])


def _kind(row: Row, kind: tuple[str, str, str]) -> bool:
    """Of the same set, language and (TweetEval puts it first in the id) task."""
    return row.set == kind[0] and row.lang == kind[1] and (row.set != "tweeteval" or row.id.startswith(kind[2]))


def _fitted(given: F64, true: NDArray[np.int64]) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000)).fit(given, true)


def _value(metric: str, true: NDArray[np.int64], chance: F64) -> float:
    """`chance` has one column a class."""
    said = chance.argmax(axis=1)
    match metric:
        case "macro_recall":
            return 100 * float(recall_score(true, said, average="macro"))
        case "outer_f1":
            return 100 * float(f1_score(true, said, average="macro", labels=[0, 2]))
        case "ranking":
            return 100 * float(roc_auc_score(true, chance[:, 1]))
    return 100 * float(f1_score(true, said, average="macro"))


def heard(texts: Sequence[str], langs: Sequence[str], model: LinearModel) -> F64:
    """Probabilities, (texts, `COLUMNS`)."""
    return chances(model.logits(texts, langs))


#: Labels of posts as small numbers: 0 or 1, the sentiment class, the place in `judge.VERDICTS`.
Said = dict[str, NDArray[np.int64]]


def said(chance: F64, lines: Sequence[Lines]) -> Said:
    """What a model says of each post at its thresholds."""
    at = {name: np.array([one[name] for one in lines]) for name in ("problem", "hostility", "constructiveness")}
    problem = chance[:, COLUMNS.index("problem")] >= at["problem"]
    constructive = problem & (chance[:, COLUMNS.index("constructiveness")] >= at["constructiveness"])
    verdicts = [judge.verdict(row, one) for row, one in zip(chance.tolist(), lines, strict=True)]
    return {
        "problem": problem.astype(np.int64),
        "hostile": (chance[:, COLUMNS.index("hostility")] >= at["hostility"]).astype(np.int64),
        "constructive": constructive.astype(np.int64),
        "sentiment": chance[:, :3].argmax(axis=1),
        "verdict": np.array([judge.VERDICTS.index(one) for one in verdicts]),
    }


def true(posts: Sequence[Labelled]) -> Said:
    """What the labels say."""
    return {
        "problem": np.array([post.problem for post in posts]),
        "hostile": np.array([post.hostile for post in posts]),
        "constructive": np.array([post.constructive for post in posts]),
        "sentiment": np.array([post.sentiment for post in posts]),
        "verdict": np.array([judge.VERDICTS.index(one) for one in judge.verdicts_of(posts)]),
    }


Metric = Callable[[Said, Said], float]


def _found(name: str, label: int = 1) -> Callable[[Said, Said], tuple[int, int, int]]:
    """Counts for one label: said rightly, said, true."""

    def counts(is_: Said, was: Said) -> tuple[int, int, int]:
        yes, heard = is_[name] == label, was[name] == label
        return int((yes & heard).sum()), int(heard.sum()), int(yes.sum())

    return counts


def _f1(name: str, labels: Sequence[int]) -> Metric:
    def mean(is_: Said, was: Said) -> float:
        found = [_found(name, label)(is_, was) for label in labels]
        return sum(2 * hits / max(heard + yes, 1) for hits, heard, yes in found) / len(found)

    return mean


def _recall(name: str, label: int = 1) -> Metric:
    def part(is_: Said, was: Said) -> float:
        hits, _, yes = _found(name, label)(is_, was)
        return hits / max(yes, 1)

    return part


def _precision(name: str, label: int = 1) -> Metric:
    def part(is_: Said, was: Said) -> float:
        hits, heard, _ = _found(name, label)(is_, was)
        return hits / max(heard, 1)

    return part


_HOSTILE_PROBLEM = judge.VERDICTS.index("hostile_problem")
#: Numbers of the dev gold by name: labels and what was said of the same posts give one value.
GOLD: dict[str, Metric] = {
    "problem F1": _f1("problem", [1]),
    "problem recall": _recall("problem"),
    "problem precision": _precision("problem"),
    "hostile F1": _f1("hostile", [1]),
    "constructive F1": _f1("constructive", [1]),
    "sentiment macro-F1": _f1("sentiment", range(3)),
    "verdict macro-F1": _f1("verdict", range(len(judge.VERDICTS))),
    "hostile_problem recall": _recall("verdict", _HOSTILE_PROBLEM),
    "hostile_problem precision": _precision("verdict", _HOSTILE_PROBLEM),
}


def interval(metric: Metric, is_: Said, was: Said) -> tuple[float, float, float]:
    """The value, and the bounds of its 95% bootstrap interval (1,000 draws of posts)."""
    count = len(is_["verdict"])
    random = np.random.default_rng(11)
    draws = []
    for _ in range(_DRAWS):
        at = random.integers(0, count, count)
        draws.append(metric(only(is_, at), only(was, at)))
    low, high = np.quantile(draws, [0.025, 0.975])
    return metric(is_, was), float(low), float(high)


def only(values: Said, at: NDArray[np.int64]) -> Said:
    """The posts at these places."""
    return {name: one[at] for name, one in values.items()}
