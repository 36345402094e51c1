"""Secrets Manager over HTTP: moto with the local AWS's semantics, and with the faults that a network and a quota have."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import create_backend_app
from moto.secretsmanager.models import secretsmanager_backends
from werkzeug.serving import WSGIRequestHandler, make_server

from localcloud.gaps import secretsmanager as gaps

REGION = "eu-central-2"
STAGES = ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")

Kind = Literal["throttled", "refused", "answer lost"]
_CALLER = re.compile(r"Credential=([^/]+)/")


@dataclass
class Trouble:
    """What happens to a caller's requests.

    Args:
        kind: Secrets Manager throttles, IAM refuses, or the answer to what was done is lost.
        times: how many requests it happens to.
        operation: to which of them; any when None.
    """

    kind: Kind
    times: float = float("inf")
    operation: str | None = None


@dataclass
class SecretsManager:
    """The service; each caller is known by its access key.

    Args:
        port: on loopback; 0 takes a free one.
    """

    port: int = 0
    made: set[str] = field(default_factory=set)
    """Every password that GetRandomPassword gave away."""
    _trouble: dict[str, Trouble] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[SecretsManager]:
        """Serve until the end of the block."""
        gaps.install()
        self._store.reset()
        self._moto = create_backend_app("secretsmanager")
        server = make_server("127.0.0.1", self.port, self._serve, threaded=True, request_handler=_Quiet)
        self.port = server.port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    @contextmanager
    def troubled(self, caller: str, trouble: Trouble) -> Iterator[None]:
        """Give a caller's requests that trouble."""
        self._trouble[caller] = trouble
        try:
            yield
        finally:
            del self._trouble[caller]

    def create(self, name: str, value: dict[str, Any]) -> str:
        """A secret with a current version; returns its ARN."""
        secret, _ = self._store._add_secret(name, secret_string=json.dumps(value))
        return str(secret.arn)

    def begin(self, arn: str) -> str:
        """Begin a rotation, the previous one given up: AWSPENDING moves to a new version without a value."""
        token, secret = str(uuid.uuid4()), self._store.secrets[arn]
        secret.remove_version_stages_from_old_versions(["AWSPENDING"])
        secret.versions[token] = {
            "createdate": time.time(),
            "version_id": token,
            "version_stages": ["AWSPENDING"],
        }
        return token

    def put(self, arn: str, value: dict[str, Any] | str, stage: str, token: str | None = None) -> str:
        """Store a version by hand, with one label; returns its id."""
        version, text = token or str(uuid.uuid4()), value if isinstance(value, str) else json.dumps(value)
        self._store._add_secret(arn, secret_string=text, version_id=version, version_stages=[stage])
        self._date(arn, version)
        return version

    def move(self, arn: str, label: str, onto: str) -> None:
        """Move a label by hand onto the version that has another one."""
        stages = self.stages(arn)
        self._store.update_secret_version_stage(arn, label, stages[label], stages[onto])

    def edit(self, arn: str, fields: dict[str, Any]) -> None:
        """Change fields of every version, as if it had been written that way."""
        for version in list(self._store.secrets[arn].versions.values()):
            value = _entry(version)
            if value is not None:
                version["secret_string"] = json.dumps({**value, **fields})

    def stages(self, arn: str) -> dict[str, str]:
        """The version of each label."""
        versions = list(self._store.secrets[arn].versions.items())
        return {stage: name for name, version in versions for stage in version["version_stages"]}

    def value(self, arn: str, stage: str = "AWSCURRENT") -> dict[str, Any] | None:
        """The value with a label, or None when there is none, or it is not an entry."""
        return _entry(self._store.secrets[arn].versions.get(self.stages(arn).get(stage, ""), {}))

    def passwords(self) -> set[str]:
        """Every password that was given away or stored, in whatever version."""
        versions = [
            version for secret in self._store.secrets.values() for version in secret.versions.values()
        ]
        texts = [version["secret_string"] for version in versions if "secret_string" in version]
        stored = {re.search(r'"password": "([^"]+)"', text) for text in texts}
        return self.made | {found[1] for found in stored if found}

    @property
    def _store(self) -> Any:
        return secretsmanager_backends[DEFAULT_ACCOUNT_ID][REGION]

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        trouble = self._trouble_for(environ.get("HTTP_AUTHORIZATION", ""), operation)
        if trouble in _REFUSALS:
            code, message = _REFUSALS[trouble]
            start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
            return [json.dumps({"__type": code, "message": message.format(operation=operation)}).encode()]
        body = b"".join(self._moto(environ, start_response))
        told = json.loads(body)
        if operation == "GetRandomPassword":
            self.made.add(told["RandomPassword"])
        if operation == "PutSecretValue" and "VersionId" in told:
            self._date(told["ARN"], told["VersionId"])
        if trouble == "answer lost":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return [body]

    def _date(self, arn: str, version: str) -> None:
        """As AWS: moto's dates are whole seconds, in which versions have no order."""
        self._store.secrets[arn].versions[version]["createdate"] = time.time()

    def _trouble_for(self, authorization: str, operation: str) -> Kind | None:
        caller = _CALLER.search(authorization)
        trouble = self._trouble.get(caller[1]) if caller else None
        if trouble is None or trouble.times <= 0 or trouble.operation not in (None, operation):
            return None
        trouble.times -= 1
        return trouble.kind


_REFUSALS: dict[Kind | None, tuple[str, str]] = {
    # Source: "Common errors" in the AWS Secrets Manager API Reference, 2026-11.
    "throttled": ("ThrottlingException", "Rate exceeded"),
    "refused": ("AccessDeniedException", "User is not authorized to perform: secretsmanager:{operation}"),
}


def _entry(version: dict[str, Any]) -> dict[str, Any] | None:
    """The value of a version, if it is an entry."""
    try:
        value = json.loads(version.get("secret_string", ""))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    wbufsize = -1  # a response is written at once

    def finish(self) -> None:
        """An answer that is lost is no failure of the server."""
        with suppress(ConnectionError):
            super().finish()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: requests are not logged."""
