"""A row (a JSON object, a line of a CSV) walks in; a post or a deletion walks out, or every fault of the row.

Shared by the sources whose form is ours to choose: files and the webhook. `docs/sources.md` lists the fields.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from streams.errors import Refused
from streams.ingest.brands import Brands
from streams.ingest.normalise import author_key, clean_name, clean_text, credible_time, parse_time
from streams.records import Deletion, Post

FIELDS = (
    "id", "text", "rating", "aspects", "author", "author_name", "created_at", "lang", "url", "reply_to",
    "conversation_id", "brand", "reach", "source", "version", "updated_at", "deleted",
)  # fmt: skip

MAX_ID = 300
MAX_ASPECTS = 50
MAX_REACH = 10**11
#: As far as every reader of JSON counts exactly.
MAX_VERSION = 2**53

_MISSING = (None, "")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LANG = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9_-]+)?")
#: Codes that were withdrawn and are still sent.
_OLD_LANG = {"in": "id", "iw": "he", "ji": "yi"}
_YES = frozenset({"true", "1", "yes"})
_NO = frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    #: Where in the row: `("aspects", "punctuality")`; empty means the row itself.
    loc: tuple[str | int, ...]
    #: What is wrong with it, to be read after its place: `must be between 1 and 5, got 9`.
    msg: str


class BadRow(Refused):
    """The row is no post."""

    def __init__(self, faults: tuple[Fault, ...], post_id: str = "") -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, fault.loc))} {fault.msg}".strip() for fault in faults))
        self.faults = faults
        #: Where it could be read.
        self.post_id = post_id

    def lacks(self, *names: str) -> bool:
        """Whether one of these fields is not there at all."""
        return any(
            fault.loc[:1] in {(name,) for name in names} and fault.msg.startswith("is missing") for fault in self.faults
        )


def read_row(row: Mapping[str, object], *, source: str, heard_at: datetime, version: int) -> Post | Deletion:
    """Return what the row says. Raises `BadRow` with all its faults.

    `source` names the connector: it is put before ids that have no colon, and stands where the row names no source.
    `version` is for rows that bear none themselves. `lang` and `brand` stay empty where the row has none: see
    `complete`. Fields we do not know are left alone.
    """
    reading = _Reading(row)
    native = reading.native_id()
    post_id = _qualified(native, source)
    heard_from = _slug(reading.text_of("source")) or source
    author = author_key(reading.text_of("author"), native)
    claimed = reading.time("created_at")
    created_at = heard_at if claimed is None else credible_time(claimed, heard_at)
    if reading.flag("deleted"):
        reading.settle(post_id)
        return Deletion(id=post_id, source=heard_from, author=author, deleted_at=created_at)
    text, rating, aspects = reading.body(), reading.rating(), reading.aspects()
    post = Post(
        id=post_id,
        source=heard_from,
        author=author,
        text=text,
        created_at=created_at,
        heard_at=heard_at,
        lang=_language(reading.text_of("lang")),
        author_name=clean_name(reading.text_of("author_name")),
        url=_link(reading.text_of("url")),
        rating=rating,
        aspects=aspects,
        conversation_id=_qualified(reading.other_id("conversation_id"), source),
        reply_to=_qualified(reading.other_id("reply_to"), source),
        brand=clean_name(reading.text_of("brand")),
        reach=reading.reach(),
        version=reading.version(version, heard_at),
    )
    if not text and rating is None and not aspects and not reading.faulty("text", "rating", "aspects"):
        reading.fault("is missing, and there is no rating", "text")
    reading.settle(post_id)
    return post


def complete(post: Post, *, brands: Brands, identify: Callable[[str], str]) -> Post | None:
    """Return the post with language and brand told where the source did not, or None if it is our own."""
    if brands.is_own(post.author, post.author_name):
        return None
    lang = post.lang or identify(post.text)
    brand = post.brand or next((match.brand for match in brands.match(post.text)), "")
    return post if (lang, brand) == (post.lang, post.brand) else replace(post, lang=lang, brand=brand)


class _Reading:
    """One row under examination, and the faults found so far."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self._row = row
        self._faults: list[Fault] = []

    def fault(self, msg: str, *loc: str | int) -> None:
        self._faults.append(Fault(loc=loc, msg=msg))

    def faulty(self, *names: str) -> bool:
        return any(fault.loc[:1] == (name,) for fault in self._faults for name in names)

    def settle(self, post_id: str) -> None:
        if self._faults:
            raise BadRow(tuple(self._faults), post_id)

    def native_id(self) -> str:
        native = self.other_id("id")
        if not native and not self._faults:
            self.fault("is missing", "id")
        return native

    def other_id(self, name: str) -> str:
        raw = self._row.get(name)
        if raw in _MISSING:
            return ""
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            self.fault(f"must be text or a whole number, got {_shown(raw)}", name)
            return ""
        try:
            native = str(raw).strip()
        except ValueError:  # whole numbers beyond what Python writes out
            native = "9" * (MAX_ID + 1)
        if len(native) > MAX_ID:
            self.fault(f"must have at most {MAX_ID} characters", name)
        elif _UNPRINTABLE.search(native):
            self.fault("must not hold control characters", name)
        else:
            return native
        return ""

    def text_of(self, name: str) -> str:
        raw = self._row.get(name)
        if raw is None or isinstance(raw, str):
            return raw or ""
        if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**30:
            return str(raw)
        self.fault(f"must be text, got {_shown(raw)}", name)
        return ""

    def body(self) -> str:
        raw = self._row.get("text")
        if raw is None or isinstance(raw, str):
            return clean_text(raw or "")
        self.fault(f"must be text, got {_shown(raw)}", "text")
        return ""

    def time(self, name: str) -> datetime | None:
        raw = self._row.get(name)
        if raw in _MISSING or (isinstance(raw, str) and not raw.strip()):
            return None
        try:
            return parse_time(raw)
        except ValueError:
            self.fault(f"must be a time like 2026-11-22T18:30:00Z, got {_shown(raw)}", name)
            return None

    def flag(self, name: str) -> bool:
        raw = self._row.get(name)
        word = str(raw).strip().casefold() if isinstance(raw, str | int) else ""
        if word in _YES:
            return True
        if word not in _NO and raw not in _MISSING:
            self.fault(f"must be true or false, got {_shown(raw)}", name)
        return False

    def rating(self) -> float | None:
        return self._stars(self._row.get("rating"), "rating")

    def aspects(self) -> dict[str, float]:
        """Return the sub-ratings: the object `aspects`, or the columns `aspects.…`."""
        raw = self._row.get("aspects")
        if raw not in _MISSING and not isinstance(raw, Mapping):
            self.fault(f"must be an object of numbers, got {_shown(raw)}", "aspects")
            return {}
        given = dict(raw) if isinstance(raw, Mapping) else {}
        given |= {name[8:]: value for name, value in self._row.items() if name.startswith("aspects.")}
        if not given:
            return given
        if len(given) > MAX_ASPECTS:
            self.fault(f"must have at most {MAX_ASPECTS} entries, got {len(given)}", "aspects")
            return {}
        return dict(self._each_aspect(given))

    def _each_aspect(self, given: Mapping[str, object]) -> Iterator[tuple[str, float]]:
        for name, value in given.items():
            stars = self._stars(value, "aspects", name)
            if stars is not None and (label := clean_name(name)):
                yield label, stars

    def reach(self) -> int | None:
        return self._whole("reach", MAX_REACH)

    def version(self, otherwise: int, heard_at: datetime) -> int:
        """Return the row's own number, or its `updated_at` in microseconds since 1970, or `otherwise`."""
        given = self._whole("version", MAX_VERSION)
        updated = self.time("updated_at")
        if given is not None:
            return given
        return otherwise if updated is None else round(credible_time(updated, heard_at).timestamp() * 1_000_000)

    def _whole(self, name: str, most: int) -> int | None:
        number = self._number(self._row.get(name), name)
        if number is None:
            return None
        if number != int(number) or not 0 <= number <= most:
            self.fault(f"must be a whole number from 0 to {most}, got {number:g}", name)
            return None
        return int(number)

    def _stars(self, raw: object, *loc: str) -> float | None:
        number = self._number(raw, *loc)
        if number is not None and not 1 <= number <= 5:
            self.fault(f"must be between 1 and 5, got {number:g}", *loc)
            return None
        return number

    def _number(self, raw: object, *loc: str) -> float | None:
        if isinstance(raw, str):
            raw = raw.strip()
        if raw in _MISSING:
            return None
        try:
            number = float(raw.replace(",", ".")) if isinstance(raw, str) else _as_float(raw)
        except (ValueError, TypeError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
        self.fault(f"must be a number, got {_shown(raw)}", *loc)
        return None


def _as_float(raw: object) -> float:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    raise TypeError


def _slug(raw: str) -> str:
    """Return the name of a source as ids and labels bear it."""
    return re.sub(r"[^\w.-]+", "-", raw.casefold()).strip("-")[:40] if raw else ""


def _qualified(native: str, source: str) -> str:
    """Return the id as given where it has a colon, else with the connector's name before it."""
    return native if not native or ":" in native else f"{source}:{native}"


def _language(raw: str) -> str:
    found = _LANG.fullmatch(raw.strip()) if raw else None
    if found is None:
        return ""
    code = found[1].lower()
    return _OLD_LANG.get(code, code)


def _link(raw: str) -> str:
    """Return the address, or nothing: what is no web address must not become a link on the desk."""
    if not raw:
        return ""
    url = raw.strip()
    return url if re.fullmatch(r"https?://[^\s\"'<>\x00-\x1f\x7f]{1,2000}", url, re.IGNORECASE) else ""


def _shown(raw: object) -> str:
    """Return the value for a message: short, and never a whole object."""
    if isinstance(raw, Mapping):
        return "an object"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, bool) or raw is None:
        return {None: "null", True: "true", False: "false"}[raw]
    if isinstance(raw, int) and abs(raw) >= 10**30:
        return "a huge number"
    shown = repr(raw) if isinstance(raw, str) else str(raw)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
