"""``holdfast credentials check``: which versions of a secret log in to the database, over verified TLS."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem

# What is proven is what the function does: its own reading of an entry, its own TLS, its own kinds of failure.
from functions.rotation.deadline import Deadline
from functions.rotation.entry import Defaults, Entry
from functions.rotation.failures import RotationError
from functions.rotation.postgres import PostgreSQL
from functions.rotation.settings import RDS_ROOTS
from localcloud import authority, lifecycle
from operations import console, local
from operations.aws import error_code, explained, session
from operations.failure import Failed

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from mypy_boto3_secretsmanager import SecretsManagerClient

    from operations.deployed import Deployed
    from operations.project import Project

CURRENT = "AWSCURRENT"
LABELS = (CURRENT, "AWSPREVIOUS", "AWSPENDING")
LOGIN_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where the database answers, and whom it must prove to be.

    Attributes:
        host: name that RDS reports, and that the certificate must carry.
        port: TCP port.
        ca_file: the root certificates to trust, and no others.
    """

    host: str
    port: int
    ca_file: Path


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of one label; never holds a password.

    Attributes:
        label: the staging label.
        works: whether its version logs in; None when there is nothing to try.
        text: what happened, for the reader.
    """

    label: str
    works: bool | None
    text: str


def server_of(deployed: Deployed, ca_file: Path) -> Server:
    """The database as RDS reports it.

    Raises:
        Problem: there is no such instance or cluster, or it has no endpoint yet.
    """
    host, port, status = (_cluster if deployed.cluster else _instance)(deployed)
    if host is None or port is None:
        raise Problem(f"{deployed.database} has no endpoint yet", given=status)
    return Server(host=host, port=port, ca_file=ca_file)


def _instance(deployed: Deployed) -> tuple[str | None, int | None, str | None]:
    """Address, port and status of an instance."""
    rds = session(deployed.region).client("rds")
    with explained():
        try:
            (found,) = rds.describe_db_instances(DBInstanceIdentifier=deployed.database)["DBInstances"]
        except rds.exceptions.DBInstanceNotFoundFault as error:
            raise _missing("instance", deployed, error) from error
    endpoint = found.get("Endpoint", {})
    return endpoint.get("Address"), endpoint.get("Port"), found.get("DBInstanceStatus")


def _cluster(deployed: Deployed) -> tuple[str | None, int | None, str | None]:
    """Address of the writer, port and status of a cluster."""
    rds = session(deployed.region).client("rds")
    with explained():
        try:
            (found,) = rds.describe_db_clusters(DBClusterIdentifier=deployed.database)["DBClusters"]
        except rds.exceptions.DBClusterNotFoundFault as error:
            raise _missing("cluster", deployed, error) from error
    return found.get("Endpoint"), found.get("Port"), found.get("Status")


def _missing(kind: str, deployed: Deployed, error: Exception) -> Problem:
    return Problem(f"RDS has no {kind} {deployed.database} in {deployed.region}", given=error)


def trusted(project: Project, environ: Mapping[str, str] | os._Environ[str]) -> Path:
    """The root certificates of the database: the local AWS's own authority when that is what clients talk to, else RDS's.

    Args:
        project: whose local AWS it may be.
        environ: environment variables of the clients.
    """
    endpoint = environ.get("AWS_ENDPOINT_URL")
    ours = local.settings(project)
    if endpoint and endpoint == ours.endpoint and lifecycle.status(ours).running:
        return Path(authority.trust(ours.directory).get("DATABASE_CA_FILE", RDS_ROOTS))
    return RDS_ROOTS


def check(secret: str, region: str, server: Server) -> tuple[str, list[Finding]]:
    """Try the version of each label.

    Args:
        secret: name or ARN.
        region: where it is.
        server: the database.

    Returns:
        The secret's name, and a finding for each label.

    Raises:
        Problem: there is no such secret.
    """
    client = session(region).client("secretsmanager")
    with explained():
        try:
            described = client.describe_secret(SecretId=secret)
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                raise Problem(f"there is no such secret in {region}", given=secret) from error
            raise
    versions = {
        label: version
        for version, labels in described.get("VersionIdsToStages", {}).items()
        for label in labels
    }
    findings = [_finding(client, described["ARN"], label, versions, server) for label in LABELS]
    return described["Name"], findings


def report(name: str, findings: list[Finding]) -> None:
    """Print what was found about one secret."""
    console.title(name)
    for finding in findings:
        console.item(finding.label, finding.text, width=12)


def require_current(found: Mapping[str, list[Finding]]) -> None:
    """Make sure that every secret's current version logs in.

    Args:
        found: secret to its findings.

    Raises:
        Failed: with those that do not.
    """
    bad = [
        name for name, findings in found.items() if not any(f.works for f in findings if f.label == CURRENT)
    ]
    if bad:
        raise Failed(f"{CURRENT} of {', '.join(bad)} does not log in")


def _finding(
    client: SecretsManagerClient, arn: str, label: str, versions: Mapping[str, str], server: Server
) -> Finding:
    version = versions.get(label)
    if version is None:
        return Finding(label=label, works=None, text="no version has it")
    if label != CURRENT and version == versions.get(CURRENT):
        return Finding(label=label, works=None, text=f"is on the same version as {CURRENT}")
    with explained():
        try:
            value = client.get_secret_value(SecretId=arn, VersionId=version, VersionStage=label)
        except client.exceptions.ResourceNotFoundException:
            return Finding(label=label, works=None, text="its version has no value yet: a rotation has begun")
    try:
        entry = Entry.parse(value.get("SecretString", ""), Defaults(host=server.host, port=server.port))
        return _logged_in(label, entry, server)
    except RotationError as error:
        how = "does not log in" if label != "AWSPREVIOUS" else "does not log in any more"
        return Finding(label=label, works=False, text=f"{how}: {error.kind}: {error}")


def _logged_in(label: str, entry: Entry, server: Server) -> Finding:
    login = dataclasses.replace(entry.login, host=server.host, port=server.port)
    database = PostgreSQL(server.ca_file, Deadline(LOGIN_SECONDS))
    with database.session(login) as connected:
        connected.run("SELECT 1", "a query")
    elsewhere = (
        ""
        if entry.login.same_server(login)
        else f"; the secret itself names {entry.login.host}:{entry.login.port}"
    )
    return Finding(label=label, works=True, text=f"logs in as {login}, over verified TLS{elsewhere}")
