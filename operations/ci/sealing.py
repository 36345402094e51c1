"""Plans on their way from one job to another: encrypted under the key of the states, for one system and commit."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import shutil
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from environments.problem import Problem
from operations.aws import error_code, explained, session
from operations.saved_plan import PRIVATE, SavedPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_kms import KMSClient

    from environments.backend import Backend

_FORMAT = "holdfast-plan-1"
_NONCE_BYTES = 12
_NOT_OURS = {
    "AccessDeniedException",
    "IncorrectKeyException",
    "InvalidCiphertextException",
    "InvalidKeyUsageException",
    "ValidationException",
}
"""What KMS answers to a data key that was changed, or is of another key or context."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a plan is of.

    Attributes:
        stack: name of the system.
        environment: name of the environment.
        tree: hash of the files that were planned, see `operations.ci.commit`.
    """

    stack: str
    environment: str
    tree: str

    def context(self) -> dict[str, str]:
        """The encryption context: KMS gives the data key back only to who names the same, and logs it."""
        return {
            "holdfast:environment": self.environment,
            "holdfast:stack": self.stack,
            "holdfast:tree": self.tree,
        }

    def __str__(self) -> str:
        return f"{self.stack} in {self.environment}, of the files {self.tree}"


@dataclass(frozen=True, kw_only=True)
class Seal:
    """The key that encrypts the states, for plans.

    Attributes:
        kms: a client in the key's region.
        key: alias or ARN of the key.
    """

    kms: KMSClient
    key: str

    @classmethod
    def of(cls, backend: Backend) -> Seal:
        """The key that ``backend.tf`` names.

        Raises:
            Problem: there are no usable credentials.
        """
        return cls(kms=session(backend.region).client("kms"), key=backend.kms_key_id)

    def close(self, saved: SavedPlan, origin: Origin) -> bytes:
        """Encrypt a saved plan.

        Args:
            saved: the plan.
            origin: what it is of.

        Raises:
            Problem: it is not whole, or the key cannot be used.
        """
        saved.check()
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in saved.files:
                archive.write(file, file.name)
        with explained():
            data_key = self.kms.generate_data_key(
                KeyId=self.key, KeySpec="AES_256", EncryptionContext=origin.context()
            )
        nonce = os.urandom(_NONCE_BYTES)
        fields = {"format": _FORMAT, "key": _text(data_key["CiphertextBlob"]), "nonce": _text(nonce)}
        header = json.dumps(fields).encode() + b"\n"
        return header + AESGCM(data_key["Plaintext"]).encrypt(nonce, content.getvalue(), header)

    def open(self, sealed: bytes, origin: Origin, saved: SavedPlan) -> None:
        """Decrypt a plan, and save it whole or not at all.

        Args:
            sealed: what `close` made.
            origin: what it must be of.
            saved: where it is saved; what is there is replaced.

        Raises:
            Problem: it is of anything else, or was changed or cut off, or the key cannot be used.
        """
        parts = _parts(sealed)
        with _refused(origin):
            data_key = self.kms.decrypt(
                KeyId=self.key, CiphertextBlob=parts.key, EncryptionContext=origin.context()
            )["Plaintext"]
            content = AESGCM(data_key).decrypt(parts.nonce, parts.encrypted, parts.header)
        shutil.rmtree(saved.folder, ignore_errors=True)
        saved.folder.mkdir(parents=True, mode=PRIVATE)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for file in saved.files:
                    file.write_bytes(archive.read(file.name))
            saved.check()
        except BaseException:
            shutil.rmtree(saved.folder, ignore_errors=True)
            raise


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass(frozen=True, kw_only=True)
class _Parts:
    header: bytes
    key: bytes
    nonce: bytes
    encrypted: bytes


def _parts(sealed: bytes) -> _Parts:
    line, _, encrypted = sealed.partition(b"\n")
    try:
        fields = json.loads(line)
        parts = _Parts(
            header=line + b"\n",
            key=base64.b64decode(fields["key"], validate=True),
            nonce=base64.b64decode(fields["nonce"], validate=True),
            encrypted=encrypted,
        )
        whole = fields["format"] == _FORMAT and parts.key and len(parts.nonce) == _NONCE_BYTES and encrypted
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise Problem("this is no encrypted plan, or it was cut off", fix="plan again")
    return parts


@contextlib.contextmanager
def _refused(origin: Origin) -> Iterator[None]:
    """Tell what cannot be decrypted; a reason that KMS keeps to itself is not guessed."""
    refused = Problem(
        "the encrypted plan is of another system, environment or commit, or it was changed",
        allowed=str(origin),
        fix="plan again; if that does not help: the role must be allowed kms:Decrypt with the states' key",
    )
    try:
        with explained():
            try:
                yield
            except ClientError as error:
                if error_code(error) in _NOT_OURS:
                    raise refused from error
                raise
    except (InvalidTag, ValueError) as error:
        raise refused from error
