"""Lets a client tell our server from any other on the port, and tells the store when something may have changed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/_holdfast"
"""Path of the server's own answer, beside those of AWS."""

NAME = "holdfast local AWS"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who answers on the port.

    Args:
        name: always :data:`NAME`.
        pid: process id.
        directory: where the state is kept.
        started: seconds since the epoch.
        services: by service, what is real and what is emulated.
        notice: what went wrong at the start; empty when nothing did.
    """

    name: str
    pid: int
    directory: str
    started: float
    services: Mapping[str, str]
    notice: str = ""

    @classmethod
    def of(cls, directory: Path, services: Mapping[str, str], notice: str = "") -> Self:
        """Describe this process."""
        return cls(
            name=NAME,
            pid=os.getpid(),
            directory=str(directory),
            started=time.time(),
            services=services,
            notice=notice,
        )

    @classmethod
    def read(cls, answer: bytes) -> Self | None:
        """Read what a server answers; None when it is not a local AWS, or of a version that says too little."""
        try:
            found: Any = json.loads(answer)
        except ValueError:
            return None
        if not isinstance(found, dict) or found.get("name") != NAME:
            return None
        try:
            return cls(**{field.name: found[field.name] for field in fields(cls) if field.name in found})
        except TypeError:
            return None

    def dump(self) -> bytes:
        """What a server answers."""
        return json.dumps(asdict(self)).encode()


class Observed:
    """A WSGI application around moto's.

    Args:
        application: moto.
        identity: answered at :data:`PATH`.
        changed: called after each request that may have changed something.
    """

    def __init__(
        self, application: WSGIApplication, *, identity: Identity, changed: Callable[[], None]
    ) -> None:
        self._application = application
        self._identity = identity.dump()
        self._changed = changed

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ.get("PATH_INFO") == PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [self._identity]
        answer = self._application(environ, start_response)
        # AWS's query and JSON protocols use POST for reading too: the store waits until it is quiet.
        if environ.get("REQUEST_METHOD") not in {"GET", "HEAD"}:
            self._changed()
        return answer
