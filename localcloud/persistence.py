"""What was deployed survives a restart: moto's backends, pickled when it is quiet and when the server ends."""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import logging
import marshal
import os
import pickle
import platform
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, get_args
from weakref import WeakValueDictionary

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

FILE = "state.pickle"
QUIET_SECONDS = 2.0
"""How long no request may come before the state is stored, so that a deployment is not slowed down."""

_ATTEMPTS = 8
_PAUSE = 0.25
_LOG = logging.getLogger(__name__)
_LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}
_KEYS = get_args(PrivateKeyTypes)


class Store:
    """The stored state of one directory.

    Args:
        directory: where the file lies.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._due = 0.0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._saving = threading.Lock()
        self._thread = threading.Thread(target=self._save_when_quiet, name="store", daemon=True)
        self._thread.start()

    def load(self) -> str:
        """Load what is stored; a file that cannot be read is set aside, never deleted.

        Returns:
            What people must be told, or nothing.
        """
        if not self._path.is_file():
            return ""
        try:
            found = [(_kind(*defined), accounts) for defined, accounts in _read(self._path).items()]
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, the server must start
            aside = self._path.with_suffix(f".unreadable-{int(time.time())}")
            self._path.replace(aside)
            notice = f"what was deployed cannot be read ({error}), so nothing is; it was set aside as {aside}"
            _LOG.warning(notice)
            return notice
        for kind, accounts in found:
            for account, by_region in accounts.items():
                # Asking for the account makes its entry; the stored backends take the place of new ones.
                kind[account].update(by_region)
        return ""

    def changed(self) -> None:
        """Note that something may have changed."""
        self._due = time.monotonic() + QUIET_SECONDS
        self._wake.set()

    def close(self) -> None:
        """Store what is there, and stop."""
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout=60)
        if not self._path.parent.is_dir():
            return  # somebody deleted it; there is nothing to come back to
        for _ in range(_ATTEMPTS):
            # A request, or a rotation behind one, may still change something meanwhile.
            if self._try_to_save():
                return
            time.sleep(_PAUSE)
        self.save()

    def save(self) -> None:
        """Write the state; the file is complete or the old one, also when the machine stops in between."""
        with self._saving:
            content = io.BytesIO()
            _Pickler(content, protocol=5).dump({"by": _written_by(), "backends": _collect()})
            draft = self._path.with_suffix(".new")
            # Readable by its owner only: it holds secrets and private keys.
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content.getbuffer())
            draft.replace(self._path)

    def _save_when_quiet(self) -> None:
        while True:
            self._wake.wait()
            # Before it is read what is due: a change from here on wakes it again.
            self._wake.clear()
            while (left := self._due - time.monotonic()) > 0 and not self._closing.wait(left):
                pass
            if self._closing.is_set():
                return
            if not self._try_to_save():
                self.changed()

    def _try_to_save(self) -> bool:
        try:
            self.save()
        except Exception:  # noqa: BLE001 - a request changed something meanwhile; the next quiet moment comes
            _LOG.exception("the state could not be stored now")
            return False
        return True


def _read(path: Path) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    stored: Any = pickle.loads(path.read_bytes())  # noqa: S301 - our own file, in the user's own folder
    if stored["by"] != _written_by():
        raise ValueError(f"written by {stored['by']}, this is {_written_by()}")
    backends: dict[tuple[str, str], dict[str, dict[str, Any]]] = stored["backends"]
    return backends


@cache
def _written_by() -> str:
    major, minor, _ = platform.python_version_tuple()
    return f"moto {importlib.metadata.version('moto')} with Python {major}.{minor}"


def _collect() -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """Return, of every backend that was used: where its class is defined, then account and region to backend."""
    from moto.core import base_backend  # noqa: PLC0415 - moto comes after its settings

    kinds: Any = base_backend.BackendDict
    return {
        (used.backend.__module__, used.backend.__name__): {
            account: {
                region: backend for region, backend in list(by_region.items()) if not _is_empty_iam(backend)
            }
            for account, by_region in list(used.items())
        }
        for used in list(kinds._instances)  # noqa: SLF001 - moto has no public list of what is in use
    }


def _is_empty_iam(backend: Any) -> bool:  # noqa: ANN401 - moto's
    """Whether it is an IAM that only moto has looked into.

    For each access key moto looks into the IAM of every partition, and makes it with AWS's 1,582 managed policies: five
    times 4 MB that would be written again in each quiet moment.
    """
    from moto.iam.models import IAMBackend  # noqa: PLC0415 - moto comes after its settings

    if not isinstance(backend, IAMBackend) or len(backend.managed_policies) > len(
        backend.aws_managed_policies
    ):
        return False
    made: dict[str, Any] = {
        name: value for name, value in vars(backend).items() if isinstance(value, dict | list)
    }
    return not any(value for name, value in made.items() if not name.endswith("managed_policies"))


def _kind(module: str, name: str) -> Any:  # noqa: ANN401 - moto's ``BackendDict``
    """Return moto's backends of one kind, by account and region."""
    from moto.core.base_backend import BackendDict  # noqa: PLC0415

    for candidate in vars(importlib.import_module(module)).values():
        if isinstance(candidate, BackendDict) and candidate.backend.__name__ == name:
            return candidate
    raise LookupError(f"this moto has no {module}.{name}")


class _Pickler(pickle.Pickler):
    """Writes what pickle alone cannot."""

    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - as pickle has it
        if make := _LOCKS.get(type(obj)):
            # Locks are made anew: nobody holds one when the state is loaded.
            return make, ()
        if isinstance(obj, _KEYS):
            # KMS gives every key a pair, also those that only encrypt.
            return _private_key, (obj.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(obj, WeakValueDictionary):
            # Lambda finds its functions by ARN in one.
            return WeakValueDictionary, (), None, None, iter(list(obj.items()))
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            # pickle would make it with its factory alone; SSM's takes something else.
            return _defaultdict, (type(obj), obj.default_factory), vars(obj), None, iter(list(obj.items()))
        if isinstance(obj, FunctionType) and "<locals>" in obj.__qualname__ and obj.__closure__ is None:
            # What makes the entries of a defaultdict has no name to find it by.
            return _function, (marshal.dumps(obj.__code__), obj.__module__)
        return NotImplemented


def _private_key(der: bytes) -> PrivateKeyTypes:
    return load_der_private_key(der, password=None)


def _defaultdict(
    kind: type[defaultdict[Any, Any]], factory: Callable[[], Any] | None
) -> defaultdict[Any, Any]:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _function(code: bytes, module: str) -> FunctionType:
    return FunctionType(marshal.loads(code), vars(importlib.import_module(module)))  # noqa: S302 - as what is around it
