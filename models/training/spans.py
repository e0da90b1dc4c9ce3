"""Posts with marked spans and a model walk in; how often its evidence stands where readers marked it walks out.

python -m models.training.spans [--model NAME]

Every second post was used to choose how the evidence is made; the others are measured.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from streams.records import Evidence
from streams.sentiment.clauses import clauses
from streams.sentiment.heads import EXPLAINED
from streams.sentiment.load import FIRST, load
from streams.sentiment.plain import plain
from streams.sentiment.ports import Model

FOLDER = Path(__file__).parent / "spans"
_OPEN = re.compile("⟦([ph]):")
_KINDS = {"p": "problem", "h": "hostility"}
_WORD = re.compile(r"\w+")
_SEED = 20
_SIMPLE = ("swear words", "most negative clause", "any clause")
_MOST_CLAUSES = 40

#: What somebody without a model would look for; stems, for Spanish and Russian bend their words.
_SWEAR_WORDS = re.compile(
    r"\b(?:idiot|moron|imbecil|stupid|clown|useless|pathetic|crook|thie(?:f|ves)|scum|liar|fuck|shit|bastard|crap|damn"
    r"|bloody|arse|ass(?:hole|es)?\b|dumb|fool|trash|joke|scam|incompetent|inept|inútil|imbécil|ladr(?:ón|on)|estafador"
    r"|mierda|put[ao]|gilipoll|cabr(?:ón|on)|payas|sinverg|asquer|basura|vergüenza|desgraciad|pendej|idiota|burro"
    r"|идиот|дебил|туп|мраз|твар|козл|урод|сук|жул|вор(?:ы|ьё|юг)|клоун|мошенник|бля|хер|хуй|хуе|пизд|говн|дерьм|гнид"
    r"|скот|упыр|позор|бездар|криворук)\w*",
    re.IGNORECASE,
)

Explain = Callable[[Sequence["Marked"]], list[tuple[Evidence, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A post and the stretches a reader marked in it."""

    id: str
    lang: str
    text: str
    #: By head, half-open character offsets.
    spans: dict[str, tuple[tuple[int, int], ...]]

    def letters(self, head: str) -> set[int]:
        return {at for begin, end in self.spans[head] for at in range(begin, end)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Of one way to explain, on the posts of one language (or `all`), for one head; each in [0, 1]."""

    way: str
    lang: str
    head: str
    #: Of words, summed over the posts.
    precision: float
    recall: float
    f1: float
    #: Part of the posts whose heaviest span has most of its words in a marked stretch.
    pointing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of marked words in `plain`; each a part of them."""

    way: str
    lang: str
    insult_removed: float
    problem_kept: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=FIRST, help="a bundled model, or a model folder")
    asked = parser.parse_args()
    posts = marked(FOLDER)
    seen = {post.id for post in chosen_on(posts)}
    posts = [post for post in posts if post.id not in seen]
    model = load(asked.model)
    ways = {
        asked.model: model_spans(model),
        **dict(zip(_SIMPLE, (swear_words, most_negative(model), any_clause), strict=True)),
    }
    found = {name: way(posts) for name, way in ways.items()}
    console = Console(width=100)
    console.print(_agreement(found, posts), _plainness(found, posts))


