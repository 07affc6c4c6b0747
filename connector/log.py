"""The log: JSON lines on standard error, with the agent and contact they are about; numbers and notes never whole."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from connector.domain.numbers import redact

_agent: ContextVar[str] = ContextVar("agent", default="")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_PLAIN = frozenset({"agent", "ask", "code", "contact", "event", "origin"})
"""Values of ours that never hold a telephone number or a note, and are of no use half hidden."""


@contextmanager
def about_agent(agent: str) -> Iterator[None]:
    """Log lines written within name the agent."""
    token = _agent.set(agent)
    try:
        yield
    finally:
        _agent.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object per record: time, level, logger, message, `extra` values; telephone numbers are redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if agent := _agent.get():
            line["agent"] = agent
        for key, value in vars(record).items():
            if key not in _STANDARD:
                line[key] = str(value) if key in _PLAIN else _redacted(value)
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)


def _redacted(value: object) -> object:
    """A value that JSON can hold: what is no count is text, and text is redacted."""
    return value if value is None or isinstance(value, bool | int | float) else redact(str(value))


def set_up(level: str) -> None:
    """The root logger writes JSON lines of that level and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Its debug lines and warnings have whole addresses, and with them the names that agents search for.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
