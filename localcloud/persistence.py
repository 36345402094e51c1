"""What was deployed survives a restart: moto's backends, pickled when it is quiet and when the server ends."""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import logging
import os
import pickle
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, get_args

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

    def load(self) -> None:
        """Load what is stored; a file that cannot be read is set aside, never deleted."""
        if not self._path.is_file():
            return
        try:
            stored = _read(self._path)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the file, the server must start
            aside = self._path.with_suffix(f".unreadable-{int(time.time())}")
            self._path.replace(aside)
            _LOG.warning("the stored state cannot be read (%s); it was set aside as %s", error, aside.name)
            return
        for defined, accounts in stored["backends"].items():
            _restore(defined, accounts)

    def changed(self) -> None:
        """Note that something may have changed."""
        self._due = time.monotonic() + QUIET_SECONDS
        self._wake.set()

    def close(self) -> None:
        """Store what is there, and stop."""
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout=60)
        self.save()

    def save(self) -> None:
        """Write the state; the file is complete or the old one, also when the machine stops in between."""
        with self._saving:
            content = io.BytesIO()
            _Pickler(content, protocol=5).dump({"moto": _moto_version(), "backends": _collect()})
            # Readable by its owner only: it holds secrets and private keys.
            handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=FILE)
            with os.fdopen(handle, "wb") as file:
                file.write(content.getbuffer())
            Path(temporary).replace(self._path)

    def _save_when_quiet(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            while not self._closing.is_set() and (left := self._due - time.monotonic()) > 0:
                time.sleep(left)
            if self._closing.is_set():
                return
            self._wake.clear()
            try:
                self.save()
            except Exception:  # noqa: BLE001 - a request changed something meanwhile; the next quiet moment comes
                _LOG.exception("the state could not be stored now")
                self.changed()


def _read(path: Path) -> dict[str, Any]:
    stored: dict[str, Any] = pickle.loads(path.read_bytes())  # noqa: S301 - our own file, in the user's own folder
    if stored["moto"] != _moto_version():
        raise ValueError(f"written with moto {stored['moto']}, this is {_moto_version()}")
    return stored


def _moto_version() -> str:
    return importlib.metadata.version("moto")


def _collect() -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """Return, of every backend that was used: where its class is defined, then account and region to backend."""
    from moto.core import base_backend  # noqa: PLC0415 - moto comes after its settings

    kinds: Any = base_backend.BackendDict
    return {
        (used.backend.__module__, used.backend.__name__): {
            account: dict(by_region) for account, by_region in list(used.items())
        }
        for used in list(kinds._instances)  # noqa: SLF001 - moto has no public list of what is in use
    }


def _restore(defined: tuple[str, str], accounts: dict[str, dict[str, Any]]) -> None:
    from moto.core.base_backend import BackendDict  # noqa: PLC0415

    module, name = defined
    for candidate in vars(importlib.import_module(module)).values():
        if isinstance(candidate, BackendDict) and candidate.backend.__name__ == name:
            for account, by_region in accounts.items():
                # Asking for the account makes its entry; the stored backends take the place of new ones.
                candidate[account].update(by_region)


class _Pickler(pickle.Pickler):
    """Writes what pickle alone cannot."""

    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - as pickle has it
        if make := _LOCKS.get(type(obj)):
            # Locks are made anew: nobody holds one when the state is loaded.
            return make, ()
        if isinstance(obj, _KEYS):
            # KMS gives every key a pair, also those that only encrypt.
            return _private_key, (obj.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        return NotImplemented


def _private_key(der: bytes) -> PrivateKeyTypes:
    return load_der_private_key(der, password=None)
