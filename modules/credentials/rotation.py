"""Automatic rotation of a login by a Lambda function of our own; one function for each entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import SecretsmanagerSecretRotation
from constructs import Construct

from modules.credentials.application import IServer
from modules.credentials.metrics import NAMESPACE
from modules.credentials.password import PasswordSettings
from modules.credentials.secret import ISecret
from modules.function.function import Code, IsolatedFunction, Surroundings
from modules.network.security_group import SecurityGroup

TIMEOUT_SECONDS = 60
SINGLE_USER, ALTERNATING_USERS = "single-user", "alternating-users"


class IDatabase(IServer, Protocol):
    """A database whose logins are rotated."""

    def allow_from(self, client: SecurityGroup, why: str) -> Sequence[ITerraformDependable]:
        """Let a client reach it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Alternating:
    """Two logins take turns; whoever uses the current one is never locked out.

    Args:
        administrator: entry of a user that may create roles.
        owner_role: role without login that owns what both of them create.
    """

    administrator: ISecret
    owner_role: str


class Rotation(IsolatedFunction):
    """The rotation function of an entry, and the schedule that calls it.

    Without ``alternating`` the login changes its own password. With it, the first rotation makes the login, so it comes
    with the deployment; else it comes with the schedule.

    Args:
        scope: parent construct.
        id: construct id.
        what: what it is, for its name.
        login: whose login is rotated, such as ``master``.
        within: what it shares with other functions.
        secret: what is rotated.
        database: where the password is changed.
        days: days between rotations.
        password: how new passwords look.
        alternating: how the two logins are changed.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        what: str,
        login: str,
        within: Surroundings,
        secret: ISecret,
        database: IDatabase,
        days: int,
        password: PasswordSettings,
        alternating: Alternating | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            what=what,
            within=within,
            code=Code(
                folder="rotation",
                handler="rotation.handler.handler",
                requirements=["pg8000"],
                environment={**_environment(database, password), **_strategy(alternating)},
                timeout_seconds=TIMEOUT_SECONDS,
                description=f"Rotation of the {login} login",
            ),
        )
        self.login = login
        self.secret = secret
        self.days = days
        self.ready += database.allow_from(self.security_group, "Rotation changes the password")
        secret.grant_rotate(self.role)
        if alternating is not None:
            alternating.administrator.grant_read(self.role)
            self.ready.append(alternating.administrator.ready)
        self.allow_invocation(
            "secrets-manager-invokes", service="secretsmanager.amazonaws.com", source_arn=secret.arn
        )
        SecretsmanagerSecretRotation(
            self,
            "schedule",
            secret_id=secret.arn,
            rotation_lambda_arn=self.arn,
            rotation_rules={"automatically_after_days": days},
            rotate_immediately=alternating is not None,
            # Secrets Manager calls the function at once, if only to test it: it must get through.
            depends_on=[*self.ready, secret.ready],
        )

    def rotation_metric_dimensions(self) -> Mapping[str, str]:
        """Return the CloudWatch dimensions of the entry's metrics in :data:`modules.credentials.metrics.NAMESPACE`."""
        return {"Secret": self.secret.secret_name}


def _environment(database: IDatabase, password: PasswordSettings) -> dict[str, str]:
    return {
        # For an entry that does not name them: it may be older than the database.
        "DATABASE_HOST": database.address,
        "DATABASE_NAME": database.name,
        "DATABASE_PORT": str(database.port),
        "METRIC_NAMESPACE": NAMESPACE,
        "PASSWORD_EXCLUDED_CHARACTERS": password.excluded,
        "PASSWORD_LENGTH": str(password.length),
    }


def _strategy(alternating: Alternating | None) -> dict[str, str]:
    if alternating is None:
        return {"ROTATION_STRATEGY": SINGLE_USER}
    return {
        "ADMINISTRATOR_SECRET_ARN": alternating.administrator.arn,
        "OWNER_ROLE": alternating.owner_role,
        "ROTATION_STRATEGY": ALTERNATING_USERS,
    }
