"""Runs in the function's own process, with nothing but its code and the runtime's packages: calls the handler once."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

FAILED = 1
"""Exit code after an error of the handler: the result is then Lambda's error document."""


class Context:
    """What the handler gets beside the event.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, request: dict[str, Any]) -> None:
        self.function_name: str = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version: str = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn: str = request["arn"]
        self.memory_limit_in_mb: str = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.aws_request_id: str = request["id"]
        self.log_group_name: str = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name: str = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + float(request["timeout"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class LogHandler(logging.Handler):
    """What Lambda puts on the root logger: a line per record, or JSON when the function's log format is JSON."""

    def __init__(self, request_id: str, *, as_json: bool) -> None:
        super().__init__()
        self._request_id = request_id
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to standard output, which is the function's log."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        moment = moment.replace("+00:00", "Z")
        if self._as_json:
            line = json.dumps(
                {
                    "timestamp": moment,
                    "level": record.levelname,
                    "message": self.format(record),
                    "logger": record.name,
                    "requestId": self._request_id,
                }
            )
        else:
            line = f"[{record.levelname}]\t{moment}\t{self._request_id}\t{self.format(record)}"
        sys.stdout.write(line + "\n")


def error_document(error: BaseException, request_id: str) -> dict[str, Any]:
    """Return what Lambda answers when the handler raises.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def call(request: dict[str, Any], initialized: Callable[[], object]) -> tuple[str, int]:
    """Import the handler and call it.

    Args:
        request: ``handler``, ``event``, ``id``, ``arn`` and ``timeout`` (seconds).
        initialized: called between the import and the call.

    Returns:
        The result as JSON, and the exit code.
    """
    logging.getLogger().addHandler(
        LogHandler(request["id"], as_json=os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON")
    )
    module, _, name = request["handler"].rpartition(".")
    try:
        handler = getattr(importlib.import_module(module.replace("/", ".")), name)
        initialized()
        return json.dumps(handler(request["event"], Context(request))), 0
    except Exception as error:  # noqa: BLE001 - whatever the function raises is its answer
        document = error_document(error, request["id"])
        sys.stdout.write(f"[ERROR] {document['errorType']}: {document['errorMessage']}\n")
        sys.stdout.writelines(document["stackTrace"])
        return json.dumps(document), FAILED


def main() -> None:
    """Read the request from standard input; the result goes to the file descriptor that the first argument names.

    An empty line there tells that the handler is imported, the next is the result.
    """
    request = json.load(sys.stdin)
    # Python puts the folder of this script first, which holds no code of the function.
    sys.path[:1] = request["path"]
    with os.fdopen(int(sys.argv[1]), "w", buffering=1) as answer:
        result, code = call(request, lambda: answer.write("\n"))
        sys.stdout.flush()
        answer.write(f"\n{result}")
    sys.exit(code)


if __name__ == "__main__":
    main()
