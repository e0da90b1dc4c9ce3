"""What operators are told comes through the loggers as they are set up now."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from streams import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Loggers belong to the whole process: they are put back."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_logger_that_has_spoken_listens_to_what_is_set_up_later() -> None:
    """None keeps the set-up it first spoke with; else a test would depend on which came before it."""
    logs.set_up("json", "info")
    log = structlog.get_logger("hearout.test")
    log.info("once")
    logs.set_up("json", "info")
    with capture_logs() as lines:
        log.info("twice")
    assert [line["event"] for line in lines] == ["twice"]
