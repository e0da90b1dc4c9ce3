"""A folder of data (or nothing) walks in, the streams of posts that the ears are timed on walk out.

Each text stands once, so that nobody is fast by remembering. Only rows are used that no model was trained on: dev and
test splits, and the dev gold.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from models.training.labels import gold
from models.training.rows import NEGATIVE, Row
from models.training.sets import SETS, load

#: Of the second stream one post in so many holds a problem, and another one holds an insult without a problem.
ONE_IN = 20
#: From this trust on a row's mark is taken at its word.
_TRUST = {"problem": 0.7, "hostility": 0.6, "sentiment": 1.0}
#: Words of a post at each twentieth of all dev and test rows of the sets (87,595 rows, mean 17.2), for made posts.
_WORDS = (1, 5, 6, 7, 8, 8, 9, 10, 11, 12, 14, 15, 16, 18, 19, 20, 22, 24, 27, 39, 75)
_FEED = Path(__file__).parents[2] / "streams" / "demo" / "feed.jsonl"
_MADE, _SEED = 40_000, 4
_TROUBLE = ("complaint", "hostile_problem", "grievance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    text: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    name: str
    posts: Sequence[Said]

    @property
    def words(self) -> list[int]:
        return [len(post.text.split()) for post in self.posts]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """Posts by what they hold; `mixed` is everything as it comes."""

    mixed: Sequence[Said]
    problems: Sequence[Said]
    insults: Sequence[Said]
    calm: Sequence[Said]


def streams(data: Path | None, count: int) -> list[Stream]:
    """Two streams of at most `count` posts: as the sets have them, and with one problem in `ONE_IN`."""
    material = _made() if data is None else _found(data)
    chance = random.Random(_SEED)
    rare = min(count // ONE_IN, len(material.problems), len(material.insults), len(material.calm) // (ONE_IN - 2))
    few = [*chance.sample(material.problems, rare), *chance.sample(material.insults, rare)]
    few += chance.sample(material.calm, rare * (ONE_IN - 2))
    chance.shuffle(few)
    return [
        Stream(name="mixed", posts=chance.sample(material.mixed, min(count, len(material.mixed)))),
        Stream(name=f"one problem in {ONE_IN}", posts=few),
    ]


def hands(posts: Sequence[Said], count: int) -> list[list[Said]]:
    """Deal the posts into `count` hands of alike lengths; within a hand they come in no order."""
    chance = random.Random(_SEED)
    order = sorted(posts, key=lambda post: len(post.text))
    dealt = [order[at::count] for at in range(count)]
    for hand in dealt:
        chance.shuffle(hand)
    return dealt


def some(hand: Sequence[Said], count: int) -> list[Said]:
    """A small sample with the lengths of the whole: every so manieth post by length, shuffled."""
    order = sorted(hand, key=lambda post: len(post.text))
    count = min(count, len(order))
    chosen = [order[int((at + 0.5) * len(order) / count)] for at in range(count)]
    random.Random(_SEED).shuffle(chosen)
    return chosen


def _found(data: Path) -> _Material:
    rows = [row for row in load(data, SETS) if row.split != "train" and row.text.strip()]
    rows = list({row.text: row for row in rows}.values())
    judged = {post.text: post for post in gold(data / "gold_dev")}
    problems = [Said(text=post.text, lang=post.lang) for post in judged.values() if post.problem]
    others = [row for row in rows if row.text not in judged]
    problems += [_said(row) for row in others if _sure(row, "problem")]
    insults = [_said(row) for row in others if _sure(row, "hostility") and not _sure(row, "problem")]
    calm = [_said(row) for row in others if _calm(row)]
    return _Material(mixed=list(map(_said, rows)), problems=problems, insults=insults, calm=calm)


def _said(row: Row) -> Said:
    return Said(text=row.text, lang=row.lang)


def _sure(row: Row, head: str) -> bool:
    mark = row.marks.get(head)
    return mark is not None and bool(mark.value) and mark.weight >= _TRUST[head]


def _calm(row: Row) -> bool:
    """Neutral or positive by people who read for it, and no other mark says otherwise."""
    sentiment = row.marks.get("sentiment")
    if sentiment is None or sentiment.value == NEGATIVE or sentiment.weight < _TRUST["sentiment"]:
        return False
    return not any(row.marks[head].value for head in ("problem", "hostility") if head in row.marks)


def _made() -> _Material:
    """Posts of the demo feed's sentences, with the lengths of the sets; a third of all hold a problem."""
    chance = random.Random(_SEED)
    feed = [json.loads(line) for line in _FEED.read_text(encoding="utf-8").splitlines() if line.strip()]
    told = [post for post in feed if post.get("text") and post["lang"] in ("en", "es", "ru")]
    parts: dict[str, list[Said]] = {}
    for kind, wanted in (("problems", _TROUBLE), ("insults", ("abuse",)), ("calm", ("praise", "mention"))):
        texts = {lang: _sentences(told, wanted, lang) for lang in ("en", "es", "ru")}
        made = {_joined(texts[lang], lang, chance) for lang in chance.choices(("en", "es", "ru"), k=_MADE)}
        parts[kind] = sorted(made, key=lambda post: post.text)
    third = min(map(len, parts.values()))
    mixed = list(chain.from_iterable(chance.sample(part, third) for part in parts.values()))
    return _Material(mixed=mixed, **parts)


def _sentences(feed: Sequence[dict[str, str]], kinds: Sequence[str], lang: str) -> list[str]:
    return [
        part
        for post in feed
        if post["kind"] in kinds and post["lang"] == lang
        for part in post["text"].replace("! ", "!\n").replace(". ", ".\n").replace("? ", "?\n").splitlines()
    ]


def _joined(sentences: Sequence[str], lang: str, chance: random.Random) -> Said:
    at, within = divmod(chance.random() * (len(_WORDS) - 1), 1)
    low, high = _WORDS[int(at)], _WORDS[int(at) + 1]
    wanted = round(low + within * (high - low))
    words: list[str] = []
    while len(words) < wanted:
        words += chance.choice(sentences).split()
    return Said(text=" ".join(words[:wanted]), lang=lang)
