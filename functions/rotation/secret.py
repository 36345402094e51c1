"""The secret in Secrets Manager: its versions, by id and by staging label."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .entry import Defaults, Entry
from .errors import RotationError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"

PASSWORD_LENGTH = 32
EXCLUDED_CHARACTERS = "".join(character for character in string.punctuation if character not in "-._~")
"""What stays is unreserved in URLs (RFC 3986, 2.3): it needs no escape in a URL, a DSN, a shell or SQL."""

MOST_EARLIER_VERSIONS = 20
"""Versions without a label that are tried at most; all have to fit into the function's time."""


class Secret:
    """One secret, as it was when it was first asked.

    Args:
        client: boto3's client of Secrets Manager.
        id: ARN or name of the secret.
        defaults: where the database is, for an entry that does not say it.
    """

    def __init__(self, client: SecretsManagerClient, id: str, defaults: Defaults) -> None:
        self._client = client
        self._id = id
        self._defaults = defaults

    @cached_property
    def stages(self) -> Mapping[str, list[str]]:
        """The staging labels of each version that has any.

        Raises:
            RotationError: Secrets Manager refuses.
        """
        with _calls("DescribeSecret"):
            return self._client.describe_secret(SecretId=self._id).get("VersionIdsToStages", {})

    def current(self) -> Entry:
        """The entry that clients use.

        Raises:
            RotationError: there is none, it cannot be read, or it is not what an entry must be.
        """
        entry = self._read(self._version_with(CURRENT), CURRENT)
        if entry is None:
            raise RotationError(f"it has no {CURRENT} version: put a value with a working password first")
        return entry

    def pending(self, token: str) -> Entry | None:
        """The entry that this rotation made, or None before it did.

        Raises:
            RotationError: it cannot be read, or is not what an entry must be.
        """
        return self._read(token, PENDING)

    def put_pending(self, token: str, entry: Entry) -> None:
        """Store the entry as this rotation's; when another invocation was quicker, its entry stays.

        Raises:
            RotationError: Secrets Manager refuses.
        """
        with _calls("PutSecretValue"):
            try:
                self._client.put_secret_value(
                    SecretId=self._id,
                    ClientRequestToken=token,
                    SecretString=entry.dump(),
                    VersionStages=[PENDING],
                )
            except self._client.exceptions.ResourceExistsException:
                return

    def earlier(self, token: str) -> Iterator[Entry]:
        """Entries of the past, the most likely one first: AWSPREVIOUS, then versions without a label, newest first.

        A version loses its label when a rotation breaks off after it set the password, and another begins.
        Secrets Manager keeps versions for a day at least (source: "What's in a Secrets Manager secret", 2026-11).

        Args:
            token: the version of this rotation, which is left out.

        Raises:
            RotationError: Secrets Manager refuses.
        """
        done = {token, self._version_with(CURRENT), None}
        previous = self._version_with(PREVIOUS)
        for version in chain([previous], self._without_label()):
            if version not in done:
                done.add(version)
                try:
                    entry = self._read(version)
                except _UnusableValueError:
                    continue  # what somebody stored in the past must not stop what is to be done now
                if entry is not None:
                    yield entry

    def random_password(self) -> str:
        """A new password, made by Secrets Manager.

        Raises:
            RotationError: Secrets Manager refuses.
        """
        with _calls("GetRandomPassword"):
            return self._client.get_random_password(
                PasswordLength=PASSWORD_LENGTH, ExcludeCharacters=EXCLUDED_CHARACTERS
            )["RandomPassword"]

    def promote(self, token: str) -> None:
        """Make this rotation's version the one that clients use; the other becomes AWSPREVIOUS.

        AWSPENDING stays where it is: on the same version as AWSCURRENT it means that the rotation is over.

        Raises:
            RotationError: Secrets Manager refuses.
        """
        current = self._version_with(CURRENT)
        if current is None:
            raise RotationError(f"it has no {CURRENT} version to replace")
        with _calls("UpdateSecretVersionStage"):
            self._client.update_secret_version_stage(
                SecretId=self._id,
                VersionStage=CURRENT,
                MoveToVersionId=token,
                RemoveFromVersionId=current,
            )

    def _version_with(self, stage: str) -> str | None:
        return next((version for version, stages in self.stages.items() if stage in stages), None)

    def _without_label(self) -> Iterator[str]:
        with _calls("ListSecretVersionIds"):
            # One page: 100 versions, and Secrets Manager removes what has no label beyond about 100.
            versions = self._client.list_secret_version_ids(
                SecretId=self._id, IncludeDeprecated=True, MaxResults=100
            )["Versions"]
        newest_first = sorted(versions, key=lambda version: version["CreatedDate"], reverse=True)
        unlabelled = [version["VersionId"] for version in newest_first if not version.get("VersionStages")]
        yield from unlabelled[:MOST_EARLIER_VERSIONS]

    def _read(self, version: str | None, stage: str | None = None) -> Entry | None:
        if version is None:
            return None
        with _calls("GetSecretValue"):
            try:
                # The version, not only its label: a label may have moved since the secret was described.
                value = self._client.get_secret_value(
                    SecretId=self._id, VersionId=version, **({"VersionStage": stage} if stage else {})
                )
            except self._client.exceptions.ResourceNotFoundException:
                return None
        what = stage or version
        if "SecretString" not in value:
            raise _UnusableValueError(f"its {what} version is binary; it must be JSON text")
        try:
            return Entry.parse(value["SecretString"], self._defaults)
        except RotationError as error:
            raise _UnusableValueError(f"its {what} version is not a database entry: {error}") from error


class _UnusableValueError(RotationError):
    """A version's value is not a database entry."""


@contextmanager
def _calls(operation: str) -> Iterator[None]:
    """Tell which call failed, and why."""
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        raise RotationError(
            f"Secrets Manager refuses {operation}: {details.get('Code', 'no code')}: {details.get('Message', '')}"
        ) from error
    except BotoCoreError as error:
        raise RotationError(f"no answer from Secrets Manager to {operation}: {error}") from error
