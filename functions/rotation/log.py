"""One JSON object per line, as Lambda's JSON log format reads it: timestamp, level, message, and fields."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

_NOISY = ("boto3", "botocore", "pg8000", "urllib3")


class JsonLines(logging.Formatter):
    """Formats a record, with the fields given as ``extra={"fields": {...}}``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        return json.dumps(
            {
                "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                "level": record.levelname,
                "message": record.getMessage(),
                **getattr(record, "fields", {}),
            }
        )


class _Stdout(logging.Handler):
    """Writes to what is standard output at that time."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), flush=True)


def logger() -> logging.Logger:
    """The function's logger.

    The libraries' loggers are held at warnings whatever level the function is set to: at DEBUG they write requests
    and answers, and with them the password.
    """
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    own = logging.getLogger("rotation")
    if not any(isinstance(handler, _Stdout) for handler in own.handlers):
        handler = _Stdout()
        handler.setFormatter(JsonLines())
        own.addHandler(handler)
        own.setLevel(logging.INFO)
        own.propagate = False  # Lambda's own handler would write each line again
    return own
