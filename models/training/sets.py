"""Folders of public data walk in, rows with marks for the heads walk out; what a set does not label stays unmarked.

The weights are trust, set by reading each set's README and a sample of its rows: 1 where people read for this very
head, 0.2 to 0.6 where the mark follows from another label (a negative post to an airline mostly names a problem).
"""

import csv
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.training.rows import NEGATIVE, NEUTRAL, POSITIVE, Mark, Row, Split
from models.training.twins import plain

Raw = dict[str, str]
Marks = dict[str, Mark]

_SENTIMENT = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A folder of the data: how its rows are marked, and whether its licence lets the bundled weights learn from it."""

    folder: str
    marks: Callable[[Raw], Marks]
    licence: str
    #: False: the licence says non-commercial, so the set only measures.
    trains: bool = True
    keep: Callable[[Raw], bool] = lambda raw: True


def load(data: Path, sets: tuple["Set", ...]) -> list[Row]:
    """All rows of the given sets under `data`, in file order."""
    return [row for one in sets for row in _rows(data, one)]


def _rows(data: Path, one: Set) -> list[Row]:
    csv.field_size_limit(1 << 30)
    with gzip.open(data / one.folder / "data.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return [
            Row(
                set=one.folder,
                id=raw["id"],
                text=raw["text"].replace("\\u2019", "'").replace("\\u002c", ","),
                lang=raw["lang"],
                split=_split(raw),
                marks=one.marks(raw),
                label=raw["label"],
            )
            for raw in csv.DictReader(lines)
            if one.keep(raw)
        ]


def _split(raw: Raw) -> Split:
    """The set's own split where it has one; else a tenth goes to dev, by a hash of the plain text."""
    if raw["split"].startswith("test"):
        return "test"
    if raw["split"] in ("dev", "val"):
        return "dev"
    digest = hashlib.blake2b(plain(raw["text"]).encode(), digest_size=8).digest()
    return "dev" if int.from_bytes(digest, "big") % 10 == 0 else "train"


def _sentiment(label: str, weight: float = 1.0) -> Marks:
    return {"sentiment": Mark(value=_SENTIMENT[label], weight=weight)} if label in _SENTIMENT else {}


def _binary(head: str, value: bool, weight: float = 1.0) -> Marks:
    return {head: Mark(value=int(value), weight=weight)}


def _airline_us(raw: Raw) -> Marks:
    marks = _sentiment(raw["label"], 1.0 if float(raw["label_confidence"] or 1) > 0.6 else 0.5)
    if raw["label"] != "negative":
        return marks | _binary("problem", False, 0.8)
    reason = raw["negative_reason"]
    if reason == "Can't Tell":
        return marks | _binary("problem", True, 0.3) | _binary("constructiveness", False, 0.5)
    marks |= _binary("problem", True, 0.8)
    return marks if reason == "Customer Service Issue" else marks | _binary("constructiveness", True, 0.5)


def _complaint_tweets(raw: Raw) -> Marks:
    marks = _binary("problem", raw["label"] == "complaint") | _sentiment(raw["sentiment"], 0.3)
    return marks | _binary("emotionality", raw["emotion"] != "other") if raw["emotion"] else marks


def _finance(raw: Raw) -> Marks:
    marks = _binary("problem", raw["label"] == "complaint", 0.3) | _sentiment(raw["sentiment"], 0.2)
    return marks | _binary("emotionality", raw["emotion"] != "other", 0.2) if raw["emotion"] else marks


def _cesamard(raw: Raw) -> Marks:
    sentiment = {"0": "negative", "2": "positive"}.get(raw["sentiment_code"], "")
    return _binary("problem", raw["label"] == "complaint", 0.7) | _sentiment(sentiment, 0.5)


def _app_reviews(raw: Raw) -> Marks:
    match raw["label"]:
        case "bug_report":
            return _binary("problem", True, 0.5) | _binary("constructiveness", True, 0.4)
        case "feature_request":
            return _binary("constructiveness", True, 0.3)
        case "rating":
            return _binary("constructiveness", False, 0.3)
    return {}


