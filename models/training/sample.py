"""The data folders and a model walk in, the posts most worth a reader's labels walk out, per language.

    python -m models.training.sample --data DIR --model models/linear-1 --out DIR

Chosen: posts said to or about an organisation, more often where the model is unsure, where hostility and problem meet,
and where anger meets a company's name. Never chosen: a row of a test, a text of the dev gold or nearly
one, a text twice.
"""

import argparse
import csv
import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training.labels import gold, labelled
from models.training.twins import Twins
from streams.records import Scores
from streams.sentiment.load import load

#: Characters of a post that a reader is asked to read.
_SHORTEST, _LONGEST = 12, 600

#: At most so many posts of each set per 2,000; sets that speak to companies come first.
SHARES = {
    "en": {
        "airline_us": 560,
        "complaint_tweets": 520,
        "complaint_tweets_finance": 240,
        "app_reviews_4class": 200,
        "complaint_reviews_cesamard": 120,
        "customer_care_ibm": 140,
        "semeval2017_sentiment": 120,
        "tweeteval": 50,
        "davidson_offensive": 50,
    },
    "es": {"airline_es": 1560, "hotel_reviews_es": 220, "offendes": 180, "xlmt_sentiment": 40},
    "ru": {"sentirueval_tweets": 1480, "ru_toxicity_mix": 260, "ru_paradetox": 180, "sentirueval_reviews": 80},
}
#: Sets whose posts all speak to or about an organisation; of the others only those that name one count in full.
_DIRECTED = frozenset(
    (
        "airline_us",
        "complaint_tweets",
        "complaint_tweets_finance",
        "app_reviews_4class",
        "complaint_reviews_cesamard",
        "customer_care_ibm",
        "airline_es",
        "hotel_reviews_es",
        "sentirueval_tweets",
        "sentirueval_reviews",
    )
)
_ORGANISATION = re.compile(
    r"@\w*(?:help|support|care|air|bank|mobile|telecom|uk\b|usa\b)|"
    r"\b(?:airline|flight|bank|store|shop|restaurant|app|customer service|"
    r"delivery|refund|order(?:ed)?|bus|train|hotel|amazon|apple|google|microsoft|samsung|verizon|comcast|at&t|mcdonald'?s?|walmart|uber|"
    r"fedex|ups|netflix|xbox|playstation|"
    r"aerol[ií]nea|vuelo|banco|tienda|restaurante|hotel|servicio|pedido|reembolso|tren|autob[uú]s|metro|correos|movistar|vodafone|orange|"
    r"iberia|ryanair|vueling|youtube|telef[oó]nica|empresa|compa[nñ][ií]a)\b|"
    r"\b(?:банк\w*|сбер\w*|втб|мтс|билайн\w*|мегафон\w*|теле2|магазин\w*|служб\w*|достав\w*|оператор\w*|почт\w*|автобус\w*|поезд\w*|"
    r"поликлиник\w*|больниц\w*|жкх|ржд|аэрофлот\w*|компани\w*|заказ\w*|возврат\w*|интернет\w*|ресторан\w*|кафе|магнит\w*|пят[её]рочк\w*|такси)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    set: str
    id: str
    lang: str
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, default=Path(__file__).parent / "labels", help="posts labelled before")
    parser.add_argument("--model", default="linear-1", help="bundled model or model folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2000, help="posts per language")
    parser.add_argument("--seed", type=int, default=20)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    known = [post.text for post in (*gold(asked.data / "gold_dev"), *labelled(asked.labels, asked.data))]
    for lang in SHARES:
        chosen = choose(candidates(asked.data, lang), lang, asked.model, known, asked.count, asked.seed)
        lines = [
            json.dumps({"id": f"{one.set}:{one.id}", "lang": lang, "text": one.text}, ensure_ascii=False)
            for one in chosen
        ]
        (asked.out / f"{lang}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(lang, len(chosen), dict(Counter(one.set for one in chosen)))


def candidates(data: Path, lang: str) -> list[Candidate]:
    """Rows of the sets for this language that a reader could label, unlabelled ones included, no test rows."""
    csv.field_size_limit(1 << 30)
    found: list[Candidate] = []
    for folder in SHARES[lang]:
        for path in sorted((data / folder).glob("*.csv.gz")):
            with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
                found += [
                    Candidate(set=folder, id=raw["id"], lang=lang, text=raw["text"])
                    for raw in csv.DictReader(lines)
                    if raw["lang"] == lang
                    and not raw["split"].startswith("test")
                    and raw["label"] != "agent"
                    and _SHORTEST <= len(raw["text"]) <= _LONGEST
                ]
    return found


def choose(pool: list[Candidate], lang: str, model: str, known: list[str], count: int, seed: int) -> list[Candidate]:
    """`count` candidates drawn without replacement by their worth, within the share of each set, shuffled."""
    heard = load(model).score([one.text for one in pool], [lang] * len(pool))
    worth = np.array([_worth(one, scores) for one, scores in zip(pool, heard, strict=True)])
    random = np.random.default_rng(seed)
    order = np.argsort(np.log(random.random(len(pool))) / worth)[::-1]
    room = {name: round(share * count / 2000) for name, share in SHARES[lang].items()}
    twins = Twins(known)
    chosen: list[Candidate] = []
    # What a set cannot fill of its share goes to the most worthy of the others.
    for limits in (room, dict.fromkeys(room, count)):
        for at in order:
            one = pool[at]
            if len(chosen) < count and limits[one.set] > 0 and one.text not in twins:
                limits[one.set] -= 1
                twins.add(one.text)
                chosen.append(one)
    return [chosen[at] for at in random.permutation(len(chosen))]


def _worth(one: Candidate, scores: Scores) -> float:
    problem, hostility = scores.problem, scores.hostility
    unsure = 4 * problem * (1 - problem) + 4 * hostility * (1 - hostility)
    meeting = 2 * min(1.0, 2 * hostility) * min(1.0, 2 * problem)
    named = one.set in _DIRECTED or bool(_ORGANISATION.search(one.text))
    angry = named * (scores.sentiment.negative + hostility)
    return (0.15 + unsure + meeting + angry) * (1.0 if named else 0.25)


if __name__ == "__main__":
    main()
