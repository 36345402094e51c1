"""Answers requests to one service one after the other, where moto would stumble over two at once.

moto keeps dictionaries that one thread reads while another one changes them (``dictionary changed size during
iteration``, moto 5.2.5): Terraform makes many requests at once, and one in thousands fails. Services that call others back, or
start something that takes a while, are not among these.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SERVICES = ("dynamodb", "ec2", "elasticfilesystem", "iam", "kms", "logs", "monitoring")
"""As a request's signature names them."""

_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")


class OneAtATime:
    """A WSGI application around moto's, which sees one request at a time of each of :data:`SERVICES`.

    Args:
        application: moto.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._locks = {service: threading.Lock() for service in SERVICES}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; when another one of its service is answered, after that."""
        signed = _SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
        lock = self._locks.get(signed[1]) if signed else None
        if lock is None:
            return self._application(environ, start_response)
        with lock:
            body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        start_response(status, list(headers))
        return body