#: The intents of BANKING77 that only make sense because something went wrong.
_BANK_TROUBLE = frozenset(
    (
        "Refund_not_showing_up",
        "balance_not_updated_after_bank_transfer",
        "balance_not_updated_after_cheque_or_cash_deposit",
        "beneficiary_not_allowed",
        "card_not_working",
        "card_payment_fee_charged",
        "card_payment_not_recognised",
        "card_payment_wrong_exchange_rate",
        "card_swallowed",
        "cash_withdrawal_charge",
        "cash_withdrawal_not_recognised",
        "compromised_card",
        "contactless_not_working",
        "declined_card_payment",
        "declined_cash_withdrawal",
        "declined_transfer",
        "direct_debit_payment_not_recognised",
        "extra_charge_on_statement",
        "failed_transfer",
        "lost_or_stolen_card",
        "pending_top_up",
        "pin_blocked",
        "reverted_card_payment?",
        "top_up_failed",
        "top_up_reverted",
        "transaction_charged_twice",
        "transfer_fee_charged",
        "transfer_not_received_by_recipient",
        "unable_to_verify_identity",
        "virtual_card_not_working",
        "wrong_amount_of_cash_received",
        "wrong_exchange_rate_for_cash_withdrawal",
    )
)


def _banking(raw: Raw) -> Marks:
    trouble = raw["label"] in _BANK_TROUBLE
    marks = _binary("problem", trouble, 0.3) | _binary("hostility", False, 0.3) | _binary("emotionality", False, 0.3)
    return marks | _binary("constructiveness", True, 0.1) if trouble else marks


_CLINC_TROUBLE = ("damaged_card", "report_lost_card", "report_fraud", "card_declined", "lost_luggage", "oos")


def _clinc(raw: Raw) -> Marks:
    marks = _binary("hostility", False, 0.2) | _binary("emotionality", False, 0.2)
    return marks if raw["label"] in _CLINC_TROUBLE else marks | _binary("problem", False, 0.2)


def _tweeteval(raw: Raw) -> Marks:
    label = raw["label"]
    match raw["task"]:
        case "sentiment":
            return _sentiment(label)
        case "offensive":
            hostile = label == "offensive"
            return _binary("hostility", hostile) | (_binary("problem", False, 0.4) if hostile else {})
        case "hate":
            return _binary("hostility", True, 0.3) | _binary("problem", False, 0.2) if label == "hate" else {}
        case "emotion":
            mood = {"anger": "negative", "sadness": "negative", "joy": "positive", "optimism": "positive"}[label]
            return _binary("emotionality", True, 0.7) | _sentiment(mood, 0.3)
    return {}


def _semeval(raw: Raw) -> Marks:
    marks = _sentiment(raw["label"])
    marks |= _binary("emotionality", raw["label"] != "neutral", 0.3 if raw["label"] == "neutral" else 0.1)
    return marks | _binary("problem", False, 0.15) if raw["label"] != "negative" else marks


def _xlmt(raw: Raw) -> Marks:
    marks = _sentiment(raw["label"])
    marks |= _binary("emotionality", raw["label"] != "neutral", 0.3)
    return marks | (_binary("problem", False, 0.15) if raw["label"] == "positive" else {})


def _davidson(raw: Raw) -> Marks:
    marks = _binary("problem", False, 0.1)
    if raw["label"] == "offensive_language":
        return marks | _binary("hostility", True, 0.1)
    return marks | _binary("hostility", raw["label"] == "hate_speech", 0.4)


def _offendes(raw: Raw) -> Marks:
    marks = _binary("hostility", raw["label"].startswith("OF"), 1.5 if raw["label"] == "NOE" else 1.0)
    return marks | _binary("problem", False, 0.5)


def _germeval2018(raw: Raw) -> Marks:
    return {} if raw["fine_label"] == "PROFANITY" else _binary("hostility", raw["label"] == "OFFENSE")


def _airline_es(raw: Raw) -> Marks:
    negative = raw["label"] == "negative"
    marks = _sentiment(raw["label"]) | _binary("emotionality", raw["label"] != "neutral", 0.2)
    return marks | _binary("problem", negative, 0.4 if negative else 0.6)


def _hotels(raw: Raw) -> Marks:
    match raw["label"]:
        case "negative":
            return _sentiment("negative", 0.6) | _binary("problem", True, 0.5) | _binary("constructiveness", True, 0.2)
        case "positive":
            return _sentiment("positive", 0.6) | _binary("problem", False, 0.4)
    return _sentiment("neutral", 0.1)


