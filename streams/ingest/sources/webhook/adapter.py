"""The rows of one request walk in; posts and deletions walk out, all of them or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.ingest.brands import Brands
from streams.ingest.rows import BadRow, Fault, complete, read_row
from streams.ingest.sources.webhook.wire import Invalid, Placed
from streams.records import Deletion, Post

SOURCE = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one request brought."""

    records: tuple[Post | Deletion, ...]
    #: Ids of posts by our own accounts, which are not heard.
    own: tuple[str, ...]


def read_delivery(
    rows: Sequence[Placed], *, received: datetime, sent: datetime, brands: Brands, identify: Callable[[str], str]
) -> Delivery:
    """Raises `Invalid` with the faults of all rows.

    The version of a row without one is `sent` in microseconds, so that what is sent later with the same id is an edit;
    within one request later rows are later.
    """
    faults: list[Fault] = []
    records: list[Post | Deletion] = []
    own: list[str] = []
    version = round(sent.timestamp() * 1_000_000)
    for at, row in enumerate(rows):
        if row.fields is None:
            faults.append(Fault(loc=row.loc, msg="must be an object"))
            continue
        try:
            record = read_row(row.fields, source=SOURCE, heard_at=received, version=version + at)
        except BadRow as bad:
            faults.extend(Fault(loc=(*row.loc, *fault.loc), msg=fault.msg) for fault in bad.faults)
            continue
        completed = complete(record, brands=brands, identify=identify) if isinstance(record, Post) else record
        if completed is None:
            own.append(record.id)
        else:
            records.append(completed)
    if faults:
        raise Invalid(faults)
    return Delivery(records=tuple(records), own=tuple(own))


def read_withdrawal(native_id: str, *, author: str, received: datetime) -> Deletion:
    """Return the deletion of the post with this id. Raises `Invalid`."""
    row = {"id": native_id, "author": author, "deleted": True}
    try:
        record = read_row(row, source=SOURCE, heard_at=received, version=0)
    except BadRow as bad:
        raise Invalid(bad.faults) from bad
    assert isinstance(record, Deletion)  # noqa: S101  (the row says so)
    return record
