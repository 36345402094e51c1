"""A secret in Secrets Manager: its versions, by id and by staging label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from .deadline import Deadline
from .entry import Defaults, Entry
from .failures import SecretError, SecretsManagerError
from .passwords import PasswordPolicy
from .secrets_manager import calling

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

T = TypeVar("T")

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"

MOST_EARLIER_VERSIONS = 20
"""Versions without a label that are tried at most; all have to fit into the function's time."""


class Secret:
    """One secret, as it was when it was first asked.

    Args:
        client: of Secrets Manager.
        id: ARN or name of the secret.
        defaults: where the database is, for an entry that does not say it.
        deadline: of the step.
    """

    def __init__(
        self, client: SecretsManagerClient, id: str, *, defaults: Defaults, deadline: Deadline
    ) -> None:
        self._client = client
        self._id = id
        self._defaults = defaults
        self._deadline = deadline

    @cached_property
    def stages(self) -> Mapping[str, list[str]]:
        """The staging labels of each version that has any.

        Raises:
            SecretsManagerError: no answer, or a refusal.
        """
        return self.stages_now()

    def stages_now(self) -> Mapping[str, list[str]]:
        """The staging labels as they are at this moment.

        Raises:
            SecretsManagerError: no answer, or a refusal.
        """
        described = self._call("DescribeSecret", lambda: self._client.describe_secret(SecretId=self._id))
        return described.get("VersionIdsToStages", {})

    def current(self) -> Entry:
        """The entry that clients use.

        Raises:
            SecretError: there is none, or it is not what an entry must be.
            SecretsManagerError: it cannot be read.
        """
        entry = self._read(self._version_with(CURRENT), CURRENT)
        if entry is None:
            raise SecretError(f"it has no {CURRENT} version: put a value with a working password first")
        return entry

    def pending(self, token: str) -> Entry | None:
        """The entry that this rotation made, or None before it did.

        Raises:
            SecretError: it is not what an entry must be.
            SecretsManagerError: it cannot be read.
        """
        return self._read(token, PENDING)

    def labelled(self) -> Iterator[Entry]:
        """The entries that may log in while this secret is rotated by somebody else, the most likely one first.

        Raises:
            SecretError: the current one is not what an entry must be; others are passed over.
            SecretsManagerError: one cannot be read.
        """
        yield self.current()
        for label in (PENDING, PREVIOUS):
            version = self._version_with(label)
            if version != self._version_with(CURRENT):
                yield from self._usable(version)

    def earlier(self, token: str) -> Iterator[Entry]:
        """Entries of the past, the most likely one first: AWSPREVIOUS, then versions without a label, newest first.

        A version loses its label when a rotation breaks off after it set the password, and another begins.
        Secrets Manager keeps versions for a day at least (source: "What's in a Secrets Manager secret", 2026-11).

        Args:
            token: the version of this rotation, which is left out.

        Raises:
            SecretsManagerError: one cannot be read; what is no entry is passed over.
        """
        done = {token, self._version_with(CURRENT)}
        previous = self._version_with(PREVIOUS)
        if previous not in done:
            yield from self._usable(previous)
        for version in self._without_label():
            if version not in done:
                yield from self._usable(version)

    def put_pending(self, token: str, entry: Entry) -> bool:
        """Store the entry as this rotation's; whether it is: when another delivery was quicker, its entry stays.

        Raises:
            SecretsManagerError: no answer, or a refusal.
        """
        try:
            with calling("PutSecretValue"):
                self._deadline.wait_for(
                    lambda: self._client.put_secret_value(
                        SecretId=self._id,
                        ClientRequestToken=token,
                        SecretString=entry.dump(),
                        VersionStages=[PENDING],
                    )
                )
        except SecretsManagerError as error:
            if isinstance(error.__cause__, self._client.exceptions.ResourceExistsException):
                return False
            raise
        return True

    def random_password(self, policy: PasswordPolicy) -> str:
        """A new password, made by Secrets Manager.

        Raises:
            SecretsManagerError: no answer, a refusal, or a password that is not as it was asked for.
        """
        password = self._call(
            "GetRandomPassword",
            lambda: self._client.get_random_password(
                PasswordLength=policy.length,
                ExcludeCharacters=policy.all_excluded,
                ExcludePunctuation=policy.without_punctuation,
            ),
        )["RandomPassword"]
        if not policy.allows(password):
            raise SecretsManagerError("GetRandomPassword answers a password that is not as it was asked for")
        return password

    def promote(self, token: str) -> None:
        """Make this rotation's version the one that clients use; the other becomes AWSPREVIOUS.

        AWSPENDING stays where it is: on the same version as AWSCURRENT it means that the rotation is over.

        Raises:
            SecretError: no version is current.
            SecretsManagerError: no answer, or a refusal, unless another delivery has done it.
        """
        current = self._version_with(CURRENT)
        if current is None:
            raise SecretError(f"it has no {CURRENT} version to replace")
        try:
            # With the version to take it from: Secrets Manager refuses when another rotation has moved it since.
            self._move(CURRENT, MoveToVersionId=token, RemoveFromVersionId=current)
        except SecretsManagerError:
            if CURRENT not in self.stages_now().get(token, ()):
                raise

    def discard(self, token: str) -> None:
        """Take AWSPENDING away from this rotation's version, so that the next rotation begins afresh.

        Raises:
            SecretsManagerError: no answer, or a refusal.
        """
        self._move(PENDING, RemoveFromVersionId=token)

    def _move(self, stage: str, **versions: str) -> None:
        self._call(
            "UpdateSecretVersionStage",
            lambda: self._client.update_secret_version_stage(
                SecretId=self._id,
                VersionStage=stage,
                **versions,
            ),
        )

    def _version_with(self, stage: str) -> str | None:
        return next((version for version, stages in self.stages.items() if stage in stages), None)

    def _without_label(self) -> Iterator[str]:
        # One page: 100 versions, and Secrets Manager removes what has no label beyond about 100.
        versions = self._call(
            "ListSecretVersionIds",
            lambda: self._client.list_secret_version_ids(
                SecretId=self._id, IncludeDeprecated=True, MaxResults=100
            ),
        )["Versions"]
        newest_first = sorted(versions, key=lambda version: version["CreatedDate"], reverse=True)
        unlabelled = [version["VersionId"] for version in newest_first if not version.get("VersionStages")]
        yield from unlabelled[:MOST_EARLIER_VERSIONS]

    def _usable(self, version: str | None) -> Iterator[Entry]:
        try:
            entry = self._read(version)
        except SecretError:
            return  # what somebody stored in the past must not stop what is to be done now
        if entry is not None:
            yield entry

    def _read(self, version: str | None, stage: str | None = None) -> Entry | None:
        if version is None:
            return None
        try:
            # The version, not only its label: a label may have moved since the secret was described.
            value = self._call(
                "GetSecretValue",
                lambda: self._client.get_secret_value(
                    SecretId=self._id, VersionId=version, **({"VersionStage": stage} if stage else {})
                ),
            )
        except SecretsManagerError as error:
            if isinstance(error.__cause__, self._client.exceptions.ResourceNotFoundException):
                return None
            raise
        what = stage or version
        if "SecretString" not in value:
            raise SecretError(f"its {what} version is binary; it must be JSON text")
        try:
            return Entry.parse(value["SecretString"], self._defaults)
        except SecretError as error:
            raise SecretError(f"its {what} version is not a database entry: {error}") from error

    def _call(self, operation: str, call: Callable[[], T]) -> T:
        with calling(operation):
            return self._deadline.wait_for(call)
