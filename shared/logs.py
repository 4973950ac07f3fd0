"""One line per log event, with the correlation id of the request or the message that caused it."""

from __future__ import annotations

import logging
import re
import sys
from contextvars import ContextVar
from uuid import uuid4

import structlog

#: Follows one cause through request, event and effect. Never personal.
correlation: ContextVar[str] = ContextVar("correlation", default="-")
#: What made this happen: a door and its command, or the event that was heard. Never personal.
cause: ContextVar[str] = ContextVar("cause", default="-")


def new_correlation(given: str = "") -> str:
    """Start a correlation id for this request or loop: the one `given` by a proxy if it is one, else a new one."""
    value = given if _GIVEN.fullmatch(given) else uuid4().hex
    correlation.set(value)
    return value


_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


def configure(level: str, form: str) -> None:
    """Send all logs to stderr: `form` is `plain` for people or `json` for collectors."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation,
        structlog.processors.format_exc_info,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("nameko", "amqp", "kombu", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Doors answer refusals and log bugs themselves; nameko would log both once more, with a traceback each.
    logging.getLogger("nameko.containers").addFilter(lambda record: "error handling worker" not in str(record.msg))


def _add_correlation(
    _: structlog.typing.WrappedLogger, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event["correlation"] = correlation.get()
    return event
