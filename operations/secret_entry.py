"""The database's entry in Secrets Manager, which a deployment reads and does not create."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from environments.problem import Problem
from functions.rotation.passwords import EXCLUDED_CHARACTERS
from operations import synth
from operations.aws import explained, session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

MARK: TagTypeDef = {"Key": "ManagedBy", "Value": "holdfast-demo"}
"""The tag of an entry that the demo created, so that only such an entry is ever deleted."""

_LENGTH = 32
_ALLOWED = '{"engine": "postgres", "username": ..., "password": ..., "dbname": ...}'
_PUT = "put a new value with `aws secretsmanager put-secret-value`"
_PASSWORD = re.compile(r"(?=[!-~]{8,128}\Z)[^/@\"]+")
"""What RDS for PostgreSQL accepts (source: CreateDBInstance, ``MasterUserPassword``; 2026-11)."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry that a synthesized stack reads.

    Attributes:
        stack: the stack.
        name: its name.
        region: its region.
        username: the master user of the stack's database.
        dbname: the stack's database.
    """

    stack: str
    name: str
    region: str
    username: str
    dbname: str

    def client(self) -> SecretsManagerClient:
        """Secrets Manager in the region of the entry."""
        return session(self.region).client("secretsmanager")


def entry_of(configuration: dict[str, Any]) -> Entry | None:
    """The entry that a stack's Terraform JSON expects to exist, or None when the stack creates its own."""
    names = [
        block.get("name", "") for block in synth.blocks(configuration, "data", "aws_secretsmanager_secret")
    ]
    literal = [name for name in names if name and "${" not in name]
    region = synth.region(configuration)
    if not literal or region is None:
        return None
    user, name, primary = _database(configuration)
    return Entry(
        stack=str(configuration.get("//", {}).get("metadata", {}).get("stackName", "")),
        name=literal[0],
        region=region,
        username=str(primary.get(user, "postgres")),
        dbname=str(primary.get(name, "postgres")),
    )


def _database(configuration: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """What the master user and the database are called in it, and the block of a stack's instance or cluster."""
    for kind, user, name in (
        ("aws_db_instance", "username", "db_name"),
        ("aws_rds_cluster", "master_username", "database_name"),
    ):
        for database in synth.blocks(configuration, "resource", kind):
            if user in database:
                return user, name, database
    return "username", "db_name", {}


def exists(entry: Entry) -> bool:
    """Whether the entry is there with a value.

    Raises:
        Problem: it is there, but marked for deletion, or its value is not what a database entry must be.
    """
    client = entry.client()
    with explained():
        try:
            found = client.describe_secret(SecretId=entry.name)
        except client.exceptions.ResourceNotFoundException:
            return False
        if found.get("DeletedDate") is not None:
            raise Problem(
                f"the secret entry {entry.name} is marked for deletion",
                given=found["DeletedDate"],
                fix=f"aws secretsmanager restore-secret --region {entry.region} --secret-id {entry.name}",
            )
        try:
            value = client.get_secret_value(SecretId=entry.name)
        except client.exceptions.ResourceNotFoundException:
            return False
    _check_value(entry, value.get("SecretString", ""))
    return True


def check(entry: Entry) -> None:
    """Make sure that the entry is there.

    Raises:
        Problem: it is not, or not as it must be; with the command that creates it.
    """
    if not exists(entry):
        raise Problem(
            f"the database's secret entry {entry.name} does not exist in {entry.region}",
            allowed="JSON with engine, username, password and dbname",
            fix=f"pipenv run holdfast secret create {entry.stack}, which makes up a password that nobody sees",
        )


def create(entry: Entry, *, tags: Sequence[TagTypeDef] = ()) -> bool:
    """Create the entry with a random password when it is missing; the password is shown nowhere.

    Returns:
        Whether it was created; False when it was there already.

    Raises:
        Problem: as `exists`.
    """
    if exists(entry):
        return False
    client = entry.client()
    with explained():
        password = client.get_random_password(PasswordLength=_LENGTH, ExcludeCharacters=EXCLUDED_CHARACTERS)[
            "RandomPassword"
        ]
        value = json.dumps(
            {"engine": "postgres", "username": entry.username, "password": password, "dbname": entry.dbname}
        )
        try:
            client.create_secret(
                Name=entry.name,
                Description="Master user of the database",
                SecretString=value,
                Tags=tags,
            )
        except client.exceptions.ResourceExistsException:  # an entry without a value
            client.put_secret_value(SecretId=entry.name, SecretString=value)
    return True


def delete_if_ours(entry: Entry) -> bool:
    """Delete the entry at once when the demo created it.

    Returns:
        Whether it was deleted.
    """
    client = entry.client()
    with explained():
        try:
            found = client.describe_secret(SecretId=entry.name)
        except client.exceptions.ResourceNotFoundException:
            return False
        if MARK not in found.get("Tags", []):
            return False
        client.delete_secret(SecretId=entry.name, ForceDeleteWithoutRecovery=True)
    return True


def _check_value(entry: Entry, value: str) -> None:
    """Raises a Problem that never quotes the password."""
    try:
        fields = json.loads(value)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Problem(f"the secret entry {entry.name} is not a JSON object", allowed=_ALLOWED, fix=_PUT)
    missing = [
        name for name in ("username", "password") if not isinstance(fields.get(name), str) or not fields[name]
    ]
    if missing:
        raise Problem(
            f"the secret entry {entry.name} lacks {' and '.join(missing)}",
            given=f"the fields {', '.join(sorted(fields))}",
            allowed=_ALLOWED,
            fix=_PUT,
        )
    if fields["username"] != entry.username:
        raise Problem(
            f"the secret entry {entry.name} is of another user than the database's master user",
            given=fields["username"],
            allowed=entry.username,
            fix=f"{_PUT}, or write the other name in the environment: database = {{ username = ... }}",
        )
    if not _PASSWORD.fullmatch(fields["password"]):
        raise Problem(
            f"RDS would refuse the password in the secret entry {entry.name}",
            allowed='8 to 128 printable ASCII characters without / @ " and space',
            fix=_PUT,
        )
