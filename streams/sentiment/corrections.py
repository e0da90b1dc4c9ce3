"""Labelled posts walk in; one of each walks out, in two parts: to learn from, and held out to see what it was worth."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from streams.records import Verdict
from streams.sentiment.labels import Labelled, Labels, implied, likeness

#: One post in so many is held out.
_HELD_OUT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    #: In an order that follows from the texts alone.
    posts: tuple[Labelled, ...]
    #: Lines left out because another says the same of the same text.
    again: int
    #: Lines left out because another says otherwise of the same text.
    contradicting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    learn: tuple[Labelled, ...]
    held_out: tuple[Labelled, ...]


def corrections(posts: Sequence[Labelled]) -> Corrections:
    """One of each post, with the labels that follow from its verdict; what is said of copies is put together."""
    copies: dict[str, list[Labelled]] = defaultdict(list)
    for post in posts:
        copies[likeness(post.text)].append(replace(post, labels=_all(post.labels)))
    kept: list[Labelled] = []
    again = contradicting = 0
    for key in sorted(copies, key=_place):
        own = copies[key]
        said = {label: value for one in own for label, value in one.labels.items()}
        if all(said[label] == value for one in own for label, value in one.labels.items()):
            kept.append(replace(own[0], labels=said))
            again += len(own) - 1
        else:
            contradicting += len(own)
    return Corrections(posts=tuple(kept), again=again, contradicting=contradicting)


def split(found: Corrections) -> Split:
    """At least a fifth is held out, of each kind of post its share; the texts decide, so that tomorrow's split of a
    longer file holds out much the same posts."""
    kinds: dict[object, list[Labelled]] = defaultdict(list)
    for post in found.posts:
        kinds[tuple(post.labels.get(label) for label in ("problem", "hostile"))].append(post)
    # Of posts, not of their names: two files may both have a `line 3`.
    out = {id(post) for own in kinds.values() for post in own[: -(-len(own) // _HELD_OUT)]}
    return Split(
        learn=tuple(post for post in found.posts if id(post) not in out),
        held_out=tuple(post for post in found.posts if id(post) in out),
    )


def _all(labels: Labels) -> Labels:
    """With what follows from the verdict, where nothing else was said."""
    return {**implied(Verdict(str(labels["verdict"]))), **labels} if "verdict" in labels else labels


def _place(key: str) -> str:
    return sha256(key.encode(errors="surrogatepass")).hexdigest()