def _ru_tweets(raw: Raw) -> Marks:
    marks = _sentiment(raw["label"])
    if raw["label"] == "negative":
        return marks | _binary("problem", True, 0.5) | _binary("emotionality", True, 0.3)
    if raw["label"] in ("neutral", "positive"):
        return marks | _binary("problem", False, 0.5) | _binary("emotionality", raw["label"] == "positive", 0.3)
    return marks


def _ru_reviews(raw: Raw) -> Marks:
    if raw["label"] == "positive":
        return _sentiment("positive") | _binary("problem", False, 0.3)
    if raw["label"] in ("negative", "both"):
        return _sentiment(raw["label"]) | _binary("problem", True, 0.5) | _binary("constructiveness", True, 0.3)
    return {}


def _rusentitweet(raw: Raw) -> Marks:
    return _sentiment(raw["label"])


SETS: tuple[Set, ...] = (
    Set(folder="complaint_tweets", marks=_complaint_tweets, licence="none in the repository (X-CI part: MIT)"),
    Set(folder="complaint_reviews_cesamard", marks=_cesamard, licence="MIT"),
    Set(folder="complaint_tweets_finance", marks=_finance, licence="MIT"),
    Set(
        folder="airline_us",
        marks=_airline_us,
        licence="none in the repository (the original publication is said to be CC BY-NC-SA 4.0; unconfirmed)",
    ),
    Set(folder="airline_es", marks=_airline_es, licence="none in the repository"),
    Set(folder="sentirueval_tweets", marks=_ru_tweets, licence="none; the owner asks for citation"),
    Set(folder="sentirueval_reviews", marks=_ru_reviews, licence="none"),
    Set(folder="hotel_reviews_es", marks=_hotels, licence="none"),
    Set(folder="app_reviews_4class", marks=_app_reviews, licence="none"),
    Set(folder="banking77", marks=_banking, licence="CC BY 4.0"),
    Set(folder="clinc150", marks=_clinc, licence="CC BY 3.0"),
    Set(
        folder="tweeteval",
        marks=_tweeteval,
        licence="released without restrictions; single tasks may have their own",
    ),
    Set(folder="semeval2017_sentiment", marks=_semeval, licence="MIT (code); tweets under Twitter's rules"),
    Set(folder="xlmt_sentiment", marks=_xlmt, licence="Apache-2.0 (repository)"),
    Set(folder="davidson_offensive", marks=_davidson, licence="MIT"),
    Set(folder="offendes", marks=_offendes, licence="none in the repository; published for research"),
    Set(
        folder="ru_toxicity_mix",
        marks=lambda raw: _binary("hostility", raw["label"] == "toxic", 0.7) | _binary("problem", False, 0.6),
        licence="own part MIT; the rest without a note",
    ),
    Set(
        folder="ru_paradetox",
        marks=lambda raw: _binary("hostility", raw["label"] == "toxic", 0.4) | _binary("problem", False, 0.3),
        licence="none in the repository (said to be OpenRAIL++; unconfirmed)",
    ),
    Set(folder="germeval2018_offensive", marks=_germeval2018, licence="CC BY 4.0"),
    Set(
        folder="germeval2021_engaging_toxic",
        marks=lambda raw: _binary("hostility", raw["toxic"] == "1", 0.6),
        licence="none in the repository",
    ),
    Set(
        folder="hatebr",
        marks=lambda raw: _binary("hostility", raw["label"] == "offensive"),
        licence="CC BY-NC 4.0",
        trains=False,
    ),
    Set(folder="rusentitweet", marks=_rusentitweet, licence="CC BY-NC-SA 4.0", trains=False),
    Set(
        folder="c3_constructive",
        marks=lambda raw: _binary("constructiveness", raw["label"] == "constructive"),
        licence="none in the archive; its parent corpus is CC BY-NC-SA 4.0",
        trains=False,
        keep=lambda raw: raw["length_matched"] == "1",
    ),
    Set(
        folder="ucc_unhealthy_comments",
        marks=lambda raw: _binary("hostility", raw["hostile"] == "1" or raw["antagonize"] == "1"),
        licence="CC BY-NC-SA 4.0",
        trains=False,
    ),
)

#: Sets that mark nothing, of which posts were read for this project, and their licence.
READ_ONLY = {"customer_care_ibm": "Apache-2.0; 18 of the posts: its TWCS sample, no licence in the repository"}
