"""The invented company's feed, replayed: lines walk in, posts walk out at their own pace, as if written now."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import msgspec

from streams.clock import Clock
from streams.ingest.ports import Heard
from streams.records import Post

#: Posts handed over at once when the feed is not paced.
_CHUNK = 100


class _Cursor(msgspec.Struct):
    start: datetime
    line: int


class DemoSource:
    """Goes on where it was after a restart; `fast` hands everything over at once, dated as if it had been paced."""

    name = "demo"

    def __init__(self, *, clock: Clock, fast: bool = False, sleep: Callable[[float], Any] = asyncio.sleep) -> None:
        self._clock = clock
        self._fast = fast
        self._sleep = sleep

    async def listen(self, cursor: str | None) -> AsyncIterator[Heard]:
        now = self._clock()
        at = msgspec.json.decode(cursor, type=_Cursor) if cursor else _Cursor(start=now, line=0)
        lines = feed()
        while at.line < len(lines):
            due = at.start + timedelta(seconds=lines[at.line]["created_offset_s"])
            if self._fast:
                ready = lines[at.line : at.line + _CHUNK]
            else:
                if (wait := (due - self._clock()).total_seconds()) > 0:
                    await self._sleep(wait)
                ready = [lines[at.line]]
            posts = [_post(line, at.start, heard_at=self._clock()) for line in ready]
            at = _Cursor(start=at.start, line=at.line + len(ready))
            yield Heard(records=posts, cursor=msgspec.json.encode(at).decode())


def feed() -> list[dict[str, Any]]:
    """The lines of `feed.jsonl`, in order."""
    text = files("streams.demo").joinpath("feed.jsonl").read_text(encoding="utf-8")
    return [msgspec.json.decode(line) for line in text.splitlines() if line]


def _post(line: dict[str, Any], start: datetime, *, heard_at: datetime) -> Post:
    source = line["source_label"]
    written = start + timedelta(seconds=line["created_offset_s"])
    return Post(
        id=f"{source}:{line['id']}",
        source=source,
        author=line["author"],
        author_name=line.get("author_name", ""),
        text=line["text"],
        lang=line["lang"],
        created_at=min(written, heard_at),
        heard_at=heard_at,
        rating=line.get("rating"),
        aspects=line.get("aspects", {}),
        url=line.get("url", ""),
        conversation_id=f"{source}:{line['conversation_id']}" if line.get("conversation_id") else "",
        reply_to=f"{source}:{line['reply_to']}" if line.get("reply_to") else "",
        brand=line.get("brand", ""),
        reach=line.get("reach"),
    )
