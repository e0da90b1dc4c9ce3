"""A commit on Bluesky walks in; the post it made, when it is about one of our brands, walks out."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from streams.ingest.brands import Brands
from streams.ingest.normalise import clean_plain, credible_time, parse_time
from streams.ingest.sources.bluesky.wire import POSTS, BadFrame, Commit, read_record
from streams.records import Deletion, Post

SOURCE = "bluesky"

#: The author's clock counts while it is no further from the server's.
CREDIBLE = timedelta(days=1)

_TID = {character: value for value, character in enumerate("234567abcdefghijklmnopqrstuvwxyz")}


def post_id(did: str, rkey: str) -> str:
    return f"{SOURCE}:{did}/{rkey}"


def moment(time_us: int) -> datetime:
    return datetime.fromtimestamp(time_us / 1_000_000, UTC)


def tid_number(tid: str) -> int | None:
    """Return what a TID (record keys and revisions) counts: microseconds since 1970, times 1024. None if it is none."""
    if len(tid) != 13 or any(character not in _TID for character in tid):
        return None
    number = 0
    for character in tid:
        number = number * 32 + _TID[character]
    return number if number < 2**63 else None


def written_us(rkey: str) -> int | None:
    """Return when the record was made, as its key claims, microseconds since 1970."""
    number = tid_number(rkey)
    return None if number is None else number >> 10


def read_deletion(commit: Commit) -> Deletion:
    return Deletion(
        id=post_id(commit.did, commit.rkey), source=SOURCE, author=commit.did, deleted_at=moment(commit.time_us)
    )


def read_post(
    commit: Commit,
    *,
    brands: Brands,
    handles: Mapping[str, str],
    identify: Callable[[str], str],
    heard_at: datetime,
) -> Post | None:
    """Return the post, or None when it names no brand or is by one of our accounts. Raises `BadFrame`.

    `handles` are our own accounts, handle by DID. A brand is named by the text, a mention, a hashtag or link it
    carries, and by answering one of our accounts.
    """
    if commit.did in handles or brands.is_own(commit.did):
        return None
    record = read_record(commit.record)
    raw = record.get("text")
    if not isinstance(raw, str):
        raise BadFrame("holds a post without text")
    text = clean_plain(raw)
    reply = record.get("reply")
    parent, root = (_answered(reply, end) for end in ("parent", "root"))
    said = [text, *_facets(record), *(f"@{handles[did]}" for did, _ in (parent, root) if did in handles)]
    matches = brands.match("\n".join(_named(word, handles) for word in said))
    if not matches:
        return None
    return Post(
        id=post_id(commit.did, commit.rkey),
        source=SOURCE,
        author=commit.did,
        text=text,
        created_at=_created_at(record, commit),
        heard_at=heard_at,
        lang=_language(text, record, identify),
        url=f"https://bsky.app/profile/{commit.did}/post/{commit.rkey}",
        conversation_id=post_id(*root) if all(root) else post_id(commit.did, commit.rkey),
        reply_to=post_id(*parent) if all(parent) else "",
        brand=matches[0].brand,
        version=tid_number(commit.rev) or commit.time_us,
    )


def _created_at(record: Mapping[str, object], commit: Commit) -> datetime:
    seen = moment(commit.time_us)
    try:
        return credible_time(parse_time(record.get("createdAt")), seen, apart=CREDIBLE)
    except ValueError:
        return seen


def _language(text: str, record: Mapping[str, object], identify: Callable[[str], str]) -> str:
    """Return what the text is in; where that is not sure, what the author's app says (often just its own language)."""
    found = identify(text)
    langs = record.get("langs")
    if found != "und" or not isinstance(langs, list) or not langs or not isinstance(langs[0], str):
        return found
    code = langs[0].split("-")[0].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else found


def _facets(record: Mapping[str, object]) -> Iterator[str]:
    """Yield what the text stands for without showing it: DIDs of mentions, `#` and tags, links."""
    tags = record.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, str):
            yield f"#{tag}"
    facets = record.get("facets")
    for facet in facets if isinstance(facets, list) else ():
        features = facet.get("features") if isinstance(facet, Mapping) else None
        for feature in features if isinstance(features, list) else ():
            if isinstance(feature, Mapping):
                yield from _feature(feature)


def _feature(feature: Mapping[str, object]) -> Iterator[str]:
    for key, mark in (("did", ""), ("tag", "#"), ("uri", "")):
        value = feature.get(key)
        if isinstance(value, str) and len(value) < 2000:
            yield mark + value


def _named(word: str, handles: Mapping[str, str]) -> str:
    return f"@{handles[word]}" if word in handles else word


def _answered(reply: object, end: str) -> tuple[str, str]:
    """Return DID and record key of the post that is answered, empty where it is none."""
    reference = reply.get(end) if isinstance(reply, Mapping) else None
    uri = reference.get("uri") if isinstance(reference, Mapping) else None
    if not isinstance(uri, str) or len(uri) > 600:
        return "", ""
    parts = uri.removeprefix("at://").split("/")
    return (parts[0], parts[2]) if len(parts) == 3 and parts[1] == POSTS else ("", "")
