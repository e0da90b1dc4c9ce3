"""Folders of public data and the posts kept here walk in; the hard set for telling languages walks out.

Hard means short, or full of what is no language: handles, links, hashtags, emoji, capitals; and posts written in
letters that are not their language's own. What a set says of a row's language is taken on trust but for these rules:

- a row of a Cyrillic or Arabic language without one letter of that script is left out: its language is not known;
- Hindi rows in Latin letters are many languages in truth; only those read one by one count (`read.jsonl`);
- a row is `und` when fewer than three letters are left beside links, handles, hashtags and numbers; or when at most
  two words are left and each is a name (never seen in small letters in the rows of its language; not asked of German,
  which writes nouns so) or everybody's (in three or more other languages at least a tenth as common as where it is
  commonest).
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.training.rows import Row
from models.training.sets import SETS, load
from models.training.twins import plain

HERE = Path(__file__).parent
UNKNOWN = "und"
LAST = "read last"
#: Sets of posts, as against reviews and comments.
_FOLDERS = {
    "airline_us", "complaint_tweets", "tweeteval", "airline_es", "offendes", "sentirueval_tweets", "rusentitweet",
    "xlmt_sentiment", "germeval2018_offensive", "hatebr",
}  # fmt: skip
#: Rows of one language and length; half of them with handles, links, hashtags, emoji or capitals where there are such.
_EACH = 80
LENGTHS = ("1-2 words", "3-5 words", "6-10 words", "longer")

_MASKED_LINK = re.compile(r"http(?![\w:])")
_NOT_SAID = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TRAITS = (
    ("handle", re.compile(r"@\w")),
    ("link", re.compile(r"https?://")),
    ("hashtag", re.compile(r"#\w")),
    ("emoji", re.compile(r"[\u2600-\u27bf\U0001f300-\U0001faff]")),
)
_OWN_LETTERS = {"ru": re.compile(r"[\u0400-\u052f]"), "ar": re.compile(r"[\u0600-\u06ff]")}
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A text and the languages any of which is a right answer, the likeliest first; `und` alone: nothing to tell by."""

    text: str
    langs: tuple[str, ...]
    #: `public`; `read last`, when words and thresholds were final; or of the posts kept here `plain`,
    #: `transliterated`, `mixed`, `nothing to tell by`.
    kind: str

    @property
    def length(self) -> str:
        """One of `LENGTHS`, by the words beside links, handles, hashtags and numbers."""
        count = len(words(self.text))
        return LENGTHS[0 if count <= 2 else 1 if count <= 5 else 2 if count <= 10 else 3]

    @property
    def traits(self) -> tuple[str, ...]:
        """What the post has of handles, links, hashtags, emoji and capitals."""
        found = tuple(name for name, sign in _TRAITS if sign.search(self.text))
        return (*found, "capitals") if " ".join(words(self.text)).isupper() else found

    @property
    def held_out(self) -> bool:
        """True for the half that is reported; the other half is for choosing words, priors and thresholds by."""
        return self.kind == LAST or _place(self.text) % 2 == 1


def words(text: str) -> list[str]:
    """The words of a text beside links, handles, hashtags and numbers."""
    return _WORD.findall(_NOT_SAID.sub(" ", text))


def hard_set(data: Path) -> list[Post]:
    """All posts, public ones by language and length, then those kept here.

    Raises:
        FileNotFoundError: a set is missing under `data`.
    """
    rows = load(data, tuple(one for one in SETS if one.folder in _FOLDERS))
    return [*_public(rows), *own_posts()]


def own_posts() -> list[Post]:
    """The posts written for this project."""
    with (HERE / "hard.jsonl").open(encoding="utf-8") as lines:
        return [Post(text=own["text"], langs=tuple(own["langs"]), kind=own["kind"]) for own in map(json.loads, lines)]


def _public(rows: list[Row]) -> Iterator[Post]:
    known = _Known(rows)
    read = {line.id: line for line in _read()}
    cells: dict[tuple[str, str], list[Post]] = defaultdict(list)
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: _place(row.key)):
        text = _MASKED_LINK.sub("https://t.co/a1B2c3", row.text)
        by_hand = read.get(row.id)
        langs = by_hand.langs if by_hand else () if _romanised(row) else known.langs(row.lang, text)
        if langs and (same := plain(text) or text) not in seen:
            seen.add(same)
            if by_hand:
                yield Post(text=text, langs=langs, kind=LAST if by_hand.last else "public")
            else:
                post = Post(text=text, langs=langs, kind="public")
                cells[row.lang, post.length].append(post)
    for cell in cells.values():
        chosen = [post for post in cell if post.traits][: _EACH // 2]
        yield from chosen
        taken = {post.text for post in chosen}
        yield from [post for post in cell if post.text not in taken][: _EACH - len(chosen)]


def _romanised(row: Row) -> bool:
    return row.lang == "hi" and not _DEVANAGARI.search(row.text)


class _Known:
    """What the rows themselves say of words: which are names, and which are everybody's."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._small: dict[str, set[str]] = defaultdict(set)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            if not _romanised(row):
                found = words(row.text)
                self._small[row.lang].update(word for word in found if word.islower())
                counts[row.lang].update(word.lower() for word in found)
        self._shares = {lang: _shares(count) for lang, count in counts.items()}

    def langs(self, lang: str, text: str) -> tuple[str, ...]:
        """The right answers for a row, none where they are not known."""
        found = words(text)
        if sum(map(len, found)) < 3 or (len(found) <= 2 and all(self._says_nothing(lang, word) for word in found)):
            return (UNKNOWN,)
        letters = _OWN_LETTERS.get(lang)
        return () if letters and not letters.search(" ".join(found)) else (lang,)

    def _says_nothing(self, lang: str, word: str) -> bool:
        lowered = word.lower()
        if lang != "de" and not word.islower() and word != lowered and lowered not in self._small[lang]:
            return True
        common = sorted((shares.get(lowered, 0.0) for shares in self._shares.values()), reverse=True)
        return common[0] > 0 and common[3] >= common[0] / 10


def _shares(counts: Counter[str]) -> Mapping[str, float]:
    total = counts.total()
    return {word: count / total for word, count in counts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadRow:
    """A row whose languages a reader told."""

    id: str
    langs: tuple[str, ...]
    last: bool


def _read() -> list[_ReadRow]:
    with (HERE / "read.jsonl").open(encoding="utf-8") as lines:
        return [
            _ReadRow(id=row["id"], langs=tuple(row["langs"]), last=row.get("last", False))
            for row in map(json.loads, lines)
        ]


def _place(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