def marked(folder: Path) -> list[Marked]:
    """The marked posts of all languages; raises ValueError where the marks do not fit the text."""
    return [
        _parsed(json.loads(line), path.stem)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def chosen_on(posts: Sequence[Marked]) -> list[Marked]:
    """Every second post: those that were used to choose how evidence is made."""
    return list(posts[::2])


def _parsed(raw: dict[str, str], lang: str) -> Marked:
    spans: dict[str, list[tuple[int, int]]] = {head: [] for head in _KINDS.values()}
    text, rest = "", raw["marked"]
    while opened := _OPEN.search(rest):
        text += rest[: opened.start()]
        inside, _, rest = rest[opened.end() :].partition("⟧")
        spans[_KINDS[opened[1]]].append((len(text), len(text) + len(inside)))
        text += inside
    if text + rest != raw["text"]:
        raise ValueError(f"the marks of {raw['id']} do not fit its text")
    return Marked(id=raw["id"], lang=lang, text=raw["text"], spans={head: tuple(own) for head, own in spans.items()})


def model_spans(model: Model) -> Explain:
    def explain(posts: Sequence[Marked]) -> list[tuple[Evidence, ...]]:
        return model.evidence([post.text for post in posts], [post.lang for post in posts])

    return explain


def swear_words(posts: Sequence[Marked]) -> list[tuple[Evidence, ...]]:
    """Hostile is what stands in a list, the rest is the problem."""

    def explained(text: str) -> Iterator[Evidence]:
        found = [one.span() for one in _SWEAR_WORDS.finditer(text)]
        if not found:
            yield Evidence(head="problem", start=0, end=len(text), weight=1.0)
        for begin, end in found:
            yield Evidence(head="hostility", start=begin, end=end, weight=1.0)
        ends = [0, *(end for _, end in found)]
        for begin, end in zip(ends, [*(begin for begin, _ in found), len(text)], strict=True) if found else ():
            if begin < end:
                yield Evidence(head="problem", start=begin, end=end, weight=1.0)

    return [tuple(explained(post.text)) for post in posts]


def most_negative(model: Model) -> Explain:
    """The clause with the most negative sentiment, for either head."""

    def explain(posts: Sequence[Marked]) -> list[tuple[Evidence, ...]]:
        result = []
        for post in posts:
            own = clauses(post.text, _MOST_CLAUSES)
            scores = model.score([post.text[begin:end] for begin, end in own], [post.lang] * len(own))
            negative = [one.sentiment.negative for one in scores]
            begin, end = own[negative.index(max(negative))]
            result.append(tuple(Evidence(head=head, start=begin, end=end, weight=1.0) for head in EXPLAINED))
        return result

    return explain


def any_clause(posts: Sequence[Marked]) -> list[tuple[Evidence, ...]]:
    """One clause drawn for each head."""
    draw = np.random.default_rng(_SEED)
    result = []
    for post in posts:
        own = clauses(post.text, _MOST_CLAUSES)
        drawn = [(head, own[int(draw.integers(len(own)))]) for head in EXPLAINED]
        result.append(tuple(Evidence(head=head, start=begin, end=end, weight=1.0) for head, (begin, end) in drawn))
    return result


def agreement(
    way: str, posts: Sequence[Marked], found: Sequence[tuple[Evidence, ...]], head: str, lang: str
) -> Measure:
    right = said = wanted = hits = count = 0
    for post, evidence in zip(posts, found, strict=True):
        if not post.spans[head] or lang not in (post.lang, "all"):
            continue
        own = [one for one in evidence if one.head == head]
        truth = _words(post.text, post.letters(head))
        given = _words(post.text, {at for one in own for at in range(one.start, one.end)})
        right, said, wanted, count = right + len(truth & given), said + len(given), wanted + len(truth), count + 1
        if own:
            top = max(own, key=lambda one: one.weight)
            there = _words(post.text, set(range(top.start, top.end)))
            hits += 2 * len(there & truth) > len(there)
    precision, recall = right / max(said, 1), right / max(wanted, 1)
    return Measure(
        way=way,
        lang=lang,
        head=head,
        precision=precision,
        recall=recall,
        f1=2 * right / max(said + wanted, 1),
        pointing=hits / max(count, 1),
    )


def taken(way: str, posts: Sequence[Marked], found: Sequence[tuple[Evidence, ...]], lang: str) -> Taken:
    counts = {head: [0, 0] for head in EXPLAINED}
    for post, evidence in zip(posts, found, strict=True):
        if lang not in (post.lang, "all"):
            continue
        left = _kept(post.text, plain(post.text, evidence))
        for head, count in counts.items():
            truth = _words(post.text, post.letters(head))
            count[0] += len(truth & left)
            count[1] += len(truth)
    kept = {head: there / max(of, 1) for head, (there, of) in counts.items()}
    return Taken(way=way, lang=lang, insult_removed=1 - kept["hostility"], problem_kept=kept["problem"])


def _words(text: str, letters: set[int]) -> set[int]:
    """Places of the words that have most of their letters among `letters`."""
    return {
        one.start()
        for one in _WORD.finditer(text)
        if 2 * len(letters.intersection(range(*one.span()))) > one.end() - one.start()
    }


def _kept(text: str, shorter: str) -> set[int]:
    """Places of the words of a text that are left in a shorter one, matched from the left."""
    rest = [one[0].lower() for one in _WORD.finditer(shorter)]
    places = [(one.start(), one[0].lower()) for one in _WORD.finditer(text)]
    # The longest common subsequence: a word that comes twice is matched where the most others fit.
    best = np.zeros((len(places) + 1, len(rest) + 1), dtype=int)
    for at in range(len(places) - 1, -1, -1):
        for to in range(len(rest) - 1, -1, -1):
            same = places[at][1] == rest[to]
            best[at, to] = best[at + 1, to + 1] + 1 if same else max(best[at + 1, to], best[at, to + 1])
    kept, to = set(), 0
    for at, (place, word) in enumerate(places):
        if to < len(rest) and word == rest[to] and best[at, to] == best[at + 1, to + 1] + 1:
            kept.add(place)
            to += 1
    return kept


def _agreement(found: dict[str, list[tuple[Evidence, ...]]], posts: Sequence[Marked]) -> Table:
    table = Table(
        "evidence", "head", "posts in", "F1", "precision", "recall", "points at it", title=f"{len(posts)} posts"
    )
    for head in EXPLAINED:
        for way, evidence in found.items():
            for lang in ("all", *sorted({post.lang for post in posts})):
                one = agreement(way, posts, evidence, head, lang)
                numbers = (one.f1, one.precision, one.recall, one.pointing)
                table.add_row(way, head, lang, *(f"{number:.2f}" for number in numbers))
    return table


def _plainness(found: dict[str, list[tuple[Evidence, ...]]], posts: Sequence[Marked]) -> Table:
    table = Table("evidence", "posts in", "insult removed", "problem kept", title="words in plain")
    for way, evidence in found.items():
        # A clause that was named for both heads would be cut by none: of the simple ways only the insult counts here.
        if way in _SIMPLE:
            evidence = [tuple(one for one in own if one.head == "hostility") for own in evidence]
        for lang in ("all", *sorted({post.lang for post in posts})):
            one = taken(way, posts, evidence, lang)
            table.add_row(way, lang, f"{one.insult_removed:.2f}", f"{one.problem_kept:.2f}")
    return table


if __name__ == "__main__":
    main()
