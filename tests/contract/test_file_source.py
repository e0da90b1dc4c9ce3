"""Files keep the contract of sources: JSONL, CSV, and packed."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.ingest.brands import Brands
from streams.ingest.ports import Heard
from streams.ingest.sources.file.adapter import FileSource
from tests.contract.source_contract import Content, SourceContract

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
POSTS = 1000


@dataclass
class FileWorld:
    path: Path
    content: Content

    async def hear(self, cursor: str | None) -> Sequence[Heard]:
        source = FileSource(str(self.path), clock=lambda: NOON, brands=Brands(()), identify=lambda text: "en")
        return [heard async for heard in source.listen(cursor)]


def _jsonl() -> bytes:
    lines = [json.dumps({"id": n, "text": f"Text {n}", "created_at": "2026-11-01"}) for n in range(POSTS)]
    lines[500:500] = ["{broken", '{"id": "x", "text": 7}', "", '{"id": "y", "rating": 11}']
    return "\n".join(lines).encode() + b"\n"


def _csv() -> bytes:
    rows = [f'{n},"Two\nlines {n}",2026-11-01' for n in range(POSTS)]
    rows[500:500] = ["x,too,many,fields", "", ",no id,", "y,,"]
    return ("id,text,created_at\r\n" + "\r\n".join(rows)).encode()


@pytest.fixture(params=["posts.jsonl", "posts.csv", "posts.csv.gz"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> FileWorld:
    path = tmp_path / request.param
    raw = _jsonl() if "jsonl" in path.name else _csv()
    path.write_bytes(gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)
    return FileWorld(path, Content(ids=frozenset(f"file:{n}" for n in range(POSTS)), bad=3, stage="source:file"))


class TestFileSource(SourceContract):
    pass
