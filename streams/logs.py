"""How Hearout speaks to operators: structlog on stderr, for people or as JSON. Never post text or names."""

import logging
import sys
from typing import Literal

import structlog


def set_up(format: Literal["console", "json"], level: str) -> None:
    """Once per process, before anything logs. The standard library's loggers come out the same way."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in (
        "apprise",
        "httpx2",
        "httpcore2",
        "websockets",
        "faust",
        "mode",
        "aiokafka",
        "kafka",
        "alembic",
        "asyncio",
    ):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    for chattier in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(chattier).setLevel(logging.WARNING)
