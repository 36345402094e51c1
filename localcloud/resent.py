"""Answers a request that is sent again as it was answered before, instead of executing it a second time.

An SDK sends a request again when its answer did not reach it; all attempts have the same ``amz-sdk-invocation-id``
(source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). Executed twice, Terraform's request
for a lock would be refused because of the lock that it has just got. Here that can come from a machine under load.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REMEMBERED = 1000
"""How many of the latest answers are kept."""

_READING = {"GET", "HEAD"}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a request was answered, and when."""

    status: str = "500 INTERNAL SERVER ERROR"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    given: float = field(default_factory=time.monotonic)

    @property
    def succeeded(self) -> bool:
        """Whether the request did what it asked for: what failed may be tried again."""
        return self.status.startswith("2")


class OnceOnly:
    """A WSGI application around moto's that executes no request twice.

    Args:
        application: moto.
        remembered: how many answers are kept.
    """

    def __init__(self, application: WSGIApplication, *, remembered: int = REMEMBERED) -> None:
        self._application = application
        self._remembered = remembered
        self._answers: OrderedDict[str, Future[Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; another attempt waits for the earlier one that is still executed."""
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if invocation is None or environ.get("REQUEST_METHOD") in _READING:
            return self._application(environ, start_response)
        mine: Future[Answer] = Future()
        earlier = self._remember(invocation, mine)
        answer = Answer()
        try:
            answer = self._answered(environ, earlier)
        finally:
            mine.set_result(answer)
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _remember(self, invocation: str, mine: Future[Answer]) -> Future[Answer] | None:
        with self._lock:
            earlier = self._answers.pop(invocation, None)
            self._answers[invocation] = mine
            if len(self._answers) > self._remembered:
                self._answers.popitem(last=False)
        return earlier

    def _answered(self, environ: WSGIEnvironment, earlier: Future[Answer] | None) -> Answer:
        if earlier is not None:
            answer = earlier.result()
            if answer.succeeded:
                _LOG.warning(
                    "%s was sent again (%s) %.1f s after its answer; it is not executed again",
                    environ.get("HTTP_X_AMZ_TARGET") or environ.get("PATH_INFO"),
                    environ.get("HTTP_AMZ_SDK_REQUEST", "attempt unknown"),
                    time.monotonic() - answer.given,
                )
                return answer
        body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        return Answer(status=status, headers=list(headers), body=b"".join(body))
