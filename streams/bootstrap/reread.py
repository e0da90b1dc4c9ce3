"""What a source refused walks in once more; the post it is after all walks out, or the refusal again."""

import json
import re
from collections.abc import Callable

from streams.bus.dead_letters import Reread
from streams.clock import Clock
from streams.errors import Refused
from streams.ingest.brands import Brands
from streams.ingest.rows import complete, read_row
from streams.records import DeadLetter, Deletion, Post

#: As `FileSource` says where a line stood.
_LINE = re.compile(r" line ([0-9]{1,15})$")


def rereader(*, brands: Brands, identify: Callable[[str], str], clock: Clock) -> Reread:
    """Reads one JSON object with our names of the fields; other payloads only make sense where they stood."""

    def reread(letter: DeadLetter) -> Post | Deletion:
        source = letter.stage.removeprefix("source:")
        try:
            row = json.loads(letter.payload)
        except (ValueError, RecursionError) as fault:
            raise Refused(
                f"this is no JSON object, so it cannot be read alone: mend it at the source ({fault})"
            ) from fault
        if not isinstance(row, dict):
            raise Refused("this is no JSON object, so it cannot be read alone: mend it at the source")
        record = read_row(row, source=source, heard_at=clock(), version=_line(letter))
        if isinstance(record, Deletion):
            return record
        post = complete(record, brands=brands, identify=identify)
        if post is None:
            raise Refused("this post is our own, or about none of our brands")
        return post

    return reread


def _line(letter: DeadLetter) -> int:
    """The line of the file it stood in, which is its version among the lines with its id; 0 where nobody knows."""
    found = _LINE.search(letter.origin)
    return int(found[1]) if found and letter.stage == "source:file" else 0
